"""What a list can still become: bounds of the rest of it, for each track at each place.

They are found backwards, from the next place where something waits (a fixed track, the end), as if tracks and artists
could come as often as they like: no rest of a list is cheaper, or stronger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edm.model import FloatArray, TimeArray
from edm.playlist.puzzle import Puzzle

__all__ = ["Ahead", "Bounds"]

# Places looked ahead where nothing waits at the end.
_AHEAD = 4
# Pairs of tracks times places: about a second. Longer lists look ahead less far.
_MOST_WORK = 1.5e8


@dataclass(frozen=True, slots=True)
class Ahead:
    """Of what comes after each track, shape (p,): least cost, strongest weakest transition, largest sum."""

    cost: FloatArray
    weakest: FloatArray
    total: FloatArray


class Bounds:
    """Bounds for one search.

    Parameters
    ----------
    fixed
        Rows of the pool by place.
    count
        Places.
    places
        Costs of tracks at places, or None.
    least
        Transitions below it cost a half each, and sums are bounded; None: weakest transitions are.
    """

    def __init__(
        self,
        puzzle: Puzzle,
        fixed: Mapping[int, int],
        count: int,
        places: TimeArray | None,
        *,
        least: float | None = None,
    ) -> None:
        self.least = least
        costs = puzzle.edge_costs + puzzle.track_costs[None, :]
        if least is not None:
            costs = costs + 0.5 * (puzzle.scores < least)
        # Bounds guide and decide nothing: single precision is enough.
        self._costs = costs.astype(np.float32)
        np.fill_diagonal(self._costs, np.inf)
        # A transition that breaks a rule is worse than any that does not.
        self._worth = np.where(puzzle.edge_costs > 0, puzzle.scores - 1.0, puzzle.scores).astype(np.float32)
        self._fixed, self._last, self._places = fixed, count - 1, places
        self._none = Ahead(*(np.full(len(puzzle), value, dtype=np.float32) for value in (0.0, 1.0, 0.0)))
        self._furthest = max(int(_MOST_WORK / len(puzzle) ** 2), _AHEAD)
        self._known: dict[tuple[int, int], Ahead] = {}

    def after(self, place: int) -> Ahead:
        """Bounds of what comes after each track, where it stands at a place."""
        stop = min((ahead for ahead in self._fixed if ahead > place), default=self._last)
        if self._is_free(stop):
            return self._between(place, min(stop, place + _AHEAD))
        start = max(stop - self._furthest, place)
        # Found from the end on, one place after the other, not by calls within calls.
        for at in range(stop, start, -1):
            self._between(at, stop)
        return self._between(place, stop) if start == place else self._none

    def _is_free(self, stop: int) -> bool:
        """Whether only the distance to a place matters."""
        return self._places is None and stop not in self._fixed

    def _between(self, place: int, stop: int) -> Ahead:
        if place >= stop:
            return self._none
        key = (stop - place, -1) if self._is_free(stop) else (place, stop)
        if key not in self._known:
            self._known[key] = self._step(place, stop)
        return self._known[key]

    def _step(self, place: int, stop: int) -> Ahead:
        later = self._between(place + 1, stop)
        if place + 1 in self._fixed:
            row = self._fixed[place + 1]
            return Ahead(
                self._costs[:, row] + later.cost[row],
                np.minimum(self._worth[:, row], later.weakest[row]),
                self._worth[:, row] + later.total[row],
            )
        cost = later.cost if self._places is None else later.cost + self._places[place + 1].astype(np.float32)
        cheapest = (self._costs + cost).min(axis=1)
        if self.least is not None:
            return Ahead(cheapest, self._none.weakest, (self._worth + later.total).max(axis=1))
        return Ahead(cheapest, np.minimum(self._worth, later.weakest).max(axis=1), self._none.total)
