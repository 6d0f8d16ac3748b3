"""Roots: the folders whose tracks are in the library. Tracks know the path inside theirs, so a root can move."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from edm.errors import LibraryError
from edm.library.paths import from_text, to_text
from edm.library.records import Root
from edm.library.store import Library

__all__ = ["add", "all_roots", "inside", "relocate", "remove"]


def add(library: Library, path: Path) -> Root:
    """The root at `path`, new or known. `path` must be absolute; it is taken as it is, links and all."""
    _require_absolute(path)
    with library.transaction():
        library.run("INSERT INTO roots (path) VALUES (?) ON CONFLICT DO NOTHING", (to_text(path),))
        row = library.row("SELECT id FROM roots WHERE path = ?", (to_text(path),))
    assert row is not None
    return Root(row[0], path)


def all_roots(library: Library) -> tuple[Root, ...]:
    """All roots, by id."""
    rows = library.rows("SELECT id, path FROM roots ORDER BY id")
    return tuple(Root(number, Path(from_text(text))) for number, text in rows)


def remove(library: Library, root_id: int) -> None:
    """Forget a root that has no tracks.

    Raises
    ------
    LibraryError
        If it still has some.
    """
    library.run("DELETE FROM roots WHERE id = ?", (root_id,))


def relocate(library: Library, old: Path, new: Path) -> tuple[Root, ...]:
    """Say that everything in `old` is now in `new`; gives back the roots that moved.

    Moves the root `old` and all roots below it. Ids and results stay; no file is looked at.

    Raises
    ------
    LibraryError
        If there is no root at or below `old`, or one of the new places is a root already.
    """
    _require_absolute(new)
    known = all_roots(library)
    moving = [root for root in known if root.path == old or old in root.path.parents]
    if not moving:
        listed = ", ".join(str(root.path) for root in known) or "none"
        raise LibraryError(f"no root at or below {old}", hint=f"roots: {listed}")
    moved = tuple(Root(root.id, new / root.path.relative_to(old)) for root in moving)
    staying = {root.path for root in known} - {root.path for root in moving}
    for root in moved:
        if root.path in staying:
            raise LibraryError(f"{root.path} is a root already", hint="`edm scan` finds moved tracks by their audio")
    with library.transaction():
        # By way of names that no path has, since one may move to where another one was.
        library.run_many("UPDATE roots SET path = ? WHERE id = ?", [(f"\\{root.id}", root.id) for root in moved])
        library.run_many("UPDATE roots SET path = ? WHERE id = ?", [(to_text(root.path), root.id) for root in moved])
    return moved


def inside(library: Library, folders: Iterable[Path]) -> tuple[str, list[object]]:
    """Condition of SQL, and its values, for the rows ``t`` of tracks at or below any of `folders`; none: all tracks.

    Folders are compared by where they really are, as in a scan: links and ``..`` lead to the same tracks.
    """
    wanted = [_real(folder) for folder in folders]
    if not wanted:
        return "1", []
    known = [(root.id, _real(root.path)) for root in all_roots(library)]
    parts, values = ["0"], list[object]()
    for folder in wanted:
        for root_id, place in known:
            if folder == place or folder in place.parents:
                parts.append("t.root_id = ?")
                values.append(root_id)
            elif place in folder.parents:
                below = to_text(folder.relative_to(place))
                # "0" follows "/": from one to the other is everything below the folder.
                parts.append("t.root_id = ? AND (t.path = ? OR t.path > ? AND t.path < ?)")
                values += [root_id, below, below + "/", below + "0"]
    return "(" + " OR ".join(parts) + ")", values


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _require_absolute(path: Path) -> None:
    if not path.is_absolute():
        raise LibraryError(f"a root must be an absolute path, not {path}")
