"""Where playlists begin: names, artists, genres and playlists of players."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from edm.artifacts.matrices import DroppedRow
from edm.errors import InputError
from edm.library import Library, open_library
from edm.model import Tags
from edm.pipeline.artifacts import matrices_path
from edm.pipeline.playlist import Collection, open_collection
from edm.pipeline.playlist_seeds import SeedWords, named_track, seed_rows
from edm.playlist.request import Request
from unit.pipeline.matrix_library import ask, put, run

NAMES = (
    "Käse/Eins.mp3",
    "b/Zwei #2.mp3",
    "b/Drei.mp3",
    "c/Drei.mp3",
    "d/a\\b.mp3",
    "e/neu\nzeile.mp3",
    "x/f/Same.mp3",
    "y/f/Same.mp3",
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        for seed, name in enumerate(NAMES):
            put(opened, name, seed, tags=Tags(title=f"Title {seed}", artist="A" if seed % 2 else "B feat. A"))
        yield opened


@pytest.fixture
def collection(library: Library, tmp_path: Path) -> Collection:
    run(library, tmp_path)
    return open_collection(matrices_path(ask(tmp_path)))


def listed(collection: Collection, path: Path, *lines: str, encoding: str = "utf-8") -> tuple[list[int], list[str]]:
    path.write_bytes("\n".join(lines).encode(encoding))
    warnings: list[str] = []
    rows = seed_rows(collection, SeedWords("file", (str(path),)), Request(), on_warning=warnings.append)
    return rows, warnings


def test_lists_are_found_however_they_name_tracks(collection: Collection, tmp_path: Path) -> None:
    lines = [
        "#EXTM3U",
        "/music/b/Zwei #2.mp3",
        "file://" + quote("/music/Käse/Eins.mp3"),
        "C:\\Users\\me\\Music\\c\\drei.mp3",
        "../../old drive/b/Drei.mp3",
        "file:///music/e/neu%0Azeile.mp3",
        "/music/d/a\\b.mp3",
        "/music/b/Zwei #2.mp3",
    ]
    assert listed(collection, tmp_path / "a.m3u8", *lines) == ([1, 0, 3, 2, 5, 4], [])


def test_old_lists_and_decomposed_names_are_found(collection: Collection, tmp_path: Path) -> None:
    assert listed(collection, tmp_path / "a.m3u", "/music/Käse/Eins.mp3", encoding="cp1252")[0] == [0]
    assert listed(collection, tmp_path / "b.m3u8", "/music/Ka\u0308se/Eins.mp3")[0] == [0]


def test_a_name_without_its_folder_could_be_anybodys(collection: Collection, tmp_path: Path) -> None:
    rows, warnings = listed(collection, tmp_path / "list.m3u8", "b/Drei.mp3", "Zwei #2.mp3", "C:\\f\\Same.mp3")
    assert rows == [2]
    missing = "Zwei #2.mp3; C:\\f\\Same.mp3"
    assert warnings == [f"2 of 3 tracks in {tmp_path / 'list.m3u8'} are not in the matrices: {missing}"]


def test_what_a_list_has_and_we_lack_is_named(collection: Collection, tmp_path: Path) -> None:
    lines = ["/music/b/Drei.mp3", "http://radio/stream", *(f"/x/{number}.mp3" for number in range(8))]
    rows, warnings = listed(collection, tmp_path / "a.m3u8", *lines)
    assert rows == [2]
    assert len(warnings) == 1
    assert "9 of 10 tracks" in warnings[0]
    assert "http://radio/stream; /x/0.mp3" in warnings[0]
    assert warnings[0].endswith("and 4 more")


@pytest.mark.parametrize(
    ("lines", "said"), [(["#EXTM3U", ""], "lists no tracks"), (["/x/a.mp3", "/x/b.mp3"], "none of the 2 tracks")]
)
def test_a_list_without_any_of_our_tracks_is_refused(
    collection: Collection, tmp_path: Path, lines: list[str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        listed(collection, tmp_path / "a.m3u8", *lines)


def test_a_list_that_is_not_there_is_told(collection: Collection, tmp_path: Path) -> None:
    for path in (tmp_path / "none.m3u8", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            seed_rows(collection, SeedWords("file", (str(path),)), Request())


def test_tracks_are_seeds_in_their_order_and_once(collection: Collection) -> None:
    words = SeedWords("track", ("4", "Title 1", "/music/d/a\\b.mp3", "4", "B feat. A - Title 0"))
    assert seed_rows(collection, words, Request()) == [3, 1, 4, 0]


def test_a_name_of_several_is_refused_with_their_ids(collection: Collection) -> None:
    with pytest.raises(InputError, match="is 2 tracks") as caught:
        named_track(collection, "Drei.mp3")
    assert "3 /music/b/Drei.mp3" in str(caught.value.hint)


def test_an_artist_gives_one_track_and_another_seed_another(collection: Collection) -> None:
    words = SeedWords("artist", ("a",))
    middle = seed_rows(collection, words, Request())
    assert len(middle) == 1
    assert middle == seed_rows(collection, words, Request())
    drawn = {seed_rows(collection, words, Request(seed=seed))[0] for seed in range(1, 30)}
    assert drawn == set(range(len(NAMES)))


def test_a_genre_that_nobody_has_is_refused(collection: Collection) -> None:
    with pytest.raises(InputError, match="has the genre 'techno'"):
        seed_rows(collection, SeedWords("genre", ("techno",)), Request())


def test_a_track_that_waits_for_the_matrices_is_told(collection: Collection, library: Library) -> None:
    new = put(library, "z/new.mp3", 77, tags=Tags(title="Newest", artist="Somebody"))
    for text in ("/music/z/new.mp3", str(new), "newest", "Somebody – Newest"):
        with pytest.raises(InputError, match=f"track {new} is in the library, but not in the matrices") as caught:
            named_track(collection, text, library)
        assert caught.value.hint == "edm artifacts takes it up"
        with pytest.raises(InputError, match="no track in the matrices"):
            named_track(collection, text)
    with pytest.raises(InputError, match="'Somebody' is in the library, but none"):
        seed_rows(collection, SeedWords("artist", ("somebody",)), Request(), library=library)


def test_a_track_that_was_left_out_is_told_why(collection: Collection, library: Library) -> None:
    new = put(library, "z/new.mp3", 77)
    dropped = (DroppedRow(new, "/music/z/new.mp3", "no vector of end"),)
    without = Collection(replace(collection.matrices, dropped=dropped), collection.space)
    with pytest.raises(InputError, match=f"track {new} was left out of the matrices: no vector of end: /music/z"):
        named_track(without, str(new), library)


@pytest.mark.parametrize("text", ["", " ", "\0", "-", "99999999999999999999", "²", "/", "~nobody/x"])
def test_odd_names_are_refused_and_nothing_else(collection: Collection, library: Library, text: str) -> None:
    with pytest.raises(InputError):
        named_track(collection, text, library)


@pytest.mark.parametrize("many", [0, 1000])
def test_a_slip_is_told_what_is_near_in_libraries_of_any_size(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr("edm.pipeline.playlist._MANY", many)
    with pytest.raises(InputError, match="no track in the matrices") as caught:
        named_track(collection, "Tilte 3")
    assert "Title 3" in str(caught.value.hint)
