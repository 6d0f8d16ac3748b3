"""How much goes on in each bar, and in the whole track.

The curve mixes how many bands are filled (held and struck: every instrument that plays fills some), how loud a bar is,
and how much begins in it, each 0 to 1 within the track. The level is a matter of attacks a second, of kick, middle and
high bands, in the bars that have many: 2 for pads without drums, 6 to 7 for house at 125 BPM, 9 and more for hardcore.
Neither depends on gain.
"""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.context import drive
from edm.analysis.structure.features import BarFeatures
from edm.analysis.structure.spans import Spans
from edm.model import Energy, FloatArray

__all__ = ["energy_curve", "energy_of"]

_RANGE_DB = 24.0  # bands softer than this count as empty
_FULL, _LOUD, _BUSY = 0.6, 0.25, 0.15  # shares of the curve
_LEAST_ATTACKS = 0.5  # a beat: fewer are none
_FULL_DRIVE = 19.0  # of hardcore at 180 BPM: level 10
_SILENT_DB = -45.0


def energy_of(features: BarFeatures, spans: Spans) -> Energy:
    """Energy over time and in all; level 1 and a curve of zeros for silence."""
    if float(features.struck.max()) < _SILENT_DB:
        return Energy(1, spans.edges_s[:-1], np.zeros(len(features), dtype=np.float32))
    level = 1 + 9 * min(drive(features, spans.beat_s) / _FULL_DRIVE, 1.0)
    return Energy(round(level), spans.edges_s[:-1], energy_curve(features))


def energy_curve(features: BarFeatures) -> FloatArray:
    """Energy of each bar, shape (n,), 0..1 against the fullest bars of the track."""
    levels = np.concatenate([features.held, features.struck], axis=1)
    full = np.clip(1.0 + levels / _RANGE_DB, 0.0, 1.0).mean(axis=1)
    loud = np.clip(1.0 + features.loudness / _RANGE_DB, 0.0, 1.0)
    begun = features.attacks + features.kick
    busy = np.clip(begun / max(float(np.quantile(begun, 0.95)), _LEAST_ATTACKS), 0.0, 1.0)
    mixed = _FULL * full / max(float(full.max()), 1e-6) + _LOUD * loud + _BUSY * busy
    curve: FloatArray = np.clip(mixed, 0.0, 1.0).astype(np.float32)
    return curve
