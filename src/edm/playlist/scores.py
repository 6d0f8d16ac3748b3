"""How well tracks follow each other, and how near they are: numbers for many pairs at once.

Every part of a score is in 0..1. Sound compares directions of vectors family by family, 1 for the same, 0.5 for no
relation, 0 for opposite ones; a *transition* compares the end of one track with the start of the next, *nearness* whole
tracks. Genres are compared by cosine. What is not known of a track counts half, so that it neither wins nor loses.
Parts that a library knows nothing about count nothing.

Tempo is what is left after halving or doubling, in semitones: the second track is pitched to the first, and its key
moves with it (12 semitones an octave, 6 % a semitone), so that keys are compared after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from edm.errors import InputError
from edm.model import FloatArray
from edm.model.keys import KEYS, KeyRelation, key_relation, transposed
from edm.playlist.space import NO_KEY, Rows, Space, unit_families

__all__ = [
    "KEY_SCORES",
    "UNKNOWN",
    "Side",
    "Tempo",
    "Weights",
    "cross_scores",
    "energy_scores",
    "key_scores",
    "nearness_to",
    "relation_of",
    "side",
    "sound_by_family",
    "tempo_between",
    "tempo_scores",
]

UNKNOWN = 0.5

KEY_SCORES: dict[KeyRelation, float] = {
    "same": 1.0,
    "relative": 0.95,
    "fifth_up": 0.9,
    "fifth_down": 0.9,
    "diagonal": 0.6,
    "parallel": 0.5,
    "tone_up": 0.5,
    "semitone_up": 0.4,
    "other": 0.1,
}
"""What relations are worth to a mix: moves of one step on the wheel clash in one note at most; lifts are an effect."""

# A track pitched by a semitone (6 %) is where DJs stop: it counts half.
_HALF_SEMITONES = 1.0
# Half or double time works, and is heard.
_OCTAVE_SHARE = 0.9
# Levels (of 10) of energy that count half.
_HALF_LEVELS = 3.0
# Rows at a time when all of a library is gone through.
_BLOCK = 16384


@dataclass(frozen=True, slots=True)
class Weights:
    """What parts of a score count for, beside each other; a score is divided by their sum.

    Attributes
    ----------
    genre, sonic
        In nearness and in transitions.
    tempo, key, energy
        In transitions alone.

    Raises
    ------
    InputError
        For a weight below 0, or where genre and sonic are both 0.
    """

    genre: float = 60.0
    sonic: float = 40.0
    tempo: float = 40.0
    key: float = 40.0
    energy: float = 20.0

    def __post_init__(self) -> None:
        for field in fields(self):
            weight = getattr(self, field.name)
            if not 0 <= weight < np.inf:
                raise InputError(f"the weight of {field.name} is {weight}: it must be 0 or more")
        if not self.genre + self.sonic:
            raise InputError("genre and sonic both weigh nothing", hint="one of them must count")

    def of(self, space: Space) -> Weights:
        """The same, without the parts that this library knows nothing about."""
        knows = {
            "genre": self.genre if space.has_genres else 0.0,
            "tempo": self.tempo if np.isfinite(space.bpm).any() else 0.0,
            "key": self.key if (space.key != NO_KEY).any() else 0.0,
            "energy": self.energy if np.isfinite(space.energy).any() else 0.0,
        }
        sonic = self.sonic or (0.0 if knows["genre"] else 1.0)
        return Weights(knows["genre"], sonic, knows["tempo"], knows["key"], knows["energy"])

    @property
    def total(self) -> float:
        """Sum of all."""
        return self.genre + self.sonic + self.tempo + self.key + self.energy


@dataclass(frozen=True, slots=True)
class Side:
    """Some tracks, ready to be compared: one side of pairs.

    Attributes
    ----------
    sound
        Shape (m, k), each family of length 1, or 0.
    genre
        Shape (m, g).
    has_genre
        Shape (m,).
    octaves
        Tempo as log2 of BPM, shape (m,); NaN where not known.
    key, energy, edge_energy
        Shape (m,) each; the last is of the part that the sound is of.
    """

    sound: FloatArray
    genre: FloatArray
    has_genre: NDArray[np.bool_]
    octaves: FloatArray
    key: NDArray[np.int8]
    energy: FloatArray
    edge_energy: FloatArray

    def __len__(self) -> int:
        return len(self.sound)

    def take(self, rows: Rows) -> Side:
        """Some of them."""
        return Side(*(getattr(self, name)[rows] for name in self.__slots__))


def side(space: Space, rows: Rows | slice, part: str) -> Side:
    """Tracks by their ``full`` sound, their ``start`` or their ``end``."""
    genre = np.asarray(space.genre[rows], dtype=np.float32)
    edge = space.energy_start if part == "start" else space.energy_end
    return Side(
        sound=unit_families(space, getattr(space, part)[rows]),
        genre=genre,
        has_genre=np.asarray(genre.any(axis=1), dtype=np.bool_),
        octaves=np.log2(space.bpm[rows]).astype(np.float32),
        key=np.asarray(space.key[rows]),
        energy=np.asarray(space.energy[rows], dtype=np.float32),
        edge_energy=np.asarray(edge[rows], dtype=np.float32),
    )


@dataclass(frozen=True, slots=True)
class Tempo:
    """What pitching second tracks to first ones takes; arrays of one shape.

    Attributes
    ----------
    semitones
        Of the pitch shift, after halving or doubling; NaN where a tempo is not known.
    octave
        1 where the second track counts double, -1 where it counts half, else 0.
    """

    semitones: FloatArray
    octave: NDArray[np.int8]

    @property
    def stretch_pct(self) -> FloatArray:
        """By how much the second track is sped up."""
        stretch: FloatArray = 100.0 * (np.exp2(self.semitones / 12.0) - 1.0)
        return stretch


def tempo_between(first: FloatArray, second: FloatArray) -> Tempo:
    """Of tempos in octaves (log2 of BPM) that can be broadcast."""
    apart = first - second
    # Twice as fast is heard as the same beat; four times is not.
    octave = np.clip(np.rint(np.nan_to_num(apart)), -1, 1)
    return Tempo(np.asarray(12.0 * (apart - octave), dtype=np.float32), octave.astype(np.int8))


def tempo_scores(tempo: Tempo) -> FloatArray:
    """1 at the same tempo, half at a semitone of pitch, a tenth less in half or double time."""
    score: FloatArray = np.exp2(-np.square(tempo.semitones / _HALF_SEMITONES))
    score = np.where(tempo.octave == 0, score, _OCTAVE_SHARE * score)
    return np.asarray(np.where(np.isnan(score), np.float32(UNKNOWN), score), dtype=np.float32)


def _key_table() -> tuple[FloatArray, NDArray[np.int8], tuple[KeyRelation, ...]]:
    """Scores and relations by first key, second key and shift; flat."""
    names: tuple[KeyRelation, ...] = tuple(KEY_SCORES)
    relations = np.full((NO_KEY + 1, NO_KEY + 1, 12), -1, dtype=np.int8)
    for a, first in enumerate(KEYS):
        for b, second in enumerate(KEYS):
            for shift in range(12):
                relations[a, b, shift] = names.index(key_relation(first, transposed(second, shift)))
    worth = np.array([*KEY_SCORES.values(), UNKNOWN], dtype=np.float32)
    return worth[relations].ravel(), relations.ravel(), names


_SCORES, _RELATIONS, _NAMES = _key_table()


def _key_places(first: NDArray[np.int8], second: NDArray[np.int8], tempo: Tempo) -> tuple[Rows, FloatArray]:
    moved = np.nan_to_num(tempo.semitones)
    shift = np.rint(moved)
    pair = first.astype(np.int32) * (NO_KEY + 1) + second
    return pair * 12 + np.mod(shift.astype(np.int32), 12), moved - shift


def key_scores(first: NDArray[np.int8], second: NDArray[np.int8], tempo: Tempo) -> FloatArray:
    """What the relation is worth after the pitch shift; a shift between two semitones is out of tune, and costs."""
    places, off = _key_places(first, second, tempo)
    score = _SCORES[places]
    known = (first != NO_KEY) & (second != NO_KEY)
    # A quarter tone off halves it.
    return np.asarray(np.where(known, score * (1.0 - 2.0 * off * off), score), dtype=np.float32)


def relation_of(first: NDArray[np.int8], second: NDArray[np.int8], tempo: Tempo) -> NDArray[np.int8]:
    """Place in `KEY_SCORES` of the relation after the pitch shift; -1 where a key is not known."""
    return _RELATIONS[_key_places(first, second, tempo)[0]]


def energy_scores(first: FloatArray, second: FloatArray, end: FloatArray, start: FloatArray) -> FloatArray:
    """Of the step from level to level (1..10), and of the step at the seam (0..1) where it is known; broadcast."""
    level = np.exp2(-np.square((second - first) / _HALF_LEVELS))
    seam = 1.0 - np.abs(end - start)
    both = np.where(np.isnan(seam), level, (level + seam) / 2)
    return np.asarray(np.where(np.isnan(level), np.float32(UNKNOWN), both), dtype=np.float32)


def sound_by_family(space: Space, first: Side, second: Side) -> dict[str, FloatArray]:
    """0..1 by family for pairs row by row, shape (m,)."""
    return {
        name: (0.5 + 0.5 * np.einsum("ij,ij->i", first.sound[:, part], second.sound[:, part])).clip(0.0, 1.0)
        for name, part in space.families.items()
    }


def cross_scores(
    space: Space, weights: Weights, first: Side, second: Side
) -> tuple[FloatArray, Tempo, NDArray[np.int8]]:
    """Scores of transitions from each of some tracks to each of others.

    Parameters
    ----------
    weights
        As `Weights.of` gives them.
    first
        By their ends, p tracks.
    second
        By their starts, q tracks.

    Returns
    -------
    scores
        Shape (p, q), 0..1.
    tempo
        Of shape (p, q).
    relations
        Shape (p, q): places in `KEY_SCORES`, or -1.
    """
    score = weights.sonic * sound_scores(space, first.sound, second.sound)
    if weights.genre:
        score += weights.genre * _genre_scores(first, second)
    tempo = tempo_between(first.octaves[:, None], second.octaves[None, :])
    if weights.tempo:
        score += weights.tempo * tempo_scores(tempo)
    keys = first.key[:, None], second.key[None, :]
    if weights.key:
        score += weights.key * key_scores(*keys, tempo)
    if weights.energy:
        levels = first.energy[:, None], second.energy[None, :]
        score += weights.energy * energy_scores(*levels, first.edge_energy[:, None], second.edge_energy[None, :])
    return (score / np.float32(weights.total)).astype(np.float32), tempo, relation_of(*keys, tempo)


def sound_scores(space: Space, first: FloatArray, second: FloatArray) -> FloatArray:
    """0..1, families balanced, shape (p, q), of rows in which each family has length 1."""
    scores: FloatArray = 0.5 + 0.5 * (_shared(space, first) @ second.T)
    return scores


def nearness_to(space: Space, weights: Weights, anchors: Side) -> FloatArray:
    """How near every track is to each of some, whole tracks, shape (a, n), 0..1; goes through the library once."""
    out = np.empty((len(anchors), len(space)), dtype=np.float32)
    asked = _shared(space, anchors.sound)
    if space.lengths is not None:
        asked = asked.copy()
        for name, part in space.families.items():
            asked[:, part] /= max(space.lengths[name], 1e-12)
    genre = np.concatenate([anchors.genre, np.ones((1, anchors.genre.shape[1]), dtype=np.float32)])
    total = np.float32(weights.genre + weights.sonic)
    for rows in _blocks(len(space)):
        X = space.full[rows] if space.lengths is not None else unit_families(space, space.full[rows])
        near = weights.sonic * (0.5 + 0.5 * (asked @ X.T))
        if weights.genre:
            found = genre @ space.genre[rows].T
            # Weights are not negative: a row that sums to nothing has no genres.
            known = anchors.has_genre[:, None] & (found[-1] > 0)
            near += weights.genre * np.where(known, found[:-1], np.float32(UNKNOWN))
        out[:, rows] = near / total
    return out


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK))


def _shared(space: Space, X: FloatArray) -> FloatArray:
    """Rows of length 1 by family, times what families count for."""
    factors = np.zeros(X.shape[1], dtype=np.float32)
    for name, share in space.shares.items():
        factors[space.families[name]] = share
    return np.asarray(X * factors, dtype=np.float32)


def _genre_scores(first: Side, second: Side) -> FloatArray:
    known = first.has_genre[:, None] & second.has_genre[None, :]
    return np.asarray(np.where(known, first.genre @ second.genre.T, np.float32(UNKNOWN)), dtype=np.float32)
