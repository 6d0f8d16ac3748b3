"""Made-up rows: albums are clusters, columns are of very different sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edm.artifacts.genres import with_genres
from edm.artifacts.matrices import Matrices, build_matrices
from edm.artifacts.rows import SEGMENTS, ArtifactRow, FeatureSpec
from edm.model import FloatArray

SPEC = FeatureSpec(
    "3",
    tuple(f"f{index}" for index in range(9)),
    ("s",) * 9,
    {"rhythm": slice(0, 4), "timbre": slice(4, 7), "loudness": slice(7, 9)},
)
SIZES = 10.0 ** np.linspace(-3, 4, 9)


def make_row(track_id: int, vector: Any = None, **fields: Any) -> ArtifactRow:
    """A row; all of its segments are `vector`, unless `vectors` are given."""
    values = np.zeros(9) if vector is None else vector
    vectors = {name: np.asarray(values, dtype=np.float32) for name in SEGMENTS}
    return ArtifactRow(**{"track_id": track_id, "path": f"/m/{track_id}.mp3", "vectors": vectors} | fields)


def make_rows(count: int, *, seed: int = 0, per_album: int = 5, noise: float = 0.3) -> list[ArtifactRow]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(count // per_album + 1, 9))
    rows = []
    for index in range(count):
        album = index // per_album
        vectors = (centres[album] + noise * rng.normal(size=(4, 9))) * SIZES
        rows.append(
            make_row(
                index,
                vectors=dict(zip(SEGMENTS, vectors.astype(np.float32), strict=True)),
                artist=f"Artist {album // 2}",
                album=f"Album {album}",
                title=f"Title {index}",
                bpm=100.0 + index,
                key="8A",
                duration_s=240.0,
            )
        )
    return rows


def give_genres(matrices: Matrices, names: Sequence[str], *, seed: int = 0) -> Matrices:
    """Made-up genres: every fourth track has none; the first two are similar."""
    rng = np.random.default_rng(seed)
    n, g = len(matrices), len(names)
    raw = (rng.random((n, g)) * (rng.random((n, g)) < 0.5)).astype(np.float32)
    raw[::4] = 0
    smoothed = raw + 0.1 * raw.sum(axis=1, keepdims=True)
    similarity = np.eye(g, dtype=np.float32)
    similarity[:2, :2] = np.maximum(similarity[:2, :2], 0.5)
    return with_genres(
        matrices,
        vocab=sorted(names),
        idf=1 + rng.random(g),
        similarity=similarity,
        raw=_unit_rows(raw),
        smoothed=_unit_rows(smoothed),
    )


def _unit_rows(X: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(X, axis=1, keepdims=True)
    rows: FloatArray = np.divide(X, lengths, out=np.zeros_like(X), where=lengths > 0)
    return rows


def build(rows: list[ArtifactRow], **options: Any) -> Matrices:
    return build_matrices(rows, SPEC, **{"fingerprint": "abc", "settings": {"where": []}} | options)
