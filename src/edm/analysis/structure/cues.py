"""What speaks for a boundary between two bars.

A boundary shows in some of the bands, seldom in all: an instrument enters, and what it does not cover stays as it was.
So change is measured band by band, in units of how much the band changes anyway (a fill, every second bar), and what
counts is the mean of the bands that change most. A change also has to be larger than those at the edges beside it, and
music moves in phrases: edges that lie a whole number of four, eight or sixteen bars from many others gain.
"""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.features import BarFeatures
from edm.model import FloatArray

__all__ = ["CUES", "edge_cues"]

CUES = (
    "blocks2", "blocks4", "most1", "most2", "most4", "most8", "size2", "mean2", "mean8",
    "above4", "above8", "far4", "tones4", "tones8", "phrase4", "phrase8", "phrase16", "rank", "rim",
)  # fmt: skip
"""Columns of `edge_cues`: how unlike the 2 and 4 bars on either side are beyond their own variety; change of the
bands that change most over 1 to 8 bars, in its own units (``most``) and in dB (``size``), and of all (``mean``);
the same against the edges beside it (``above``, ``far``); change of the tones; evidence that phrases of 4, 8, 16 bars
begin here; rank among the edges; whether it lies within three bars of an end."""

_MOST = 12  # of 64: about as many as one instrument fills
_BAND_FLOOR_DB = 1.5  # levels of a bar vary so much without any reason
_TONE_FLOOR_DB = 3.0
_LARGEST = 5.0  # a change beyond five times the usual one is no more certain
_NEAR, _FAR = 2, 4  # bars


def edge_cues(features: BarFeatures) -> FloatArray:
    """Cues of each edge between two bars, shape (n - 1, len(CUES))."""
    n = len(features)
    if n < 2:
        return np.zeros((0, len(CUES)), dtype=np.float32)
    levels = np.concatenate([features.held, features.struck], axis=1)
    table: dict[str, FloatArray] = {}
    edges = np.arange(1, n)
    for width in (2, 4):
        around = [levels[max(0, edge - width) : edge + width] for edge in edges]
        contrasts = [_block_contrast(rows, min(int(edge), width)) for rows, edge in zip(around, edges, strict=True)]
        table[f"blocks{width}"] = np.array(contrasts, dtype=np.float32)
    for width in (1, 2, 4, 8):
        size, change = _changes(levels, width, _BAND_FLOOR_DB)
        table[f"most{width}"] = _mean_of_most(change)
        table[f"mean{width}"] = change.mean(axis=1)
        table[f"size{width}"] = _mean_of_most(size)
    for width in (4, 8):
        table[f"above{width}"] = _above(table[f"mean{width}"], _NEAR)
        table[f"tones{width}"] = _changes(features.tones, width, _TONE_FLOOR_DB)[1].mean(axis=1)
        table[f"phrase{width}"] = _phrase(table["mean4"], width)
    table["far4"] = _above(table["mean4"], _FAR)
    table["phrase16"] = _phrase(table["mean4"], 16)
    order = np.argsort(np.argsort(table["mean4"]))
    table["rank"] = (order / max(n - 2, 1)).astype(np.float32)
    table["rim"] = (np.minimum(edges, n - edges) < 3).astype(np.float32)
    cues: FloatArray = np.stack([table[name] for name in CUES], axis=1).astype(np.float32)
    return cues


def _block_contrast(levels: FloatArray, edge: int) -> float:
    """Mean distance between the rows before ``edge`` and those from it on, less that on either side."""
    unlike = np.abs(levels[:, None, :] - levels[None]).mean(axis=2)
    sides = []
    for block in (unlike[:edge, :edge], unlike[edge:, edge:]):
        if len(block) > 1:
            sides.append(float(block.sum()) / (len(block) * (len(block) - 1)))
    return float(unlike[:edge, edge:].mean()) - (float(np.mean(sides)) if sides else 0.0)


def _changes(rows: FloatArray, width: int, floor: float) -> tuple[FloatArray, FloatArray]:
    """Change of each column from the ``width`` bars before an edge to those after it, and the same in its own units."""
    n = len(rows)
    zero = np.zeros((1, rows.shape[1]))
    sums = np.concatenate([zero, np.cumsum(rows, axis=0, dtype=np.float64)])
    squares = np.concatenate([zero, np.cumsum(np.square(rows, dtype=np.float64), axis=0)])
    edge = np.arange(1, n)
    first, last = np.maximum(edge - width, 0), np.minimum(edge + width, n)
    before, after = (edge - first)[:, None], (last - edge)[:, None]
    sum_before, sum_after = sums[edge] - sums[first], sums[last] - sums[edge]
    size = np.abs(sum_before / before - sum_after / after)
    scatter = squares[last] - squares[first] - sum_before**2 / before - sum_after**2 / after
    usual = np.sqrt(np.maximum(scatter, 0.0) / np.maximum(before + after - 1, 1) + floor**2)
    return size.astype(np.float32), np.minimum(size / usual, _LARGEST).astype(np.float32)


def _mean_of_most(rows: FloatArray) -> FloatArray:
    most: FloatArray = np.sort(rows, axis=1)[:, -_MOST:].mean(axis=1)
    return most


def _above(values: FloatArray, reach: int) -> FloatArray:
    """Each value less the largest of those up to ``reach`` places away."""
    padded = np.pad(values, reach, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    others = np.delete(windows, reach, axis=1).max(axis=1)
    above: FloatArray = np.where(np.isfinite(others), values - others, 0.0)
    return above


def _phrase(values: FloatArray, bars: int) -> FloatArray:
    """How far the mean over all edges a whole number of ``bars`` away lies above that of the other phases."""
    phases = np.arange(1, len(values) + 1) % bars
    sums = np.bincount(phases, weights=values, minlength=bars)
    counts = np.bincount(phases, minlength=bars)
    means = np.divide(sums, counts, out=np.zeros(bars), where=counts > 0)
    strengths = (means - means.mean()) / (means.std() + 0.1 * means.mean() + 1e-6)
    phrase: FloatArray = strengths[phases]
    return phrase
