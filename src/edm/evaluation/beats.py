"""Scores of one track's beats: the field's, and what a DJ hears.

Only the annotated range counts, from the first reference beat to the last, its ends 70 ms wide: nobody said what beats
there are outside. Estimates outside are dropped, and after that, if asked for, all beats before `trim_s`, as
`mir_eval.beat.trim_beats` drops them. Phase is measured before the cut: a beat belongs to the annotated beat that it
stands for, and a late estimate must not lose its last beat only (see `edm.evaluation.beat_phase`). Unbiased scores take
the bias out of the whole estimate and cut then, for the same reason.

Times are seconds, of one clock for reference and estimate. The parts: `edm.evaluation.beat_agreement` (what papers
report), `edm.evaluation.beat_phase` (milliseconds), `edm.evaluation.bar_position` (downbeats).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.errors import InputError
from edm.evaluation.bar_position import position_error
from edm.evaluation.beat_agreement import cemgil, continuity, f_measure, goto, information_gain, p_score
from edm.evaluation.beat_phase import phase_bias_s, phase_drift_s, phase_errors, phase_spread_s
from edm.model import TimeArray

__all__ = ["BeatScore", "score_beats"]

# MIREX's window of the F-measure; the annotated range is as much wider at either end, so that no hit is cut off.
_WINDOW_S = 0.07
_NARROW_WINDOW_S = 0.02
# Beats nearer than this are one beat written twice: no annotation is so fine, and intervals are divided by.
_SAME_BEAT_S = 1e-6


@dataclass(frozen=True, slots=True)
class BeatScore:
    """What one track's beats are worth.

    Attributes
    ----------
    scores
        A value for each key of `edm.evaluation.metrics.BEAT_METRICS`; None where there is none.
    range_s
        First and last reference beat that count.
    reference_beats, estimated_beats, reference_downbeats, estimated_downbeats
        How many of them count.
    """

    scores: dict[str, float | None]
    range_s: tuple[float, float]
    reference_beats: int
    estimated_beats: int
    reference_downbeats: int
    estimated_downbeats: int


def score_beats(
    reference_beats_s: TimeArray,
    estimate_beats_s: TimeArray,
    *,
    reference_downbeats_s: TimeArray | None = None,
    estimate_downbeats_s: TimeArray | None = None,
    trim_s: float = 0.0,
) -> BeatScore:
    """All scores of one track.

    Parameters
    ----------
    reference_beats_s
        Shape (n,), increasing, finite; at least one beat.
    estimate_beats_s
        Shape (m,), increasing, finite. None at all scores 0 wherever there is a scale, and has no milliseconds.
    reference_downbeats_s, estimate_downbeats_s
        Likewise, the beats that open a bar; None where nothing is said of bars.
    trim_s
        Beats before it do not count; 0 for all, 5 as mir_eval has it.

    Returns
    -------
    BeatScore
        ``downbeat_f_measure`` is None where either side says nothing of bars or no reference downbeat counts, and 0 for
        an estimate that says that there are none. With one reference beat nothing has an interval: F and Cemgil are
        left, the rest is 0 or None.

    Raises
    ------
    InputError
        If times are not finite or do not increase, or no reference beat is left to score.
    """
    if not (np.isfinite(trim_s) and trim_s >= 0):
        raise InputError(f"trim_s must be at least 0, not {trim_s}")
    annotated = _checked(reference_beats_s, "reference beats")
    detected = _checked(estimate_beats_s, "estimated beats")
    if not len(annotated):
        raise InputError("the reference has no beats", hint="a track without reference beats cannot be scored")
    low_s, high_s = float(annotated[0]) - _WINDOW_S, float(annotated[-1]) + _WINDOW_S
    if trim_s > 0:
        low_s = max(low_s, trim_s)
    reference = _between(annotated, low_s, high_s)
    if not len(reference):
        raise InputError(
            f"no reference beat at or after {trim_s:g} s; the last is at {annotated[-1]:.3f} s", hint="trim less"
        )
    estimate = _between(detected, low_s, high_s)
    phases = phase_errors(reference, detected)
    bias_s = phase_bias_s(phases)
    unbiased = _between(detected - (bias_s or 0.0), low_s, high_s)
    bars = _downbeats(reference_downbeats_s, "reference downbeats", low_s, high_s)
    estimated_bars = _downbeats(estimate_downbeats_s, "estimated downbeats", low_s, high_s)
    cmlc, cmlt, amlc, amlt = continuity(reference, estimate)
    scores: dict[str, float | None] = {
        "f_measure": f_measure(reference, estimate, window_s=_WINDOW_S),
        "f_measure_20ms": f_measure(reference, estimate, window_s=_NARROW_WINDOW_S),
        "f_measure_unbiased": f_measure(reference, unbiased, window_s=_WINDOW_S),
        "f_measure_20ms_unbiased": f_measure(reference, unbiased, window_s=_NARROW_WINDOW_S),
        "cemgil": cemgil(reference, estimate),
        "goto": goto(reference, estimate),
        "p_score": p_score(reference, estimate),
        "cmlc": cmlc,
        "cmlt": cmlt,
        "amlc": amlc,
        "amlt": amlt,
        "information_gain": information_gain(reference, estimate),
        "phase_bias_ms": _milliseconds(bias_s),
        "phase_iqr_ms": _milliseconds(phase_spread_s(phases)),
        "downbeat_f_measure": None,
        "downbeat_position_error": None,
        "grid_drift_ms": _milliseconds(phase_drift_s(phases, float(reference[0]), float(reference[-1]))),
    }
    if bars is not None and len(bars) and estimated_bars is not None:
        scores["downbeat_f_measure"] = f_measure(bars, estimated_bars, window_s=_WINDOW_S)
        scores["downbeat_position_error"] = position_error(reference, bars, estimated_bars, window_s=_WINDOW_S)
    return BeatScore(
        scores=scores,
        range_s=(float(reference[0]), float(reference[-1])),
        reference_beats=len(reference),
        estimated_beats=len(estimate),
        reference_downbeats=0 if bars is None else len(bars),
        estimated_downbeats=0 if estimated_bars is None else len(estimated_bars),
    )


def _checked(times_s: TimeArray, what: str) -> TimeArray:
    """As float64, increasing; a beat that is written twice counts once."""
    times_s = np.asarray(times_s, dtype=np.float64)
    if times_s.ndim != 1:
        raise InputError(f"{what} must be one row of times, not an array of shape {times_s.shape}")
    if not np.isfinite(times_s).all():
        at = int(np.flatnonzero(~np.isfinite(times_s))[0])
        raise InputError(f"{what} must be finite; number {at} is {times_s[at]}")
    steps_s = np.diff(times_s)
    if (steps_s < 0).any():
        at = int(np.flatnonzero(steps_s < 0)[0])
        raise InputError(
            f"{what} must increase; number {at + 1} at {times_s[at + 1]:.3f} s comes after {times_s[at]:.3f} s"
        )
    return times_s[np.append(True, steps_s > _SAME_BEAT_S)] if len(times_s) else times_s


def _downbeats(times_s: TimeArray | None, what: str, low_s: float, high_s: float) -> TimeArray | None:
    return None if times_s is None else _between(_checked(times_s, what), low_s, high_s)


def _between(times_s: TimeArray, low_s: float, high_s: float) -> TimeArray:
    return times_s[(times_s >= low_s) & (times_s <= high_s)]


def _milliseconds(value_s: float | None) -> float | None:
    return None if value_s is None else 1e3 * value_s
