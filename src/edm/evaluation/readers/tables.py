"""CSV and TSV: a header, then one row a track. Rows are counted as a spreadsheet does: the header is row 1."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.readers.rows import NAMES, columns_of, no_two_alike, read_row
from edm.evaluation.readers.text import read_text

__all__ = ["looks_like_table", "read_table"]

_DELIMITERS = (",", ";", "\t")
# A table must say one of these of its tracks.
_CONTENT = ("bpm", "beats_file", "downbeats_file")


def read_table(path: Path, *, with_beats: bool = True) -> tuple[Annotation, ...]:
    """Annotations of a table whose cells are apart by commas, semicolons or tabs.

    Raises
    ------
    InputError
        If it is no such table, or a row makes no sense; the message names file, row and value.
    """
    text = read_text(path)
    header_line = _first_line(text)
    delimiter = max(_DELIMITERS, key=lambda sign: _fitness(header_line, sign))
    try:
        return no_two_alike(_annotations(path, text, delimiter, with_beats=with_beats))
    except csv.Error as exc:
        raise InputError(f"{path.name}: no valid CSV: {exc}") from exc


def looks_like_table(text: str) -> bool:
    """Whether the first line names a column of paths, beside others."""
    return any(_fitness(_first_line(text), sign) > (True, 1) for sign in _DELIMITERS)


def _first_line(text: str) -> str:
    return next((line for line in io.StringIO(text) if line.strip()), "")


def _annotations(path: Path, text: str, delimiter: str, *, with_beats: bool) -> Iterator[Annotation]:
    # A line break within quotes must stay as it is.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    for number, cells in enumerate(reader, 1):
        if not any(cell.strip() for cell in cells):
            continue
        origin = f"{path.name}, row {number}"
        if header is None:
            header = _checked_header(cells, origin)
            continue
        # Spreadsheets leave empty cells behind the last column.
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(header):
            raise InputError(
                f"{origin}: {len(cells)} values under {len(header)} columns",
                hint="a value that holds the separator needs double quotes around it",
            )
        values = {name: cell for name, cell in zip(header, cells, strict=True) if name}
        yield read_row(values, origin=origin, folder=path.parent, flat=True, with_beats=with_beats)
    if header is None:
        raise InputError(f"{path.name}: is empty", hint="a table starts with a header: path,bpm")


def _checked_header(cells: list[str], origin: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    lower = [name.lower() for name in header if name]
    twice = next((name for name in lower if lower.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{origin}: column {twice!r} stands twice")
    columns = columns_of(header, flat=True)
    if "path" not in columns:
        found = ", ".join(header)[:80]
        raise InputError(f"{origin}: no column is called {' or '.join(NAMES['path'])}", hint=f"columns are: {found}")
    if not any(role in columns for role in _CONTENT):
        raise InputError(f"{origin}: no column is called bpm, tempo, beats_file or downbeats_file")
    return header


def _fitness(header_line: str, delimiter: str) -> tuple[bool, int]:
    names = [name.strip(' "') for name in header_line.split(delimiter)]
    return "path" in columns_of(names, flat=True), len(names)
