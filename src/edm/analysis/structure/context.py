"""What is seen around each bar by somebody who is to name what goes on in it.

Seven curves, each against its own range over the track, are averaged over stretches before, at and after a bar: a
buildup is told by what follows it, a breakdown by what went before. Beside them, how full the track has been and will
be (an intro and an outro), and how far away its ends are.
"""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.features import BarFeatures
from edm.model import FloatArray, TimeArray

__all__ = ["CONTEXT", "bar_context", "drive"]

_STRETCHES = ((-8, -3), (-3, 0), (0, 1), (1, 4), (4, 12))  # bars from the one in question: first, one past the last
_LASTING = ("energy", "kick", "bass")  # of these also the largest mean of four bars so far, and from here on
_CURVES = (*_LASTING, "high", "middle", "attacks", "hiss")
_RANGE_DB = 24.0
_FADE_BARS = 16.0  # ends are near for so long
_LEAST_RANGE = 0.1  # a curve that moves less is flat

CONTEXT: tuple[str, ...] = (
    *(f"{name} {first}..{stop}" for name in _CURVES for first, stop in _STRETCHES),
    *(f"{name} {side}" for name in _LASTING for side in ("so far", "to come")),
    "place",
    "start",
    "end",
)
"""Columns of `bar_context`."""


def bar_context(features: BarFeatures, energy: FloatArray) -> TimeArray:
    """What is seen around each bar, shape (n, len(CONTEXT)); about 0 to 1 each."""
    n = len(features)
    columns, lasting = [], []
    for name, curve in _curves(features, energy).items():
        low, high = (float(value) for value in np.quantile(curve, [0.1, 0.9]))
        scaled = np.clip((curve.astype(np.float64) - low) / max(high - low, _LEAST_RANGE), -0.5, 1.5)
        columns += [_mean_around(scaled, first, stop) for first, stop in _STRETCHES]
        if name in _LASTING:
            smooth = _mean_around(scaled, -2, 2)
            lasting += [np.maximum.accumulate(smooth), np.maximum.accumulate(smooth[::-1])[::-1]]
    bar = np.arange(n)
    ends = [bar / n, np.exp(-bar / _FADE_BARS), np.exp(-(n - 1 - bar) / _FADE_BARS)]
    context: TimeArray = np.stack([*columns, *lasting, *ends], axis=1)
    return context


def drive(features: BarFeatures, beat_s: float) -> float:
    """Attacks a second of the middle and high bands and, twice, of kicks, in the bars that have many."""
    kicks, attacks = np.quantile(features.kick, 0.8), np.quantile(features.attacks, 0.8)
    return float(2.0 * kicks + attacks) / beat_s


def _curves(features: BarFeatures, energy: FloatArray) -> dict[str, FloatArray]:
    def filled(levels: FloatArray) -> FloatArray:
        share: FloatArray = np.clip(1.0 + levels.mean(axis=1) / _RANGE_DB, 0.0, 1.0)
        return share

    return {
        "energy": energy,
        "kick": np.clip(features.kick / max(float(np.quantile(features.kick, 0.9)), 0.3), 0.0, 1.5),
        "bass": np.clip(1.0 + features.bass / _RANGE_DB, 0.0, 1.0),
        "high": filled(features.struck[:, 25:]),
        "middle": filled(features.held[:, 10:24]),
        "attacks": features.attacks / max(float(np.quantile(features.attacks, 0.9)), 0.5),
        "hiss": filled(features.held[:, 25:]),
    }


def _mean_around(values: TimeArray, first: int, stop: int) -> TimeArray:
    """Mean over ``[i + first, i + stop)`` as far as it lies in the track; 0 where none of it does."""
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    bar = np.arange(n)
    a, b = np.clip(bar + first, 0, n), np.clip(bar + stop, 0, n)
    means: TimeArray = np.where(b > a, (sums[b] - sums[a]) / np.maximum(b - a, 1), 0.0)
    return means
