"""Made-up libraries: clusters of sound, genres, tempos and keys that go with them or do not."""

from __future__ import annotations

from typing import Any

import numpy as np

from edm.playlist.space import NO_KEY, Space

FAMILIES = {"rhythm": slice(0, 4), "timbre": slice(4, 9), "harmony": slice(9, 13), "loudness": slice(13, 16)}
WIDTH = 16


def unit(X: np.ndarray) -> np.ndarray:
    """Rows with families of length 1, as the scaling ``tower`` leaves them, loudness aside."""
    out = np.array(X, dtype=np.float32)
    for part in FAMILIES.values():
        out[:, part] /= np.linalg.norm(out[:, part], axis=1, keepdims=True)
    return out


def make_space(n: int, **columns: Any) -> Space:
    """n tracks: nearly alike, by artists of their own, unless columns say else."""
    ones = np.ones((n, WIDTH), dtype=np.float32)
    # No two are one recording.
    nearly = ones + 1e-3 * np.random.default_rng(0).random((n, WIDTH))
    known: dict[str, Any] = {
        "full": unit(nearly),
        "start": unit(ones),
        "end": unit(ones),
        "families": FAMILIES,
        "lengths": dict.fromkeys(FAMILIES, 1.0),
        "genre": np.zeros((n, 0), dtype=np.float32),
        "bpm": np.full(n, 128.0),
        "key": np.full(n, 0, dtype=np.int8),
        "energy": np.full(n, 5.0),
        "energy_start": np.full(n, 0.5),
        "energy_end": np.full(n, 0.5),
        "duration_s": np.full(n, 240.0),
        "artists": [f"Artist {row}" for row in range(n)],
        "titles": [f"Title {row}" for row in range(n)],
    }
    return Space(**known | columns)


def random_space(
    n: int, *, seed: int = 0, artists: int | None = None, clusters: int = 6, genres: int = 5, unknown: float = 0.0
) -> Space:
    """n tracks in clusters of sound, tempo and genre; a share of tempos, keys and energies may be unknown."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, clusters, n)
    centres = rng.normal(size=(clusters, WIDTH))

    def parts() -> np.ndarray:
        return unit(centres[of] + 0.6 * rng.normal(size=(n, WIDTH)))

    genre = np.zeros((n, genres), dtype=np.float32)
    if genres:
        genre = (rng.random((n, genres)) * (rng.random((n, genres)) < 0.4)).astype(np.float32)
        genre[np.arange(n), of % genres] += 1.0
        genre[rng.random(n) < unknown] = 0.0
        lengths = np.linalg.norm(genre, axis=1, keepdims=True)
        genre = np.divide(genre, lengths, out=np.zeros_like(genre), where=lengths > 0)

    def lost(values: np.ndarray, nothing: float) -> np.ndarray:
        return np.where(rng.random(n) < unknown, nothing, values)

    return make_space(
        n,
        full=parts(),
        start=parts(),
        end=parts(),
        genre=genre,
        bpm=lost((100 + 8 * of + rng.normal(0, 3, n)).clip(60, 200), np.nan),
        key=lost(rng.integers(0, 24, n), NO_KEY).astype(np.int8),
        energy=lost(rng.integers(1, 11, n).astype(float), np.nan),
        energy_start=rng.random(n),
        energy_end=rng.random(n),
        duration_s=lost(rng.uniform(120, 480, n), np.nan),
        artists=[f"Artist {number}" for number in rng.integers(0, artists or max(n // 3, 1), n)],
    )
