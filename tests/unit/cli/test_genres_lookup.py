"""A person names something; the library finds it, or says what may have been meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.cli.genres_lookup import find_album, find_artist, find_subject, find_track
from edm.errors import InputError
from edm.library import Library, open_library
from edm.model import Tags
from tests.unit.library.made import MUSIC, add_track

HOSTILE = [
    "AC/DC",
    "!!!",
    "+/-",
    "-ish",
    'the "quoted" one',
    "電気グルーヴ",
    "Bj\u00f6rk",
    "two\nlines",
    "x" * 300,
    "808",
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_library(tmp_path_factory.mktemp("names") / "library.db", mode="write") as opened:
        add_track(opened, "one.mp3", tags=Tags(title="The Bells", artist="Jeff Mills", album="Kat Moda EP"))
        add_track(opened, "two.mp3", tags=Tags(artist="JEFF MILLS", album="Waveform"))
        add_track(opened, "three.mp3", tags=Tags(artist="Jeff Mills", album="Waveform"))
        add_track(opened, "four.mp3", tags=Tags(artist="Guest", album_artist="Jeff Mills", album="Waveform"))
        add_track(opened, "five.mp3")
        for number, name in enumerate(HOSTILE):
            add_track(opened, f"hostile/{number}.mp3", tags=Tags(artist=name))
        yield opened


def test_an_artist_is_found_in_any_spelling_and_told_in_the_usual_one(library: Library) -> None:
    for text in ("Jeff Mills", "jeff  mills", "JEFF-MILLS"):
        found = find_subject(library, text)
        assert (found.kind, found.name, len(found.tracks)) == ("artist", "Jeff Mills", 4)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_found(library: Library, name: str) -> None:
    for text in (name, unicodedata.normalize("NFD", name)):
        assert find_artist(library, text).name == name
        assert find_subject(library, text).name == name


def test_a_track_is_found_by_its_path_and_its_id(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(MUSIC / "one.mp3")
    for text in (path, "1"):
        found = find_subject(library, text)
        assert (found.kind, found.name, found.tracks[0].title) == ("track", path, "The Bells")
    monkeypatch.chdir(MUSIC.parent)
    assert find_track(library, "music/../music/one.mp3").tracks[0].id == 1


def test_an_artist_with_a_number_for_a_name_is_no_id(library: Library) -> None:
    assert find_subject(library, "808").kind == "artist"
    with pytest.raises(InputError, match="no track '808'"):
        find_track(library, "808")


def test_an_album_is_one_of_its_artist(library: Library) -> None:
    found = find_album(find_artist(library, "Jeff Mills"), "wave form")
    assert (found.kind, found.name, [track.id for track in found.tracks]) == ("album", "Waveform", [2, 3, 4])
    with pytest.raises(InputError, match="has no album 'Wavefrom'") as told:
        find_album(find_artist(library, "Jeff Mills"), "Wavefrom")
    assert told.value.hint == "did you mean 'Waveform'?"


def test_a_slip_gets_a_guess(library: Library) -> None:
    with pytest.raises(InputError, match="no track and no artist") as told:
        find_subject(library, "Jef Mils")
    assert told.value.hint is not None
    assert told.value.hint.startswith("did you mean 'Jeff Mills'")
    with pytest.raises(InputError) as told:
        find_track(library, "/elsewhere/onne.mp3")
    assert told.value.hint == f"did you mean '{MUSIC / 'one.mp3'}'?"


@pytest.mark.parametrize("text", ["", " ", "\0", "a\0b", "9" * 30, "²", "\udcff", "y" * 5000, "zzzz qqqq"])
def test_what_is_nowhere_is_an_error_of_its_own(library: Library, text: str) -> None:
    for find in (find_subject, find_track, find_artist):
        with pytest.raises(InputError):
            find(library, text)


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    with open_library(tmp_path / "library.db", mode="write") as empty, pytest.raises(InputError) as told:
        find_subject(empty, "Jeff Mills")
    assert told.value.hint == "the library has no tracks yet: edm scan FOLDER"
