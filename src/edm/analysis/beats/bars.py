"""Where bars begin.

Two witnesses: the detector's downbeat curve, and change. Harmony, bass line and arrangement change at the bar line, so
that the sound of the beats before an instant and of those after it differ most there; seen over two, four and eight
beats this finds bar lines in music whose accents mislead. Both are summed over the whole track for each place the bar
line could have, so that a bar more or less in the middle is not considered. The weights are fitted, see
``benchmarks/fit_weights.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.beats.evidence import Evidence
from edm.model import FloatArray, TimeArray

__all__ = ["BarPhase", "bar_cues", "bar_phase", "is_offbeat"]

_REACH_FRAMES = 2
_CHANGE_BEATS = (2, 4, 8)
_WEIGHTS = (4.9, 2.5, 3.6, 2.9)  # of the cues
_WEIGHTS_ALONE = (9.2, 1.8, 5.4, 3.9)  # where no downbeat curve is at hand
_WALTZ_CONTRAST = 2.0  # how much stronger the downbeats of bars of three must be than the other beats
_WALTZ_MARGIN = 1.5  # and than the contrast that bars of four reach


@dataclass(frozen=True, slots=True)
class BarPhase:
    """Beats to the bar, and the index of the first beat that opens one (in ``[0, beats_per_bar)``)."""

    beats_per_bar: int
    first: int


def bar_phase(evidence: Evidence, beats_s: TimeArray) -> BarPhase | None:
    """Metre and place of the bar line; None with fewer than two bars.

    Parameters
    ----------
    evidence
        Of the track.
    beats_s
        Beat times, shape (n,), increasing.
    """
    if len(beats_s) < 8:
        return None
    beats_per_bar = _beats_per_bar(evidence, beats_s)
    weights = _WEIGHTS_ALONE if evidence.downbeat is None else _WEIGHTS
    scores = bar_cues(evidence, beats_s, beats_per_bar=beats_per_bar) @ np.array(weights)
    return BarPhase(beats_per_bar, int(scores.argmax()))


def bar_cues(evidence: Evidence, beats_s: TimeArray, *, beats_per_bar: int) -> TimeArray:
    """What speaks for each place of the bar line, as logarithms, shape (beats_per_bar, 4).

    Columns: change over two, four and eight beats, and the downbeat curve; bass onsets where there is none.
    """
    columns = [np.log(_phase_means(_change(evidence, beats_s, reach), beats_per_bar) + 1e-3) for reach in _CHANGE_BEATS]
    if evidence.downbeat is None:
        low = _at_beats(evidence, evidence.onsets.low, beats_s)
        columns.append(np.log(_phase_means(low, beats_per_bar) + 0.1))
    else:
        downbeat = _at_beats(evidence, evidence.downbeat, beats_s)
        columns.append(np.log(_phase_means(downbeat, beats_per_bar) + 1e-3))
    return np.stack(columns, axis=1)


def is_offbeat(evidence: Evidence, beats_s: TimeArray) -> bool:
    """Whether the grid halfway between these beats is more likely the beat.

    Bass and hi-hats between the beats mislead a beat curve by half a period; downbeats seldom are misled with it.
    """
    if len(beats_s) < 8:
        return False
    between_s = beats_s[:-1] + 0.5 * np.diff(beats_s)
    return _beat_score(evidence, between_s) > _beat_score(evidence, beats_s[:-1])


def _beat_score(evidence: Evidence, beats_s: TimeArray) -> float:
    onsets = evidence.onsets
    score = np.log(_at_beats(evidence, evidence.beat, beats_s).mean() + 1e-2)
    if evidence.downbeat is not None:
        downbeats = _phase_means(_at_beats(evidence, evidence.downbeat, beats_s), 4)
        return float(score + np.log(downbeats.max() + 1e-2))
    for curve in (onsets.low, onsets.high):
        score += np.log(_at_beats(evidence, curve, beats_s).mean() + 0.1)
    return float(score + 2.0 * np.log(_phase_means(_change(evidence, beats_s, 2), 4).max() + 1e-2))


def _beats_per_bar(evidence: Evidence, beats_s: TimeArray) -> int:
    if evidence.downbeat is None:
        return 4
    downbeat = _at_beats(evidence, evidence.downbeat, beats_s)
    contrast = {}
    for beats_per_bar in (3, 4):
        means = _phase_means(downbeat, beats_per_bar)
        contrast[beats_per_bar] = means.max() / (np.delete(means, means.argmax()).mean() + 1e-2)
    waltz = contrast[3] > _WALTZ_CONTRAST and contrast[3] > _WALTZ_MARGIN * contrast[4]
    return 3 if waltz else 4


def _phase_means(values: TimeArray | FloatArray, beats_per_bar: int) -> TimeArray:
    """Mean over every ``beats_per_bar``-th value from each phase, whole bars only."""
    whole = len(values) // beats_per_bar * beats_per_bar
    means: TimeArray = np.asarray(values[:whole], dtype=np.float64).reshape(-1, beats_per_bar).mean(axis=0)
    return means


def _at_beats(evidence: Evidence, curve: FloatArray, beats_s: TimeArray) -> FloatArray:
    """Largest value of a curve within two frames of each beat."""
    frames = np.round(beats_s * evidence.frames_per_s).astype(np.int64)
    around = frames[:, None] + np.arange(-_REACH_FRAMES, _REACH_FRAMES + 1)
    values: FloatArray = curve[np.clip(around, 0, len(curve) - 1)].max(axis=1)
    return values


def _change(evidence: Evidence, beats_s: TimeArray, reach: int) -> TimeArray:
    """Distance between the mean spectrum of the ``reach`` beats before each beat and after it, shape (beats - 1,)."""
    spectrum = evidence.spectrum
    frames = np.clip(np.round(beats_s * evidence.frames_per_s).astype(np.int64), 0, len(spectrum) - 1)
    # The attack itself, two frames at either side, tells of drums and not of harmony.
    starts = np.minimum(frames[:-1] + _REACH_FRAMES, len(spectrum) - 1)
    stops = np.maximum(frames[1:] - _REACH_FRAMES, starts + 1)
    sums = np.concatenate([np.zeros((1, spectrum.shape[1])), np.cumsum(spectrum, axis=0, dtype=np.float64)])
    sounds = (sums[stops] - sums[starts]) / (stops - starts)[:, None]
    totals = np.concatenate([np.zeros((1, sounds.shape[1])), np.cumsum(sounds, axis=0)])
    n = len(sounds)
    here = np.arange(n)
    first, last = np.maximum(here - reach, 0), np.minimum(here + reach, n)
    before = (totals[here] - totals[first]) / np.maximum(here - first, 1)[:, None]
    after = (totals[last] - totals[here]) / np.maximum(last - here, 1)[:, None]
    change: TimeArray = np.sqrt(((after - before) ** 2).sum(axis=1))
    change[here < reach // 2] = 0.0
    change[here >= n - reach // 2] = 0.0
    return change
