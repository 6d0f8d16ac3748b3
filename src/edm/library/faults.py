"""What SQLite complains of, in words that a person can act on: `translated`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edm.errors import LibraryBusyError, LibraryError

__all__ = ["ELSEWHERE", "fault", "translated"]

ELSEWHERE = "choose another place with --db"

_DAMAGED = "restore a backup, or save what can be read with the program sqlite3: `sqlite3 FILE .recover`"
# SQLite's own words (stable since 2005; its codes reach Python only from 3.11 on), ours, and what to do.
_FAULTS: tuple[tuple[str, str, str], ...] = (
    ("database or disk is full", "the disk is full; nothing was half stored", "free some space, then run it again"),
    ("malformed", "the database is damaged", _DAMAGED),
    ("not a database", "this is not a database", ELSEWHERE),
    ("readonly database", "the file or its folder is read-only", ELSEWHERE),
    ("unable to open", "it cannot be opened; does its folder allow it?", ELSEWHERE),
    ("locking protocol", "its disk does not support the locks of a database", "put it on a local disk with --db"),
    ("disk I/O error", "its disk failed to read or write", "is it full, gone or a network share? " + ELSEWHERE),
)


def fault(path: Path, error: sqlite3.Error) -> LibraryError:
    """`error` as one of ours."""
    said = str(error)
    if "locked" in said:
        return LibraryBusyError(f"{path}: another program has it locked", hint="close that program, or wait for it")
    for words, message, hint in _FAULTS:
        if words in said:
            return LibraryError(f"{path}: {message}", hint=hint)
    return LibraryError(f"{path}: {said}")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside into `LibraryError`."""
    try:
        yield
    except sqlite3.Error as exc:
        raise fault(path, exc) from exc
