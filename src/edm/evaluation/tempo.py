"""How right one tempo is, and how wrong many are: hits, errors in BPM and octaves, drift, curves over tracks.

Tempo is beats per minute, finite and more than 0; None (NaN in arrays) is "no tempo was estimated". "The octave
forgiven" means: after the best of the five levels `OCTAVES`, the one with the smallest error, whatever error is meant.
A value that lies on a limit is within it: what binary fractions add to a difference is allowed for.

`score_tempo` scores one track, `signed_error` is its error with a sign, `tempo_band` says where it belongs,
`tolerance_curve` and `error_histogram` look at all tracks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias, TypedDict

import numpy as np

from edm.errors import InputError
from edm.model import TimeArray

__all__ = [
    "OCTAVES",
    "TEMPO_BANDS",
    "TOLERANCES",
    "Histogram",
    "Scores",
    "ToleranceCurve",
    "error_histogram",
    "is_near",
    "score_tempo",
    "signed_error",
    "tempo_band",
    "tolerance_curve",
    "validate_bpm",
]

Scores: TypeAlias = dict[str, float | None]
"""One track's value by the key of its metric; None where there is none."""

# The levels of Accuracy2 (Gouyon et al. 2006). Where two fit equally well, the first counts.
OCTAVES = (1.0, 2.0, 1 / 2, 3.0, 1 / 3)

TEMPO_BANDS = ("<118", "118–132", "132–150", "150–180", ">180")

# BPM limits by key of `edm.evaluation.metrics.TEMPO_METRICS`: 0.5 is what a person may type in, 0.05 is 160 ms after
# seven minutes at 128, 0.005 is 16 ms, less than people hear.
_LIMITS_BPM = {"within_0p5": 0.5, "within_0p05": 0.05, "within_0p01": 0.01, "within_0p005": 0.005}

# BPM. 128.005 - 128 is 0.00499999999999545 or 0.0050000000000096 depending on the tempo: neither is a matter of music.
_SLACK_BPM = 1e-9

# Dense where good systems differ; 0.04 is the field's tolerance, 0.08 that of MIREX.
TOLERANCES = (
    *(step / 1000 for step in range(1, 11)),
    *(step / 1000 for step in range(12, 21, 2)),
    *(step / 1000 for step in range(25, 51, 5)),
    *(step / 1000 for step in range(60, 101, 10)),
)


class ToleranceCurve(TypedDict):
    """Shares of tracks within each relative tolerance."""

    tolerance: list[float]
    accuracy1: list[float]
    accuracy2: list[float]


class Histogram(TypedDict):
    """``counts`` has one more than ``edges``: all below the first edge, the bins, all above the last edge."""

    edges: list[float]
    counts: list[int]
    unit: str


