"""A look into one file: which audio it is, what it says of itself. The part of a scan that other processes do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from edm.audio.file_names import with_names_from_path
from edm.audio.identity import identify
from edm.audio.tags import read_tags
from edm.errors import AudioError
from edm.library.records import FileStamp, NamesFrom
from edm.model import Tags

__all__ = ["Look", "Place", "Problem", "look_at", "look_at_all"]

Place: TypeAlias = tuple[int, str]
"""Where a track is: id of its root, path inside it with ``/`` between its parts."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be read: the name of the error's class, and one line."""

    error_type: str
    message: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes
    ----------
    path
        Of the file.
    stamp
        Without a hash where there is a problem.
    tags, names_from
        With artist and title by the path where the tags have none.
    problem
        None for a file that can be read.
    """

    path: Path
    stamp: FileStamp
    tags: Tags = field(default_factory=Tags)
    names_from: NamesFrom = "tags"
    problem: Problem | None = None


def look_at_all(files: Iterable[tuple[Path, str]]) -> list[Look]:
    """Looks at several files, each given by its path and the path inside its root."""
    return [look_at(path, relative) for path, relative in files]


def look_at(path: Path, relative: str) -> Look:
    """One look; a file that cannot be read is a `Look` with a problem."""
    try:
        identity = identify(path)
    except AudioError as error:
        # The system's own name says more than ours: PermissionError, FileNotFoundError …
        kind = type(error.__cause__ or error).__name__
        return Look(path, _stamp_of(path), *_names(Tags(), relative), problem=Problem(kind, error.message))
    tags, names_from = _names(read_tags(path), relative)
    if identity.size == 0:
        stamp = FileStamp(0, identity.mtime_ns, None)
        return Look(path, stamp, tags, names_from, Problem("EmptyAudioError", f"{path}: is empty"))
    stamp = FileStamp(identity.size, identity.mtime_ns, identity.sample_hash)
    return Look(path, stamp, tags, names_from)


def _names(tags: Tags, relative: str) -> tuple[Tags, NamesFrom]:
    completed, by_path = with_names_from_path(tags, relative)
    return completed, "file name" if by_path else "tags"


def _stamp_of(path: Path) -> FileStamp:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return FileStamp(0, 0, None)
    return FileStamp(status.st_size, status.st_mtime_ns, None)
