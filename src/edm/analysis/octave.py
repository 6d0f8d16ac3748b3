"""Which of the tempos that fit a pulse is the one people count.

A pulse found at 87 BPM may be counted at 174; one at 175 may be the dotted echo of 140. Each simple ratio of the pulse
that lies in range is a candidate. It is judged by five cues and a soft prior, and the scores are turned into
probabilities by a softmax; the weights of the cues were fitted as such (``benchmarks/fit_weights.py``), so that the
probability of the winner is a calibrated confidence.

Cues of a candidate, all logarithms or sums of them:

- ``beat_lines``, ``onset_lines``: strength of its harmonics in the beat curve and in the onsets;
- ``alternation``: middle and high onsets on every other beat, against those on the beats between: a candidate twice too
  fast has little on the beats that nobody counts;
- ``offbeat``: middle and high onsets halfway between the beats against those on them: a candidate twice too slow has as
  much between as on them;
- ``unexplained``: onset energy that lies off the lines of its bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.beats.evidence import Evidence
from edm.analysis.periodicity import Periodicity
from edm.model import FloatArray, TimeArray

__all__ = [
    "LIMIT_TOLERANCE",
    "RATIOS",
    "Candidate",
    "OctaveWeights",
    "best_offset",
    "candidates",
    "cues",
    "is_within",
    "probabilities",
    "weights_for",
]

RATIOS = (1 / 3, 1 / 2, 5 / 8, 2 / 3, 3 / 4, 4 / 5, 1.0, 5 / 4, 4 / 3, 3 / 2, 8 / 5, 2.0, 3.0)
"""Simple ratios, and those of dotted patterns (five sixteenths against four)."""

LIMIT_TOLERANCE = 0.0005
"""A tempo that is the limit itself is found a hair beside it."""

_PRIOR_CENTRE_BPM = 128.0  # where most of the music for dancing lies
_TAG_BONUS = 1.5  # in log odds: enough to break a tie, not to overrule clear evidence
_TAG_TOLERANCE = 0.02
_REACH_FRAMES = 2  # onsets and activations may be this far from a line
_FLOOR = 0.3  # of line strengths, noise is about one line
# Between the clicks of a metronome there is nothing at all, and its logarithm would outvote every other cue: cues count
# as far as they go in music.
_ALTERNATION_RANGE = (-2.2, 0.6)
_OFFBEAT_RANGE = (-1.5, 0.6)
_UNEXPLAINED_FLOOR = 0.2


@dataclass(frozen=True, slots=True)
class OctaveWeights:
    """What each cue counts, and the prior (per squared octave away from its centre)."""

    beat_lines: float
    onset_lines: float
    alternation: float
    offbeat: float
    unexplained: float
    prior: float


_NETWORK_WEIGHTS = OctaveWeights(4.8, 2.55, alternation=1.35, offbeat=2.8, unexplained=-3.25, prior=3.0)
_FLUX_WEIGHTS = OctaveWeights(0.0, 6.0, alternation=1.0, offbeat=3.2, unexplained=-2.3, prior=4.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to count: tempo, and the first beat in seconds."""

    bpm: float
    offset_s: float


def is_within(bpm: float, min_bpm: float, max_bpm: float) -> bool:
    """Whether a tempo meets the limits, give or take what it may be off."""
    return min_bpm * (1 - LIMIT_TOLERANCE) <= bpm <= max_bpm * (1 + LIMIT_TOLERANCE)


def weights_for(source: str) -> OctaveWeights:
    """Weights fitted for the evidence of a detector."""
    return _NETWORK_WEIGHTS if source == "network" else _FLUX_WEIGHTS


def candidates(pulse_bpm: float, evidence: Evidence, *, min_bpm: float, max_bpm: float) -> list[Candidate]:
    """The ratios of a pulse that lie within the limits, each with its best offset; may be empty."""
    tempos = [pulse_bpm * ratio for ratio in RATIOS]
    return [
        Candidate(bpm, best_offset(evidence.beat, bpm, frames_per_s=evidence.frames_per_s))
        for bpm in tempos
        if is_within(bpm, min_bpm, max_bpm)
    ]


