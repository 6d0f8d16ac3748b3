"""Records of what was heard, and parts of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.beats.evidence import onsets_of_features
from edm.analysis.beats.features import spectral_features
from sounds import RATE, click_track, silence, sine
from unit.analysis.made import beats_at, evidence_on

WHOLE = evidence_on(beats_at(120.0, 20.0), 20.0, downbeats_s=beats_at(30.0, 20.0))


def test_length_is_in_seconds() -> None:
    assert WHOLE.duration_s == pytest.approx(20.0)


@given(st.integers(0, 1500), st.integers(1, 500))
def test_a_part_that_begins_with_a_frame_is_a_cut(first: int, count: int) -> None:
    part = WHOLE.between(first / 100, (first + count) / 100)
    # Hundredths of a second are no binary fractions: a frame more or less.
    assert abs(len(part.beat) - count) <= 1
    offset = 0 if np.allclose(part.beat[:5], WHOLE.beat[first : first + 5][: len(part.beat)], atol=1e-3) else -1
    np.testing.assert_allclose(part.beat, WHOLE.beat[first + offset :][: len(part.beat)], atol=1e-3)


@settings(max_examples=30)
@given(st.floats(0.0, 15.0))
def test_a_part_counts_from_its_own_start_to_the_fraction_of_a_frame(start_s: float) -> None:
    part = WHOLE.between(start_s, start_s + 4.0)
    frames = np.arange(len(WHOLE.beat))
    expected = np.interp(start_s * 100 + np.arange(len(part.beat) - 1), frames, WHOLE.beat)
    np.testing.assert_allclose(part.beat[:-1], expected, atol=1e-3)


def test_all_curves_of_a_part_have_one_length() -> None:
    part = WHOLE.between(3.337, 11.111)
    assert part.downbeat is not None
    onsets = part.onsets
    lengths = {len(c) for c in (part.beat, part.downbeat, onsets.low, onsets.middle, onsets.high, onsets.total)}
    assert lengths == {len(part.spectrum)}
    assert part.source == WHOLE.source


def test_cutting_leaves_the_whole_alone() -> None:
    before = WHOLE.beat.copy()
    WHOLE.between(1.234, 5.678)
    np.testing.assert_array_equal(WHOLE.beat, before)


def test_onsets_of_low_and_high_sounds_are_told_apart() -> None:
    def onset(frequency_hz: float) -> tuple[float, float, float]:
        samples = np.concatenate([silence(0.5), sine(frequency_hz, 0.5)])
        rise = np.clip((np.arange(len(samples)) / RATE - 0.5) / 0.1, 0.0, 1.0)
        onsets = onsets_of_features(spectral_features((samples * rise**2).astype(np.float32)))
        return float(onsets.low.max()), float(onsets.middle.max()), float(onsets.high.max())

    # Every tone leaks into all bands; each kind of onset has its largest share in its own kind of sound.
    table = np.array([onset(120.0), onset(700.0), onset(7000.0)])
    table /= table.sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(table.argmax(axis=0), [0, 1, 2])


def test_onsets_stand_where_clicks_begin() -> None:
    onsets = onsets_of_features(spectral_features(click_track(120.0, 5.0, 0.25)))
    for beat_s in np.arange(0.25, 5.0, 0.5):
        frame = round(beat_s * 100)
        assert onsets.total[frame - 3 : frame + 4].max() > 0.5 * onsets.total.max()
        assert onsets.total[frame + 15 : frame + 30].max(initial=0.0) < 0.1 * onsets.total.max()
