"""Which beat of the bar an estimate takes for the first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.bar_position import position_error
from edm.model import TimeArray

GRID = 10.0 + 0.5 * np.arange(96)


@pytest.mark.parametrize(
    ("beats_per_bar", "shift", "expected"),
    [
        (4, 0, 0), (4, 1, 1), (4, 2, 2), (4, 3, -1),
        (3, 0, 0), (3, 1, 1), (3, 2, -1),
        (2, 1, 1), (5, 2, 2), (5, 3, -2), (6, 3, 3), (6, 4, -2), (1, 0, 0),
    ],
)  # fmt: skip
def test_shifted_bars(beats_per_bar: int, shift: int, expected: int) -> None:
    assert position_error(GRID, GRID[::beats_per_bar], GRID[shift::beats_per_bar]) == expected


def test_a_pickup_is_counted_back_from_the_first_bar() -> None:
    assert position_error(GRID, GRID[7::4], GRID[2:6:4]) == -1
    assert position_error(GRID, GRID[7::4], GRID[3:7:4]) == 0


def test_a_bar_that_nobody_marked_shifts_nothing() -> None:
    marked = np.delete(GRID[::4], [3, 7, 8, 15])
    assert position_error(GRID, marked, GRID[2::4]) == 2
    assert position_error(GRID, marked, GRID[::4]) == 0


def test_a_gap_in_the_bars_is_counted_through() -> None:
    marked = GRID[[0, 4, 8, 24, 28, 32]]
    assert position_error(GRID, marked, GRID[[12, 16, 20]]) == 0
    assert position_error(GRID, marked, GRID[[13, 17, 21]]) == 1


def test_an_odd_bar_shifts_nothing_after_it() -> None:
    # One bar of five, then four again: an estimate that counts on is right before, a beat early after.
    bars = np.concatenate((GRID[0:16:4], GRID[21::4]))
    assert position_error(GRID, bars, bars) == 0
    assert position_error(GRID, bars, GRID[20::4]) == -1


def test_the_commonest_place_wins() -> None:
    assert position_error(GRID, GRID[::4], np.concatenate((GRID[:40:4], GRID[41::4]))) == 1
    assert position_error(GRID, GRID[::4], np.concatenate((GRID[:60:4], GRID[61::4]))) == 0


def test_of_equally_common_places_the_kindest_wins() -> None:
    assert position_error(GRID, GRID[::4], GRID[::2]) == 0
    assert position_error(GRID, GRID[::4], GRID[1::2]) == 1


def test_an_estimate_is_where_the_beat_is_that_it_hits() -> None:
    assert position_error(GRID, GRID[::4], GRID[1::4] + 0.06) == 1
    assert position_error(GRID, GRID[::4], GRID[1::4] + 0.08) is None


@pytest.mark.parametrize(
    ("downbeats", "estimate"),
    [(GRID[:0], GRID[::4]), (GRID[:1], GRID[::4]), (GRID[::4], GRID[:0]), (GRID[::4] + 0.25, GRID[::4])],
    ids=["no bars", "one bar, of no known length", "no estimate", "bars beside all beats"],
)
def test_what_cannot_be_told_is_none(downbeats: TimeArray, estimate: TimeArray) -> None:
    assert position_error(GRID, downbeats, estimate) is None


@given(st.integers(2, 8), st.integers(0, 20), st.integers(0, 20))
def test_places_are_within_half_a_bar_and_go_round(beats_per_bar: int, opening: int, shift: int) -> None:
    place = position_error(GRID, GRID[opening::beats_per_bar], GRID[opening + shift :: beats_per_bar])
    assert place is not None
    assert -beats_per_bar / 2 < place <= beats_per_bar / 2
    assert (place - shift) % beats_per_bar == 0
