"""From matrices on disk and words of a person to a space, seeds and rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from edm.artifacts.matrices import Matrices
from edm.artifacts.npz import read_matrices
from edm.errors import ArtifactError, InputError
from edm.library import Library, open_library
from edm.model import Tags
from edm.pipeline.artifacts import matrices_path
from edm.pipeline.playlist import (
    artist_rows,
    central_row,
    genre_rows,
    is_stale,
    open_collection,
    rules_of,
    track_row,
    weights_of,
)
from edm.playlist.make import make_playlist
from edm.playlist.request import Request, Rules
from edm.playlist.scores import Weights
from edm.playlist.similar import similar
from edm.settings import PlaylistSettings
from unit.pipeline.matrix_library import ask, put, run
from unit.playlist.made import make_space, random_space

ARTISTS = ("Orbital", "The Orb", "Orbital & Underworld", "Someone", "AFX")
TITLES = ("Halcyon", "Blue Room", "Both", "Guest (feat. The Orb)", "Halcyon")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        for seed, (artist, title) in enumerate(zip(ARTISTS, TITLES, strict=True)):
            put(opened, f"{seed}/{title}.mp3", seed, tags=Tags(title=title, artist=artist))
        yield opened


@pytest.fixture
def path(library: Library, tmp_path: Path) -> Path:
    run(library, tmp_path)
    return matrices_path(ask(tmp_path))


@pytest.fixture
def matrices(path: Path) -> Matrices:
    return read_matrices(path)


def test_a_playlist_is_made_of_matrices_on_disk(path: Path) -> None:
    space = open_collection(path).space
    assert isinstance(space.start, np.memmap)
    made = make_playlist(space, [0], Request(count=5, rules=Rules(duration_range_s=(0, 9999))))
    assert sorted(made.order) == [0, 1, 2, 3, 4]
    assert len(similar(space, 0)) == 4


def test_matrices_grow_stale_with_the_library(library: Library, path: Path, matrices: Matrices) -> None:
    assert not is_stale(matrices, library, path.parent)
    put(library, "new.mp3", 9)
    assert is_stale(matrices, library, path.parent)


def test_without_matrices_there_is_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as caught:
        open_collection(tmp_path / "none.npz")
    assert "edm artifacts" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["2", "/music/1/Blue Room.mp3", "1/Blue Room.mp3", "Blue Room.mp3", "blue room"])
def test_a_track_has_many_names(matrices: Matrices, text: str) -> None:
    assert matrices.track_ids[1] == 2
    assert track_row(matrices, text) == 1


def test_a_name_of_two_tracks_is_refused_with_both(matrices: Matrices) -> None:
    with pytest.raises(InputError, match="2 tracks") as caught:
        track_row(matrices, "Halcyon")
    assert "0/Halcyon.mp3" in str(caught.value.hint)
    assert "4/Halcyon.mp3" in str(caught.value.hint)


def test_a_name_of_no_track_is_refused_with_what_is_near(matrices: Matrices) -> None:
    with pytest.raises(InputError) as caught:
        track_row(matrices, "Blue Rom")
    assert "Blue Room" in str(caught.value.hint)


def test_an_artist_is_found_in_collaborations_and_among_guests(matrices: Matrices) -> None:
    assert artist_rows(matrices, "orbital") == [0, 2]
    assert artist_rows(matrices, "Orb") == [1, 3]
    assert artist_rows(matrices, "Underworld") == [2]
    assert artist_rows(matrices, "Aphex Twin", aliases={"afx": "aphex twin"}) == [4]


@pytest.mark.parametrize("asked", ["Above & Beyond", "above and beyond", "Beyond + Above", "Above&Beyond"])
def test_a_name_that_joins_two_is_found_however_it_is_joined(matrices: Matrices, asked: str) -> None:
    names = ("Above & Beyond", "Above And Beyond feat. Zoe", "Above", "Beyond vs. Above", "Beyond")
    known = replace(matrices, track_artists=np.array(names, dtype=object))
    assert artist_rows(known, asked) == [0, 1, 3]
    assert artist_rows(known, "Above") == [0, 1, 2, 3]


def test_what_stands_for_nobody_is_found_by_its_name(matrices: Matrices) -> None:
    known = replace(
        matrices, track_artists=np.array(["Various Artists", "A", "various artists", "B", "C"], dtype=object)
    )
    assert artist_rows(known, "Various Artists") == [0, 2]


def test_both_of_a_pair_may_be_asked_for_where_one_is_a_guest(matrices: Matrices) -> None:
    assert artist_rows(matrices, "Someone & The Orb") == [3]


@pytest.mark.parametrize("nothing", ["", "  "])
def test_nothing_is_near_to_no_name(matrices: Matrices, nothing: str) -> None:
    for named in (artist_rows, track_row, genre_rows):
        with pytest.raises(InputError) as caught:
            named(matrices, nothing)
        assert "did you mean" not in str(caught.value.hint)


def test_an_artist_that_is_none_is_refused_with_what_is_near(matrices: Matrices) -> None:
    with pytest.raises(InputError) as caught:
        artist_rows(matrices, "Orbitall")
    assert "Orbital" in str(caught.value.hint)


def test_tracks_of_a_genre_come_by_how_much_of_it_they_are(matrices: Matrices) -> None:
    raw = np.array([[0, 1], [0.6, 0.8], [1, 0], [0, 0], [0.8, 0.6]], dtype=np.float32)
    known = replace(matrices, genre_vocab=("ambient", "techno"), X_genre_raw=raw)
    assert genre_rows(known, "Ambient") == [2, 4, 1]
    with pytest.raises(InputError) as caught:
        genre_rows(known, "tecno")
    assert "techno" in str(caught.value.hint)


def test_the_central_track_is_nearest_to_the_others() -> None:
    space = random_space(200, genres=0, clusters=2)
    X = space.full.astype(float)
    rows = list(range(0, 200, 3))
    shares = np.repeat(list(space.shares.values()), [part.stop - part.start for part in space.families.values()])
    near = (X[rows] * shares) @ X[rows].T
    assert central_row(space, rows) == rows[int(np.argmax(near.sum(axis=0)))]
    with pytest.raises(InputError):
        central_row(make_space(2), [])


def test_settings_become_rules_and_weights() -> None:
    settings = PlaylistSettings(mode="narrow", max_stretch_pct=0, aliases=("AFX = Aphex Twin",), key_weight=7)
    rules = rules_of(settings)
    assert (rules.mode, rules.max_stretch_pct) == ("narrow", None)
    assert rules.aliases == {"afx": "aphex twin"}
    assert weights_of(settings).key == 7
    assert rules_of(PlaylistSettings()) == Rules()
    assert weights_of(PlaylistSettings()) == Weights()


@pytest.mark.parametrize(
    "wrong", [{"aliases": ("AFX",)}, {"genre_weight": 0, "sonic_weight": 0}, {"max_duration_s": 10}, {"mode": "wide"}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PlaylistSettings(**wrong)  # type: ignore[arg-type]


def test_rows_of_the_space_are_those_of_the_matrices(path: Path) -> None:
    collection = open_collection(path)
    assert len(collection.space) == len(collection.matrices) == 5
    assert collection.space.artists[2] == "Orbital & Underworld"
