"""Tempo, beats, and the lines that they lie on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from edm.model.arrays import IntArray, TimeArray

__all__ = [
    "BeatGrid",
    "Beats",
    "GridSegment",
    "Stability",
    "Tempo",
    "TempoAlternative",
    "Verdict",
]

Stability: TypeAlias = Literal["constant", "variable", "none"]
"""``none``: there is no beat to speak of."""
Verdict: TypeAlias = Literal["locked", "variable", "unsure"]


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
