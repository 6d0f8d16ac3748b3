"""Sums of a run."""

from __future__ import annotations

import dataclasses

import pytest

from edm.pipeline.summary import RunSummary, Tally
from tests.unit.pipeline.samples import analysed, failed, silent


def test_a_tally_counts_tracks_hours_and_fallbacks() -> None:
    tally = Tally()
    for result in (analysed(), analysed(fallback="no networks"), silent(), failed()):
        tally.add(result)
    summary = tally.summary()
    assert (summary.analysed, summary.failed, summary.fell_back) == (3, 1, 2)
    assert summary.fallbacks == {"no networks": 1, "sections without bars": 1}
    assert summary.audio_s == pytest.approx(9.0, abs=1e-3)
    assert summary.track_s == pytest.approx(4.75)
    assert summary.failures == (failed(),)


def test_a_track_with_two_reasons_fell_back_once() -> None:
    tally = Tally()
    tally.add(dataclasses.replace(silent(), value=dataclasses.replace(silent().value, fallback="no networks")))
    summary = tally.summary()
    assert summary.fell_back == 1
    assert summary.fallbacks == {"no networks": 1, "sections without bars": 1}


def test_speed_and_speed_up_are_sums_over_wall_time() -> None:
    summary = RunSummary(2, 0, 0, {}, (), audio_s=600.0, track_s=8.0, wall_s=5.0)
    assert (summary.speed, summary.speed_up) == (120.0, 1.6)


def test_no_time_is_no_speed() -> None:
    summary = RunSummary(0, 0, 0, {}, (), audio_s=0.0, track_s=0.0, wall_s=0.0)
    assert (summary.speed, summary.speed_up) == (0.0, 0.0)


@pytest.mark.parametrize(("analysed_count", "failed_count", "code"), [(3, 0, 0), (2, 1, 3), (0, 2, 1), (0, 0, 0)])
def test_the_exit_code_tells_all_some_and_none_apart(analysed_count: int, failed_count: int, code: int) -> None:
    assert RunSummary(analysed_count, failed_count, 0, {}, (), 0.0, 0.0, 1.0).exit_code == code
