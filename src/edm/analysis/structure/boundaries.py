"""Where one section ends and the next begins: the best set of edges between bars.

Each edge has a log-odds of being a boundary, from its cues; sections have a length that is likelier or not. The sum is
largest for one set of boundaries, found by dynamic programming over the lengths of sections.

The weights were fitted by ``benchmarks/fit_structure.py``.
"""

from __future__ import annotations

import math

import numpy as np

from edm.analysis.structure.cues import CUES, edge_cues
from edm.analysis.structure.features import BarFeatures
from edm.model import FloatArray, IntArray, TimeArray

__all__ = ["best_boundaries", "edge_log_odds", "find_boundaries", "length_score"]

_WEIGHTS = dict(
    zip(
        CUES,
        (
            0.032, -0.025, 0.059, 0.219, 0.251, 0.141, 0.01, -0.081, -0.179,
            0.119, 0.418, -0.062, -0.404, -0.078, 1.127, 0.256, 0.052, 1.377, -1.852,
        ),
        strict=True,
    )
)  # fmt: skip
_BIAS = -4.13 + 1.25
_MAX_BARS = 128  # of a section


def find_boundaries(features: BarFeatures) -> tuple[IntArray, TimeArray]:
    """First bars of all sections but the first, counted from 0, and the probability of each being a boundary."""
    odds = edge_log_odds(edge_cues(features))
    bars = best_boundaries(odds)
    return bars, 1.0 / (1.0 + np.exp(-odds[bars - 1]))


def edge_log_odds(cues: FloatArray) -> TimeArray:
    """Log-odds of each edge between two bars, shape (n - 1,), of cues of shape (n - 1, len(CUES))."""
    odds: TimeArray = cues.astype(np.float64) @ np.array([_WEIGHTS[name] for name in CUES]) + _BIAS
    return odds


def length_score(bars: int, *, at_end: bool = False) -> float:
    """Log of how likely a section of that many bars is, against one of 12; ends of a track may be cut anywhere."""
    if at_end:
        return 0.0 if bars >= 4 else -1.0
    if bars % 8 == 0:
        return 0.6
    if bars % 4 == 0:
        return 0.3
    if bars % 2 == 0:
        return -0.8
    return -1.5 if bars >= 3 else -3.0


def best_boundaries(odds: TimeArray) -> IntArray:
    """Edges with the largest sum of log-odds and length scores.

    Parameters
    ----------
    odds
        Of the edge before bar 1, 2, ... n - 1 (counted from 0), shape (n - 1,).

    Returns
    -------
    IntArray
        First bars of sections, increasing, without bar 0.
    """
    n = len(odds) + 1
    best = np.full(n + 1, -math.inf)
    best[0] = 0.0
    before = np.zeros(n + 1, dtype=np.int64)
    inner = np.array([length_score(bars) for bars in range(_MAX_BARS + 1)])
    outer = np.array([length_score(bars, at_end=True) for bars in range(n + 1)])
    for bar in range(1, n + 1):
        first = max(0, bar - _MAX_BARS)
        starts = np.arange(first, bar)
        lengths = bar - starts
        scores = best[starts] + (inner[lengths] if bar < n else outer[lengths])
        if first == 0:
            scores[0] = best[0] + outer[bar]
        before[bar] = first + int(np.argmax(scores))
        best[bar] = scores[before[bar] - first] + (odds[bar - 1] if bar < n else 0.0)
    found = []
    bar = int(before[n])
    while bar > 0:
        found.append(bar)
        bar = int(before[bar])
    bars: IntArray = np.array(found[::-1], dtype=np.int64)
    return bars
