"""Truth beside estimate."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from edm.demo.tracks import DemoTrack
from edm.pipeline.demo import compare
from tests.unit.pipeline.samples import analysed, failed, silent

TRUTH = DemoTrack(
    Path("a/track.flac"), bpm=125.0, first_beat_s=0.25, first_downbeat_s=1.21, beats_per_bar=4, genre="house"
)


def test_a_perfect_estimate_has_no_errors() -> None:
    row = compare(TRUTH, analysed())
    assert (row.bpm_error, row.beat_error_ms, row.downbeats_off) == (pytest.approx(0, abs=1e-4), pytest.approx(0), 0)


def test_whole_beats_are_no_phase_error_and_lateness_is_positive() -> None:
    row = compare(dataclasses.replace(TRUTH, first_beat_s=0.25 + 3 * 0.48 - 0.002), analysed())
    assert row.beat_error_ms == pytest.approx(2.0)


def test_shifted_bars_are_counted_in_beats() -> None:
    row = compare(dataclasses.replace(TRUTH, first_downbeat_s=1.21 - 0.48), analysed())
    assert row.downbeats_off == 1


def test_silence_and_failure_have_no_estimate() -> None:
    row = compare(TRUTH, silent())
    assert (row.bpm, row.bpm_error, row.beat_error_ms, row.downbeats_off) == (None, None, None, None)
    assert compare(TRUTH, failed()).problem == "bad.mp3: no decoder takes it"
