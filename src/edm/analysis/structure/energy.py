"""How much goes on in each bar, and in the whole track."""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.features import BarFeatures
from edm.analysis.structure.spans import Spans
from edm.model import Energy, FloatArray

__all__ = ["energy_of"]

_RANGE_DB = 24.0  # softer bars than this count as empty
_FULL_ATTACKS = 4.0  # a beat


def energy_of(features: BarFeatures, spans: Spans) -> Energy:
    """Energy over time and in all; nothing of it changes with gain.

    The curve is the mean of three measures, each 0..1 over the track: loudness, how many bands are filled (held and
    struck), and attacks. The level adds what can be compared between tracks: beats and attacks a second, and the share
    of the track that its kick and bass play in.
    """
    curve = energy_curve(features)
    return Energy(_level(features, spans), spans.edges_s[:-1], curve)


def energy_curve(features: BarFeatures) -> FloatArray:
    """Energy of each bar, shape (n,), 0..1 against the fullest bars of the track."""
    loudness = np.clip(1.0 + features.loudness / _RANGE_DB, 0.0, 1.0)
    full = np.clip(1.0 + np.concatenate([features.held, features.struck], axis=1) / _RANGE_DB, 0.0, 1.0).mean(axis=1)
    busy = np.clip(
        (features.attacks + features.kick) / max(float(np.quantile(features.attacks + features.kick, 0.95)), 0.5),
        0.0,
        1.0,
    )
    mixed = 0.3 * loudness + 0.4 * full / max(float(full.max()), 1e-6) + 0.3 * busy
    curve: FloatArray = np.clip(mixed, 0.0, 1.0).astype(np.float32)
    return curve


def _level(features: BarFeatures, spans: Spans) -> int:
    lengths_s = np.diff(spans.edges_s)
    loud = features.loudness > -_RANGE_DB
    if not loud.any():
        return 1
    beats = float(np.median(lengths_s)) / 4.0 if spans.are_bars else 0.5
    attacks = float(np.mean(features.attacks[loud])) / beats
    kicks = float(np.mean(features.kick[loud])) / beats
    return int(np.clip(round(1.0 + 0.8 * attacks + 1.2 * kicks), 1, 10))
