"""Whether a track is laid out for a dance floor.

Four signs: that the labels of a dance floor fit its bars (``fit``); that it has a part with much less going on than in
another, ends aside (``contrast``); how much of it lacks the low end that the rest has (``hollow``); and how much
begins in a second (``drive``).
"""

from __future__ import annotations

import math

import numpy as np

from edm.analysis.structure.context import drive
from edm.analysis.structure.features import BarFeatures
from edm.analysis.structure.spans import Spans
from edm.analysis.structure.weights import KIND, KIND_BIAS
from edm.model import FloatArray, MusicKind, TimeArray

__all__ = ["SIGNS", "club_probability", "kind_of", "signs_of"]

SIGNS = ("fit", "contrast", "hollow", "drive")
"""Columns of `signs_of`."""

_CLUB = 0.5  # probability from which a track is club music
_DRIVEN_CLUB = 0.1  # the same where it drives as dance music does
_DRIVING = 11.5  # of `drive`; one in ten synthesised songs has more, nine in ten tracks of hardcore and trance do
_MOST_DRIVE = 13.0
_PHRASE_BARS = 8
_HOLLOW_DB = 12.0


def signs_of(features: BarFeatures, energy: FloatArray, evidence: TimeArray, spans: Spans) -> TimeArray:
    """The four signs, of the evidence for the labels of a dance floor, shape (4,)."""
    n = len(features)
    low = (features.struck[:, 1:6].mean(axis=1) + features.held[:, 1:6].mean(axis=1)) / 2
    width = min(_PHRASE_BARS, n)
    phrases = np.convolve(energy, np.ones(width) / width, "valid")
    inner = phrases[n // 8 : max(len(phrases) - n // 8, n // 8 + 1)]
    contrast = float(phrases.max() - (inner if len(inner) else phrases).min())
    return np.array(
        [
            float(np.exp(evidence.max(axis=1)).mean()),
            contrast,
            float(np.mean(low < low.max() - _HOLLOW_DB)),
            min(drive(features, spans.beat_s), _MOST_DRIVE),
        ]
    )


def club_probability(signs: TimeArray) -> float:
    """Probability, 0..1, that a track with these signs is laid out for a dance floor."""
    odds = KIND_BIAS + sum(KIND[name] * float(sign) for name, sign in zip(SIGNS, signs, strict=True))
    return 1.0 / (1.0 + math.exp(-odds))


def kind_of(signs: TimeArray) -> MusicKind:
    """``club``; else ``unclear`` for music that drives like dance music, and ``song`` for the rest."""
    probability = club_probability(signs)
    driving = signs[SIGNS.index("drive")] >= _DRIVING
    if probability >= (_DRIVEN_CLUB if driving else _CLUB):
        return "club"
    return "unclear" if driving else "song"
