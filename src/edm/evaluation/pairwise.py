"""Whether moments that sound alike are called alike, whatever they are called: pairwise agreement of two labellings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edm.evaluation.boundaries import HitRates
from edm.evaluation.layout import Span
from edm.model import IntArray, TimeArray

__all__ = ["pairwise"]

# Frames of the field: mir_eval's default.
_FRAME_S = np.float32(0.1)


def pairwise(reference: Sequence[Span], estimate: Sequence[Span]) -> HitRates | None:
    """Precision, recall and F of the pairs of moments that share a label [1]_; mir_eval's.

    Parameters
    ----------
    reference
        In order of time. Only its labelled time counts, in frames of 0.1 s; names are compared without regard to case.
    estimate
        Likewise. What it does not mention before its first section, behind its last and between is a label each; a
        section without a label is alike to no other.

    Returns
    -------
    HitRates or None
        None where no two frames of the reference have a label. 0 where the estimate has no section.

    References
    ----------
    .. [1] Levy, Sandler, "Structural segmentation of musical audio by constrained clustering", IEEE TASLP 16(2), 2008.
    """
    labelled = [span for span in reference if span.label is not None]
    if not labelled:
        return None
    frames = int(np.floor(max(span.end_s for span in labelled) / 0.1))
    # Single precision is mir_eval's, and decides on which side of a boundary a frame lies.
    times_s: TimeArray = (np.arange(frames, dtype=np.float32) * _FRAME_S).astype(np.float64)
    truth = _labels(times_s, labelled)
    inside = truth >= 0
    if int(inside.sum()) < 2:
        return None
    if not estimate:
        return HitRates(0.0, 0.0, 0.0)
    found = _labels(times_s, estimate)
    ends = (times_s >= estimate[0].start_s).astype(np.int64) + (times_s > estimate[-1].end_s)
    # Numbers below 0 for what no section covers: before, between, behind.
    found = np.where(found < 0, ends - 3, found)[inside]
    truth = truth[inside]
    both = np.unique(np.stack([truth, found]), axis=1, return_counts=True)[1]
    alike, of_truth, of_found = (
        _pairs(counts)
        for counts in (both, np.unique(truth, return_counts=True)[1], np.unique(found, return_counts=True)[1])
    )
    precision = alike / of_found if of_found else 0.0
    recall = alike / of_truth if of_truth else 0.0
    f = 2 * precision * recall / (precision + recall) if alike else 0.0
    return HitRates(precision, recall, f)


def _labels(times_s: TimeArray, spans: Sequence[Span]) -> IntArray:
    """Number of the label at each time, -1 where there is none; where one span ends the next one has the moment."""
    numbers: dict[str, int] = {}
    at = np.full(len(times_s), -1, dtype=np.int64)
    for place, span in enumerate(spans):
        name = f"#{place}" if span.label is None else f"={span.label.strip().casefold()}"
        first = np.searchsorted(times_s, span.start_s, side="left")
        end = np.searchsorted(times_s, span.end_s, side="right")
        at[first:end] = numbers.setdefault(name, len(numbers))
    return at


def _pairs(counts: IntArray) -> float:
    return float((counts * (counts - 1) // 2).sum())
