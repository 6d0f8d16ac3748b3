"""Summaries: what the values of many tracks come to, how sure that is, and over how many tracks it was taken.

For all tasks alike. A column holds one metric, a value for each track in the order of the references, NaN where
a track has none; `score_columns` makes them of scores. `summarise` gives the summary of all tracks, `break_down` one
for each group; a group's summary is that of a run with those tracks alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

import numpy as np

from edm.errors import InputError
from edm.evaluation.bootstrap import CONFIDENCE_LEVEL, RESAMPLES, aggregate, percentile_interval, resample
from edm.evaluation.metrics import Metric
from edm.model import TimeArray

__all__ = [
    "NO_LABEL",
    "Status",
    "Summary",
    "SummaryRecord",
    "break_down",
    "rounded",
    "score_columns",
    "summarise",
    "summary_record",
]

Status: TypeAlias = Literal["ok", "failed", "missing"]
"""``missing``: the estimates say nothing of the track."""

NO_LABEL = "(none)"
"""Group of the tracks of which a column of the reference says nothing."""

# Digits after the point. A microsecond, a millionth of a BPM and of a share are less than anybody measures.
_DIGITS = {"ms": 3, "bpm": 6, "%": 6, "octaves": 6, "beats": 6, "rho": 6}


@dataclass(frozen=True, slots=True)
class Summary:
    """Many tracks in one number a metric.

    Attributes
    ----------
    tracks, ok, failed, missing
        How many there are, and how many of each status.
    values
        By metric; None where no track has a value.
    intervals
        Lower and upper limit by metric; None where no track has a value.
    counts
        Tracks with a value, by metric.
    """

    tracks: int
    ok: int
    failed: int
    missing: int
    values: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float] | None]
    counts: Mapping[str, int]


class SummaryRecord(TypedDict):
    """A summary as it stands in ``results.json``."""

    summary: dict[str, float | int | None]
    intervals: dict[str, list[float] | None]
    counts: dict[str, int]


def score_columns(scores: Sequence[Mapping[str, float | None]], metrics: Mapping[str, Metric]) -> dict[str, TimeArray]:
    """Columns from the scores of tracks; a key that a track lacks is no value."""
    return {
        key: np.array([math.nan if (value := track.get(key)) is None else value for track in scores], dtype=np.float64)
        for key in metrics
    }


def summarise(
    columns: Mapping[str, TimeArray],
    metrics: Mapping[str, Metric],
    statuses: Sequence[Status],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence_level: float = CONFIDENCE_LEVEL,
) -> Summary:
    """Summary of all tracks, with bootstrap intervals.

    Parameters
    ----------
    columns
        By metric, each of shape (n,); NaN is no value and left out of that metric.
    metrics
        What to summarise, and how.
    statuses
        Of the n tracks.
    seed, resamples
        Of the bootstrap; the same tracks are drawn for all metrics.
    confidence_level
        Of the intervals, 0 to 1.

    Raises
    ------
    InputError
        If a metric has no column, or the columns and statuses differ in length.
    """
    n = len(statuses)
    for key in metrics:
        if key not in columns or columns[key].shape != (n,):
            held = columns[key].shape if key in columns else "no column"
            raise InputError(f"{key}: {n} tracks need a column of {n} values, not {held}")
    table = np.column_stack([columns[key] for key in metrics]) if metrics else np.empty((n, 0))
    aggregates = [metric.aggregate for metric in metrics.values()]
    numbers = aggregate(table, aggregates).tolist()
    draws = resample(table, aggregates, seed=seed, resamples=resamples)
    intervals = [percentile_interval(column, confidence_level=confidence_level) for column in draws.T]
    return Summary(
        tracks=n,
        ok=statuses.count("ok"),
        failed=statuses.count("failed"),
        missing=statuses.count("missing"),
        values={key: None if math.isnan(number) else number for key, number in zip(metrics, numbers, strict=True)},
        intervals=dict(zip(metrics, intervals, strict=True)),
        counts=dict(zip(metrics, np.sum(~np.isnan(table), axis=0).tolist(), strict=True)),
    )


def break_down(
    columns: Mapping[str, TimeArray],
    metrics: Mapping[str, Metric],
    statuses: Sequence[Status],
    labels: Sequence[str | None],
    *,
    order: Sequence[str] = (),
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence_level: float = CONFIDENCE_LEVEL,
) -> dict[str, Summary]:
    """Summaries of the tracks with each label.

    Parameters
    ----------
    columns, metrics, statuses, seed, resamples, confidence_level
        As for `summarise`.
    labels
        Of the n tracks; those with None or a blank form the group `NO_LABEL`, so that no track is lost.
    order
        Labels to name first, in this order, such as `edm.evaluation.tempo.TEMPO_BANDS`.

    Returns
    -------
    dict
        By label: those of ``order`` that occur, then numbers by size, then words by the alphabet, then `NO_LABEL`.

    Raises
    ------
    InputError
        If the labels are not as many as the statuses, or as for `summarise`.
    """
    if len(labels) != len(statuses):
        raise InputError(f"{len(labels)} labels do not go with {len(statuses)} tracks")
    members: dict[str, list[int]] = {}
    for track, label in enumerate(labels):
        members.setdefault((label or "").strip() or NO_LABEL, []).append(track)
    first = {label: place for place, label in enumerate(order)}
    return {
        label: summarise(
            {key: columns[key][members[label]] for key in metrics},
            metrics,
            [statuses[track] for track in members[label]],
            seed=seed,
            resamples=resamples,
            confidence_level=confidence_level,
        )
        for label in sorted(members, key=lambda label: (first.get(label, len(first)), _sort_key(label)))
    }


def summary_record(summary: Summary, metrics: Mapping[str, Metric]) -> SummaryRecord:
    """A summary as it stands in ``results.json``, its numbers rounded."""
    return {
        "summary": {
            "tracks": summary.tracks,
            "ok": summary.ok,
            "failed": summary.failed,
            "missing": summary.missing,
            **{key: rounded(summary.values[key], metric) for key, metric in metrics.items()},
        },
        "intervals": {key: _rounded_pair(summary.intervals[key], metric) for key, metric in metrics.items()},
        "counts": {key: summary.counts[key] for key in metrics},
    }


def rounded(value: float | None, metric: Metric) -> float | None:
    """A value of a metric with the digits that ``results.json`` holds: 3 of milliseconds, 6 of all else.

    Never -0; None for what is not finite.
    """
    if value is None or not math.isfinite(value):
        return None
    return round(value, _DIGITS[metric.unit]) + 0.0


def _rounded_pair(limits: tuple[float, float] | None, metric: Metric) -> list[float] | None:
    if limits is None:
        return None
    digits = _DIGITS[metric.unit]
    return [round(limits[0], digits) + 0.0, round(limits[1], digits) + 0.0]


def _sort_key(label: str) -> tuple[int, float, str, str]:
    if label == NO_LABEL:
        return (2, 0.0, "", label)
    try:
        number = float(label)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return (0, number, "", label)
    return (1, 0.0, label.casefold(), label)
