"""Files that are there as a whole or not at all, whatever happens to the one who writes them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["sync_folder", "written_whole"]

# Of the target's name in that of the draft: a name may have 255 bytes.
_NAME_CHARACTERS = 60


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content takes the place of what is at `path` when the block ends well.

    The folder is made where there is none. A block that raises leaves everything as it was. A link is followed. What is
    there and is no file (a device, a pipe) takes the stream as it comes, and stays what it is.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    if path.is_symlink():
        path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:_NAME_CHARACTERS]}.{secrets.token_hex(6)}.tmp")
    try:
        with draft.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk, where that can be asked for."""
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network drives refuse it, and have their own ideas of what is safe
    finally:
        os.close(handle)
