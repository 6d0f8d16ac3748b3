"""Sections of whole bars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.demo.arrangement import PLAYERS, arrange
from edm.errors import InputError


@given(st.integers(1, 400))
def test_parts_cover_all_bars_without_a_gap(bars: int) -> None:
    parts = arrange(bars)
    assert parts[0].first_bar == 0
    assert all(part.bars >= 1 and part.name in PLAYERS for part in parts)
    ends = [part.first_bar + part.bars for part in parts]
    assert [part.first_bar for part in parts[1:]] == ends[:-1]
    assert ends[-1] == bars


def test_parts_of_a_long_track_start_on_phrases_of_eight_bars() -> None:
    assert all(part.first_bar % 8 == 0 for part in arrange(96))


def test_a_track_without_bars_is_refused() -> None:
    with pytest.raises(InputError):
        arrange(0)
