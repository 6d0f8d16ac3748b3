"""Rows made into matrices.

Values stream in: a row is forgotten once its numbers stand in the matrices, which grow where they are. A row that lacks
a vector, or has one with a number that is not finite, is left out and listed in `Matrices.dropped`; a vector of another
spec is an error, since then all may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edm.artifacts.rows import NUMBERS, SEGMENTS, ArtifactRow, FeatureSpec, album_key, artist_key
from edm.artifacts.scaling import DEFAULT_VARIANT, FAMILY_WEIGHTS, Scaling, fit, transform
from edm.artifacts.text import TextColumn, text_column
from edm.errors import ArtifactError, InputError
from edm.model import FloatArray, IntArray, TimeArray

__all__ = ["DroppedRow", "Matrices", "build_matrices", "choose_families"]

_FIRST_ROWS = 4096


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """A track that is not in the matrices, and why."""

    track_id: int
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Matrices:
    """A library as arrays; row i of each is one track.

    Attributes
    ----------
    track_ids
        Shape (n,), different for all.
    track_paths, track_artists, track_titles
        As in the library.
    artist_keys, album_keys
        What `edm.artifacts.rows.artist_key` and `album_key` make of them; empty where there is none.
    X_sonic_raw
        Shape (n, d): whole tracks as extracted, columns of the chosen families only.
    X_sonic, X_sonic_start, X_sonic_mid, X_sonic_end
        Shape (n, k): whole tracks and their parts, scaled alike.
    feature_names, feature_units, families
        Of the columns of `X_sonic_raw`.
    sonic_families
        Columns of `X_sonic` by family; by ``all`` where a variant mixes families.
    bpm, duration_s
        Shape (n,); NaN where not known.
    bpm_confidence, key_confidence
        Shape (n,), 0..1; NaN where not known.
    key
        Shape (n,); empty where not known.
    energy
        Shape (n,), 1..10; NaN where not known.
    energy_start, energy_end
        Shape (n,), 0..1, of the segments ``start`` and ``end``; NaN where not known.
    loudness_lufs
        Shape (n,); NaN where not known.
    genre_vocab
        g genres, sorted; none where the library has none (`edm.artifacts.genres.with_genres` sets all of genres).
    genre_idf
        Shape (g,), above 0: how much each genre tells.
    genre_similarity
        Shape (g, g), 0..1, symmetric, 1 on the diagonal.
    X_genre_raw, X_genre_smoothed
        Shape (n, g), >= 0: weights of genres, and these with a part passed on to similar genres; rows of length 1, or 0
        where a track has no genres.
    scaling
        What made `X_sonic` of `X_sonic_raw`.
    spec_version
        Of the vectors.
    fingerprint, settings
        Of the library and of the build, as given.
    dropped
        Tracks without usable vectors.
    """

    track_ids: IntArray
    track_paths: TextColumn
    track_artists: TextColumn
    track_titles: TextColumn
    artist_keys: TextColumn
    album_keys: TextColumn
    X_sonic_raw: FloatArray
    X_sonic: FloatArray
    X_sonic_start: FloatArray
    X_sonic_mid: FloatArray
    X_sonic_end: FloatArray
    feature_names: tuple[str, ...]
    feature_units: tuple[str, ...]
    families: Mapping[str, slice]
    bpm: TimeArray
    bpm_confidence: TimeArray
    key: TextColumn
    key_confidence: TimeArray
    energy: TimeArray
    energy_start: TimeArray
    energy_end: TimeArray
    loudness_lufs: TimeArray
    duration_s: TimeArray
    genre_vocab: tuple[str, ...]
    genre_idf: TimeArray
    genre_similarity: FloatArray
    X_genre_raw: FloatArray
    X_genre_smoothed: FloatArray
    scaling: Scaling
    spec_version: str
    fingerprint: str
    settings: Mapping[str, Any]
    dropped: tuple[DroppedRow, ...] = ()

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def sonic_families(self) -> Mapping[str, slice]:
        """Columns of `X_sonic`, by family or by ``all``."""
        return {block.name: block.target for block in self.scaling.blocks} or self.families


@dataclass(slots=True)
class _Filled:
    """What has come in so far."""

    vectors: dict[str, FloatArray]
    ids: list[int] = field(default_factory=list)
    texts: dict[str, list[str]] = field(
        default_factory=lambda: {name: [] for name in ("path", "artist", "title", "artist_key", "album_key", "key")}
    )
    numbers: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in NUMBERS})
    dropped: list[DroppedRow] = field(default_factory=list)


def build_matrices(
    rows: Iterable[ArtifactRow],
    spec: FeatureSpec,
    *,
    fingerprint: str,
    settings: Mapping[str, Any],
    variant: str = DEFAULT_VARIANT,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    weights: Mapping[str, float] = FAMILY_WEIGHTS,
) -> Matrices:
    """The matrices of `rows`, in their order, without genres.

    Parameters
    ----------
    fingerprint, settings
        Kept, to tell later whether the matrices are still those of the library; settings are plain JSON.
    variant
        Name from `edm.artifacts.scaling.VARIANTS`.
    include, exclude
        Families: only these, and not those. None for all, and for none.
    weights
        Lengths of families in ``tower``, 1 for those that are not in it.

    Raises
    ------
    InputError
        For a family or a variant that does not exist.
    ArtifactError
        For vectors of another spec, and for an id that is there twice.
    """
    chosen = choose_families(spec, include=include, exclude=exclude)
    columns = np.concatenate([np.arange(part.start, part.stop) for part in chosen.values()])
    families = _packed(chosen)
    names = tuple(spec.names[column] for column in columns)
    filled = _fill(rows, spec, columns)
    _drop_not_finite(filled, names)
    ids = np.array(filled.ids, dtype=np.int64)
    _check_ids(ids, filled.texts["path"])
    raw = filled.vectors.pop("full")
    scaling = fit(raw, families, variant=variant, weights=weights, names=names)
    # Each segment's raw vectors go as its scaled ones come.
    scaled = {name: transform(scaling, filled.vectors.pop(name)) for name in SEGMENTS if name != "full"}
    texts = {name: text_column(filled.texts.pop(name)) for name in list(filled.texts)}
    numbers = {name: np.array(filled.numbers.pop(name), dtype=np.float64) for name in NUMBERS}
    return Matrices(
        **numbers,
        track_ids=ids,
        track_paths=texts["path"],
        track_artists=texts["artist"],
        track_titles=texts["title"],
        artist_keys=texts["artist_key"],
        album_keys=texts["album_key"],
        X_sonic_raw=raw,
        X_sonic=transform(scaling, raw),
        X_sonic_start=scaled["start"],
        X_sonic_mid=scaled["mid"],
        X_sonic_end=scaled["end"],
        feature_names=names,
        feature_units=tuple(spec.units[column] for column in columns),
        families=families,
        key=texts["key"],
        genre_vocab=(),
        genre_idf=np.zeros(0),
        genre_similarity=np.zeros((0, 0), dtype=np.float32),
        X_genre_raw=np.zeros((len(ids), 0), dtype=np.float32),
        X_genre_smoothed=np.zeros((len(ids), 0), dtype=np.float32),
        scaling=scaling,
        spec_version=spec.version,
        fingerprint=fingerprint,
        settings=dict(settings),
        dropped=tuple(filled.dropped),
    )


def choose_families(
    spec: FeatureSpec, *, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
) -> dict[str, slice]:
    """The families that are left, in the spec's order, with their places in a whole vector.

    Raises
    ------
    InputError
        For a name that is none, and where nothing is left.
    """
    for name in (*(include or ()), *(exclude or ())):
        if name not in spec.families:
            raise InputError(f"no family is called {name!r}", hint=f"there are: {', '.join(spec.families)}")
    wanted = set(spec.families) if include is None else set(include)
    chosen = {name: part for name, part in spec.families.items() if name in wanted - set(exclude or ())}
    if not chosen:
        raise InputError("no family of features is left", hint=f"there are: {', '.join(spec.families)}")
    return chosen


def _packed(families: Mapping[str, slice]) -> dict[str, slice]:
    packed: dict[str, slice] = {}
    end = 0
    for name, part in families.items():
        packed[name] = slice(end, end + part.stop - part.start)
        end = packed[name].stop
    return packed


def _fill(rows: Iterable[ArtifactRow], spec: FeatureSpec, columns: IntArray) -> _Filled:
    filled = _Filled({name: np.empty((_FIRST_ROWS, len(columns)), dtype=np.float32) for name in SEGMENTS})
    everything = len(columns) == len(spec.names)
    keys: dict[str, str] = {}
    for row in rows:
        missing = [name for name in SEGMENTS if row.vectors.get(name) is None]
        if missing:
            what = "vectors" if len(missing) == len(SEGMENTS) else f"vector of {', '.join(missing)}"
            filled.dropped.append(DroppedRow(row.track_id, row.path, f"no {what}"))
            continue
        n = len(filled.ids)
        if n == len(filled.vectors["full"]):
            for matrix in filled.vectors.values():
                # In place where the system can: a copy would double the peak. Nobody else holds these arrays.
                matrix.resize((n + n // 4, len(columns)), refcheck=False)
        for name, matrix in filled.vectors.items():
            vector = _checked(row, name, spec)
            matrix[n] = vector if everything else vector[columns]
        _append(filled, row, keys)
    for matrix in filled.vectors.values():
        matrix.resize((len(filled.ids), len(columns)), refcheck=False)
    return filled


def _checked(row: ArtifactRow, name: str, spec: FeatureSpec) -> FloatArray:
    vector = row.vectors[name]
    assert vector is not None
    if vector.shape != (len(spec.names),) or row.spec_version not in (None, spec.version):
        raise ArtifactError(
            f"{row.path}: vector of {name} has version {row.spec_version} and shape {vector.shape}, "
            f"not version {spec.version} and shape ({len(spec.names)},)",
            hint="edm sonic renews vectors of older versions",
        )
    return vector


def _append(filled: _Filled, row: ArtifactRow, keys: dict[str, str]) -> None:
    filled.ids.append(row.track_id)
    artist, owner = row.artist, row.album_artist or row.artist
    for name in (artist, owner):
        if name not in keys:
            keys[name] = artist_key(name)
    values = (row.path, artist, row.title, keys[artist], album_key(row.album, keys[owner]), row.key or "")
    for texts, value in zip(filled.texts.values(), values, strict=True):
        texts.append(value)
    for name, numbers in filled.numbers.items():
        number = getattr(row, name)
        numbers.append(np.nan if number is None else number)


def _drop_not_finite(filled: _Filled, names: Sequence[str]) -> None:
    """Leave out rows with a number that is none, naming the first of each."""
    reasons: dict[int, str] = {}
    for segment, matrix in filled.vectors.items():
        for start in range(0, len(matrix), _FIRST_ROWS):
            finite = np.isfinite(matrix[start : start + _FIRST_ROWS])
            for row in np.flatnonzero(~finite.all(axis=1)).tolist():
                column = int(np.argmin(finite[row]))
                value = matrix[start + row, column]
                reasons.setdefault(start + row, f"{names[column]} of {segment} is {value}")
    if not reasons:
        return
    for row, reason in sorted(reasons.items()):
        filled.dropped.append(DroppedRow(filled.ids[row], filled.texts["path"][row], reason))
    kept = np.ones(len(filled.ids), dtype=bool)
    kept[list(reasons)] = False
    for segment in list(filled.vectors):
        filled.vectors[segment] = filled.vectors[segment][kept]
    places = np.flatnonzero(kept).tolist()
    filled.ids = [filled.ids[row] for row in places]
    filled.texts = {name: [texts[row] for row in places] for name, texts in filled.texts.items()}
    filled.numbers = {name: [numbers[row] for row in places] for name, numbers in filled.numbers.items()}


def _check_ids(ids: IntArray, paths: Sequence[str]) -> None:
    order = np.argsort(ids, kind="stable")
    twice: NDArray[np.int64] = np.flatnonzero(np.diff(ids[order]) == 0)
    if len(twice):
        first, second = order[twice[0]], order[twice[0] + 1]
        raise ArtifactError(f"{paths[first]} and {paths[second]} both have the id {ids[first]}")
