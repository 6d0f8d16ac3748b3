"""The recurrence against its textbook form, and networks of a wrong shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edm.analysis.beats.blstm import Direction, Network, ensemble_activations, load_network
from edm.analysis.beats.blstm_kernel import PADDED, UNITS
from edm.errors import ModelsCorruptError, ModelsMissingError

NETWORK = b"cmadmom.ml.nn\nNeuralNetwork\n)\x81"


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def textbook_lstm(inputs: np.ndarray, direction: Direction) -> np.ndarray:
    """One direction in float64, from the packed weights: halves of the sigmoid's argument are folded into them."""
    W, R, b, p = (
        w.astype(np.float64) for w in (direction.inputs, direction.recurrent, direction.bias, direction.peepholes)
    )
    h, c = np.zeros(UNITS), np.zeros(UNITS)
    out = []
    for x in inputs.astype(np.float64):
        g = (x @ W + h @ R + b)[: 4 * UNITS].reshape(4, UNITS)
        i, f = sigmoid(2 * (g[0] + p[0, :UNITS] * c)), sigmoid(2 * (g[1] + p[1, :UNITS] * c))
        c = i * np.tanh(g[2]) + f * c
        h = sigmoid(2 * (g[3] + p[2, :UNITS] * c)) * np.tanh(c)
        out.append(h)
    return np.array(out)


def made_direction(rng: np.random.Generator, inputs: int) -> Direction:
    def weights(*shape: int) -> np.ndarray:
        packed = np.zeros(shape, np.float32)
        packed[..., : 4 * UNITS] = rng.normal(0.0, 0.15, (*shape[:-1], 4 * UNITS))
        return packed

    peepholes = np.zeros((3, 32), np.float32)
    peepholes[:, :UNITS] = rng.normal(0.0, 0.3, (3, UNITS))
    return Direction(weights(inputs, PADDED), weights(UNITS, PADDED), weights(PADDED), peepholes)


def made_network(outputs: int, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    layers = tuple((made_direction(rng, n), made_direction(rng, n)) for n in (12, 2 * UNITS, 2 * UNITS))
    output = rng.normal(0.0, 0.5, (2 * UNITS, outputs)).astype(np.float32)
    return Network(layers, output, rng.normal(0.0, 0.1, outputs).astype(np.float32))


def textbook_activations(features: np.ndarray, network: Network) -> np.ndarray:
    hidden = features
    for forward, backward in network.layers:
        hidden = np.hstack([textbook_lstm(hidden, forward), textbook_lstm(hidden[::-1], backward)[::-1]])
    scores = hidden @ network.output_weights + network.output_bias
    if scores.shape[1] == 1:
        return sigmoid(scores)
    likelihood = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likelihood / likelihood.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("frames", [1, 2, 300])
def test_the_engine_computes_what_the_textbook_says(outputs: int, frames: int) -> None:
    network = made_network(outputs)
    features = np.random.default_rng(1).random((frames, 12)).astype(np.float32)
    found = ensemble_activations(features, (network,))
    assert found.shape == (frames, outputs)
    np.testing.assert_allclose(found, textbook_activations(features, network), atol=2e-5)


def test_time_backwards_swaps_the_directions() -> None:
    network = made_network(3)
    (forward, backward), *rest = network.layers
    assert rest[0][0] is not rest[0][1]
    # One layer alone shows it; the others mix the units of both directions.
    single = Network(((forward, backward),), network.output_weights, network.output_bias)
    halves = np.roll(network.output_weights, UNITS, axis=0)
    swapped = Network(((backward, forward),), np.ascontiguousarray(halves), network.output_bias)
    features = np.random.default_rng(2).random((40, 12)).astype(np.float32)
    backwards = ensemble_activations(np.ascontiguousarray(features[::-1]), (swapped,))[::-1]
    np.testing.assert_allclose(backwards, ensemble_activations(features, (single,)), atol=1e-6)


def test_loud_input_saturates_and_stays_finite() -> None:
    features = np.full((50, 12), 1e4, np.float32)
    found = ensemble_activations(features, (made_network(3),))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)


def test_no_frames_have_no_activations() -> None:
    assert ensemble_activations(np.zeros((0, 12), np.float32), (made_network(3),)).shape == (0, 3)


def test_a_missing_network_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissingError):
        load_network(tmp_path / "none.pkl")


@pytest.mark.parametrize("layers", [b"N", b"]", b"](K\x01K\x02e", b"](K\x01K\x02K\x03K\x04e"])
def test_a_network_of_another_shape_is_corrupt(tmp_path: Path, layers: bytes) -> None:
    path = tmp_path / "odd.pkl"
    path.write_bytes(NETWORK + b"}(Vlayers\n" + layers + b"ub.")
    with pytest.raises(ModelsCorruptError):
        load_network(path)


def test_a_network_without_layers_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "empty.pkl"
    path.write_bytes(NETWORK + b".")
    with pytest.raises(ModelsCorruptError, match="layers"):
        load_network(path)
