"""Which rules a playlist does not keep, where, and why: looked at anew, whatever the search believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edm.model import TimeArray
from edm.playlist.arcs import near_bpm, near_energy
from edm.playlist.edge_rules import broken_edges
from edm.playlist.names import artist_keys
from edm.playlist.pool import Levels, Pool, eligible
from edm.playlist.puzzle import Puzzle
from edm.playlist.request import MOST_TRACKS, Request, Rule, Rules
from edm.playlist.scores import Weights, cross_scores, side
from edm.playlist.space import NO_KEY, Rows, Space
from edm.playlist.transition import Transition

__all__ = ["Broken", "Relaxed", "broken_rules", "credits_of"]

Broken: TypeAlias = Rule | Literal["count", "minutes", "limits", "versions"]
"""A rule; ``count`` and ``minutes``: the list is not as long as asked; ``limits`` and ``versions``: by seeds alone."""

_EDGE_RULES = ("floor", "key_rule", "max_stretch")
# Of the minutes asked for, what nobody counts; and half a track is always as near as it gets.
_SAME_LENGTH = 0.03


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A rule that is not kept.

    Attributes
    ----------
    rule
        Its name.
    places
        Of the tracks, from 0; for rules between two tracks, of the later one.
    why
        In words.
    """

    rule: Broken
    places: tuple[int, ...]
    why: str


def credits_of(space: Space, rows: Sequence[int], rules: Rules) -> dict[str, list[int]]:
    """Places in a list by artist, collaborators each."""
    found: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        for key in artist_keys(space.artists[row], space.titles[row], aliases=rules.aliases):
            found.setdefault(key, []).append(place)
    return found


def broken_rules(
    space: Space,
    puzzle: Puzzle,
    pool: Pool,
    order: Sequence[int],
    edges: Sequence[Transition],
    *,
    seeds: Sequence[int],
    request: Request,
    levels: Levels,
    targets: Mapping[str, TimeArray],
) -> tuple[Relaxed, ...]:
    """What is not kept, in the order in which rules give way, then what came by seeds, then length.

    Parameters
    ----------
    order
        Rows of the pool.
    seeds
        Places of the seeds.
    targets
        What arcs ask of each place.
    """
    rows, rules = pool.rows[np.array(order, dtype=np.intp)], request.rules
    weights = request.weights.of(space)
    broken = _between_tracks(space, edges, rules, levels)
    broken |= _of_tracks(space, pool, order, rows, targets)
    broken |= _of_artists(space, rows.tolist(), rules)
    told: dict[Rule, Callable[[int], str]] = {
        "mode": lambda place: f"track {place + 1} is not as near to a seed as {rules.mode} asks",
        "floor": lambda place: f"track {place + 1} follows at {edges[place - 1].score:.3f}, below {levels.floor:.3f}",
        "energy_arc": lambda place: f"track {place + 1} has {_number(space.energy[rows[place]], 'energy')}",
        "bpm_arc": lambda place: f"track {place + 1} has {_number(space.bpm[rows[place]], 'BPM')}",
        "key_rule": lambda place: f"track {place + 1} follows {_keys(edges[place - 1])}",
        "max_stretch": lambda place: f"track {place + 1} follows at {_stretch(edges[place - 1])}",
        "min_gap": lambda place: f"track {place + 1} is by an artist played shortly before",
        "max_per_artist": lambda place: f"track {place + 1} is one too many by its artist",
    }
    found: list[Relaxed] = []
    for rule in rules.gives_way:
        places = tuple(sorted(broken.get(rule, ())))
        if places:
            # Of a seed there is less to say: it was not chosen.
            one = next((place for place in places if place not in seeds), places[0])
            why = _why(space, puzzle, pool, order, one, rule, rules, levels, targets, seeds, weights)
            found.append(Relaxed(rule, places, f"{told[rule](one)}{_more(len(places))}; {why}"))
    return (*found, *_by_seeds(space, puzzle, order, rows, rules, seeds), *_length(space, puzzle, pool, rows, request))


def _between_tracks(space: Space, edges: Sequence[Transition], rules: Rules, levels: Levels) -> dict[Rule, set[int]]:
    scores = np.array([edge.score for edge in edges])
    found: dict[Rule, set[int]] = {"floor": _places(scores < levels.floor - 1e-5)}
    if rules.max_stretch_pct is not None:
        stretch = np.array([np.nan if edge.stretch_pct is None else edge.stretch_pct for edge in edges])
        found["max_stretch"] = _places(~(np.abs(stretch) <= rules.max_stretch_pct + 1e-3))
    allowed = rules.allowed_relations
    if allowed is not None:
        found["key_rule"] = _places(np.array([edge.key_relation not in allowed for edge in edges], dtype=np.bool_))
    return found


def _places(broken: NDArray[np.bool_]) -> set[int]:
    return set((np.flatnonzero(broken) + 1).tolist())


def _of_tracks(
    space: Space, pool: Pool, order: Sequence[int], rows: Rows, targets: Mapping[str, TimeArray]
) -> dict[Rule, set[int]]:
    found: dict[Rule, set[int]] = {"mode": set(np.flatnonzero(pool.beyond[np.array(order)]).tolist())}
    if "bpm" in targets:
        found["bpm_arc"] = set(np.flatnonzero(~near_bpm(space.bpm[rows], targets["bpm"])).tolist())
    if "energy" in targets:
        found["energy_arc"] = set(np.flatnonzero(~near_energy(space.energy[rows], targets["energy"])).tolist())
    return found


