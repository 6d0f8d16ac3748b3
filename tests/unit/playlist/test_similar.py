"""Neighbours are the exact ones, in an order that never changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.playlist.scores import Weights
from edm.playlist.similar import SIMILAR_BY, SimilarBy, similar
from edm.playlist.space import Space
from edm.playlist.transition import transition
from unit.playlist.made import FAMILIES, make_space, random_space

SHARES = {"rhythm": 1 / 3.3, "timbre": 1 / 3.3, "harmony": 1 / 3.3, "loudness": 0.3 / 3.3}


def by_hand(space: Space, row: int) -> np.ndarray:
    """Nearness in sound, one pair at a time, in double precision."""
    found = np.zeros(len(space))
    for other in range(len(space)):
        for name, part in FAMILIES.items():
            a, b = space.full[row, part].astype(float), space.full[other, part].astype(float)
            cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
            found[other] += SHARES[name] * (0.5 + 0.5 * cosine)
    return found


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(2, 80), count=st.integers(1, 100))
def test_the_nearest_by_sound_are_those_found_one_by_one(seed: int, n: int, count: int) -> None:
    space = random_space(n, seed=seed, genres=0)
    truth = by_hand(space, 1)
    found = similar(space, 1, count=count, by="sonic")
    others = [row for row in np.argsort(-truth, kind="stable").tolist() if row != 1]
    assert [one.score for one in found] == pytest.approx([truth[row] for row in others[:count]], abs=1e-5)
    assert len({one.row for one in found}) == len(found) == min(count, n - 1)


@pytest.mark.parametrize("by", SIMILAR_BY)
def test_the_best_come_first_and_no_track_is_its_own_neighbour(by: SimilarBy) -> None:
    found = similar(random_space(300), 11, by=by)
    assert len(found) == 20
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert 11 not in {one.row for one in found}


def test_equals_come_in_the_order_of_their_rows() -> None:
    space = random_space(200, genres=0)
    full = np.repeat(space.full[:1], 200, axis=0)
    found = similar(replace(space, full=full), 100, count=5, by="sonic")
    assert [one.row for one in found] == [0, 1, 2, 3, 4]
    assert [one.score for one in found] == pytest.approx([1.0] * 5)


def test_rows_of_other_lengths_are_compared_by_direction() -> None:
    space = random_space(100, genres=0)
    sizes = np.random.default_rng(0).uniform(0.1, 9, (100, 1)).astype(np.float32)
    stretched = replace(space, full=space.full * sizes, lengths=None)
    assert [one.row for one in similar(stretched, 3)] == [one.row for one in similar(space, 3)]


def test_lengths_that_are_known_are_taken_out() -> None:
    space = random_space(100, genres=0)
    full = space.full.copy()
    full[:, FAMILIES["timbre"]] *= 0.01
    short = replace(space, full=full, lengths=dict.fromkeys(FAMILIES, 1.0) | {"timbre": 0.01})
    pairs = zip(similar(short, 3), similar(space, 3), strict=True)
    assert all(a.row == b.row and a.score == pytest.approx(b.score, abs=1e-5) for a, b in pairs)


def test_genres_find_their_own() -> None:
    space = random_space(60, genres=3, clusters=3)
    genre = np.zeros((60, 3), dtype=np.float32)
    genre[np.arange(60), np.arange(60) % 3] = 1
    found = similar(replace(space, genre=genre), 4, count=19, by="genre")
    assert {one.row % 3 for one in found} == {1}
    assert all(one.score == pytest.approx(1.0) for one in found)


def test_what_would_follow_is_ranked_by_the_transition() -> None:
    space = random_space(80, unknown=0.2)
    for one in similar(space, 5, by="transition"):
        assert one.score == pytest.approx(transition(space, 5, one.row).score, abs=1e-5)


def test_a_neighbour_says_how_tempo_and_key_lie() -> None:
    space = make_space(2, bpm=np.array([128.0, 64.0]), key=np.array([0, 7], dtype=np.int8))
    (one,) = similar(space, 0)
    assert one.bpm_ratio == pytest.approx(1.0)
    assert one.transition.octave == "double"
    assert one.transition.key_relation == "fifth_up"


def test_in_a_library_of_one_track_nothing_is_near() -> None:
    assert similar(make_space(1), 0) == []


def test_weights_move_the_mix() -> None:
    space = random_space(150)
    alone = [one.row for one in similar(space, 9, by="genre")]
    assert [one.row for one in similar(space, 9, weights=Weights(genre=1.0, sonic=0.0))] == alone


@pytest.mark.parametrize(
    ("row", "options"), [(9, {}), (-1, {}), (0, {"count": 0}), (0, {"by": "colour"}), (0, {"by": "genre"})]
)
def test_a_question_that_makes_no_sense_is_refused(row: int, options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        similar(make_space(3), row, **options)  # type: ignore[arg-type]
