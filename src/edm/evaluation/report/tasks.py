"""What a report of each task is made of: its words, its cards, and the columns of its tables."""

from __future__ import annotations

from dataclasses import dataclass

from edm.evaluation.metrics import Task

__all__ = ["TASK_REPORTS", "ConfusionWords", "TaskReport"]


@dataclass(frozen=True, slots=True)
class ConfusionWords:
    """How the matrix of confusions is called.

    Attributes
    ----------
    title, words
        Above it, and a sentence on it.
    rows
        What its rows are.
    columns
        Key of the list of columns in ``confusions`` of the document.
    right
        Column that is right, or None where it is the one called like the row.
    """

    title: str
    words: str
    rows: str
    columns: str
    right: str | None = None


@dataclass(frozen=True, slots=True)
class TaskReport:
    """One row of the table.

    Attributes
    ----------
    name
        What was measured.
    told
        What a reference must have to be scored.
    cards
        What a reader sees first; the whole table follows.
    groups
        Columns of the tables of groups: as many as a page is wide.
    worst
        Metrics in the table of the worst tracks; none where it is another table.
    histogram
        Title, name and words of the histogram of errors, or None without one.
    confusions
        Of the matrix, or None without one.
    right
        The metric that says which tracks are right, for the calibration, and what it means.
    """

    name: str
    told: str
    cards: tuple[str, ...]
    groups: tuple[str, ...]
    worst: tuple[str, ...] = ()
    histogram: tuple[str, str, str] | None = None
    confusions: ConfusionWords | None = None
    right: tuple[str, str] | None = None


TASK_REPORTS: dict[Task, TaskReport] = {
    "bpm": TaskReport(
        name="Tempo",
        told="a tempo",
        cards=(
            "accuracy1",
            "accuracy2",
            "within_0p05_octave",
            "median_error_bpm",
            "drift_ms",
            "expected_calibration_error",
        ),
        groups=(
            "accuracy1",
            "accuracy2",
            "within_0p5",
            "within_0p05",
            "within_0p01",
            "within_0p01_octave",
            "median_error_bpm",
            "drift_ms",
        ),
        histogram=(
            "Tempo error",
            "Tempo error, the octave forgiven",
            "Number of tracks by estimate less reference, the octave forgiven. Positive is too fast.",
        ),
        confusions=ConfusionWords(
            "Estimate over reference",
            "Tracks by reference tempo in BPM and by the ratio that the estimate bears to it; 1 is right.",
            "tempo",
            "ratios",
            "1",
        ),
        right=("accuracy1", "how often the tempo is right (Accuracy1)"),
    ),
    "beats": TaskReport(
        name="Beats",
        told="beats",
        cards=(
            "f_measure",
            "f_measure_20ms",
            "f_measure_20ms_unbiased",
            "cmlt",
            "downbeat_f_measure",
            "phase_bias_ms",
        ),
        groups=(
            "f_measure",
            "f_measure_20ms",
            "f_measure_20ms_unbiased",
            "cmlt",
            "amlt",
            "downbeat_f_measure",
            "phase_bias_ms",
            "phase_iqr_ms",
        ),
        worst=("f_measure", "f_measure_20ms", "phase_bias_ms", "phase_iqr_ms"),
        histogram=(
            "Phase bias",
            "Phase bias of each track",
            "Number of tracks by their median of estimate less reference. Positive is late.",
        ),
    ),
    "structure": TaskReport(
        name="Structure",
        told="sections or drops",
        cards=(
            "boundary_f_0p5s",
            "boundary_f_3s",
            "boundary_f_1_bar",
            "pairwise_f",
            "label_accuracy",
            "drop_f_1_bar",
        ),
        groups=(
            "boundary_f_0p5s",
            "boundary_f_3s",
            "boundary_f_half_bar",
            "boundary_f_1_bar",
            "pairwise_f",
            "label_accuracy",
            "drop_f_1_bar",
            "drop_f_3s",
        ),
        worst=("boundary_f_0p5s", "boundary_f_3s", "pairwise_f", "label_accuracy", "drop_f_3s"),
        histogram=(
            "Boundary offset",
            "Boundary offset of each track",
            "Number of tracks by their median of estimated less reference boundary, of those within 3 s. "
            "Positive is late.",
        ),
        confusions=ConfusionWords(
            "Labels",
            "Time by label of the reference (rows) and of the estimate (columns). Time that the reference calls by a "
            "name unknown to us is left out.",
            "reference",
            "labels",
        ),
    ),
    "key": TaskReport(
        name="Key",
        told="a key",
        cards=("key_weighted", "key_accuracy", "key_compatible", "key_in_top2", "expected_calibration_error"),
        groups=("key_weighted", "key_accuracy", "key_compatible", "key_tonic_accuracy", "key_mode_accuracy"),
        confusions=ConfusionWords(
            "Estimate beside reference",
            "Tracks by mode of the reference and by how the estimated key lies to it; same is right.",
            "mode",
            "relations",
            "same",
        ),
        right=("key_accuracy", "how often the key is right"),
    ),
}
"""By task."""
