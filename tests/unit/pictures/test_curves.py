"""Curves over beats: what is late is late, and by how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.dsp.attacks import HOP, attack_strength
from edm.dsp.warm import ensure_compiled
from edm.model import Beats
from edm.pictures.curves import attack_residuals_ms, beat_curve, local_bpm
from tests import sounds
from tests.unit.pictures import samples

BEATS_S = np.arange(2.0, 40.0, 0.5)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    ensure_compiled()


@pytest.mark.parametrize("late_ms", [-20.0, -5.0, 0.0, 5.0, 20.0])
def test_clicks_are_as_late_as_they_are(late_ms: float) -> None:
    sound = sounds.clicks_at(BEATS_S + late_ms / 1000, 42.0)
    found = attack_residuals_ms(attack_strength(sound), BEATS_S, sample_rate=sounds.RATE)
    assert np.isfinite(found).all()
    # A step of the attacks, which show 1 ms early in the mean.
    assert np.median(found) == pytest.approx(late_ms, abs=1000 * HOP / sounds.RATE)


def test_where_nothing_begins_nothing_is_said() -> None:
    sound = sounds.clicks_at(BEATS_S[:40], 42.0)
    found = attack_residuals_ms(attack_strength(sound), BEATS_S, sample_rate=sounds.RATE)
    assert np.isfinite(found[:40]).all()
    assert np.isnan(found[40:]).all()


def test_a_click_between_beats_belongs_to_none() -> None:
    sound = sounds.clicks_at(np.concatenate([BEATS_S[:40], BEATS_S[40:] + 0.25]), 42.0)
    found = attack_residuals_ms(attack_strength(sound), BEATS_S, sample_rate=sounds.RATE)
    assert np.isnan(found[40:]).all()


@pytest.mark.parametrize("beats_s", [np.zeros(0), np.array([0.0]), np.array([-1.0, 0.0, 99.0])])
def test_beats_beyond_the_sound_do_no_harm(beats_s: np.ndarray) -> None:
    for attacks in (np.zeros(0, np.float32), np.zeros(100, np.float32), np.ones(100, np.float32)):
        found = attack_residuals_ms(attacks, beats_s, sample_rate=HOP * 490)
        assert found.shape == beats_s.shape


@given(st.floats(40, 300), st.integers(2, 200))
def test_a_steady_pulse_has_its_tempo_everywhere(bpm: float, count: int) -> None:
    assert local_bpm(np.arange(count) * 60 / bpm) == pytest.approx(bpm)


def test_a_steady_track_is_judged_by_its_grid_and_another_by_its_tempo() -> None:
    made = samples.analysis()
    assert made.beats is not None
    assert made.grid is not None
    late = np.full(len(made.beats.times_s), 2.0)
    steady = beat_curve(made.beats, made.grid, late)
    wandering = beat_curve(made.beats, replace(made.grid, verdict="variable"), late)
    assert steady is not None
    assert steady.kind == "residual"
    assert wandering is not None
    assert wandering.kind == "tempo"
    assert wandering.values == pytest.approx(120.0)


def test_nothing_known_is_no_curve() -> None:
    made = samples.analysis()
    assert beat_curve(None, None) is None
    assert beat_curve(Beats(np.array([1.0]), np.array([1])), made.grid) is None
    assert beat_curve(made.beats, made.grid, None) is None
    assert beat_curve(made.beats, made.grid, np.full(4 * samples.BARS, np.nan)) is None
