"""Every style can be played."""

from __future__ import annotations

import pytest

from edm.demo.styles import STEPS_PER_BEAT, STYLES, Style


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_patterns_are_one_bar_long_and_of_known_letters(style: Style) -> None:
    drums = [*style.drums.values(), style.fill]
    tunes = [pattern for pattern in (style.bass, style.lead) if pattern]
    assert {len(pattern) for pattern in drums + tunes} == {4 * STEPS_PER_BEAT}
    assert set("".join(drums)) <= set("xo.")
    assert set("".join(tunes)) <= set("0123.")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_a_kick_opens_every_bar_and_the_backbeat_is_on_two_and_four(style: Style) -> None:
    assert style.drums["kick"][0] == "x"
    assert style.drums[style.backbeat][4] == style.drums[style.backbeat][12] == "x"
