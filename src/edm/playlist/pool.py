"""The tracks a playlist is sought among: of a whole library, those that seeds lead to.

First every track is measured once against the seeds and the points half way between them. The nearest that the limits
let in make the *field*, a few thousand. From the seeds, the best successors in the field are followed, and theirs,
round by round, until the *pool* is full. Where an arc is asked for, both have their share from every stretch of it.

The library's own distribution, of pairs drawn at random, says what near and smooth mean here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edm.artifacts.rows import artist_key
from edm.model import FloatArray, TimeArray
from edm.playlist.arcs import near_bpm, near_energy
from edm.playlist.request import MODES, Rules
from edm.playlist.scores import Side, Weights, cross_scores, nearness_to, side
from edm.playlist.space import Rows, Space, unit_families
from edm.playlist.transition import pair_scores

__all__ = ["Levels", "Pool", "drawn_levels", "eligible", "find_pool"]

_PAIRS = 2048
_FIELD = 8192
_POOL = 1024
_MOST_POOL = 3072
# Tracks of the pool for each of the playlist.
_PER_TRACK = 3
# Tracks followed at once, successors taken of each, and stretches of an arc.
_BATCH, _SUCCESSORS, _STRETCHES = 64, 16, 12
# Of one artist in the pool, for each that the playlist may have.
_PER_ARTIST = 4


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
        How many steps of the mode's limits each is out of: 0 for none; seeds have 0.
    eligible
        How many tracks of the library passed the limits of tempo and length.
    """

    rows: Rows
    beyond: NDArray[np.int8]
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
        What arcs ask of each place, by ``bpm`` and ``energy``.
    """
    size = min(max(_POOL, _PER_TRACK * count), _MOST_POOL)
    near = nearness_to(space, _only_content(weights), _anchors(space, seeds)).max(axis=0)
    beyond = (near < levels.reach).astype(np.int8) + ((near > levels.too_near) & (near < 1.0 - 1e-6))
    passes = eligible(space, rules)
    passes[seeds] = False
    allowed = int(passes.sum())
    stretches = _stretches(space, targets)
    order = _ordered(near, beyond, passes, max(_FIELD, 2 * size), stretches)
    order = _thinned(space, order, rules, size)
    chosen = order if len(order) <= size else _followed(space, seeds, order, size, weights, levels, stretches)
    rows = np.concatenate([np.array(seeds, dtype=np.intp), np.sort(chosen)])
    inside = beyond[rows]
    inside[: len(seeds)] = 0
    return Pool(rows, inside, allowed + len(seeds))


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


def _ordered(
    near: FloatArray, beyond: NDArray[np.int8], passes: NDArray[np.bool_], size: int, stretches: list[NDArray[np.bool_]]
) -> Rows:
    """The best of the library, best first, with a share for each stretch."""
    worth = near - 2.0 * beyond
    worth[~passes] = -np.inf
    shares = [_best(np.where(fit, worth, -np.inf), size // (2 * len(stretches))) for fit in stretches]
    return _unique(np.concatenate([_interleaved(shares), _best(worth, size)]))[:size]


def _best(worth: FloatArray, count: int) -> Rows:
    """The best, best first; of equals the first row; none that is ruled out."""
    count = min(count, len(worth))
    if not count:
        return np.zeros(0, dtype=np.intp)
    least = np.partition(worth, -count)[-count]
    rows = np.flatnonzero(worth >= max(least, np.finfo(worth.dtype).min))
    return rows[np.lexsort((rows, -worth[rows]))][:count]


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


def _thinned(space: Space, order: Rows, rules: Rules, size: int) -> Rows:
    """Without the many tracks of one artist that could not be played anyway; all of them where few are left."""
    if rules.max_per_artist is None or len(order) <= size:
        return order
    most, counts, kept, rest = _PER_ARTIST * rules.max_per_artist, dict[str, int](), list[int](), list[int]()
    for row in order.tolist():
        key = artist_key(space.artists[row])
        counts[key] = counts.get(key, 0) + 1
        (kept if not key or counts[key] <= most else rest).append(row)
    return np.array(kept + rest[: max(size - len(kept), 0)], dtype=np.intp)


def _followed(
    space: Space,
    seeds: list[int],
    order: Rows,
    size: int,
    weights: Weights,
    levels: Levels,
    stretches: list[NDArray[np.bool_]],
) -> Rows:
    """Of the field, what is reached from the seeds by the best transitions, `size` tracks."""
    quota = size // 2 if stretches else size // 8
    shares = [order[fit[order]][: quota // len(stretches) + 1] for fit in stretches]
    chosen = dict.fromkeys(np.concatenate([_interleaved(shares), order])[:quota].tolist())
    starts, ends = side(space, order, "start"), side(space, order, "end")
    places = {row: place for place, row in enumerate(order.tolist())}
    asked = np.array(seeds, dtype=np.intp)
    into = cross_scores(space, weights, ends, side(space, asked, "start"))[0].T
    for scores in into:
        chosen.update(dict.fromkeys(order[_best(scores, _BATCH)].tolist()))
    waiting, followed = list(chosen), set[int]()
    batch = side(space, asked, "end")
    while len(chosen) < size:
        scores = cross_scores(space, weights, batch, starts)[0]
        most = max(_SUCCESSORS, size // (4 * len(batch)))
        found = np.argpartition(-scores, min(most, scores.shape[1] - 1), axis=1)[:, :most]
        best = np.take_along_axis(scores, found, axis=1)
        fresh = order[found[best >= levels.floor]] if (best >= levels.floor).any() else order[found.ravel()]
        new = [row for row in dict.fromkeys(fresh.tolist()) if row not in chosen]
        chosen.update(dict.fromkeys(new))
        waiting = new + waiting
        waiting = [row for row in waiting if row not in followed]
        if not waiting:
            break
        now = waiting[:_BATCH]
        followed.update(now)
        batch = ends.take(np.array([places[row] for row in now], dtype=np.intp))
    chosen.update(dict.fromkeys(order[: max(size - len(chosen), 0)].tolist()))
    return np.array(list(chosen)[:size], dtype=np.intp)
