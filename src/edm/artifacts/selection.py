"""Which rows go into the matrices: tests of their columns.

A test is a column and a question about the texts that a row has there, as `edm.conditions` asks them (``bpm>=120``).
This module says which columns there are and what stands in them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from edm.artifacts.rows import ArtifactRow
from edm.errors import InputError
from edm.model.keys import KeyNotation, format_key, parse_key

__all__ = ["COLUMNS", "RowTest", "check_column", "select_rows"]

COLUMNS: Mapping[str, Callable[[ArtifactRow], Sequence[str]]] = {
    "album": lambda row: (row.album,),
    "artist": lambda row: (row.artist,),
    "bpm": lambda row: _number(row.bpm),
    "duration_s": lambda row: _number(row.duration_s),
    "energy": lambda row: _number(row.energy),
    "genre": lambda row: row.genres or ("",),
    "id": lambda row: (str(row.track_id),),
    "key": lambda row: _keys(row.key),
    "loudness_lufs": lambda row: _number(row.loudness_lufs),
    "path": lambda row: (row.path,),
    "title": lambda row: (row.title,),
}
"""What a row has in each column: one text or several; an empty one where nothing is known."""


@dataclass(frozen=True, slots=True)
class RowTest:
    """Keeps the rows of which ``holds`` is true, given what they have in a column.

    Raises
    ------
    InputError
        If there is no such column.
    """

    column: str
    holds: Callable[[Sequence[str]], bool]

    def __post_init__(self) -> None:
        check_column(self.column)


def check_column(name: str) -> None:
    """Check that rows have a column of this name.

    Raises
    ------
    InputError
        If they have not; the hint lists those that there are.
    """
    if name not in COLUMNS:
        close = difflib.get_close_matches(name, COLUMNS, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        raise InputError(f"tracks have no column {name!r}", hint=f"{guess}there are: {', '.join(COLUMNS)}")


def select_rows(rows: Iterable[ArtifactRow], tests: Sequence[RowTest]) -> Iterator[ArtifactRow]:
    """The rows that pass every test, as they come."""
    return (row for row in rows if all(test.holds(COLUMNS[test.column](row)) for test in tests))


def _keys(text: str | None) -> tuple[str, ...]:
    """A key in every notation, so that a condition may be written in any."""
    key = None if text is None else parse_key(text)
    return (text or "",) if key is None else tuple(format_key(key, notation) for notation in get_args(KeyNotation))


def _number(number: float | None) -> tuple[str]:
    return ("",) if number is None else (repr(float(number)),)
