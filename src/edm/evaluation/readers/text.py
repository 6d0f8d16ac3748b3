"""The text of a file, or one line that says why it has none: `read_text`."""

from __future__ import annotations

import codecs
from pathlib import Path

from edm.errors import InputError

__all__ = ["open_error", "read_text"]

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> str:
    """Content of a text file: UTF-8, with or without a byte order mark, or UTF-16 with one (what Excel calls Unicode).

    Raises
    ------
    InputError
        If it cannot be read, is in another encoding, or holds NUL characters, which no text does.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as exc:
        raise open_error(path, exc) from exc
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise InputError(f"{path.name}, line {line}: is not UTF-8 text", hint="save the file as UTF-8") from exc
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path.name}, line {line}: holds a NUL character, so it is not a text file")
    return text


def open_error(path: Path, exc: OSError | ValueError) -> InputError:
    """What to raise where a file cannot be opened; a ValueError comes of a name that no file can have."""
    reason = (exc.strerror or str(exc)).lower() if isinstance(exc, OSError) else str(exc)
    return InputError(f"{path}: cannot be read: {reason}")
