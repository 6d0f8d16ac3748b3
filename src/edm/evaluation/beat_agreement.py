"""The field's beat scores, numbers from 0 to 1, each equal to that of `mir_eval.beat` 0.8.

`f_measure`, `goto` and `information_gain` are mir_eval's. `cemgil`, `p_score` and `continuity` are counted here: for a
track of 500 beats mir_eval takes fifteen times as long for these three as for the others, since it searches all beats
for each beat, and correlates two whole trains of impulses to keep a few lags. For sorted times each has an exact short
way; tests hold them to mir_eval's values.

Arguments are always the reference and the estimate: seconds, shape (n,) and (m,), finite, increasing by a microsecond
or more, cut to what is to be scored. Where either is empty, and where a score needs intervals and either has one beat,
the score is 0, as in mir_eval; nothing warns.
"""

from __future__ import annotations

import numpy as np

from edm.model import IntArray, TimeArray

__all__ = ["cemgil", "continuity", "f_measure", "goto", "information_gain", "nearest_indices", "p_score"]

_CEMGIL_SIGMA_S = 0.04
# McKinney's 10 ms frames, and his window in parts of the median interval.
_FRAMES_PER_S = 100
_P_SCORE_WINDOW = 0.2
# Hainsworth's limits for phase and for period, in parts of an interval.
_CONTINUITY_LIMIT = 0.175
# With fewer reference beats no stretch is left whose mean and deviation could be taken.
_LEAST_FOR_GOTO = 5
# mir_eval takes later times for milliseconds (`mir_eval.beat.MAX_TIME`).
_MIR_EVAL_LAST_S = 30000.0


def f_measure(reference_s: TimeArray, estimate_s: TimeArray, *, window_s: float) -> float:
    """Harmonic mean of precision and recall, of the largest matching within ``window_s`` [1]_; mir_eval's.

    References
    ----------
    .. [1] Dixon, "Evaluation of the audio beat tracking system BeatRoot", JNMR 36(1), 2007.
    """
    from mir_eval import beat

    if not len(reference_s) or not len(estimate_s):
        return 0.0
    scale = _mir_eval_scale(reference_s, estimate_s)
    return float(beat.f_measure(reference_s * scale, estimate_s * scale, window_s * scale))


def cemgil(reference_s: TimeArray, estimate_s: TimeArray) -> float:
    """Mean over the beats of a Gaussian, σ 40 ms, of the distance to the nearest estimate [1]_.

    The mean is over half the number of beats of both. It passes 1 only where reference beats crowd within the Gaussian.

    References
    ----------
    .. [1] Cemgil et al., "On tempo tracking: tempogram representation and Kalman filtering", JNMR 28(4), 2001.
    """
    if not len(reference_s) or not len(estimate_s):
        return 0.0
    distance_s = reference_s - estimate_s[nearest_indices(estimate_s, reference_s)]
    hits = np.exp(-(distance_s**2) / (2 * _CEMGIL_SIGMA_S**2)).sum()
    return float(hits / (0.5 * (len(reference_s) + len(estimate_s))))


def goto(reference_s: TimeArray, estimate_s: TimeArray) -> float:
    """1 where more than a quarter of the beats in a row are followed closely, else 0 [1]_; mir_eval's.

    Fewer than five reference beats score 0, as in mir_eval, which warns there.

    References
    ----------
    .. [1] Goto and Muraoka, "Issues in evaluating beat tracking systems", IJCAI workshop, 1997.
    """
    from mir_eval import beat

    if len(reference_s) < _LEAST_FOR_GOTO or not len(estimate_s):
        return 0.0
    scale = _mir_eval_scale(reference_s, estimate_s)
    return float(beat.goto(reference_s * scale, estimate_s * scale))


def p_score(reference_s: TimeArray, estimate_s: TimeArray) -> float:
    """Correlation of two trains of impulses over lags up to a fifth of the median interval [1]_.

    In frames of 10 ms: the number of pairs no further apart than that, over the larger number of beats. It passes 1
    only for references whose beats are much closer in some places than in most.

    References
    ----------
    .. [1] McKinney et al., "Evaluation of audio beat tracking and music tempo extraction algorithms", JNMR 36(1), 2007.
    """
    if len(reference_s) < 2 or len(estimate_s) < 2:
        return 0.0
    origin_s = min(reference_s[0], estimate_s[0])
    # Rounded up, and beats of one frame are one: both are mir_eval's.
    reference = np.unique(np.ceil((reference_s - origin_s) * _FRAMES_PER_S))
    estimate = np.unique(np.ceil((estimate_s - origin_s) * _FRAMES_PER_S))
    if len(reference) < 2:
        return 0.0
    window = np.round(_P_SCORE_WINDOW * np.median(np.diff(reference)))
    ends = np.searchsorted(reference, estimate + window, side="right")
    starts = np.searchsorted(reference, estimate - window, side="left")
    return float((ends - starts).sum() / max(len(reference_s), len(estimate_s)))