def score_tempo(
    reference_bpm: float, estimate_bpm: float | None, *, duration_s: float | None = None, tolerance: float = 0.04
) -> Scores:
    """All metrics of `edm.evaluation.metrics.TEMPO_METRICS` for one track.

    Accuracy1 and Accuracy2 are those of [1]_, OE1 and OE2 those of [2]_.

    Parameters
    ----------
    reference_bpm
        The truth.
    estimate_bpm
        None where there is no estimate.
    duration_s
        Length of the track in seconds, at least 0; None where unknown.
    tolerance
        Relative to the reference, of Accuracy1 and Accuracy2; 0 to 1.

    Returns
    -------
    Scores
        Hits are 0 or 1. Without an estimate all hits are 0 and all errors None. ``drift_ms`` is how far a grid of the
        estimated tempo, right at the start, is from the reference's at the end, the octave forgiven; None without a
        duration.

    Raises
    ------
    InputError
        If a tempo, the duration or the tolerance is out of its range.

    References
    ----------
    .. [1] Gouyon, Klapuri, Dixon, Alonso, Tzanetakis, Uhle, Cano, "An experimental comparison of audio tempo induction
       algorithms", IEEE Transactions on Audio, Speech and Language Processing 14(5), 2006.
    .. [2] Schreiber, Urbano, Müller, "Music Tempo Estimation: Are We Done Yet?", Transactions of the International
       Society for Music Information Retrieval 3(1), 2020. OE1 is log2(estimate / reference); OE2 is the smallest by
       absolute value of OE1 for the estimate times 1, 2, 3, 1/2 and 1/3.
    """
    validate_bpm("reference", reference_bpm)
    _validate_tolerance(tolerance)
    if duration_s is not None and not (math.isfinite(duration_s) and duration_s >= 0):
        raise InputError(f"a duration is at least 0 s, not {duration_s}")
    if estimate_bpm is None:
        return _scores_of_nothing()
    error = abs(signed_error(reference_bpm, estimate_bpm))
    error_octave = abs(signed_error(reference_bpm, estimate_bpm, octave_free=True))
    # A difference of logarithms changes its sign, and nothing else, when the two are swapped.
    oe1 = math.log2(estimate_bpm) - math.log2(reference_bpm)
    oe2 = min((oe1 - math.log2(k) for k in OCTAVES), key=abs)
    scores: Scores = {
        "accuracy1": float(is_near(estimate_bpm, reference_bpm, tolerance)),
        "accuracy2": float(any(is_near(estimate_bpm, k * reference_bpm, tolerance) for k in OCTAVES)),
        **{key: float(error <= limit + _SLACK_BPM) for key, limit in _LIMITS_BPM.items()},
        **{f"{key}_octave": float(error_octave <= limit + _SLACK_BPM) for key, limit in _LIMITS_BPM.items()},
        # On one track these three are the same; they differ in how tracks become one number.
        "mae_bpm": error,
        "rmse_bpm": error,
        "median_error_bpm": error,
        "oe1": oe1,
        "oe2": oe2,
        "aoe1": abs(oe1),
        "aoe2": abs(oe2),
        "drift_ms": None if duration_s is None else _drift_ms(reference_bpm, estimate_bpm, duration_s),
    }
    # A tempo of 1e-320 has a drift that no number holds.
    return {key: value if value is None or math.isfinite(value) else None for key, value in scores.items()}


def is_near(estimate_bpm: float, target_bpm: float, tolerance: float) -> bool:
    """Whether an estimate is within a relative tolerance of a target, limits included."""
    return abs(estimate_bpm - target_bpm) <= tolerance * target_bpm + _SLACK_BPM


def signed_error(reference_bpm: float, estimate_bpm: float, *, octave_free: bool = False) -> float:
    """Estimate less reference, in BPM; positive is too fast.

    Parameters
    ----------
    octave_free
        Take the estimate at the one of its levels (times 1, 1/2, 2, 1/3, 3) that is nearest to the reference.

    Raises
    ------
    InputError
        If a tempo is not finite or not more than 0.
    """
    validate_bpm("reference", reference_bpm)
    validate_bpm("estimate", estimate_bpm)
    if not octave_free:
        return estimate_bpm - reference_bpm
    return min((estimate_bpm / k - reference_bpm for k in OCTAVES), key=abs)


def tempo_band(bpm: float) -> str:
    """Which of `TEMPO_BANDS` a reference tempo belongs to; 118, 132 and 150 open a band, 180 closes one.

    Raises
    ------
    InputError
        If the tempo is not finite or not more than 0.
    """
    validate_bpm("reference", bpm)
    if bpm > 180:
        return TEMPO_BANDS[4]
    return TEMPO_BANDS[sum(bpm >= edge for edge in (118, 132, 150))]


