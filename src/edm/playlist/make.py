"""Seeds and a request in, an order of tracks with reasons out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Literal

import numpy as np

from edm.errors import InputError
from edm.model import TimeArray
from edm.playlist.arcs import Arc, arc_targets
from edm.playlist.pool import Levels, Pool, drawn_levels, find_pool
from edm.playlist.puzzle import Puzzle, make_puzzle, place_costs
from edm.playlist.relaxed import Relaxed, broken_rules, credits_of
from edm.playlist.request import MOST_TRACKS, Request
from edm.playlist.scores import Weights, cross_scores, side
from edm.playlist.search import best_order
from edm.playlist.space import Space
from edm.playlist.transition import Transition, transitions

__all__ = ["Playlist", "Summary", "make_playlist"]

# Up to here all orders of seeds are tried: 5040.
_ALL_ORDERS = 7
# Lists that are tried until one is as long as asked, in minutes.
_LENGTHS = 4


@dataclass(frozen=True, slots=True)
class Summary:
    """A playlist in numbers.

    Attributes
    ----------
    tracks
        In the list.
    minutes
        Of the tracks whose length is known.
    mean, weakest, percentile_10
        Scores of the transitions, 0..1; None of a single track.
    artists
        Different ones, collaborators counted each.
    bpm_arc, energy_arc
        Share of the places that are what the arc asks for, 0..1; None where none was asked for.
    levels
        What the mode meant in this library.
    eligible
        Tracks that the limits of tempo and length let in, seeds included.
    """

    tracks: int
    minutes: float
    mean: float | None
    weakest: float | None
    percentile_10: float | None
    artists: int
    bpm_arc: float | None
    energy_arc: float | None
    levels: Levels
    eligible: int


@dataclass(frozen=True, slots=True)
class Playlist:
    """An order of tracks.

    Attributes
    ----------
    order
        Rows of the space.
    seeds
        Places of the seeds.
    edges
        The transition from each track to the next.
    relaxed
        Every rule that is not kept, where, and why; empty if all are.
    summary
        In numbers.
    """

    order: tuple[int, ...]
    seeds: tuple[int, ...]
    edges: tuple[Transition, ...]
    relaxed: tuple[Relaxed, ...]
    summary: Summary


def make_playlist(space: Space, seeds: Sequence[int], request: Request) -> Playlist:
    """The playlist that leads from the first seed through all others.

    Seeds stand at even distances, the first at the beginning, and the last at the end if there are several. They are
    played whatever the rules say; what they break is reported.

    Parameters
    ----------
    seeds
        Rows, at least one; one that comes twice counts once.

    Raises
    ------
    InputError
        Without a seed, for a row that is none, and for more seeds than tracks.
    """
    fixed_rows = list(dict.fromkeys(seeds))
    if not fixed_rows:
        raise InputError("a playlist needs a track to begin with")
    for row in fixed_rows:
        space.check_row(row)
    if request.count is not None and len(fixed_rows) > request.count:
        raise InputError(f"{len(fixed_rows)} seeds do not fit into {request.count} tracks")
    weights = request.weights.of(space)
    if request.reorder:
        fixed_rows = _reordered(space, fixed_rows, weights)
    levels = drawn_levels(space, weights, request.rules, seed=request.seed)
    count = _first_count(space, request, len(fixed_rows))
    pool = find_pool(
        space,
        fixed_rows,
        count,
        rules=request.rules,
        weights=weights,
        levels=levels,
        targets=_bridge(space, fixed_rows, count, request) | _targets(space, fixed_rows, request, count),
    )
    puzzle = make_puzzle(space, pool, rules=request.rules, weights=weights, levels=levels)
    order, places = _sought(space, puzzle, pool, fixed_rows, request, count)
    rows = [int(pool.rows[row]) for row in order]
    targets = _targets(space, fixed_rows, request, len(rows))
    edges = transitions(space, rows[:-1], rows[1:], weights=request.weights)
    relaxed = broken_rules(
        space, puzzle, pool, order, edges, seeds=places, request=request, levels=levels, targets=targets
    )
    scores = [edge.score for edge in edges]
    return Playlist(
        order=tuple(rows),
        seeds=places,
        edges=tuple(edges),
        relaxed=relaxed,
        summary=Summary(
            tracks=len(rows),
            minutes=_minutes(space, rows),
            mean=float(np.mean(scores)) if scores else None,
            weakest=min(scores, default=None),
            percentile_10=float(np.quantile(scores, 0.1)) if scores else None,
            artists=len(credits_of(space, rows, request.rules)),
            bpm_arc=_reached(relaxed, "bpm_arc", targets.get("bpm"), len(rows), request.rules.bpm_arc),
            energy_arc=_reached(relaxed, "energy_arc", targets.get("energy"), len(rows), request.rules.energy_arc),
            levels=levels,
            eligible=pool.eligible,
        ),
    )


def _sought(
    space: Space, puzzle: Puzzle, pool: Pool, seeds: list[int], request: Request, count: int
) -> tuple[list[int], tuple[int, ...]]:
    """Order within the pool, and the places of the seeds; of several lengths, the one nearest to the minutes."""
    fits = len(seeds) + len(set(puzzle.works.tolist()) - set(puzzle.works[: len(seeds)].tolist()))
    most = min(request.count or MOST_TRACKS, fits)
    count, tried = min(count, fits), dict[int, tuple[float, list[int]]]()
    for _ in range(_LENGTHS if request.minutes is not None else 1):
        fixed = _fixed(len(seeds), count)
        costs = place_costs(space, pool.rows, _targets(space, seeds, request, count), count, rules=request.rules)
        order = best_order(puzzle, fixed, count, costs)
        if request.minutes is None:
            return order, tuple(sorted(fixed))
        length = _minutes(space, [int(pool.rows[row]) for row in order])
        tried[count] = (abs(length - request.minutes), order)
        each = length / count or 1.0
        count = max(len(seeds), min(count + round((request.minutes - length) / each), most))
        if count in tried:
            break
    best = min(tried, key=lambda length: (tried[length][0], length))
    return tried[best][1], tuple(sorted(_fixed(len(seeds), best)))


def _fixed(seeds: int, count: int) -> dict[int, int]:
    """Rows of the pool, in which seeds stand first, by place."""
    if seeds == 1:
        return {0: 0}
    return {round(place): row for row, place in enumerate(np.linspace(0, count - 1, seeds).tolist())}


def _first_count(space: Space, request: Request, seeds: int) -> int:
    counts = [] if request.count is None else [request.count]
    if request.minutes is not None:
        known = space.duration_s[np.isfinite(space.duration_s)]
        least, most = request.rules.duration_range_s
        known = known[(known >= least) & (known <= most)]
        # Without lengths, of the usual one.
        middle = float(np.median(known)) if len(known) else 240.0
        counts.append(round(60.0 * request.minutes / max(middle, 1.0)))
    return max(seeds, 1, min(*counts, MOST_TRACKS))


def _targets(space: Space, seeds: list[int], request: Request, count: int) -> dict[str, TimeArray]:
    """What arcs ask of each place, by quantity."""
    found: dict[str, TimeArray] = {}
    asked: tuple[tuple[Literal["bpm", "energy"], Arc | None, TimeArray], ...] = (
        ("bpm", request.rules.bpm_arc, space.bpm),
        ("energy", request.rules.energy_arc, space.energy),
    )
    for quantity, arc, values in asked:
        if arc is not None:
            first, last = float(values[seeds[0]]), float(values[seeds[-1]]) if len(seeds) > 1 else math.nan
            if not math.isfinite(first):
                # A seed without a value begins where most of the library is.
                known = values[np.isfinite(values)]
                first = float(np.median(known)) if len(known) else math.nan
            found[quantity] = arc_targets(arc, count, quantity, first=first, last=last)
    return found


def _bridge(space: Space, seeds: list[int], count: int, request: Request) -> dict[str, TimeArray]:
    """Tempos on the way from seed to seed, where these are too far apart to follow each other."""
    most = request.rules.max_stretch_pct
    octaves = np.log2(space.bpm[np.array(seeds, dtype=np.intp)])
    if len(seeds) < 2 or most is None or not np.isfinite(octaves).all():
        return {}
    for place in range(1, len(octaves)):
        # The shortest way may lead to half or double the tempo.
        octaves[place] -= np.clip(np.rint(octaves[place] - octaves[place - 1]), -1, 1)
    if np.abs(np.diff(octaves)).max() <= np.log2(1 + most / 100):
        return {}
    return {"bpm": np.exp2(np.interp(np.arange(count), np.linspace(0, count - 1, len(seeds)), octaves))}


def _reordered(space: Space, seeds: list[int], weights: Weights) -> list[int]:
    """Seeds in the order of the best direct transitions; the first stays where more than a few are sorted."""
    rows = np.array(seeds, dtype=np.intp)
    scores = cross_scores(space, weights, side(space, rows, "end"), side(space, rows, "start"))[0]

    def worth(order: Sequence[int]) -> tuple[float, float]:
        edges = [float(scores[a, b]) for a, b in pairwise(order)]
        return round(min(edges, default=1.0), 6), round(sum(edges), 6)

    if len(seeds) <= _ALL_ORDERS:
        return [seeds[place] for place in max(permutations(range(len(seeds))), key=worth)]
    order, left = [0], set(range(1, len(seeds)))
    while left:
        order.append(max(left, key=lambda place: (float(scores[order[-1], place]), -place)))
        left.discard(order[-1])
    return [seeds[place] for place in order]


def _minutes(space: Space, rows: list[int]) -> float:
    return float(np.nansum(space.duration_s[np.array(rows, dtype=np.intp)])) / 60.0


def _reached(
    relaxed: Sequence[Relaxed], rule: str, targets: TimeArray | None, count: int, arc: Arc | None
) -> float | None:
    if arc is None or targets is None:
        return None
    missed = sum(len(entry.places) for entry in relaxed if entry.rule == rule)
    return 1.0 - missed / count
