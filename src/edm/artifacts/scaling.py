"""Features of any size made comparable: fitted on whole tracks, applied to every segment, kept with the matrices.

A scaling is three steps, of which a variant takes some: each column is moved and stretched (and clipped), blocks of
columns are turned to their principal axes, and each block becomes a vector of one length, its weight. `VARIANTS` is the
table of them.

Columns that are constant become zero (``raw`` leaves them alone) and are named in `Scaling.constant`. The same rows in
another order give the same scaling, rounding aside: signs of axes are fixed, nothing is drawn.

Offers `fit`, `transform` and `VARIANTS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edm.errors import InputError
from edm.model import FloatArray, TimeArray

__all__ = [
    "DEFAULT_VARIANT",
    "FAMILY_WEIGHTS",
    "SCALING_VERSION",
    "VARIANTS",
    "Block",
    "Scaling",
    "Variant",
    "check_variant",
    "fit",
    "transform",
]

SCALING_VERSION = 1
"""Rises when the same rows get other numbers."""

# Robust spread: quartiles of a normal distribution lie 1.349 standard deviations apart.
_IQR_PER_DEVIATION = 1.349
# In robust deviations; one normal value in 370 lies outside.
_CLIP = 3.0
# A column that varies less, relative to its largest value, has nothing but the rounding of float32 in it.
_ROUNDING = 8 * float(np.finfo(np.float32).eps)
# Quartiles closer than this share of the range are those of a column with one value almost everywhere.
_POINT = 1e-6
# Axes with less of the largest variance are rounding.
_NO_VARIANCE = 1e-9
# Rows and columns at a time, in float64: a few MB.
_ROWS = 8192
_COLUMNS = 16

FAMILY_WEIGHTS: Mapping[str, float] = {"loudness": 0.3}
"""Share of families in ``tower`` that is not 1: how loud a track was mastered says little of what it sounds like."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to scale.

    Attributes
    ----------
    means
        One line for people.
    column
        What each column is moved and stretched by: nothing, mean and standard deviation, or median and quartiles.
    clip
        Largest size of a value after that; None for any.
    axes
        Over which columns principal axes are sought.
    variance
        Share of the variance that the axes keep.
    whiten
        Whether each axis is stretched to variance 1.
    unit
        Whether each block is brought to the length of its weight.
    """

    means: str
    column: Literal["as is", "mean", "median"]
    clip: float | None = None
    axes: Literal["none", "all", "family"] = "none"
    variance: float = 1.0
    whiten: bool = False
    unit: bool = False


VARIANTS: Mapping[str, Variant] = {
    "raw": Variant("as extracted", "as is"),
    "zscore": Variant("mean 0, standard deviation 1", "mean"),
    "robust": Variant("median 0, quartiles alike, clipped", "median", _CLIP),
    "robust_whiten": Variant("robust, then all axes alike", "median", _CLIP, "all", 0.99, whiten=True),
    "tower": Variant("robust, axes of each family, families of one length", "median", _CLIP, "family", 0.95, unit=True),
}
DEFAULT_VARIANT = "tower"


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that are turned to new axes together.

    Attributes
    ----------
    name
        Of the family, or ``all``.
    source, target
        Columns that go in and that come out.
    mean
        Shape (c,), of the moved, stretched and clipped columns.
    axes
        Shape (c, k).
    weight
        Length of the block where a variant has lengths.
    """

    name: str
    source: slice
    target: slice
    mean: TimeArray
    axes: TimeArray
    weight: float


