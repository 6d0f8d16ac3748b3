"""Changes of the arrangement, about as many as is usual."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.structure.changes import CHANGE_ODDS, change_pieces
from edm.analysis.structure.decoding import Grammar, Piece, best_pieces
from edm.model import TimeArray

ONE_LABEL = Grammar(np.zeros(1), np.zeros(1), np.zeros((1, 1)))


def odds_at(n: int, edges: dict[int, float], *, elsewhere: float = -9.0) -> TimeArray:
    odds = np.full(n - 1, elsewhere)
    for bar, value in edges.items():
        odds[bar - 1] = value
    return odds


def starts(pieces: list[Piece]) -> list[int]:
    return [piece.first for piece in pieces]


def unmoved(odds: TimeArray) -> list[Piece]:
    return best_pieces(odds + CHANGE_ODDS, np.zeros((len(odds) + 1, 1)), ONE_LABEL, phrases=True)


def test_as_many_changes_as_usual_are_all_boundaries() -> None:
    odds = odds_at(96, dict.fromkeys(range(12, 96, 12), 1.0))
    assert starts(change_pieces(odds, phrases=True)) == list(range(0, 96, 12))


def test_of_too_many_changes_the_strongest_stay() -> None:
    strong, weak = dict.fromkeys(range(8, 96, 8), 0.5), dict.fromkeys(range(4, 96, 8), -1.0)
    odds = odds_at(96, weak | strong)
    assert starts(unmoved(odds)) == list(range(0, 96, 4))
    assert starts(change_pieces(odds, phrases=True)) == list(range(0, 96, 8))


def test_where_all_changes_are_small_the_largest_are_boundaries() -> None:
    odds = odds_at(96, dict.fromkeys(range(16, 96, 16), -2.4))
    assert len(unmoved(odds)) == 1
    assert starts(change_pieces(odds, phrases=True)) == list(range(0, 96, 16))


def test_what_never_changes_is_one_section() -> None:
    assert change_pieces(np.full(127, -7.0), phrases=True) == [Piece(0, 128, 0)]


def test_certain_changes_are_kept_however_many_there_are() -> None:
    odds = odds_at(96, dict.fromkeys(range(4, 96, 4), 6.0))
    assert starts(change_pieces(odds, phrases=True)) == list(range(0, 96, 4))


def test_odds_move_far_for_many_sections_only() -> None:
    # Two more would make eight of six, the usual number, but need 1.4 log-odds.
    odds = odds_at(96, dict.fromkeys(range(16, 96, 16), 0.5) | dict.fromkeys((8, 88), -3.1))
    assert starts(change_pieces(odds, phrases=True)) == list(range(0, 96, 16))


def test_windows_of_time_know_no_phrases() -> None:
    odds = odds_at(91, dict.fromkeys(range(13, 91, 13), -2.0))
    assert starts(change_pieces(odds, phrases=False)) == list(range(0, 91, 13))
    # Of bars, 13 are no phrase, and 52 are some.
    assert starts(change_pieces(odds, phrases=True)) == [0, 13, 65]


def test_eight_windows_are_enough() -> None:
    pieces = change_pieces(np.full(7, -3.0), phrases=False)
    assert (pieces[0].first, pieces[-1].stop) == (0, 8)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 60), seed=st.integers(0, 10_000), phrases=st.booleans())
def test_pieces_tile_the_track(n: int, seed: int, phrases: bool) -> None:
    pieces = change_pieces(np.random.default_rng(seed).normal(-2, 2, n - 1), phrases=phrases)
    assert starts(pieces) == [0, *(piece.stop for piece in pieces[:-1])]
    assert pieces[-1].stop == n
    assert {piece.label for piece in pieces} == {0}


@settings(max_examples=30, deadline=None)
@given(n=st.integers(12, 120), seed=st.integers(0, 10_000))
def test_the_number_is_never_less_usual_than_without_moving(n: int, seed: int) -> None:
    odds = np.random.default_rng(seed).normal(-3, 2, n - 1)
    off = [abs(np.log((len(pieces) - 0.5) / (n / 12))) for pieces in (change_pieces(odds, phrases=True), unmoved(odds))]
    assert off[0] <= off[1] + 1e-9
