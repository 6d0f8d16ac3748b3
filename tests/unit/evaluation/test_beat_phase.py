"""Milliseconds early and late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.beat_phase import PhaseErrors, phase_bias_s, phase_drift_s, phase_errors, phase_spread_s

GRID = 10.0 + 0.5 * np.arange(100)
FIRST_S, LAST_S = 10.0, 59.5


def test_late_is_positive() -> None:
    assert phase_bias_s(phase_errors(GRID, GRID + 0.03)) == pytest.approx(0.03)
    assert phase_bias_s(phase_errors(GRID, GRID - 0.03)) == pytest.approx(-0.03)


def test_a_constant_lateness_has_no_spread() -> None:
    assert phase_spread_s(phase_errors(GRID, GRID + 0.03)) == pytest.approx(0, abs=1e-12)


def test_spread_is_the_middle_half() -> None:
    late_s = np.array([-0.04, -0.02, 0.0, 0.02, 0.04] * 20)
    assert phase_spread_s(phase_errors(GRID, GRID + late_s)) == pytest.approx(0.04)


def test_a_quarter_of_the_interval_is_another_beat() -> None:
    reference = np.arange(8.0)
    assert phase_errors(reference, np.array([1.24, 2.76])).errors_s == pytest.approx([0.24, -0.24])
    assert len(phase_errors(reference, np.array([1.25, 1.5, 1.75])).errors_s) == 0


def test_double_tempo_is_measured_on_the_beat_alone() -> None:
    phases = phase_errors(GRID, 10.01 + 0.25 * np.arange(200))
    assert len(phases.errors_s) == 100
    assert phase_bias_s(phases) == pytest.approx(0.01)


def test_a_gap_in_the_annotation_is_no_slow_beat() -> None:
    reference = np.array([0.0, 0.5, 1.0, 9.0, 9.5, 10.0])
    assert len(phase_errors(reference, np.array([1.2, 2.5, 7.5, 8.8])).errors_s) == 0
    assert len(phase_errors(reference, np.array([1.1, 8.9])).errors_s) == 2


def test_the_last_beat_may_be_late_too() -> None:
    assert len(phase_errors(GRID, GRID + 0.1).errors_s) == 100


@pytest.mark.parametrize(
    ("reference", "estimate"), [([1.0], [1.0]), ([], [1.0]), ([1.0, 2.0], []), ([], []), ([1.0, 2.0], [1.5])]
)
def test_without_an_interval_or_a_near_beat_there_is_no_phase(reference: list[float], estimate: list[float]) -> None:
    phases = phase_errors(np.array(reference), np.array(estimate))
    assert phase_bias_s(phases) is None
    assert phase_spread_s(phases) is None
    assert phase_drift_s(phases, 1.0, 2.0) is None


def test_one_beat_has_a_bias_and_no_spread() -> None:
    phases = phase_errors(np.array([1.0, 2.0]), np.array([1.1]))
    assert phase_bias_s(phases) == pytest.approx(0.1)
    assert phase_spread_s(phases) is None


def test_a_growing_lateness_is_drift() -> None:
    # From 0 to 60 ms: the first third is beats 0 to 32, the last 67 to 99, their medians those of beats 16 and 83.
    late_s = 0.06 * np.arange(100) / 99
    drift_s = phase_drift_s(phase_errors(GRID, GRID + late_s), FIRST_S, LAST_S)
    assert drift_s == pytest.approx(0.06 * (83 - 16) / 99)


def test_a_slow_start_is_a_negative_drift() -> None:
    late_s = 0.06 * np.arange(100)[::-1] / 99
    assert phase_drift_s(phase_errors(GRID, GRID + late_s), FIRST_S, LAST_S) == pytest.approx(-0.06 * 67 / 99)


def test_the_middle_third_has_no_say() -> None:
    late_s = np.where(np.abs(np.arange(100) - 49.5) < 16, 0.1, 0.0)
    assert phase_drift_s(phase_errors(GRID, GRID + late_s), FIRST_S, LAST_S) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("opening", "told"), [(3, False), (4, True)])
def test_drift_needs_four_beats_in_either_third(opening: int, told: bool) -> None:
    estimate = np.concatenate((GRID[:opening], GRID[50:]))
    assert (phase_drift_s(phase_errors(GRID, estimate), FIRST_S, LAST_S) is not None) is told
    mirrored = np.concatenate((GRID[:50], GRID[100 - opening :]))
    assert (phase_drift_s(phase_errors(GRID, mirrored), FIRST_S, LAST_S) is not None) is told


@given(st.lists(st.floats(-0.06, 0.06), min_size=100, max_size=100), st.floats(-0.06, 0.06))
def test_a_shift_moves_the_bias_and_nothing_else(late_s: list[float], shift_s: float) -> None:
    estimate = GRID + np.array(late_s)
    before, after = phase_errors(GRID, estimate), phase_errors(GRID, estimate + shift_s)
    assert _numbers(after) == pytest.approx(_numbers(before) + np.array((shift_s, 0, 0)), abs=1e-9)


def _numbers(phases: PhaseErrors) -> np.ndarray:
    bias_s, spread_s = phase_bias_s(phases), phase_spread_s(phases)
    drift_s = phase_drift_s(phases, FIRST_S, LAST_S)
    assert bias_s is not None
    assert spread_s is not None
    assert drift_s is not None
    return np.array([bias_s, spread_s, drift_s])
