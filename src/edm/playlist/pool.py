"""The tracks a playlist is sought among: of a whole library, those that seeds lead to.

First every track is measured once against the seeds and the points half way between them. The nearest that the limits
let in make the *field*, a few thousand. From the seeds, the best successors in the field are followed, and theirs,
round by round, until the *pool* is full. Where an arc is asked for, both have their share from every stretch of it.

The library's own distribution, of pairs drawn at random, says what near and smooth mean here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edm.model import FloatArray, TimeArray
from edm.playlist.arcs import near_bpm, near_energy
from edm.playlist.edge_rules import broken_edges
from edm.playlist.names import is_nobody
from edm.playlist.request import MODES, Rules
from edm.playlist.scores import Side, Weights, cross_scores, nearness_to, side
from edm.playlist.space import Rows, Space, unit_families
from edm.playlist.transition import pair_scores

__all__ = ["Levels", "Pool", "beyond", "drawn_levels", "eligible", "find_pool", "nearness"]

_PAIRS = 2048
_FIELD = 8192
_POOL = 1024
_MOST_POOL = 3072
# Tracks of the pool for each of the playlist.
_PER_TRACK = 5
# So many more are looked at where few of one artist are taken.
_WIDER = 8
# Tracks followed at once, successors taken of each, and stretches of an arc.
_BATCH, _SUCCESSORS, _STRETCHES = 64, 8, 12
# Tracks there should be in reach for each of the playlist, or it is no choice.
_CHOICE = 3
# Sums of float32 differ by this much with their order.
_SLACK = 1e-5
# Of one artist in the pool, for each that the playlist may have; and how much room all artists together leave there for
# each track of the list, which makes it fewer for long lists.
_PER_ARTIST, _ROOM = 16, 1.25


@dataclass(frozen=True, slots=True)
class Levels:
    """What a mode means in this library, 0..1 each: least and most nearness to a seed, least score of a transition."""

    reach: float
    too_near: float
    floor: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Tracks to choose from.

    Attributes
    ----------
    rows
        Of the space, seeds first, in their order.
    beyond
        1 for each that is out of the mode's limits; seeds are not.
    outside
        The same of limits that are wide enough to leave a choice, which is what a search keeps to.
    eligible
        How many tracks of the library passed the limits of tempo and length.
    """

    rows: Rows
    beyond: NDArray[np.int8]
    outside: NDArray[np.int8]
    eligible: int


def drawn_levels(space: Space, weights: Weights, rules: Rules, *, seed: int) -> Levels:
    """The quantiles of a mode, in pairs drawn from the library; without pairs, limits that let all pass."""
    n = len(space)
    if n < 2:
        return Levels(0.0, 1.0, 0.0)
    rng = np.random.default_rng(seed)
    first = rng.integers(0, n, _PAIRS)
    # Never a track with itself.
    second = (first + rng.integers(1, n, _PAIRS)) % n
    limits = MODES[rules.mode]
    near = _only_content(weights)
    whole = pair_scores(space, near, side(space, first, "full"), side(space, second, "full")).score
    edges = pair_scores(space, weights, side(space, first, "end"), side(space, second, "start")).score
    too_near = float(np.quantile(whole, limits.too_near)) if limits.too_near < 1.0 else 1.0
    return Levels(float(np.quantile(whole, limits.reach)), too_near, float(np.quantile(edges, limits.floor)))


def eligible(space: Space, rules: Rules) -> NDArray[np.bool_]:
    """Which tracks the limits of tempo and length let in, shape (n,)."""
    least, most = rules.duration_range_s
    passes = np.isnan(space.duration_s) | ((space.duration_s >= least) & (space.duration_s <= most))
    if rules.bpm_range is not None:
        low, high = rules.bpm_range
        passes &= (space.bpm >= low) & (space.bpm <= high)
    return np.asarray(passes, dtype=np.bool_)


def find_pool(
    space: Space,
    seeds: list[int],
    count: int,
    *,
    rules: Rules,
    weights: Weights,
    levels: Levels,
    targets: dict[str, TimeArray],
) -> Pool:
    """The pool for a playlist of `count` tracks.

    Parameters
    ----------
    seeds
        Rows; let in whatever the limits say.
    weights
        As `Weights.of` gives them.
    targets
        What arcs ask of each place, by ``bpm`` and ``energy``, or where a bridge leads.
    """
    size = min(max(_POOL, _PER_TRACK * count), _MOST_POOL)
    near = nearness(space, seeds, weights)
    strictly = beyond(near, levels)
    passes = eligible(space, rules)
    passes[seeds] = False
    allowed = int(passes.sum())
    stretches = _stretches(space, targets)
    each = _tracks_each(rules, size, count)
    order = _ordered(space, near, strictly, passes, max(_FIELD, 2 * size), stretches, each)
    outside = beyond(near, _widened(space, near, order, rules, levels, _CHOICE * count))
    if len(order) > size:
        order = _thinned(space, order, each.whole, size)
    chosen = order
    if len(order) > size:
        chosen = _Followed(space, seeds, order, outside[order], rules, weights, levels).best(size, stretches, each)
    rows = np.concatenate([np.array(seeds, dtype=np.intp), np.sort(chosen)])
    strictly[seeds] = outside[seeds] = 0
    return Pool(rows, strictly[rows], outside[rows], allowed + len(seeds))


