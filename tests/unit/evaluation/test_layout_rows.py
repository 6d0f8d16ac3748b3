"""Rows of structure and key, the documents of them, and two runs compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edm.evaluation.annotation import AnnotatedSection, Annotation
from edm.evaluation.cases import Case, Row, key_row, structure_row, why_no_reference
from edm.evaluation.comparison import compare_runs
from edm.evaluation.document import score_document
from edm.evaluation.metrics import METRICS, Task
from edm.model.keys import parse_key

ERROR = {"type": "DecodeError", "message": "no sound", "hint": None}


def said(path: str = "a.mp3", key: str | None = None, **more: Any) -> Annotation:
    return Annotation(path, "row 2", Path(), key=None if key is None else parse_key(key), **more)


def named(*labels: str, length_s: float = 16.0, **more: Any) -> Annotation:
    sections = tuple(AnnotatedSection(n * length_s, (n + 1) * length_s, name) for n, name in enumerate(labels))
    return said(sections=sections, **more)


def structure(reference: Annotation, estimate: Annotation | None, **more: Any) -> Row:
    return structure_row(Case(reference, "ref.csv", estimate=estimate, **more))


def key(reference: str, estimate: str | None, path: str = "a.mp3", **more: Any) -> Row:
    found = None if estimate is None else said(path, estimate, **more)
    return key_row(Case(said(path, reference, fields={"genre": "house"}), "ref.csv", estimate=found))


def run(task: Task, rows: list[Row]) -> dict[str, Any]:
    return score_document(rows, task) | {"settings": {"tolerance": 0.04, "trim_s": 0.0}}


def test_a_row_of_structure_says_it_all() -> None:
    row = structure(named("intro", "chorus", "break", bpm=120.0), named("intro", "drop", "drop"))
    assert {name: row[name] for name in row if name not in METRICS["structure"]} == {
        "path": "a.mp3",
        "reference": "ref.csv",
        "audio": None,
        "status": "ok",
        "error": None,
        "fallback": None,
        "fields": {},
        "tempo_band": "118–132",
        "duration_s": None,
        "reference_kind": "labels",
        "reference_sections": 3,
        "estimated_sections": 3,
        "reference_boundaries": 2,
        "estimated_boundaries": 2,
        "reference_drops": 1,
        "estimated_drops": 1,
        "bar_s": 2.0,
        "label_seconds": {"intro": {"intro": 16.0}, "drop": {"drop": 16.0}, "breakdown": {"drop": 16.0}},
    }
    assert (row["boundary_f_1_bar"], row["drop_f_3s"], row["label_accuracy"]) == (1.0, 1.0, 0.666667)


def test_rows_have_the_same_keys_whatever_becomes_of_a_track() -> None:
    reference = named("intro", "drop")
    rows = [structure(reference, reference), structure(reference, None), structure(reference, None, error=ERROR)]
    assert [row["status"] for row in rows] == ["ok", "missing", "failed"]
    assert len({tuple(row) for row in rows}) == 1
    keys = [key("Am", "Am"), key("Am", None)]
    assert len({tuple(row) for row in keys}) == 1
    json.dumps(rows + keys, allow_nan=False)


def test_a_reference_in_bars_is_laid_on_the_estimates() -> None:
    reference = said(sections=(AnnotatedSection(None, None, "intro", 1, 4), AnnotatedSection(None, None, "drop", 5, 8)))
    estimate = named("intro", "drop", length_s=8.0, downbeats_s=np.arange(0.0, 20.0, 2.0))
    row = structure(reference, estimate)
    assert (row["boundary_f_0p5s"], row["label_accuracy"], row["drop_f_1_bar"]) == (1.0, 1.0, 1.0)
    missing = structure(reference, None)
    assert (missing["boundary_f_0p5s"], missing["label_accuracy"], missing["drop_f_3s"]) == (0.0, 0.0, 0.0)


def test_a_row_of_a_key_says_it_all() -> None:
    row = key("Am", "8B", key_confidence=0.75, key_runner_up=parse_key("F#m"))
    assert [row[name] for name in ("mode", "reference_key", "estimate_key", "relation", "confidence", "runner_up")] == [
        "minor",
        "A minor",
        "C major",
        "relative",
        0.75,
        "F# minor",
    ]
    assert (row["key_weighted"], row["key_in_top2"], row["fields"]) == (0.3, 0.0, {"genre": "house"})
    nothing = key("Am", None)
    assert (nothing["relation"], nothing["estimate_key"], nothing["key_weighted"]) == ("none", None, 0.0)


@pytest.mark.parametrize(
    ("reference", "task", "reason"),
    [
        (said(), "key", "the reference gives no key"),
        (said(key="Am"), "key", None),
        (said(), "structure", "the reference gives no sections and no drops"),
        (said(sections=()), "structure", "the reference's sections say nothing: none has a name that we know"),
        (named("other", "other"), "structure", "the reference's sections say nothing: none has a name that we know"),
        (named("gogo"), "structure", None),
        (named("A"), "structure", None),
        (said(drops_s=np.array([3.0])), "structure", None),
        (said(drops_s=np.zeros(0)), "structure", None),
    ],
)
def test_a_reference_that_tells_nothing_of_the_task_says_so(
    reference: Annotation, task: Task, reason: str | None
) -> None:
    assert why_no_reference(reference, task) == reason


def test_a_document_of_structure_adds_the_time_of_labels_up() -> None:
    reference = named("intro", "chorus", "???")
    document = score_document([structure(reference, named("intro", "break")), structure(reference, None)], "structure")
    confusions = document["confusions"]
    place = {name: n for n, name in enumerate(confusions["labels"])}
    assert confusions["rows"]["drop"][place["breakdown"]] == 16.0
    assert sum(map(sum, confusions["rows"].values())) == 32.0
    assert document["error_histogram"]["unit"] == "ms"
    assert sum(document["error_histogram"]["counts"]) == 1
    assert list(document["groups"]) == ["reference_kind"]
    assert document["summary"]["label_accuracy"] == 0.25


def test_a_document_of_keys_counts_relations_by_mode_and_holds_confidence_against_them() -> None:
    rows = [key("Am", "Am", key_confidence=0.9), key("C", "G", key_confidence=0.9), key("C", None)]
    document = score_document(rows, "key")
    assert document["summary"]["key_weighted"] == 0.5
    assert document["summary"]["expected_calibration_error"] == pytest.approx(0.4)
    assert document["calibration"]["bins"][0]["key_accuracy"] == 0.5
    by_mode = {name: part["summary"]["key_weighted"] for name, part in document["groups"]["mode"].items()}
    assert by_mode == {"major": 0.25, "minor": 1.0}
    assert "error_histogram" not in document


@pytest.mark.parametrize("task", ["structure", "key"])
def test_no_rows_at_all_are_a_document_too(task: Task) -> None:
    document = score_document([], task)
    assert document["summary"]["tracks"] == 0
    json.dumps(document, allow_nan=False)


def test_runs_of_keys_are_compared() -> None:
    a = run("key", [key("Am", "Dm", f"{n}.mp3") for n in range(12)])
    b = run("key", [key("Am", "Am", f"{n}.mp3") for n in range(12)])
    found = compare_runs(a, b)
    assert found.metrics["key_weighted"].verdict == "better"
    assert found.better[0].b["estimate_key"] == "A minor"
    other = run("key", [key("Em", "Am", f"{n}.mp3") for n in range(12)])
    assert "reference_key A minor and E minor" in compare_runs(a, other).warnings[0]


def test_runs_of_structure_are_compared_by_boundaries_or_else_by_drops() -> None:
    labels, chart = named("intro", "drop", "break"), named("other", "gogo", path="b.mp3")
    right, wrong = named("intro", "drop", "break"), named("intro", "drop", length_s=40.0)
    a = run("structure", [structure(labels, wrong), structure(chart, wrong)])
    b = run("structure", [structure(labels, right), structure(chart, right)])
    assert [track.path for track in compare_runs(a, b).better] == ["a.mp3", "b.mp3"]
    assert compare_runs(a, b).metrics["boundary_f_3s"].pairs == 1
