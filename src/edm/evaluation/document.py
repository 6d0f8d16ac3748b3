"""Rows of tracks become the document of a run, which is ``results.json``: scores, summaries, groups, distributions.

What a run was made with (settings, versions, when) is added by whoever ran it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from edm.evaluation.bootstrap import CONFIDENCE_LEVEL, RESAMPLES
from edm.evaluation.calibration import calibrate
from edm.evaluation.cases import Row
from edm.evaluation.confusion import confusion_matrix
from edm.evaluation.key import key_confusions
from edm.evaluation.labels import LABELS
from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.structure import NO_LABEL
from edm.evaluation.summary import break_down, score_columns, summarise, summary_record
from edm.evaluation.tempo import TEMPO_BANDS, error_histogram, signed_error, tolerance_curve
from edm.model import TimeArray

__all__ = ["OWN_GROUPS", "SCHEMA_VERSION", "Document", "score_document", "statistics_settings"]

Document: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 1

# A column with more values than this is a name and no group.
_MOST_GROUPS = 50
# With so few tracks, groups of one track each are still worth a look in the file.
_FEW_TRACKS = 20
_TEMPO_ERROR_BPM = 0.5
_PHASE_ERROR_MS = 50.0
_BOUNDARY_ERROR_MS = 1000.0

OWN_GROUPS: dict[Task, tuple[str, ...]] = {
    "bpm": ("tempo_band",),
    "beats": ("tempo_band",),
    "structure": ("reference_kind", "tempo_band"),
    "key": ("mode", "tempo_band"),
}
"""Groups that are made of what a row says itself, the most telling first; the first one is always there."""


def score_document(rows: Sequence[Row], task: Task, *, group_by: Iterable[str] = (), seed: int = 0) -> Document:
    """Everything that the rows of a run say.

    Parameters
    ----------
    rows
        Of `edm.evaluation.cases`, in the order of the references.
    group_by
        Columns of the references that are a group whatever their values. The others are groups if few enough values
        occur, and shown in reports if their values are shared by several tracks.
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        ``schema_version``, ``task``, ``summary``, ``intervals``, ``counts``, ``groups``, ``shown_groups``, the
        distributions of the task, and ``tracks``.
    """
    metrics = METRICS[task]
    columns = score_columns(rows, metrics)
    statuses = [row["status"] for row in rows]
    named = tuple(group_by)
    labels = _labels(rows, named, OWN_GROUPS[task])
    groups = {
        name: break_down(columns, metrics, statuses, values, order=TEMPO_BANDS, seed=seed)
        for name, values in labels.items()
    }
    document: Document = {
        "schema_version": SCHEMA_VERSION,
        "task": task,
        **summary_record(summarise(columns, metrics, statuses, seed=seed), metrics),
        "groups": {
            name: {label: summary_record(part, metrics) for label, part in parts.items()}
            for name, parts in groups.items()
        },
        "shown_groups": [
            name for name, values in labels.items() if name in named or _is_shown(name, values, OWN_GROUPS[task])
        ],
    }
    document |= _PARTS[task](rows)
    if "calibration" in document:
        calibration = document["calibration"]
        error = None if calibration is None else calibration["expected_calibration_error"]
        document["summary"]["expected_calibration_error"] = error
    document["tracks"] = list(rows)
    return document


def statistics_settings(seed: int) -> dict[str, float | int]:
    """Settings of the intervals."""
    return {"seed": seed, "confidence_level": CONFIDENCE_LEVEL, "resamples": RESAMPLES}


def _tempo_parts(rows: Sequence[Row]) -> Document:
    errors = [
        None
        if row["estimate_bpm"] is None
        else signed_error(row["reference_bpm"], row["estimate_bpm"], octave_free=True)
        for row in rows
    ]
    reference, estimate = _column(rows, "reference_bpm"), _column(rows, "estimate_bpm")
    return {
        "confusions": confusion_matrix([row["tempo_band"] for row in rows], [row["confusion"] for row in rows]),
        "tolerance_curve": tolerance_curve(reference, estimate),
        "error_histogram": error_histogram(errors, limit=_TEMPO_ERROR_BPM, unit="bpm"),
        "calibration": calibrate(_column(rows, "confidence"), _column(rows, "accuracy1")),
    }


def _beat_parts(rows: Sequence[Row]) -> Document:
    phases = [row["phase_bias_ms"] for row in rows]
    return {"error_histogram": error_histogram(phases, limit=_PHASE_ERROR_MS, unit="ms")}


def _structure_parts(rows: Sequence[Row]) -> Document:
    """Seconds by label of the reference and of the estimate, and how far boundaries are off."""
    names = (*LABELS, NO_LABEL)
    seconds = {label: [0.0] * len(names) for label in LABELS}
    for row in rows:
        for label, found in row["label_seconds"].items():
            for name, length_s in found.items():
                seconds[label][names.index(name)] += length_s
    confusions = {label: [round(length_s, 3) for length_s in row] for label, row in seconds.items()}
    offsets = [row["boundary_offset_ms"] for row in rows]
    return {
        "confusions": {"labels": list(names), "rows": confusions},
        "error_histogram": error_histogram(offsets, limit=_BOUNDARY_ERROR_MS, unit="ms"),
    }


def _key_parts(rows: Sequence[Row]) -> Document:
    right = _column(rows, "key_accuracy")
    return {
        "confusions": key_confusions([row["mode"] for row in rows], [row["relation"] for row in rows]),
        "calibration": calibrate(_column(rows, "confidence"), right, metric="key_accuracy"),
    }


# What a task has beside its summaries.
_PARTS: dict[Task, Callable[[Sequence[Row]], Document]] = {
    "bpm": _tempo_parts,
    "beats": _beat_parts,
    "structure": _structure_parts,
    "key": _key_parts,
}


def _column(rows: Sequence[Row], key: str) -> TimeArray:
    return np.array([math.nan if row[key] is None else row[key] for row in rows], dtype=np.float64)


def _labels(rows: Sequence[Row], named: Sequence[str], own: Sequence[str]) -> dict[str, list[str | None]]:
    """Groups and the label of each track in them: the task's own, reference file, and the columns of the references."""
    labels: dict[str, list[str | None]] = {}
    for name in own:
        values = [row[name] for row in rows]
        if name == own[0] or any(values):
            labels[name] = values
    if len({row["reference"] for row in rows}) > 1:
        labels["reference"] = [row["reference"] for row in rows]
    for name in dict.fromkeys(column for row in rows for column in row["fields"]):
        values = [row["fields"].get(name) for row in rows]
        # A column called like one of ours gives way to it.
        if name not in labels and (name in named or _is_group(name, values)):
            labels[name] = values
    return labels


def _is_group(name: str, values: Sequence[str | None]) -> bool:
    distinct, given = _variety(values)
    return (
        not name.endswith("_file") and 0 < distinct <= _MOST_GROUPS and (distinct < given or len(values) <= _FEW_TRACKS)
    )


def _is_shown(name: str, values: Sequence[str | None], own: Sequence[str]) -> bool:
    distinct, given = _variety(values)
    return name in (*own, "reference") or 1 < distinct <= max(2, given // 2)


def _variety(values: Sequence[str | None]) -> tuple[int, int]:
    """How many different values there are, and how many tracks have one."""
    given = [value for value in values if value]
    return len(set(given)), len(given)
