"""Playlists as a whole: what is planted is found, and the search is worth it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.playlist.arcs import bpm_steps, energy_steps, parse_arc
from edm.playlist.make import Playlist, make_playlist
from edm.playlist.pool import drawn_levels, find_pool, nearness
from edm.playlist.puzzle import Puzzle, make_puzzle, merit, place_costs
from edm.playlist.request import MODES, Mode, Request, Rules
from edm.playlist.scores import Weights
from edm.playlist.search import best_order, greedy_order, search
from edm.playlist.space import Space
from unit.playlist.made import FAMILIES, make_space, random_space, unit

FREE = Rules(max_stretch_pct=None, key_rule="off", max_per_artist=None, min_gap=0)


def puzzle_of(space: Space, seeds: list[int], count: int, rules: Rules) -> Puzzle:
    weights = Weights().of(space)
    levels = drawn_levels(space, weights, rules, seed=0)
    pool = find_pool(space, seeds, count, rules=rules, weights=weights, levels=levels, targets={})
    return make_puzzle(space, pool, rules=rules, weights=weights, levels=levels)


def chained(n: int, *, seed: int = 0) -> tuple[Space, list[int]]:
    """A library in which each track ends as the next of a hidden order begins."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    joints = unit(rng.normal(size=(n + 1, 16)))
    start, end = np.empty((n, 16), dtype=np.float32), np.empty((n, 16), dtype=np.float32)
    start[order], end[order] = joints[:-1], joints[1:]
    return make_space(n, start=start, end=end), order.tolist()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(5, 120),
    count=st.integers(2, 15),
    unknown=st.sampled_from([0.0, 0.4]),
    both=st.booleans(),
)
def test_the_search_is_never_worse_than_the_greedy_one(
    seed: int, n: int, count: int, unknown: float, *, both: bool
) -> None:
    space = random_space(n, seed=seed, unknown=unknown)
    count = min(count, n)
    puzzle = puzzle_of(space, [0, 1], count, Rules())
    fixed = {0: 0, count - 1: 1} if both and count > 2 else {0: 0}
    greedy = merit(puzzle, greedy_order(puzzle, fixed, count, None), None)
    found = merit(puzzle, best_order(puzzle, fixed, count, None), None)
    assert found.kept >= greedy.kept
    if found.kept == greedy.kept:
        assert found.weakest >= greedy.weakest - 1e-6


def test_the_search_finds_the_best_of_all_orders() -> None:
    space = random_space(7, genres=0, unknown=0.0)
    puzzle = puzzle_of(space, [0], 7, FREE)
    order = search(puzzle, {0: 0}, 7, None, width=500)
    truth = max(merit(puzzle, [0, *rest], None).weakest for rest in permutations(range(1, 7)))
    assert merit(puzzle, order, None).weakest == pytest.approx(truth)


def test_planted_perfect_transitions_are_found() -> None:
    space, hidden = chained(500)
    made = make_playlist(space, [hidden[100]], Request(count=20, rules=FREE))
    assert list(made.order) == hidden[100:120]
    assert made.summary.weakest == pytest.approx(1.0, abs=1e-4)


def test_a_chain_is_found_between_its_ends() -> None:
    space, hidden = chained(300, seed=1)
    made = make_playlist(space, [hidden[10], hidden[24]], Request(count=15, rules=FREE))
    assert list(made.order) == hidden[10:25]


def test_planted_clusters_are_kept_to() -> None:
    rng = np.random.default_rng(0)
    of = np.arange(400) % 4
    X = unit(rng.normal(size=(4, 16))[of] + 0.2 * rng.normal(size=(400, 16)))
    space = make_space(400, full=X, start=X, end=X)
    made = make_playlist(space, [6], Request(count=30, rules=replace(FREE, mode="narrow")))
    assert {int(of[row]) for row in made.order} == {2}


def test_several_seeds_are_fixed_points_in_their_order() -> None:
    space = random_space(300)
    made = make_playlist(space, [9, 4, 200], Request(count=11))
    assert made.seeds == (0, 5, 10)
    assert [made.order[place] for place in made.seeds] == [9, 4, 200]


