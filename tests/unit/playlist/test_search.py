"""The search itself: bounds that hold, and beginnings that keep the rules."""

from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np
import pytest

from edm.playlist.bounds import Bounds
from edm.playlist.pool import Levels, Pool
from edm.playlist.puzzle import Puzzle, costs_of, make_puzzle, merit
from edm.playlist.request import GIVES_WAY, RULES, Rules
from edm.playlist.scores import Weights
from edm.playlist.search import improved, search
from edm.playlist.space import Space
from unit.playlist.made import make_space, random_space

ALL_PASS = Levels(0.0, 1.0, 0.0)


def puzzle_of(space: Space, rules: Rules) -> Puzzle:
    none = np.zeros(len(space), dtype=np.int8)
    pool = Pool(np.arange(len(space)), none, none, len(space))
    return make_puzzle(space, pool, rules=rules, weights=Weights().of(space), levels=ALL_PASS)


@pytest.mark.parametrize("seed", range(3))
def test_bounds_of_cost_are_those_of_all_ways_to_the_next_fixed_track(seed: int) -> None:
    puzzle = puzzle_of(random_space(6, seed=seed), Rules())
    bounds = Bounds(puzzle, {0: 0, 4: 1}, 5, None)
    for row in range(2, 6):
        ways = [
            sum(puzzle.edge_costs[a, b] for a, b in zip((row, *way), (*way, 1), strict=True))
            for way in product(range(6), repeat=2)
            if all(a != b for a, b in zip((row, *way), (*way, 1), strict=True))
        ]
        assert bounds.after(1).cost[row] == pytest.approx(min(ways), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_bounds_of_strength_are_never_below_what_is_possible(seed: int) -> None:
    rules = Rules(key_rule="off", max_stretch_pct=None)
    puzzle = puzzle_of(random_space(7, seed=seed), rules)
    weakest, total = Bounds(puzzle, {0: 0}, 4, None), Bounds(puzzle, {0: 0}, 4, None, least=0.0)
    for way in permutations(range(7), 4):
        edges = [float(puzzle.scores[a, b]) for a, b in pairwise(way[1:])]
        assert weakest.after(1).weakest[way[1]] >= min(edges) - 1e-6
        assert total.after(1).total[way[1]] >= sum(edges) - 1e-5


def test_the_end_of_a_list_has_nothing_ahead() -> None:
    ahead = Bounds(puzzle_of(random_space(4), Rules()), {0: 0}, 3, None).after(2)
    assert (ahead.cost.max(), ahead.weakest.min(), ahead.total.max()) == (0, 1, 0)


def test_beginnings_keep_artists_apart() -> None:
    # Of each pair, the twin is the best successor by far.
    space = random_space(24, genres=0)
    bpm = np.repeat(np.linspace(100, 160, 12), 2)
    space = make_space(24, full=space.full, bpm=bpm, artists=[f"Artist {row // 2}" for row in range(24)])
    puzzle = puzzle_of(space, Rules(max_stretch_pct=None, key_rule="off", min_gap=3))
    order = search(puzzle, {0: 0}, 12, None)
    assert merit(puzzle, order, None).kept == 0
    places = {}
    for place, row in enumerate(order):
        assert place - places.get(row // 2, -10) > 3
        places[row // 2] = place


def test_a_dearer_rule_is_never_given_up_for_a_cheaper_one() -> None:
    # From the first track: one that is too fast, and one in a key that clashes.
    space = make_space(3, bpm=np.array([128.0, 140.0, 128.0]), key=np.array([0, 0, 6], dtype=np.int8))
    puzzle = puzzle_of(space, Rules())
    assert search(puzzle, {0: 0}, 2, None) == [0, 2]
    for asked in (False, True):
        costs = costs_of(Rules(key_rule_asked=asked))
        assert list(costs) == list(GIVES_WAY[asked])
        assert list(costs.values()) == sorted(costs.values())
        assert set(costs) == set(RULES)


def test_improving_never_makes_an_order_worse_and_leaves_fixed_tracks() -> None:
    puzzle = puzzle_of(random_space(60, seed=4), Rules())
    start = list(range(12))
    better = improved(puzzle, start, {0: 0, 5: 5}, None)
    assert merit(puzzle, better, None) > merit(puzzle, start, None)
    assert (better[0], better[5]) == (0, 5)
    assert len(set(better)) == 12


def test_merit_counts_every_broken_rule_by_hand() -> None:
    space = make_space(3, bpm=np.array([128.0, 150, 150]), artists=["A", "B", "A"])
    puzzle = puzzle_of(space, Rules(max_per_artist=1, min_gap=1))
    cost = puzzle.costs["max_stretch"] + puzzle.costs["min_gap"] * 0 + puzzle.costs["max_per_artist"]
    # 128 to 150 is a shift of three semitones down: the same keys clash after it.
    assert merit(puzzle, [0, 1, 2], None).kept == -(cost + puzzle.costs["key_rule"])
    assert merit(puzzle, [0, 2], None).kept == -(cost + puzzle.costs["key_rule"] + puzzle.costs["min_gap"])
