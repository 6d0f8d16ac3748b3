"""Scores on standard output: every format parses, tables fit, no column of ours is hidden."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import yaml
from rich.cells import cell_len

from edm.cli import scores
from edm.evaluation.comparison import compare_runs, comparison_record
from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.readers import FORMATS
from tests.unit.evaluation.report.sample import sample

TASKS: tuple[Task, ...] = ("bpm", "beats")


def shown(document: dict[str, Any], format_name: str) -> str:
    stream = io.StringIO()
    scores.write_document(document, format_name, stream)
    return stream.getvalue()


def compared(record: dict[str, Any], format_name: str) -> str:
    stream = io.StringIO()
    scores.write_comparison(record, format_name, stream)
    return stream.getvalue()


@pytest.fixture(scope="module", params=TASKS)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return sample(request.param, tracks=30)


@pytest.fixture(scope="module", params=TASKS)
def comparison(request: pytest.FixtureRequest) -> dict[str, Any]:
    return comparison_record(compare_runs(sample(request.param, seed=1), sample(request.param, seed=2)))


def test_what_is_asked_for_is_chosen_and_else_json_where_nobody_looks() -> None:
    assert [scores.chosen_format(name) for name in ("auto", "yaml", "table")] == ["json", "yaml", "table"]


@pytest.mark.parametrize(("format_name", "parse"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_json_and_yaml_are_the_whole_document(document: dict[str, Any], format_name: str, parse: Any) -> None:
    assert parse(shown(document, format_name)) == json.loads(json.dumps(document))


def test_jsonl_is_a_line_for_each_track(document: dict[str, Any]) -> None:
    lines = shown(document, "jsonl").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == json.loads(json.dumps(document["tracks"]))


def test_csv_is_a_line_for_each_track_with_every_metric(document: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(document, "csv"), newline="")))
    assert [row["path"] for row in rows] == [row["path"] for row in document["tracks"]]
    assert set(METRICS[document["task"]]) < set(rows[0])
    key = next(iter(METRICS[document["task"]]))
    for row, track in zip(rows, document["tracks"], strict=True):
        assert row[key] == ("" if track[key] is None else str(track[key]))
        assert row["genre"] == track["fields"]["genre"]
        assert row["error_type"] == ("" if track["error"] is None else track["error"]["type"])


def test_a_column_of_the_reference_hides_none_of_ours() -> None:
    document = sample("bpm", tracks=2)
    fields = {"status": "mine", "error_type": "mine", "error": "mine", "accuracy1": "mine", "genre": "mine"}
    document["tracks"][0] |= {"fields": fields, "status": "ok", "error": None, "accuracy1": 1.0}
    row = next(csv.DictReader(io.StringIO(shown(document, "csv"), newline="")))
    assert (row["status"], row["error_type"], row["accuracy1"]) == ("ok", "", "1.0")
    assert [row[f"field_{name}"] for name in list(fields)[:4]] == ["mine"] * 4
    assert row["genre"] == "mine"


def test_csv_of_tracks_with_different_columns_has_all_of_them() -> None:
    document = sample("bpm", tracks=2)
    document["tracks"][0]["fields"], document["tracks"][1]["fields"] = {"one": "1"}, {"two": "2"}
    rows = list(csv.DictReader(io.StringIO(shown(document, "csv"), newline="")))
    assert [(row["one"], row["two"]) for row in rows] == [("1", ""), ("", "2")]


def test_the_table_fits_80_columns_and_names_headline_metrics_and_bands(document: dict[str, Any]) -> None:
    lines = shown(document, "table").splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)
    for metric in METRICS[document["task"]].values():
        assert any(line.startswith(metric.label) for line in lines) is metric.headline
    for band in document["groups"]["tempo_band"]:
        assert sum(line.startswith(f"{band} ") for line in lines) == 1


def test_values_of_the_table_stand_under_each_other(document: dict[str, Any]) -> None:
    lines = shown(document, "table").split("\n\n")[0].splitlines()
    end = lines[0].index("value") + len("value")
    assert all(line[end - 1 : end + 2].strip() and line[end : end + 2] == "  " for line in lines)


def test_a_run_without_calibration_says_nothing_of_it() -> None:
    document = sample("bpm", tracks=5)
    document["calibration"] = None
    document["summary"]["expected_calibration_error"] = None
    assert "calibration" not in shown(document, "table")


def test_a_comparison_parses_in_every_format(comparison: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(comparison))
    assert json.loads(compared(comparison, "json")) == plain
    assert yaml.safe_load(compared(comparison, "yaml")) == plain
    lines = [json.loads(line) for line in compared(comparison, "jsonl").splitlines()]
    assert {line.pop("metric"): line for line in lines} == plain["metrics"]
    rows = list(csv.DictReader(io.StringIO(compared(comparison, "csv"), newline="")))
    assert [row["metric"] for row in rows] == list(METRICS[comparison["task"]])
    assert all(float(row["p"]) <= 1 for row in rows if row["p"])


def test_a_comparison_fits_80_columns_and_names_what_changed(comparison: dict[str, Any]) -> None:
    lines = compared(comparison, "table").splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert all(char.isprintable() for line in lines for char in line)
    assert {"better in b:", "worse in b:"} <= set(lines)
    assert sum(" → " in line for line in lines) == 10


def test_equal_runs_name_no_track() -> None:
    record = comparison_record(compare_runs(sample("bpm", tracks=5), sample("bpm", tracks=5)))
    assert " → " not in compared(record, "table")


@pytest.mark.parametrize("format_name", ["json", "yaml", "jsonl", "csv", "table"])
def test_the_formats_are_shown_in_every_format(format_name: str) -> None:
    stream = io.StringIO()
    scores.write_formats(format_name, stream)
    text = stream.getvalue()
    assert all(name in text for name in FORMATS)
    if format_name in ("json", "yaml"):
        records = yaml.safe_load(text)
        assert [record["name"] for record in records] == list(FORMATS)
        assert [record["example"] for record in records] == [known.example for known in FORMATS.values()]
    if format_name == "table":
        words = [line for line in text.splitlines() if not line.startswith("    ")]
        assert max(map(len, words)) <= 80
        assert "rekordbox (.xml): bpm, beats, downbeats, sections, key" in words
        assert "beats: beats, downbeats" in words
