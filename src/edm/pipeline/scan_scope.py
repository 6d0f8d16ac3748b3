"""Where a scan looks: folders that were named, as parts of roots, and what is in them.

A folder inside a known root is a part of it, and a scan of it says nothing of the rest; any other becomes a root.
A file belongs to the innermost root around it. Folders are compared by where they really are, so that one that is
named twice, or by way of a link, counts once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from edm.audio.files import FoundFile, survey
from edm.errors import InputError
from edm.library.records import Root
from edm.pipeline.scan_look import Place

__all__ = ["Findings", "Scope", "look_around", "new_roots", "scopes_of"]


@dataclass(frozen=True, slots=True)
class Scope:
    """A folder to be scanned: ``below`` is its path inside the root, empty for all of it."""

    root: Root
    below: str

    @property
    def folder(self) -> Path:
        """Its absolute path."""
        return self.root.path / self.below


@dataclass(frozen=True, slots=True)
class Findings:
    """What is in the folders of a scan.

    Attributes
    ----------
    files
        By place, in the order of their names.
    covered
        Parts of roots that were looked at, as root id and path inside (empty for all of it).
    unseen
        Parts of those that could not be read.
    absent
        Roots whose folder is not there: a drive that is not mounted?
    """

    files: dict[Place, FoundFile]
    covered: tuple[Place, ...]
    unseen: tuple[Place, ...]
    absent: tuple[Root, ...]

    def covers(self, place: Place) -> bool:
        """Whether a file at `place` would have been found."""
        return _within(place, self.covered) and not _within(place, self.unseen)


def new_roots(folders: Iterable[Path], roots: Iterable[Root]) -> list[Path]:
    """Those of ``folders`` that are in no root yet, absolute, the outer ones only.

    Raises
    ------
    InputError
        If one is no folder, and not a part of a known root either.
    """
    known = [_real(root.path) for root in roots]
    fresh: list[Path] = []
    for folder in sorted({_absolute(folder) for folder in folders}, key=lambda path: len(path.parts)):
        real = _real(folder)
        if any(_is_inside(real, root) for root in known):
            continue
        if not folder.is_dir():
            reason = "is a file, not a folder" if folder.is_file() else "no such folder"
            raise InputError(
                f"{folder}: {reason}", hint="name a folder with music, or check whether a drive is missing"
            )
        known.append(real)
        fresh.append(folder)
    return fresh


def scopes_of(folders: Iterable[Path], roots: Iterable[Root]) -> list[Scope]:
    """Folders as parts of roots, each part once; all roots if there are no folders."""
    by_depth = sorted(((_real(root.path), root) for root in roots), key=lambda pair: -len(pair[0].parts))
    wanted = [_real(Path(folder)) for folder in folders] or [real for real, _ in by_depth]
    scopes: list[Scope] = []
    taken: list[Path] = []
    for real in sorted(set(wanted), key=lambda path: (len(path.parts), path)):
        if any(_is_inside(real, outer) for outer in taken):
            continue
        taken.append(real)
        place, root = next((place, root) for place, root in by_depth if _is_inside(real, place))
        below = real.relative_to(place).as_posix()
        scopes.append(Scope(root, "" if below == "." else below))
    return scopes


def look_around(
    scopes: Iterable[Scope], roots: Iterable[Root], *, on_warning: Callable[[str], None] | None = None
) -> Findings:
    """Walk all `scopes`; no file is opened."""
    all_roots = list(roots)
    files: dict[Place, FoundFile] = {}
    covered: list[Place] = []
    unseen: list[Place] = []
    absent: list[Root] = []
    for scope in scopes:
        inner = _inner_roots(scope, all_roots)
        covered += [(scope.root.id, scope.below), *((root.id, "") for _, root in inner)]
        absent += [root for folder, root in [(scope.root.path, scope.root), *inner] if not folder.is_dir()]
        if not scope.folder.is_dir():
            continue
        seen = survey(scope.folder, on_warning=on_warning)
        frames = [(_with_end(folder), root) for folder, root in [*inner, (scope.root.path, scope.root)]]
        for file in seen.files:
            files.setdefault(_place(str(file.path), frames), file)
        unseen += [_place(_with_end(path), frames) for path in seen.unseen]
    return Findings(files, tuple(covered), tuple(unseen), tuple(absent))


def _inner_roots(scope: Scope, roots: list[Root]) -> list[tuple[Path, Root]]:
    """Roots inside the folder of a scope, the innermost first, by their paths as a walk of the folder meets them."""
    outer = _real(scope.folder)
    inner = [
        (scope.folder / real.relative_to(outer), root)
        for root in roots
        if root.id != scope.root.id and _is_inside(real := _real(root.path), outer)
    ]
    return sorted(inner, key=lambda pair: -len(pair[0].parts))


def _place(path: str, frames: list[tuple[str, Root]]) -> Place:
    prefix, root = next(frame for frame in frames if path.startswith(frame[0]))
    return root.id, path[len(prefix) :].rstrip(os.sep).replace(os.sep, "/")


def _within(place: Place, parts: Iterable[Place]) -> bool:
    root_id, path = place
    return any(
        root_id == part_id and (not below or path == below or path.startswith(f"{below}/")) for part_id, below in parts
    )


def _absolute(path: Path) -> Path:
    # A root keeps the name that it was given, links and all; `resolve` would not.
    return Path(os.path.abspath(path))  # noqa: PTH100


def _with_end(path: Path) -> str:
    """The folder's path with a separator behind it, one only for the root of the file system, too."""
    return str(path).rstrip(os.sep) + os.sep


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
