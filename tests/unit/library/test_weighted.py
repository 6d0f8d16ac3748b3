"""Tracks with the weights of their genres, for those who count."""

from __future__ import annotations

from edm.library import Library, genres, tracks
from edm.library.genre_records import GenreRow, GenreVoice
from edm.library.rows import PAGE
from edm.library.weighted import WeightedTrack, iter_weighted_tracks
from edm.model import Tags
from unit.library.made import add_track

VOICES = (GenreVoice("lastfm", "artist", 0.45),)


def weigh(library: Library, number: int, **weights: float) -> None:
    rows = [GenreRow(genre, weight, VOICES) for genre, weight in weights.items()]
    genres.store_weights(library, [(number, rows)])


def test_tracks_come_with_names_and_weights(library: Library) -> None:
    number = add_track(library, tags=Tags(artist="A", album="B", album_artist="C"))
    weigh(library, number, house=0.25, dub=0.5)
    (track,) = iter_weighted_tracks(library)
    assert track == WeightedTrack(number, "A", "B", "C", {"dub": 0.5, "house": 0.25})
    assert list(track.genres) == ["dub", "house"]


def test_tracks_without_genres_and_missing_ones_are_left_out(library: Library) -> None:
    ids = [add_track(library, name) for name in "abcde"]
    for number in (ids[0], ids[2], ids[4]):
        weigh(library, number, dub=0.5)
    weigh(library, ids[3], dub=0.0)
    tracks.mark_missing(library, [ids[2]])
    assert [track.id for track in iter_weighted_tracks(library)] == [ids[0], ids[4]]
    assert [track.genres for track in iter_weighted_tracks(library)] == [{"dub": 0.5}] * 2


def test_they_come_by_id_over_pages(library: Library) -> None:
    with library.transaction():
        ids = [add_track(library, f"{number}") for number in range(PAGE + 3)]
    genres.store_weights(library, [(number, [GenreRow("dub", number / 2000, VOICES)]) for number in ids])
    found = list(iter_weighted_tracks(library))
    assert [track.id for track in found] == ids
    assert [track.genres["dub"] for track in found] == [number / 2000 for number in ids]


def test_they_are_those_of_genre_weights(library: Library) -> None:
    for place, name in enumerate("abc"):
        weigh(library, add_track(library, name), dub=0.5, **{f"g{place}": 0.25})
    there = {number: {row.genre: row.weight for row in rows} for number, rows in genres.genre_weights(library)}
    assert {track.id: dict(track.genres) for track in iter_weighted_tracks(library)} == there
