"""The published key network, on an engine of our own.

F. Korzeniowski and G. Widmer, "Genre-agnostic key classification with convolutional neural networks", ISMIR 2018. Eight
convolutions over time and pitch, three halvings of both, a ninth that has one map for each key, and the mean of each
map over the track. The weights are madmom's (CC BY-NC-SA 4.0) and come from wherever `edm.weights.locate` finds them.

A convolution is a product of matrices: each row holds what the kernel sees at one place. Rows are made for a few frames
at a time, so that they never leave the processor's cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from edm.dsp.threads import one_blas_thread
from edm.errors import ModelsCorruptError
from edm.model import FloatArray
from edm.model.keys import KEYS
from edm.weights.catalogue import ensemble_files
from edm.weights.locate import find_networks
from edm.weights.unpickle import read_network

__all__ = ["MIN_FRAMES", "KeyNetwork", "key_probabilities", "load_key_network", "published_network"]

MIN_FRAMES = 8
"""Frames that the network needs to say anything; 1.6 s."""

# Its outputs run from A to Ab, major before minor.
_FIRST_OUTPUT = 9
# A long mix is taken in windows of this many frames (7 minutes); the halo is what an output sees to either side of the
# eight frames it stands for, so that windows change nothing.
_WINDOW_FRAMES = 2048
_HALO_FRAMES = 32
_CACHE_FLOATS = 1 << 17
_KINDS = frozenset({"PadLayer", "ConvolutionalLayer", "BatchNormLayer", "MaxPoolLayer", "AverageLayer"})


@dataclass(frozen=True, slots=True)
class _Convolution:
    """One step: convolution with zeros around its input, scaling, ELU, and where ``halves`` a maximum of 2 by 2.

    ``matrix`` has the shape (size * size * maps before, maps after), of the places of the kernel in time, in pitch, and
    the maps.
    """

    matrix: FloatArray
    bias: FloatArray
    size: int
    margin: int
    halves: bool


@dataclass(frozen=True, slots=True)
class KeyNetwork:
    """The steps of the network, in order."""

    steps: tuple[_Convolution, ...]


def published_network(models_dir: Path | None = None) -> KeyNetwork:
    """The network of the first folder that has it; read once.

    Raises
    ------
    ModelsMissingError, ModelsCorruptError
        If there is none that can be used.
    """
    return _published(models_dir)


def load_key_network(path: Path) -> KeyNetwork:
    """Weights of a network file, ready for use.

    Raises
    ------
    ModelsMissingError, ModelsCorruptError
        If there is none, or it is not of this shape.
    """
    layers = list(read_network(path).layers)
    try:
        kinds = [layer.kind for layer in layers]
        if not set(kinds) <= _KINDS or kinds[-1:] != ["AverageLayer"]:
            raise ModelsCorruptError(f"{path} has not the layers of a key network: {', '.join(kinds)}")
        steps = tuple(_steps(layers))
        widths = [1, *(len(step.bias) for step in steps)]
        if widths[-1] != len(KEYS) or any(
            step.matrix.shape[0] != step.size**2 * width for step, width in zip(steps, widths, strict=False)
        ):
            raise ModelsCorruptError(f"{path} has layers that do not fit each other: {widths} maps")
    except (AttributeError, TypeError, ValueError, LookupError) as exc:
        raise ModelsCorruptError(f"{path} has not the layers of a key network: {exc}") from exc
    return KeyNetwork(steps)


def key_probabilities(bands: FloatArray, network: KeyNetwork) -> FloatArray:
    """How likely each of `edm.model.keys.KEYS` is, shape (24,), sum 1.

    Parameters
    ----------
    bands
        From `edm.analysis.key_spectra.network_bands`, shape (frames, bands), frames >= `MIN_FRAMES`.
    """
    total = np.zeros(len(KEYS))
    count = 0
    for start in range(0, len(bands), _WINDOW_FRAMES):
        stop = start + _WINDOW_FRAMES
        first = max(start - _HALO_FRAMES, 0)
        with one_blas_thread():
            maps = _output_maps(bands[first : stop + _HALO_FRAMES], network)
        inner = maps[(start - first) // MIN_FRAMES : (stop - first) // MIN_FRAMES]
        total += inner.sum(axis=(0, 1), dtype=np.float64)
        count += inner.shape[0] * inner.shape[1]
    scores = total / count
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    probabilities: FloatArray = np.roll(likely.reshape(2, 12), _FIRST_OUTPUT, axis=1).ravel().astype(np.float32)
    return probabilities


@lru_cache(maxsize=2)
def _published(models_dir: Path | None) -> KeyNetwork:
    (entry,) = ensemble_files(("key",))
    return load_key_network(find_networks(models_dir, ensembles=("key",)).path(entry))


def _steps(layers: list[Any]) -> list[_Convolution]:
    steps: list[_Convolution] = []
    margin = 0
    for place, layer in enumerate(layers):
        if layer.kind == "PadLayer":
            margin = int(layer.width)
        elif layer.kind == "ConvolutionalLayer":
            scaling = layers[place + 1]
            halves = layers[place + 2].kind == "MaxPoolLayer"
            # Their convolution turns the kernel around; ours does not.
            kernel = np.asarray(layer.weights, dtype=np.float64)[:, :, ::-1, ::-1]
            scale = np.asarray(scaling.gamma * scaling.inv_std, dtype=np.float64)
            matrix = kernel.transpose(2, 3, 0, 1).reshape(-1, kernel.shape[1]) * scale
            bias = (np.asarray(layer.bias, dtype=np.float64) - scaling.mean) * scale + scaling.beta
            if kernel.shape[2] != kernel.shape[3] or scaling.activation_fn != "elu":
                raise ValueError("a convolution is not square, or has another activation")
            steps.append(
                _Convolution(
                    np.ascontiguousarray(matrix, dtype=np.float32),
                    np.ascontiguousarray(bias, dtype=np.float32),
                    kernel.shape[2],
                    margin,
                    halves,
                )
            )
            margin = 0
    return steps


def _output_maps(bands: FloatArray, network: KeyNetwork) -> FloatArray:
    """Output of the last convolution, shape (frames // 8, bands // 8, 24)."""
    maps = bands[:, :, None]
    for step in network.steps:
        maps = _convolved(maps, step)
    return maps


def _convolved(maps: FloatArray, step: _Convolution) -> FloatArray:
    """One step on maps of shape (frames, bands, maps)."""
    margin, size = step.margin, step.size
    frames, bands, depth = maps.shape
    padded = np.zeros((frames + 2 * margin, bands + 2 * margin, depth), dtype=np.float32)
    padded[margin : margin + frames, margin : margin + bands] = maps
    frames, bands = padded.shape[0] - size + 1, padded.shape[1] - size + 1
    seen = np.lib.stride_tricks.as_strided(
        padded,
        (frames, bands, size, size * depth),
        (padded.strides[0], padded.strides[1], padded.strides[0], padded.strides[2]),
        writeable=False,
    )
    width = len(step.bias)
    shape = (frames // 2, bands // 2, width) if step.halves else (frames, bands, width)
    result = np.empty(shape, dtype=np.float32)
    # Even, because a halving takes frames in pairs.
    chunk = 2 * max(1, _CACHE_FLOATS // (2 * bands * step.matrix.shape[0]))
    rows = np.empty((min(chunk, frames), bands, size, size * depth), dtype=np.float32)
    for first in range(0, frames, chunk):
        count = min(chunk, frames - first)
        np.copyto(rows[:count], seen[first : first + count])
        values = rows[:count].reshape(count * bands, -1) @ step.matrix
        _elu(values, step.bias)
        cube = values.reshape(count, bands, width)
        if step.halves:
            first, count = first // 2, count // 2
            cube = _halved(cube)
        result[first : first + count] = cube
    return result


def _elu(values: FloatArray, bias: FloatArray) -> None:
    """``x`` above 0 and ``exp(x) - 1`` below, of ``values + bias``, in place."""
    values += bias
    below = np.minimum(values, np.float32(0))
    np.exp(below, out=below)
    below -= np.float32(1)
    np.maximum(values, np.float32(0), out=values)
    values += below


def _halved(cube: FloatArray) -> FloatArray:
    """Maximum of each 2 by 2 places; an odd last frame or band falls away."""
    frames, bands = cube.shape[0] // 2 * 2, cube.shape[1] // 2 * 2
    pairs = np.maximum(cube[0:frames:2, :bands], cube[1:frames:2, :bands])
    return np.maximum(pairs[:, 0::2], pairs[:, 1::2])
