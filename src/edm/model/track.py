"""What is asked of a track, and everything that was found out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from edm.model.layout import Key, Loudness, Structure
from edm.model.rhythm import BeatGrid, Beats, Tempo

__all__ = [
    "AnalysisOptions",
    "MetadataUse",
    "TrackAnalysis",
]

MetadataUse: TypeAlias = Literal["use", "ignore", "prefer"]
"""What tags may do: break ties and be reported, nothing, or stand in for the analysis."""


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What to ask of a track.

    Attributes
    ----------
    types
        Estimates, from the table `edm.analysis.track.TYPES`.
    detector
        Name from the table `edm.analysis.beats.DETECTORS`, or ``auto``.
    min_bpm, max_bpm
        Hard limits of the reported tempo; None leaves the detector's own range.
    metadata
        ``use``: a BPM tag breaks ties and is reported; ``ignore``: no tag is read; ``prefer``: a plausible tag stands
        in for the analysis of tempo.
    models_dir
        Folder of the published networks; None looks in the usual places.
    """

    types: tuple[str, ...] = ("bpm", "beats", "structure", "key", "loudness")
    detector: str = "auto"
    min_bpm: float | None = None
    max_bpm: float | None = None
    metadata: MetadataUse = "use"
    models_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class TrackAnalysis:
    """Everything that was found out about one track.

    Attributes
    ----------
    path
        As given.
    types
        What was asked for; the fields of other types are None.
    duration_s, sample_rate
        Of the file; ``sample_rate`` in Hz before resampling.
    detector
        Which one was used; None where a tag made it unnecessary.
    fallback
        Why the detector is not the best one ("networks not installed …"), or None.
    tag_bpm, tag_key
        The tags; None without them or where tags were ignored. ``tag_key`` is canonical (``A minor``).
    structure, key, loudness
        None where they were not asked for; ``key`` also where nothing has a pitch.
    elapsed_s
        Wall time of the analysis, decoding included.
    """

    path: Path
    types: tuple[str, ...]
    duration_s: float
    sample_rate: int
    tempo: Tempo | None = None
    beats: Beats | None = None
    grid: BeatGrid | None = None
    detector: str | None = None
    fallback: str | None = None
    tag_bpm: float | None = None
    tag_key: str | None = None
    structure: Structure | None = None
    key: Key | None = None
    loudness: Loudness | None = None
    elapsed_s: float = 0.0
    warnings: tuple[str, ...] = ()

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """Why not the best method was used, of the detector, the key and the sections; empty where it was."""
        reasons = [] if self.fallback is None else [self.fallback]
        if self.key is not None and self.key.source != "network":
            reasons.append("key by profiles")
        if self.structure is not None and self.structure.source != "bars":
            reasons.append("sections without bars")
        return tuple(reasons)