def _of_artists(space: Space, rows: list[int], rules: Rules) -> dict[Rule, set[int]]:
    close, many = set[int](), set[int]()
    for places in credits_of(space, rows, rules).values():
        close |= {b for a, b in pairwise(places) if b - a <= rules.min_gap}
        if rules.max_per_artist is not None:
            many |= set(places[rules.max_per_artist :])
    return {"min_gap": close, "max_per_artist": many}


def _why(
    space: Space,
    puzzle: Puzzle,
    pool: Pool,
    order: Sequence[int],
    place: int,
    rule: Rule,
    rules: Rules,
    levels: Levels,
    targets: Mapping[str, TimeArray],
    seeds: Sequence[int],
    weights: Weights,
) -> str:
    """How many tracks at hand would have kept the rule at a broken place."""
    if place in seeds and (rule not in _EDGE_RULES or place - 1 in seeds):
        return "seeds are played whatever the rules say"
    if rule == "key_rule" and not (space.key != NO_KEY).any():
        return "no key in this library is known"
    if rule in ("max_stretch", "bpm_arc") and not np.isfinite(space.bpm).any():
        return "no tempo in this library is known"
    if rule == "energy_arc" and not np.isfinite(space.energy).any():
        return "no energy in this library is known"
    keeps = np.ones(len(pool.rows), dtype=np.bool_)
    if rule in _EDGE_RULES:
        before = side(space, pool.rows[[order[place - 1]]], "end")
        scores, tempo, relations = cross_scores(space, weights, before, side(space, pool.rows, "start"))
        keeps = ~broken_edges(scores, tempo, relations, rules=rules, levels=levels)[rule][0]
    elif rule == "mode":
        inside = int((pool.beyond == 0).sum()) - len(seeds)
        return f"only {inside} of the {len(pool.rows)} tracks at hand are, which leaves little choice"
    elif rule == "bpm_arc":
        keeps = near_bpm(space.bpm[pool.rows], targets["bpm"][place])
    elif rule == "energy_arc":
        keeps = near_energy(space.energy[pool.rows], targets["energy"][place])
    else:
        keeps = ~puzzle.shares_artist[np.delete(np.array(order), place)].any(axis=0)
    free = keeps & ~np.isin(puzzle.works, puzzle.works[np.array(order)])
    left, at_hand = int(free.sum()), len(pool.rows)
    if not left:
        return f"no other of the {at_hand} tracks at hand would keep it there"
    return f"{left} of the {at_hand} tracks at hand would keep it there, but break dearer rules or lead nowhere"


def _by_seeds(
    space: Space, puzzle: Puzzle, order: Sequence[int], rows: Rows, rules: Rules, seeds: Sequence[int]
) -> list[Relaxed]:
    """Limits and versions, which only seeds may break."""
    found: list[Relaxed] = []
    outside = np.flatnonzero(~eligible(space, rules)[rows]).tolist()
    if outside:
        why = "seeds outside of the limits of tempo or length are played all the same"
        found.append(Relaxed("limits", tuple(outside), why))
    works = [int(puzzle.works[order[place]]) for place in seeds]
    again = tuple(place for at, place in enumerate(seeds) if works[at] in works[:at])
    if again:
        found.append(Relaxed("versions", again, "seeds that are versions of one title are played all the same"))
    return found


def _length(space: Space, puzzle: Puzzle, pool: Pool, rows: Rows, request: Request) -> list[Relaxed]:
    """Whether the list is as long as asked: as many tracks or, where minutes were asked for too, as many minutes."""
    n = len(rows)
    lengths = space.duration_s[rows]
    minutes = float(np.nansum(lengths)) / 60.0
    if request.minutes is not None:
        half_a_track = float(np.nanmax(lengths)) / 120.0 if np.isfinite(lengths).any() else 0.0
        short = request.minutes - minutes
        full = request.count is not None and n >= request.count and short > 0
        if full or abs(short) <= max(_SAME_LENGTH * request.minutes, half_a_track):
            return []
        why = "no other number of tracks comes nearer"
        if short > 0 and n == MOST_TRACKS:
            why = f"a list has {MOST_TRACKS} tracks at most"
        elif short > 0 and n >= len(np.unique(puzzle.works)):
            why = _all_there_is(pool)
        return [Relaxed("minutes", (), f"{minutes:.1f} minutes instead of {request.minutes:.1f}: {why}")]
    if request.count is None or n >= request.count:
        return []
    return [Relaxed("count", (), f"{_tracks(n)} instead of {request.count}: {_all_there_is(pool)}")]


def _all_there_is(pool: Pool) -> str:
    passing = f"{_tracks(pool.eligible)} {'passes' if pool.eligible == 1 else 'pass'} the limits of tempo and length"
    return f"{passing}, and versions of one title count once"


def _tracks(number: int) -> str:
    return f"{number} {'track' if number == 1 else 'tracks'}"


def _more(count: int) -> str:
    return "" if count == 1 else f" (and {count - 1} more)"


def _number(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}" if np.isfinite(value) else f"an unknown {unit}"


def _keys(edge: Transition) -> str:
    before, after = edge.keys
    if before is None or after is None:
        return "with a key unknown"
    return f"{before}→{edge.pitched_key}" + ("" if edge.pitched_key == after else f" ({after} pitched)")


def _stretch(edge: Transition) -> str:
    return "a tempo unknown" if edge.stretch_pct is None else f"{edge.stretch_pct:+.1f} %".replace("-", "−")
