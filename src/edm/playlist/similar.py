"""The tracks nearest to one, found exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from edm.errors import InputError
from edm.model import FloatArray
from edm.playlist.scores import Weights, cross_scores, nearness_to, side
from edm.playlist.space import Rows, Space
from edm.playlist.transition import Transition, pair_scores, transitions

__all__ = ["SIMILAR_BY", "Neighbour", "SimilarBy", "similar"]

SimilarBy: TypeAlias = Literal["mix", "sonic", "genre", "transition"]
SIMILAR_BY: tuple[SimilarBy, ...] = get_args(SimilarBy)
"""``mix``: genre and sound by their weights; ``sonic``, ``genre``: one of them; ``transition``: what would follow."""

# Scores of float32 products differ by this much with the order of adding.
_ROUNDING = 1e-5
_BLOCK = 16384


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A track near another.

    Attributes
    ----------
    row
        Of the space.
    score
        0..1, by what was asked for.
    parts
        0..1: families of sound by name, ``sonic`` (these together) and, where the library has genres, ``genre``; of
        whole tracks, or for ``transition`` of the end and the start.
    transition
        From the track asked about to this one: pitch, key and energy.
    """

    row: int
    score: float
    parts: Mapping[str, float]
    transition: Transition

    @property
    def bpm_ratio(self) -> float | None:
        """Tempo of the track asked about over this one's, after halving or doubling; None where one is not known."""
        stretch = self.transition.stretch_pct
        return None if stretch is None else 1.0 + stretch / 100.0


def similar(
    space: Space, row: int, *, count: int = 20, by: SimilarBy = "mix", weights: Weights | None = None
) -> list[Neighbour]:
    """The nearest other tracks, best first; of equals, the first row first.

    Parameters
    ----------
    row
        The track asked about.
    count
        How many; fewer in a smaller library.

    Raises
    ------
    InputError
        If there is no such track or no such way to compare, and for genres in a library without any.
    """
    if by not in SIMILAR_BY:
        raise InputError(f"tracks are not compared by {by!r}", hint=f"one of {', '.join(SIMILAR_BY)}")
    if count < 1:
        raise InputError(f"{count} tracks cannot be listed: it must be 1 or more")
    space.check_row(row)
    if by == "genre" and not space.genre[row].any():
        what = "this track has no genres" if space.has_genres else "the library has no genres"
        raise InputError(what, hint="edm genres finds them; edm artifacts then takes them up")
    asked = weights or Weights()
    if by == "sonic":
        asked = Weights(genre=0.0, sonic=1.0, tempo=0.0, key=0.0, energy=0.0)
    elif by == "genre":
        asked = Weights(genre=1.0, sonic=0.0, tempo=0.0, key=0.0, energy=0.0)
    elif by == "mix":
        asked = Weights(asked.genre, asked.sonic, 0.0, 0.0, 0.0)
    used = asked.of(space)
    here = np.array([row], dtype=np.intp)
    scores = (
        _following(space, used, here) if by == "transition" else nearness_to(space, used, side(space, here, "full"))[0]
    )
    rows = _candidates(scores, row, count)
    parts = ("end", "start") if by == "transition" else ("full", "full")
    pairs = pair_scores(space, used, side(space, np.repeat(here, len(rows)), parts[0]), side(space, rows, parts[1]))
    # Pairs are computed alike for every row, so that equals are equal whatever block they came from.
    best = np.lexsort((rows, -pairs.score))[:count]
    shown = (*space.families, "sonic", *(("genre",) if space.has_genres else ()))
    found = rows[best].tolist()
    return [
        Neighbour(
            row=number,
            score=float(pairs.score[place]),
            parts={name: float(pairs.parts[name][place]) for name in shown},
            transition=edge,
        )
        for number, place, edge in zip(
            found, best.tolist(), transitions(space, [row] * len(found), found, weights=weights), strict=True
        )
    ]


def _following(space: Space, weights: Weights, here: Rows) -> FloatArray:
    out = np.empty(len(space), dtype=np.float32)
    first = side(space, here, "end")
    for start in range(0, len(space), _BLOCK):
        rows = slice(start, start + _BLOCK)
        out[rows] = cross_scores(space, weights, first, side(space, rows, "start"))[0][0]
    return out


def _candidates(scores: FloatArray, row: int, count: int) -> Rows:
    """Rows that are among the best, rounding aside; increasing."""
    scores[row] = -np.inf
    if count >= len(scores) - 1:
        rows = np.arange(len(scores))
        others: Rows = rows[rows != row]
        return others
    least = np.partition(scores, -count)[-count] - _ROUNDING
    found: Rows = np.flatnonzero(scores >= least)
    return found
