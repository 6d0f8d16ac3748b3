"""A person's words about genres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.cli.genres_lookup import find_album, find_artist, find_track
from edm.cli.genres_saying import say_of_subject, say_of_tag, take_back
from edm.errors import InputError
from edm.library import Library, open_library
from edm.library.genres import genre_weights, overrides
from edm.model import Tags
from tests.unit.library.made import add_track


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        add_track(opened, "1.mp3", tags=Tags(artist="A", album="X", title="One", genres=("blorp",)))
        add_track(opened, "2.mp3", tags=Tags(artist="A", album="X", album_artist="Host", title="Two"))
        add_track(opened, "3.mp3")
        add_track(opened, "4.mp3", tags=Tags(artist="Various Artists", title="Four"))
        yield opened


def genres(library: Library) -> dict[int, tuple[str, ...]]:
    return {number: tuple(row.genre for row in rows) for number, rows in genre_weights(library)}


def test_a_tag_means_what_a_person_says(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    say_of_tag(library, "BLORP\n", ("idm",))
    assert genres(library) == {1: ("idm",)}
    assert capsys.readouterr().err == "the tag 'BLORP\\n' means idm\n1 track changed\n"
    take_back(library, "blorp", is_tag=True)
    assert genres(library) == {}
    assert overrides(library) == ()


def test_the_closest_word_counts(library: Library) -> None:
    artist = find_artist(library, "A")
    say_of_subject(library, artist, ("techno",))
    say_of_subject(library, find_album(artist, "X"), ("house",))
    say_of_subject(library, find_track(library, "1"), ("ambient",))
    assert genres(library) == {1: ("ambient",), 2: ("house",)}
    assert [(one.entity, one.subject) for one in overrides(library)] == [
        ("album", "A: X"),
        ("album", "Host: X"),
        ("artist", "A"),
        ("track", "A: One"),
    ]
    assert all(one.said_by and one.at.endswith("+00:00") for one in overrides(library))
    take_back(library, "1", is_track=True)
    assert genres(library)[1] == ("house",)
    take_back(library, "a", album="x")
    assert genres(library) == {1: ("techno",), 2: ("techno",)}


def test_a_second_word_takes_the_place_of_the_first(library: Library) -> None:
    for genre in ("techno", "house"):
        say_of_subject(library, find_artist(library, "a"), (genre,))
    assert [one.genres for one in overrides(library)] == [("house",)]


def test_a_word_can_be_taken_back_after_its_tracks_have_gone(library: Library) -> None:
    from edm.library import tracks

    artist = find_artist(library, "A")
    say_of_subject(library, artist, ("techno",))
    say_of_subject(library, find_album(artist, "X"), ("house",))
    say_of_subject(library, find_track(library, "1"), ("ambient",))
    for number in (1, 2):
        tracks.delete(library, [number])
    take_back(library, "A: One", is_track=True)
    take_back(library, "A", album="X")
    take_back(library, "A")
    assert [one.subject for one in overrides(library)] == ["Host: X"]


def test_what_has_no_name_cannot_be_spoken_of(library: Library) -> None:
    for find, text in ((find_track, "3"), (find_track, "4"), (find_artist, "Various Artists")):
        with pytest.raises(InputError, match="name no artist or no title"):
            say_of_subject(library, find(library, text), ("techno",))
    with pytest.raises(InputError, match="a blank tag"):
        say_of_tag(library, " \n", ("techno",))
    assert overrides(library) == ()


def test_what_was_not_said_cannot_be_taken_back(library: Library) -> None:
    say_of_tag(library, "A", ("techno",))
    for options in ({}, {"album": "X"}, {"is_track": True}):
        with pytest.raises(InputError, match="nothing was said of"):
            take_back(library, "A", **options)  # type: ignore[arg-type]
    assert len(overrides(library)) == 1
