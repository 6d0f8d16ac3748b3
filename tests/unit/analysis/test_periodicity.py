"""Lines of a pulse, found far finer than a frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.periodicity import PULSE_STRENGTH, Periodicity, periodicity
from unit.analysis.made import FRAMES_PER_S, beats_at, pulses

TEMPOS = st.floats(60.0, 200.0)
SECONDS = st.floats(0.0, 0.9)


def lines_of(bpm: float, duration_s: float = 60.0, offset_s: float = 0.1) -> Periodicity:
    return periodicity(pulses(beats_at(bpm, duration_s, offset_s), duration_s), frames_per_s=FRAMES_PER_S)


@settings(max_examples=15)
@given(TEMPOS, SECONDS)
def test_a_pulse_is_found_to_five_thousandths(bpm: float, offset_s: float) -> None:
    lines = lines_of(bpm, offset_s=offset_s)
    rough = lines.strongest(0.8 * bpm, 1.2 * bpm, centre_bpm=bpm, width_octaves=1.0)
    assert rough == pytest.approx(bpm, abs=0.1)
    assert lines.refined(rough) == pytest.approx(bpm, abs=0.0045)


@settings(max_examples=10)
@given(TEMPOS)
def test_harmonics_tell_the_tempo_where_its_own_line_is_missing(bpm: float) -> None:
    t = np.arange(6000) / FRAMES_PER_S
    curve = 2 + sum(np.cos(2 * np.pi * k * bpm / 60.0 * t) for k in (2, 3, 4, 5))
    lines = periodicity(curve.astype(np.float32), frames_per_s=FRAMES_PER_S)
    found = lines.strongest(0.7 * bpm, 1.4 * bpm, centre_bpm=bpm, width_octaves=1.0)
    assert found == pytest.approx(bpm, abs=0.1)


@settings(max_examples=10)
@given(TEMPOS, st.floats(0.001, 1000.0))
def test_scale_changes_nothing(bpm: float, gain: float) -> None:
    curve = pulses(beats_at(bpm, 30.0), 30.0)
    plain, scaled = (periodicity(c, frames_per_s=FRAMES_PER_S) for c in (curve, curve * np.float32(gain)))
    assert scaled.harmonic_strength(bpm) == pytest.approx(plain.harmonic_strength(bpm), rel=1e-3)


@settings(max_examples=10)
@given(TEMPOS)
def test_a_slow_swell_changes_little(bpm: float) -> None:
    curve = pulses(beats_at(bpm, 60.0), 60.0)
    swelling = curve + np.linspace(0.0, 5.0, len(curve), dtype=np.float32)
    plain, swollen = (periodicity(c, frames_per_s=FRAMES_PER_S) for c in (curve, swelling))
    assert swollen.harmonic_strength(bpm) > 0.8 * plain.harmonic_strength(bpm)


@settings(max_examples=10)
@given(TEMPOS)
def test_a_pulse_is_stronger_at_its_tempo_than_beside_it(bpm: float) -> None:
    lines = lines_of(bpm)
    assert lines.harmonic_strength(bpm) > PULSE_STRENGTH
    for ratio in (0.9, 1.1, 1.17):
        assert lines.harmonic_strength(bpm * ratio) < 0.5 * lines.harmonic_strength(bpm)


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_pulse(seed: int) -> None:
    noise = np.abs(np.random.default_rng(seed).standard_normal(6000)).astype(np.float32)
    lines = periodicity(noise, frames_per_s=FRAMES_PER_S)
    strongest = lines.strongest(50.0, 240.0, centre_bpm=135.0, width_octaves=0.9)
    assert lines.harmonic_strength(strongest) < PULSE_STRENGTH


@settings(max_examples=10)
@given(TEMPOS)
def test_everything_lies_on_the_lines_of_the_right_bar(bpm: float) -> None:
    lines = lines_of(bpm)
    assert lines.unexplained(bpm) < 0.25
    assert lines.unexplained(bpm * 5 / 4) > lines.unexplained(bpm) + 0.4


@pytest.mark.parametrize("curve", [np.zeros(1000, np.float32), np.full(1000, 3.0, np.float32)])
def test_a_flat_curve_has_no_lines(curve: np.ndarray) -> None:
    lines = periodicity(curve, frames_per_s=FRAMES_PER_S)
    assert np.isfinite(lines.magnitudes).all()
    assert lines.harmonic_strength(120.0) < 1e-3
    assert np.isfinite(lines.unexplained(120.0))


def test_the_axis_is_in_bpm() -> None:
    lines = lines_of(123.0)
    low, high = (round(edge / lines.bin_bpm) for edge in (100.0, 200.0))
    peak = low + int(lines.magnitudes[low:high].argmax())
    assert peak * lines.bin_bpm == pytest.approx(123.0, abs=0.02)
    assert lines.duration_s == pytest.approx(60.0)
