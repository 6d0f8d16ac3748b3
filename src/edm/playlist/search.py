"""Orders of a pool: a beam search, the greedy one it must not lose to, and their improvement place by place.

A state of the beam is a beginning of the list. A first beam ranks states by what they cost, then by the weakest
transition that they have or at best will have, then by the sum. A second one no longer uses transitions below the
weakest that the first one found, and ranks by cost and sum alone. Both look ahead by bounds: what the rest of the list
costs at least, and how strong its weakest transition and its sum are at best, as if tracks could come twice. That says
early which beginnings lead nowhere. Of states that hold the same tracks and end alike, one is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edm.model import FloatArray, TimeArray
from edm.playlist.bounds import Bounds
from edm.playlist.puzzle import Puzzle, merit
from edm.playlist.space import Rows

__all__ = ["BEAM", "best_order", "greedy_order", "improved", "search"]

BEAM = 32
"""States that are followed at once."""

# Successors of one state that may live.
_CHILDREN = 6
_ROUNDS = 8
# Of scores: what the weakest transition may lose for the sake of the others.
_ALIKE = 0.03
_TINY = 1e-7


@dataclass(slots=True)
class _States:
    orders: Rows
    costs: TimeArray
    weakest: FloatArray
    totals: FloatArray
    blocked: NDArray[np.bool_]
    counts: NDArray[np.int16]
    marks: NDArray[np.uint64]


def best_order(puzzle: Puzzle, fixed: Mapping[int, int], count: int, places: TimeArray | None) -> list[int]:
    """The best order that is found: of the beam's and the greedy search's, each improved.

    Parameters
    ----------
    fixed
        Rows of the pool by place; place 0 is among them.
    count
        Places; no more than the pool has different works.
    places
        Costs as `edm.playlist.puzzle.place_costs` gives them.
    """
    greedy = improved(puzzle, greedy_order(puzzle, fixed, count, places), fixed, places)
    beam = improved(puzzle, search(puzzle, fixed, count, places), fixed, places)
    best = max(greedy, beam, key=lambda order: _worth(puzzle, order, places))
    found, floor = merit(puzzle, best, places), merit(puzzle, greedy, places)
    # Nobody hears a hundredth: what the weakest may lose, all others may gain.
    least = max(found.weakest - _ALIKE, floor.weakest if floor.kept == found.kept else 0.0)
    smooth = improved(puzzle, search(puzzle, fixed, count, places, least=least), fixed, places, least=least)
    other = merit(puzzle, smooth, places)
    is_better = other.kept >= found.kept and other.weakest >= least - _TINY and other.total > found.total + _TINY
    return smooth if is_better else best


def greedy_order(puzzle: Puzzle, fixed: Mapping[int, int], count: int, places: TimeArray | None) -> list[int]:
    """Always the best next track that breaks the cheapest rules."""
    return _run(puzzle, fixed, count, places, width=1, bounds=None)


def search(
    puzzle: Puzzle,
    fixed: Mapping[int, int],
    count: int,
    places: TimeArray | None,
    *,
    width: int = BEAM,
    least: float | None = None,
) -> list[int]:
    """The best order that a beam finds.

    Parameters
    ----------
    least
        Seek the largest sum of transitions that are all at least this; None: seek the strongest weakest one.
    """
    bounds = Bounds(puzzle, fixed, count, places, least=least)
    return _run(puzzle, fixed, count, places, width=width, bounds=bounds)


def improved(
    puzzle: Puzzle,
    order: list[int],
    fixed: Mapping[int, int],
    places: TimeArray | None,
    *,
    least: float = np.inf,
) -> list[int]:
    """The order, with tracks replaced one by one as long as it becomes worth more.

    Parameters
    ----------
    least
        A weakest transition above it is worth no more.
    """
    order, worth = list(order), _worth(puzzle, order, places, least)
    for _ in range(_ROUNDS):
        before = worth
        for place in range(len(order)):
            if place in fixed:
                continue
            for row in _replacements(puzzle, order, place, places, least):
                changed = [*order[:place], row, *order[place + 1 :]]
                found = _worth(puzzle, changed, places, least)
                if found > worth:
                    order, worth = changed, found
                    break
        if worth == before:
            break
    return order


def _run(
    puzzle: Puzzle,
    fixed: Mapping[int, int],
    count: int,
    places: TimeArray | None,
    *,
    width: int,
    bounds: Bounds | None,
) -> list[int]:
    states = _first(puzzle, fixed)
    marks = np.random.default_rng(0).integers(1, 2**63, len(puzzle), dtype=np.uint64)
    for place in range(1, count):
        columns = np.array([fixed[place]]) if place in fixed else np.arange(len(puzzle))
        last = states.orders[:, -1]
        costs = states.costs[:, None] + puzzle.edge_costs[last][:, columns]
        costs += _artist_costs(puzzle, states, columns, place, fixed)
        if place not in fixed:
            costs += puzzle.track_costs[columns]
            costs[states.blocked] = np.inf
        if places is not None:
            costs += places[place, columns]
        edges = puzzle.scores[last][:, columns]
        weakest = np.minimum(states.weakest[:, None], edges)
        totals = states.totals[:, None] + edges
        if bounds is None:
            ranks = costs, weakest, totals
        else:
            ahead = bounds.after(place)
            # A transition that is too weak is a reason to look elsewhere, after all others.
            feared = costs + ahead.cost[columns] + (0.5 * (edges < bounds.least) if bounds.least else 0.0)
            hoped = np.minimum(weakest, ahead.weakest[columns]) if bounds.least is None else np.zeros_like(weakest)
            ranks = feared, hoped, totals + ahead.total[columns]
        parents, chosen = _survivors(*ranks, states.marks, marks[columns], width)
        rows = columns[chosen]
        states = _States(
            orders=np.concatenate([states.orders[parents], rows[:, None]], axis=1),
            costs=costs[parents, chosen],
            weakest=weakest[parents, chosen],
            totals=totals[parents, chosen],
            blocked=states.blocked[parents] | (puzzle.works[rows][:, None] == puzzle.works[None, :]),
            counts=states.counts[parents],
            marks=states.marks[parents] + marks[rows],
        )
        if place not in fixed:
            np.add.at(states.counts, (np.arange(len(rows))[:, None], puzzle.artists[rows]), 1)
            states.counts[:, -1] = 0
    orders: list[list[int]] = states.orders.tolist()
    return max(orders, key=lambda order: _worth(puzzle, order, places))


def _first(puzzle: Puzzle, fixed: Mapping[int, int]) -> _States:
    seeds = np.array([fixed[place] for place in sorted(fixed)], dtype=np.intp)
    counts = np.bincount(puzzle.artists[seeds].ravel(), minlength=puzzle.artist_count + 1).astype(np.int16)
    counts[-1] = 0
    return _States(
        orders=seeds[None, :1],
        costs=np.zeros(1),
        weakest=np.ones(1, dtype=np.float32),
        totals=np.zeros(1, dtype=np.float32),
        blocked=np.isin(puzzle.works, puzzle.works[seeds])[None, :],
        counts=counts[None, :],
        marks=np.zeros(1, dtype=np.uint64),
    )


def _artist_costs(puzzle: Puzzle, states: _States, columns: Rows, place: int, fixed: Mapping[int, int]) -> TimeArray:
    """Of spacing, and of too many tracks by one artist; shape (states, columns)."""
    close = np.zeros((len(states.orders), len(columns)), dtype=np.float64)
    for row in states.orders[:, max(place - puzzle.gap, 0) :].T if puzzle.gap else ():
        close += puzzle.shares_artist[row][:, columns]
    for ahead in range(place + 1, place + puzzle.gap + 1):
        if ahead in fixed and place not in fixed:
            close += puzzle.shares_artist[fixed[ahead], columns]
    close *= puzzle.costs["min_gap"]
    if puzzle.most is not None and place not in fixed:
        over = states.counts[:, puzzle.artists[columns]] >= puzzle.most
        # The column that fills up counts nothing.
        over &= puzzle.artists[columns] < puzzle.artist_count
        close += puzzle.costs["max_per_artist"] * over.sum(axis=2)
    return close


def _survivors(
    costs: TimeArray,
    hoped: FloatArray,
    totals: FloatArray,
    before: NDArray[np.uint64],
    marks: NDArray[np.uint64],
    width: int,
) -> tuple[Rows, Rows]:
    """Parent and column of the states that live, best first."""
    children = min(_CHILDREN if len(costs) > 1 and width > 1 else width, costs.shape[1])
    # Cheapest, then strongest: as one number, near enough to choose whom to look at.
    rough = -costs + np.clip(hoped, -1.0, 1.0) * 0.5 + totals * 1e-4
    if children < costs.shape[1]:
        columns = np.argpartition(-rough, children - 1, axis=1)[:, :children]
    else:
        columns = np.broadcast_to(np.arange(costs.shape[1]), costs.shape)
    parents = np.repeat(np.arange(len(costs)), columns.shape[1])
    chosen = columns.ravel()
    possible = np.isfinite(costs[parents, chosen])
    parents, chosen = parents[possible], chosen[possible]
    keys = (chosen, parents, -totals[parents, chosen], -hoped[parents, chosen], costs[parents, chosen])
    ordered = np.lexsort(keys)
    parents, chosen = parents[ordered], chosen[ordered]
    # The same tracks with the same last one go on alike.
    alike = np.stack([before[parents] + marks[chosen], marks[chosen]], axis=1)
    _, first = np.unique(alike, axis=0, return_index=True)
    kept = np.sort(first)[:width]
    return parents[kept], chosen[kept]


def _replacements(puzzle: Puzzle, order: list[int], place: int, places: TimeArray | None, least: float) -> list[int]:
    """Tracks that may be better at a place, the most promising first."""
    rows = np.array(order, dtype=np.intp)
    others = np.delete(rows, place)
    edges, costs = np.ones(len(puzzle), dtype=np.float32), puzzle.track_costs.copy()
    total = np.zeros(len(puzzle), dtype=np.float32)
    if place > 0:
        before = puzzle.scores[rows[place - 1]]
        edges, total = np.minimum(edges, before), total + before
        costs += puzzle.edge_costs[rows[place - 1]]
    if place + 1 < len(rows):
        after = puzzle.scores[:, rows[place + 1]]
        edges, total = np.minimum(edges, after), total + after
        costs += puzzle.edge_costs[:, rows[place + 1]]
    if places is not None:
        costs += places[place]
    near = rows[max(place - puzzle.gap, 0) : place + puzzle.gap + 1]
    near = near[near != rows[place]]
    costs += puzzle.costs["min_gap"] * puzzle.shares_artist[near].sum(axis=0)
    if puzzle.most is not None:
        counts = np.bincount(puzzle.artists[others].ravel(), minlength=puzzle.artist_count + 1)
        counts[-1] = 0
        costs += puzzle.costs["max_per_artist"] * (counts[puzzle.artists] >= puzzle.most).sum(axis=1)
    costs[np.isin(puzzle.works, puzzle.works[others])] = np.inf
    kept = puzzle.scores[rows[:-1], rows[1:]]
    elsewhere = np.delete(kept, [at for at in (place - 1, place) if 0 <= at < len(kept)]).min(initial=1.0)
    # Beyond the weakest of the others, only the sum matters.
    weakest = np.minimum(edges, min(elsewhere, least))
    best = np.lexsort((-total, -weakest, costs))[:2]
    return [int(row) for row in best if np.isfinite(costs[row]) and row != rows[place]]


def _worth(
    puzzle: Puzzle, order: list[int], places: TimeArray | None, least: float = np.inf
) -> tuple[float, float, float]:
    """Merit without the rounding of float32, so that what is equal is equal."""
    worth = merit(puzzle, order, places)
    return worth.kept, round(min(worth.weakest, least) / _TINY) * _TINY, round(worth.total / _TINY) * _TINY
