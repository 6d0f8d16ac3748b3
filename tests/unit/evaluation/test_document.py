"""From rows to the document of a run: summaries over all tracks, groups, distributions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from edm.evaluation.annotation import Annotation
from edm.evaluation.cases import Case, Row, beat_row, tempo_row
from edm.evaluation.document import score_document, statistics_settings
from edm.evaluation.metrics import BEAT_METRICS, METRICS, TEMPO_METRICS

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "results.schema.json").read_text(encoding="utf-8"))


def tempo(
    reference: float,
    estimate: float | None,
    *,
    path: str = "a",
    name: str = "ref.csv",
    failed: bool = False,
    **fields: str,
) -> Row:
    truth = Annotation(path, "row", Path("/refs"), bpm=reference, fields=fields)
    found = None if failed else Annotation(path, "row", Path("/refs"), bpm=estimate, confidence=0.75)
    error = {"type": "DecodeError", "message": "no", "hint": None} if failed else None
    return tempo_row(Case(truth, name, estimate=found, error=error), tolerance=0.04)


def beats(shift_s: float | None, **fields: str) -> Row:
    times = np.arange(0.5, 20.0, 0.5)
    truth = Annotation("a", "row", Path("/refs"), beats_s=times, fields=fields)
    found = None if shift_s is None else Annotation("a", "row", Path("/refs"), beats_s=times + shift_s)
    return beat_row(Case(truth, "ref.csv", estimate=found), trim_s=0.0)


def test_failed_tracks_count_in_shares_and_not_in_errors() -> None:
    rows = [tempo(100, 100), tempo(100, 102), tempo(100, 200), tempo(100, None, failed=True)]
    document = score_document(rows, "bpm")
    summary = document["summary"]
    assert (summary["tracks"], summary["ok"], summary["failed"], summary["missing"]) == (4, 3, 1, 0)
    assert (summary["accuracy1"], summary["accuracy2"], summary["within_0p5"]) == (0.5, 0.75, 0.25)
    assert summary["mae_bpm"] == pytest.approx(34.0)
    assert (document["counts"]["accuracy1"], document["counts"]["mae_bpm"]) == (4, 3)
    low, high = document["intervals"]["accuracy1"]
    assert 0 <= low < 0.5 < high <= 1


def test_rows_are_kept_as_they_are_and_in_their_order() -> None:
    rows = [tempo(bpm, bpm, path=f"{bpm}.mp3") for bpm in (174, 90, 128)]
    assert score_document(rows, "bpm")["tracks"] == rows


def test_equal_rows_and_seeds_give_equal_documents_and_other_seeds_other_intervals() -> None:
    rows = [tempo(100 + n, 100 + n + n % 3) for n in range(30)]
    assert score_document(rows, "bpm", seed=1) == score_document(rows, "bpm", seed=1)
    one, other = (score_document(rows, "bpm", seed=seed) for seed in (1, 2))
    assert one["summary"] == other["summary"]
    assert one["intervals"] != other["intervals"]


def test_bands_are_named_from_slow_to_fast_and_hold_every_track() -> None:
    rows = [tempo(bpm, bpm) for bpm in (200, 60, 140, 120, 170, 61)]
    bands = score_document(rows, "bpm")["groups"]["tempo_band"]
    assert {band: part["summary"]["tracks"] for band, part in bands.items()} == {
        "<118": 2,
        "118–132": 1,
        "132–150": 1,
        "150–180": 1,
        ">180": 1,
    }
    assert list(bands) == ["<118", "118–132", "132–150", "150–180", ">180"]


def test_the_error_histogram_forgives_the_octave_and_loses_nobody() -> None:
    rows = [tempo(100, 200), tempo(100, 100.4), tempo(100, 90), tempo(100, 107), tempo(100, None)]
    histogram = score_document(rows, "bpm")["error_histogram"]
    assert histogram["unit"] == "bpm"
    assert len(histogram["counts"]) == len(histogram["edges"]) + 1
    assert sum(histogram["counts"]) == 4
    assert (histogram["counts"][0], histogram["counts"][-1]) == (1, 1)
    assert histogram["counts"][len(histogram["edges"]) // 2] == 1


def test_confusions_count_every_track_once() -> None:
    rows = [tempo(100, 50), tempo(100, 150), tempo(100, 100), tempo(174, None)]
    confusions = score_document(rows, "bpm")["confusions"]
    assert dict(zip(confusions["ratios"], confusions["rows"]["all"], strict=True)) == dict.fromkeys(
        confusions["ratios"], 0
    ) | {"1/2": 1, "3/2": 1, "1": 1, "none": 1}
    assert sum(confusions["rows"]["<118"]) == 3


def test_calibration_is_there_where_confidence_is() -> None:
    document = score_document([tempo(100, 100), tempo(100, 150)], "bpm")
    assert document["summary"]["expected_calibration_error"] == pytest.approx(0.25)
    (single,) = document["calibration"]["bins"]
    assert (single["tracks"], single["confidence"], single["accuracy1"]) == (2, 0.75, 0.5)
    without = score_document([tempo(100, None, failed=True)], "bpm")
    assert without["calibration"] is None
    assert without["summary"]["expected_calibration_error"] is None


def test_beats_have_a_histogram_of_phases_and_nothing_of_tempo() -> None:
    document = score_document([beats(0.0), beats(0.012), beats(-0.2), beats(None)], "beats")
    assert document["error_histogram"]["unit"] == "ms"
    assert sum(document["error_histogram"]["counts"]) == sum(
        row["phase_bias_ms"] is not None for row in document["tracks"]
    )
    assert not {"confusions", "tolerance_curve", "calibration"} & set(document)
    assert document["summary"]["f_measure"] == pytest.approx(0.5)
    assert document["summary"]["missing"] == 1


@pytest.mark.parametrize(("task", "metrics"), [("bpm", TEMPO_METRICS), ("beats", BEAT_METRICS)])
def test_no_rows_at_all_are_a_document_too(task: str, metrics: dict[str, object]) -> None:
    document = score_document([], task)  # type: ignore[arg-type]
    assert document["summary"]["tracks"] == 0
    assert all(document["summary"][key] is None for key in metrics)
    json.dumps(document, allow_nan=False)


def test_one_track_is_a_document_of_finite_numbers() -> None:
    for task, row in (("bpm", tempo(128, 128.1)), ("beats", beats(0.01))):
        document = score_document([row], task)  # type: ignore[arg-type]
        json.dumps(document, allow_nan=False)
        assert all(document["counts"][key] in (0, 1) for key in METRICS[task])  # type: ignore[index]


def groups(rows: Sequence[Row], *named: str) -> tuple[set[str], list[str]]:
    document = score_document(rows, "bpm", group_by=named)
    return set(document["groups"]), document["shown_groups"]


def test_a_column_of_shared_values_is_a_group_that_is_shown() -> None:
    rows = [tempo(100, 100, genre=("techno", "house")[n % 2]) for n in range(30)]
    assert groups(rows) == ({"tempo_band", "genre"}, ["tempo_band", "genre"])


def test_a_column_of_names_is_no_group_unless_it_is_asked_for() -> None:
    rows = [tempo(100, 100, title=f"track {n}") for n in range(30)]
    assert groups(rows) == ({"tempo_band"}, ["tempo_band"])
    assert groups(rows, "title") == ({"tempo_band", "title"}, ["tempo_band", "title"])


def test_few_tracks_are_grouped_by_everything_and_show_little() -> None:
    rows = [tempo(100, 100, title=f"track {n}", label="one", notes_file=f"{n % 2}") for n in range(6)]
    assert groups(rows) == ({"tempo_band", "title", "label"}, ["tempo_band"])


def test_more_values_than_a_table_holds_are_no_group() -> None:
    rows = [tempo(100, 100, artist=f"{n // 2}") for n in range(102)]
    assert groups(rows) == ({"tempo_band"}, ["tempo_band"])


def test_several_references_are_a_group() -> None:
    rows = [tempo(100, 100, name=name) for name in ("a.csv", "b.csv", "b.csv")]
    document = score_document(rows, "bpm")
    assert {label: part["summary"]["tracks"] for label, part in document["groups"]["reference"].items()} == {
        "a.csv": 1,
        "b.csv": 2,
    }


def test_a_column_called_like_a_group_of_ours_gives_way() -> None:
    rows = [tempo(100, 100, tempo_band="mine") for _ in range(4)]
    assert list(score_document(rows, "bpm")["groups"]["tempo_band"]) == ["<118"]


def test_a_track_without_a_value_is_in_a_group_of_its_own() -> None:
    rows = [
        tempo(100, 100, genre="techno"),
        tempo(100, 100, genre="techno"),
        tempo(100, 100, genre=" "),
        tempo(100, 100),
    ]
    parts = score_document(rows, "bpm")["groups"]["genre"]
    assert sum(part["summary"]["tracks"] for part in parts.values()) == 4
    assert len(parts) == 2


@pytest.mark.parametrize(
    "name", ["summary", "groups", "tolerance_curve", "error_histogram", "calibration", "confusions"]
)
def test_the_parts_fit_the_schema(name: str) -> None:
    document = score_document([tempo(100 + n, 100.0, genre="abc"[n % 3]) for n in range(9)], "bpm")
    part = SCHEMA["properties"][name] | {"$defs": SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(part).validate(document[name])


def test_settings_of_the_intervals_are_told() -> None:
    assert statistics_settings(7) == {"seed": 7, "confidence_level": 0.95, "resamples": 1000}
