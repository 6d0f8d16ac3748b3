"""What a person means by a name: a track by its path or id, an artist, an album; or what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from edm.audio.printable import printable
from edm.errors import InputError
from edm.genres.sources.names import name_key

if TYPE_CHECKING:
    from edm.library import Library
    from edm.library.genre_records import GenreTrack
    from edm.library.records import Track

__all__ = ["Kind", "Subject", "find_album", "find_artist", "find_subject", "find_track"]

Kind: TypeAlias = Literal["artist", "album", "track"]

_GUESSES = 3
_ALIKE = 0.6
# Of many tracks few names.
_key = lru_cache(maxsize=1 << 16)(name_key)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is talked of.

    Attributes
    ----------
    name
        As the library has it: of the artist, of the album, or the path of the track.
    tracks
        That bear the name, by id; never empty.
    """

    kind: Kind
    name: str
    tracks: tuple[GenreTrack, ...]


def find_subject(library: Library, text: str) -> Subject:
    """The track at that path, else the artist of that name, else the track of that id.

    Raises
    ------
    InputError
        If the library has none of them; the hint says what may have been meant.
    """
    found = _track_at(library, text) or _artist(library, text) or _track_of_id(library, text)
    if found is None:
        raise InputError(
            f"no track and no artist of the library is called {text!r}", hint=_guess(text, _artist_names(library))
        )
    return found


def find_track(library: Library, text: str) -> Subject:
    """The track at that path, else of that id.

    Raises
    ------
    InputError
        If the library has none.
    """
    found = _track_at(library, text) or _track_of_id(library, text)
    if found is None:
        names = {track.path.stem: printable(track.path) for track in _tracks(library)}
        raise InputError(f"the library has no track {text!r}", hint=_guess(Path(text).stem, names))
    return found


def find_artist(library: Library, text: str) -> Subject:
    """The artist of that name, in any spelling: of tracks, or of their albums.

    Raises
    ------
    InputError
        If the library has none.
    """
    found = _artist(library, text)
    if found is None:
        raise InputError(f"the library has no artist {text!r}", hint=_guess(text, _artist_names(library)))
    return found


def find_album(artist: Subject, text: str) -> Subject:
    """The album of that name among an artist's tracks.

    Raises
    ------
    InputError
        If there is none.
    """
    key = name_key(text)
    found = tuple(track for track in artist.tracks if key and track.album and name_key(track.album) == key)
    if not found:
        albums = {track.album: track.album for track in artist.tracks if track.album}
        raise InputError(f"{artist.name!r} has no album {text!r}", hint=_guess(text, albums))
    return Subject("album", found[0].album or text, found)


def _track_at(library: Library, text: str) -> Subject | None:
    from edm.library import tracks

    if not text or "\0" in text:
        return None
    # As it was scanned, whether or not the file is there; else with links and ".." followed.
    path = Path(text).absolute()
    held = tracks.by_path(library, path)
    if held is None:
        with suppress(OSError, RuntimeError):
            held = tracks.by_path(library, path.resolve())
    return _of_track(held)


def _track_of_id(library: Library, text: str) -> Subject | None:
    from edm.library import tracks

    # SQLite's largest number has 19 digits.
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return _of_track(tracks.get(library, int(text)))


def _of_track(held: Track | None) -> Subject | None:
    from edm.library.genre_records import GenreTrack

    if held is None:
        return None
    tags = held.tags
    names = (tags.artist, tags.album, tags.album_artist, tags.title)
    track = GenreTrack(held.id, held.path, *names, tags.musicbrainz, tags.genres)
    return Subject("track", printable(held.path), (track,))


def _artist(library: Library, text: str) -> Subject | None:
    key = name_key(text)
    if not key:
        return None
    names: dict[str, int] = {}
    found: list[GenreTrack] = []
    for track in _tracks(library):
        borne = [name for name in (track.artist, track.album_artist) if name and _key(name) == key]
        if borne:
            found.append(track)
            names[borne[0]] = names.get(borne[0], 0) + 1
    if not found:
        return None
    # The spelling of most tracks.
    return Subject("artist", max(names, key=lambda name: (names[name], name)), tuple(found))


def _artist_names(library: Library) -> dict[str, str]:
    return {name: name for track in _tracks(library) for name in (track.artist, track.album_artist) if name}


def _tracks(library: Library) -> Iterable[GenreTrack]:
    from edm.library.genres import iter_genre_tracks

    return iter_genre_tracks(library)


def _guess(text: str, names: dict[str, str]) -> str:
    """At most three of `names` (what is compared, and what is said) that look like `text`."""
    if not names:
        return "the library has no tracks yet: edm scan FOLDER"
    keys: dict[str, str] = {}
    for compared, said in names.items():
        keys.setdefault(name_key(compared), said)
    wanted = name_key(text)
    close = difflib.get_close_matches(wanted, keys, n=_GUESSES, cutoff=_ALIKE)
    within = [key for key in keys if len(wanted) > 2 and wanted in key]
    guesses = list(dict.fromkeys([*close, *within]))[:_GUESSES]
    if guesses:
        return f"did you mean {' or '.join(repr(keys[guess]) for guess in guesses)}?"
    return "a name that begins with a dash stands behind --: edm genres show -- NAME"
