"""Sections where labels do not tell them: the changes of the arrangement, about as many as is usual.

How far edges stand out differs from track to track more than the number of sections does. So the odds of all edges
are raised or lowered together until there are about as many sections as a track of that length has. Large moves cost:
a track without any changes stays in one piece, and one full of them is cut more often than others.
"""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.decoding import Grammar, Piece, best_pieces
from edm.model import TimeArray

__all__ = ["CHANGE_ODDS", "change_pieces"]

CHANGE_ODDS = 1.2
"""Log-odds by which an edge is more of a boundary where sections are changes of arrangement."""

_USUAL_BARS = 12  # of a section; 8 to 9 in twenty real arrangements, where one change in four is not heard
_COUNT_WEIGHT = 6.0  # twice the usual number weighs as much as 1.7 log-odds
_FARTHEST, _STEP = 1.5, 0.1  # log-odds
_ONE_LABEL = Grammar(np.zeros(1), np.zeros(1), np.zeros((1, 1)))


def change_pieces(odds: TimeArray, *, phrases: bool) -> list[Piece]:
    """The best sequence of sections of one label.

    Parameters
    ----------
    odds
        Log-odds of a boundary before bar 1, 2, ... n - 1 (counted from 0), shape (n - 1,).
    phrases
        Whether spans are bars.

    Returns
    -------
    list of Piece
        They tile bars 0 to n - 1.
    """
    nothing = np.zeros((len(odds) + 1, 1))
    usual = (len(odds) + 1) / _USUAL_BARS
    steps = np.arange(-_FARTHEST, _FARTHEST + _STEP / 2, _STEP)
    choices: dict[float, list[Piece]] = {}
    # Of two that cost the same, the one that moves the odds least.
    for step in sorted(steps, key=abs):
        pieces = best_pieces(odds + CHANGE_ODDS + step, nothing, _ONE_LABEL, phrases=phrases)
        cost = step**2 + _COUNT_WEIGHT * np.log((len(pieces) - 0.5) / usual) ** 2
        choices.setdefault(float(cost), pieces)
    return choices[min(choices)]