def best_offset(curve: FloatArray, bpm: float, *, frames_per_s: float) -> float:
    """First beat, in seconds, of the grid of this tempo that collects most of the curve."""
    period = 60.0 * frames_per_s / bpm
    # Fold at eight bins a frame: every frame adds its value at its place within the beat.
    bins = max(8, round(period * 2))
    place = (np.arange(len(curve)) % period) / period * bins
    folded = np.bincount(place.astype(np.int64) % bins, weights=curve, minlength=bins)
    count = np.bincount(place.astype(np.int64) % bins, minlength=bins)
    mean = folded / np.maximum(count, 1)
    smooth = mean + 0.5 * (np.roll(mean, 1) + np.roll(mean, -1))
    return float((smooth.argmax() + 0.5) / bins * period / frames_per_s)


def cues(candidate: Candidate, evidence: Evidence, beat_lines: Periodicity, onset_lines: Periodicity) -> TimeArray:
    """The five cues of a candidate, in the order of `OctaveWeights`."""
    onsets = evidence.onsets
    curves = [_widened(curve) for curve in (onsets.middle, onsets.high)]
    beat = _widened(evidence.beat)
    period_s = 60.0 / candidate.bpm
    beats_s = np.arange(candidate.offset_s, evidence.duration_s - period_s, period_s)
    at = _Sampler(evidence.frames_per_s)
    even, odd = beats_s[::2], beats_s[1::2]
    strong, weak = (even, odd) if at(beat, even) >= at(beat, odd) else (odd, even)
    alternation = np.mean([at.log(curve, weak) - at.log(curve, strong) for curve in curves])
    offbeat = np.mean([at.log(curve, beats_s + period_s / 2) - at.log(curve, beats_s) for curve in curves])
    return np.array(
        [
            np.log(beat_lines.harmonic_strength(candidate.bpm) + _FLOOR),
            np.log(onset_lines.harmonic_strength(candidate.bpm) + _FLOOR),
            np.clip(alternation, *_ALTERNATION_RANGE),
            np.clip(offbeat, *_OFFBEAT_RANGE),
            np.log(max(onset_lines.unexplained(candidate.bpm), _UNEXPLAINED_FLOOR)),
        ]
    )


def probabilities(
    bpms: TimeArray, cue_table: TimeArray, weights: OctaveWeights, *, tag_bpm: float | None = None
) -> TimeArray:
    """Probability of each candidate, shape (candidates,), summing to one.

    Parameters
    ----------
    bpms
        Tempos, shape (candidates,).
    cue_table
        Rows of `cues`, shape (candidates, 5).
    weights
        Of the cues.
    tag_bpm
        A BPM tag; the candidate within 2 % of it is favoured a little.
    """
    vector = np.array(
        [weights.beat_lines, weights.onset_lines, weights.alternation, weights.offbeat, weights.unexplained]
    )
    scores = cue_table @ vector - weights.prior * np.log2(bpms / _PRIOR_CENTRE_BPM) ** 2
    if tag_bpm is not None:
        scores = scores + _TAG_BONUS * (np.abs(bpms / tag_bpm - 1) <= _TAG_TOLERANCE)
    likelihood = np.exp(scores - scores.max())
    result: TimeArray = likelihood / likelihood.sum()
    return result


class _Sampler:
    """Means of a curve at instants."""

    def __init__(self, frames_per_s: float) -> None:
        self.frames_per_s = frames_per_s

    def __call__(self, curve: FloatArray, times_s: TimeArray) -> float:
        frames = np.clip(np.round(times_s * self.frames_per_s).astype(np.int64), 0, len(curve) - 1)
        return float(curve[frames].mean()) if len(frames) else 0.0

    def log(self, curve: FloatArray, times_s: TimeArray) -> float:
        return float(np.log(self(curve, times_s) + 1e-3))


def _widened(curve: FloatArray) -> FloatArray:
    """Largest value within reach of each frame."""
    from scipy.ndimage import maximum_filter1d

    widened: FloatArray = maximum_filter1d(curve, 2 * _REACH_FRAMES + 1, mode="nearest")
    return widened