def test_seeds_may_be_put_in_a_better_order() -> None:
    space, hidden = chained(40, seed=2)
    seeds = [hidden[3], hidden[1], hidden[2], hidden[0]]
    made = make_playlist(space, seeds, Request(count=4, rules=FREE, reorder=True))
    assert list(made.order) == hidden[:4]
    assert list(make_playlist(space, seeds, Request(count=4, rules=FREE)).order) == seeds


def test_tempos_far_apart_are_bridged_step_by_step() -> None:
    # Most of the library sounds like the seeds, and has the tempo of one of them.
    n = 6000
    rng = np.random.default_rng(0)
    bpm = np.where(np.arange(n) < 5700, np.where(np.arange(n) % 2, 100.0, 140.0), rng.uniform(100, 140, n))
    full = make_space(n).full.copy()
    full[5700:, FAMILIES["timbre"]] *= -1
    space = make_space(n, bpm=bpm, full=full)
    low, high = 1, 2
    made = make_playlist(space, [low, high], Request(count=12, rules=Rules(key_rule="off")))
    assert not [entry for entry in made.relaxed if entry.rule == "max_stretch"]


@pytest.mark.parametrize("minutes", [10.0, 33.0, 90.0])
def test_a_list_is_as_long_as_asked_in_minutes(minutes: float) -> None:
    space = random_space(400)
    made = make_playlist(space, [0], Request(count=None, minutes=minutes))
    assert made.summary.minutes == pytest.approx(np.nansum(space.duration_s[list(made.order)]) / 60)
    longest = float(np.nanmax(space.duration_s)) / 60
    assert abs(made.summary.minutes - minutes) <= longest / 2
    assert not [one for one in made.relaxed if one.rule == "minutes"]


def said_of_minutes(made: Playlist) -> str:
    (one,) = [one for one in made.relaxed if one.rule == "minutes"]
    return one.why


def test_a_list_that_no_other_number_of_tracks_brings_nearer_says_that() -> None:
    space = make_space(6, duration_s=np.array([114.0, *[158.0] * 5]))
    made = make_playlist(space, [0], Request(count=None, minutes=3.0))
    assert said_of_minutes(made) == "1.9 minutes instead of 3.0: no other number of tracks comes nearer"


def test_a_list_of_all_tracks_that_is_too_short_says_that() -> None:
    made = make_playlist(make_space(6), [0], Request(count=None, minutes=60.0))
    assert len(made.order) == 6
    assert "24.0 minutes instead of 60.0: 6 tracks pass the limits" in said_of_minutes(made)


def test_minutes_never_make_more_tracks_than_any_list_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("make", "relaxed"):
        monkeypatch.setattr(f"edm.playlist.{module}.MOST_TRACKS", 10)
    made = make_playlist(make_space(40), [0], Request(count=None, minutes=1000.0))
    assert len(made.order) == 10
    assert said_of_minutes(made) == "40.0 minutes instead of 1000.0: a list has 10 tracks at most"


def test_the_number_of_tracks_ends_a_list_that_minutes_would_not() -> None:
    made = make_playlist(random_space(100), [0], Request(count=5, minutes=500.0))
    assert made.summary.tracks == 5
    assert not [one for one in made.relaxed if one.rule == "minutes"]


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_keeps_to_its_distance(mode: Mode) -> None:
    space = random_space(2000, genres=0, artists=1500)
    made = make_playlist(space, [3], Request(count=15, rules=replace(FREE, mode=mode)))
    near = nearness(space, [3], Weights().of(space))[list(made.order[1:])]
    levels = made.summary.levels
    assert not [one for one in made.relaxed if one.rule == "mode"]
    assert near.min() >= levels.reach - 1e-4
    assert near.max() <= levels.too_near + 1e-4


def test_modes_differ_in_how_near_they_stay() -> None:
    space = random_space(2000, artists=1500)
    levels = [drawn_levels(space, Weights().of(space), Rules(mode=mode), seed=0) for mode in MODES]
    assert [one.reach for one in levels] == sorted((one.reach for one in levels), reverse=True)
    assert [one.floor for one in levels] == sorted((one.floor for one in levels), reverse=True)


def test_a_mode_without_enough_tracks_is_widened_and_says_so() -> None:
    space = random_space(40, genres=0)
    made = make_playlist(space, [0], Request(count=30, rules=replace(FREE, mode="narrow")))
    assert len(made.order) == 30
    (entry,) = [one for one in made.relaxed if one.rule == "mode"]
    assert "narrow" in entry.why


