"""Genres in the artifacts, through the stage and a library on disk."""

from __future__ import annotations

import difflib
import itertools
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edm.artifacts.check import check
from edm.artifacts.matrices import Matrices
from edm.artifacts.npz import read_matrices
from edm.errors import ArtifactError, InputError
from edm.genres.similarity_file import OVERRIDES_NAME, SIMILARITY_NAME, read_similarity
from edm.library import Library, genres, open_library, roots, tracks
from edm.library.genre_records import GenreRow
from edm.library.records import FileStamp
from edm.model import FloatArray, Tags
from edm.pipeline.artifacts import matrices_path
from unit.pipeline.matrix_library import ask, put, reasons, run

FAMILIES = {
    "techno": ("acid techno", "dub techno", "hard techno"),
    "house": ("deep house", "acid house", "chicago house"),
    "trance": ("goa trance", "hard trance", "psytrance"),
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        yield opened


def weigh(library: Library, number: int, weights: dict[str, float]) -> None:
    genres.store_weights(library, [(number, [GenreRow(genre, weight, ()) for genre, weight in weights.items()])])


def put_album(library: Library, album: str, weights: dict[str, float], *, count: int = 2) -> list[int]:
    ids = []
    for place in range(count):
        seed = 1000 + 10 * len(list(tracks.iterate(library))) + place
        tags = Tags(title=f"{album} {place}", artist=f"Artist of {album}", album=album)
        ids.append(put(library, f"{album}-{place}.mp3", seed, tags=tags))
        weigh(library, ids[-1], weights)
    return ids


def put_three(library: Library) -> None:
    """Dub and house: on three albums together, on one each alone; polka once."""
    for number in range(3):
        put_album(library, f"both {number}", {"dub": 1.0, "house": 0.5}, count=1)
    put_album(library, "dub", {"dub": 1.0}, count=1)
    put_album(library, "house", {"house": 0.4}, count=1)
    put_album(library, "polka", {"polka": 1.0}, count=1)


def made(tmp_path: Path) -> Matrices:
    return read_matrices(matrices_path(ask(tmp_path)))


def beside(tmp_path: Path, name: str) -> Path:
    path = ask(tmp_path).artifacts_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def similarity(matrices: Matrices, first: str, second: str) -> float:
    places = [matrices.genre_vocab.index(name) for name in (first, second)]
    return float(matrices.genre_similarity[places[0], places[1]])


def test_vectors_are_those_made_by_hand(library: Library, tmp_path: Path) -> None:
    put_three(library)
    put_album(library, "nothing", {}, count=1)
    report = run(library, tmp_path)
    assert (report.details["genres"], report.details["tracks_with_genres"]) == (3, 6)
    found = made(tmp_path)
    assert found.genre_vocab == ("dub", "house", "polka")
    # Three albums with both, of five that have either; polka counts for as rare as three albums would make it.
    assert found.genre_similarity == pytest.approx(np.array([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]]))
    common, rare = 1 + math.log(7 / 5), 1 + math.log(7 / 4)
    assert found.genre_idf == pytest.approx([common, common, rare])
    both = np.array([1, 0.5, 0]) / math.hypot(1, 0.5)
    assert found.X_genre_raw == pytest.approx(
        np.array([both, both, both, [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]), abs=1e-6
    )
    # Each passes on half of its weight times 0.6.
    alone = np.array([1, 0.3, 0]) / math.hypot(1, 0.3)
    together = np.array([1 + 0.15, 0.5 + 0.3, 0]) / math.hypot(1.15, 0.8)
    assert found.X_genre_smoothed[0] == pytest.approx(together, abs=1e-6)
    assert found.X_genre_smoothed[3] == pytest.approx(alone, abs=1e-6)
    assert found.X_genre_smoothed[4] == pytest.approx(alone[[1, 0, 2]], abs=1e-6)
    assert found.X_genre_smoothed[5:].tolist() == [[0, 0, 1], [0, 0, 0]]
    assert check(found, variants=[]).ok


def test_subgenres_of_one_parent_are_nearer_than_strangers(library: Library, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    for parent, children in FAMILIES.items():
        for number in range(12):
            names = rng.permutation(list(children))[: 1 + number % 2].tolist()
            weights = {parent: 0.9} | {name: float(rng.uniform(0.4, 0.8)) for name in names}
            # Broad names stand everywhere, and now and then one is wrong.
            weights["electronic"] = 0.6
            if number == 0:
                weights[next(other for other in FAMILIES if other != parent)] = 0.3
            put_album(library, f"{parent} {number}", weights)
    probes = {}
    for child in itertools.chain(*FAMILIES.values()):
        probes[child] = put_album(library, f"probe {child}", {child: 0.7}, count=1)[0]
    run(library, tmp_path)
    found = made(tmp_path)
    rows = {number: row for row, number in enumerate(found.track_ids.tolist())}

    def cosine(X: FloatArray, first: str, second: str) -> float:
        return float(X[rows[probes[first]]] @ X[rows[probes[second]]])

    parents = {child: parent for parent, children in FAMILIES.items() for child in children}
    near, far = [], []
    for first, second in itertools.combinations(parents, 2):
        assert cosine(found.X_genre_raw, first, second) == 0
        of = near if parents[first] == parents[second] else far
        of.append(cosine(found.X_genre_smoothed, first, second))
    assert min(near) > 1.5 * max(far)


def test_albums_of_tracks_without_vectors_count_too(library: Library, tmp_path: Path) -> None:
    put_album(library, "heard", {"dub": 1.0, "house": 1.0}, count=1)
    root = roots.add(library, Path("/music"))
    for number in range(2):
        stamp = FileStamp(1, 1, f"unheard {number}")
        tags = Tags(artist=f"A{number}", album="B")
        weigh(
            library, tracks.add(library, root.id, f"{number}.mp3", stamp, tags), {"dub": 1.0, "house": 1.0, "acid": 0.1}
        )
    run(library, tmp_path)
    found = made(tmp_path)
    assert len(found) == 1
    assert similarity(found, "dub", "house") == 1
    assert found.genre_vocab == ("acid", "dub", "house")


def test_columns_do_not_depend_on_what_was_chosen(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    everything = made(tmp_path)
    run(library, tmp_path, where=("genre=polka",))
    found = made(tmp_path)
    assert len(found) == 1
    assert found.genre_vocab == everything.genre_vocab
    np.testing.assert_array_equal(found.genre_similarity, everything.genre_similarity)
    np.testing.assert_array_equal(found.X_genre_smoothed, everything.X_genre_smoothed[5:])


def test_conditions_ask_for_genres_as_edm_or_as_the_file_has_them(library: Library, tmp_path: Path) -> None:
    tagged = put(library, "tagged.mp3", 1, tags=Tags(title="t", genres=("Tekkno", "Peak Time")))
    weigh(library, tagged, {"techno": 0.8})
    weigh(library, put(library, "other.mp3", 2), {"techno": 0.2})
    put(library, "none.mp3", 3)
    assert run(library, tmp_path, where=("genre=Techno",)).done == 2
    assert run(library, tmp_path, where=("genre=peak time",)).done == 1
    assert run(library, tmp_path, where=("genre!=techno",)).done == 1
    assert run(library, tmp_path, where=("genre=",)).done == 1


def test_a_library_without_genres_makes_sound_matrices(library: Library, tmp_path: Path) -> None:
    ids = put_album(library, "a", {}, count=5)
    report = run(library, tmp_path)
    assert (report.details["genres"], report.details["tracks_with_genres"]) == (0, 0)
    found = made(tmp_path)
    assert found.genre_vocab == ()
    assert found.X_genre_smoothed.shape == (5, 0)
    assert check(found).ok
    assert read_similarity(beside(tmp_path, SIMILARITY_NAME)).pairs == {}
    assert reasons(library, tmp_path) == {}
    weigh(library, ids[0], {"dub": 1.0})
    assert reasons(library, tmp_path) == {"changed": 1}


def test_tracks_that_are_away_do_not_count(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    tracks.mark_missing(library, [track.id for track in tracks.iterate(library) if "both" in str(track.path)][:1])
    run(library, tmp_path)
    assert similarity(made(tmp_path), "dub", "house") == 0


def test_the_same_library_leaves_the_file_of_similarities_as_it_is(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    path = beside(tmp_path, SIMILARITY_NAME)
    os.utime(path, (1, 1))
    before = path.read_bytes()
    run(library, tmp_path, force=True)
    run(library, tmp_path, variant="raw")
    assert (path.read_bytes(), path.stat().st_mtime) == (before, 1)
    with open_library(tmp_path / "other.db", mode="write") as other:
        put_three(other)
        run(other, tmp_path / "elsewhere")
    assert beside(tmp_path / "elsewhere", SIMILARITY_NAME).read_bytes() == before


def test_one_new_track_is_a_small_difference(library: Library, tmp_path: Path) -> None:
    for parent, children in FAMILIES.items():
        for number in range(9):
            put_album(library, f"{parent} {number}", {parent: 0.9, children[number % 3]: 0.6}, count=1)
    run(library, tmp_path)
    path = beside(tmp_path, SIMILARITY_NAME)
    before = path.read_text().splitlines()
    put_album(library, "new", {"techno": 0.9, "dub techno": 0.6}, count=1)
    assert reasons(library, tmp_path) == {"changed": 1}
    run(library, tmp_path)
    added = [line[2:].strip() for line in difflib.ndiff(before, path.read_text().splitlines()) if line[0] == "+"]
    assert added == [
        *("groups: 28", '"dub techno": 4', '"techno": 10'),
        *('"techno": 0.3000', '"techno": 0.4000', '"techno": 0.3000'),
    ]


def test_a_persons_word_wins_and_can_be_taken_back(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    counted = beside(tmp_path, SIMILARITY_NAME).read_bytes()
    assert similarity(made(tmp_path), "dub", "house") == pytest.approx(0.6)
    words = beside(tmp_path, OVERRIDES_NAME)
    words.write_text("similarity:\n  house:\n    dub: never\n    polka: 0.8\n    acid house: 1\n")
    assert reasons(library, tmp_path) == {"changed": 1}
    run(library, tmp_path)
    found = made(tmp_path)
    assert similarity(found, "dub", "house") == 0
    assert similarity(found, "polka", "house") == pytest.approx(0.8)
    assert found.X_genre_smoothed[5].tolist() == pytest.approx([0, 0.4 / math.hypot(1, 0.4), 1 / math.hypot(1, 0.4)])
    assert check(found, variants=[]).ok
    assert beside(tmp_path, SIMILARITY_NAME).read_bytes() == counted
    assert reasons(library, tmp_path) == {}
    words.unlink()
    run(library, tmp_path)
    assert similarity(made(tmp_path), "dub", "house") == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("similarity:\n  dub:\n    hous: 1\n", "line 3: similarity.dub.hous has the unknown genre 'hous'"),
        ("similarity:\n  dub:\n    house: 2\n", "line 3: similarity.dub.house is '2'"),
        ("similarity:\n  dub: {house: 1\n", "is no YAML"),
    ],
)
def test_words_that_make_no_sense_are_an_error_and_write_nothing(
    library: Library, tmp_path: Path, text: str, said: str
) -> None:
    put_three(library)
    words = beside(tmp_path, OVERRIDES_NAME)
    words.write_text(text)
    with pytest.raises(InputError) as caught:
        run(library, tmp_path)
    assert str(words) in caught.value.message
    assert said in caught.value.message
    assert list(words.parent.iterdir()) == [words]


def test_overrides_that_cannot_be_read_are_an_error(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    beside(tmp_path, OVERRIDES_NAME).mkdir()
    assert reasons(library, tmp_path) == {"changed": 1}
    with pytest.raises(InputError, match="cannot be read"):
        run(library, tmp_path)


def test_similarities_that_are_gone_are_written_again(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    beside(tmp_path, SIMILARITY_NAME).unlink()
    assert reasons(library, tmp_path) == {"changed": 1}
    run(library, tmp_path)
    assert len(read_similarity(beside(tmp_path, SIMILARITY_NAME)).pairs) == 1


def test_a_file_of_an_older_edm_is_built_anew(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    path = matrices_path(ask(tmp_path))
    with np.load(path) as loaded:
        members = {name: loaded[name] for name in loaded.files if "genre" not in name}
    np.savez(path, **(members | {"schema_version": np.array(1)}))
    with pytest.raises(ArtifactError, match="built by an older edm"):
        read_matrices(path)
    assert reasons(library, tmp_path) == {"changed": 1}
    run(library, tmp_path)
    assert made(tmp_path).genre_vocab == ("dub", "house", "polka")


def test_how_sure_the_tempo_is_stands_beside_it(library: Library, tmp_path: Path) -> None:
    put_three(library)
    run(library, tmp_path)
    assert made(tmp_path).bpm_confidence.tolist() == [0.9] * 6
