"""Tracks analysed and scored in this process: documents, durations, settings, what is told on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mutagen.id3 import TBPM
from mutagen.wave import WAVE

from edm.errors import InputError, ModelsError
from edm.model import AnalysisOptions, Failure
from edm.pipeline.evaluate import evaluate
from edm.pipeline.evaluation_plan import EvaluationOptions, EvaluationPlan, plan_evaluation
from edm.pipeline.evaluation_runs import read_run
from sounds import RATE, silence, track_at, write_audio

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "results.schema.json").read_text(encoding="utf-8"))
FLUX = AnalysisOptions(detector="flux")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tracks: music, silence, and a broken one; references that claim other lengths."""
    place = tmp_path_factory.mktemp("evaluate")
    write_audio(place / "a.wav", track_at(126.0, 8.0).samples, RATE)
    write_audio(place / "b.wav", silence(2.0), RATE)
    (place / "c.wav").write_text("this is no music")
    rows = [
        {"path": "a.wav", "bpm": 126.0, "duration_s": 500.0, "genre": "house"},
        {"path": "b.wav", "bpm": 100.0},
        {"path": "c.wav", "bpm": 100.0, "duration_s": 30.0},
    ]
    (place / "ref.json").write_text(json.dumps(rows))
    return place


def planned(folder: Path, **changes: Any) -> EvaluationPlan:
    asked = EvaluationOptions("bpm", (str(folder / "ref.json"),))
    return plan_evaluation(replace(asked, **changes))


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    return evaluate(planned(folder), analysis=FLUX, workers=1)


def test_the_document_fits_the_schema_and_is_json(document: dict[str, Any]) -> None:
    json.dumps(document, allow_nan=False)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_rows_are_in_the_order_of_the_references(document: dict[str, Any]) -> None:
    assert [(row["path"], row["status"]) for row in document["tracks"]] == [
        ("a.wav", "ok"),
        ("b.wav", "ok"),
        ("c.wav", "failed"),
    ]
    assert document["tracks"][0]["fields"]["genre"] == "house"


def test_the_measured_length_outweighs_the_claimed_one(document: dict[str, Any]) -> None:
    row = document["tracks"][0]
    assert row["duration_s"] == pytest.approx(8.0)
    assert row["drift_ms"] == pytest.approx(8000 * abs(row["error_bpm"]) / 126, rel=0.01, abs=0.002)
    assert document["tracks"][2]["duration_s"] == 30.0


def test_silence_has_no_tempo_and_no_error(document: dict[str, Any]) -> None:
    row = document["tracks"][1]
    assert (row["estimate_bpm"], row["error"], row["accuracy2"], row["mae_bpm"]) == (None, None, 0.0, None)


def test_settings_say_what_was_asked(document: dict[str, Any], folder: Path) -> None:
    settings = document["settings"]
    assert settings["reference"] == [str(folder / "ref.json")]
    assert (settings["detector"], settings["estimates"], settings["source"]) == ("flux", None, None)
    assert document["detector"] == {"name": "flux", "version": document["detector"]["version"], "fallback": None}
    assert document["weights"] is None
    assert document["run"]["workers"] == 1
    assert document["gates"] == []


def test_each_result_is_told_as_it_is_done(folder: Path) -> None:
    told = []
    evaluate(planned(folder, where=("path!=a.wav",)), analysis=FLUX, workers=1, on_result=told.append)
    assert sorted((result.item.name, isinstance(result, Failure)) for result in told) == [
        ("b.wav", False),
        ("c.wav", True),
    ]


def test_limits_of_the_analysis_hold_and_are_told(folder: Path) -> None:
    asked = replace(FLUX, min_bpm=40.0, max_bpm=80.0)
    found = evaluate(planned(folder, where=("path=a.wav",)), analysis=asked, workers=1)
    assert found["tracks"][0]["estimate_bpm"] == pytest.approx(63.0, abs=0.1)
    assert found["tracks"][0]["confusion"] == "1/2"
    assert (found["settings"]["min_bpm"], found["settings"]["max_bpm"]) == (40.0, 80.0)


def test_tags_are_never_a_help(folder: Path, tmp_path: Path) -> None:
    tagged = tmp_path / "b.wav"
    tagged.write_bytes((folder / "b.wav").read_bytes())
    file = WAVE(tagged)
    file.add_tags()
    file.tags.add(TBPM(encoding=3, text=["100"]))
    file.save()
    (tmp_path / "ref.json").write_text('{"b.wav": 100}')
    found = evaluate(planned(tmp_path), analysis=replace(FLUX, metadata="prefer"), workers=1)
    assert found["tracks"][0]["estimate_bpm"] is None


def test_stored_estimates_need_no_detector_and_no_networks(folder: Path, tmp_path: Path) -> None:
    plan = planned(folder, estimates=str(folder / "ref.json"))
    found = evaluate(plan, analysis=AnalysisOptions(detector="network", models_dir=tmp_path))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert (found["detector"], found["weights"], found["settings"]["detector"], found["run"]["workers"]) == (None,) * 4
    assert found["summary"]["accuracy1"] == 1.0
    # Of a and c the reference knows the length, of b the file alone.
    assert [row["duration_s"] for row in found["tracks"]] == [500.0, 2.0, 30.0]


def test_equal_plans_give_equal_documents(folder: Path) -> None:
    plan = planned(folder, estimates=str(folder / "ref.json"))
    one, other = evaluate(plan), evaluate(plan)
    assert {key: part for key, part in one.items() if key != "run"} == {
        key: part for key, part in other.items() if key != "run"
    }


def test_a_detector_that_cannot_work_here_is_an_error_at_once(folder: Path, tmp_path: Path) -> None:
    told: list[object] = []
    with pytest.raises(ModelsError):
        evaluate(
            planned(folder),
            analysis=AnalysisOptions(detector="network", models_dir=tmp_path),
            workers=1,
            on_result=told.append,
        )
    assert told == []


def test_a_fallback_is_in_the_row_and_in_the_record(folder: Path, tmp_path: Path) -> None:
    asked = AnalysisOptions(detector="auto", models_dir=tmp_path)
    found = evaluate(planned(folder, where=("path=b.wav",)), analysis=asked, workers=1)
    assert found["detector"]["fallback"]
    assert found["tracks"][0]["fallback"] == found["detector"]["fallback"]
    assert found["settings"]["detector"] == "auto"


def test_a_run_is_read_from_its_file_its_folder_and_the_folder_of_runs(tmp_path: Path) -> None:
    run = tmp_path / "latest"
    run.mkdir()
    (run / "results.json").write_text('{"task": "bpm", "name": "\u00e4"}', encoding="utf-8")
    for path in (run / "results.json", run, tmp_path):
        assert read_run(path) == {"task": "bpm", "name": "ä"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no results.json"),
        (b"[1]", "one object"),
        (b"\xff\xfe{}", "is no results.json"),
        (b"[" * 100_000, "is no results.json"),
        (b"path,bpm\n", "is no results.json"),
    ],
)
def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "results.json").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_run(tmp_path)
    assert said in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["", "nothing", "nothing/results.json"])
def test_a_run_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no run here"):
        read_run(tmp_path / name)
