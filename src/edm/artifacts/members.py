"""Matrices as named plain arrays, and back: what the file of `edm.artifacts.npz` holds.

One member an array, under the names of `MEMBERS`. Slices are rows of ``[start, stop]`` beside an array of names, the
scaling stands in members ``scaler_…``, what has no shape is JSON in an array of one text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edm.artifacts.matrices import DroppedRow, Matrices
from edm.artifacts.rows import NUMBERS
from edm.artifacts.scaling import SCALING_VERSION, Block, Scaling
from edm.artifacts.text import TextColumn
from edm.errors import ArtifactError

__all__ = ["MEMBERS", "ROWS", "SCHEMA_VERSION", "from_members", "plain_json", "to_members"]

SCHEMA_VERSION = 2

_TEXTS = ("track_paths", "track_artists", "track_titles", "artist_keys", "album_keys", "key")
_VECTORS = ("X_sonic", "X_sonic_start", "X_sonic_mid", "X_sonic_end")
_GENRES = ("X_genre_raw", "X_genre_smoothed")
# What has a row for each track, and is worth mapping.
ROWS = ("track_ids", *_TEXTS, "X_sonic_raw", *_VECTORS, *NUMBERS, *_GENRES)

MEMBERS = (
    # What tells whether the file is current comes first.
    "schema_version",
    "scaling_version",
    "fingerprint",
    "settings",
    "spec_version",
    "feature_names",  # (d,), of the columns of X_sonic_raw
    "feature_units",  # (d,)
    "family_names",  # (f,)
    "family_slices",  # (f, 2), columns of X_sonic_raw
    "sonic_family_names",  # (g,); one, "all", where a variant mixes families
    "sonic_family_slices",  # (g, 2), columns of X_sonic and its segments
    "scaler_variant",
    "scaler_center",  # (d,)
    "scaler_factor",  # (d,)
    "scaler_clip",
    "scaler_unit",
    "scaler_constant",  # columns of X_sonic_raw without variation
    "scaler_block_names",  # (b,), blocks of columns that are turned together; none in some variants
    "scaler_block_slices",  # (b, 4): from start, stop to start, stop
    "scaler_block_weights",  # (b,)
    "scaler_means",  # (d,), one block after the other
    "scaler_axes",  # one block's (c, k) after the other, flat
    "dropped",  # JSON: [id, path, reason] of tracks that are not in it
    "exact_text",  # JSON: {member: {row: text}} of texts that are cut in their array
    "genre_vocab",  # (v,), columns of X_genre_raw and X_genre_smoothed
    "genre_idf",  # (v,)
    "genre_similarity",  # (v, v)
    *ROWS,
)

_SINGLE = {
    *("schema_version", "scaling_version", "fingerprint", "settings", "spec_version", "dropped", "exact_text"),
    *("scaler_variant", "scaler_clip", "scaler_unit"),
}
_TABLES = ("_slices", "_similarity")


def plain_json(value: object) -> str:
    """One text for one value, whatever the order of its keys; plain ASCII."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))


def to_members(matrices: Matrices) -> dict[str, NDArray[Any]]:
    """Plain arrays by name, in the order of `MEMBERS`."""
    texts = {name: getattr(matrices, name) for name in _TEXTS}
    exact = {name: {str(row): text for row, text in column.exact.items()} for name, column in texts.items()}
    members: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "scaling_version": SCALING_VERSION,
        "fingerprint": matrices.fingerprint,
        "settings": plain_json(matrices.settings),
        "spec_version": matrices.spec_version,
        "feature_names": _words(matrices.feature_names),
        "feature_units": _words(matrices.feature_units),
        "family_names": _words(matrices.families),
        "family_slices": _pairs(matrices.families.values()),
        "sonic_family_names": _words(matrices.sonic_families),
        "sonic_family_slices": _pairs(matrices.sonic_families.values()),
        **_scaling_members(matrices.scaling),
        "dropped": plain_json([[row.track_id, row.path, row.reason] for row in matrices.dropped]),
        "exact_text": plain_json({name: rows for name, rows in exact.items() if rows}),
        "genre_vocab": _words(matrices.genre_vocab),
        "genre_idf": matrices.genre_idf,
        "genre_similarity": matrices.genre_similarity,
    }
    for name in ROWS:
        value = getattr(matrices, name)
        members[name] = value.values if isinstance(value, TextColumn) else value
    return {name: np.asarray(members[name]) for name in MEMBERS}


def from_members(members: Mapping[str, NDArray[Any]], path: Path) -> Matrices:
    """The matrices of `path` again.

    Raises
    ------
    ArtifactError
        If shapes or kinds do not fit each other.
    ValueError, KeyError
        If something in it is not what its name says.
    """
    _check_shapes(members, path)
    exact, settings = _json(members, "exact_text", dict), _json(members, "settings", dict)
    dropped = [DroppedRow(int(row), str(place), str(why)) for row, place, why in _json(members, "dropped", list)]
    texts = {
        name: TextColumn(members[name], {int(row): str(text) for row, text in exact.get(name, {}).items()})
        for name in _TEXTS
    }
    rows: dict[str, Any] = {name: members[name] for name in ROWS} | texts
    return Matrices(
        **rows,
        feature_names=tuple(members["feature_names"].tolist()),
        feature_units=tuple(members["feature_units"].tolist()),
        families=_slices(members["family_names"], members["family_slices"]),
        genre_vocab=tuple(members["genre_vocab"].tolist()),
        genre_idf=members["genre_idf"],
        genre_similarity=members["genre_similarity"],
        scaling=_scaling(members),
        spec_version=str(members["spec_version"][()]),
        fingerprint=str(members["fingerprint"][()]),
        settings=settings,
        dropped=tuple(dropped),
    )


