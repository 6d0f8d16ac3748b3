"""Records: exactly the documented keys, finite numbers, nothing lost."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import sys
from pathlib import Path

import jsonschema
import pytest

from edm.audio.printable import printable
from edm.model import Success, TrackAnalysis
from edm.pipeline.records import csv_columns, flatten, to_record
from tests.unit.pipeline.samples import KEY, analysed, failed, silent

DOCS = Path(__file__).parents[3] / "docs"
BOTH = ("bpm", "beats")
ALL = (*BOTH, "structure", "key", "loudness")
SCHEMA = json.loads((DOCS / "track.schema.json").read_text(encoding="utf-8"))


def changed(result: Success[TrackAnalysis], **fields: object) -> Success[TrackAnalysis]:
    return dataclasses.replace(result, value=dataclasses.replace(result.value, **fields))


@pytest.mark.parametrize("result", [analysed(), analysed(fallback="no networks"), silent(), failed()])
@pytest.mark.parametrize("types", [ALL, BOTH, ("bpm",), ("beats",), ("structure",), ("key",), ("loudness", "key")])
def test_every_record_obeys_the_schema(result, types: tuple[str, ...]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(to_record(result, types))


def test_sections_drops_and_energy_are_told_in_seconds_and_bars() -> None:
    record = to_record(analysed(), ("structure",))
    assert (record["structure_kind"], record["structure_source"], record["structure_confidence"]) == (
        "club",
        "bars",
        0.8,
    )
    assert record["sections"][1] == {
        "start_s": 2.17,
        "end_s": 4.0,
        "start_bar": 2,
        "end_bar": 2,
        "label": "drop",
        "confidence": 0.9123,
        "energy": 0.988,
    }
    assert record["drops"] == [{"time_s": 2.17, "bar": 2, "confidence": 0.9}]
    assert (record["energy"], record["energy_times_s"], record["energy_curve"]) == (7, [0.0, 2.17], [0.25, 0.988])


@pytest.mark.parametrize(
    ("notation", "key", "runner_up", "tag"),
    [("standard", "F# minor", "A major", "E minor"), ("camelot", "11A", "11B", "9A"), ("openkey", "4m", "4d", "2m")],
)
def test_keys_are_written_in_the_notation_asked_for(notation, key: str, runner_up: str, tag: str) -> None:
    record = to_record(analysed(), ("key",), key_notation=notation)
    assert (record["key"], record["key_runner_up"], record["tag_key"]) == (key, runner_up, tag)
    assert (record["key_confidence"], record["key_source"], record["tuning_cents"]) == (0.8765, "network", -12.35)


def test_loudness_is_rounded_to_a_hundredth_and_null_for_silence() -> None:
    names = ("loudness_lufs", "loudness_range_lu", "true_peak_dbtp", "replaygain_db")
    record = to_record(analysed(), ("loudness",))
    assert [record[name] for name in names] == [-9.88, 5.0, 0.12, -8.12]
    assert [to_record(silent(), ("loudness",))[name] for name in names] == [None] * 4


def test_every_reason_to_fall_back_is_told() -> None:
    plain = dataclasses.replace(KEY, source="profiles")
    assert to_record(changed(analysed(fallback="no networks"), key=plain), ALL)["fallback"] == (
        "no networks; key by profiles"
    )
    assert to_record(silent(), ALL)["fallback"] == "sections without bars"
    assert to_record(analysed(), ALL)["fallback"] is None


def test_a_flat_row_names_sections_and_drops() -> None:
    row = flatten(to_record(analysed(), ALL))
    assert row["sections"] == "intro 0.0; drop 2.17"
    assert (row["drops"], row["energy"], row["energy_values"]) == ("2.17", 7, 2)
    assert set(row) == set(csv_columns(ALL))


def test_a_record_has_the_promised_keys_in_order() -> None:
    assert list(to_record(analysed(), BOTH)) == [
        "schema_version",
        "path",
        "status",
        "duration_s",
        "sample_rate_hz",
        "detector",
        "fallback",
        "bpm",
        "bpm_confidence",
        "bpm_source",
        "bpm_alternatives",
        "tempo_stability",
        "tag_bpm",
        "grid",
        "beats_s",
        "beat_positions",
        "downbeats_s",
        "elapsed_s",
        "warnings",
        "error",
    ]


def test_numbers_are_rounded_to_what_they_mean() -> None:
    record = to_record(analysed(), BOTH)
    assert (record["bpm"], record["bpm_confidence"], record["duration_s"]) == (125.0, 0.9876, 4.0)
    assert (record["elapsed_s"], record["grid"]["max_residual_ms"]) == (1.235, 1.23)
    assert record["beats_s"] == [0.25, 0.73, 1.21, 1.69, 2.17, 2.65, 3.13, 3.61]
    assert record["downbeats_s"] == [1.21, 3.13]


def test_what_was_not_asked_for_is_absent() -> None:
    assert "grid" not in to_record(analysed(), ("bpm",))
    assert "bpm" not in to_record(analysed(), ("beats",))
    assert "beats_s" not in to_record(failed(), ("bpm",))


def test_what_does_not_exist_is_null() -> None:
    record = to_record(silent(), BOTH)
    assert record["bpm"] is None
    assert record["tempo_stability"] == "none"
    assert record["tag_bpm"] is None
    assert record["grid"]["first_beat_s"] is None
    assert record["beats_s"] == []


def test_a_failure_is_a_record_with_a_reason() -> None:
    record = to_record(failed(), BOTH)
    assert record["status"] == "failed"
    assert record["error"] == {
        "type": "DecodeError",
        "message": "bad.mp3: no decoder takes it",
        "hint": "is it audio?",
    }
    assert record["bpm"] is None
    assert record["elapsed_s"] == 0.25


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_does_not_know_is_null(value: float) -> None:
    record = to_record(changed(analysed(), tag_bpm=value, duration_s=value), BOTH)
    assert (record["tag_bpm"], record["duration_s"]) == (None, None)
    json.dumps(record, allow_nan=False)


@pytest.mark.skipif(sys.platform == "win32", reason="names are UTF-16 there")
def test_a_name_that_is_no_utf8_is_printable() -> None:
    path = os.fsdecode(b"caf\xe9 \xf0\x9f\x8e\xb5.wav")
    record = to_record(analysed(path), BOTH)
    assert record["path"] == "caf\\xe9 🎵.wav"
    json.dumps(record, ensure_ascii=False).encode("utf-8")


def test_a_good_name_stays_as_it_is() -> None:
    assert printable(Path("é ü.wav")) == "é ü.wav"


@pytest.mark.parametrize("result", [analysed(), silent(), failed()])
@pytest.mark.parametrize("types", [BOTH, ("bpm",), ("beats",)])
def test_a_flat_row_has_the_columns_and_no_lists(result, types: tuple[str, ...]) -> None:
    row = flatten(to_record(result, types))
    assert set(csv_columns(types)) <= {*row, "grid_segments"}
    assert not any(isinstance(value, (list, dict)) for value in row.values())


def test_a_flat_row_keeps_grid_and_error_apart() -> None:
    row = flatten(to_record(analysed(), BOTH))
    assert (row["grid_verdict"], row["grid_segments"], row["beats"], row["downbeats"]) == ("locked", 1, 8, 2)
    assert row["bpm_alternatives"] == "62.5; 250.0"
    assert flatten(to_record(failed(), BOTH))["error_type"] == "DecodeError"


def test_the_page_and_the_schema_name_the_same_keys() -> None:
    page = (DOCS / "records.md").read_text(encoding="utf-8")
    first_table = page.split("`grid` is a straight line")[0]
    keys = [
        key for row in re.findall(r"^\| (`.*?) \|", first_table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
    ]
    assert keys == list(SCHEMA["properties"])