def _widened(space: Space, near: FloatArray, order: Rows, rules: Rules, levels: Levels, wanted: int) -> Levels:
    """Levels with a reach that leaves a choice: `wanted` tracks, of each artist no more than can be played."""
    most = rules.max_per_artist or wanted
    counts, found = dict[str, int](), 0
    for row in order[np.argsort(-near[order], kind="stable")].tolist():
        if near[row] > levels.too_near:
            continue
        name = space.artists[row]
        counts[name] = counts.get(name, 0) + 1
        found += counts[name] <= most or is_nobody(name)
        if found >= wanted:
            return replace(levels, reach=min(levels.reach, float(near[row])))
    # All there is does not make a choice.
    return replace(levels, reach=0.0, too_near=1.0)


def nearness(space: Space, seeds: list[int], weights: Weights) -> FloatArray:
    """How near each track is to the nearest seed or point half way between two, shape (n,), 0..1."""
    near: FloatArray = nearness_to(space, _only_content(weights), _anchors(space, seeds)).max(axis=0)
    return near


def beyond(near: FloatArray, levels: Levels) -> NDArray[np.int8]:
    """1 for tracks that are too far, or too near, for a mode; else 0."""
    return np.asarray((near < levels.reach - _SLACK) | (near > levels.too_near + _SLACK), dtype=np.int8)


def _only_content(weights: Weights) -> Weights:
    return Weights(weights.genre, weights.sonic, 0.0, 0.0, 0.0)


def _anchors(space: Space, seeds: list[int]) -> Side:
    """The seeds, and the points half way from each to the next."""
    asked = side(space, np.array(seeds, dtype=np.intp), "full")
    if len(seeds) < 2:
        return asked
    between = unit_families(space, asked.sound[:-1] + asked.sound[1:])
    genre = asked.genre[:-1] + asked.genre[1:]
    lengths = np.linalg.norm(genre, axis=1, keepdims=True)
    genre = np.divide(genre, lengths, out=np.zeros_like(genre), where=lengths > 0)
    both = asked.has_genre[:-1] & asked.has_genre[1:]
    first = asked.take(np.arange(len(seeds) - 1))
    return Side(
        np.concatenate([asked.sound, between]),
        np.concatenate([asked.genre, genre]),
        np.concatenate([asked.has_genre, both]),
        *(np.concatenate([getattr(asked, name), getattr(first, name)]) for name in Side.__slots__[3:]),
    )


def _stretches(space: Space, targets: dict[str, TimeArray]) -> list[NDArray[np.bool_]]:
    """Which tracks fit each stretch of the arcs; none without arcs."""
    asked = {name: values for name, values in targets.items() if np.isfinite(values).all()}
    if not asked:
        return []
    count = len(next(iter(asked.values())))
    places = np.unique(np.linspace(0, count - 1, min(_STRETCHES, count)).round().astype(int))
    fits: list[NDArray[np.bool_]] = []
    for place in places.tolist():
        fit = np.ones(len(space), dtype=np.bool_)
        if "bpm" in asked:
            fit &= near_bpm(space.bpm, asked["bpm"][place])
        if "energy" in asked:
            fit &= near_energy(space.energy, asked["energy"][place])
        fits.append(fit)
    return fits


class _Each(NamedTuple):
    """Tracks of one artist in the pool, and in its share for stretches of an arc; None for any number."""

    whole: int | None
    stretch: int | None


def _tracks_each(rules: Rules, size: int, count: int) -> _Each:
    """So many that the pool has room for the list, however few artists are near."""
    most = rules.max_per_artist
    if most is None:
        return _Each(None, None)
    # All stretches together have half of the pool, and some have less than their part of it.
    found = [max(min(int(share * size * most / (_ROOM * count)), _PER_ARTIST * most), most) for share in (1.0, 0.4)]
    return _Each(*found)


def _ordered(
    space: Space,
    near: FloatArray,
    beyond: NDArray[np.int8],
    passes: NDArray[np.bool_],
    size: int,
    stretches: list[NDArray[np.bool_]],
    each: _Each,
) -> Rows:
    """The best of the library, best first, with a share for each stretch."""
    worth = near - 2.0 * beyond
    worth[~passes] = -np.inf
    share = size // (2 * len(stretches)) if stretches else 0
    fitting = [_best(np.where(fit, worth, -np.inf), share * _WIDER) for fit in stretches]
    # Where few of one artist are taken, there must be more to take from.
    wider = 1 if each.whole is None or each.whole > _FIELD // _POOL else _WIDER
    best = _thinned(space, _best(worth, size * wider), each.whole, size) if wider > 1 else _best(worth, size)
    return _unique(np.concatenate([_shares(space, fitting, each.stretch, share), best]))[:size]


