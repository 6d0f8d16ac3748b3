"""Which genres go together in this library: how often they meet on an album, and how rare each one is.

Albums are counted rather than tracks, so that a genre does not gain by long albums; tracks without an album are counted
once an artist. Two genres are as similar as the albums of both among the albums of either (Jaccard). Everything is
symmetric and sorted by name, and the order of albums, of tracks and of genres makes no difference.

Offers `album_groups`, `cooccurrence`, `relate`, `similarity_matrix` and `inverse_frequency`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edm.errors import InputError
from edm.model import FloatArray, IntArray, TimeArray

__all__ = [
    "DECIMALS",
    "MIN_SHARE",
    "Cooccurrence",
    "Limits",
    "Relations",
    "TrackGenres",
    "album_groups",
    "cooccurrence",
    "inverse_frequency",
    "relate",
    "similarity_matrix",
]

MIN_SHARE = 0.25
"""An album has the genres that hold, on the mean of its tracks, this share of a track's strongest. So a compilation of
forty styles relates none of them, and the tail of a track's genres nothing."""

DECIMALS = 4
"""Of a similarity: finer differences are noise, and would change a line of the file at every scan."""


@dataclass(frozen=True, slots=True)
class TrackGenres:
    """One track, as far as relations go.

    Attributes
    ----------
    album, artist
        What is the same for all tracks of one album, and of one artist; empty where there is none.
    genres
        Weight of each, above 0.
    """

    album: str
    artist: str
    genres: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """How often genres meet.

    Attributes
    ----------
    genres
        Sorted; g of them.
    groups
        Albums (or artists) that have a genre at all.
    counts
        Groups that have each genre, shape (g,), >= 1.
    first, second
        Places of two genres that meet, shape (p,): ``first < second``, sorted by both. Pairs that never meet are left
        out.
    together
        Groups that have both, shape (p,), >= 1.
    """

    genres: tuple[str, ...]
    groups: int
    counts: IntArray
    first: IntArray
    second: IntArray
    together: IntArray


@dataclass(frozen=True, slots=True)
class Limits:
    """Which pairs are believed.

    Attributes
    ----------
    min_together
        Albums on which two genres must meet. One or two are an accident of tagging.
    min_similarity
        0..1. Less is what strangers have in common in a library with one broad genre.
    top_k
        A pair is kept where it is among so many nearest of either of its two genres: so the relation stays symmetric,
        and a rare genre keeps its parent though the parent has many children.

    Raises
    ------
    InputError
        If one of them makes no sense.
    """

    min_together: int = 3
    min_similarity: float = 0.05
    top_k: int = 20

    def __post_init__(self) -> None:
        if self.min_together < 1:
            raise InputError(f"min_together is {self.min_together}: it must be 1 or more")
        if not 0.0 <= self.min_similarity <= 1.0:
            raise InputError(f"min_similarity is {self.min_similarity}: it must lie in 0 to 1")
        if self.top_k < 1:
            raise InputError(f"top_k is {self.top_k}: it must be 1 or more")


@dataclass(frozen=True, slots=True)
class Relations:
    """Genres of a library and how similar they are.

    Attributes
    ----------
    groups
        Albums (or artists) that were counted.
    counts
        Groups of each genre; sorted by name.
    pairs
        Similarity in 0..1, above 0, of two different genres, the smaller name first; sorted; `DECIMALS` decimals. A
        pair that is not here has similarity 0.
    limits
        That they were made with.
    """

    groups: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    limits: Limits = Limits()


def album_groups(tracks: Iterable[TrackGenres]) -> list[frozenset[str]]:
    """Genres of each album, and of each artist's tracks without an album; sorted.

    A genre's share in a track is its weight by that of the track's strongest genre. A group has the genres whose mean
    share over its tracks is `MIN_SHARE` or more; tracks without genres do not count. A track with neither album nor
    artist is in no group, since nothing says what it would be counted twice with.

    Raises
    ------
    InputError
        For a weight that is not above 0 and finite.
    """
    sizes: dict[tuple[str, str], int] = {}
    shares: dict[tuple[str, str], dict[str, list[float]]] = {}
    for track in tracks:
        key = ("album", track.album) if track.album else ("artist", track.artist)
        if not key[1] or not track.genres:
            continue
        for genre, weight in track.genres.items():
            if not 0.0 < weight < math.inf:
                raise InputError(f"{genre!r} has weight {weight} in a track of {key[1]!r}: it must be above 0")
        top = max(track.genres.values())
        sizes[key] = sizes.get(key, 0) + 1
        of_group = shares.setdefault(key, {})
        for genre, weight in track.genres.items():
            of_group.setdefault(genre, []).append(weight / top)
    groups = [
        # fsum: the order of tracks must not decide a close case.
        frozenset(genre for genre, each in of_group.items() if math.fsum(each) >= MIN_SHARE * sizes[key])
        for key, of_group in shares.items()
    ]
    return sorted((group for group in groups if group), key=sorted)


