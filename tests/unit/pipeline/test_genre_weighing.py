"""A person's word reaches the tracks that it is about, and what comes of it is what weighing all of them gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.genres.entities import ENTITIES, person_key
from edm.genres.evidence import Entity
from edm.genres.resolving import subjects_by_question, tag_key
from edm.library import Library, open_library
from edm.library.genre_records import GenreRow, Override, OverrideKind, StoredReply
from edm.library.genres import delete_override, genre_weights, store_override, store_reply
from edm.pipeline.genre_weighing import read_catalogue, weigh_concerned, weigh_library
from unit.library.made import add_track
from unit.pipeline.asking import tags

AT = "2026-01-01T00:00:00.000+00:00"
ARTISTS = ["A", "B", "A & B", "AC/DC", "!!!", "Blorp", "B feat. C"]
ALBUMS = [None, "One", "Blorp", "!!!"]
TAGS = ["Techno", "blorp", "Blorp / House", "(18)Blorp", "Foo & Blorp", "!!!", "Sound of Foo, blorp", "18", "seen live"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Every artist with every album, one tag each in the files; answers about most of them, and about a member."""
    with open_library(tmp_path_factory.mktemp("home") / "library.db", mode="write") as opened:
        for number, (artist, album) in enumerate((artist, album) for artist in ARTISTS for album in ALBUMS):
            own = (TAGS[number % len(TAGS)],) if number % 3 else ()
            add_track(opened, f"{number}.mp3", tags=tags(artist, album, f"Title {number % 5}", genres=own))
        for number, (source, entity, asked) in enumerate(sorted(subjects_by_question(read_catalogue(opened)))):
            if number % 4:
                said = tuple((TAGS[(number + step) % len(TAGS)], 1.0 - step / 4) for step in range(3))
                store_reply(opened, StoredReply(source, entity, asked, asked, "found", said, AT), None)
        yield opened


def override(kind: OverrideKind, entity: str, key: str, *genres: str) -> Override:
    return Override(kind, entity, key, key, genres, AT, "me")


def held(library: Library) -> dict[int, tuple[GenreRow, ...]]:
    return dict(genre_weights(library))


def all_weighed(library: Library) -> dict[int, tuple[GenreRow, ...]]:
    weigh_library(library, read_catalogue(library), is_stopped=lambda: False)
    return held(library)


def keys(entity: Entity) -> list[str]:
    names = {"artist": [""], "album": [album for album in ALBUMS if album], "track": ["Title 1", "Title 3"]}[entity]
    return [person_key(entity, artist, name) for artist in ARTISTS for name in names]


SETS = [override("set", entity, key, "gabber") for entity in ENTITIES for key in keys(entity)]
FIXES = [override("fix", "tag", tag_key(tag), "acid") for tag in (*TAGS, "foo", "sound of foo", "nowhere")]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SETS) | st.sampled_from(FIXES))
def test_a_word_and_its_end_come_to_the_same_as_weighing_all(library: Library, word: Override) -> None:
    before = all_weighed(library)
    try:
        store_override(library, word)
        tally = weigh_concerned(library, [word])
        after = held(library)
        assert after == all_weighed(library)
        assert tally.changed == sum(before.get(number) != after.get(number) for number in {*before, *after})
    finally:
        delete_override(library, word.kind, word.entity, word.key)
    weigh_concerned(library, [word])
    assert held(library) == before


def test_tracks_that_a_word_is_not_about_are_not_looked_at(library: Library) -> None:
    all_weighed(library)
    assert weigh_concerned(library, [override("set", "artist", person_key("artist", "AC/DC"))]).tracks == len(ALBUMS)
    assert weigh_concerned(library, [override("fix", "tag", "nowhere", "acid")]).tracks == 0


def test_a_tag_of_a_member_concerns_the_collaboration(tmp_path: Path) -> None:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        number = add_track(opened, "1.mp3", tags=tags("A & B", title="One"))
        store_reply(opened, StoredReply("lastfm", "artist", "b", "B", "found", (("blorp", 1.0),), AT), None)
        word = override("fix", "tag", "blorp", "acid")
        store_override(opened, word)
        weigh_concerned(opened, [word])
        assert [row.genre for row in held(opened)[number]] == ["acid"]


def test_missing_tracks_keep_what_they_have(tmp_path: Path) -> None:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        number = add_track(opened, "1.mp3", tags=tags("A", title="One", genres=("Techno",)))
        before = all_weighed(opened)
        opened.run("UPDATE tracks SET status = 'missing'")
        word = override("set", "artist", "a", "acid")
        store_override(opened, word)
        assert weigh_concerned(opened, [word]).tracks == 0
        assert held(opened) == before
        assert list(before) == [number]
