"""Compiled loops against plain Python and numpy; and what they refuse."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.dsp import native
from edm.dsp.filterbank import triangular_filters
from edm.dsp.jit import Kernel
from edm.dsp.kernels import add_rises, difference_energy, log_filtered_magnitudes, windowed_frames

KERNELS = {
    value.name: value
    for module in native.KERNEL_MODULES
    for value in vars(import_module(module)).values()
    if isinstance(value, Kernel)
}


def floats(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@settings(max_examples=25)
@given(st.integers(0, 3000), st.integers(-3, 8), st.sampled_from([64, 128, 256]), st.sampled_from([50, 441]))
def test_frames_are_centred_windowed_and_padded(length: int, first: int, size: int, hop: int) -> None:
    samples, window = floats(length), np.hanning(size).astype(np.float32)
    out = np.empty((4, size), np.float32)
    windowed_frames(samples, window, first, hop, out)
    padded = np.concatenate([np.zeros(6000, np.float32), samples, np.zeros(6000, np.float32)])
    for i in range(4):
        start = 6000 + (first + i) * hop - size // 2
        np.testing.assert_array_equal(out[i], padded[start : start + size] * window)


def test_magnitudes_are_filtered_and_taken_to_logarithms() -> None:
    bank = triangular_filters(512, bands_per_octave=3, min_hz=100.0, max_hz=10000.0, sample_rate=44100)
    spectra = floats(5, 512 + 2)
    X = np.full((8, bank.bands + 3), -1.0, np.float32)
    log_filtered_magnitudes(
        spectra, bank.starts, bank.offsets, bank.weights, np.empty(bank.last_bin, np.float32), X, 2, 1
    )
    magnitudes = np.abs(spectra.view(np.complex64))
    for band in range(bank.bands):
        weights = bank.weights[bank.offsets[band] : bank.offsets[band + 1]]
        energy = magnitudes[:, bank.starts[band] : bank.starts[band] + len(weights)] @ weights
        np.testing.assert_allclose(X[2:7, 1 + band], np.log10(1 + energy), rtol=1e-5)
    # Its neighbours are left alone.
    assert (X[:2] == -1).all()
    assert (X[7:] == -1).all()
    assert (X[:, 0] == -1).all()
    assert (X[:, bank.bands + 1 :] == -1).all()


@settings(max_examples=20)
@given(st.integers(0, 12), st.integers(1, 4))
def test_rises_are_positive_changes_over_the_lag(frames: int, lag: int) -> None:
    X = floats(frames, 10)
    expected = X.copy()
    expected[:, 5:8] = 0
    expected[lag:, 5:8] = np.maximum(X[lag:, 2:5] - X[:-lag, 2:5], 0) if frames > lag else 0
    add_rises(X, 2, 3, lag)
    np.testing.assert_array_equal(X, expected)


@settings(max_examples=20)
@given(st.integers(0, 500), st.integers(3, 90))
def test_energy_is_that_of_the_differences(length: int, hop: int) -> None:
    samples = floats(length)
    energy = np.empty(length // hop + 1, np.float32)
    difference_energy(samples, hop, energy)
    squares = np.concatenate([[0.0], np.diff(samples) ** 2]) if length else np.zeros(0)
    expected = [squares[k * hop : (k + 1) * hop].sum() for k in range(len(energy))]
    np.testing.assert_allclose(energy, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "spoilt",
    [
        floats(100).astype(np.float64),
        floats(200)[::2],
        floats(10, 10),
        list(range(100)),
    ],
    ids=["float64", "strided", "two dimensions", "a list"],
)
def test_an_array_of_another_kind_is_refused_before_memory_is_read(spoilt: object) -> None:
    with pytest.raises(TypeError, match="C-contiguous float32"):
        difference_energy(spoilt, 10, np.empty(11, np.float32))


def test_too_few_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="takes 3 arguments, not 1"):
        difference_energy(floats(10))


def test_all_kernels_are_in_the_modules_that_are_compiled() -> None:
    assert {"edm.dsp.kernels.windowed_frames", "edm.analysis.beats.path_kernel.follow_beats"} <= set(KERNELS)
    assert len(KERNELS) >= 6


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_explains_itself(name: str) -> None:
    assert KERNELS[name].__doc__
