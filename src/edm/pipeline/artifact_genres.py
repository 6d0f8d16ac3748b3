"""Genres for the artifacts: counted over the library, overruled by a person, put beside the sound.

Two files stand beside the matrices. ``genre_similarity.yaml`` is written here: what was counted.
``genre_overrides.yaml`` is written by hand, where there is one: its words take the place of what was counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edm.artifacts.genres import with_genres
from edm.artifacts.rows import album_key, artist_key
from edm.genres.relations import (
    MIN_SHARE,
    Limits,
    Relations,
    TrackGenres,
    album_groups,
    cooccurrence,
    inverse_frequency,
    relate,
    similarity_matrix,
)
from edm.genres.similarity_file import OVERRIDES_NAME, SIMILARITY_NAME, read_overrides, with_overrides, write_similarity
from edm.genres.vectors import SPREAD, genre_vectors

if TYPE_CHECKING:
    from edm.artifacts.matrices import Matrices
    from edm.library import Library

__all__ = ["LibraryGenres", "add_genres", "genres_mark", "read_genres"]


@dataclass(frozen=True, slots=True)
class LibraryGenres:
    """What the tracks of a library are called, and what goes together.

    Attributes
    ----------
    weights
        Track to genre to weight; tracks without genres are left out.
    vocab
        All genres that a present track of the library has, sorted: also those of tracks that are in no matrix, so that
        columns are the same whatever was chosen.
    counted
        Relations as they were counted, over all of these tracks.
    relations
        The same, with a person's words in their place.
    """

    weights: Mapping[int, Mapping[str, float]]
    vocab: tuple[str, ...]
    counted: Relations
    relations: Relations


def genres_mark(folder: Path) -> str:
    """A short text that changes with a person's overrides in a folder, and with how genres become vectors."""
    path = folder / OVERRIDES_NAME
    try:
        said = path.read_bytes() if path.exists() else b""
    except OSError:
        # Who reads it will say so.
        said = b"\0"
    how = repr((Limits(), MIN_SHARE, SPREAD)).encode()
    return hashlib.blake2b(how + b"\0" + said, digest_size=8).hexdigest()


def read_genres(library: Library, folder: Path) -> LibraryGenres:
    """Genres of the library, and the overrides in a folder.

    Raises
    ------
    InputError
        If something in the overrides makes no sense; the message names file, line and key.
    """
    from edm.genres.vocabulary import load_vocabulary

    weights: dict[int, Mapping[str, float]] = {}
    counted = relate(cooccurrence(album_groups(_tracks(library, weights))))
    vocab = tuple(sorted({genre for genres in weights.values() for genre in genres}))
    path = folder / OVERRIDES_NAME
    said = read_overrides(path, {*vocab, *load_vocabulary().genres}) if path.exists() else {}
    return LibraryGenres(weights, vocab, counted, with_overrides(counted, said))


def add_genres(matrices: Matrices, genres: LibraryGenres, folder: Path) -> Matrices:
    """The matrices with genres; writes the similarities into a folder, if they are not those that stand there.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    write_similarity(genres.counted, folder / SIMILARITY_NAME)
    if not genres.vocab:
        return matrices
    similarity = similarity_matrix(genres.relations.pairs, genres.vocab)
    idf = inverse_frequency(genres.counted, genres.vocab)
    tracks = [genres.weights.get(number, {}) for number in matrices.track_ids.tolist()]
    vectors = genre_vectors(tracks, genres.vocab, similarity, idf)
    return with_genres(
        matrices,
        vocab=genres.vocab,
        idf=np.array([idf[genre] for genre in genres.vocab], dtype=np.float64),
        similarity=similarity,
        raw=vectors.raw,
        smoothed=vectors.smoothed,
    )


def _tracks(library: Library, weights: dict[int, Mapping[str, float]]) -> Iterator[TrackGenres]:
    """Tracks as relations see them; puts the weights of each into `weights` on its way."""
    from edm.library.weighted import iter_weighted_tracks

    artists: dict[str, str] = {}
    for track in iter_weighted_tracks(library):
        weights[track.id] = track.genres
        artist, owner = track.artist or "", track.album_artist or track.artist or ""
        for name in (artist, owner):
            if name not in artists:
                artists[name] = artist_key(name)
        yield TrackGenres(album_key(track.album or "", artists[owner]), artists[artist], track.genres)
