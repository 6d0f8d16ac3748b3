"""Which files there are: folders walked, lists read.

A folder gives every file in it, and in the folders below, whose suffix is one of `edm.audio.containers.SUFFIXES`.
Passed over are hidden names, the copies of metadata that macOS leaves (``._track.mp3``, ``__MACOSX``) and what a
``.edmignore`` file excludes, which has the syntax of ``.gitignore``, holds for its folder and those below, and may be
overruled by one further down. Links are followed, real folders first; each folder and each file counts once.
A file that is named outright is taken whatever its name. `survey` tells sizes and times, too, and what it could not
see.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

from edm.audio.containers import SUFFIXES
from edm.errors import InputError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["IGNORE_FILE", "FoundFile", "Survey", "find_tracks", "read_path_list", "survey"]

IGNORE_FILE = ".edmignore"

# Folders that other systems make in every folder or drive.
_FOREIGN_FOLDERS = {"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information"}

_Warn: TypeAlias = Callable[[str], None]
# Ignore rules from the outermost folder inwards, each with the folder it stands in.
_Rules: TypeAlias = "tuple[tuple[Path, GitIgnoreSpec], ...]"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A track's file as a walk finds it: size in bytes, time of its last change in nanoseconds since 1970."""

    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Survey:
    """All that is in a folder.

    Attributes
    ----------
    files
        In the order of their names.
    unseen
        Folders and links that could not be looked into: what is in them may be there all the same.
    """

    files: tuple[FoundFile, ...]
    unseen: tuple[Path, ...] = ()


def find_tracks(
    paths: Iterable[Path], *, on_warning: Callable[[str], None] | None = None, keep_missing: bool = False
) -> list[Path]:
    """Tracks among and below ``paths``.

    Parameters
    ----------
    paths
        Files and folders. Files are taken as they are.
    on_warning
        Called with one sentence for each folder, link or ignore file that cannot be read.
    keep_missing
        Return paths that do not exist rather than raise, so that each can fail for itself.

    Returns
    -------
    list of Path
        In the order of ``paths``, each folder's in the order of their names; relative where ``paths`` are.

    Raises
    ------
    InputError
        If a path does not exist.
    """
    warn = on_warning or (lambda _: None)
    tracks: list[Path] = []
    seen: set[str] = set()
    for path in map(Path, paths):
        reason = _why_missing(path)
        if reason and not keep_missing:
            raise InputError(f"{path}: {reason}", hint="check the spelling, or whether a drive is missing")
        found = [found for found, _ in _walk(path, warn, [])] if reason is None and path.is_dir() else [path]
        for track in found:
            # What is not there may have a name that cannot even be looked up.
            key = str(track) if reason else os.path.realpath(track)
            if key not in seen:
                seen.add(key)
                tracks.append(track)
    return tracks


def survey(folder: Path, *, on_warning: Callable[[str], None] | None = None) -> Survey:
    """Tracks below ``folder`` with their sizes and times of change, and the folders that cannot be read.

    The same walk as that of `find_tracks`, with one look at each file and none into it.
    """
    unseen: list[Path] = []
    files: list[FoundFile] = []
    for path, entry in _walk(folder, on_warning or (lambda _: None), unseen):
        try:
            status = path.stat() if entry is None else entry.stat()
        except OSError:  # gone since
            continue
        files.append(FoundFile(path, status.st_size, status.st_mtime_ns))
    return Survey(tuple(files), tuple(unseen))


def read_path_list(
    source: Path | Literal["-"], *, null_separated: bool = False, stdin: BinaryIO | None = None
) -> list[Path]:
    """Paths from a list, one a line.

    Empty lines are passed over, and in a list that starts with ``#EXTM3U`` all that start with ``#``. A relative path
    is one from the working directory or, if there is nothing there, from the folder of the list.

    Parameters
    ----------
    source
        File, in the encoding of file names; ``-`` reads ``stdin``.
    null_separated
        Paths end with a NUL instead of a line break, as ``find -print0`` writes them.
    stdin
        Bytes of standard input.

    Raises
    ------
    InputError
        If the list cannot be read.
    """
    folder: Path | None = None
    if isinstance(source, Path):
        folder = source.parent
        try:
            content = source.read_bytes()
        except OSError as exc:
            raise InputError(f"{source}: cannot read the list: {(exc.strerror or str(exc)).lower()}") from exc
    elif stdin is None:
        raise InputError("no standard input to read the list from", hint="give a file with one path a line")
    else:
        content = stdin.read()
    names = list(_names(content.removeprefix(b"\xef\xbb\xbf"), null_separated=null_separated))
    return [_resolved(Path(name), folder) for name in names]


