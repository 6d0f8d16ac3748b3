"""The library laid flat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.playlist.plane import flat_map
from edm.playlist.scores import Weights
from unit.playlist.made import WIDTH, make_space, random_space

SOUND = Weights(genre=0.0, sonic=1.0)


def test_two_directions_are_found_where_there_are_two() -> None:
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((WIDTH, 2)))[0].T
    flat = rng.uniform(-1, 1, (50, 2)) * (5, 1)
    space = make_space(50, full=(flat @ axes).astype(np.float32))
    places = flat_map(space, weights=SOUND)
    for axis in range(2):
        assert abs(np.corrcoef(places[:, axis], flat[:, axis])[0, 1]) > 0.98


def test_clusters_lie_apart() -> None:
    rng = np.random.default_rng(1)
    of = np.arange(90) % 3
    full = 4 * rng.standard_normal((3, WIDTH))[of] + 0.3 * rng.standard_normal((90, WIDTH))
    places = flat_map(make_space(90, full=full.astype(np.float32)), weights=SOUND)
    middles = np.array([places[of == number].mean(axis=0) for number in range(3)])
    spread = max(float(places[of == number].std()) for number in range(3))
    apart = [np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(apart) > 5 * max(float((places[of == n] - middles[n]).std()) for n in range(3))
    assert spread <= 1


def test_genres_part_what_sounds_alike() -> None:
    genre = np.zeros((10, 2), dtype=np.float32)
    genre[np.arange(10), np.arange(10) % 2] = 1.0
    space = make_space(10, genre=genre, full=np.ones((10, WIDTH), dtype=np.float32))
    places = flat_map(space)
    assert np.ptp(places[::2, 0]) == pytest.approx(0, abs=1e-5)
    assert abs(places[0, 0] - places[1, 0]) > 1
    assert not flat_map(space, weights=SOUND).any()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_small_libraries_have_a_map(n: int) -> None:
    assert flat_map(make_space(n)).shape == (n, 2)


def test_one_column_is_laid_on_a_line() -> None:
    space = make_space(3, full=np.array([[0.0], [1.0], [2.0]], dtype=np.float32), families={"all": slice(0, 1)})
    places = flat_map(space, weights=SOUND)
    assert np.abs(places[:, 0]).max() == 1
    assert not places[:, 1].any()


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 40), st.integers(0, 99), st.integers(0, 4))
def test_places_fill_the_plane_and_stay_in_it(n: int, seed: int, genres: int) -> None:
    places = flat_map(random_space(n, seed=seed, genres=genres))
    assert np.isfinite(places).all()
    assert np.abs(places).max() <= 1 + 1e-6
    assert places[:, 0].max() == pytest.approx(1, abs=1e-5)


def test_the_order_of_tracks_changes_nothing() -> None:
    space = random_space(30, seed=3)
    order = np.random.default_rng(0).permutation(30)
    assert flat_map(space.take(order)) == pytest.approx(flat_map(space)[order], abs=1e-4)