@pytest.mark.parametrize(("n", "inside"), [(300, 30), (20, 19)])
def test_a_pool_leaves_a_choice(n: int, inside: int) -> None:
    space = random_space(n, genres=0, artists=10 * n)
    weights, rules = Weights().of(space), replace(FREE, mode="narrow")
    levels = drawn_levels(space, weights, rules, seed=0)
    pool = find_pool(space, [0], 10, rules=rules, weights=weights, levels=levels, targets={})
    assert (pool.outside[1:] == 0).sum() == inside
    assert (pool.beyond[1:] == 0).sum() < inside


def test_one_track_is_a_list_of_one() -> None:
    made = make_playlist(make_space(1), [0], Request(count=1))
    assert made.order == (0,)
    assert (made.edges, made.relaxed) == ((), ())
    assert (made.summary.mean, made.summary.weakest, made.summary.percentile_10) == (None, None, None)


def test_a_library_that_knows_nothing_but_sound_makes_lists() -> None:
    space = random_space(50, unknown=1.0, genres=0)
    made = make_playlist(space, [0], Request(count=10, rules=Rules(key_rule="off", max_stretch_pct=None)))
    assert len(made.order) == 10
    assert all(edge.stretch_pct is None for edge in made.edges)


def test_what_a_whole_library_does_not_know_is_said_once() -> None:
    made = make_playlist(random_space(50, unknown=1.0, genres=0), [0], Request(count=10))
    said = {entry.rule: entry.why for entry in made.relaxed}
    assert said["key_rule"].endswith("no key in this library is known")
    assert said["max_stretch"].endswith("no tempo in this library is known")


def test_the_summary_is_of_the_list() -> None:
    space = random_space(200)
    made = make_playlist(space, [0], Request(count=12))
    scores = [edge.score for edge in made.edges]
    assert made.summary.weakest == min(scores)
    assert made.summary.mean == pytest.approx(np.mean(scores))
    assert made.summary.tracks == len(made.order) == 12
    assert [edge.second for edge in made.edges] == list(made.order[1:])
    assert all(a.second == b.first for a, b in pairwise(made.edges))


def test_costs_of_places_follow_the_arcs() -> None:
    space = make_space(3, bpm=np.array([100.0, 128, np.nan]))
    costs = place_costs(space, np.arange(3), {"bpm": np.array([100.0, np.nan])}, 2, rules=Rules())
    assert costs is not None
    assert (costs > 0).tolist() == [[False, True, True], [False, False, False]]


def test_where_no_track_keeps_to_an_arc_the_nearest_does() -> None:
    space = make_space(4, bpm=np.array([128.0, 150, 140, 160]))
    rules = replace(FREE, bpm_arc=parse_arc("128:131", "bpm"))
    assert make_playlist(space, [0], Request(count=2, rules=rules)).order == (0, 2)


def test_steps_count_the_tolerances_beyond_the_first() -> None:
    bpm = 100.0 * 1.025 ** np.array([0.0, 0.99, 1.01, 2.5, 20.0, np.nan])
    assert bpm_steps(bpm, 100.0).tolist() == [0, 0, 1, 2, 8, 3]
    assert bpm_steps(np.array([50.0, 200.0]), 100.0).tolist() == [0, 0]
    assert energy_steps(np.array([5.0, 6, 7, 9, np.nan]), 5.0).tolist() == [0, 0, 1, 3, 3]
    assert energy_steps(np.array([5.0, np.nan]), np.nan).tolist() == [0, 0]


def test_families_share_the_score_as_said() -> None:
    assert sum(make_space(1).shares.values()) == pytest.approx(1.0)
    assert set(make_space(1).shares) == set(FAMILIES)


@pytest.mark.parametrize(("seeds", "count"), [([], 5), ([7], 5), ([-1], 5), ([0, 1, 2], 2)])
def test_seeds_that_make_no_sense_are_refused(seeds: list[int], count: int) -> None:
    with pytest.raises(InputError):
        make_playlist(make_space(4), seeds, Request(count=count))


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": 1001}, {"count": None}, {"minutes": 0.0}, {"minutes": float("inf")}]
)
def test_a_length_that_makes_no_sense_is_refused(wrong: dict[str, float | None]) -> None:
    with pytest.raises(InputError):
        Request(**wrong)  # type: ignore[arg-type]
