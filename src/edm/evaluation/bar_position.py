"""On which beat of the bar an estimate's bars open.

A downbeat tracker that is a beat late all the way scores no better in F than one that guesses, yet a person mends it
with one keystroke. Hence a second number, in beats: 0 is right, 1 a beat late, -1 a beat early, 2 in four-four half a
bar.
"""

from __future__ import annotations

import numpy as np

from edm.evaluation.beat_agreement import nearest_indices
from edm.model import IntArray, TimeArray

__all__ = ["position_error"]


def position_error(
    beats_s: TimeArray, downbeats_s: TimeArray, estimate_downbeats_s: TimeArray, *, window_s: float = 0.07
) -> float | None:
    """By how many beats the estimated bars are shifted, most of the time.

    Each estimated downbeat that hits an annotated beat has a place: how many beats it comes after the nearest annotated
    downbeat, by count, not by time. Places are taken round the bar, whose length is the annotation's own usual one (the
    median), so that a missing downbeat or one odd bar shifts nothing; half a bar is positive.

    Parameters
    ----------
    beats_s, downbeats_s
        Of the reference, increasing. Downbeats that are no beats are passed over.
    estimate_downbeats_s
        Increasing.
    window_s
        What counts as a hit.

    Returns
    -------
    float or None
        The commonest place, a whole number; of equally common ones that nearest to 0, the late before the early one.
        None where the reference does not tell how long its bars are or no estimated downbeat hits a beat.
    """
    opening = np.unique(_hit_indices(beats_s, downbeats_s, window_s))
    hits = _hit_indices(beats_s, estimate_downbeats_s, window_s)
    if len(opening) < 2 or not len(hits):
        return None
    bar_beats = max(1, round(float(np.median(np.diff(opening)))))
    after = hits - opening[nearest_indices(opening.astype(np.float64), hits.astype(np.float64))]
    places, counts = np.unique(_round_the_bar(after, bar_beats), return_counts=True)
    commonest = places[counts == counts.max()]
    return float(min(commonest, key=lambda place: (abs(place), place < 0)))


def _hit_indices(beats_s: TimeArray, times_s: TimeArray, window_s: float) -> IntArray:
    """Which beats are hit, one for each of the times that hits any."""
    if not len(beats_s) or not len(times_s):
        return np.zeros(0, dtype=np.int64)
    nearest = nearest_indices(beats_s, times_s)
    return nearest[np.abs(times_s - beats_s[nearest]) <= window_s]


def _round_the_bar(places: IntArray, bar_beats: int) -> IntArray:
    """From just above -half a bar to half a bar."""
    early = (bar_beats - 1) // 2
    return (places + early) % bar_beats - early
