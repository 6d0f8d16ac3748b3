"""The tables of metrics: what each is called, which way is better, and how many tracks become one number.

The keys are those of ``results.json``; in a track's row a key holds the value of that track alone, in a summary that of
all. None stands where a metric has no value: the error of a tempo that was not estimated, downbeats that nobody marked.
Whatever is a share or a score of rightness has a value for every track, 0 where the estimate is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "BEAT_METRICS",
    "KEY_METRICS",
    "METRICS",
    "STRUCTURE_METRICS",
    "TEMPO_METRICS",
    "Aggregate",
    "Better",
    "Metric",
    "Task",
    "Unit",
]

Task: TypeAlias = Literal["bpm", "beats", "structure", "key"]
Unit: TypeAlias = Literal["%", "bpm", "ms", "octaves", "beats", "rho"]
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
        ``%`` for shares and scores from 0 to 1 (shown times 100), ``bpm``, ``ms``, ``octaves``, ``beats``, ``rho`` for
        correlations from -1 to 1.
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
    unit: Unit
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

STRUCTURE_METRICS: dict[str, Metric] = {
    "boundary_f_0p5s": _share("boundary F, 0.5 s", "F-measure of the boundaries at 0.5 s.", "f0p5", headline=True),
    "boundary_precision_0p5s": _share("boundary prec., 0.5 s", "Share of the estimated boundaries that are right."),
    "boundary_recall_0p5s": _share("boundary recall, 0.5 s", "Share of the reference boundaries that were found."),
    "boundary_f_3s": _share("boundary F, 3 s", "F-measure of the boundaries at 3 s.", "f3", headline=True),
    "boundary_precision_3s": _share("boundary prec., 3 s", "Share of the estimated boundaries that are right."),
    "boundary_recall_3s": _share("boundary recall, 3 s", "Share of the reference boundaries that were found."),
    "boundary_f_half_bar": _share("boundary F, half a bar", "F-measure at half the length of a bar.", headline=True),
    "boundary_f_1_bar": _share("boundary F, one bar", "F-measure at the length of a bar.", "fbar", headline=True),
    "pairwise_f": _share("pairwise F", "F of pairs of moments that share a label.", "pairs", headline=True),
    "pairwise_precision": _share("pairwise precision", "Share of the estimate's pairs that the reference has."),
    "pairwise_recall": _share("pairwise recall", "Share of the reference's pairs that the estimate has."),
    "label_accuracy": _share(
        "label accuracy", "Share of the labelled time with the right label.", "labels", headline=True
    ),
    "drop_f_1_bar": _share("drop F, one bar", "F-measure of where drops begin, at a bar.", "drops", headline=True),
    "drop_precision_1_bar": _share("drop prec., one bar", "Share of the estimated drops that are right."),
    "drop_recall_1_bar": _share("drop recall, one bar", "Share of the reference drops that were found."),
    "drop_f_3s": _share("drop F, 3 s", "F-measure of where drops begin, at 3 s.", "drops3", headline=True),
    "drop_precision_3s": _share("drop prec., 3 s", "Share of the estimated drops that are right."),
    "drop_recall_3s": _share("drop recall, 3 s", "Share of the reference drops that were found."),
    "boundaries_on_bars": _share("boundaries on bars", "Estimated boundaries within 70 ms of a downbeat.", "onbars"),
    "boundary_offset_ms": Metric(
        "boundary offset, median",
        "median",
        "near_zero",
        "ms",
        "Median of the nearest estimated boundary less the reference's, of those within 3 s; positive is late.",
        "offset",
    ),
    "energy_correlation": Metric(
        "energy, rank correlation",
        "mean",
        "more",
        "rho",
        "Spearman's rank correlation of the estimated energy of the reference's sections with how much plays.",
        "energy",
        True,
    ),
}

KEY_METRICS: dict[str, Metric] = {
    "key_weighted": _share(
        "weighted score", "MIREX: 1 right, 0.5 a fifth up, 0.3 relative, 0.2 parallel.", "mirex", headline=True
    ),
    "key_accuracy": _share("right key", "Tonic and mode are right.", "acc", headline=True),
    "key_compatible": _share(
        "Camelot-compatible", "The same, a fifth up or down, or relative: mixes all the same.", "camelot", headline=True
    ),
    "key_in_top2": _share("right key in best two", "The right key is the estimate or its runner-up.", headline=True),
    "key_tonic_accuracy": _share("right tonic", "The tonic is right, whatever the mode.", headline=True),
    "key_mode_accuracy": _share("right mode", "Major or minor is right, whatever the tonic.", headline=True),
}

METRICS: dict[Task, dict[str, Metric]] = {
    "bpm": TEMPO_METRICS,
    "beats": BEAT_METRICS,
    "structure": STRUCTURE_METRICS,
    "key": KEY_METRICS,
}
