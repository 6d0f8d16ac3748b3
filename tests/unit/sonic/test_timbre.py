"""Timbre says of simple sounds what is known of them."""

from __future__ import annotations

import numpy as np
import pytest

from edm.model import FloatArray
from edm.sonic import frames
from edm.sonic.frames import HARMONY, TIMBRE, level_of, power_blocks
from edm.sonic.timbre import timbre_frames, timbre_values
from sounds import noise, silence, sine, track_at, with_offset


def hear(samples: FloatArray) -> dict[str, float]:
    return timbre_values(timbre_frames(samples, level_of(samples))[2:-2])


@pytest.mark.parametrize("frequency_hz", [500.0, 1000.0, 4000.0])
def test_a_tone_lies_where_it_sounds(frequency_hz: float) -> None:
    values = hear(sine(frequency_hz, 2.0))
    octaves = np.log2(frequency_hz / 1000.0)
    assert values["centroid_median"] == pytest.approx(octaves, abs=0.05)
    assert values["rolloff_median"] == pytest.approx(octaves, abs=0.1)
    assert values["zero_crossings_median"] == pytest.approx(octaves + 1, abs=0.05)
    assert values["bandwidth_median"] < 0.15


def test_noise_is_flat_and_wide_and_a_tone_is_neither() -> None:
    hiss, tone = hear(noise(2.0)), hear(sine(1000.0, 2.0))
    assert hiss["flatness_median"] > -4.0
    assert tone["flatness_median"] < -30.0
    assert hiss["bandwidth_median"] > 5 * tone["bandwidth_median"]
    assert hiss["contrast_800"] < tone["contrast_800"]


@pytest.mark.parametrize(("frequency_hz", "part"), [(60.0, "low"), (800.0, "mid"), (5000.0, "high")])
def test_the_energy_is_where_the_tone_is(frequency_hz: float, part: str) -> None:
    values = hear(sine(frequency_hz, 2.0))
    shares = {name: values[f"energy_{name}"] for name in ("low", "mid", "high")}
    assert max(shares, key=lambda name: shares[name]) == part
    assert shares[part] == pytest.approx(0.0, abs=0.1)


def test_a_steady_tone_does_not_change_and_a_sweep_does() -> None:
    t = np.arange(88200) / 44100
    sweep = np.sin(2 * np.pi * (200 * t + 1500 * t**2)).astype(np.float32)
    assert hear(sine(1000.0, 2.0))["flux_median"] < 0.01
    assert hear(sweep)["flux_median"] > 0.1
    assert hear(sweep)["mfcc_1_delta"] > 5 * hear(sine(1000.0, 2.0))["mfcc_1_delta"]
    assert hear(sweep)["centroid_iqr"] > 1.0


def test_an_offset_is_not_heard() -> None:
    samples = track_at(128.0, 5.0).samples
    assert hear(with_offset(samples, 0.2)) == pytest.approx(hear(samples), abs=0.05, rel=0.01)


def test_silence_is_finite() -> None:
    assert np.isfinite(list(hear(silence(2.0)).values())).all()


def test_blocks_of_any_length_give_the_same_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = track_at(128.0, 6.0).samples
    whole = timbre_frames(samples, level_of(samples))
    monkeypatch.setattr(frames, "_BLOCK_SAMPLES", 7 * TIMBRE.size)
    assert timbre_frames(samples, level_of(samples)) == pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize("view", [TIMBRE, HARMONY])
def test_a_sine_as_strong_as_the_track_has_the_power_one(view: frames.View) -> None:
    # In the middle of a bin.
    frequency_hz = 44100.0 / view.size * round(1000.0 / 44100.0 * view.size)
    samples = sine(frequency_hz, 3.0, level=0.07)
    spectra = np.concatenate([power for _, power in power_blocks(samples, view, level_of(samples))])
    assert spectra[4:-4].max(axis=1) == pytest.approx(np.ones(len(spectra) - 8), rel=0.01)


def test_frames_are_centred_on_multiples_of_the_hop() -> None:
    samples = silence(2.0)
    samples[20 * TIMBRE.hop] = 1.0
    spectra = np.concatenate([power for _, power in power_blocks(samples, TIMBRE, level_of(samples))])
    assert int(spectra.sum(axis=1).argmax()) == 20


def test_a_crossing_between_two_stretches_counts() -> None:
    samples = np.tile(np.array([0.5, -0.5], np.float32), 300 * TIMBRE.hop // 2)
    heard = timbre_frames(samples, level_of(samples))
    per_frame = [timbre_values(heard[t : t + 1])["zero_crossings_median"] for t in range(2, 300)]
    assert per_frame == pytest.approx([np.log2(44.1)] * 298, abs=1e-6)
