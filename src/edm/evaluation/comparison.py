"""Two runs beside each other, track by track: what got better, what got worse, and what may be chance.

Runs are called a and b and come as documents (``results.json``); b is judged against a. Only tracks in both count, and
for each metric only those with a value in both. Where nearer to zero is better, all values enter without their sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from edm.evaluation.bootstrap import aggregate, percentile_interval, resample
from edm.evaluation.metrics import METRICS, Metric, Task
from edm.evaluation.pairing import Document, Pairing, Row, TrackPair, number, pair_tracks
from edm.evaluation.significance import PairedTest, holm, paired_test
from edm.evaluation.summary import rounded, score_columns
from edm.evaluation.tempo import signed_error
from edm.model import TimeArray

__all__ = ["ChangedTrack", "Comparison", "MetricComparison", "Verdict", "compare_runs", "comparison_record"]

Verdict: TypeAlias = Literal["better", "worse", "no clear difference"]

# Chance of calling any metric better or worse though none is, in all metrics together.
_ALPHA = 0.05
_CHANGED = 10
# BPM: 16 ms after seven minutes at 128, less than people hear.
_NO_CHANGE_BPM = 0.005


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric in two runs, over the tracks with a value in both.

    Attributes
    ----------
    pairs
        How many there are.
    only_a, only_b
        Tracks of both runs with a value in one of them, left out.
    a, b
        What the values come to, in the unit of the metric; None without pairs.
    difference
        b less a.
    interval
        95 % limits of the difference: bootstrap over tracks, the same for both runs.
    test
        ``mcnemar`` or ``wilcoxon``.
    p, p_adjusted
        Of that test; and with Holm's correction for all metrics.
    verdict
        On b. It takes an adjusted p below 0.05, and a difference to the side that the test points to.
    absolute
        Whether the values entered without their sign.
    """

    pairs: int
    only_a: int
    only_b: int
    a: float | None
    b: float | None
    difference: float | None
    interval: tuple[float, float] | None
    test: str | None
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    absolute: bool


