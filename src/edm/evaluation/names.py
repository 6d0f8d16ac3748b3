"""Tracks found by name: the longest run of folder names and file name that two paths both end in.

A run that leads to one candidate alone is what is looked for: so ``B/01.mp3`` is found among hundreds of ``01.mp3``,
and nothing is taken where two are as good. Names are compared in Unicode's composed form (NFC); of those that differ in
case, the one spelled alike comes first. A stem goes with every audio suffix. Paths are split at slashes and
backslashes alike: a collection from Windows is read anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import normalize

from edm.audio.containers import SUFFIXES
from edm.audio.printable import printable

__all__ = ["Finder", "TrackName", "index_names", "track_name"]

# Names that are compared, the file's own included: deeper folders decide nothing, and long paths cost time.
_MAX_DEPTH = 8
_SEPARATORS = re.compile(r"[\\/]")

_Key: TypeAlias = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TrackName:
    """What is compared of a path: its last parts in NFC, and whether the very last is a stem."""

    parts: tuple[str, ...]
    by_stem: bool


Finder: TypeAlias = Callable[[TrackName], Sequence[int]]
"""Gives the indices, in order, of all names that share the longest end with one; none where nothing is shared."""


def track_name(path: str, *, by_stem: bool = False) -> TrackName:
    """Name of a path, to look for or to be found.

    A byte that is no UTF-8 is compared as it is written out in data: ``edm analyze`` wrote it so.
    """
    parts = [part for part in _SEPARATORS.split(normalize("NFC", printable(path))) if part not in ("", ".")]
    return TrackName(tuple(parts[-_MAX_DEPTH:]), by_stem)


def index_names(names: Iterable[TrackName]) -> Finder:
    """What finds a name among ``names``.

    Whole names are compared first. Then, where the name looked for or the one to be found is a stem, both without the
    suffix of an audio file.
    """
    index: dict[_Key, list[int]] = {}
    for number, name in enumerate(names):
        # As a stem, a stem is found by all, a whole name only by stems.
        for key in _keys(name, ["stem of a stem", "stem of any"] if name.by_stem else ["stem of any"]):
            index.setdefault(key, []).append(number)

    def find(name: TrackName) -> Sequence[int]:
        keys = _keys(name, ["stem of any" if name.by_stem else "stem of a stem"])
        return next((index[key] for key in keys if key in index), ())

    return find


def _keys(name: TrackName, stem_kinds: Iterable[str]) -> Iterator[_Key]:
    """Ends of a name, the longest first, each as spelled and then in any case."""
    if not name.parts:
        return
    yield from _ends("name", name.parts)
    *folders, last = name.parts
    for kind in stem_kinds:
        yield from _ends(kind, (*folders, _without_audio_suffix(last)))


def _ends(kind: str, parts: tuple[str, ...]) -> Iterator[_Key]:
    folded = tuple([part.casefold() for part in parts])
    for start in range(len(parts)):
        yield kind, parts[start:]
        yield f"{kind}, any case", folded[start:]


def _without_audio_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if stem and f"{dot}{suffix.lower()}" in SUFFIXES else name
