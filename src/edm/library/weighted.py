"""Tracks with the weights of their genres, as those need them who count: without who said what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from edm.library.rows import pages
from edm.library.store import Library

__all__ = ["WEIGHTED", "WeightedTrack", "iter_weighted_tracks"]

WEIGHTED = (
    "SELECT t.id, t.artist, t.album, t.album_artist FROM tracks AS t WHERE t.status = 'present' "
    "AND EXISTS (SELECT 1 FROM track_genre_weights AS w WHERE w.track_id = t.id AND w.weight > 0)"
)
"""Present tracks that have a genre, for `edm.library.rows.pages`."""


class WeightedTrack(NamedTuple):
    """A track with genres; a plain tuple, since there is one for every track.

    Attributes
    ----------
    artist, album, album_artist
        As the tags say, None where they say nothing.
    genres
        Weight of each, above 0; by name.
    """

    id: int
    artist: str | None
    album: str | None
    album_artist: str | None
    genres: Mapping[str, float]


def iter_weighted_tracks(library: Library) -> Iterator[WeightedTrack]:
    """All present tracks that have a genre, by id, duplicates too, a page at a time.

    `edm.library.genres.genre_weights` says more of each genre and takes several times as long.
    """
    weights = (
        "SELECT track_id, genre, weight FROM track_genre_weights WHERE track_id BETWEEN ? AND ? AND weight > 0 "
        "ORDER BY track_id, genre"
    )
    names: dict[str, str] = {}
    for page in pages(library, WEIGHTED, ()):
        genres: dict[int, dict[str, float]] = {row[0]: {} for row in page}
        for number, genre, weight in library.rows(weights, (page[0][0], page[-1][0])):
            if number in genres:
                # One text a genre: a library has few genres, and many tracks of each.
                genres[number][names.setdefault(genre, genre)] = weight
        for row in page:
            yield WeightedTrack(row[0], row[1], row[2], row[3], genres[row[0]])
