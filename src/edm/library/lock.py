"""One writer at a time: `writer_lock`, a lock of the operating system on a file beside the database.

The lock dies with its holder, whatever kills it, so none is ever left over. The file (``library.db.lock``) stays; while
it is held it says by whom, for the message that the next one gets.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from edm.errors import LibraryBusyError, LibraryError
from edm.library.faults import ELSEWHERE
from edm.library.paths import storable

# One lock of the operating system in the house; `folder_lock` waits for ever, we give up.
from edm.locking import try_lock, unlock

__all__ = ["Holder", "command_line", "lock_file", "writer_lock"]

_PAUSE_S = 0.05
# Windows keeps others from reading the byte that is locked, which is the first one.
_TEXT_AT = 1
_MAX_COMMAND = 60


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes; ``since`` in seconds of Unix time."""

    pid: int
    host: str
    command: str
    since: float

    def __str__(self) -> str:
        then, today = time.localtime(self.since), time.localtime()
        when = time.strftime("%H:%M" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)
        where = "" if self.host == platform.node() else f" on {self.host}"
        return f"`{self.command}` (pid {self.pid}{where}, since {when})"


def lock_file(database: Path) -> Path:
    """The file that is locked while somebody writes to `database`."""
    return database.with_name(database.name + ".lock")


def command_line() -> str:
    """What this process was started as, short: the program and its command."""
    program, *arguments = sys.argv or [""]
    # `python -m edm` is the file edm/__main__.py.
    named = Path(program).parent if Path(program).name == "__main__.py" else Path(program)
    words = [named.name or "python", *(word for word in arguments[:1] if not word.startswith("-"))]
    return storable(" ".join(words))[:_MAX_COMMAND]


@contextmanager
def writer_lock(database: Path, *, command: str, wait_s: float) -> Iterator[None]:
    """Be the only one who writes to `database`.

    Parameters
    ----------
    database
        Resolved, so that two names of one file are one lock; its folder must exist.
    command
        Shown to whoever comes second.
    wait_s
        How long to wait for another writer; 0 does not wait.

    Raises
    ------
    LibraryBusyError
        If somebody else still writes after `wait_s`.
    LibraryError
        If there can be no lock file.
    """
    try:
        # Not "w": that would wipe out the name of the holder.
        handle = lock_file(database).open("a+b", buffering=0)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise LibraryError(f"{database}: cannot write in its folder: {reason}", hint=ELSEWHERE) from exc
    with handle:
        until = time.monotonic() + wait_s
        while not try_lock(handle):
            if time.monotonic() >= until:
                raise _busy(database, handle)
            time.sleep(_PAUSE_S)
        try:
            _write(handle, Holder(os.getpid(), platform.node(), command, time.time()))
            yield
        finally:
            _wipe(handle)
            unlock(handle)


def _busy(database: Path, handle: IO[bytes]) -> LibraryBusyError:
    holder = _read(handle)
    by = "another process" if holder is None else str(holder)
    return LibraryBusyError(f"{database} is in use by {by}", hint="wait until it is done, or end it")


def _read(handle: IO[bytes]) -> Holder | None:
    """The holder, or None in the instant before it has put its name down."""
    try:
        handle.seek(_TEXT_AT)
        return Holder(**json.loads(handle.read()))
    except (OSError, ValueError, TypeError):
        return None


def _write(handle: IO[bytes], holder: Holder) -> None:
    # A name is a courtesy: a full disk must not keep from reading or pruning.
    try:
        handle.truncate(0)
        handle.write(b" " * _TEXT_AT + json.dumps(asdict(holder)).encode())
    except OSError:
        pass


def _wipe(handle: IO[bytes]) -> None:
    try:
        handle.truncate(0)
    except OSError:
        pass
