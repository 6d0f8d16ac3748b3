"""What the library has, shown: the same for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from edm.cli.library_show import failure_record, stats_record, write_check, write_records, write_stats
from edm.library.records import FailedTrack, Run
from edm.library.stats import Stats

STATS = Stats(
    tracks=12,
    present=11,
    missing=1,
    duplicates=2,
    analysed=8,
    stages={"sonic": {"done": 8, "failed": 1, "pending": 0}},
    detectors={"network": 6, "flux": 2},
    modes={"beat": 7, "windowed": 1},
    layouts={"club": 5, "song": 3},
    keys={"network": 8},
    fallbacks={"sonic": {"windowed: no\nbeats": 1}},
    failures={"sonic": {"DecodeError": 1}},
    with_genres=4,
    genres={"tags": 3},
    bytes=1_234_567,
)
RUNS = [
    Run(2, "2026-01-02T03:04:05.000+00:00", None, "edm run /a very long command that goes on and on", 7, "host", None),
    Run(
        1,
        "2026-01-01T03:04:05.000+00:00",
        "2026-01-01T03:05:05.000+00:00",
        "edm run",
        7,
        "host",
        "done",
        {"seconds": 60.04, "peak_memory_mb": 99.0, "stages": [{"stage": "sonic", "done": 8, "failed": 1}]},
    ),
]
FAILED = FailedTrack(
    3,
    Path("/music/new\nline \udcff.mp3"),
    "sonic",
    "1",
    "audio",
    "DecodeError",
    "no, \x1b[31mred\x1b[0m",
    None,
    2,
    "2026-01-01T03:04:05.000+00:00",
    False,
)
COLUMNS = ("id", "stage", "error_type", "attempts", "path", "message")


def record(*, runs: bool = False) -> dict[str, Any]:
    return stats_record(STATS, RUNS if runs else (), database="/data/library.db")


def shown(format_name: str, *, runs: bool = False) -> str:
    stream = io.StringIO()
    write_stats(record(runs=runs), format_name, stream)
    return stream.getvalue()


def listed(format_name: str, failures: list[FailedTrack]) -> str:
    stream = io.StringIO()
    write_records([failure_record(one) for one in failures], COLUMNS, format_name, stream)
    return stream.getvalue()


@pytest.mark.parametrize("format_name", ["json", "jsonl", "auto"])
def test_totals_are_one_object(format_name: str) -> None:
    text = shown(format_name)
    found = json.loads(text)
    totals = ("tracks", "present", "missing", "duplicates", "analysed", "with_genres", "database_bytes")
    assert [found[name] for name in totals] == [12, 11, 1, 2, 8, 4, 1_234_567]
    assert found["stages"]["sonic"] == {"done": 8, "failed": 1, "pending": 0}
    assert (text.count("\n") == 1) is (format_name == "jsonl")


def test_yaml_holds_the_same() -> None:
    assert yaml.safe_load(shown("yaml", runs=True)) == json.loads(shown("json", runs=True))


def test_the_table_says_it_all_in_plain_lines() -> None:
    lines = shown("table").splitlines()
    assert lines[0] == "library     /data/library.db (1.2 MB)"
    assert "analysed    8" in lines
    assert "sonic       8 done, 1 failed, 0 pending" in lines
    assert "detectors   6 network, 2 flux" in lines
    assert "failures, sonic: 1 × DecodeError" in lines
    assert all(line.isprintable() for line in lines)


def test_runs_are_there_when_asked_for_and_fit_a_terminal() -> None:
    assert "outcome" not in shown("table")
    lines = shown("table", runs=True).splitlines()
    head = next(index for index, line in enumerate(lines) if line.startswith("run "))
    going, done = lines[head + 1 : head + 3]
    assert "running" in going
    assert "–" in going
    assert " 60.0 " in done
    assert max(map(len, lines)) <= 80


def test_runs_as_records_keep_their_reports() -> None:
    latest, first = record(runs=True)["runs"]
    assert (latest["outcome"], latest["seconds"], latest["stages"]) == (None, None, [])
    assert (first["outcome"], first["peak_memory_mb"], first["stages"][0]["done"]) == ("done", 99.0, 8)


def test_failures_are_lines_of_json_that_any_program_reads() -> None:
    text = listed("jsonl", [FAILED, FAILED])
    text.encode()
    first, second = (json.loads(line) for line in text.splitlines())
    assert first == second
    assert (first["id"], first["error_type"], first["attempts"], first["retry"]) == (3, "DecodeError", 2, False)


@pytest.mark.parametrize("format_name", ["json", "auto"])
def test_failures_are_an_array(format_name: str) -> None:
    assert len(json.loads(listed(format_name, [FAILED]))) == 1
    assert json.loads(listed(format_name, [])) == []


def test_failures_as_rows_have_a_head_even_where_there_are_none() -> None:
    assert next(csv.reader(io.StringIO(listed("csv", [])))) == list(COLUMNS)
    head, row = csv.reader(io.StringIO(listed("csv", [FAILED])))
    found = dict(zip(head, row, strict=True))
    assert (found["stage"], found["hint"]) == ("sonic", "")


def test_a_table_of_failures_has_a_line_each_whatever_their_names() -> None:
    lines = listed("table", [FAILED, FAILED]).splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert lines[0].split() == list(COLUMNS)


def check_record(**changes: Any) -> dict[str, Any]:
    found = {"queries": 2000, "map": 0.51234, "recall": 0.5, "shuffled_map": 0.1, "shuffled_recall": 0.25}
    labels = (("tower", "album"), ("robust_whiten", "genre, other artists"))
    retrieval = [{"variant": variant, "label": label} | found for variant, label in labels]
    findings = [
        {"name": "shapes", "ok": True, "seen": "all\nright"},
        {"name": "finite", "ok": False, "seen": "2 are not"},
    ]
    made = {"tracks": 9, "features": 131, "width": 40, "variant": "tower"}
    return made | {"findings": findings, "retrieval": retrieval} | changes


def test_a_check_is_a_line_for_each_finding_and_a_small_table() -> None:
    stream = io.StringIO()
    write_check(check_record(), "table", stream)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "9 tracks, 131 features, tower: 40 columns"
    assert lines[1].startswith("ok  shapes: ")
    assert lines[2] == "BAD finite: 2 are not"
    assert lines[4].split() == ["variant", "same", "tracks", "MAP", "chance", "recall@10", "chance"]
    assert lines[5].split() == ["tower", "album", "2000", "0.512", "0.100", "0.500", "0.250"]
    assert lines[6].startswith("robust_whiten  genre, other artists")


def test_a_check_fits_a_terminal() -> None:
    stream = io.StringIO()
    seen = "bpm of 100000, bpm_confidence of 100000, key_confidence of 100000, loudness_lufs of 100000"
    write_check(check_record(findings=[{"name": "known numbers", "ok": True, "seen": seen}]), "table", stream)
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("ok  known numbers: bpm of 100000,")
    assert lines[2].startswith("    ")


def test_a_check_without_labels_has_no_table() -> None:
    stream = io.StringIO()
    write_check(check_record(retrieval=[]), "table", stream)
    assert len(stream.getvalue().splitlines()) == 3


def test_a_check_is_an_object_for_programs() -> None:
    stream = io.StringIO()
    write_check(check_record(), "json", stream)
    assert json.loads(stream.getvalue()) == check_record()
