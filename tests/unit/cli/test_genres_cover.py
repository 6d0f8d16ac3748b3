"""How much is covered, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.cli.genres_cover import coverage_record, unknown_records
from edm.library import Library, open_library, tracks
from edm.library.genre_records import GenreRow, GenreVoice, Override, StoredReply
from edm.library.genres import store_override, store_reply, store_weights
from edm.model import Tags
from tests.unit.library.made import add_track

AT, PAST = "2026-11-21T15:00:00.000000+00:00", "2001-01-01T00:00:00.000000+00:00"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        for number in range(3):
            add_track(opened, f"{number}.mp3", tags=Tags(artist="A", album="X", genres=("zork", "House")))
        add_track(opened, "b.mp3", tags=Tags(artist="B", genres=("zork",)))
        add_track(opened, "c.mp3", tags=Tags(artist="C & B"))
        add_track(opened, "nameless.mp3", tags=Tags(genres=("Zork",)))
        add_track(opened, "gone.mp3", tags=Tags(artist="Gone", genres=("zork", "blorp")))
        tracks.mark_missing(opened, [7])
        yield opened


def reply(entity: str, question: str, *tags: str, expires: str | None = None) -> StoredReply:
    weighted = tuple((tag, 1.0) for tag in tags)
    return StoredReply("lastfm", entity, question, question, "found" if tags else "none", weighted, AT, expires)


def test_an_empty_library_is_covered_by_nobody(tmp_path: Path) -> None:
    with open_library(tmp_path / "library.db", mode="write") as empty:
        covered = coverage_record(empty)
        assert (covered["tracks"], covered["tracks_with_genres"], covered["genres"]) == (0, 0, {})
        assert unknown_records(empty, 5) == []


def test_tracks_are_counted_by_who_speaks_for_them(library: Library) -> None:
    tag, inherited = GenreVoice("tags", "track", 0.8), GenreVoice("lastfm", "artist", 0.2, inherited=True)
    store_weights(
        library,
        [
            (1, [GenreRow("house", 0.8, (tag,)), GenreRow("techno", 0.8, (tag,))]),
            (5, [GenreRow("house", 0.2, (inherited,))]),
            (7, [GenreRow("house", 0.8, (tag,))]),
        ],
    )
    covered = coverage_record(library)
    assert (covered["tracks"], covered["tracks_with_genres"], covered["inherited"]) == (6, 2, 1)
    assert covered["by_source"] == {"tags": 1, "lastfm": 1, "musicbrainz": 0, "person": 0}
    assert covered["genres"] == {"house": 2, "techno": 1}


def test_artists_and_albums_are_found_or_none_or_pending(library: Library) -> None:
    store_reply(library, reply("artist", "a", "house"), None)
    store_reply(library, reply("artist", "b"), None)
    store_reply(library, reply("artist", "candb", expires=PAST), None)
    entities = coverage_record(library)["entities"]
    assert entities == {
        "artist": {"all": 3, "found": 1, "none": 1, "pending": 1},
        "album": {"all": 1, "found": 0, "none": 0, "pending": 1},
    }


def test_an_unknown_tag_counts_once_for_each_that_bears_it(library: Library) -> None:
    store_reply(library, reply("artist", "a", "blorp", "house", "A"), None)
    store_reply(library, reply("artist", "nobodyofours", "blorp"), None)
    assert unknown_records(library, 5) == [
        {"tag": "zork", "count": 3, "examples": ["A: X", "B", "nameless.mp3"]},
        {"tag": "blorp", "count": 1, "examples": ["A"]},
    ]
    assert [one["tag"] for one in unknown_records(library, 1)] == ["zork"]
    assert coverage_record(library)["unknown_tags"] == 2


def test_what_a_person_explained_is_known(library: Library) -> None:
    store_override(library, Override("fix", "tag", "zork", "zork", (), AT, "ann"))
    assert unknown_records(library, 5) == []
    assert coverage_record(library)["overrides"] == 1
