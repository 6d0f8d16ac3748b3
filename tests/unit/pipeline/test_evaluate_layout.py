"""Structure and key analysed, or handed in, and scored: the analysis is what is held against the reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from edm.model import (
    AnalysisOptions,
    Beats,
    Drop,
    Energy,
    Failure,
    Key,
    Result,
    Section,
    Structure,
    Success,
    TrackAnalysis,
)
from edm.pipeline import analyze
from edm.pipeline.evaluate import evaluate
from edm.pipeline.evaluation_plan import EvaluationOptions, plan_evaluation

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "results.schema.json").read_text(encoding="utf-8"))
DOWNBEATS_S = np.arange(0.0, 60.0, 2.0)
ENERGY = Energy(7, DOWNBEATS_S, np.linspace(0.1, 1.0, len(DOWNBEATS_S)).astype(np.float32))
SECTIONS = (
    Section(0.0, 16.0, 1, 8, "intro", 0.9, 0.2),
    Section(16.0, 32.0, 9, 16, "buildup", 0.9, 0.5),
    Section(32.0, 60.0, 17, 30, "drop", 0.9, 0.9),
)
ANALYSIS = TrackAnalysis(
    Path("a.wav"),
    ("structure", "key"),
    60.0,
    44100,
    beats=Beats(np.arange(0.0, 60.0, 0.5), np.arange(120) % 4 + 1),
    structure=Structure(SECTIONS, (Drop(32.0, 17, 0.9),), "club", "bars", 0.9, ENERGY),
    key=Key("A", "minor", 0.8, "C major", 0.1, "profiles"),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tracks, of which the second one fails, and what is said of them."""

    def analyzed(tracks: Any, *, options: AnalysisOptions, **_: Any) -> Iterator[Result[TrackAnalysis]]:
        # Tags are often what is to be judged, and never help.
        assert options.metadata == "ignore"
        assert options.types in (("beats", "structure"), ("key",))
        yield Success(0, tracks[0], ANALYSIS, 0.1)
        yield Failure(1, tracks[1], "DecodeError", "no sound", None, 0.1)

    monkeypatch.setattr(analyze, "analyze_many", analyzed)
    rows = []
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_bytes(b"")
        sections = [[0, 16, "playing-0.1"], [16, 32, "playing-0.4"], [32, 60, "playing-0.9"]]
        rows.append({"path": name, "bpm": 120, "key": "Em", "sections": sections, "drops": [32]})
    (tmp_path / "ref.json").write_text(json.dumps(rows))
    return tmp_path


def test_structure_that_was_analysed_is_scored(place: Path) -> None:
    document = evaluate(
        plan_evaluation(EvaluationOptions("structure", (str(place / "ref.json"),))),
        analysis=AnalysisOptions(detector="flux"),
        workers=1,
    )
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    first, second = document["tracks"]
    assert (first["boundary_f_0p5s"], first["drop_f_1_bar"], first["boundaries_on_bars"]) == (1.0, 1.0, 1.0)
    assert (first["energy_correlation"], first["reference_kind"]) == (pytest.approx(1.0), "energy")
    assert (second["status"], second["boundary_f_0p5s"], second["drop_f_3s"]) == ("failed", 0.0, 0.0)
    assert document["summary"]["boundary_f_3s"] == 0.5
    assert document["detector"]["name"] == "flux"


def test_a_key_that_was_analysed_is_scored_and_its_method_told(place: Path) -> None:
    plan = plan_evaluation(EvaluationOptions("key", (str(place / "ref.json"),)))
    document = evaluate(plan, workers=1)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    first, second = document["tracks"]
    assert (first["estimate_key"], first["relation"], first["confidence"]) == ("A minor", "fifth_down", 0.8)
    assert (second["status"], second["relation"], second["key_weighted"]) == ("failed", "none", 0.0)
    assert document["detector"] == {"name": "profiles", "version": None, "fallback": None}
    assert document["settings"]["detector"] is document["weights"] is None
