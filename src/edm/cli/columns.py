"""Lines of a table whose columns are as wide as they need, and whose last one takes what the screen has left."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from edm.cli import console

__all__ = ["aligned", "cut", "screen_width"]

_GAP = "  "
# A file or a pipe has no width.
_WIDTH_ELSEWHERE = 120


def screen_width(stream: TextIO) -> int:
    """Cells of a line on `stream`: of its terminal, or 120."""
    return shutil.get_terminal_size().columns if console.is_terminal(stream) else _WIDTH_ELSEWHERE


def aligned(rows: Iterable[Sequence[str]], *, width: int, indent: str = "", wraps: bool = False) -> list[str]:
    """Rows as lines of at most `width` cells, wide characters counted as two; none for no rows.

    Parameters
    ----------
    rows
        Of equal length. Control characters are written out. Where not all fits, a column gets at most half of what
        those before it leave.
    indent
        Before each line.
    wraps
        Whether a long last column goes on in lines of its own, at its blanks, instead of being cut.
    """
    table = [[console.one_line(cell) for cell in row] for row in rows]
    if not table:
        return []
    columns = len(table[0])
    left = max(width - len(indent) - len(_GAP) * (columns - 1), columns)
    widths: list[int] = []
    for column in range(columns - 1):
        widths.append(min(max(cell_len(row[column]) for row in table), left // 2))
        left -= widths[-1]
    widths.append(left)
    if wraps:
        table = [line for row in table for line in _wrapped(row, left)]
    return [indent + _line(row, widths) for row in table]


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with a sign at its end where something is missing."""
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def _wrapped(row: Sequence[str], width: int) -> Iterator[list[str]]:
    before = list(row[:-1])
    for part in textwrap.wrap(row[-1], width, break_on_hyphens=False) or [""]:
        yield [*before, part]
        before = [""] * len(before)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cut(cell, width) for cell, width in zip(row, widths, strict=True)]
    padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    return _GAP.join(padded).rstrip()
