"""CSV and TSV: a header, then one row a track. Rows are counted as a spreadsheet does: the header is row 1.

For ``edm evaluate structure`` a table with a column of starts has one row a section instead, and a track's rows are
all those with its path. What stands in all of them alike is said of the track; a tempo or a grid is taken from the
first row that has one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers.rows import NAMES, NAMES_OF_TASK, checked_path, columns_of, no_two_alike, read_row
from edm.evaluation.readers.sections import SECTION_NAMES, checked_sections, section_of
from edm.evaluation.readers.text import read_text
from edm.evaluation.readers.values import parse_duration

__all__ = ["looks_like_table", "read_table"]

_DELIMITERS = (",", ";", "\t")
# A table must say one of these of its tracks, by task.
_CONTENT: dict[Task, tuple[str, ...]] = {
    "bpm": ("bpm", "beats_file", "downbeats_file"),
    "beats": ("bpm", "beats_file", "downbeats_file"),
    "structure": ("start_s", "start_bar", "sections_file", "drops_file"),
    "key": ("key",),
}
_SECTION_STARTS = ("start_s", "start_bar")
_Cells = Mapping[str, str]


def read_table(path: Path, *, task: Task = "beats") -> tuple[Annotation, ...]:
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
        rows = list(_rows(path, text, delimiter, task))
        if rows and any(role in columns_of(rows[0][1], flat=True, task=task) for role in _SECTION_STARTS):
            return tuple(_of_sections(rows, path.parent))
        folder = path.parent
        return no_two_alike(
            read_row(values, origin=origin, folder=folder, flat=True, task=task) for origin, values in rows
        )
    except csv.Error as exc:
        raise InputError(f"{path.name}: no valid CSV: {exc}") from exc


def looks_like_table(text: str) -> bool:
    """Whether the first line names a column of paths, beside others."""
    return any(_fitness(_first_line(text), sign) > (True, 1) for sign in _DELIMITERS)


def _first_line(text: str) -> str:
    return next((line for line in io.StringIO(text) if line.strip()), "")


def _rows(path: Path, text: str, delimiter: str, task: Task) -> Iterator[tuple[str, _Cells]]:
    """Each row below the header: where it stands, and its cells by column."""
    # A line break within quotes must stay as it is.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    for number, cells in enumerate(reader, 1):
        if not any(cell.strip() for cell in cells):
            continue
        origin = f"{path.name}, row {number}"
        if header is None:
            header = _checked_header(cells, origin, task)
            continue
        # Spreadsheets leave empty cells behind the last column.
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(header):
            raise InputError(
                f"{origin}: {len(cells)} values under {len(header)} columns",
                hint="a value that holds the separator needs double quotes around it",
            )
        yield origin, {name: cell for name, cell in zip(header, cells, strict=True) if name}
    if header is None:
        raise InputError(f"{path.name}: is empty", hint="a table starts with a header: path,bpm")


def _of_sections(rows: Sequence[tuple[str, _Cells]], folder: Path) -> Iterator[Annotation]:
    """One annotation for each path, of all rows that have it."""
    columns = columns_of(rows[0][1], flat=True, task="structure")
    tracks: dict[str, list[tuple[str, _Cells]]] = {}
    for origin, values in rows:
        tracks.setdefault(checked_path(values[columns["path"]], columns["path"], origin), []).append((origin, values))
    names = {role: columns[role] for role in SECTION_NAMES if role in columns}
    of_section = set(names.values())
    of_track = set(columns.values()) - of_section
    for told in tracks.values():
        sections = [
            (section_of({role: (values[name], name) for role, name in names.items()}, origin), origin)
            for origin, values in told
        ]
        merged: dict[str, str] = {}
        for name in told[0][1]:
            given = list(dict.fromkeys(cell for _, values in told if (cell := values[name].strip())))
            if name not in of_section and given and (len(given) == 1 or name in of_track):
                merged[name] = given[0]
        merged[columns["path"]] = told[0][1][columns["path"]]
        yield read_row(
            merged,
            origin=told[0][0],
            folder=folder,
            flat=True,
            task="structure",
            sections=checked_sections(sections, duration_s=_duration(merged, columns, told[0][0])),
        )


def _duration(values: _Cells, columns: Mapping[str, str], origin: str) -> float | None:
    name = columns.get("duration_s", "")
    return parse_duration(values.get(name), name, origin)


def _checked_header(cells: list[str], origin: str, task: Task) -> list[str]:
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    lower = [name.lower() for name in header if name]
    twice = next((name for name in lower if lower.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{origin}: column {twice!r} stands twice")
    columns = columns_of(header, flat=True, task=task)
    if "path" not in columns:
        found = ", ".join(header)[:80]
        raise InputError(f"{origin}: no column is called {' or '.join(NAMES['path'])}", hint=f"columns are: {found}")
    if not any(role in columns for role in _CONTENT[task]):
        roles = NAMES | NAMES_OF_TASK[task] | SECTION_NAMES
        *names, last = (name for role in _CONTENT[task] for name in roles[role])
        raise InputError(f"{origin}: no column is called {', '.join(names)} or {last}")
    return header


def _fitness(header_line: str, delimiter: str) -> tuple[bool, int]:
    names = [name.strip(' "') for name in header_line.split(delimiter)]
    return "path" in columns_of(names, flat=True), len(names)
