"""The pool has room for all that a list may have of each artist."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from edm.playlist.arcs import near_bpm
from edm.playlist.pool import Levels, Pool, find_pool
from edm.playlist.request import Rules
from edm.playlist.scores import Weights
from edm.playlist.space import Space
from unit.playlist.made import WIDTH, make_space, unit

EACH = 30
ANY = Levels(0.0, 1.0, 0.0)


def of_artists(artists: int) -> Space:
    """Each artist has thirty tracks, of one sound and one tempo."""
    rng = np.random.default_rng(4)
    of = np.repeat(np.arange(artists), EACH)
    centres = rng.normal(size=(artists, WIDTH))

    def parts() -> np.ndarray:
        return unit(centres[of] + 0.2 * rng.normal(size=(len(of), WIDTH)))

    return make_space(
        len(of),
        full=parts(),
        start=parts(),
        end=parts(),
        bpm=rng.uniform(120.0, 140.0, artists)[of],
        artists=[f"Artist {number}" for number in of],
    )


def pool_of(space: Space, count: int, rules: Rules, **targets: np.ndarray) -> Pool:
    weights = Weights().of(space)
    return find_pool(space, [0], count, rules=rules, weights=weights, levels=ANY, targets=targets)


def room(space: Space, rows: np.ndarray, rules: Rules) -> int:
    """Tracks that may be played."""
    assert rules.max_per_artist is not None
    return sum(min(number, rules.max_per_artist) for number in Counter(space.artists[row] for row in rows).values())


@pytest.mark.parametrize("count", [50, 300, 1000])
def test_a_pool_has_artists_enough_for_the_list(count: int) -> None:
    space, rules = of_artists(800), Rules()
    pool = pool_of(space, count, rules)
    assert room(space, pool.rows, rules) >= count


@pytest.mark.parametrize("count", [50, 300])
def test_each_stretch_of_an_arc_has_artists_enough(count: int) -> None:
    space, rules = of_artists(800), Rules()
    arc = np.linspace(122.0, 138.0, count)
    pool = pool_of(space, count, rules, bpm=arc)
    for part in np.array_split(arc, 4):
        within = near_bpm(space.bpm[pool.rows][:, None], part[None, :]).any(axis=1)
        assert room(space, pool.rows[within], rules) >= len(part)


def test_a_pool_is_full_where_the_library_has_enough() -> None:
    space = of_artists(100)
    pool = pool_of(space, 50, Rules(max_per_artist=None))
    assert len(pool.rows) == 1024 + 1
