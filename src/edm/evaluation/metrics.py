"""The tables of metrics: what each is called, which way is better, and how many tracks become one number.

The keys are those of ``results.json``; in a track's row a key holds the value of that track alone, in a summary that of
all. None stands where a metric has no value: the error of a tempo that was not estimated, downbeats that nobody marked.
Whatever is a share or a score of rightness has a value for every track, 0 where the estimate is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["BEAT_METRICS", "METRICS", "TEMPO_METRICS", "Aggregate", "Better", "Metric", "Task"]

Task: TypeAlias = Literal["bpm", "beats"]
Aggregate: TypeAlias = Literal["mean", "rms", "mean_absolute", "median", "median_absolute"]
"""How the values of tracks become one; tracks without a value are left out and counted."""
Better: TypeAlias = Literal["more", "less", "near_zero"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of a table.

    Attributes
    ----------
    label
        For people, at most 24 characters.
    aggregate
        From track rows to summary.
    better
        Which way is better; ``near_zero`` for signed values.
    unit
        ``%`` for shares and scores from 0 to 1 (shown times 100), ``bpm``, ``ms``, ``octaves``, ``beats``.
    short
        Another name that ``--fail-under`` takes, or None.
    headline
        Whether it stands in the table on the terminal and at the top of reports.
    meaning
        One sentence.
    """

    label: str
    aggregate: Aggregate
    better: Better
    unit: Literal["%", "bpm", "ms", "octaves", "beats"]
    meaning: str
    short: str | None = None
    headline: bool = False


def _share(label: str, meaning: str, short: str | None = None, *, headline: bool = False) -> Metric:
    return Metric(label, "mean", "more", "%", meaning, short, headline)


TEMPO_METRICS: dict[str, Metric] = {
    "accuracy1": _share("Accuracy1", "Tempo within the tolerance, 4 % unless said otherwise.", "acc1", headline=True),
    "accuracy2": _share("Accuracy2", "… of the reference, its third, half, double or triple.", "acc2", headline=True),
    "within_0p5": _share("within 0.5 BPM", "Tempo at most 0.5 BPM off.", headline=True),
    "within_0p05": _share("within 0.05 BPM", "Tempo at most 0.05 BPM off.", headline=True),
    "within_0p01": _share("within 0.01 BPM", "Tempo at most 0.01 BPM off.", headline=True),
    "within_0p005": _share("within 0.005 BPM", "Tempo at most 0.005 BPM off.", headline=True),
    "within_0p5_octave": _share("within 0.5, octave free", "… after the best of × 1/3, 1/2, 1, 2, 3.", headline=True),
    "within_0p05_octave": _share("within 0.05, octave free", "… after the best of × 1/3, 1/2, 1, 2, 3.", headline=True),
    "within_0p01_octave": _share("within 0.01, octave free", "… after the best of × 1/3, 1/2, 1, 2, 3.", headline=True),
    "within_0p005_octave": _share(
        "within 0.005, octave free", "… after the best of × 1/3, 1/2, 1, 2, 3.", headline=True
    ),
    "mae_bpm": Metric("mean abs. error", "mean", "less", "bpm", "Mean absolute error of the tempo.", "mae", True),
    "rmse_bpm": Metric("RMS error", "rms", "less", "bpm", "Root of the mean squared error.", "rmse", True),
    "median_error_bpm": Metric("median abs. error", "median", "less", "bpm", "Median absolute error.", None, True),
    "oe1": Metric("OE1", "mean", "near_zero", "octaves", "Mean of log2(estimate / reference)."),
    "oe2": Metric("OE2", "mean", "near_zero", "octaves", "OE1 after the best of × 1/3, 1/2, 1, 2, 3."),
    "aoe1": Metric("AOE1", "mean", "less", "octaves", "Mean of the absolute OE1."),
    "aoe2": Metric("AOE2", "mean", "less", "octaves", "Mean of the absolute OE2."),
    "drift_ms": Metric(
        "drift at the end, median",
        "median",
        "less",
        "ms",
        "How far a grid of the estimated tempo is off at the end of the track, the octave forgiven.",
        "drift",
        True,
    ),
}

BEAT_METRICS: dict[str, Metric] = {
    "f_measure": _share("F, 70 ms", "F-measure of the beats at 70 ms.", "f70", headline=True),
    "f_measure_20ms": _share("F, 20 ms", "F-measure of the beats at 20 ms.", "f20", headline=True),
    "f_measure_unbiased": _share("F, 70 ms, bias removed", "… after the median phase bias of the track is taken out."),
    "f_measure_20ms_unbiased": _share(
        "F, 20 ms, bias removed", "… after the median phase bias of the track is taken out.", headline=True
    ),
    "cemgil": _share("Cemgil", "Gaussian of the distance to the nearest beat, σ 40 ms.", headline=True),
    "goto": _share("Goto", "1 where a quarter of the track is followed without a mistake."),
    "p_score": _share("P-score", "McKinney's correlation of beats, window 20 % of the median beat.", headline=True),
    "cmlc": _share("CMLc", "Longest stretch at the right metrical level."),
    "cmlt": _share("CMLt", "All that is at the right metrical level.", headline=True),
    "amlc": _share("AMLc", "Longest stretch, half, double and off-beat allowed."),
    "amlt": _share("AMLt", "All of it, half, double and off-beat allowed.", headline=True),
    "information_gain": _share("information gain", "Of the beat errors over a uniform histogram, 0 to 1."),
    "phase_bias_ms": Metric(
        "phase bias, median",
        "median",
        "near_zero",
        "ms",
        "Median of estimate less reference; positive is late.",
        "bias",
        True,
    ),
    "phase_iqr_ms": Metric(
        "phase spread, median", "median", "less", "ms", "Interquartile range of estimate less reference.", None, True
    ),
    "downbeat_f_measure": _share("downbeat F, 70 ms", "F-measure of the downbeats at 70 ms.", "fdown", headline=True),
    "downbeat_position_error": Metric(
        "bar opens on wrong beat",
        "mean_absolute",
        "near_zero",
        "beats",
        "By how many beats the estimated bars are shifted, most of the time; 0 is right, -1 a beat early.",
    ),
    "grid_drift_ms": Metric(
        "drift, first to last third",
        "median_absolute",
        "near_zero",
        "ms",
        "Median phase of the last third of the track less that of the first.",
        None,
        True,
    ),
}

METRICS: dict[Task, dict[str, Metric]] = {"bpm": TEMPO_METRICS, "beats": BEAT_METRICS}
