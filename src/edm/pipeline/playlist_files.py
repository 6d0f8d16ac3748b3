"""Playlists as files: the list of a player, and beside it why each track follows the one before.

What is written takes the place of a file, and of nothing else: a device or a pipe stays what it is, and of a link that
which it leads to is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from edm.atomic import written_whole
from edm.errors import InputError
from edm.pipeline.playlist_records import KIND
from edm.playlist.m3u import M3uTrack, m3u_bytes

__all__ = ["check_place", "check_sidecar", "placed_whole", "sidecar_path", "write_m3u"]

_HEAD_BYTES = 64


def sidecar_path(path: Path) -> Path:
    """Where the reasons of a playlist stand: ``set.json`` beside ``set.m3u8``."""
    return path.with_suffix(".json")


def check_place(path: Path) -> None:
    """Check that what is at `path`, if anything, is a file.

    Raises
    ------
    InputError
        If it is something else.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder", hint="name a file in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no file", hint="standard output has it without --output")


@contextmanager
def placed_whole(path: Path) -> Iterator[BinaryIO]:
    """A stream into a file, which is there as a whole or not at all.

    Raises
    ------
    InputError
        As `check_place`; and if the file cannot be written.
    """
    check_place(path)
    try:
        with written_whole(path.resolve() if path.is_symlink() else path) as stream:
            yield stream
    except (FileExistsError, NotADirectoryError) as exc:
        folder = next((part for part in path.parents if part.exists() and not part.is_dir()), path.parent)
        raise InputError(f"{path} cannot be written: {folder} is no folder") from exc
    except OSError as exc:
        raise InputError(f"{path} cannot be written: {(exc.strerror or str(exc)).lower()}") from exc


def check_sidecar(path: Path) -> None:
    """Check that the reasons of the playlist at `path` would not take the place of anything else.

    Raises
    ------
    InputError
        If a file of that name is there, and is none of ours; or if it is the playlist itself.
    """
    sidecar = sidecar_path(path)
    if path.suffix.lower() == sidecar.suffix:
        raise InputError(f"{path} is where the reasons would be written", hint=f"name it {path.stem}.m3u8")
    if sidecar.is_dir():
        raise InputError(f"{sidecar}, where the reasons would be written, is a folder", hint="choose another name")
    if sidecar.exists() and f'"kind": "{KIND}"' not in _head(sidecar):
        raise InputError(
            f"{sidecar}, where the reasons would be written, is another file",
            hint="choose another name for the playlist",
        )


def write_m3u(tracks: Sequence[M3uTrack], record: Mapping[str, Any], path: Path, *, relative: bool) -> None:
    """Write a playlist, and beside it its record as JSON; each is there as a whole or not at all.

    Parameters
    ----------
    record
        As `edm.pipeline.playlist_records.playlist_record` makes it.
    relative
        Whether tracks are named from the folder of the playlist on.

    Raises
    ------
    InputError
        As `check_place` and `check_sidecar`; and if a file cannot be written.
    """
    check_place(path)
    check_sidecar(path)
    data = m3u_bytes(tracks, relative_to=path.absolute().parent if relative else None)
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    with placed_whole(sidecar_path(path)) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
    with placed_whole(path) as stream:
        stream.write(data)


def _head(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES).decode("utf-8", "replace")
