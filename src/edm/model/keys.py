"""Names of the 24 keys in the notations that DJs use, and which keys go together.

A key is a `KeyName`: pitch class of the tonic (0 is C) and mode. Three notations are written: ``standard`` ("A minor"),
``camelot`` ("8A", of Mixed In Key) and ``openkey`` ("1m", of Traktor). Many more spellings are read (`parse_key`).

Both wheels count fifths: a step up is a fifth up, and a key and its relative share a number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from edm.errors import InputError
from edm.model.layout import Mode

__all__ = [
    "KEYS",
    "KEY_NOTATIONS",
    "TONICS",
    "KeyName",
    "KeyNotation",
    "KeyRelation",
    "are_compatible",
    "format_key",
    "key_relation",
    "parse_key",
    "transposed",
    "wheel_distance",
]

KeyNotation: TypeAlias = Literal["standard", "camelot", "openkey"]
KEY_NOTATIONS: tuple[KeyNotation, ...] = get_args(KeyNotation)

KeyRelation: TypeAlias = Literal[
    "same", "fifth_up", "fifth_down", "relative", "parallel", "diagonal", "tone_up", "semitone_up", "other"
]
"""How one key lies to the one before it.

``fifth_up``, ``fifth_down``: a step on the wheel; ``relative``: the other letter of the same number; ``parallel``: same
tonic, other mode; ``diagonal``: a step and the other letter; ``tone_up``, ``semitone_up``: two or seven steps up, the
lifts that DJs call an energy boost; ``other``: none of these.
"""

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""How the twelve tonics are spelt, C first."""

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SIGNS = {"": 0, "#": 1, "sharp": 1, "b": -1, "flat": -1}
_FIFTH = 7  # semitones; its own inverse modulo 12
_RELATIVE_MAJOR = 3  # semitones above a minor tonic
_C_MAJOR_CAMELOT = 8
_WHEEL = re.compile(r"0?([1-9]|1[0-2])\s?([ABDMabdm])")
_NOTE = re.compile(
    r"(?P<letter>[A-Ga-g])(?:(?P<sign>[#b])|[\s_-]?(?P<word>sharp|flat))?"
    r"[\s:_-]*(?:(?P<short>[mM])|(?P<mode>min|minor|moll|maj|major|dur))?",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 24  # characters; no spelling of a key is longer


@dataclass(frozen=True, slots=True)
class KeyName:
    """One of the 24 keys.

    Attributes
    ----------
    pitch_class
        Of the tonic, 0 (C) to 11 (B).
    mode
        ``major`` or ``minor``.
    """

    pitch_class: int
    mode: Mode

    def __post_init__(self) -> None:
        if not 0 <= self.pitch_class < 12 or self.mode not in get_args(Mode):
            raise InputError(f"no key has the pitch class {self.pitch_class!r} and the mode {self.mode!r}")

    @property
    def tonic(self) -> str:
        """As spelt in `TONICS`."""
        return TONICS[self.pitch_class]

    @property
    def name(self) -> str:
        """Canonical: ``A minor``; equal to `edm.model.Key.name` of the same key."""
        return f"{self.tonic} {self.mode}"

    @property
    def number(self) -> int:
        """On the Camelot wheel, 1 to 12."""
        major = self.pitch_class if self.mode == "major" else self.pitch_class + _RELATIVE_MAJOR
        return (major * _FIFTH + _C_MAJOR_CAMELOT - 1) % 12 + 1


KEYS: tuple[KeyName, ...] = tuple(KeyName(pitch_class, mode) for mode in get_args(Mode) for pitch_class in range(12))
"""All of them: major from C to B, then minor."""

_BY_NUMBER = {(key.number, key.mode): key for key in KEYS}


def parse_key(text: str) -> KeyName | None:
    """The key that a text names; None where it names none.

    Read are the spellings of tags, DJ programs and annotations: ``Am``, ``a``, ``A min``, ``A minor``, ``A:min``,
    ``G#m``, ``A-flat minor``, ``A♭m``, ``8A``, ``08a`` (Camelot), ``1m`` (Open Key). A letter alone is major if it is
    a capital and minor if not. Texts with more in them, and modes other than major and minor, name no key.
    """
    text = unicodedata.normalize("NFKC", text).replace("♯", "#").replace("♭", "b").strip()
    if len(text) > _LONGEST:
        return None
    wheel = _WHEEL.fullmatch(text)
    if wheel is not None:
        return _on_wheel(int(wheel[1]), wheel[2].lower())
    note = _NOTE.fullmatch(text)
    if note is None:
        return None
    sign = (note["sign"] or note["word"] or "").lower()
    pitch_class = (_LETTERS[note["letter"].lower()] + _SIGNS[sign]) % 12
    return KeyName(pitch_class, _mode(note["letter"], note["short"], note["mode"]))


def format_key(key: KeyName, notation: KeyNotation = "standard") -> str:
    """``A minor``, ``8A`` or ``1m``.

    Raises
    ------
    InputError
        For any other notation.
    """
    if notation == "standard":
        return key.name
    if notation == "camelot":
        return f"{key.number}{'B' if key.mode == 'major' else 'A'}"
    if notation == "openkey":
        return f"{(key.number - _C_MAJOR_CAMELOT) % 12 + 1}{'d' if key.mode == 'major' else 'm'}"
    raise InputError(f"no key notation is called {notation!r}", hint=f"one of {', '.join(KEY_NOTATIONS)}")


def transposed(key: KeyName, semitones: int) -> KeyName:
    """The key ``semitones`` higher (or lower, where negative), in the same mode."""
    return KeyName((key.pitch_class + semitones) % 12, key.mode)


def wheel_distance(first: KeyName, second: KeyName) -> int:
    """Moves from one key to the other on the Camelot wheel, 0 to 7: a step around it or a change of letter each."""
    around = (second.number - first.number) % 12
    return min(around, 12 - around) + (first.mode != second.mode)


def are_compatible(first: KeyName, second: KeyName) -> bool:
    """Whether they are at most one move apart: the same, a fifth up or down, or relative."""
    return wheel_distance(first, second) <= 1


def key_relation(first: KeyName, second: KeyName) -> KeyRelation:
    """How ``second`` lies to ``first``; the names are explained at `KeyRelation`."""
    steps = (second.number - first.number) % 12
    if first.mode == second.mode:
        same_mode: dict[int, KeyRelation] = {
            0: "same",
            1: "fifth_up",
            2: "tone_up",
            7: "semitone_up",
            11: "fifth_down",
        }
        return same_mode.get(steps, "other")
    if first.pitch_class == second.pitch_class:
        return "parallel"
    other_mode: dict[int, KeyRelation] = {0: "relative", 1: "diagonal", 11: "diagonal"}
    return other_mode.get(steps, "other")


def _on_wheel(number: int, letter: str) -> KeyName:
    if letter in "dm":
        number = (number + _C_MAJOR_CAMELOT - 2) % 12 + 1
    return _BY_NUMBER[number, "major" if letter in "bd" else "minor"]


def _mode(letter: str, short: str | None, word: str | None) -> Mode:
    if short is not None:
        return "minor" if short == "m" else "major"
    if word is not None:
        return "minor" if word.lower().startswith(("min", "moll")) else "major"
    return "major" if letter.isupper() else "minor"
