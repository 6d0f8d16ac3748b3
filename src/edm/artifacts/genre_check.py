"""Whether the genres in matrices are sound, and how many tracks have any."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from edm.artifacts.finding import Finding
from edm.artifacts.matrices import Matrices
from edm.model import FloatArray, IntArray, TimeArray

__all__ = ["genre_findings", "strongest_genres"]

# About 20 MB at 600 genres.
_BLOCK_ROWS = 8192
# Of float32 rows that were made of float64 ones.
_NEAR_ONE = 1e-4
_NAMED = 3


def genre_findings(matrices: Matrices) -> Iterator[Finding]:
    """What there is to say of the genres; their shapes fit, and their numbers are finite."""
    yield _vocabulary(matrices)
    yield _similarity(matrices)
    yield _rows(matrices)
    yield _coverage(matrices)


def strongest_genres(matrices: Matrices) -> list[str]:
    """The genre of each track that tells most of it, the first by name among equals; empty where it has none."""
    labels: list[str] = []
    for start in range(0, len(matrices), _BLOCK_ROWS):
        X = matrices.X_genre_raw[start : start + _BLOCK_ROWS]
        if not X.shape[1]:
            labels += [""] * len(X)
            continue
        columns = X.argmax(axis=1)
        found = X[np.arange(len(X)), columns] > 0
        pairs = zip(columns.tolist(), found.tolist(), strict=True)
        labels += [matrices.genre_vocab[column] if there else "" for column, there in pairs]
    return labels


def _vocabulary(matrices: Matrices) -> Finding:
    vocab, idf = matrices.genre_vocab, matrices.genre_idf
    wrong = [f"{b!r} follows {a!r}" for a, b in pairwise(vocab) if a >= b]
    wrong += [f"{name!r} tells {value:.3g}" for name, value in zip(vocab, idf.tolist(), strict=True) if not value > 0]
    said = f"{len(vocab)} genres, sorted, all different"
    return Finding("genre vocabulary", not wrong, ", ".join(wrong[:_NAMED]) if wrong else said)


def _similarity(matrices: Matrices) -> Finding:
    S = matrices.genre_similarity
    wrong = []
    if ((S < 0) | (S > 1)).any():
        wrong.append("not all in 0 to 1")
    if not np.array_equal(S, S.T):
        wrong.append("not symmetric")
    if not (np.diagonal(S) == 1).all():
        wrong.append("not 1 on the diagonal")
    pairs = (int(np.count_nonzero(S)) - len(S)) // 2
    return Finding("genre similarity", not wrong, ", ".join(wrong) if wrong else f"symmetric, {pairs} pairs above 0")


def _rows(matrices: Matrices) -> Finding:
    """Lengths of both matrices: 1, or 0 in both."""
    wrong: list[str] = []
    with_genres = {name: np.zeros(len(matrices), dtype=np.bool_) for name in ("X_genre_raw", "X_genre_smoothed")}
    for name, known in with_genres.items():
        X = getattr(matrices, name)
        lengths, negative = _lengths(X), 0
        for start in range(0, len(X), _BLOCK_ROWS):
            negative += int((X[start : start + _BLOCK_ROWS] < 0).sum())
        odd = int(np.sum((lengths > 0) & (np.abs(lengths - 1) > _NEAR_ONE)))
        wrong += [f"{odd} rows of {name} have neither length 1 nor 0"] * bool(odd)
        wrong += [f"{name} has {negative} numbers below 0"] * bool(negative)
        known[:] = lengths > 0
    apart = int(np.sum(with_genres["X_genre_raw"] != with_genres["X_genre_smoothed"]))
    wrong += [f"{apart} tracks have genres in one matrix and none in the other"] * bool(apart)
    return Finding("genre rows", not wrong, ", ".join(wrong) if wrong else "of length 1, or 0 without genres")


def _coverage(matrices: Matrices) -> Finding:
    """Never bad: a library need not have genres."""
    n, counts = len(matrices), _genres_a_track(matrices.X_genre_raw)
    there = int(np.count_nonzero(counts))
    if not there:
        return Finding("genre coverage", True, "no track has genres; edm genres asks for them")
    median = f"{np.median(counts[counts > 0]):.3g}"
    return Finding("genre coverage", True, f"{there} of {n} tracks have genres, {median} each in the median")


def _lengths(X: FloatArray) -> TimeArray:
    parts = [X[start : start + _BLOCK_ROWS] for start in range(0, len(X), _BLOCK_ROWS)]
    squares = [np.einsum("ij,ij->i", part, part, dtype=np.float64) for part in parts]
    lengths: TimeArray = np.sqrt(np.concatenate(squares or [np.zeros(0)]))
    return lengths


def _genres_a_track(X: FloatArray) -> IntArray:
    parts = [np.count_nonzero(X[start : start + _BLOCK_ROWS], axis=1) for start in range(0, len(X), _BLOCK_ROWS)]
    return np.concatenate(parts or [np.zeros(0)]).astype(np.int64)
