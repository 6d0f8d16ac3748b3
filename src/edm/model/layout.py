"""How a track is laid out, what key it is in, and how loud it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from edm.model.arrays import FloatArray, TimeArray

__all__ = [
    "Drop",
    "Energy",
    "Key",
    "Loudness",
    "Mode",
    "MusicKind",
    "Section",
    "SectionLabel",
    "Structure",
]

SectionLabel: TypeAlias = Literal["intro", "buildup", "drop", "breakdown", "outro", "verse", "other"]
"""``verse`` and ``other``: of music that is not laid out for a dance floor."""
MusicKind: TypeAlias = Literal["club", "song", "unclear"]
"""``club``: laid out for a dance floor, with its labels; ``song``: with others; ``unclear``: too little evidence."""
Mode: TypeAlias = Literal["major", "minor"]


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a track in which one thing goes on. Sections tile the track: each begins where the last one ends.

    Attributes
    ----------
    start_s, end_s
        Seconds.
    start_bar, end_bar
        First and last bar, counted from 1, both included; None where no bars are heard. What sounds before the first
        downbeat belongs to bar 1.
    label
        What goes on.
    confidence
        0..1, that the label is right and the start lies on the right bar.
    energy
        0..1, mean of the track's energy curve.
    """

    start_s: float
    end_s: float
    start_bar: int | None
    end_bar: int | None
    label: SectionLabel
    confidence: float
    energy: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The instant at which a drop begins: ``bar`` counts from 1, None where no bars are heard."""

    time_s: float
    bar: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Energy:
    """How much goes on, over time and in all.

    Attributes
    ----------
    level
        1 to 10, comparable between tracks, and not a matter of the volume they are mastered at.
    times_s
        Start of each bar (or window, where there are no bars), shape (n,), increasing.
    curve
        Of each, 0..1 against the rest of the track, shape (n,).
    """

    level: int
    times_s: TimeArray
    curve: FloatArray


@dataclass(frozen=True, slots=True)
class Structure:
    """How a track is laid out.

    Attributes
    ----------
    sections
        In order of time, from 0 to the end of the track; at least one.
    drops
        In order of time.
    kind
        Which family of labels was used.
    source
        ``bars``: found on the bar grid; ``windows``: in windows of time, where no bars are heard.
    confidence
        0..1, of the whole.
    energy
        Over the same bars or windows.
    """

    sections: tuple[Section, ...]
    drops: tuple[Drop, ...]
    kind: MusicKind
    source: Literal["bars", "windows"]
    confidence: float
    energy: Energy


@dataclass(frozen=True, slots=True)
class Key:
    """The key that most of a track is in.

    Attributes
    ----------
    tonic
        One of C, Db, D, Eb, E, F, F#, G, Ab, A, Bb, B.
    mode
        ``major`` or ``minor``.
    confidence
        0..1.
    runner_up
        The second best, as in ``name``.
    runner_up_confidence
        0..1.
    source
        ``network`` or ``profiles``.
    tuning_cents
        How far the track is above (or below) A4 = 440 Hz, in -50..50; None where not measured.
    """

    tonic: str
    mode: Mode
    confidence: float
    runner_up: str
    runner_up_confidence: float
    source: str
    tuning_cents: float | None = None

    @property
    def name(self) -> str:
        """In canonical notation: ``A minor``, ``F# major``."""
        return f"{self.tonic} {self.mode}"


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a track is, by ITU-R BS.1770-4 and EBU Tech 3342; None each where it is silent throughout.

    Attributes
    ----------
    integrated_lufs
        Of the whole track.
    range_lu
        How far loud and soft parts lie apart.
    true_peak_dbtp
        Largest magnitude between the samples, too; 0 is full scale.
    replaygain_db
        What to add for -18 LUFS (ReplayGain 2).
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    replaygain_db: float | None
