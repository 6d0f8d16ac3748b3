"""Filters on a logarithmic axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.dsp.filterbank import hann_window, triangular_filters

SIZES = st.sampled_from([512, 1024, 2048, 4096, 8192])


@settings(max_examples=40)
@given(SIZES, st.integers(1, 24), st.floats(20.0, 200.0), st.floats(2000.0, 20000.0), st.sampled_from([22050, 44100]))
def test_every_band_sums_to_one_and_lies_in_the_spectrum(
    size: int, bands_per_octave: int, min_hz: float, max_hz: float, rate: int
) -> None:
    bank = triangular_filters(
        size, bands_per_octave=bands_per_octave, min_hz=min_hz, max_hz=min(max_hz, rate / 2.1), sample_rate=rate
    )
    assert bank.bands == len(bank.starts) == len(bank.offsets) - 1
    assert (np.diff(bank.starts) >= 0).all()
    assert (np.diff(bank.offsets) > 0).all()
    assert bank.offsets[-1] == len(bank.weights)
    assert (bank.weights >= 0).all()
    np.testing.assert_allclose(np.add.reduceat(bank.weights, bank.offsets[:-1]), 1.0, rtol=1e-6)
    assert bank.starts[0] >= 0
    assert bank.last_bin <= size // 2


@pytest.mark.parametrize(("size", "per_octave", "bands"), [(1024, 3, 21), (2048, 6, 45), (4096, 12, 91)])
def test_the_networks_get_as_many_bands_as_they_were_trained_with(size: int, per_octave: int, bands: int) -> None:
    bank = triangular_filters(size, bands_per_octave=per_octave, min_hz=30.0, max_hz=17000.0, sample_rate=44100)
    assert bank.bands == bands


def test_a_wide_band_is_a_triangle() -> None:
    bank = triangular_filters(4096, bands_per_octave=3, min_hz=1000.0, max_hz=8000.0, sample_rate=44100)
    triangle = bank.weights[bank.offsets[-2] :]
    peak = int(triangle.argmax())
    assert triangle[0] == 0.0
    np.testing.assert_allclose(np.diff(triangle[: peak + 1]), triangle[peak] / peak, rtol=1e-4)
    np.testing.assert_allclose(-np.diff(triangle[peak:]), triangle[peak] / (len(triangle) - peak), rtol=1e-4)


def test_an_octave_has_the_bands_that_were_asked_for() -> None:
    bank = triangular_filters(8192, bands_per_octave=6, min_hz=500.0, max_hz=16000.0, sample_rate=44100)
    widest = [
        int(start + bank.weights[a:b].argmax())
        for start, a, b in zip(bank.starts, bank.offsets[:-1], bank.offsets[1:], strict=True)
    ]
    centres_hz = np.array(widest) * 44100 / 8192
    np.testing.assert_allclose(centres_hz[6:] / centres_hz[:-6], 2.0, rtol=0.01)


def test_the_window_is_symmetric_and_ends_at_zero() -> None:
    window = hann_window(1024)
    assert window.dtype == np.float32
    np.testing.assert_allclose(window, window[::-1], atol=1e-6)
    assert window[0] == window[-1] == 0.0
    assert window.max() == pytest.approx(1.0, abs=1e-4)
