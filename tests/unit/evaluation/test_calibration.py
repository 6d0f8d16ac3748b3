"""Confidence is compared with how often it is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.calibration import calibrate


def test_a_table_by_hand() -> None:
    confidence = np.array([0.95, 0.85, 0.81, 0.82, 0.0, np.nan])
    hits = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    table = calibrate(confidence, hits)
    # Bins: 0.0 -> (0, 0); three of mean 2.48/3 and 2/3 right; 0.95 -> (0.95, 1).
    # Error: (1 * 0 + 3 * |0.826667 - 0.666667| + 1 * 0.05) / 5 = (0.48 + 0.05) / 5 = 0.106
    assert table == {
        "tracks": 5,
        "expected_calibration_error": 0.106,
        "bins": [
            {"low": 0.0, "high": 0.1, "tracks": 1, "confidence": 0.0, "accuracy1": 0.0},
            {"low": 0.8, "high": 0.9, "tracks": 3, "confidence": 0.826667, "accuracy1": 0.666667},
            {"low": 0.9, "high": 1.0, "tracks": 1, "confidence": 0.95, "accuracy1": 1.0},
        ],
    }


@pytest.mark.parametrize("tenth", range(10))
def test_each_tenth_opens_its_bin(tenth: int) -> None:
    table = calibrate(np.array([tenth / 10]), np.array([1.0]))
    assert table is not None
    assert table["bins"][0]["low"] == tenth / 10


def test_full_confidence_is_in_the_last_bin() -> None:
    table = calibrate(np.array([1.0, 0.9]), np.array([1.0, 1.0]))
    assert table is not None
    assert [(row["low"], row["tracks"]) for row in table["bins"]] == [(0.9, 2)]


def test_always_sure_and_always_wrong_is_an_error_of_one() -> None:
    table = calibrate(np.ones(4), np.zeros(4))
    assert table is not None
    assert table["expected_calibration_error"] == 1.0


def test_tracks_without_a_confidence_have_no_table() -> None:
    assert calibrate(np.array([np.nan, np.nan]), np.array([0.0, 1.0])) is None
    assert calibrate(np.array([]), np.array([])) is None


def test_honest_confidence_has_a_small_error() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.uniform(0, 1, 20_000)
    hits = (rng.uniform(0, 1, 20_000) < confidence).astype(float)
    honest, proud = calibrate(confidence, hits), calibrate(np.sqrt(confidence), hits)
    assert honest is not None
    assert proud is not None
    assert honest["expected_calibration_error"] < 0.02
    # The mean of sqrt(u) - u is 1/6.
    assert proud["expected_calibration_error"] == pytest.approx(1 / 6, abs=0.02)


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=40))
def test_bins_hold_every_track_and_the_error_is_a_share(tracks: list[tuple[float, float]]) -> None:
    confidence, hits = (np.array(column) for column in zip(*tracks, strict=True))
    table = calibrate(confidence, hits)
    assert table is not None
    assert sum(row["tracks"] for row in table["bins"]) == table["tracks"] == len(tracks)
    assert 0 <= table["expected_calibration_error"] <= 1
    for row in table["bins"]:
        assert row["low"] - 1e-6 <= row["confidence"] <= row["high"] + 1e-6
    # Never less than the error of all tracks in one bin.
    assert table["expected_calibration_error"] >= abs(confidence.mean() - hits.mean()) - 2e-6


def test_strange_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"not 1\.5"):
        calibrate(np.array([0.5, 1.5]), np.ones(2))
    with pytest.raises(InputError, match=r"not -0\.1"):
        calibrate(np.array([-0.1]), np.ones(1))
    with pytest.raises(InputError, match="2 confidences do not go with 1 hits"):
        calibrate(np.array([0.5, 1.0]), np.ones(1))
