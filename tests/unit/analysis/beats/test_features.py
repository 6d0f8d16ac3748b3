"""What the networks look at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.beats.features import (
    BEAT_VIEWS,
    DOWNBEAT_VIEWS,
    FRAMES_PER_S,
    SAMPLE_RATE,
    middle_spectrum,
    spectral_features,
)
from sounds import click_track, noise, silence

VIEWS = pytest.mark.parametrize(("views", "columns"), [(DOWNBEAT_VIEWS, 314), (BEAT_VIEWS, 266)], ids=["down", "beat"])


@VIEWS
@pytest.mark.parametrize("length", [0, 1, 440, 441, 442, 44100, 64 * 441 + 1])
def test_there_is_a_frame_for_every_ten_milliseconds(views: tuple, columns: int, length: int) -> None:
    features = spectral_features(noise(1.0)[:length], views)
    assert features.shape == (-(-min(length, 44100) // 441), columns)
    assert features.dtype == np.float32
    assert FRAMES_PER_S * 441 == SAMPLE_RATE


@VIEWS
def test_silence_is_all_zeros(views: tuple, columns: int) -> None:
    assert not spectral_features(silence(1.0), views).any()


@VIEWS
def test_nothing_is_negative(views: tuple, columns: int) -> None:
    assert spectral_features(noise(1.0), views).min() >= 0.0


@settings(max_examples=10)
@given(st.integers(1, 200))
def test_whole_frames_of_silence_shift_the_features(frames: int) -> None:
    samples = click_track(130.0, 1.0, 0.2)
    later = spectral_features(np.concatenate([silence(frames / FRAMES_PER_S), samples]))
    plain = spectral_features(samples)
    np.testing.assert_allclose(later[frames:], plain, atol=1e-6)


def test_the_length_of_a_block_does_not_show() -> None:
    # 64 frames go through the transform at once; each must come out as if alone.
    samples = noise(1.5)
    whole = spectral_features(samples)
    for frame in (63, 64, 65, 127, 128):
        centre = frame * 441
        alone = spectral_features(np.ascontiguousarray(samples[centre - 10 * 441 : centre + 10 * 441]))
        np.testing.assert_allclose(alone[10, :21], whole[frame, :21], atol=1e-6)


def test_the_middle_spectrum_is_the_second_view() -> None:
    features = spectral_features(noise(0.5))
    spectrum = middle_spectrum(features)
    first, second, _ = (view.filters.bands for view in DOWNBEAT_VIEWS)
    np.testing.assert_array_equal(spectrum, features[:, 2 * first : 2 * first + second])
    assert not np.shares_memory(spectrum, features)


@pytest.mark.parametrize(("view", "lag"), list(zip(DOWNBEAT_VIEWS, (1, 1, 2), strict=True)), ids=str)
def test_rises_look_back_a_quarter_of_the_window(view: object, lag: int) -> None:
    assert view.rise_lag_frames == lag  # type: ignore[attr-defined]
