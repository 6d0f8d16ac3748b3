"""The most likely sequence of sections, given what speaks for each boundary and for each label of each bar.

A semi-Markov chain: a section scores by its length, by its label in each of its bars, by the log-odds of the edge that
it begins at, and by the label that it follows. The best sum is found by dynamic programming over bars, labels and
lengths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from edm.model import TimeArray

__all__ = ["Grammar", "Piece", "best_pieces", "length_scores"]

_MAX_BARS = 160  # of a section
_SHORT_BARS = 4


@dataclass(frozen=True, slots=True)
class Grammar:
    """Log-scores of sequences of labels.

    Attributes
    ----------
    first, last
        Of the label that a track begins and ends with, shape (labels,).
    follows
        Of label ``j`` after label ``i``, shape (labels, labels); the diagonal is a boundary between two sections of
        one label.
    """

    first: TimeArray
    last: TimeArray
    follows: TimeArray


@dataclass(frozen=True, slots=True)
class Piece:
    """Bars ``first`` to ``stop - 1``, counted from 0, under label number ``label``."""

    first: int
    stop: int
    label: int


def length_scores(bars: int, *, phrases: bool) -> tuple[TimeArray, TimeArray]:
    """Log of how likely a section of 0 to ``bars`` bars is, within the track, and at one of its ends.

    Sections of dance music last a whole number of phrases; ends may be cut anywhere. Without ``phrases`` (in windows of
    time) only short ones are unlikely.
    """
    length = np.arange(bars + 1)
    at_end = np.where(length >= _SHORT_BARS, 0.0, -1.0)
    if not phrases:
        return np.where(length >= _SHORT_BARS, 0.0, -2.0), at_end
    inner = np.full(bars + 1, -1.5)
    inner[:3] = -3.0
    inner[length % 2 == 0] = -0.8
    inner[length % 4 == 0] = 0.3
    inner[length % 8 == 0] = 0.6
    return inner, at_end


def best_pieces(odds: TimeArray, evidence: TimeArray, grammar: Grammar, *, phrases: bool) -> list[Piece]:
    """The sequence of sections with the largest score.

    Parameters
    ----------
    odds
        Log-odds of a boundary before bar 1, 2, ... n - 1 (counted from 0), shape (n - 1,).
    evidence
        Log-score of each label in each bar, shape (n, labels).
    grammar
        Of the labels.
    phrases
        Whether spans are bars.

    Returns
    -------
    list of Piece
        They tile bars 0 to n - 1.
    """
    n, labels = evidence.shape
    sums = np.concatenate([np.zeros((1, labels)), np.cumsum(evidence, axis=0)])
    inner, at_end = length_scores(n, phrases=phrases)
    columns = np.arange(labels)
    # Best score of all that ends with a section of a label, before each bar; and of all that begins one there.
    ended = np.full((n + 1, labels), -math.inf)
    begun = np.full((n, labels), -math.inf)
    begun[0] = grammar.first
    starts = np.zeros((n + 1, labels), dtype=np.int64)
    parents = np.zeros((n, labels), dtype=np.int64)
    for bar in range(1, n + 1):
        first = max(0, bar - _MAX_BARS)
        lengths = bar - np.arange(first, bar)
        fit = at_end[lengths] if bar == n else inner[lengths]
        if first == 0:
            fit = np.concatenate([[at_end[bar]], fit[1:]])
        scores = begun[first:bar] - sums[first:bar] + fit[:, None]
        best = scores.argmax(axis=0)
        ended[bar] = scores[best, columns] + sums[bar]
        starts[bar] = first + best
        if bar < n:
            chains = ended[bar][:, None] + grammar.follows
            parents[bar] = chains.argmax(axis=0)
            begun[bar] = chains.max(axis=0) + odds[bar - 1]
    pieces = []
    stop, label = n, int((ended[n] + grammar.last).argmax())
    while stop > 0:
        start = int(starts[stop][label])
        pieces.append(Piece(start, stop, label))
        stop, label = start, int(parents[start][label]) if start > 0 else label
    return pieces[::-1]
