"""One process at a time in a folder, by a lock of the operating system, which dies with its holder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["folder_lock", "try_lock", "unlock"]

_LOCK_NAME = ".lock"
_PAUSE_S = 0.1


@contextmanager
def folder_lock(folder: Path, *, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold `folder` against other processes that do the same; waits until it is free.

    Parameters
    ----------
    folder
        Must exist and be writable; a file ``.lock`` stays in it.
    on_wait
        Called once if somebody else holds it.
    """
    with (folder / _LOCK_NAME).open("a+b") as handle:
        waiting = False
        while not try_lock(handle):
            if not waiting:
                on_wait()
                waiting = True
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            unlock(handle)


if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: IO[bytes]) -> bool:
        """Lock an open file against other processes, if none of them has; says whether it did."""
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(handle: IO[bytes]) -> None:
        """Let go of a lock that `try_lock` got."""
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import errno
    import fcntl

    def try_lock(handle: IO[bytes]) -> bool:
        """Lock an open file against other processes, if none of them has; says whether it did."""
        try:
            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as exc:
            # Some network file systems know no locks; there the checksums alone must do.
            if exc.errno in (errno.ENOLCK, errno.ENOTSUP):
                return True
            raise
        return True

    def unlock(handle: IO[bytes]) -> None:
        """Let go of a lock that `try_lock` got."""
        fcntl.flock(handle.fileno(), fcntl.LOCK_UN)
