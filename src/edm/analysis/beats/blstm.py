"""Bidirectional LSTM networks with peepholes: weights packed for speed, and what they say of a track.

Shapes: a layer maps (frames, inputs) to (frames, 2 × 25), forward units first. Gates stand in the order input, forget,
cell, output, packed at 25 and padded with zeros to 104 columns, a multiple of the eight floats that a processor takes
at once. The sigmoid is computed as ``tanh(x / 2) / 2 + 1 / 2``; the halves are folded into the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edm.analysis.beats.blstm_kernel import GATES, PADDED, SCRATCH, UNITS, VECTOR, lstm_steps
from edm.errors import ModelsCorruptError
from edm.model import FloatArray
from edm.weights.unpickle import Layer, read_network

__all__ = ["Direction", "Network", "ensemble_activations", "load_network"]

_CHUNK_FRAMES = 1024  # few calls into the kernel, and gate inputs (426 kB) that still fit the second-level cache
_GATE_NAMES = ("input_gate", "forget_gate", "cell", "output_gate")
_GATE_SCALES = (0.5, 0.5, 1.0, 0.5)
_HIDDEN_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of a layer: input (n, 104), recurrent (25, 104), bias (104,) and peephole (3, 32) weights."""

    inputs: FloatArray
    recurrent: FloatArray
    bias: FloatArray
    peepholes: FloatArray


@dataclass(frozen=True, slots=True)
class Network:
    """Three bidirectional layers and a dense output, (50, outputs) and (outputs,)."""

    layers: tuple[tuple[Direction, Direction], ...]
    output_weights: FloatArray
    output_bias: FloatArray


def load_network(path: Path) -> Network:
    """Packed weights of a network file.

    Raises
    ------
    ModelsMissingError, ModelsCorruptError
        If there is none, or it is not of this shape.
    """
    network = read_network(path)
    try:
        *hidden, output = network.layers
        if len(hidden) != _HIDDEN_LAYERS:
            raise ModelsCorruptError(f"{path} has {len(hidden)} hidden layers; expected {_HIDDEN_LAYERS}")
        layers = tuple((_pack(layer.fwd_layer), _pack(layer.bwd_layer)) for layer in hidden)
        weights, bias = _matrix(output.weights), _matrix(output.bias)
        if weights.ndim != 2 or weights.shape[0] != 2 * UNITS or bias.shape != weights.shape[1:]:
            raise ModelsCorruptError(f"{path} has an output of shape {weights.shape}")
    except (AttributeError, TypeError, ValueError) as exc:
        raise ModelsCorruptError(f"{path} has not the layers of a beat network: {exc}") from exc
    return Network(layers, weights, bias)


def ensemble_activations(features: FloatArray, networks: tuple[Network, ...]) -> FloatArray:
    """Mean of what the networks say, shape (frames, outputs).

    One output is a probability (sigmoid); several sum to one (softmax).
    """
    total: FloatArray = np.zeros((len(features), len(networks[0].output_bias)), dtype=np.float32)
    for network in networks:
        total += _activations(features, network)
    total /= np.float32(len(networks))
    return total


def _activations(features: FloatArray, network: Network) -> FloatArray:
    hidden = features
    for layer in network.layers:
        hidden = _run_layer(hidden, layer)
    scores: FloatArray = np.dot(hidden, network.output_weights)
    scores += network.output_bias
    if scores.shape[1] == 1:
        scores *= np.float32(0.5)
        np.tanh(scores, out=scores)
        scores += np.float32(1)
        scores *= np.float32(0.5)
        return scores
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _run_layer(inputs: FloatArray, layer: tuple[Direction, Direction]) -> FloatArray:
    frames = len(inputs)
    out = np.empty((frames, 2 * UNITS), dtype=np.float32)
    gates = np.empty((_CHUNK_FRAMES, PADDED), dtype=np.float32)
    scratch = np.zeros(SCRATCH, dtype=np.float32)
    for column, direction in zip((0, UNITS), layer, strict=True):
        backwards = int(column > 0)
        state = np.zeros((2, PADDED), dtype=np.float32)
        starts = range(0, frames, _CHUNK_FRAMES)
        for start in reversed(starts) if backwards else starts:
            part = inputs[start : start + _CHUNK_FRAMES]
            chunk = gates[: len(part)]
            np.dot(part, direction.inputs, out=chunk)
            weights = direction.bias, direction.recurrent, direction.peepholes
            lstm_steps(chunk, *weights, state, scratch, out, start, column, backwards)
    return out


def _pack(layer: Layer) -> Direction:
    gates = [getattr(layer, name) for name in _GATE_NAMES]
    inputs = _side_by_side([_matrix(gate.weights) for gate in gates])
    recurrent = _side_by_side([_matrix(gate.recurrent_weights) for gate in gates])
    bias = _side_by_side([_matrix(gate.bias).reshape(1, -1) for gate in gates])[0]
    if recurrent.shape != (UNITS, PADDED) or bias.shape != (PADDED,):
        raise ModelsCorruptError(f"a layer of {recurrent.shape[0]} units; expected {UNITS}")
    peepholes = np.zeros((3, VECTOR), dtype=np.float32)
    for row, name in enumerate(("input_gate", "forget_gate", "output_gate")):
        peepholes[row, :UNITS] = 0.5 * _matrix(getattr(layer, name).peephole_weights)
    return Direction(inputs, recurrent, np.ascontiguousarray(bias), peepholes)


def _side_by_side(gates: list[FloatArray]) -> FloatArray:
    packed = np.zeros((gates[0].shape[0], PADDED), dtype=np.float32)
    for position, (gate, scale) in enumerate(zip(gates, _GATE_SCALES, strict=True)):
        packed[:, position * UNITS : (position + 1) * UNITS] = np.float32(scale) * gate
    assert PADDED >= GATES
    return packed


def _matrix(array: Any) -> FloatArray:
    matrix = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(matrix).all():
        raise ModelsCorruptError("a network holds weights that are not numbers")
    return matrix
