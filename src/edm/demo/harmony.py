"""Keys, and the chords and scales that make a key plain to the ear.

Degrees count steps of a scale from 0, its tonic; an octave has seven of them. Progressions are degrees, one a bar: they
open with the tonic, lean to the subdominant's side, where the tonic's note sounds on, and hold half their bars on the
tonic or close with a dominant. So neither the relative key nor that of the fifth is a second reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from edm.errors import InputError
from edm.model.keys import TONICS, parse_key
from edm.model.layout import Mode

__all__ = ["Tonality", "tonality_named"]

_SCALES: dict[Mode, tuple[int, ...]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_PROGRESSIONS: dict[Mode, tuple[tuple[int, ...], ...]] = {
    "minor": ((0, 5, 3, 4), (0, 5, 0, 4), (0, 0, 3, 0), (0, 0, 5, 4), (0, 3, 0, 4)),
    "major": ((0, 5, 3, 4), (0, 3, 5, 4), (0, 3, 0, 0), (0, 0, 3, 4), (0, 3, 0, 4)),
}
_DOMINANT = 4


@dataclass(frozen=True, slots=True)
class Tonality:
    """A key in a tuning.

    Attributes
    ----------
    tonic
        Pitch class, 0 (C) to 11.
    mode
        ``major`` or ``minor``.
    tuning_cents
        How far the whole track is above A4 = 440 Hz.
    """

    tonic: int
    mode: Mode
    tuning_cents: float = 0.0

    @property
    def name(self) -> str:
        """In canonical notation: ``A minor``, ``F# major``."""
        return f"{TONICS[self.tonic]} {self.mode}"

    @property
    def progressions(self) -> tuple[tuple[int, ...], ...]:
        """Degrees of the chords, one a bar."""
        return _PROGRESSIONS[self.mode]

    def midi(self, degree: int, octave: int) -> int:
        """Note of a degree; ``octave`` 4 begins with middle C."""
        octaves, step = divmod(degree, 7)
        return 12 * (octave + 1 + octaves) + self.tonic + _SCALES[self.mode][step]

    def chord(self, degree: int, octave: int) -> tuple[int, int, int]:
        """Notes of the triad on a degree; that of the dominant is major in both modes."""
        root, third, fifth = (self.midi(degree + above, octave) for above in (0, 2, 4))
        if degree % 7 == _DOMINANT:
            third = root + 4
        return root, third, fifth

    def hz(self, midi: int) -> float:
        """Frequency of a note in this tuning."""
        return float(440.0 * 2.0 ** ((midi - 69 + self.tuning_cents / 100.0) / 12.0))


def tonality_named(name: str, *, tuning_cents: float = 0.0) -> Tonality:
    """The key of a name such as ``F# minor``, in any notation that `edm.model.keys` reads.

    Raises
    ------
    InputError
        If it is no key.
    """
    key = parse_key(name)
    if key is None:
        raise InputError(f"unknown key {name!r}", hint="keys are a tonic and a mode: A minor, F# major")
    return Tonality(key.pitch_class, key.mode, tuning_cents)