def _scaling_members(scaling: Scaling) -> dict[str, Any]:
    blocks = scaling.blocks
    places = [[b.source.start, b.source.stop, b.target.start, b.target.stop] for b in blocks]
    none = [np.zeros(0)]
    return {
        "scaler_variant": scaling.variant,
        "scaler_center": scaling.center,
        "scaler_factor": scaling.factor,
        "scaler_clip": scaling.clip,
        "scaler_unit": scaling.unit,
        "scaler_constant": np.array(scaling.constant, dtype=np.int64),
        "scaler_block_names": _words([block.name for block in blocks]),
        "scaler_block_slices": np.array(places, dtype=np.int64).reshape(-1, 4),
        "scaler_block_weights": np.array([block.weight for block in blocks], dtype=np.float64),
        "scaler_means": np.concatenate([block.mean for block in blocks] or none),
        "scaler_axes": np.concatenate([block.axes.ravel() for block in blocks] or none),
    }


def _scaling(members: Mapping[str, NDArray[Any]]) -> Scaling:
    blocks: list[Block] = []
    means, axes = members["scaler_means"], members["scaler_axes"]
    for name, place, weight in zip(
        members["scaler_block_names"].tolist(),
        members["scaler_block_slices"].tolist(),
        members["scaler_block_weights"].tolist(),
        strict=True,
    ):
        start, stop, to_start, to_stop = place
        c, k = stop - start, to_stop - to_start
        blocks.append(
            Block(name, slice(start, stop), slice(to_start, to_stop), means[:c], axes[: c * k].reshape(c, k), weight)
        )
        means, axes = means[c:], axes[c * k :]
    return Scaling(
        variant=str(members["scaler_variant"][()]),
        center=members["scaler_center"],
        factor=members["scaler_factor"],
        clip=float(members["scaler_clip"]),
        blocks=tuple(blocks),
        unit=bool(members["scaler_unit"]),
        constant=tuple(members["scaler_constant"].tolist()),
    )


def _json(members: Mapping[str, NDArray[Any]], name: str, kind: type) -> Any:
    value = json.loads(str(members[name][()]))
    if not isinstance(value, kind):
        raise ValueError(f"{name} are no JSON {'object' if kind is dict else 'list'}")
    return value


def _check_shapes(members: Mapping[str, NDArray[Any]], path: Path) -> None:
    for name in MEMBERS:
        dimensions = 0 if name in _SINGLE else 2 if name.startswith("X_") or name.endswith(_TABLES) else 1
        if members[name].ndim != dimensions:
            raise ArtifactError(f"{path} is damaged: {name} has {members[name].ndim} dimensions, not {dimensions}")
    n = len(members["track_ids"])
    k = _slices(members["sonic_family_names"], members["sonic_family_slices"])
    expected: dict[str, tuple[int, ...]] = dict.fromkeys(ROWS, (n,))
    expected |= dict.fromkeys(_VECTORS, (n, max((part.stop for part in k.values()), default=0)))
    v = len(members["genre_vocab"])
    expected |= dict.fromkeys(_GENRES, (n, v)) | {"genre_idf": (v,), "genre_similarity": (v, v)}
    d = len(members["feature_names"])
    expected |= {"X_sonic_raw": (n, d), "feature_units": (d,), "scaler_center": (d,), "scaler_factor": (d,)}
    for name, shape in expected.items():
        if members[name].shape != shape:
            raise ArtifactError(f"{path} is damaged: {name} has the shape {members[name].shape}, not {shape}")
    kinds = {"track_ids": "i", "X_sonic_raw": "f", "genre_vocab": "U", "genre_idf": "f", "genre_similarity": "f"}
    kinds |= dict.fromkeys(_TEXTS, "U") | dict.fromkeys((*NUMBERS, *_VECTORS, *_GENRES), "f")
    for name, kind in kinds.items():
        if members[name].dtype.kind != kind:
            raise ArtifactError(f"{path} is damaged: {name} holds {members[name].dtype}")


def _words(words: Mapping[str, Any] | Sequence[str]) -> NDArray[np.str_]:
    return np.array(list(words) or np.zeros(0, dtype="<U1"))


def _pairs(parts: Any) -> NDArray[np.int64]:
    return np.array([[part.start, part.stop] for part in parts], dtype=np.int64).reshape(-1, 2)


def _slices(names: NDArray[Any], pairs: NDArray[Any]) -> dict[str, slice]:
    return {name: slice(start, stop) for name, (start, stop) in zip(names.tolist(), pairs.tolist(), strict=True)}
