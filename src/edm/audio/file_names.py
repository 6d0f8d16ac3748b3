"""Artist, title and album by a file's name and its folders, for files whose tags do not say.

Understood are ``Artist - Title``, with a number in front or between (``03 Artist - Title``, ``Artist - 03 - Title``),
and ``03 Title`` in a folder ``Artist/Album`` or ``Artist - Album``, with folders for discs below (``CD 1``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from edm.model import Tags

__all__ = ["NamedBy", "names_from_path", "with_names_from_path"]

# "01. ", "[01] ", "1-03 - ", "01 " and "A2. " of a record's sides. A bare number with nothing but a space behind it
# may be part of a title ("7 Days", "99 Problems", "1979"): only 00 to 19, written with two digits, counts.
_NUMBER = re.compile(
    r"\(?(?:\d{1,2}-)?\d{1,3}[.)]\s*(?!\d)|\[\d{1,3}\]\s*|(?:\d{1,2}-)?\d{1,3}\s+[-\u2013\u2014]\s+|(?:\d-)?[01]\d\s+|[A-H]\d{1,2}[.)]\s*"
)
_SEPARATOR = re.compile(r"\s+[-\u2013\u2014]\s+")
_DISC = re.compile(r"(?:cd|disc|disk|side|vinyl)[\s_-]*\w{1,2}", re.IGNORECASE)
_YEAR = re.compile(r"^[(\[]?(?:19|20)\d\d[)\]]?\s*(?:[-\u2013\u2014]\s+)?(?=\S)|\s*[(\[](?:19|20)\d\d[)\]]$")


@dataclass(frozen=True, slots=True)
class NamedBy:
    """What the path says; None where it says nothing. ``title`` is always there."""

    title: str
    artist: str | None = None
    album: str | None = None


def names_from_path(relative: str) -> NamedBy:
    """Title, artist and album by a path.

    Parameters
    ----------
    relative
        Path inside the root, with ``/``: the folders above the root do not count, who knows what they are called after.

    Returns
    -------
    NamedBy
        Underscores that stand for spaces are spaces.
    """
    path = PurePosixPath(relative)
    name = _spaced(path.stem) or path.stem
    artist, album = _by_folders([_spaced(part) for part in path.parent.parts])
    rest = _without_number(name)
    parts = [part for part in _SEPARATOR.split(rest) if part]
    if len(parts) > 2 and parts[1].isdigit():  # Artist - 03 - Title
        del parts[1]
    if len(parts) > 2 and parts[1] == album and parts[2][:2].isdigit():  # Artist - Album - 03 Title
        parts = [parts[0], _without_number(" - ".join(parts[2:]))]
    if len(parts) >= 2:
        # Folders of another name than the artist's are a crate rather than an album.
        is_album = artist is not None and artist.casefold() == parts[0].casefold()
        return NamedBy(" - ".join(parts[1:]), parts[0], album if is_album else None)
    return NamedBy(rest, artist, album)


def with_names_from_path(tags: Tags, relative: str) -> tuple[Tags, bool]:
    """Tags whose artist and title are completed by the path, and whether that was needed.

    Each stands in for what is missing, so that a tagged artist is never replaced; the album is taken only together
    with the artist.
    """
    if tags.title and tags.artist:
        return tags, False
    named = names_from_path(relative)
    title, artist = tags.title or named.title, tags.artist or named.artist
    album = tags.album or (None if tags.artist else named.album)
    return replace(tags, title=title, artist=artist, album=album), True


def _by_folders(folders: list[str]) -> tuple[str | None, str | None]:
    while folders and _DISC.fullmatch(folders[-1]):
        folders = folders[:-1]
    if not folders:
        return None, None
    album = _YEAR.sub("", folders[-1]).strip() or folders[-1]
    parts = _SEPARATOR.split(album, maxsplit=1)
    if len(parts) == 2 and all(parts):
        return parts[0], parts[1]
    # One folder alone may be an artist, a genre or a crate: it says nothing.
    return (folders[-2], album) if len(folders) >= 2 else (None, None)


def _without_number(name: str) -> str:
    match = _NUMBER.match(name)
    return (name[match.end() :].strip() or name) if match else name


def _spaced(name: str) -> str:
    if "_" in name and " " not in name:
        name = name.replace("_", " ")
    return " ".join(name.split())
