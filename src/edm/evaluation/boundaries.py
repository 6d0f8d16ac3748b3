"""Instants held against instants: boundaries of sections, and where drops begin.

Times are seconds. A hit is an estimate no further than a window from a reference, each used once: the largest matching
there is, as in mir_eval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from edm.model import TimeArray

__all__ = ["HitRates", "hit_rates", "inner_boundaries", "median_offset_s"]

# mir_eval's: boundaries that differ by less are one.
_DIGITS = 5


class HitRates(NamedTuple):
    """Each 0..1."""

    precision: float
    recall: float
    f: float


def inner_boundaries(spans: Sequence[tuple[float, float]]) -> TimeArray:
    """Starts and ends of spans, each once, without the first and the last.

    Parameters
    ----------
    spans
        Start and end in seconds; where one ends and the next begins later, both instants are boundaries.

    Returns
    -------
    TimeArray
        Increasing, rounded to 0.01 ms; empty for one span and for none.
    """
    if not len(spans):
        return np.zeros(0)
    return np.unique(np.round(np.asarray(spans, dtype=np.float64).ravel(), _DIGITS))[1:-1]


def hit_rates(reference_s: TimeArray, estimate_s: TimeArray, *, window_s: float) -> HitRates:
    """Precision, recall and F-measure; ``mir_eval.segment.detection`` on the same boundaries, but for two empty lists.

    Parameters
    ----------
    reference_s, estimate_s
        Increasing, shapes (n,) and (m,).
    window_s
        A hit is at most so far off.

    Returns
    -------
    HitRates
        All 0 where one side is empty; all 1 where both are: there was nothing to find, and nothing was claimed
        (mir_eval has 0 there).
    """
    if not len(reference_s) and not len(estimate_s):
        return HitRates(1.0, 1.0, 1.0)
    hits = _largest_matching(reference_s, estimate_s, window_s)
    if not hits:
        return HitRates(0.0, 0.0, 0.0)
    precision, recall = hits / len(estimate_s), hits / len(reference_s)
    return HitRates(precision, recall, 2 * precision * recall / (precision + recall))


def median_offset_s(reference_s: TimeArray, estimate_s: TimeArray, *, window_s: float) -> float | None:
    """Median of the nearest estimate less the reference, of those no further than a window; None without any."""
    if not len(reference_s) or not len(estimate_s):
        return None
    after = np.clip(np.searchsorted(estimate_s, reference_s), 1, max(len(estimate_s) - 1, 1))
    candidates = estimate_s[np.minimum(np.stack([after - 1, after]), len(estimate_s) - 1)] - reference_s
    nearest = np.where(np.abs(candidates[0]) <= np.abs(candidates[1]), candidates[0], candidates[1])
    near = nearest[np.abs(nearest) <= window_s]
    return float(np.median(near)) if len(near) else None


def _largest_matching(reference_s: TimeArray, estimate_s: TimeArray, window_s: float) -> int:
    # All windows are equally wide, so that taking the earliest estimate that is left never spoils a later hit.
    firsts = np.searchsorted(estimate_s, reference_s - window_s, side="left").tolist()
    ends = np.searchsorted(estimate_s, reference_s + window_s, side="right").tolist()
    free = hits = 0
    for first, end in zip(firsts, ends, strict=True):
        chosen = max(first, free)
        if chosen < end:
            hits += 1
            free = chosen + 1
    return hits