def cooccurrence(groups: Iterable[Collection[str]]) -> Cooccurrence:
    """How often genres meet in groups; a genre that is twice in a group counts once, an empty group not at all."""
    from scipy.sparse import csr_array, triu

    numbers: dict[str, int] = {}
    places, ends = array("q"), array("q", [0])
    for group in groups:
        places.extend(numbers.setdefault(genre, len(numbers)) for genre in set(group))
        if len(places) > ends[-1]:
            ends.append(len(places))
    genres = sorted(numbers)
    if not genres:
        none = np.zeros(0, dtype=np.int64)
        return Cooccurrence((), 0, none, none, none, none)
    place_of = np.empty(len(genres), dtype=np.int64)
    place_of[[numbers[genre] for genre in genres]] = np.arange(len(genres))
    columns = place_of[np.frombuffer(places, dtype=np.int64)]
    has = csr_array(
        (np.ones(len(columns), dtype=np.int64), columns, np.frombuffer(ends, dtype=np.int64)),
        shape=(len(ends) - 1, len(genres)),
    )
    meet = triu(has.T @ has, k=1).tocoo()
    order = np.lexsort((meet.col, meet.row))
    first, second, together = (np.asarray(part[order], dtype=np.int64) for part in (meet.row, meet.col, meet.data))
    counts = np.bincount(columns, minlength=len(genres)).astype(np.int64)
    return Cooccurrence(tuple(genres), len(ends) - 1, counts, first, second, together)


def relate(found: Cooccurrence, limits: Limits | None = None) -> Relations:
    """Jaccard similarities of the pairs that `limits` (by default those of `Limits`) let through.

    Among equally near genres those with more albums together are nearer, then those first by name.
    """
    limits = Limits() if limits is None else limits
    either = found.counts[found.first] + found.counts[found.second] - found.together
    values: TimeArray = np.round(np.divide(found.together, either, dtype=np.float64), DECIMALS)
    enough = (found.together >= limits.min_together) & (values >= limits.min_similarity) & (values > 0)
    first, second, together = (part[enough] for part in (found.first, found.second, found.together))
    values = values[enough]
    near = _among_nearest(first, second, together, values, limits.top_k)
    names = found.genres
    pairs = {
        (names[a], names[b]): value
        for a, b, value in zip(first[near].tolist(), second[near].tolist(), values[near].tolist(), strict=True)
    }
    return Relations(found.groups, dict(zip(names, found.counts.tolist(), strict=True)), pairs, limits)


def similarity_matrix(pairs: Mapping[tuple[str, str], float], genres: Sequence[str]) -> FloatArray:
    """Similarities as a symmetric matrix, shape (g, g), 1 on the diagonal; pairs of other genres are left out.

    Raises
    ------
    InputError
        If a genre is twice in `genres`.
    """
    places = {genre: place for place, genre in enumerate(genres)}
    if len(places) != len(genres):
        twice = next(genre for place, genre in enumerate(genres) if places[genre] != place)
        raise InputError(f"{twice!r} is twice among the genres")
    matrix = np.eye(len(genres), dtype=np.float32)
    for (a, b), value in pairs.items():
        if a in places and b in places:
            matrix[places[a], places[b]] = matrix[places[b], places[a]] = value
    return matrix


def inverse_frequency(relations: Relations, genres: Iterable[str]) -> dict[str, float]:
    """How much each genre tells: ``1 + ln((1 + groups) / (1 + albums of it))``; 1 for a genre that all albums have.

    So a broad genre keeps some weight, where a stop list would delete "electronic" and "ambient". A genre on fewer
    albums than `Limits.min_together`, or on none, counts as that rare and no rarer: it is as likely a slip as a find,
    and must not outweigh what a track is known for.
    """
    floor = min(relations.limits.min_together, relations.groups)
    return {
        genre: 1.0 + math.log((1 + relations.groups) / (1 + max(relations.counts.get(genre, 0), floor)))
        for genre in genres
    }


def _among_nearest(
    first: IntArray, second: IntArray, together: IntArray, values: TimeArray, top_k: int
) -> NDArray[np.bool_]:
    """Which pairs are among the nearest of either genre, shape (p,)."""
    p = len(first)
    of, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((other, -np.tile(together, 2), -np.tile(values, 2), of))
    starts = np.searchsorted(of[order], of[order], side="left")
    near = np.zeros(2 * p, dtype=np.bool_)
    near[order] = np.arange(2 * p) - starts < top_k
    either: NDArray[np.bool_] = near[:p] | near[p:]
    return either
