"""Our engine against madmom itself, and against itself in windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import golden
from edm.analysis.beats import network
from edm.analysis.beats.blstm import ensemble_activations, load_network
from edm.analysis.beats.features import BEAT_VIEWS, DOWNBEAT_VIEWS, spectral_features
from edm.analysis.beats.network import beat_activations, detect, plain_beat_activations
from edm.errors import ModelsMissingError
from edm.model import Audio, FloatArray
from edm.weights.catalogue import ensemble_files
from edm.weights.locate import find_networks
from golden.reference_signal import reference_signal
from sounds import silence, track_at

REFERENCE = Path(golden.__file__).with_name("madmom_reference.npz")
TOLERANCE = 1e-5

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    with np.load(REFERENCE, allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def samples() -> FloatArray:
    return (reference_signal() / 32768.0).astype(np.float32)


@pytest.mark.parametrize(("name", "views"), [("downbeat", DOWNBEAT_VIEWS), ("beat", BEAT_VIEWS)])
def test_features_are_madmoms(name: str, views: tuple, samples: FloatArray, reference: dict) -> None:
    features = spectral_features(samples, views)[reference["frames"]]
    assert features.shape == reference[f"{name}_features"].shape
    assert np.abs(features - reference[f"{name}_features"]).max() <= TOLERANCE


def test_beats_and_downbeats_are_madmoms(samples: FloatArray, reference: dict) -> None:
    activations = beat_activations(spectral_features(samples, DOWNBEAT_VIEWS))
    assert activations.shape == reference["downbeat_activations"].shape == (399, 2)
    assert np.abs(activations - reference["downbeat_activations"]).max() <= TOLERANCE


def test_plain_beats_are_madmoms(samples: FloatArray, reference: dict) -> None:
    activations = plain_beat_activations(spectral_features(samples, BEAT_VIEWS))
    assert activations.shape == reference["beat_activations"].shape == (399,)
    assert np.abs(activations - reference["beat_activations"]).max() <= TOLERANCE


def test_the_reference_is_worth_comparing_with(reference: dict) -> None:
    # A curve that says nothing would agree with any engine that says nothing.
    assert reference["downbeat_activations"].max() > 0.5
    assert reference["beat_activations"].max() > 0.35


def test_windows_hear_what_one_window_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    features = spectral_features(track_at(127.3, 36.0, "techno", 0.2).samples)
    whole = beat_activations(features)
    monkeypatch.setattr(network, "_WINDOW_FRAMES", 2200)
    windowed = beat_activations(features)
    assert windowed.shape == whole.shape
    # The nets carry the bar along for longer than a window overlaps, so that a frame may differ, though few by much.
    difference = np.abs(windowed - whole).max(axis=1)
    assert difference.mean() < 0.01
    assert np.mean(difference > 0.1) < 0.02
    for one, other in ((windowed, whole), (whole, windowed)):
        beats, same = one.sum(axis=1), other.sum(axis=1)
        assert (same[beats > 0.5] > 0.25).all()


@pytest.mark.parametrize("frames", [0, 1, 999, 1000, 1001, 1600, 1601, 2599, 2600, 2601, 4200, 4201])
def test_windows_leave_out_no_frame_and_repeat_none(frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def numbered(features: FloatArray, networks: tuple) -> FloatArray:
        return features

    monkeypatch.setattr(network, "_WINDOW_FRAMES", 2600)
    monkeypatch.setattr(network, "ensemble_activations", numbered)
    curve = np.arange(frames, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(network._in_windows(curve, ()), curve)


def test_an_ensemble_is_the_mean_of_its_networks(samples: FloatArray) -> None:
    store = find_networks()
    networks = tuple(load_network(store.path(file)) for file in ensemble_files(("downbeats",))[:3])
    features = spectral_features(samples[:44100])
    alone = [ensemble_activations(features, (one,)) for one in networks]
    together = ensemble_activations(features, networks)
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-6)
    np.testing.assert_allclose(together.sum(axis=1), 1.0, atol=1e-5)
    assert np.abs(alone[0] - alone[1]).max() > 0.01


@pytest.mark.parametrize("length", [1, 255, 256, 257, 512])
def test_chunks_of_the_recurrence_do_not_show(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from edm.analysis.beats import blstm

    features = np.random.default_rng(0).random((length, 314)).astype(np.float32)
    (first, *_) = ensemble_files(("downbeats",))
    one = (load_network(find_networks().path(first)),)
    plain = ensemble_activations(features, one)
    monkeypatch.setattr(blstm, "_CHUNK_FRAMES", 37)
    np.testing.assert_allclose(ensemble_activations(features, one), plain, atol=1e-6)


def test_evidence_counts_downbeats_as_beats(samples: FloatArray) -> None:
    evidence = detect(Audio(samples, 44100, 44100))
    assert evidence.source == "network"
    assert evidence.downbeat is not None
    assert (evidence.beat >= evidence.downbeat - 1e-6).all()
    assert evidence.beat.max() <= 1.0 + 1e-5


def test_silence_has_hardly_a_beat() -> None:
    assert detect(Audio(silence(5.0), 44100, 44100)).beat.max() < 0.1


def test_networks_elsewhere_are_missed_and_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissingError):
        beat_activations(np.zeros((10, 314), np.float32), models_dir=tmp_path)