@dataclass(frozen=True, slots=True)
class ChangedTrack:
    """One track that differs, with what each run says of it."""

    path: str
    a: Mapping[str, object]
    b: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run b against run a.

    Attributes
    ----------
    tracks
        In both runs.
    only_a, only_b
        Paths of the tracks that the other run lacks.
    warnings
        One sentence for each thing that makes the comparison less fair.
    metrics
        By key, those of the task.
    better, worse
        Tracks that changed most, at most 10 each, the largest change first.
    """

    task: Task
    tracks: int
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    warnings: tuple[str, ...]
    metrics: Mapping[str, MetricComparison]
    better: tuple[ChangedTrack, ...]
    worse: tuple[ChangedTrack, ...]


def compare_runs(a: Document, b: Document, *, seed: int = 0) -> Comparison:
    """Compare two runs of one task.

    Hits are compared by McNemar's exact test, all else by Wilcoxon's signed ranks. Tempi change by a hit (Accuracy1)
    gained or lost before anything else, then by their error with the octave forgiven; beats by their F-measure,
    structure by the F of its boundaries at 3 s (of its drops, where only they are known), keys by the weighted score.

    Parameters
    ----------
    a, b
        Two documents.
    seed
        Of the bootstrap.

    Raises
    ------
    InputError
        If a document is not one of ours or holds a value that is no number, or if the two have other tasks, other
        versions or no track in common.
    """
    pairing = pair_tracks(a, b)
    metrics = METRICS[pairing.task]
    better, worse = _most_changed(pairing)
    return Comparison(
        task=pairing.task,
        tracks=len(pairing.pairs),
        only_a=pairing.only_a,
        only_b=pairing.only_b,
        warnings=pairing.warnings,
        metrics=_compare_metrics(pairing.pairs, metrics, seed),
        better=better,
        worse=worse,
    )


def comparison_record(comparison: Comparison) -> dict[str, object]:
    """A comparison as JSON: dicts, lists, strings, finite numbers and None."""
    return {
        "task": comparison.task,
        "tracks": comparison.tracks,
        "only_a": list(comparison.only_a),
        "only_b": list(comparison.only_b),
        "warnings": list(comparison.warnings),
        "metrics": {
            key: {
                "pairs": metric.pairs,
                "only_a": metric.only_a,
                "only_b": metric.only_b,
                "a": metric.a,
                "b": metric.b,
                "difference": metric.difference,
                "interval": None if metric.interval is None else list(metric.interval),
                "test": metric.test,
                "p": metric.p,
                "p_adjusted": metric.p_adjusted,
                "verdict": metric.verdict,
                "absolute": metric.absolute,
            }
            for key, metric in comparison.metrics.items()
        },
        "better": [{"path": track.path, "a": dict(track.a), "b": dict(track.b)} for track in comparison.better],
        "worse": [{"path": track.path, "a": dict(track.a), "b": dict(track.b)} for track in comparison.worse],
    }


def _compare_metrics(
    pairs: Sequence[TrackPair], metrics: Mapping[str, Metric], seed: int
) -> dict[str, MetricComparison]:
    table_a = _table([pair.a for pair in pairs], metrics)
    table_b = _table([pair.b for pair in pairs], metrics)
    lone_a, lone_b = np.isnan(table_b) & ~np.isnan(table_a), np.isnan(table_a) & ~np.isnan(table_b)
    table_a[lone_a], table_b[lone_b] = np.nan, np.nan
    known = ~np.isnan(table_a)
    # One table of both, so that each draw holds the same tracks of both.
    both = np.hstack([table_a, table_b])
    aggregates = [metric.aggregate for metric in metrics.values()] * 2
    numbers_a, numbers_b = np.split(aggregate(both, aggregates), 2)
    draws_a, draws_b = np.split(resample(both, aggregates, seed=seed), 2, axis=1)
    tests = {
        key: paired_test(table_a[known[:, i], i], table_b[known[:, i], i])
        for i, key in enumerate(metrics)
        if known[:, i].any()
    }
    adjusted = holm({key: test.p for key, test in tests.items()})
    compared = {}
    for i, (key, metric) in enumerate(metrics.items()):
        value_a, value_b = rounded(float(numbers_a[i]), metric), rounded(float(numbers_b[i]), metric)
        difference = None if value_a is None or value_b is None else rounded(value_b - value_a, metric)
        test = tests.get(key)
        compared[key] = MetricComparison(
            pairs=int(known[:, i].sum()),
            only_a=int(lone_a[:, i].sum()),
            only_b=int(lone_b[:, i].sum()),
            a=value_a,
            b=value_b,
            difference=difference,
            interval=_interval(draws_b[:, i] - draws_a[:, i], metric),
            test=test.name if test else None,
            p=_six_digits(test.p) if test else None,
            p_adjusted=_six_digits(adjusted[key]) if test else None,
            verdict=_verdict(metric, test, adjusted[key], difference) if test else "no clear difference",
            absolute=metric.better == "near_zero",
        )
    return compared


def _table(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> TimeArray:
    columns = score_columns([{key: number(row, key) for key in metrics} for row in rows], metrics)
    return np.column_stack(
        [np.abs(columns[key]) if metric.better == "near_zero" else columns[key] for key, metric in metrics.items()]
    )


def _verdict(metric: Metric, test: PairedTest, p_adjusted: float, difference: float | None) -> Verdict:
    # Most tracks may gain a little while few lose much: then the test and the difference point to different sides.
    if p_adjusted >= _ALPHA or difference is None or test.direction * difference <= 0:
        return "no clear difference"
    return "better" if (difference > 0) == (metric.better == "more") else "worse"


def _interval(differences: TimeArray, metric: Metric) -> tuple[float, float] | None:
    limits = percentile_interval(differences)
    if limits is None:
        return None
    low, high = (rounded(limit, metric) for limit in limits)
    return None if low is None or high is None else (low, high)


def _six_digits(p: float) -> float:
    return float(f"{p:.6g}")


def _most_changed(pairing: Pairing) -> tuple[tuple[ChangedTrack, ...], tuple[ChangedTrack, ...]]:
    """The tracks that gained and those that lost, the largest change first."""
    change, show = _CHANGES[pairing.task]
    changes = [(change(pair), pair) for pair in pairing.pairs]
    gained = sorted((c for c in changes if c[0] > (0, 0)), key=lambda c: ((-c[0][0], -c[0][1]), c[1].path))
    lost = sorted((c for c in changes if c[0] < (0, 0)), key=lambda c: (c[0], c[1].path))
    better, worse = (
        tuple(ChangedTrack(pair.path, show(pair.a), show(pair.b)) for _, pair in changed[:_CHANGED])
        for changed in (gained, lost)
    )
    return better, worse


def _tempo_change(pair: TrackPair) -> tuple[float, float]:
    """Hits gained, then BPM of error lost; more is better."""
    hits = (number(pair.b, "accuracy1") or 0.0) - (number(pair.a, "accuracy1") or 0.0)
    error_a, error_b = _octave_free_error(pair.a), _octave_free_error(pair.b)
    # No tempo at all is worse than any.
    before, after = (math.inf if error is None else error for error in (error_a, error_b))
    gain = 0.0 if before == after or abs(before - after) <= _NO_CHANGE_BPM else before - after
    return (hits, gain)


def _beat_change(pair: TrackPair) -> tuple[float, float]:
    return ((number(pair.b, "f_measure") or 0.0) - (number(pair.a, "f_measure") or 0.0), 0.0)


def _structure_change(pair: TrackPair) -> tuple[float, float]:
    changes = [(number(pair.b, key) or 0.0) - (number(pair.a, key) or 0.0) for key in ("boundary_f_3s", "drop_f_3s")]
    return (changes[0], changes[1])


def _key_change(pair: TrackPair) -> tuple[float, float]:
    return ((number(pair.b, "key_weighted") or 0.0) - (number(pair.a, "key_weighted") or 0.0), 0.0)


def _octave_free_error(row: Row) -> float | None:
    reference, estimate = number(row, "reference_bpm"), number(row, "estimate_bpm")
    if reference is None or estimate is None:
        return None
    return round(abs(signed_error(reference, estimate, octave_free=True)), 6)


def _show_tempo(row: Row) -> dict[str, object]:
    shown = {key: row.get(key) for key in ("status", "reference_bpm", "estimate_bpm", "accuracy1")}
    return {**shown, "octave_free_error_bpm": _octave_free_error(row)}


def _show_beats(row: Row) -> dict[str, object]:
    return {key: row.get(key) for key in ("status", "f_measure", "downbeat_f_measure", "phase_bias_ms")}


def _show_structure(row: Row) -> dict[str, object]:
    return {key: row.get(key) for key in ("status", "boundary_f_0p5s", "boundary_f_3s", "label_accuracy", "drop_f_3s")}


def _show_key(row: Row) -> dict[str, object]:
    return {key: row.get(key) for key in ("status", "reference_key", "estimate_key", "relation", "key_weighted")}


# By task: how much b is better than a, most important first, and what to show of a row.
_CHANGES: dict[Task, tuple[Callable[[TrackPair], tuple[float, float]], Callable[[Row], dict[str, object]]]] = {
    "bpm": (_tempo_change, _show_tempo),
    "beats": (_beat_change, _show_beats),
    "structure": (_structure_change, _show_structure),
    "key": (_key_change, _show_key),
}