def _names(content: bytes, *, null_separated: bool) -> Iterator[str]:
    if null_separated:
        yield from (os.fsdecode(name) for name in content.split(b"\0") if name)
        return
    lines = [line.rstrip(b"\r") for line in content.split(b"\n")]
    is_m3u = lines[0].startswith(b"#EXTM3U")
    for line in lines:
        if line.strip() and not (is_m3u and line.startswith(b"#")):
            yield os.fsdecode(line)


def _resolved(path: Path, folder: Path | None) -> Path:
    if folder is None or path.is_absolute() or _why_missing(path) is None:
        return path
    beside = folder / path
    return path if _why_missing(beside) else beside


def _why_missing(path: Path) -> str | None:
    """Why there is nothing at ``path``, in a few words; None if there is something."""
    # Not `exists`, which raises for names that are too long.
    try:
        path.stat()
    except OSError as exc:
        return (exc.strerror or str(exc)).lower()
    except ValueError as exc:
        return str(exc)
    return None


def _walk(root: Path, warn: _Warn, unseen: list[Path]) -> list[tuple[Path, os.DirEntry[str] | None]]:
    """Tracks below ``root`` in the order of their names, with their entries (None for links)."""
    found: list[tuple[Path, os.DirEntry[str] | None]] = []
    linked: list[Path] = []
    folders: list[tuple[Path, _Rules]] = [(root, ())]
    # Links wait until all real folders are known, so that a track is called by its own name.
    links: list[tuple[Path, _Rules]] = []
    visited: set[tuple[int, int]] = set()
    while folders or links:
        folder, rules = folders.pop() if folders else links.pop(0)
        if folder.is_file():
            linked.append(folder)
            continue
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as exc:
            unseen.append(folder)
            warn(f"{folder}: cannot be read: {(exc.strerror or str(exc)).lower()}")
            continue
        rules = _with_rules_of(folder, rules, warn)
        for entry in entries:
            path = folder / entry.name
            kind = _kind(entry, path, warn, unseen)
            if kind is None or _is_ignored(path, rules, is_folder=kind == "folder"):
                continue
            if entry.is_symlink():
                links.append((path, rules))
            elif kind == "folder":
                folders.append((path, rules))
            else:
                found.append((path, entry))
    own = {os.path.realpath(path) for path, _ in found} if linked else set()
    found += [(link, None) for link in linked if os.path.realpath(link) not in own]
    return sorted(found, key=lambda pair: pair[0].parts)


def _kind(entry: os.DirEntry[str], path: Path, warn: _Warn, unseen: list[Path]) -> Literal["folder", "track"] | None:
    """What an entry of a folder is to us; None for what does not concern us."""
    if entry.name.startswith(".") or entry.name in _FOREIGN_FOLDERS:
        return None
    try:
        if entry.is_dir():
            return "folder"
        if path.suffix.lower() not in SUFFIXES:
            return None
        if entry.is_file():
            return "track"
        if entry.is_symlink() and not path.exists():
            warn(f"{path}: is a link to nothing")
    except OSError as exc:
        unseen.append(path)
        warn(f"{path}: cannot be read: {(exc.strerror or str(exc)).lower()}")
    return None


def _with_rules_of(folder: Path, rules: _Rules, warn: _Warn) -> _Rules:
    file = folder / IGNORE_FILE
    try:
        lines = file.read_text("utf-8-sig", "surrogateescape").splitlines()
        # Half as slow to import as the rest of us together, and rarely needed.
        from pathspec import GitIgnoreSpec

        return (*rules, (folder, GitIgnoreSpec.from_lines(lines)))
    except FileNotFoundError:
        return rules
    except OSError as exc:
        warn(f"{file}: cannot be read: {(exc.strerror or str(exc)).lower()}")
    except ValueError as exc:
        warn(f"{file}: {' '.join(str(exc).split())}")
    return rules


def _is_ignored(path: Path, rules: _Rules, *, is_folder: bool) -> bool:
    # The innermost file that says anything decides, as with git.
    for folder, spec in reversed(rules):
        relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        included = spec.check_file(relative).include
        if included is not None:
            return included
    return False
