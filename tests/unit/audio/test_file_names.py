"""Names of files and folders say who plays what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.audio.file_names import NamedBy, names_from_path, with_names_from_path
from edm.model import Tags


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Artist - Title.mp3", NamedBy("Title", "Artist")),
        ("Artist – Title (A - B Remix).mp3", NamedBy("Title (A - B Remix)", "Artist")),
        ("03 Artist - Title.mp3", NamedBy("Title", "Artist")),
        ("03. Artist - Title.mp3", NamedBy("Title", "Artist")),
        ("03 - Artist - Title.mp3", NamedBy("Title", "Artist")),
        ("Artist - 03 - Title.mp3", NamedBy("Title", "Artist")),
        ("A2. Artist - Title.flac", NamedBy("Title", "Artist")),
        ("Some_Artist_-_Some_Title.mp3", NamedBy("Some Title", "Some Artist")),
        ("Artist/Album/01 Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Genre/Artist/Album/1-01 Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist/Album/CD 2/01 Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist/Album/CD2/(01) Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist/2004 - Album/01 Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist/Album (2004)/[01] Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist - Album/01 - Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist - Album (2004)/01 - Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist/Album/01 Artist - Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Artist/Album/Artist - Album - 01 Title.mp3", NamedBy("Title", "Artist", "Album")),
        ("Techno/Peak Time/Artist - Title.mp3", NamedBy("Title", "Artist")),
        ("Techno/Title.mp3", NamedBy("Title")),
        ("Title.mp3", NamedBy("Title")),
        ("7 Days.mp3", NamedBy("7 Days")),
        ("99 Problems.mp3", NamedBy("99 Problems")),
        ("1979.mp3", NamedBy("1979")),
        ("01.mp3", NamedBy("01")),
        ("Artist/1999/1.5 Seconds.mp3", NamedBy("1.5 Seconds", "Artist", "1999")),
        ("Mr. Fingers.mp3", NamedBy("Mr. Fingers")),
        ("a-ha.mp3", NamedBy("a-ha")),
    ],
)
def test_usual_names_are_understood(path: str, expected: NamedBy) -> None:
    assert names_from_path(path) == expected


def test_tags_that_say_all_are_left_alone() -> None:
    tags = Tags(title="T", artist="A")
    assert with_names_from_path(tags, "X/Y/Z - W.mp3") == (tags, False)


def test_each_missing_name_is_taken_from_the_path() -> None:
    path = "Artist/Album/01 Title.mp3"
    assert with_names_from_path(Tags(bpm=128.0), path) == (Tags("Title", "Artist", "Album", bpm=128.0), True)
    assert with_names_from_path(Tags(title="Own"), path) == (Tags("Own", "Artist", "Album"), True)
    assert with_names_from_path(Tags(artist="Own"), path) == (Tags("Title", "Own"), True)
    assert with_names_from_path(Tags(album="Own"), path) == (Tags("Title", "Artist", "Own"), True)


@given(st.text(st.characters(exclude_characters="/"), min_size=1))
def test_any_name_has_a_title(name: str) -> None:
    assert names_from_path(f"{name}.mp3").title
    assert names_from_path(f"{name}/{name}/{name} - {name}.mp3").title
