"""File names as text that every encoding takes.

Python holds the bytes of a name that are no UTF-8 as halves of surrogate pairs, which cannot be written to a file or a
terminal; JSON may bring in other halves.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["printable"]


def printable(text: str | Path) -> str:
    r"""`text` with what no encoding takes written out.

    A byte of a file name that is not UTF-8 becomes ``\xNN``; half a character that never was a byte becomes ``\uNNNN``,
    and so do the bytes beside it.
    """
    name = os.fspath(text)
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")
