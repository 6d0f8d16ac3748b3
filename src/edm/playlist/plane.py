"""A library laid flat: two numbers a track, so that what sounds alike lies together as well as two numbers can tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edm.model import FloatArray
from edm.playlist.scores import Weights
from edm.playlist.space import Space

__all__ = ["flat_map"]

_BLOCK = 8192
# Directions whose share of all variance is below this are rounding.
_NOTHING = 1e-9


def flat_map(space: Space, *, weights: Weights | None = None) -> FloatArray:
    """Places on a plane, shape (n, 2), each axis in -1..1.

    The two directions in which the tracks differ most (principal components) of sound and genres beside each other, as
    far as these weigh anything. They are found from the covariance, so that memory does not grow with the library.

    Parameters
    ----------
    weights
        Only those of genre and sound count.

    Returns
    -------
    FloatArray
        Zeros where tracks do not differ; the sign of each axis is such that its largest value is positive.

    References
    ----------
    .. [1] Pearson, "On lines and planes of closest fit to systems of points in space", Phil. Mag., 1901.
    """
    asked = (weights or Weights()).of(space)
    n, width = len(space), space.full.shape[1] + (space.genre.shape[1] if asked.genre else 0)
    if n < 2:
        return np.zeros((n, 2), dtype=np.float32)
    total, products = np.zeros(width), np.zeros((width, width))
    for block in _blocks(space, asked):
        total += block.sum(axis=0)
        products += block.T @ block
    mean = total / n
    values, vectors = np.linalg.eigh(products / n - np.outer(mean, mean))
    axes = vectors[:, ::-1][:, :2]
    axes[:, values[::-1][:2] <= _NOTHING * max(float(values.sum()), _NOTHING)] = 0.0
    placed = np.concatenate([(block - mean) @ axes for block in _blocks(space, asked)])
    if axes.shape[1] < 2:
        placed = np.column_stack([placed, np.zeros(n)])
    largest = placed[np.argmax(np.abs(placed), axis=0), np.arange(2)]
    return np.asarray(np.divide(placed, largest, out=np.zeros_like(placed), where=largest != 0), dtype=np.float32)


def _blocks(space: Space, weights: Weights) -> Iterator[np.ndarray]:
    both = weights.genre + weights.sonic
    for start in range(0, len(space), _BLOCK):
        rows = slice(start, start + _BLOCK)
        parts = [np.sqrt(weights.sonic / both) * np.asarray(space.full[rows], dtype=np.float64)]
        if weights.genre:
            parts.append(np.sqrt(weights.genre / both) * np.asarray(space.genre[rows], dtype=np.float64))
        yield np.concatenate(parts, axis=1)
