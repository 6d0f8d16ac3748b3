"""Whether a confidence means what it says: of the tracks with 0.9, nine in ten should be right."""

from __future__ import annotations

from typing import TypeAlias, TypedDict

import numpy as np

from edm.errors import InputError
from edm.model import TimeArray

__all__ = ["Calibration", "ReliabilityBin", "calibrate"]

_BINS = 10


ReliabilityBin: TypeAlias = dict[str, float | int]
"""Tracks with a confidence from ``low`` up to, not including, ``high``; the last bin holds 1 too.

``confidence`` is their mean confidence, ``accuracy1`` (or another metric of hits) the share of them that is right.
"""


class Calibration(TypedDict):
    """The reliability table, without its empty bins, and what it comes to."""

    tracks: int
    expected_calibration_error: float
    bins: list[ReliabilityBin]


def calibrate(confidence: TimeArray, right: TimeArray, *, metric: str = "accuracy1") -> Calibration | None:
    """Reliability table of confidences in ten equal bins, with the expected calibration error [1]_.

    The error is the distance between mean confidence and share of hits, averaged over bins by their tracks: 0 is
    honest, 1 is always sure and always wrong.

    Parameters
    ----------
    confidence
        Shape (n,), 0 to 1, NaN where the track has none: such tracks are not in the table.
    right
        Shape (n,), 0 or 1; NaN counts as 0.
    metric
        What it is called in the table.

    Returns
    -------
    Calibration or None
        None if no track has a confidence. Numbers are rounded to 1e-6.

    Raises
    ------
    InputError
        If the arrays differ in length, or a confidence is not between 0 and 1.

    References
    ----------
    .. [1] Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI, 2015.
    """
    if confidence.shape != right.shape:
        raise InputError(f"{len(confidence)} confidences do not go with {len(right)} hits")
    known = ~np.isnan(confidence)
    sure, hits = confidence[known], np.nan_to_num(right[known])
    if not len(sure):
        return None
    if sure.min() < 0 or sure.max() > 1:
        raise InputError(f"a confidence is between 0 and 1, not {sure.min() if sure.min() < 0 else sure.max()}")
    # Tenths, not multiples of 0.1: 0.3 should open a bin, and 3 * 0.1 is more than 0.3.
    places = np.searchsorted(np.arange(1, _BINS) / _BINS, sure, side="right")
    bins: list[ReliabilityBin] = []
    error = 0.0
    for place in np.unique(places).tolist():
        inside = places == place
        mean, share = float(sure[inside].mean()), float(hits[inside].mean())
        error += abs(mean - share) * int(inside.sum()) / len(sure)
        bins.append(
            {
                "low": place / _BINS,
                "high": (place + 1) / _BINS,
                "tracks": int(inside.sum()),
                "confidence": round(mean, 6),
                metric: round(share, 6),
            }
        )
    return {"tracks": len(sure), "expected_calibration_error": round(error, 6), "bins": bins}
