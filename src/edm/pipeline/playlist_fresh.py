"""Whether matrices are those of the library, without reading a library twice that has not changed.

The fingerprint of a large library takes longer than a playlist from it. It is remembered in a file, with size and
instant of change of the database and of its log, and counts for as long as these are the same. A file that is lost,
damaged or cannot be written costs that time and nothing else.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.atomic import written_whole

if TYPE_CHECKING:
    from edm.artifacts.matrices import Matrices
    from edm.library import Library

__all__ = ["is_stale_by_memory"]


def is_stale_by_memory(matrices: Matrices, library: Library, folder: Path, memory: Path) -> bool:
    """The answer of `edm.pipeline.playlist.is_stale`, from `memory` where the library is as it was.

    Parameters
    ----------
    folder
        Of the matrices.
    memory
        The file; made where there is none.
    """
    from edm.library.stats import fingerprint
    from edm.pipeline.artifact_genres import genres_mark

    # Before the library is read: what changes meanwhile is then seen the next time.
    state = _state(library.path)
    mark = _remembered(memory, state)
    if mark is None:
        mark = fingerprint(library)
        _remember(memory, state, mark)
    return matrices.fingerprint != f"{mark}-{genres_mark(folder)}"


def _state(database: Path) -> list[Any]:
    """What differs when the library does."""
    files = (database, database.with_name(database.name + "-wal"))
    stats = [file.stat() if file.exists() else None for file in files]
    # An empty log comes and goes with readers.
    found = [None if stat is None or not stat.st_size else [stat.st_size, stat.st_mtime_ns] for stat in stats]
    return [version("edm"), str(database.absolute()), *found]


def _remembered(memory: Path, state: list[Any]) -> str | None:
    try:
        held = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(held, dict) or held.get("state") != state or not isinstance(held.get("fingerprint"), str):
        return None
    mark: str = held["fingerprint"]
    return mark


def _remember(memory: Path, state: list[Any], mark: str) -> None:
    text = json.dumps({"state": state, "fingerprint": mark}, ensure_ascii=False)
    try:
        with written_whole(memory) as stream:
            stream.write(text.encode("utf-8", "surrogatepass"))
    except OSError:
        pass  # the next time it is read again
