"""The published schema takes what we write, refuses what we do not, and knows every metric."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from edm.evaluation.confusion import CONFUSIONS
from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.report.folder import to_json
from edm.evaluation.tempo import TEMPO_BANDS
from tests.unit.evaluation.report.sample import sample

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "results.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
TASKS: list[Task] = ["bpm", "beats", "structure", "key"]
ROOM = {"bpm": "tempo", "beats": "beat", "structure": "structure", "key": "key"}


def errors(document: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("tracks", "perfect"), [(0, False), (60, False), (60, True)])
def test_what_is_written_is_valid(task: Task, tracks: int, perfect: bool) -> None:
    assert errors(json.loads(to_json(sample(task, tracks=tracks, perfect=perfect)))) == []


@pytest.mark.parametrize("task", TASKS)
def test_every_metric_is_required_everywhere_and_no_other_is_known(task: Task) -> None:
    keys = set(METRICS[task])
    for part in ("summary", "intervals", "counts", "row"):
        definition = SCHEMA["$defs"][f"{ROOM[task]}_{part}"]
        assert keys <= set(definition["required"])
        assert set(definition["required"]) <= set(definition["properties"])
        others = {key for other in METRICS if other != task for key in METRICS[other]}
        assert not set(definition["properties"]) & others
        assert definition["additionalProperties"] is False


@pytest.mark.parametrize("task", TASKS)
def test_meanings_and_units_are_those_of_the_table_of_metrics(task: Task) -> None:
    for part in ("summary", "row"):
        properties = SCHEMA["$defs"][f"{ROOM[task]}_{part}"]["properties"]
        for key, metric in METRICS[task].items():
            assert properties[key]["description"] == metric.meaning
            assert properties[key].get("minimum") == {"near_zero": None}.get(
                metric.better, -1 if metric.unit == "rho" else 0
            )
            # By definition these two may pass 1, where reference beats crowd.
            bounded = metric.unit in ("%", "rho") and key not in ("p_score", "cemgil")
            assert properties[key].get("maximum") == (1 if bounded else None)


def test_bands_and_ratios_are_those_of_the_package() -> None:
    assert SCHEMA["$defs"]["tempo_row"]["properties"]["tempo_band"]["enum"] == [*TEMPO_BANDS, None]
    assert SCHEMA["$defs"]["tempo_row"]["properties"]["confusion"]["enum"] == list(CONFUSIONS)
    assert SCHEMA["$defs"]["confusions"]["properties"]["ratios"]["const"] == list(CONFUSIONS)
    assert list(SCHEMA["$defs"]["confusions"]["properties"]["rows"]["properties"]) == [*TEMPO_BANDS, "all"]


@pytest.mark.parametrize("task", TASKS)
def test_an_unknown_or_missing_key_is_refused(task: Task) -> None:
    good = sample(task, tracks=5)
    places: list[list[Any]] = [
        [],
        ["summary"],
        ["counts"],
        ["matching"],
        ["settings"],
        ["run"],
        ["confusions" if task == "key" else "error_histogram"],
        ["gates", 0],
        ["tracks", 0],
        ["groups", "genre", "techno"],
        ["groups", "genre", "techno", "summary"],
    ]
    for place in places:
        for change in ("more", "less"):
            bad = copy.deepcopy(good)
            part: Any = bad
            for step in place:
                part = part[step]
            if change == "more":
                part["surprise"] = 1
            else:
                del part[next(key for key in part if key != "task")]
            assert errors(bad), (place, change)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("accuracy1", 1.5),
        ("accuracy1", -0.1),
        ("mae_bpm", -1),
        ("status", "lost"),
        ("confusion", "5/4"),
        ("path", None),
    ],
)
def test_an_impossible_value_is_refused(key: str, value: object) -> None:
    bad = sample("bpm", tracks=3)
    bad["tracks"][1][key] = value
    assert errors(bad)


@pytest.mark.parametrize("key", ["confusions", "tolerance_curve", "calibration"])
def test_what_is_of_tempo_alone_is_required_there_and_refused_for_beats(key: str) -> None:
    tempo, beats = sample("bpm", tracks=3), sample("beats", tracks=3)
    beats[key] = tempo.pop(key)
    assert errors(tempo)
    assert errors(beats)


@pytest.mark.parametrize(
    ("task", "key", "value"),
    [
        ("structure", "label_accuracy", 1.5),
        ("structure", "energy_correlation", -1.1),
        ("structure", "reference_kind", "chart"),
        ("structure", "label_seconds", {"drop": {"loud": 1.0}}),
        ("structure", "label_seconds", {"chorus": {}}),
        ("key", "estimate_key", "Am"),
        ("key", "relation", "wrong"),
        ("key", "confidence", 2),
    ],
)
def test_an_impossible_value_of_a_layout_is_refused(task: Task, key: str, value: object) -> None:
    bad = sample(task, tracks=3)
    bad["tracks"][1][key] = value
    assert errors(bad)


def test_the_calibration_error_is_part_of_every_tempo_summary() -> None:
    bad = sample("bpm", tracks=3)
    del bad["summary"]["expected_calibration_error"]
    assert errors(bad)


def test_the_page_on_evaluation_defines_every_metric_and_no_other() -> None:
    text = (DOCS / "evaluation.md").read_text(encoding="utf-8")
    for task, name in (("bpm", "Tempo"), ("beats", "Beats"), ("structure", "Structure"), ("key", "Key")):
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert rows == list(METRICS[task])  # type: ignore[index]