@dataclass(frozen=True, slots=True)
class Scaling:
    """All that `transform` needs.

    Attributes
    ----------
    variant
        Name, from `VARIANTS`.
    center, factor
        Shape (d,): a value becomes ``(value - center) * factor``; a factor of 0 marks a constant column.
    clip
        Largest size after that; infinite for any.
    blocks
        Empty where a variant has no axes: columns then stay what they are.
    unit
        Whether blocks have a length.
    constant
        Columns without variation, increasing.
    """

    variant: str
    center: TimeArray
    factor: TimeArray
    clip: float
    blocks: tuple[Block, ...] = ()
    unit: bool = False
    constant: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Columns that come out."""
        return self.blocks[-1].target.stop if self.blocks else len(self.center)


def check_variant(name: str) -> None:
    """Check that there is a scaling of this name.

    Raises
    ------
    InputError
        If there is none; the hint lists those that there are.
    """
    if name not in VARIANTS:
        raise InputError(f"no scaling is called {name!r}", hint=f"there are: {', '.join(VARIANTS)}")


def fit(
    X: FloatArray,
    families: Mapping[str, slice],
    *,
    variant: str = DEFAULT_VARIANT,
    weights: Mapping[str, float] = FAMILY_WEIGHTS,
    names: Sequence[str] = (),
) -> Scaling:
    """The scaling of a variant that suits `X`.

    No row, or one, makes every column constant.

    Parameters
    ----------
    X
        Shape (n, d), finite.
    families
        Columns of each, in order, without gaps.
    weights
        Lengths of families, 1 for those that are not in it; ``tower`` alone has lengths.
    names
        Of columns, for messages.

    Raises
    ------
    InputError
        For an unknown variant, and for a value that is not finite.
    """
    check_variant(variant)
    chosen = VARIANTS[variant]
    d = X.shape[1]
    center, factor, constant = np.zeros(d), np.ones(d), np.zeros(d, dtype=bool)
    for start in range(0, d, _COLUMNS):
        part = slice(start, start + _COLUMNS)
        columns = np.ascontiguousarray(X[:, part].T, dtype=np.float64)
        _check_finite(columns, start, names)
        constant[part] = _is_constant(columns)
        if chosen.column != "as is":
            center[part], spread = _middle_and_spread(columns, chosen.column)
            factor[part] = np.where(constant[part], 0.0, 1.0 / np.where(spread > 0, spread, 1.0))
    clip = np.inf if chosen.clip is None else chosen.clip
    moved = Scaling(variant, center, factor, clip, constant=tuple(np.flatnonzero(constant).tolist()))
    if chosen.axes == "none":
        return moved
    parts = dict(families) if chosen.axes == "family" else {"all": slice(0, d)}
    blocks: list[Block] = []
    end = 0
    for name, source in parts.items():
        mean, axes = _principal_axes(X, moved, source, chosen)
        blocks.append(Block(name, source, slice(end, end + axes.shape[1]), mean, axes, weights.get(name, 1.0)))
        end += axes.shape[1]
    return Scaling(variant, center, factor, clip, tuple(blocks), chosen.unit, moved.constant)


def transform(scaling: Scaling, X: FloatArray) -> FloatArray:
    """`X` scaled, shape (n, `Scaling.width`).

    Parameters
    ----------
    X
        Shape (n, d), columns as at the fit; may lie on disk.
    """
    if X.ndim != 2 or X.shape[1] != len(scaling.center):
        raise InputError(f"vectors of {len(scaling.center)} features are scaled, not an array of shape {X.shape}")
    out = np.empty((len(X), scaling.width), dtype=np.float32)
    for start in range(0, len(X), _ROWS):
        rows = slice(start, start + _ROWS)
        if not scaling.blocks:
            out[rows] = _moved(scaling, X[rows], slice(None))
        for block in scaling.blocks:
            Y = (_moved(scaling, X[rows], block.source) - block.mean) @ block.axes
            if scaling.unit:
                lengths = np.sqrt(np.einsum("ij,ij->i", Y, Y))[:, None]
                # A track in the very middle has no direction.
                Y *= np.divide(block.weight, lengths, out=np.zeros_like(lengths), where=lengths > _POINT)
            out[rows, block.target] = Y
    return out


def _moved(scaling: Scaling, X: FloatArray, part: slice) -> TimeArray:
    Z = X[:, part].astype(np.float64)
    Z -= scaling.center[part]
    Z *= scaling.factor[part]
    return Z if np.isinf(scaling.clip) else np.clip(Z, -scaling.clip, scaling.clip, out=Z)


def _check_finite(columns: TimeArray, start: int, names: Sequence[str]) -> None:
    if np.isfinite(columns).all():
        return
    column, row = np.argwhere(~np.isfinite(columns))[0].tolist()
    name = repr(names[start + column]) if names else f"column {start + column}"
    raise InputError(f"row {row} has {columns[column, row]} as {name}: not to be scaled")


def _is_constant(columns: TimeArray) -> NDArray[np.bool_]:
    low, high = columns.min(axis=1, initial=np.inf), columns.max(axis=1, initial=-np.inf)
    # Without rows, low is above high.
    flat: NDArray[np.bool_] = ~(high - low > _ROUNDING * np.maximum(np.abs(low), np.abs(high)))
    return flat


def _middle_and_spread(columns: TimeArray, kind: str) -> tuple[TimeArray, TimeArray]:
    """One of each a column; 0 and 1 without rows."""
    if not columns.shape[1]:
        return np.zeros(len(columns)), np.ones(len(columns))
    deviation = columns.std(axis=1)
    if kind == "mean":
        return columns.mean(axis=1), deviation
    low, middle, high = np.quantile(columns, (0.25, 0.5, 0.75), axis=1)
    pointed = high - low <= _POINT * np.ptp(columns, axis=1)
    return middle, np.where(pointed, deviation, (high - low) / _IQR_PER_DEVIATION)


def _principal_axes(X: FloatArray, moved: Scaling, part: slice, variant: Variant) -> tuple[TimeArray, TimeArray]:
    """Mean (c,) and axes (c, k) of some columns, the widest first; one axis of zeros where nothing varies."""
    c = part.stop - part.start
    total, products = np.zeros(c), np.zeros((c, c))
    for start in range(0, len(X), _ROWS):
        Z = _moved(moved, X[start : start + _ROWS], part)
        total += Z.sum(axis=0)
        products += Z.T @ Z
    n = max(len(X), 1)
    mean = total / n
    # Clipped values are of the size of 1: nothing is lost by subtracting at the end.
    values, vectors = np.linalg.eigh(products / n - np.outer(mean, mean))
    values, vectors = values[::-1], vectors[:, ::-1]
    real = int(np.sum(values > max(_NO_VARIANCE * values[0], _NO_VARIANCE)))
    if not real:
        return mean, np.zeros((c, 1))
    share = np.cumsum(values[:real]) / values[:real].sum()
    kept = min(int(np.searchsorted(share, variant.variance - 1e-12)) + 1, real)
    axes = vectors[:, :kept] * _signs(vectors[:, :kept])
    return mean, axes / np.sqrt(values[:kept]) if variant.whiten else axes


def _signs(axes: TimeArray) -> TimeArray:
    """1 or -1 for each axis: the first of its largest parts, rounding aside, is to be positive."""
    sizes = np.abs(axes)
    first = np.argmax(sizes >= sizes.max(axis=0) * (1 - _POINT), axis=0)
    signs: TimeArray = np.sign(axes[first, np.arange(axes.shape[1])])
    return signs
