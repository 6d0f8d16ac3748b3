"""The genres of tracks, weighed anew from all that was said, and written where they differ."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from edm.genres.entities import Catalogue, TrackSubjects, make_catalogue, question
from edm.genres.resolving import ANSWERING, Resolved, Resolver, TagReader, may_hold
from edm.library import genres
from edm.library.genre_records import GenreRow, GenreVoice, Override, StoredReply

if TYPE_CHECKING:
    from edm.library import Library

__all__ = ["WeighTally", "make_resolver", "read_catalogue", "tag_reader", "weigh_concerned", "weigh_library"]

# Id, what it belongs to, and the genres in its file.
_Track: TypeAlias = tuple[int, TrackSubjects, tuple[str, ...]]


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
    resolver = _silent_resolver(library, catalogue)
    for reply in genres.replies(library):
        _hear(resolver, reply)
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
    tracks = ((track.id, catalogue.of(track), track.genres) for track in genres.iter_genre_tracks(library))
    return _weigh(library, make_resolver(library, catalogue), tracks, is_stopped)


def weigh_concerned(library: Library, words: Collection[Override]) -> WeighTally:
    """Store the genres of the tracks that some words of a person can change: new ones, or such as were taken back.

    Where the other tracks have the genres that they are to have, this comes to the same as `weigh_library`, and it
    takes the time of looking at names.

    Raises
    ------
    LibraryError
        If they cannot be stored.
    """
    catalogue = read_catalogue(library)
    tracks = list(_concerned(library, catalogue, words))
    resolver = _silent_resolver(library, catalogue)
    for source, entity, asked in {one for _, belongs, _ in tracks for one in _questions(catalogue, belongs)}:
        reply = genres.reply(library, source, entity, asked)
        if reply is not None:
            _hear(resolver, reply)
    return _weigh(library, resolver, tracks, lambda: False)


def _concerned(library: Library, catalogue: Catalogue, words: Collection[Override]) -> Iterator[_Track]:
    """Tracks of which, of whose album or of whose artist something was said, or which bear a tag that was."""
    subjects = {(word.entity, word.key) for word in words if word.kind == "set"}
    tags = [word.key for word in words if word.kind == "fix"]
    holds = lru_cache(maxsize=1 << 16)(lambda text: any(may_hold(text, tag) for tag in tags))
    bearers: set[tuple[str, str, str]] = set()
    if tags:
        bearers = {
            (reply.source, reply.entity, reply.question)
            for reply in genres.replies(library)
            if any(holds(text) for text, _ in reply.tags)
        }
    for track in genres.iter_genre_tracks(library):
        belongs = catalogue.of(track)
        if (
            any((subject.entity, subject.person_key) in subjects for subject in belongs)
            or any(holds(text) for text in track.genres)
            or (bearers and not bearers.isdisjoint(_questions(catalogue, belongs)))
        ):
            yield track.id, belongs, track.genres


def _questions(catalogue: Catalogue, belongs: TrackSubjects) -> Iterator[tuple[str, str, str]]:
    """Under which the answers are kept that a track's genres may come from."""
    members = () if belongs.artist is None else catalogue.members(belongs.artist)
    for subject in (*belongs, *members):
        for source in ANSWERING:
            asked = question(subject, source)
            if asked is not None:
                yield source, subject.entity, asked


def _silent_resolver(library: Library, catalogue: Catalogue) -> Resolver:
    """Knows what a person said, and has heard nobody else."""
    words = {(word.entity, word.key): word.genres for word in genres.overrides(library) if word.kind == "set"}
    return Resolver(catalogue, tag_reader(library), words)


def _hear(resolver: Resolver, reply: StoredReply) -> None:
    if reply.outcome == "found":
        resolver.hear(reply.source, reply.entity, reply.question, reply.tags)


def _weigh(
    library: Library, resolver: Resolver, tracks: Iterable[_Track], is_stopped: Callable[[], bool]
) -> WeighTally:
    tally = WeighTally()
    # The tracks of an album mostly have the same.
    to_rows = lru_cache(maxsize=1 << 8)(_rows)

    def rows() -> Iterator[tuple[int, tuple[GenreRow, ...]]]:
        for number, belongs, file_genres in tracks:
            if is_stopped():
                return
            found = resolver.resolve(belongs, file_genres)
            tally.tracks += 1
            tally.with_genres += bool(found.genres)
            tally.inherited += found.inherited
            tally.person += found.person
            yield number, to_rows(found)

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
