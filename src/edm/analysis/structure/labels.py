"""What goes on in each bar, and how one thing follows another.

Two families of labels: those of a dance floor, and those of a song. Each is a linear model of what is seen around a
bar; its weights were fitted by ``benchmarks/fit_structure.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from edm.analysis.structure.context import CONTEXT
from edm.analysis.structure.decoding import Grammar
from edm.analysis.structure.weights import CLUB, CLUB_BIAS, SONG, SONG_BIAS
from edm.model import SectionLabel, TimeArray

__all__ = [
    "CLUB_LABELS",
    "SONG_LABELS",
    "club_evidence",
    "club_grammar",
    "opened_and_closed",
    "song_evidence",
    "song_grammar",
]

CLUB_LABELS: tuple[SectionLabel, ...] = ("intro", "buildup", "drop", "breakdown", "outro")
"""Columns of `club_evidence`."""
SONG_LABELS: tuple[SectionLabel, ...] = ("intro", "verse", "other", "outro")
"""Columns of `song_evidence`; ``other`` are choruses and bridges."""

_NEVER = 1e-9
_CLUB_FIRST = (0.9, 0.02, 0.04, 0.04, 1e-4)
_CLUB_LAST = (0.01, 0.02, 0.3, 0.07, 0.6)
_CLUB_FOLLOWS = (
    (0.0, 0.55, 0.1, 0.35, 1e-4),
    (1e-4, 0.0, 0.8, 0.2, 1e-4),
    (1e-4, 0.2, 0.0, 0.5, 0.3),
    (1e-4, 0.7, 0.25, 0.0, 0.05),
    (_NEVER, _NEVER, _NEVER, _NEVER, 0.0),
)
_SONG_FIRST = (0.9, 0.05, 0.05, 1e-4)
_SONG_LAST = (0.01, 0.1, 0.2, 0.7)
_SONG_FOLLOWS = (
    (0.0, 0.9, 0.6, 1e-4),
    (1e-4, 0.0, 0.8, 0.3),
    (1e-4, 0.6, 0.0, 0.4),
    (_NEVER, _NEVER, _NEVER, 0.0),
)


def club_evidence(context: TimeArray) -> TimeArray:
    """Log-probability of each label of `CLUB_LABELS` in each bar, shape (n, 5), of `bar_context`."""
    return _log_probabilities(context, CLUB, CLUB_BIAS)


def song_evidence(context: TimeArray) -> TimeArray:
    """Log-probability of each label of `SONG_LABELS` in each bar, shape (n, 4), of `bar_context`."""
    return _log_probabilities(context, SONG, SONG_BIAS)


def club_grammar(*, together: float) -> Grammar:
    """What follows what on a dance floor; ``together`` >= 0 keeps bars of one label in one section."""
    return _grammar(_CLUB_FIRST, _CLUB_LAST, _CLUB_FOLLOWS, together)


def song_grammar() -> Grammar:
    """What follows what in a song; two sections of one label may meet."""
    return _grammar(_SONG_FIRST, _SONG_LAST, _SONG_FOLLOWS, 0.0)


def opened_and_closed(labels: Sequence[SectionLabel]) -> tuple[SectionLabel, ...]:
    """What is sparse before anything else is the intro, and after everything else the outro."""
    sparse = [label == "breakdown" for label in labels]
    if all(sparse):
        return tuple(labels)
    head, tail = sparse.index(False), sparse[::-1].index(False)
    inner = labels[head : len(labels) - tail]
    opening: list[SectionLabel] = ["intro"] * head
    closing: list[SectionLabel] = ["outro"] * tail
    return (*opening, *inner, *closing)


def _log_probabilities(
    context: TimeArray, weights: Mapping[str, tuple[float, ...]], bias: tuple[float, ...]
) -> TimeArray:
    scores = context @ np.array([weights[name] for name in CONTEXT]) + np.array(bias)
    scores -= scores.max(axis=1, keepdims=True)
    log_probabilities: TimeArray = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return log_probabilities


def _grammar(
    first: tuple[float, ...], last: tuple[float, ...], follows: tuple[tuple[float, ...], ...], together: float
) -> Grammar:
    chances = np.array(follows)
    np.fill_diagonal(chances, 1.0)
    scores = np.log(chances)
    np.fill_diagonal(scores, -together)
    return Grammar(np.log(np.array(first)), np.log(np.array(last)), scores)
