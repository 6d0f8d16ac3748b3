"""The genres of every track, weighed anew from all that was said, and written where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from edm.genres.entities import Catalogue, make_catalogue
from edm.genres.resolving import Resolved, Resolver, TagReader
from edm.library import genres
from edm.library.genre_records import GenreRow, GenreVoice

if TYPE_CHECKING:
    from edm.library import Library

__all__ = ["WeighTally", "make_resolver", "read_catalogue", "tag_reader", "weigh_library"]


@dataclass(slots=True)
class WeighTally:
    """What came of it: tracks in all, with genres, with genres of a member, by a person's word, and changed ones."""

    tracks: int = 0
    with_genres: int = 0
    inherited: int = 0
    person: int = 0
    changed: int = 0


def read_catalogue(library: Library) -> Catalogue:
    """Who and what is in the library."""
    return make_catalogue(genres.iter_genre_tracks(library))


def tag_reader(library: Library) -> TagReader:
    """Reads tags as the vocabulary says, and as a person corrected it."""
    words = genres.overrides(library)
    return TagReader({word.key: word.genres for word in words if word.kind == "fix"})


def make_resolver(library: Library, catalogue: Catalogue) -> Resolver:
    """Knows all that was said of the library."""
    words = {(word.entity, word.key): word.genres for word in genres.overrides(library) if word.kind == "set"}
    resolver = Resolver(catalogue, tag_reader(library), words)
    for reply in genres.replies(library):
        if reply.outcome == "found":
            resolver.hear(reply.source, reply.entity, reply.question, reply.tags)
    return resolver


def weigh_library(library: Library, catalogue: Catalogue, *, is_stopped: Callable[[], bool]) -> WeighTally:
    """Store the genres of all present tracks; of missing ones they stay as they are.

    Parameters
    ----------
    is_stopped
        Asked for each track; once it says so the rest is left as it is.

    Raises
    ------
    LibraryError
        If they cannot be stored.
    """
    resolver = make_resolver(library, catalogue)
    tally = WeighTally()
    # The tracks of an album mostly have the same.
    to_rows = lru_cache(maxsize=1 << 8)(_rows)

    def rows() -> Iterator[tuple[int, tuple[GenreRow, ...]]]:
        for track in genres.iter_genre_tracks(library):
            if is_stopped():
                return
            found = resolver.resolve(catalogue.of(track), track.genres)
            tally.tracks += 1
            tally.with_genres += bool(found.genres)
            tally.inherited += found.inherited
            tally.person += found.person
            yield track.id, to_rows(found)

    tally.changed = genres.store_weights(library, rows())
    return tally


def _rows(found: Resolved) -> tuple[GenreRow, ...]:
    return tuple(
        GenreRow(
            one.genre,
            one.weight,
            tuple(GenreVoice(voice.source, voice.entity, voice.weight, voice.inherited) for voice in one.sources),
        )
        for one in found.genres
    )
