"""Columns of text as plain arrays of fixed width, in which one very long name does not cost gigabytes.

An array of strings is as wide as its longest, four bytes a character. Up to `WIDE_BYTES` that is what is made. Past it,
the width is the one that costs least; longer values are cut and end in "…", and stand in full beside the array. So do
values that end in NUL, which such an array cannot hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["CUT_MARK", "WIDE_BYTES", "TextArray", "TextColumn", "text_column"]

TextArray = NDArray[np.str_]

CUT_MARK = "…"
WIDE_BYTES = 128 * 2**20
_CHARACTER_BYTES = 4


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One text a row.

    Attributes
    ----------
    values
        Shape (n,), of fixed width.
    exact
        Row and text of those that `values` does not hold whole.
    """

    values: TextArray
    exact: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> str:
        return self.exact.get(int(row)) or str(self.values[row])

    def tolist(self) -> list[str]:
        """All of them, exact."""
        texts: list[str] = self.values.tolist()
        for row, text in self.exact.items():
            texts[row] = text
        return texts


def text_column(texts: Sequence[str], *, wide_bytes: int = WIDE_BYTES) -> TextColumn:
    """The column that holds `texts`.

    Parameters
    ----------
    wide_bytes
        Size up to which nothing is cut.
    """
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    width = int(lengths.max(initial=1)) or 1
    if len(texts) * width * _CHARACTER_BYTES > wide_bytes:
        width = _cheapest_width(lengths)
    values = np.array(texts, dtype=f"<U{width}") if texts else np.zeros(0, dtype="<U1")
    exact = {row: text for row, text in enumerate(texts) if len(text) > width or text.endswith("\0")}
    for row, text in exact.items():
        if len(text) > width:
            values[row] = text[: width - 1] + CUT_MARK
    return TextColumn(values, exact)


def _cheapest_width(lengths: NDArray[np.int64]) -> int:
    """Characters of a column, so that it and the texts that do not fit in take the fewest bytes together."""
    ordered = np.sort(np.maximum(lengths, 1))
    above = ordered.sum() - np.cumsum(ordered)
    return int(ordered[np.argmin(ordered * len(ordered) + above)])