def _best(worth: FloatArray, count: int) -> Rows:
    """The best, best first; of equals the first row; none that is ruled out."""
    count = min(count, len(worth))
    if not count:
        return np.zeros(0, dtype=np.intp)
    least = np.partition(worth, -count)[-count]
    rows = np.flatnonzero(worth >= max(least, np.finfo(worth.dtype).min))
    return rows[np.lexsort((rows, -worth[rows]))][:count]


def _shares(space: Space, fitting: list[Rows], most: int | None, share: int) -> Rows:
    """The first of each stretch, then the second of each, and so on; each track for one stretch.

    No more than `most` of one artist in all, where a stretch has others.
    """
    counts, taken, parts = dict[str, int](), set[int](), list[Rows]()
    for rows in fitting:
        kept, rest = list[int](), list[int]()
        for row in rows.tolist():
            if row in taken:
                continue
            name = space.artists[row]
            if most is None or counts.get(name, 0) < most or is_nobody(name):
                counts[name] = counts.get(name, 0) + 1
                kept.append(row)
            else:
                rest.append(row)
            if len(kept) == share:
                break
        kept += rest[: share - len(kept)]
        taken.update(kept)
        parts.append(np.array(kept, dtype=np.intp))
    return _interleaved(parts)


def _interleaved(parts: list[Rows]) -> Rows:
    if not parts:
        return np.zeros(0, dtype=np.intp)
    longest = max(len(part) for part in parts)
    grid = np.full((longest, len(parts)), -1, dtype=np.intp)
    for column, part in enumerate(parts):
        grid[: len(part), column] = part
    return grid[grid >= 0]


def _unique(rows: Rows) -> Rows:
    """Each once, where it first stands."""
    _, first = np.unique(rows, return_index=True)
    return rows[np.sort(first)]


def _thinned(space: Space, order: Rows, most: int | None, size: int) -> Rows:
    """Without what is beyond `most` tracks of one artist; with as much of it as makes `size` where few are left."""
    if most is None:
        return order
    counts, kept, rest = dict[str, int](), list[int](), list[int]()
    for row in order.tolist():
        key = space.artists[row]
        counts[key] = counts.get(key, 0) + 1
        (kept if counts[key] <= most or is_nobody(key) else rest).append(row)
    return np.array(kept + rest[: max(size - len(kept), 0)], dtype=np.intp)


class _Followed:
    """Tracks of a field, reached from the seeds by the best transitions."""

    def __init__(
        self,
        space: Space,
        seeds: list[int],
        field: Rows,
        outside: NDArray[np.int8],
        rules: Rules,
        weights: Weights,
        levels: Levels,
    ) -> None:
        self._space, self._rules, self._weights, self._levels = space, rules, weights, levels
        self._field, self._outside, self._seeds = field, outside, np.array(seeds, dtype=np.intp)
        self._starts, self._ends = side(space, field, "start"), side(space, field, "end")

    def best(self, size: int, stretches: list[NDArray[np.bool_]], each: _Each) -> Rows:
        """`size` tracks: the nearest, those of each stretch, and what follows best, and follows that."""
        quota = size // 2 if stretches else size // 8
        if (self._outside == 0).sum() <= size // 2:
            quota = size // 2
        share = quota // len(stretches) + 1 if stretches else 0
        fitting = [self._field[fit[self._field]] for fit in stretches]
        shares = _shares(self._space, fitting, each.stretch, share)
        chosen = dict.fromkeys(np.concatenate([shares, self._field])[:quota].tolist())
        before = self._scores(self._ends, side(self._space, self._seeds, "start")).T
        for scores in before:
            chosen.update(dict.fromkeys(self._field[_best(scores, _BATCH)].tolist()))
        waiting, followed = list(chosen), set[int]()
        places = {row: place for place, row in enumerate(self._field.tolist())}
        batch = side(self._space, self._seeds, "end")
        while len(chosen) < size:
            new = [row for row in self._successors(batch, size) if row not in chosen]
            chosen.update(dict.fromkeys(new))
            waiting = [row for row in new + waiting if row not in followed]
            if not waiting:
                break
            now = waiting[:_BATCH]
            followed.update(now)
            batch = self._ends.take(np.array([places[row] for row in now], dtype=np.intp))
        chosen.update(dict.fromkeys(self._field.tolist()))
        return np.array(list(chosen)[:size], dtype=np.intp)

    def _successors(self, batch: Side, size: int) -> list[int]:
        """The best few after each of some tracks, the best of all first."""
        scores = self._scores(batch, self._starts) - self._outside
        most = min(_SUCCESSORS if len(batch) > 8 else _BATCH, scores.shape[1])
        found = np.argpartition(-scores, most - 1, axis=1)[:, :most]
        order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=None, kind="stable")
        return list(dict.fromkeys(self._field[found.ravel()[order]].tolist()))

    def _scores(self, first: Side, second: Side) -> FloatArray:
        """Of transitions, less one for each rule that they break."""
        scores, tempo, relations = cross_scores(self._space, self._weights, first, second)
        broken = broken_edges(scores, tempo, relations, rules=self._rules, levels=self._levels)
        worth: FloatArray = scores.copy()
        for rule, one in broken.items():
            if rule != "floor":
                worth -= one
        return worth
