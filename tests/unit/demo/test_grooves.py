"""Every style of the random tracks can be played."""

from __future__ import annotations

import pytest

from edm.demo.grooves import GROOVES, Groove, groove_named
from edm.errors import InputError


@pytest.mark.parametrize("groove", GROOVES.values(), ids=GROOVES.keys())
def test_patterns_are_whole_bars_of_known_letters(groove: Groove) -> None:
    drums = [*groove.kicks, *groove.backbeats, *groove.hats, *groove.opens]
    assert all(len(pattern) in {16, 32} for pattern in drums)
    assert set("".join(drums)) <= set("xo.")
    assert all(len(pattern) == 16 and set(pattern) <= set("0123.") for pattern in groove.basses)
    assert groove.bpm[0] < groove.bpm[1]
    assert groove.drum in {"clap", "snare"}


@pytest.mark.parametrize("groove", [groove for groove in GROOVES.values() if groove.kicks], ids=lambda g: g.name)
def test_a_kick_opens_every_bar_and_the_backbeat_has_its_place(groove: Groove) -> None:
    assert all(kick[0] == "x" for kick in groove.kicks)
    for backbeat in groove.backbeats:
        assert "x" in (backbeat[8], backbeat[12])


def test_house_has_a_kick_on_every_beat_and_breaks_have_not() -> None:
    on_the_floor = {name for name, groove in GROOVES.items() if groove.four_on_the_floor}
    assert on_the_floor == {"house", "techno", "trance", "hardstyle"}


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        groove_named("polka")
    assert "techno" in str(caught.value.hint)
