"""Totals, and the fingerprint of all that artifacts are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edm.library import Library, failures, roots, runs, stages, stats, tracks
from edm.library import genres as genre_rows
from edm.library.genre_records import GenreRow
from edm.library.records import FileStamp
from edm.model import Tags
from unit.library.made import MUSIC, add_track, do


def test_an_empty_library_has_nothing(library: Library) -> None:
    found = stats.stats(library, {"sonic": 1})
    assert (found.tracks, found.present, found.missing, found.duplicates, found.analysed) == (0, 0, 0, 0, 0)
    assert found.stages == {"sonic": {"done": 0, "failed": 0, "pending": 0}}
    assert (found.detectors, found.modes, found.fallbacks, found.failures, found.genres) == ({}, {}, {}, {}, {})
    assert found.bytes > 0


def test_everything_is_counted(library: Library) -> None:
    ids = [add_track(library, name, audio=name, tags=Tags(genres=("Techno",) if name < "c" else ())) for name in "abcd"]
    do(library, ids[0], identity="a")
    stages.store_done(library, ids[1], "genres", 1, "b", fell_back="no answer")
    failures.store(library, ids[1], "sonic", 1, "b", error_type="DecodeError", message="m")
    tracks.mark_missing(library, [ids[2]])
    tracks.set_duplicate(library, ids[3], ids[0])
    found = stats.stats(library, {"sonic": 1, "genres": 1})
    assert (found.tracks, found.present, found.missing, found.duplicates, found.analysed) == (4, 3, 1, 1, 1)
    assert found.stages == {
        "sonic": {"done": 1, "failed": 1, "pending": 0},
        "genres": {"done": 1, "failed": 0, "pending": 1},
    }
    assert (found.detectors, found.modes) == ({"network": 1}, {"beat": 1})
    assert (found.layouts, found.keys) == ({"club": 1}, {"network": 1})
    assert found.fallbacks == {"genres": {"no answer": 1}}
    assert found.failures == {"sonic": {"DecodeError": 1}}
    assert (found.with_genres, found.genres) == (2, {"tag": 1})


def weigh(library: Library, number: int, **weights: float) -> None:
    genre_rows.store_weights(library, [(number, [GenreRow(genre, weight, ()) for genre, weight in weights.items()])])


def test_genres_from_elsewhere_cover_a_track_too(library: Library) -> None:
    tagged = add_track(library, "a", tags=Tags(genres=("Tech House",)))
    weigh(library, tagged, house=0.5)
    weigh(library, add_track(library, "b"), house=0.5, dub=0.25)
    add_track(library, "c")
    found = stats.stats(library, {})
    assert (found.with_genres, found.genres) == (2, {"tag": 1, "known": 2})


CHANGES: dict[str, Callable[[Library, int], object]] = {
    "done again": lambda library, number: library.run("UPDATE stage_done SET at = 'later'"),
    "another version": lambda library, number: do(library, number, identity="a.mp3", version="2"),
    "a retag": lambda library, number: tracks.update(library, number, FileStamp(1, 1, "a.mp3"), Tags(artist="New")),
    "a genre": lambda library, number: tracks.set_genres(library, number, "net", ["Dub"]),
    "weights of genres": lambda library, number: weigh(library, number, dub=0.5),
    "weights of a track without vectors": lambda library, number: weigh(library, add_track(library, "b"), dub=0.5),
    "a move": lambda library, number: tracks.move(library, number, 1, "b.mp3"),
    "a moved root": lambda library, number: roots.relocate(library, MUSIC, MUSIC / "x"),
    "a missing file": lambda library, number: tracks.mark_missing(library, [number]),
    "other audio": lambda library, number: tracks.update(library, number, FileStamp(1, 1, "z"), Tags()),
    "a deleted track": lambda library, number: tracks.delete(library, [number]),
    "another track": lambda library, number: do(library, add_track(library, "b.mp3"), identity="b.mp3"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_fingerprint_changes_with(library: Library, name: str) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    before = stats.fingerprint(library)
    CHANGES[name](library, number)
    assert stats.fingerprint(library) != before


def test_the_fingerprint_follows_weights_there_and_back(library: Library) -> None:
    number = add_track(library, tags=Tags(artist="A", album="B"))
    weigh(library, number, dub=0.5, house=0.25)
    before = stats.fingerprint(library)
    weigh(library, number, dub=0.5, house=0.5)
    assert stats.fingerprint(library) != before
    weigh(library, number, house=0.25, dub=0.5)
    assert stats.fingerprint(library) == before
    tracks.update(library, number, FileStamp(1000, 5, "a.mp3"), Tags(artist="A", album="C"))
    assert stats.fingerprint(library) != before


def test_the_fingerprint_is_unmoved_by_what_artifacts_do_not_hold(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    before = stats.fingerprint(library)
    tracks.mark_missing(library, [number])
    tracks.mark_present(library, [number])
    runs.begin(library, "edm run")
    failures.store(library, add_track(library, "new.mp3"), "sonic", 1, "x", error_type="E", message="m")
    assert stats.fingerprint(library) == before
