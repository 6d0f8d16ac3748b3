"""Loudness as broadcasters measure it: the weighting, and what is made of sums over tenths of a second.

ITU-R BS.1770-4 (integrated loudness) and EBU Tech 3342 (range). A *step* is a tenth of a second, its value the mean
square of the weighted samples, summed over channels; blocks and windows of the standards are means of steps.
"""

from __future__ import annotations

import numpy as np

from edm.model import TimeArray

__all__ = [
    "SILENCE_LUFS",
    "STEP_S",
    "level_range",
    "lufs",
    "power_of",
    "ratio_of",
    "running_means",
    "weighting_sections",
]

SILENCE_LUFS = -70.0
"""The absolute gate, and what is reported for anything softer."""

STEP_S = 0.1
"""Length of a step in seconds."""

_BLOCK_STEPS = 4  # 400 ms
_SHORT_TERM_STEPS = 30  # 3 s
_OFFSET_DB = -0.691
_GATE_LU = 10.0
_RANGE_GATE_LU = 20.0
_RANGE_PERCENTILES = (10, 95)


def lufs(weighted: TimeArray) -> float:
    """Integrated loudness of weighted steps: blocks of 400 ms, gated at -70 LUFS and 10 LU under their mean.

    At least `SILENCE_LUFS`. Fewer steps than a block are one block.
    """
    blocks = running_means(weighted)
    loud = blocks[blocks > power_of(SILENCE_LUFS)]
    if not len(loud):
        return SILENCE_LUFS
    loud = loud[loud > loud.mean() * ratio_of(-_GATE_LU)]
    return max(float(_OFFSET_DB + 10 * np.log10(float(loud.mean()))), SILENCE_LUFS)


def level_range(weighted: TimeArray, gate: float) -> float:
    """From the 10th to the 95th percentile of the gated short-term loudness (3 s), in LU.

    Parameters
    ----------
    weighted
        Steps, shape (n,), n >= 1.
    gate
        The absolute gate, as a power; the other one lies 20 LU under the mean of what passes it.

    Returns
    -------
    float
        0 for less than 3 s, and where nothing passes the gate.
    """
    if len(weighted) < _SHORT_TERM_STEPS:
        return 0.0
    short_term = running_means(weighted, _SHORT_TERM_STEPS)
    loud = short_term[short_term > gate]
    if not len(loud):
        return 0.0
    loud = loud[loud > loud.mean() * ratio_of(-_RANGE_GATE_LU)]
    low, high = np.percentile(10 * np.log10(loud), _RANGE_PERCENTILES)
    return float(high - low)


def running_means(values: TimeArray, count: int = _BLOCK_STEPS) -> TimeArray:
    """Mean of each ``count`` steps in a row, shape (n - count + 1,); of all of them where they are fewer."""
    if len(values) <= count:
        return np.array([values.mean()])
    means: TimeArray = np.lib.stride_tricks.sliding_window_view(values, count).mean(axis=1)
    return means


def ratio_of(lu: float) -> float:
    """The ratio of powers that lie ``lu`` apart."""
    return float(10 ** (lu / 10))


def power_of(loudness: float) -> float:
    """The mean square that is as loud as this, in LUFS."""
    return ratio_of(loudness - _OFFSET_DB)


def weighting_sections(sample_rate: float) -> TimeArray:
    """The two filters of BS.1770 at any rate, shape (2, 6): ``b0 b1 b2 a0 a1 a2`` of the shelf and of the high pass.

    The standard prints coefficients for 48 kHz; these are the analogue filters behind them (as found by the authors of
    libebur128 and others), brought to ``sample_rate`` by the bilinear transform.
    """
    f, q, gain_db = 1681.974450955533, 0.7071752369554196, 3.999843853973347
    k, high = np.tan(np.pi * f / sample_rate), 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    shelf = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    shelf += [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    f, q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * f / sample_rate)
    a0 = 1 + k / q + k * k
    # The standard leaves the numerator of the high pass at 1, -2, 1.
    high_pass = [a0, -2 * a0, a0, a0, 2 * (k * k - 1), 1 - k / q + k * k]
    sections = np.array([shelf, high_pass])
    normalised: TimeArray = sections / sections[:, 3:4]
    return normalised
