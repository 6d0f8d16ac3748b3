"""Playlists as players keep them: M3U8 written, and any M3U read.

What is written is UTF-8 with a line ``#EXTINF:seconds,artist - title`` before each track. Names of files and tags are
whatever somebody typed, so nothing of them can end a line: control characters in tags become blanks, and a path that
some player would cut, trim or turn round stands as a ``file://`` URL in which these characters are percent-encoded.
Mixxx and VLC open such URLs; foobar2000 runs where no file can have such a name. All other paths stand as they are.

What is read is UTF-8, UTF-16 with a mark, or else Windows-1252, with lines ended any way; it may hold absolute and
relative paths, those of Windows, and ``file://`` URLs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath
from urllib.parse import quote, unquote_to_bytes

__all__ = ["M3uTrack", "m3u_bytes", "possible_paths", "read_m3u"]

_HEAD = "#EXTM3U"
_INFO = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)?[^,]*(?:,(.*))?", re.IGNORECASE)
_ENDS = re.compile(r"\r\n|\n|\r")
# What ends a line somewhere, is trimmed off, or is half of a character.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_FILE_URL = re.compile(r"file:(?://(?P<host>[^/\\]*)(?=/|$))?(?P<path>.*)", re.IGNORECASE | re.DOTALL)
_DRIVE = re.compile(r"/?(?P<path>[A-Za-z][:|]([/\\].*)?)", re.DOTALL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class M3uTrack:
    """A track in a playlist.

    Attributes
    ----------
    path
        Where it is; as it was read, a path or a ``file://`` URL.
    name
        ``artist - title``, or what else is to be shown; empty for none.
    duration_s
        None where it is not known.
    """

    path: str
    name: str = ""
    duration_s: float | None = None


def m3u_bytes(tracks: Iterable[M3uTrack], *, relative_to: Path | None = None) -> bytes:
    """A playlist, UTF-8 without a mark, lines ended by a newline.

    Parameters
    ----------
    tracks
        With absolute paths.
    relative_to
        Folder that the playlist will lie in: paths are written from there. None for absolute ones. A path on another
        drive, and one that has to be a URL, stays absolute.
    """
    lines = [_HEAD]
    for track in tracks:
        seconds = -1 if track.duration_s is None else max(round(track.duration_s), 0)
        name = " ".join(_UNSAFE.sub(" ", track.name).split())
        lines += [f"#EXTINF:{seconds},{name or _UNSAFE.sub('?', PurePath(track.path).stem)}"]
        lines += [_written_path(track.path, relative_to)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def read_m3u(data: bytes) -> list[M3uTrack]:
    """The tracks in a playlist, in its order; comments and empty lines are none.

    Never fails: what is no playlist gives whatever its lines are.
    """
    found: list[M3uTrack] = []
    name, duration_s = "", None
    for line in _lines(data):
        info = _INFO.match(line)
        if info is not None:
            seconds = float(info[1]) if info[1] else -1.0
            name, duration_s = (info[2] or "").strip(), seconds if seconds >= 0 else None
        elif not line.startswith("#"):
            found.append(M3uTrack(line, name, duration_s))
            name, duration_s = "", None
    return found


def possible_paths(entry: str, folder: Path) -> list[str]:
    """Where the track of a line may be, the most likely place first; none for what is on the network.

    Parameters
    ----------
    entry
        A line of a playlist.
    folder
        That the playlist lies in.
    """
    url = _FILE_URL.fullmatch(entry)
    if url is not None:
        host = url["host"] or ""
        path = os.fsdecode(unquote_to_bytes(url["path"].encode("utf-8", "surrogateescape")))
        drive = _DRIVE.fullmatch(path)
        if drive is not None:
            return [drive["path"].replace("|", ":", 1)]
        if host and host.casefold() != "localhost":
            return [f"//{host}{path}"]
        return [_absolute(path, folder)]
    if "://" in entry and _SCHEME.match(entry):
        return []
    if PureWindowsPath(entry).drive:
        return [entry]
    # A name may hold a backslash where that parts no folders: the path as it stands comes first.
    return list(dict.fromkeys(_absolute(path, folder) for path in (entry, entry.replace("\\", "/"))))


def _lines(data: bytes) -> Iterator[str]:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # Old lists for Windows. Bytes that its code page lacks are kept as what Latin-1 has there.
        text = "".join(_of_windows(byte) for byte in data)
    for line in _ENDS.split(text):
        line = line.strip("\0 \t")
        if line:
            yield line


def _of_windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _absolute(path: str, folder: Path) -> str:
    # Not resolved: a library knows its tracks by the way it came to them.
    return os.path.normpath(folder / path)


def _written_path(path: str, relative_to: Path | None) -> str:
    if _needs_url(path):
        return _file_url(path)
    if relative_to is None:
        return path
    try:
        relative = os.path.relpath(path, relative_to)
    except ValueError:  # another drive
        return path
    if _needs_url(relative):
        return _file_url(path)
    first = PurePath(relative).parts[0]
    # A comment, a home or a scheme is what these would be taken for.
    return f".{os.sep}{relative}" if first[0] in "#~" or ":" in first else relative


def _needs_url(path: str) -> bool:
    own_separator = os.sep == "\\"
    return (
        _UNSAFE.search(path) is not None
        or path != path.strip()
        or "://" in path
        or ("\\" in path and not own_separator)
    )


def _file_url(path: str) -> str:
    plain = path.replace("\\", "/") if os.sep == "\\" else path
    slash = "" if plain.startswith("/") else "/"
    return "file://" + slash + quote(os.fsencode(plain), safe="/:" if slash else "/")
