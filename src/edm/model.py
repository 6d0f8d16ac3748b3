"""The records that travel between the rooms of the house.

Conventions: instants and spans are seconds (float) from the first decoded sample; tempo is beats per minute
(``bpm``); arrays are float64 for times, float32 for samples and spectra. All records are frozen; a record that holds
an array is not hashable and must not be changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AnalysisOptions",
    "Audio",
    "BeatGrid",
    "Beats",
    "Failure",
    "FloatArray",
    "GridSegment",
    "IntArray",
    "MetadataUse",
    "Result",
    "Stability",
    "Success",
    "Tags",
    "Tempo",
    "TempoAlternative",
    "TimeArray",
    "TrackAnalysis",
    "Verdict",
]

FloatArray: TypeAlias = NDArray[np.float32]
TimeArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

Stability: TypeAlias = Literal["constant", "variable", "none"]
"""``none``: there is no beat to speak of."""
Verdict: TypeAlias = Literal["locked", "variable", "unsure"]
MetadataUse: TypeAlias = Literal["use", "ignore", "prefer"]
"""What tags may do: break ties and be reported, nothing, or stand in for the analysis."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded sound, mono.

    Attributes
    ----------
    samples
        Shape (n,), float32, full scale ±1, finite.
    sample_rate
        Hz, of ``samples``.
    native_sample_rate
        Hz, of the file before resampling.
    warnings
        What the decoder had to mend, one sentence each.
    """

    samples: FloatArray
    sample_rate: int
    native_sample_rate: int
    warnings: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says of itself. None or empty: it says nothing.

    Attributes
    ----------
    bpm
        Beats per minute, plausible (20 to 400) or None.
    key
        As written in the file ("8A", "Am", "F#m").
    genres
        In the file's order, split at the format's separators.
    musicbrainz
        Identifiers by name: ``track``, ``recording``, ``release``, ``release_group``, ``artist``, ``album_artist``.
    """

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    bpm: float | None = None
    key: str | None = None
    musicbrainz: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TempoAlternative:
    """Another tempo that the music may be counted in; ``score`` in 0..1, the reported tempo's included in their sum."""

    bpm: float
    score: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast a track is.

    Attributes
    ----------
    bpm
        Beats per minute; the tempo that lasts longest where it varies; None without a beat.
    confidence
        0..1, calibrated: of the tracks with 0.9, nine in ten are right within 4 %.
    source
        Name of the detector, or ``tag``.
    alternatives
        At most three, best first.
    stability
        ``constant``, ``variable`` or ``none``.
    """

    bpm: float | None
    confidence: float
    source: str
    alternatives: tuple[TempoAlternative, ...] = ()
    stability: Stability = "constant"


@dataclass(frozen=True, slots=True)
class Beats:
    """Beat times and their places in the bar.

    Attributes
    ----------
    times_s
        Shape (n,), increasing.
    positions
        Shape (n,); 1 is a downbeat, 0 is unknown.
    """

    times_s: TimeArray
    positions: IntArray

    @property
    def downbeats_s(self) -> TimeArray:
        """Times of the beats that open a bar."""
        downbeats: TimeArray = self.times_s[self.positions == 1]
        return downbeats


@dataclass(frozen=True, slots=True)
class GridSegment:
    """A stretch of constant tempo: beats at ``first_beat_s + k * 60 / bpm``, from ``start_s`` up to ``end_s``."""

    start_s: float
    end_s: float
    bpm: float
    first_beat_s: float


@dataclass(frozen=True, slots=True)
class BeatGrid:
    """Straight lines through the beats.

    Attributes
    ----------
    bpm
        Of the longest segment; None where there is no beat.
    first_beat_s, first_downbeat_s
        First of each at or after the start of the track; None where there is none.
    beats_per_bar
        None where no bars are heard.
    max_residual_ms
        Largest distance of a detected beat from the grid, outliers (missed and extra beats) aside.
    end_drift_ms
        Predicted distance between grid and music at the end of the track: what an error of one standard error in the
        tempo adds up to.
    verdict
        ``locked``: one line holds from start to end; ``variable``: the tempo changes; ``unsure``: too little evidence.
    segments
        In order of time, without gaps; one for constant tempo.
    """

    bpm: float | None
    first_beat_s: float | None
    first_downbeat_s: float | None
    beats_per_bar: int | None
    max_residual_ms: float | None
    end_drift_ms: float | None
    verdict: Verdict
    segments: tuple[GridSegment, ...] = ()


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

    types: tuple[str, ...] = ("bpm", "beats")
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
        Why it is not the best one ("networks not installed …"), or None.
    tag_bpm
        The BPM tag; None without one or where tags were ignored.
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
    elapsed_s: float = 0.0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Success(Generic[T]):
    """One item of a run, done. ``index`` is its place among the items, ``elapsed_s`` its wall time in the worker."""

    index: int
    item: Any
    value: T
    elapsed_s: float

    ok: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Failure:
    """One item of a run that could not be done: a value, so that it can be stored, counted and shown.

    Attributes
    ----------
    error_type
        Class name of the error ("DecodeError", "WorkerLostError", …).
    message, hint
        One line each; ``hint`` may be None.
    traceback
        Of the worker, for ``--debug``; None for expected errors.
    """

    index: int
    item: Any
    error_type: str
    message: str
    hint: str | None
    elapsed_s: float
    traceback: str | None = None

    ok: Literal[False] = False


Result: TypeAlias = Success[T] | Failure
