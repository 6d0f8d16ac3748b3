r"""Paths and other texts as the database holds them.

A path inside a root is text with ``/`` between its parts. File names need not be text, but the database takes only
text: a byte that is no UTF-8 is written ``\xNN``, half a surrogate pair ``\uNNNN``, and a backslash that is part of a
name ``\\``. The way back is exact, so every name that a file system can hold survives.

Other texts (tags, messages) are stored as they are; only what no encoding takes is written in the same way, for good.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath

__all__ = ["from_text", "join", "storable", "to_text"]

# Python's surrogateescape: the byte 0xNN, no UTF-8 where it stood, is the character U+DCNN.
_BYTE_BASE = 0xDC00
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:\\|x([0-9a-f]{2})|u([0-9a-f]{4}))")


def to_text(path: str | PurePath) -> str:
    """`path` as the database holds it; `from_text` is the way back."""
    text = path if isinstance(path, str) else path.as_posix()
    return storable(text.replace("\\", "\\\\"))


def from_text(text: str) -> str:
    """The path that `to_text` made `text` of, with ``/`` between its parts."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def join(root: Path, relative: str) -> Path:
    """The path of a file from its root and the path inside it, as `from_text` gives it."""
    return root / relative


def storable(text: str) -> str:
    """`text`, with what no encoding takes written out; nearly always `text` itself."""
    return text if text.isascii() else _SURROGATE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code - _BYTE_BASE:02x}" if _FIRST_BYTE <= code <= _LAST_BYTE else f"\\u{code:04x}"


def _unescaped(match: re.Match[str]) -> str:
    byte, unit = match.groups()
    if byte is not None:
        return chr(_BYTE_BASE + int(byte, 16))
    return "\\" if unit is None else chr(int(unit, 16))
