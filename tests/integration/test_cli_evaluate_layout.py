"""``edm evaluate structure`` and ``key`` as programs, from stored estimates: reports, gates, formats, comparison."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.integration import cli_program

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "results.schema.json").read_text(encoding="utf-8"))
GATE_MISSED = 4

edm = partial(cli_program.edm, own_cache=False)


def record(path: str, *edges: float, key: str, **more: Any) -> dict[str, Any]:
    labels = ("intro", "drop", "breakdown", "outro")
    sections = [
        {"start_s": start, "end_s": end, "start_bar": 1, "end_bar": 2, "label": label, "confidence": 0.5, "energy": 0.5}
        for start, end, label in zip(edges[:-1], edges[1:], labels, strict=False)
    ]
    found = {
        "path": path,
        "status": "ok",
        "duration_s": edges[-1],
        "sections": sections,
        "drops": [{"time_s": edges[1]}],
    }
    return found | {"key": key, "key_confidence": 0.75, "key_runner_up": "C major"} | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Three tracks with references; estimates of two of them, one of them a failure, by two systems."""
    (tmp_path / "ref.csv").write_text(
        "path,start,end,label,key,bpm\n"
        "a.mp3,0,16,intro,8A,120\na.mp3,16,48,chorus 1,8A,120\na.mp3,48,64,break,8A,120\n"
        "b <b>.mp3,0,30,intro,Em,128\nb <b>.mp3,30,60,drop,Em,128\n"
        "c.mp3,0,30,verse,C,\nc.mp3,30,60,chorus,C,\n"
    )
    (tmp_path / "keys.csv").write_text("path,key,genre\na.mp3,8A,house\nb <b>.mp3,Em,techno\nc.mp3,C,house\n")
    failed = {"path": "b <b>.mp3", "status": "failed", "error": {"type": "DecodeError", "message": "no sound"}}
    rows = [record("a.mp3", 0, 16, 48, 64, key="A minor"), failed]
    (tmp_path / "good.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rows = [record("a.mp3", 0, 20, 64, key="D minor"), failed]
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def results(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "latest" / "results.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return dict(document)


def run(place: Path, task: str, *more: str, estimates: str = "good.jsonl") -> Any:
    reference = "ref.csv" if task == "structure" else "keys.csv"
    return edm(
        "evaluate", task, "--reference", reference, "--estimates", estimates, "--output", "runs", *more, home=place
    )


def test_structure_is_scored_and_what_failed_or_is_missing_counts_as_wrong(place: Path) -> None:
    done = run(place, "structure", "--format", "table")
    assert done.returncode == 0, done.stderr
    document = results(place / "runs")
    assert [(row["status"], row["boundary_f_3s"], row["drop_f_1_bar"]) for row in document["tracks"]] == [
        ("ok", 1.0, 1.0),
        ("failed", 0.0, 0.0),
        ("missing", 0.0, None),
    ]
    assert document["summary"]["label_accuracy"] == pytest.approx(1 / 3, abs=1e-6)
    assert re.search(r"^boundary F, 0\.5 s +33\.3 %", done.stdout, re.MULTILINE)
    assert "reference kind" in done.stdout
    page = (place / "runs" / "latest" / "report.html").read_text(encoding="utf-8")
    assert "<h2>Labels</h2>" in page
    assert "<b>.mp3" not in page
    assert "Structure of good.jsonl against ref.csv" in page


def test_keys_are_scored_by_mode_and_by_column(place: Path) -> None:
    done = run(place, "key", "--format", "json")
    assert done.returncode == 0, done.stderr
    document = results(place / "runs")
    assert json.loads(done.stdout) == document
    assert document["summary"]["key_weighted"] == pytest.approx(1 / 3, abs=1e-6)
    assert document["groups"]["genre"]["house"]["summary"]["key_accuracy"] == 0.5
    assert document["groups"]["mode"]["minor"]["summary"]["tracks"] == 2
    report = (place / "runs" / "latest" / "report.md").read_text(encoding="utf-8")
    assert "## Estimate beside reference" in report
    assert "## Calibration of confidence" in report


@pytest.mark.parametrize(
    ("task", "gate", "code"),
    [
        ("structure", "boundary_f_3s=0.3", 0),
        ("structure", "boundary_f_3s=0.6", GATE_MISSED),
        ("structure", "offset=5", 0),
        ("structure", "energy_correlation=0.1", GATE_MISSED),
        ("key", "camelot=0.3", 0),
        ("key", "mirex=0.5", GATE_MISSED),
    ],
)
def test_gates_decide_the_exit_code(place: Path, task: str, gate: str, code: int) -> None:
    done = run(place, task, "--fail-under", gate, "-q")
    assert done.returncode == code, done.stderr
    assert ("gate missed" in done.stderr) == (code == GATE_MISSED)


def test_a_gate_of_another_task_is_refused(place: Path) -> None:
    done = run(place, "key", "--fail-under", "acc1=0.9")
    assert (done.returncode, "no metric of key" in done.stderr) == (2, True)


@pytest.mark.parametrize("task", ["structure", "key"])
def test_tracks_are_lines_of_csv(place: Path, task: str) -> None:
    done = run(place, task, "--format", "csv", "-q")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["path"] for row in rows] == ["a.mp3", "b <b>.mp3", "c.mp3"]
    assert rows[1]["error_type"] == "DecodeError"
    if task == "structure":
        assert rows[0]["label_seconds"] == "intro > intro: 16.0; drop > drop: 32.0; breakdown > breakdown: 16.0"


@pytest.mark.parametrize(("task", "words"), [("structure", "a.mp3: F 0.0 % → 100.0 %"), ("key", "D minor → A minor")])
def test_runs_are_compared(place: Path, task: str, words: str) -> None:
    assert run(place, task, "-q", estimates="bad.jsonl").returncode == 0
    (place / "runs").rename(place / "before")
    assert run(place, task, "-q").returncode == 0
    done = edm("evaluate", "compare", "before", "runs", "--format", "table", home=place)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout


def test_runs_of_two_tasks_are_not_compared(place: Path) -> None:
    for task in ("structure", "key"):
        assert run(place, task, "-q", "--output", task).returncode == 0
    done = edm("evaluate", "compare", "structure", "key", home=place)
    assert (done.returncode, "run a is about structure, run b about key" in done.stderr) == (2, True)


def test_keys_of_a_table_of_sections_are_read_once_each_path_is_alone(place: Path) -> None:
    done = edm("evaluate", "key", "-r", "ref.csv", "-e", "good.jsonl", home=place)
    assert (done.returncode, "stands in ref.csv, row 2 already" in done.stderr) == (2, True)