def tolerance_curve(reference_bpm: TimeArray, estimate_bpm: TimeArray) -> ToleranceCurve:
    """Accuracy1 and Accuracy2 of many tracks at each of `TOLERANCES`.

    Parameters
    ----------
    reference_bpm
        Shape (n,).
    estimate_bpm
        Shape (n,), NaN where there is no estimate: a miss at any tolerance.

    Returns
    -------
    ToleranceCurve
        Three lists of one length; empty without tracks.

    Raises
    ------
    InputError
        If the arrays differ in length.
    """
    if reference_bpm.shape != estimate_bpm.shape:
        raise InputError(f"{len(reference_bpm)} references do not go with {len(estimate_bpm)} estimates")
    if not len(reference_bpm):
        return {"tolerance": [], "accuracy1": [], "accuracy2": []}
    targets = reference_bpm[:, None] * np.asarray(OCTAVES)
    distances = np.abs(estimate_bpm[:, None] - targets)
    shares = []
    for tolerance in TOLERANCES:
        near = distances <= tolerance * targets + _SLACK_BPM  # NaN is near nothing
        shares.append((near[:, 0].mean(), near.any(axis=1).mean()))
    return {
        "tolerance": list(TOLERANCES),
        "accuracy1": [round(float(one), 6) for one, _ in shares],
        "accuracy2": [round(float(two), 6) for _, two in shares],
    }


def error_histogram(values: Iterable[float | None], *, limit: float, unit: str, bins: int = 25) -> Histogram:
    """How often each error occurs, with open outer bins: every value is counted somewhere.

    Parameters
    ----------
    values
        Signed errors in ``unit``; None and NaN are no errors and left out.
    limit
        The bins reach from ``-limit`` to ``limit``; what lies further out is in the first and the last count. 0.5 BPM
        and 50 ms are good choices.
    bins
        Odd, so that one bin has 0 in its middle and a sharp peak is not cut in two.

    Returns
    -------
    Histogram
        Each bin holds its lower edge; the last one inside holds ``limit`` too.

    Raises
    ------
    InputError
        If ``limit`` is not more than 0, or ``bins`` is not odd.
    """
    if not (math.isfinite(limit) and limit > 0):
        raise InputError(f"the limit of a histogram is more than 0, not {limit}")
    if bins < 1 or bins % 2 == 0:
        raise InputError(f"a histogram of signed errors has an odd number of bins, not {bins}")
    errors = np.array([value for value in values if value is not None], dtype=np.float64)
    errors = errors[~np.isnan(errors)]
    edges = np.round(np.linspace(-limit, limit, bins + 1), 6)
    inside = errors[(errors >= edges[0]) & (errors <= edges[-1])]
    counts = [np.sum(errors < edges[0]), *np.histogram(inside, edges)[0], np.sum(errors > edges[-1])]
    return {"edges": edges.tolist(), "counts": [int(count) for count in counts], "unit": unit}


def validate_bpm(kind: str, bpm: float) -> None:
    """Raise `InputError` unless a tempo is finite and more than 0; ``kind`` names it: "reference", "estimate"."""
    if not (math.isfinite(bpm) and bpm > 0):
        raise InputError(f"the {kind} tempo should be more than 0 BPM, not {bpm}", hint="leave it out if there is none")


def _drift_ms(reference_bpm: float, estimate_bpm: float, duration_s: float) -> float:
    # The reference's last beat, counted out on the estimated grid.
    return min(1000 * duration_s * abs(1 - reference_bpm * k / estimate_bpm) for k in OCTAVES)


def _scores_of_nothing() -> Scores:
    hits = ["accuracy1", "accuracy2", *_LIMITS_BPM, *(f"{key}_octave" for key in _LIMITS_BPM)]
    errors = ["mae_bpm", "rmse_bpm", "median_error_bpm", "oe1", "oe2", "aoe1", "aoe2", "drift_ms"]
    return {**dict.fromkeys(hits, 0.0), **dict.fromkeys(errors)}


def _validate_tolerance(tolerance: float) -> None:
    if not 0 <= tolerance <= 1:
        raise InputError(f"a tolerance is between 0 and 1, not {tolerance}", hint="0.04 stands for 4 %")
