"""The contract of every detector in the table, and the choice among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import edm.places
from edm.analysis.beats import DETECTORS, choose_detector, load_detector
from edm.analysis.beats.evidence import Evidence
from edm.errors import InputError, ModelsMissingError
from edm.model import Audio, FloatArray
from edm.weights import locate
from sounds import RATE, click_track, noise, silence, track_at

ALL = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.weights) if name == "network" else name for name in DETECTORS]
)
SOUNDS: dict[str, FloatArray] = {
    "music": track_at(126.0, 8.0, "house", 0.2).samples,
    "noise": noise(4.0),
    "silence": silence(4.0),
    "a tenth of a second": click_track(120.0, 1.1)[: RATE // 10],
}


def hear(name: str, samples: FloatArray) -> Evidence:
    return load_detector(name)(Audio(samples, RATE, RATE))


def curves(evidence: Evidence) -> dict[str, FloatArray]:
    onsets = evidence.onsets
    found = {"beat": evidence.beat, "low": onsets.low, "middle": onsets.middle, "high": onsets.high}
    found["total"] = onsets.total
    if evidence.downbeat is not None:
        found["downbeat"] = evidence.downbeat
    return found


@ALL
@pytest.mark.parametrize("sound", SOUNDS)
def test_evidence_has_curves_of_one_length_finite_and_not_negative(name: str, sound: str) -> None:
    evidence = hear(name, SOUNDS[sound])
    frames = -(-len(SOUNDS[sound]) // (RATE // evidence.frames_per_s))
    assert evidence.source == name
    assert evidence.spectrum.ndim == 2
    assert len(evidence.spectrum) == frames
    for curve_name, curve in curves(evidence).items():
        assert curve.shape == (frames,), curve_name
        assert np.isfinite(curve).all(), curve_name
        assert (curve >= 0).all(), curve_name
        assert curve.dtype == np.float32, curve_name
    assert evidence.duration_s == pytest.approx(len(SOUNDS[sound]) / RATE, abs=0.011)


@ALL
def test_beats_are_heard_where_they_are(name: str) -> None:
    evidence = hear(name, SOUNDS["music"])
    period = 60.0 / 126.0 * evidence.frames_per_s
    frames = np.round(0.2 * evidence.frames_per_s + period * np.arange(1, 15)).astype(int)
    on = np.mean([evidence.beat[frame - 3 : frame + 4].max() for frame in frames])
    between = np.mean([evidence.beat[frame + int(period / 4) - 3 :][:7].max() for frame in frames])
    assert on > 2 * between


@ALL
def test_a_detector_leaves_its_input_alone(name: str) -> None:
    samples = SOUNDS["music"].copy()
    hear(name, samples)
    np.testing.assert_array_equal(samples, SOUNDS["music"])


@ALL
def test_a_detector_says_what_it_is(name: str) -> None:
    assert DETECTORS[name].summary
    assert choose_detector(name) == (name, None)


@pytest.fixture
def no_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer with an empty cache and without madmom."""
    monkeypatch.setattr(edm.places, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(locate, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(locate, "_installed_madmom", lambda: None)


@pytest.mark.weights
def test_auto_takes_the_best() -> None:
    assert choose_detector("auto") == (next(iter(DETECTORS)), None) == ("network", None)


@pytest.mark.usefixtures("no_networks")
def test_auto_falls_back_and_says_why() -> None:
    name, reason = choose_detector("auto")
    assert name == "flux"
    assert reason is not None
    assert "the networks are not installed" in reason
    assert "madmom is not installed" in reason


def test_auto_falls_back_from_an_empty_folder_that_was_named(tmp_path: Path) -> None:
    name, reason = choose_detector("auto", tmp_path)
    assert name == "flux"
    assert reason is not None
    assert str(tmp_path) in reason


@pytest.mark.usefixtures("no_networks")
def test_networks_asked_for_by_name_are_no_wish_but_an_order() -> None:
    with pytest.raises(ModelsMissingError) as caught:
        choose_detector("network")
    assert caught.value.hint is not None
    assert "edm models fetch" in caught.value.hint


@pytest.mark.usefixtures("no_networks")
@pytest.mark.parametrize("name", ["flux", "librosa"])
def test_what_needs_no_networks_works_without_them(name: str) -> None:
    assert choose_detector(name) == (name, None)


@pytest.mark.parametrize("ask", [choose_detector, load_detector])
def test_an_unknown_name_lists_the_valid_ones(ask: object) -> None:
    with pytest.raises(InputError, match="'ears'") as caught:
        ask("ears")  # type: ignore[operator]
    assert caught.value.hint == f"valid: auto, {', '.join(DETECTORS)}"
