"""A pool of tracks and the rules between them, as arrays: what a search puts an order into.

An order is a row of the pool for each place. It is judged by three numbers, in this order: what the rules it breaks
cost, its weakest transition, the sum of its transitions. A rule costs more than dozens of breaks of those that give way
before it, so that the first of `edm.playlist.request.GIVES_WAY` gives way first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edm.model import FloatArray, TimeArray
from edm.playlist.arcs import bpm_steps, energy_steps
from edm.playlist.edge_rules import broken_edges
from edm.playlist.names import artist_keys, base_title
from edm.playlist.pool import Levels, Pool
from edm.playlist.request import Rule, Rules
from edm.playlist.scores import Weights, cross_scores, side
from edm.playlist.space import Rows, Space

__all__ = ["Merit", "Puzzle", "costs_of", "make_puzzle", "merit", "place_costs"]

# A dearer rule is worth this many breaks of the next cheaper one.
_BASE = 32.0

_ROWS = 512


class Merit(NamedTuple):
    """What an order is worth; the larger the better."""

    kept: float
    weakest: float
    total: float


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Shape (p, …): all tracks of a pool.

    Attributes
    ----------
    costs
        Of one break of each rule.
    scores
        Shape (p, p), of the transition from row to column.
    edge_costs
        Shape (p, p), of the rules that it breaks.
    track_costs
        Shape (p,), of a track anywhere.
    works
        Shape (p,): tracks with one number are versions of one title.
    artists
        Shape (p, a): numbers of the artists in the credits; `artist_count` fills up.
    artist_count
        Artists there are.
    shares_artist
        Shape (p, p).
    gap, most
        Rules: other tracks between two of one artist; tracks of one artist.
    """

    costs: Mapping[Rule, float]
    scores: FloatArray
    edge_costs: TimeArray
    track_costs: TimeArray
    works: Rows
    artists: Rows
    artist_count: int
    shares_artist: NDArray[np.bool_]
    gap: int
    most: int | None

    def __len__(self) -> int:
        return len(self.scores)


def costs_of(rules: Rules) -> dict[Rule, float]:
    """What one break of each rule costs, the cheapest first."""
    return {rule: _BASE**place for place, rule in enumerate(rules.gives_way)}


def make_puzzle(space: Space, pool: Pool, *, rules: Rules, weights: Weights, levels: Levels) -> Puzzle:
    """The arrays of a pool; `weights` as `Weights.of` gives them."""
    p, costs = len(pool.rows), costs_of(rules)
    scores, edge_costs = np.empty((p, p), dtype=np.float32), np.zeros((p, p))
    ends, starts = side(space, pool.rows, "end"), side(space, pool.rows, "start")
    for start in range(0, p, _ROWS):
        rows = np.arange(start, min(start + _ROWS, p))
        found, tempo, relations = cross_scores(space, weights, ends.take(rows), starts)
        scores[rows] = found
        for rule, broken in broken_edges(found, tempo, relations, rules=rules, levels=levels).items():
            # The strongest weakest transition is sought anyway: the floor says what was hoped for.
            if rule != "floor":
                edge_costs[rows] += costs[rule] * broken
    texts = [(space.artists[row], space.titles[row]) for row in pool.rows.tolist()]
    credits = [artist_keys(artist, title, aliases=rules.aliases) for artist, title in texts]
    artists, count = _artist_numbers(credits)
    return Puzzle(
        costs=costs,
        scores=scores,
        edge_costs=edge_costs,
        track_costs=costs["mode"] * pool.outside.astype(np.float64),
        works=_works(credits, [title for _, title in texts], space.full[pool.rows]),
        artists=artists,
        artist_count=count,
        shares_artist=_shares(artists, count),
        gap=rules.min_gap,
        most=rules.max_per_artist,
    )


def place_costs(
    space: Space, rows: Rows, targets: Mapping[str, TimeArray], count: int, *, rules: Rules
) -> TimeArray | None:
    """What a track costs at each place, shape (count, p); None where no arc is asked for.

    The farther off, the more: where no track keeps to an arc, the nearest does.
    """
    if not targets:
        return None
    found, costs = np.zeros((count, len(rows))), costs_of(rules)
    if "bpm" in targets:
        found += costs["bpm_arc"] * bpm_steps(space.bpm[rows][None, :], targets["bpm"][:, None])
    if "energy" in targets:
        found += costs["energy_arc"] * energy_steps(space.energy[rows][None, :], targets["energy"][:, None])
    return found


def merit(puzzle: Puzzle, order: Sequence[int], places: TimeArray | None) -> Merit:
    """What an order is worth. Of one track, the weakest transition is a perfect one."""
    rows = np.array(order, dtype=np.intp)
    edges = puzzle.scores[rows[:-1], rows[1:]].astype(np.float64)
    cost = puzzle.edge_costs[rows[:-1], rows[1:]].sum() + puzzle.track_costs[rows].sum()
    if places is not None:
        cost += places[np.arange(len(rows)), rows].sum()
    cost += puzzle.costs["min_gap"] * _too_close(puzzle, rows)
    if puzzle.most is not None:
        counts = np.bincount(puzzle.artists[rows].ravel(), minlength=puzzle.artist_count + 1)[:-1]
        cost += puzzle.costs["max_per_artist"] * np.maximum(counts - puzzle.most, 0).sum()
    return Merit(-float(cost), float(edges.min(initial=1.0)), float(edges.sum()))


def _too_close(puzzle: Puzzle, rows: Rows) -> int:
    return sum(
        int(puzzle.shares_artist[rows[:-apart], rows[apart:]].sum())
        for apart in range(1, min(puzzle.gap, len(rows) - 1) + 1)
    )


def _artist_numbers(credits: Sequence[frozenset[str]]) -> tuple[Rows, int]:
    numbers: dict[str, int] = {}
    for keys in credits:
        for key in sorted(keys):
            numbers.setdefault(key, len(numbers))
    width = max((len(keys) for keys in credits), default=0) or 1
    artists = np.full((len(credits), width), len(numbers), dtype=np.intp)
    for row, keys in enumerate(credits):
        artists[row, : len(keys)] = sorted(numbers[key] for key in keys)
    return artists, len(numbers)


def _shares(artists: Rows, count: int) -> NDArray[np.bool_]:
    from scipy.sparse import csr_array

    p, width = artists.shape
    ones = np.ones(p * width, dtype=np.int32)
    credits = csr_array((ones, (np.repeat(np.arange(p), width), artists.ravel())), shape=(p, count + 1))
    known = credits[:, :count]
    shared: NDArray[np.bool_] = (known @ known.T).toarray() > 0
    return shared


def _works(credits: Sequence[frozenset[str]], titles: Sequence[str], full: FloatArray) -> Rows:
    """A number for each track: one for versions of a title by an artist, and for a recording under two names."""
    first: dict[tuple[str, object], int] = {}
    parents = list(range(len(titles)))

    def root(row: int) -> int:
        while parents[row] != row:
            row = parents[row]
        return row

    for row, (keys, title) in enumerate(zip(credits, titles, strict=True)):
        base = base_title(title)
        marks: list[tuple[str, object]] = [(base, key) for key in sorted(keys)] if base else []
        if full[row].any():
            marks.append(("", full[row].tobytes()))
        for mark in marks:
            other = first.setdefault(mark, row)
            low, high = sorted((root(row), root(other)))
            parents[high] = low
    return np.array([root(row) for row in range(len(titles))], dtype=np.intp)
