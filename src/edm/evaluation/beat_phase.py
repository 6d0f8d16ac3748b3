"""How late an estimate is, in seconds: the side of a beat tracker that mixing needs and hit windows hide.

Every estimated beat is held against the nearest annotated one and counts if it is nearer than a quarter of the
interval there: what is further away is another beat (an off-beat, half a beat of double tempo), not a late one. So no
error is larger than a quarter of a beat, and a grid that runs away further is seen by the scores, not here. Positive is
late.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.evaluation.beat_agreement import nearest_indices
from edm.model import TimeArray

__all__ = ["PhaseErrors", "phase_bias_s", "phase_drift_s", "phase_errors", "phase_spread_s"]

_GATE = 0.25  # of the interval: half-way to the off-beat
_LEAST_FOR_SPREAD = 2
# A median of fewer, taken over a third of a track, is luck.
_LEAST_FOR_DRIFT = 4


@dataclass(frozen=True, slots=True)
class PhaseErrors:
    """Beats that stand for an annotated one.

    Attributes
    ----------
    reference_s
        The annotated beat of each, shape (n,), not decreasing.
    errors_s
        Estimate less reference, shape (n,).
    """

    reference_s: TimeArray
    errors_s: TimeArray


def phase_errors(reference_s: TimeArray, estimate_s: TimeArray) -> PhaseErrors:
    """Estimated beats against the nearest annotated ones.

    Parameters
    ----------
    reference_s
        Increasing, shape (n,). With fewer than two there is no interval, and so no errors.
    estimate_s
        Increasing, shape (m,). Beats outside the annotated range count if an annotated beat is near enough.

    Returns
    -------
    PhaseErrors
        Of those nearer than a quarter of the interval; next to a gap in the annotation the smaller one of the
        intervals on both sides is meant, for the gap is no slow beat.
    """
    if len(reference_s) < 2 or not len(estimate_s):
        return PhaseErrors(np.zeros(0), np.zeros(0))
    steps_s = np.diff(reference_s)
    local_s = np.minimum(np.append(steps_s[0], steps_s), np.append(steps_s, steps_s[-1]))
    nearest = nearest_indices(reference_s, estimate_s)
    errors_s = estimate_s - reference_s[nearest]
    near = np.abs(errors_s) < _GATE * local_s[nearest]
    return PhaseErrors(reference_s[nearest[near]], errors_s[near])


def phase_bias_s(phases: PhaseErrors) -> float | None:
    """Median error; None where there is none."""
    return float(np.median(phases.errors_s)) if len(phases.errors_s) else None


def phase_spread_s(phases: PhaseErrors) -> float | None:
    """Interquartile range of the errors; None for fewer than two."""
    if len(phases.errors_s) < _LEAST_FOR_SPREAD:
        return None
    low, high = np.percentile(phases.errors_s, (25, 75))
    return float(high - low)


def phase_drift_s(phases: PhaseErrors, first_s: float, last_s: float) -> float | None:
    """Median error of the last third of the annotated range less that of the first.

    Parameters
    ----------
    first_s, last_s
        First and last annotated beat.

    Returns
    -------
    float or None
        None if either third has fewer than four errors.
    """
    third_s = (last_s - first_s) / 3
    opening = phases.errors_s[phases.reference_s < first_s + third_s]
    closing = phases.errors_s[phases.reference_s > last_s - third_s]
    if min(len(opening), len(closing)) < _LEAST_FOR_DRIFT:
        return None
    return float(np.median(closing) - np.median(opening))
