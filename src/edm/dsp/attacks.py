"""When sounds begin, to the millisecond.

A frame of the spectrogram is 10 ms and more; here the energy of the signal, its lows taken down by a first difference,
is followed in steps of about 2 ms, and what begins is the jump of its logarithm from the steps before an instant to
those after it.
"""

from __future__ import annotations

import numpy as np

from edm.model import FloatArray

__all__ = ["HOP", "attack_strength"]

HOP = 90  # samples; 2.04 ms at 44.1 kHz
_SIDE = 3  # steps before and after an instant
_FLOOR_DB = -50.0  # below the mean energy of the track nothing begins


def attack_strength(samples: FloatArray) -> FloatArray:
    """How much begins at each instant ``k * HOP`` (in samples), shape (n // HOP + 1,), >= 0.

    Parameters
    ----------
    samples
        Mono, shape (n,), finite.
    """
    from edm.dsp.kernels import difference_energy

    energy = np.zeros(len(samples) // HOP + 1, dtype=np.float32)
    difference_energy(samples, HOP, energy)
    floor = float(energy.mean()) * 10 ** (_FLOOR_DB / 10) + 1e-12
    sums = np.concatenate([[0.0], np.cumsum(energy, dtype=np.float64)])
    n = len(energy)
    here = np.arange(n)
    after = sums[np.minimum(here + _SIDE, n)] - sums[here]
    before = sums[here] - sums[np.maximum(here - _SIDE, 0)]
    rise = np.log((after + floor) / (before + floor))
    return np.maximum(rise, 0.0).astype(np.float32)
