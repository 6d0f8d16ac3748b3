"""When sounds begin, to the millisecond.

A frame of the spectrogram is 10 ms and more; here the energy of the signal, its lows taken down by a first difference,
is followed in steps of about 2 ms, and what begins is the jump of its logarithm from the steps before an instant to
the one after it.

An attack anywhere within a step shows at the start of that step, 1 ms early in the mean; that the energy of most
attacks takes as long to rise makes up for it (median on 27 exact renders 0.9 ms late, on synthesised kicks 0.9 ms
early).
"""

from __future__ import annotations

import numpy as np

from edm.model import FloatArray

__all__ = ["HOP", "attack_strength"]

HOP = 90  # samples; 2.04 ms at 44.1 kHz
_BEFORE = 3  # steps; one that is quiet by chance is no silence
_FLOOR_DB = -30.0  # below the mean energy of the track nothing begins


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
    here = np.arange(len(energy))
    before = (sums[here] - sums[np.maximum(here - _BEFORE, 0)]) / _BEFORE
    rise = np.log((energy + floor) / (before + floor))
    strength: FloatArray = np.maximum(rise, 0.0).astype(np.float32)
    return strength
