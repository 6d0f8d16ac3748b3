"""A playlist on standard output, or in a file, in the format that is asked for."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from edm.cli import console
from edm.cli.columns import screen_width
from edm.cli.genres_output import write_one, write_rows
from edm.cli.playlist_text import neighbour_lines, playlist_lines, relaxed_lines
from edm.errors import InputError

if TYPE_CHECKING:
    from edm.pipeline.playlist import Collection
    from edm.playlist.make import Playlist
    from edm.playlist.request import Request
    from edm.settings import Settings

__all__ = ["Target", "show_neighbours", "show_playlist"]

_M3U8 = "m3u8"
_SUFFIXES = {
    ".m3u8": _M3U8,
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".txt": "table",
}
_FORMATS = ("table", "json", "jsonl", "csv", "yaml", _M3U8)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a playlist goes.

    Attributes
    ----------
    format_name
        One of table, json, jsonl, csv, yaml, m3u8.
    path
        None for standard output.
    relative
        Whether an M3U8 names tracks from where it lies, or from the current folder.
    """

    format_name: str
    path: Path | None
    relative: bool
    quiet: bool
    dry_run: bool

    @classmethod
    def of(
        cls,
        settings: Settings,
        format_name: str | None,
        output: Path | None,
        *,
        relative: bool,
        quiet: bool,
        dry_run: bool,
    ) -> Target:
        """What the options say; a format that is named is stronger than a suffix, and a suffix than the settings.

        Raises
        ------
        InputError
            For a format that does not exist, a suffix that says nothing, and a place that cannot be written.
        """
        from edm.pipeline.playlist_files import check_place, check_sidecar

        path = None if output is None or str(output) == "-" else output
        if format_name is not None and format_name not in _FORMATS:
            raise InputError(f"--format {format_name} is none", hint=f"valid: {', '.join(_FORMATS)}")
        name = format_name
        if name is None and path is not None:
            name = _of_suffix(path)
        if name is None:
            name = settings.output.format
        if name == "auto":
            name = "table" if console.stdout_is_terminal() else "json"
        if relative and name != _M3U8:
            raise InputError("--relative is for an M3U8", hint="--format m3u8, or --output NAME.m3u8")
        if path is not None:
            check_place(path)
        if path is not None and name == _M3U8:
            check_sidecar(path)
        return cls(name, path, relative, quiet, dry_run)


def show_playlist(collection: Collection, playlist: Playlist, request: Request, target: Target) -> None:
    """Write a playlist; what is not kept is said on standard error where the format does not.

    A playlist that goes into a file is shown as a table, too, where somebody looks on.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    from edm.pipeline.playlist_files import sidecar_path, write_m3u
    from edm.pipeline.playlist_records import m3u_tracks, playlist_record

    record = playlist_record(collection, playlist, request)
    stream = console.data_stream()
    shows_table = target.format_name == "table" if target.path is None else console.is_terminal(stream)
    if not shows_table and not target.quiet:
        for line in relaxed_lines(record, screen_width(stream)):
            console.say(line)
    tracks = m3u_tracks(collection, playlist.order)
    if target.path is None:
        if target.format_name == _M3U8:
            from edm.playlist.m3u import m3u_bytes

            stream.write(m3u_bytes(tracks, relative_to=Path.cwd() if target.relative else None).decode("utf-8"))
        else:
            _write(record, target.format_name, stream)
        return
    if shows_table and not target.quiet:
        _write(record, "table", stream)
    is_m3u = target.format_name == _M3U8
    names = f"{target.path}, and the reasons to {sidecar_path(target.path)}" if is_m3u else str(target.path)
    if target.dry_run:
        console.say(f"dry run: would write {record['summary']['tracks']} tracks to {console.one_line(names)}")
        return
    if is_m3u:
        write_m3u(tracks, record, target.path, relative=target.relative)
    else:
        _write_file(record, target.format_name, target.path)
    if not target.quiet:
        console.say(f"wrote {record['summary']['tracks']} tracks to {console.one_line(names)}")


def show_neighbours(record: Mapping[str, Any], columns: Sequence[str], format_name: str) -> None:
    """Write the neighbours of a track: all about them as JSON or YAML, else a line each."""
    stream = console.data_stream()
    if format_name == "auto":
        format_name = "table" if console.is_terminal(stream) else "jsonl"
    found = record["neighbours"]
    if format_name == "jsonl":
        write_rows(found, columns, format_name, stream, [])
    elif format_name == "csv":
        parts = [f"part_{name}" for name in (found[0]["parts"] if found else ())]
        flat = [{**one, **{f"part_{name}": value for name, value in one["parts"].items()}} for one in found]
        write_rows(flat, [*columns, *parts], format_name, stream, [])
    else:
        write_one(record, format_name, stream, neighbour_lines(record, screen_width(stream)))


def _of_suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix == ".m3u":
        raise InputError(
            f"{path}: players do not agree on what letters a .m3u holds",
            hint=f"name it {path.stem}.m3u8: that is UTF-8",
        )
    if suffix not in _SUFFIXES:
        raise InputError(f"{path}: the suffix names no format", hint=f"valid: {', '.join(_SUFFIXES)}; or say --format")
    return _SUFFIXES[suffix]


def _write_file(record: Mapping[str, Any], format_name: str, path: Path) -> None:
    from edm.pipeline.playlist_files import placed_whole

    text = io.StringIO()
    _write(record, format_name, text)
    with placed_whole(path) as stream:
        stream.write(text.getvalue().encode("utf-8", "backslashreplace"))


def _write(record: Mapping[str, Any], format_name: str, stream: TextIO) -> None:
    if format_name == "csv":
        from edm.pipeline.playlist_records import TRACK_COLUMNS, csv_rows

        write_rows(csv_rows(record), TRACK_COLUMNS, "csv", stream, [])
    else:
        write_one(record, format_name, stream, playlist_lines(record, screen_width(stream)))
