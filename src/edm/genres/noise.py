"""Tags that name no genre: places, decades, moods, voices, instruments, formats, labels, listeners' notes.

Words stand in ``noise.toml`` beside this module; what follows a pattern (years, tempi, keys) is matched here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast, get_args

from edm.errors import InputError
from edm.genres.spelling import key_of, key_of_words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

__all__ = ["WHY", "NoiseKind", "build_noise", "load_noise", "noise_kind"]

NoiseKind: TypeAlias = Literal[
    "place",
    "decade",
    "mood",
    "voice",
    "instrument",
    "format",
    "listener",
    "label",
    "filler",
    "tempo",
    "key",
    "own name",
    "no words",
]

WHY: Mapping[NoiseKind, str] = MappingProxyType(
    {
        "place": "a place, a people or a language",
        "decade": "a time",
        "mood": "a mood or a judgement",
        "voice": "a voice or a line-up",
        "instrument": "an instrument",
        "format": "a format or a kind of release",
        "listener": "a listener's note",
        "label": "a record label",
        "filler": "a word that says nothing",
        "tempo": "a tempo",
        "key": "a musical key",
        "own name": "the name of the artist, the album or the track itself",
        "no words": "signs without a word",
    }
)
"""What each kind is, to be said after "it is"."""

_PATTERNS: tuple[tuple[NoiseKind, re.Pattern[str]], ...] = (
    (
        "decade",
        re.compile(
            r"(?:the )?(?:(?:early|mid|late|anni|annees|ann?os|jaren) )?(?:"
            r"(?:1[5-9]|20)\d\d(?:s|er)?|\d0(?:s|er|ies)|(?:19|20)? ?\d0 s|[5-9]0"
            r"|(?:fif|six|seven|eigh|nine)ties|(?:twenty )?(?:noughties|aughts|tens)|\d\d(?:st|nd|rd|th) century"
            r")(?: (?:music|hits|classics?|s))?|(?:(?:1[5-9]|20)\d\d ){1,2}(?:1[5-9]|20)\d\d"
        ),
    ),
    ("decade", re.compile(r"(?:best of|released in|from|made in|albums of|songs of) (?:the )?(?:\d{4}|\d0)s?")),
    ("tempo", re.compile(r"\d{2,3}(?: \d{1,3})? ?bpm(?: \d{2,3})?|bpm ?\d{2,3}|fast tempo|slow tempo")),
    ("key", re.compile(r"(?:[a-g](?: ?(?:sharp|flat))? (?:minor|major|moll|dur)|(?:1[0-2]|0?[1-9]) ?[abdm])")),
    (
        "listener",
        re.compile(r"(?:my|mine|i|ive|favou?rites?|fav|best|seen|saw|top \d+|albums i|songs i|tracks i)(?: .+)"),
    ),
    (
        "listener",
        re.compile(
            r"(?:\d+ (?:of 10 )?(?:stars?|points?)|rating ?\d+|\d+ out of \d+.*|love(?:d)? (?:it|this|at first.*))"
        ),
    ),
    ("label", re.compile(r".+ (?:records|recs)")),
    ("filler", re.compile(r"(?:https? .+|www .+|\d+)")),
)


def noise_kind(parts: Sequence[str]) -> NoiseKind | None:
    """Why a phrase names no genre; None where we do not know that it does not.

    Parameters
    ----------
    parts
        Its words, from `edm.genres.spelling.words`. A plural s of the last word makes no difference.
    """
    if not parts:
        return "no words"
    key = key_of_words(parts)
    table = load_noise()
    kind = table.get(key) or (table.get(key[:-1]) if key.endswith("s") and len(key) > 4 else None)
    if kind is not None:
        return kind
    phrase = " ".join(parts)
    return next((name for name, pattern in _PATTERNS if pattern.fullmatch(phrase)), None)


@lru_cache(maxsize=1)
def load_noise() -> Mapping[str, NoiseKind]:
    """Kind of every word in ``noise.toml``, by key, read once.

    Raises
    ------
    InputError
        If the file was changed by hand and contradicts itself.
    """
    return build_noise(tomllib.loads(files("edm.genres").joinpath("noise.toml").read_text(encoding="utf-8")))


def build_noise(data: Mapping[str, Any]) -> Mapping[str, NoiseKind]:
    """Kind of every word of tables as in ``noise.toml``, by key.

    Raises
    ------
    InputError
        If a kind has no name here, or a word is of two kinds or holds no letter and no digit.
    """
    kinds: dict[str, NoiseKind] = {}
    for kind, entries in data.items():
        if kind not in get_args(NoiseKind):
            raise InputError(f"noise of the kind {kind!r} is unknown")
        for entry in entries:
            key = key_of(entry)
            if not key:
                raise InputError(f"the word {entry!r} holds no letter and no digit")
            if kinds.setdefault(key, cast(NoiseKind, kind)) != kind:
                raise InputError(f"the word {entry!r} is both {kinds[key]!r} and {kind!r}")
    return MappingProxyType(kinds)
