"""Genres of tracks as vectors: rare genres count for more, and similar ones lie near each other.

A raw row is the track's weights, times how much each genre tells. In the smoothed one every genre has also passed a
part of its weight on to its neighbours, once: a track of "acid techno" is then nearer to one of "techno" than to one of
"bachata", though they share no genre. Rows have length 1; a track without genres has a row of zeros.

Offers `genre_vectors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edm.errors import InputError
from edm.model import FloatArray, TimeArray

__all__ = ["SPREAD", "GenreVectors", "genre_vectors"]

SPREAD = 0.5
"""The most that a genre passes on of its weight, all neighbours together: what is known stays above what is guessed."""

# Rows at a time, in float64: 40 MB at 600 genres.
_ROWS = 8192


@dataclass(frozen=True, slots=True)
class GenreVectors:
    """Rows of tracks in the order in which they came, columns in the order of the vocabulary.

    Attributes
    ----------
    raw, smoothed
        Shape (n, g), >= 0; rows of length 1 or 0.
    """

    raw: FloatArray
    smoothed: FloatArray


def genre_vectors(
    tracks: Sequence[Mapping[str, float]],
    vocab: Sequence[str],
    similarity: FloatArray,
    idf: Mapping[str, float],
) -> GenreVectors:
    """Vectors of tracks.

    Parameters
    ----------
    tracks
        Weight of each genre of each track, finite and >= 0.
    vocab
        The genres that have a column, each once.
    similarity
        Shape (g, g), in 0..1, in the order of `vocab`; the diagonal is not looked at.
    idf
        How much a genre tells, above 0; one for each in `vocab`.

    Raises
    ------
    InputError
        If a track has a genre that is not in `vocab`, or a weight, a similarity or a factor is out of its range.
    """
    from scipy.sparse import csr_array

    places = {genre: place for place, genre in enumerate(vocab)}
    if len(places) != len(vocab):
        raise InputError(f"{len(vocab)} genres have {len(places)} names: each must be there once")
    factors = _factors(vocab, idf)
    passes_on = csr_array(_passed_on(similarity, len(vocab)))
    raw = np.zeros((len(tracks), len(vocab)), dtype=np.float32)
    smoothed = np.zeros_like(raw)
    for start in range(0, len(tracks), _ROWS):
        part = tracks[start : start + _ROWS]
        X = _weights(part, places, start) * factors
        raw[start : start + len(part)] = _unit_rows(X)
        # Few genres a track, few neighbours a genre: far fewer products than the full matrices have.
        X += (csr_array(X) @ passes_on).toarray()
        smoothed[start : start + len(part)] = _unit_rows(X)
    return GenreVectors(raw, smoothed)


def _factors(vocab: Sequence[str], idf: Mapping[str, float]) -> TimeArray:
    for genre in vocab:
        if genre not in idf:
            raise InputError(f"{genre!r} is in the vocabulary and has no inverse frequency")
        if not 0.0 < idf[genre] < np.inf:
            raise InputError(f"{genre!r} has the inverse frequency {idf[genre]}: it must be above 0")
    return np.array([idf[genre] for genre in vocab], dtype=np.float64)


def _passed_on(similarity: FloatArray, g: int) -> TimeArray:
    """Share of a genre's weight (row) that each other genre (column) gets; rows sum to `SPREAD` at most."""
    if similarity.shape != (g, g):
        raise InputError(f"{g} genres have similarities of shape {similarity.shape}")
    S = similarity.astype(np.float64)
    if not ((S >= 0) & (S <= 1)).all():
        raise InputError("a similarity must lie in 0 to 1")
    np.fill_diagonal(S, 0.0)
    shares: TimeArray = SPREAD * S / np.maximum(S.sum(axis=1, keepdims=True), 1.0)
    return shares


def _weights(tracks: Sequence[Mapping[str, float]], places: Mapping[str, int], start: int) -> Any:
    rows, columns, values = [], [], []
    for row, track in enumerate(tracks):
        for genre, weight in track.items():
            place = places.get(genre)
            if place is None:
                raise InputError(f"track {start + row} has the genre {genre!r}, which has no column")
            rows.append(row)
            columns.append(place)
            values.append(weight)
    W = np.zeros((len(tracks), len(places)))
    W[rows, columns] = values
    bad = ~((W >= 0) & np.isfinite(W))
    if bad.any():
        row, place = np.argwhere(bad)[0].tolist()
        raise InputError(f"track {start + row} has a genre of weight {W[row, place]}: it must be 0 or more")
    # Only directions matter: no weight is too large or too small to be squared.
    top = W.max(axis=1, keepdims=True, initial=0.0)
    return np.divide(W, top, out=W, where=top > 0)


def _unit_rows(X: TimeArray) -> TimeArray:
    lengths = np.sqrt(np.einsum("ij,ij->i", X, X))[:, None]
    rows: TimeArray = np.divide(X, lengths, out=np.zeros_like(X), where=lengths > 0)
    return rows
