"""Many tracks' values become one number, and how far that number would move with other tracks of the same kind.

A table is an array of shape (n, metrics), a row for each track, NaN where a track has no value. `aggregate` makes one
number of each column, `resample` does so again and again for tracks drawn with replacement, the same draws for all
columns, and `percentile_interval` says between which limits most of those numbers lie: the percentile bootstrap
(Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from edm.evaluation.metrics import Aggregate
from edm.model import TimeArray

__all__ = ["CONFIDENCE_LEVEL", "RESAMPLES", "aggregate", "percentile_interval", "resample"]

CONFIDENCE_LEVEL = 0.95
RESAMPLES = 1000

# Draws held at a time: 8 MB of counts, which the caches of a core half hold.
_DRAWS_AT_ONCE = 1_000_000

_ABSOLUTE = {"mean_absolute", "median_absolute"}
_MEDIANS = {"median", "median_absolute"}


def aggregate(table: TimeArray, aggregates: Sequence[Aggregate]) -> TimeArray:
    """One number for each column.

    Parameters
    ----------
    table
        Shape (n, metrics); NaN is no value.
    aggregates
        How, for each column.

    Returns
    -------
    TimeArray
        Shape (metrics,); NaN where a column has no value, or where the number is too large to be one.
    """
    if not len(table):
        return np.full(len(aggregates), np.nan)
    numbers: TimeArray = _aggregates(table, aggregates, [np.ones((1, len(table)), dtype=np.int64)])[0]
    return numbers


def resample(
    table: TimeArray, aggregates: Sequence[Aggregate], *, resamples: int = RESAMPLES, seed: int = 0
) -> TimeArray:
    """What `aggregate` gives for tracks drawn with replacement, as many as there are.

    Parameters
    ----------
    table, aggregates
        As for `aggregate`.
    resamples
        How often.
    seed
        Equal tables and seeds give equal numbers.

    Returns
    -------
    TimeArray
        Shape (resamples, metrics); NaN where only tracks without a value were drawn, and all NaN without tracks.
    """
    n = len(table)
    if not n:
        return np.full((resamples, len(aggregates)), np.nan)
    rng = np.random.default_rng(seed)
    at_once = max(1, _DRAWS_AT_ONCE // n)
    sizes = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    return _aggregates(table, aggregates, (_draw_counts(n, size, rng) for size in sizes))


def percentile_interval(values: TimeArray, *, confidence_level: float = CONFIDENCE_LEVEL) -> tuple[float, float] | None:
    """Limits between which the middle share of the values lies.

    Parameters
    ----------
    values
        Shape (resamples,), of one metric; NaN is left out.

    Returns
    -------
    tuple of float, or None
        Lower and upper limit, interpolated; None without a value.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def _draw_counts(n: int, resamples: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each of ``n`` tracks is in each resample, shape (resamples, n)."""
    drawn = rng.integers(0, n, (resamples, n))
    drawn += n * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * n).reshape(resamples, n)


def _aggregates(table: TimeArray, aggregates: Sequence[Aggregate], batches: Iterable[NDArray[np.int64]]) -> TimeArray:
    """One row for each row of the batches, which say how often each track counts."""
    table = np.where([how in _ABSOLUTE for how in aggregates], np.abs(table), table)
    medians = [column for column, how in enumerate(aggregates) if how in _MEDIANS]
    means = [column for column, how in enumerate(aggregates) if how not in _MEDIANS]
    roots = [column for column, how in enumerate(aggregates) if how == "rms"]
    squared = [column in roots for column in means]
    known = ~np.isnan(table[:, means])
    rows = []
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # A track without a value adds 0 to the sum and 0 to the number of tracks.
        summands = np.where(known, np.where(squared, table[:, means] ** 2, table[:, means]), 0.0)
        for counts in batches:
            weights = counts.astype(np.float64)
            row = np.full((len(counts), len(aggregates)), np.nan)
            row[:, means] = (weights @ summands) / (weights @ known.astype(np.float64))
            row[:, roots] = np.sqrt(row[:, roots])
            for column in medians:
                row[:, column] = _weighted_medians(table[:, column], counts)
            rows.append(row)
    result = np.concatenate(rows)
    result[~np.isfinite(result)] = np.nan
    return result


def _weighted_medians(values: TimeArray, counts: NDArray[np.int64]) -> TimeArray:
    """Median of the values with each taken as often as a row of counts says, for all rows."""
    order = np.argsort(values, kind="stable")[: int(np.sum(~np.isnan(values)))]  # NaN is sorted to the end
    if not len(order):
        return np.full(len(counts), np.nan)
    ranked = values[order]
    below = np.cumsum(counts[:, order], axis=1)
    total = below[:, -1]
    # Of 2 k values the two in the middle are averaged, of 2 k + 1 the middle one is taken twice.
    lower = np.sum(below <= ((total - 1) // 2)[:, None], axis=1)
    upper = np.sum(below <= (total // 2)[:, None], axis=1)
    last = len(ranked) - 1
    middle = (ranked[np.minimum(lower, last)] + ranked[np.minimum(upper, last)]) / 2
    return np.where(total > 0, middle, np.nan)
