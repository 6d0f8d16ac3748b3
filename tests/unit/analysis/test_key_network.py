"""Our engine against madmom itself, against itself in windows, and against files that are not the network."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import golden
from edm.analysis import key_network
from edm.analysis.key_network import MIN_FRAMES, KeyNetwork, key_probabilities, load_key_network, published_network
from edm.analysis.key_spectra import low_spectra, network_bands
from edm.errors import ModelsCorruptError, ModelsMissingError
from edm.weights.catalogue import ensemble_files
from edm.weights.locate import find_networks
from golden.make_madmom_key import EVERY, key_signal

REFERENCE = Path(golden.__file__).with_name("madmom_key.npz")

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def network() -> KeyNetwork:
    return published_network()


@pytest.fixture(scope="module")
def bands() -> np.ndarray:
    return network_bands(low_spectra((key_signal() / 32768.0).astype(np.float32)))


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    with np.load(REFERENCE, allow_pickle=False) as arrays:
        return dict(arrays)


def test_bands_are_madmoms(bands, reference):
    assert bands[::EVERY].shape == reference["bands"].shape
    assert np.abs(bands[::EVERY] - reference["bands"]).max() <= 1e-4


def test_probabilities_are_madmoms(bands, reference, network):
    ours = key_probabilities(bands, network)
    assert np.abs(ours - reference["probabilities"]).max() <= 1e-5
    # A network that says nothing would agree with any engine that says nothing.
    assert reference["probabilities"].max() > 0.3


def test_probabilities_are_those_of_all_keys(bands, network):
    ours = key_probabilities(bands, network)
    assert ours.shape == (24,)
    assert ours.min() >= 0
    assert ours.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("frames", [256, 263, 300])
def test_windows_change_nothing(frames, bands, network, monkeypatch):
    long = np.tile(bands, (4, 1))[:frames]
    whole = key_probabilities(long, network)
    monkeypatch.setattr(key_network, "_WINDOW_FRAMES", 64)
    assert np.abs(key_probabilities(long, network) - whole).max() <= 1e-6


@pytest.mark.parametrize("cache_floats", [1, 5000, 10**7])
def test_the_size_of_the_pieces_changes_nothing(cache_floats, bands, network, monkeypatch):
    whole = key_probabilities(bands, network)
    monkeypatch.setattr(key_network, "_CACHE_FLOATS", cache_floats)
    assert np.abs(key_probabilities(bands, network) - whole).max() <= 1e-6


@pytest.mark.parametrize("frames", [MIN_FRAMES, MIN_FRAMES + 1, 2049, 2055])
def test_any_length_from_the_least_on_gives_probabilities(frames, bands, network):
    ours = key_probabilities(np.resize(bands, (frames, bands.shape[1])), network)
    assert np.isfinite(ours).all()


def test_the_network_is_read_once():
    assert published_network() is published_network()


def test_a_folder_without_it_is_said_to_lack_it(tmp_path):
    with pytest.raises(ModelsMissingError, match="lacks 1 of 1"):
        published_network(tmp_path)


def test_a_beat_network_is_no_key_network():
    (first, *_) = ensemble_files(("downbeats",))
    with pytest.raises(ModelsCorruptError, match="key network"):
        load_key_network(find_networks().path(first))


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "key.pkl"
    path.write_bytes(pickle.dumps({"layers": []}))
    with pytest.raises(ModelsCorruptError):
        load_key_network(path)


def test_layers_that_do_not_fit_are_refused(tmp_path):
    (entry,) = ensemble_files(("key",))
    content = find_networks(ensembles=("key",)).path(entry).read_bytes()
    path = tmp_path / "key.pkl"
    # The last convolution, one map for each key, takes another scaling than ELU.
    at = content.rindex(b"elu")
    path.write_bytes(content[:at] + b"sig" + content[at + 3 :])
    with pytest.raises(ModelsCorruptError):
        load_key_network(path)
