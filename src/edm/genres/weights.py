"""One weight a genre for a track, out of everything that is said of the track, its album and its artist.

A claim counts for its weight in its source, times how far the source is trusted, times how close to the track it was
made; a claim that a collaboration inherited from a member counts for less. One source says one thing once: of its
claims of a genre about one entity, the largest counts. Different voices are joined as independent evidence,
``1 - (1 - a)(1 - b)…``: they strengthen each other and never pass 1. What a person said stands alone.

At equal weight in their sources, a claim of the track outweighs any claim of the album, and that any of the artist,
whatever the sources: the table `TRUST` is narrow enough for `CLOSENESS`.

Offers `weigh`, its records, and the tables that it weighs with.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from edm.errors import InputError
from edm.genres.evidence import Entity, Source

__all__ = [
    "CLOSENESS",
    "INHERITED",
    "MIN_WEIGHT",
    "TRUST",
    "Claim",
    "SourceWeight",
    "Speaker",
    "WeightedGenre",
    "weigh",
]

Speaker: TypeAlias = Source | Literal["person"]
"""Who says something: a source, or a person who set it right."""

TRUST: Mapping[Speaker, float] = {
    "person": 1.0,  # the owner of the library knows
    "lastfm": 0.9,  # the votes of many listeners
    "tags": 0.8,  # one shop or one ripper, who had this very file in hand
    "musicbrainz": 0.7,  # few votes, often one
}
"""How far each source is believed, 0..1. Our judgement: no reference set says better."""

CLOSENESS: Mapping[Entity, float] = {
    "track": 1.0,  # said of what is heard
    "album": 0.75,  # one ambient piece opens many a techno album
    "artist": 0.5,  # careers wander
}
"""How much of a claim holds for the track, by what it was said of, 0..1."""

INHERITED = 0.5
"""What is left where "A & B" is not known and A is: the other one also had a hand in it."""

MIN_WEIGHT = 0.05
"""Weaker genres are left out, save a person's: what few listeners say (counts of 1 to 5 in 100) is mostly in jest."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of one genre.

    Attributes
    ----------
    genre
        Canonical name.
    weight
        0..1, relative to the source's strongest; 0 says nothing.
    entity
        What it was said of.
    inherited
        Whether it was said of one member of a collaboration rather than of the collaboration.
    """

    genre: str
    weight: float
    source: Speaker
    entity: Entity
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class SourceWeight:
    """What one voice adds to a genre: ``weight`` in 0..1, trust and closeness included."""

    source: Speaker
    entity: Entity
    weight: float
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class WeightedGenre:
    """A genre of a track.

    Attributes
    ----------
    weight
        0..1: how sure we are of it, rather than a share.
    sources
        All that speak for it, the strongest first.
    """

    genre: str
    weight: float
    sources: tuple[SourceWeight, ...]


def weigh(claims: Iterable[Claim]) -> tuple[WeightedGenre, ...]:
    """Genres of a track, the surest first, those of one weight by name; their order in `claims` makes no difference.

    Where a person spoke, of the track or else of its album or else of its artist, that is the whole answer: nobody
    else is heard, and of the person's words the closest ones count, with the weights that they were given.

    Parameters
    ----------
    claims
        Of one track, about it and what it belongs to; none give no genres.

    Raises
    ------
    InputError
        For a weight outside 0..1, a genre without a name, or a source or an entity that is in no table.
    """
    heard = [_checked(claim) for claim in claims]
    heard = _closest_word(heard) or heard
    voices: dict[str, dict[tuple[Speaker, Entity, bool], float]] = {}
    for claim in heard:
        voice = (claim.source, claim.entity, claim.inherited)
        of_genre = voices.setdefault(claim.genre, {})
        of_genre[voice] = max(of_genre.get(voice, 0.0), _strength(claim))
    least = 0.0 if any(claim.source == "person" for claim in heard) else MIN_WEIGHT
    weighted = (_joined(genre, of_genre, least) for genre, of_genre in voices.items())
    kept = [genre for genre in weighted if genre is not None]
    return tuple(sorted(kept, key=lambda genre: (-genre.weight, genre.genre)))


def _checked(claim: Claim) -> Claim:
    if not claim.genre:
        raise InputError(f"a claim of {claim.source} about the {claim.entity} names no genre")
    if not 0.0 <= claim.weight <= 1.0:
        raise InputError(f"{claim.genre!r} has weight {claim.weight} from {claim.source}: it must lie in 0 to 1")
    if claim.source not in TRUST:
        raise InputError(f"no source is called {claim.source!r}", hint=f"there are: {', '.join(TRUST)}")
    if claim.entity not in CLOSENESS:
        raise InputError(f"{claim.entity!r} has no genres", hint=f"there are: {', '.join(CLOSENESS)}")
    return claim


def _closest_word(claims: list[Claim]) -> list[Claim]:
    """What a person said of the closest entity; empty where nobody spoke."""
    words = [claim for claim in claims if claim.source == "person"]
    closest = max((CLOSENESS[claim.entity] for claim in words), default=0.0)
    return [claim for claim in words if CLOSENESS[claim.entity] == closest]


def _strength(claim: Claim) -> float:
    if claim.source == "person":
        return claim.weight
    weight = claim.weight * TRUST[claim.source] * CLOSENESS[claim.entity]
    return weight * INHERITED if claim.inherited else weight


def _joined(genre: str, voices: Mapping[tuple[Speaker, Entity, bool], float], least: float) -> WeightedGenre | None:
    """A genre with all that speak for it; None where its weight is below `least`, which most are."""
    # One order, so that the product has one rounding.
    ordered = sorted([(-weight, *voice) for voice, weight in voices.items() if weight > 0])
    if not ordered:
        return None
    weight = -ordered[0][0] if len(ordered) == 1 else 1.0 - math.prod(1.0 + negative for negative, *_ in ordered)
    if weight < least:
        return None
    sources = tuple(
        SourceWeight(source, entity, -negative, inherited) for negative, source, entity, inherited in ordered
    )
    return WeightedGenre(genre, weight, sources)
