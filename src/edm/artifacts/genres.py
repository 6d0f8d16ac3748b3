"""Genres in the matrices: arrays that somebody else made of the library's genres, put beside the tracks they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from edm.artifacts.matrices import Matrices
from edm.errors import ArtifactError
from edm.model import FloatArray, TimeArray

__all__ = ["with_genres"]


def with_genres(
    matrices: Matrices,
    *,
    vocab: Sequence[str],
    idf: TimeArray,
    similarity: FloatArray,
    raw: FloatArray,
    smoothed: FloatArray,
) -> Matrices:
    """The matrices with genres, in place of those that they may have had.

    Parameters
    ----------
    vocab
        g names, sorted, each once; none for a library without genres.
    idf
        Shape (g,).
    similarity
        Shape (g, g).
    raw, smoothed
        Shape (n, g), rows as in `matrices`. They are kept, not copied.

    Raises
    ------
    ArtifactError
        If the shapes do not fit each other, or the names cannot stand in the file: not sorted, empty, or ending in NUL.
    """
    n, g = len(matrices), len(vocab)
    arrays: dict[str, tuple[FloatArray | TimeArray, tuple[int, ...]]] = {
        "idf": (idf, (g,)),
        "similarity": (similarity, (g, g)),
        "raw": (raw, (n, g)),
        "smoothed": (smoothed, (n, g)),
    }
    for name, (array, shape) in arrays.items():
        if array.shape != shape:
            raise ArtifactError(f"{n} tracks and {g} genres have {name} of the shape {array.shape}, not {shape}")
    for name in vocab:
        if not name or name.endswith("\0"):
            raise ArtifactError(f"{name!r} cannot be the name of a genre")
    if any(first >= second for first, second in pairwise(vocab)):
        raise ArtifactError("the genres are not sorted, or one is there twice")
    return replace(
        matrices,
        genre_vocab=tuple(vocab),
        genre_idf=idf,
        genre_similarity=similarity,
        X_genre_raw=raw,
        X_genre_smoothed=smoothed,
    )