def continuity(reference_s: TimeArray, estimate_s: TimeArray) -> tuple[float, float, float, float]:
    """CMLc, CMLt, AMLc, AMLt [1]_.

    A beat is right if its phase and the interval before it are within 17.5 % of the reference's interval. The share of
    right beats in the longest row without a mistake (c) and in all (t); at the reference's own metrical level (CML),
    and at the best of that, its off-beats, twice its tempo and both halves of it (AML).

    References
    ----------
    .. [1] Hainsworth, "Techniques for the automated analysis of musical audio", PhD thesis, Cambridge, 2004.
    """
    if len(reference_s) < 2 or len(estimate_s) < 2:
        return 0.0, 0.0, 0.0, 0.0
    halves = np.arange(0, len(reference_s) - 0.5, 0.5)
    doubled: TimeArray = np.interp(halves, np.arange(len(reference_s)), reference_s)
    levels = (reference_s, doubled[1::2], doubled, reference_s[::2], reference_s[1::2])
    scores = [_continuity_at(level, estimate_s) for level in levels]
    return *scores[0], max(longest for longest, _ in scores), max(total for _, total in scores)


def information_gain(reference_s: TimeArray, estimate_s: TimeArray) -> float:
    """How far the histogram of beat errors is from a flat one [1]_, as a share of the most; mir_eval's.

    References
    ----------
    .. [1] Davies, Degara and Plumbley, "Measuring the performance of beat tracking algorithms using a beat error
       histogram", IEEE Signal Processing Letters 18(3), 2011.
    """
    from mir_eval import beat

    if len(reference_s) < 2 or len(estimate_s) < 2:
        return 0.0
    scale = _mir_eval_scale(reference_s, estimate_s)
    return float(beat.information_gain(reference_s * scale, estimate_s * scale))


def nearest_indices(times_s: TimeArray, queries_s: TimeArray) -> IntArray:
    """Index into ``times_s``, which is not empty, of the nearest to each query; the earlier of two as near."""
    if len(times_s) == 1:
        return np.zeros(len(queries_s), dtype=np.int64)
    after = np.clip(np.searchsorted(times_s, queries_s), 1, len(times_s) - 1)
    later_is_nearer = np.abs(times_s[after] - queries_s) < np.abs(queries_s - times_s[after - 1])
    return np.where(later_is_nearer, after, after - 1)


def _continuity_at(reference_s: TimeArray, estimate_s: TimeArray) -> tuple[float, float]:
    """Longest row and total of right beats, as shares of the larger number of beats, at one metrical level."""
    if len(reference_s) < 2:
        return 0.0, 0.0
    nearest = nearest_indices(reference_s, estimate_s)
    steps_s, estimate_steps_s = np.diff(reference_s), np.diff(estimate_s)
    # The first beat of either has no interval before it, so the one after it stands in.
    forward = nearest == 0
    forward[0] = True
    step_s = np.where(forward, np.append(steps_s, steps_s[-1])[nearest], np.append(steps_s[0], steps_s)[nearest])
    estimate_step_s = np.where(
        forward, np.append(estimate_steps_s, estimate_steps_s[-1]), np.append(estimate_steps_s[0], estimate_steps_s)
    )
    phase = np.abs(np.abs(estimate_s - reference_s[nearest]) / step_s)
    period = np.abs(1 - estimate_step_s / step_s)
    # No reference beat is used twice: two estimates that near to one are much less than an interval apart.
    right = np.flatnonzero((phase < _CONTINUITY_LIMIT) & (period < _CONTINUITY_LIMIT))
    beats = max(len(reference_s), len(estimate_s))
    return _longest_row(right) / beats, len(right) / beats


def _longest_row(numbers: IntArray) -> int:
    """Length of the longest stretch of consecutive numbers, which increase."""
    if not len(numbers):
        return 0
    breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
    return int(np.diff(np.concatenate(([0], breaks, [len(numbers)]))).max())


def _mir_eval_scale(reference_s: TimeArray, estimate_s: TimeArray) -> float:
    """What to multiply times by so that mir_eval takes them; 1 for nearly all tracks.

    A power of two changes no digit of a time, and so no ratio and no comparison.
    """
    last_s = max(reference_s[-1], estimate_s[-1])
    return 1.0 if last_s <= _MIR_EVAL_LAST_S else float(0.5 ** np.ceil(np.log2(last_s / _MIR_EVAL_LAST_S)))
