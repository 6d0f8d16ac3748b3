"""What a report says, in the right order."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.report import contents
from tests.unit.evaluation.report.sample import sample


@pytest.fixture
def tempo() -> dict[str, Any]:
    return sample("bpm")


@pytest.fixture
def beats() -> dict[str, Any]:
    return sample("beats")


def row(name: str, *, reference: float = 120.0, estimate: float | None = None, status: str = "ok") -> dict[str, Any]:
    ratio = None if estimate is None else estimate / reference
    near = [] if ratio is None else [abs(ratio / k - 1) <= 0.04 for k in (1, 2, 0.5, 3, 1 / 3)]
    hits = {"accuracy1": float(bool(near and near[0])), "accuracy2": float(any(near))}
    return {"path": name, "status": status, "reference_bpm": reference, "estimate_bpm": estimate, **hits}


def worst(*rows: dict[str, Any], task: str = "bpm") -> list[str]:
    return [found["path"] for found in contents.worst_tracks({"task": task, "tracks": rows})]


def test_the_worst_tempos_are_failures_then_wrong_then_octaves_then_errors() -> None:
    found = worst(
        row("right", estimate=120.0),
        row("off by 0.1", estimate=120.1),
        row("off by 2", estimate=118.0),
        row("double", estimate=240.0),
        row("double and off", estimate=241.0),
        row("far", estimate=170.0),
        row("none"),
        row("failed", status="failed"),
    )
    assert found == ["failed", "none", "far", "double and off", "double", "off by 2", "off by 0.1"]


def test_the_worst_beats_are_failures_then_the_lowest_f() -> None:
    rows = [
        {"path": name, "status": status, "f_measure": f, "f_measure_20ms": narrow}
        for name, status, f, narrow in [
            ("perfect", "ok", 1.0, 1.0),
            ("good", "ok", 0.9, 0.9),
            ("good, but late", "ok", 0.9, 0.1),
            ("deaf", "ok", 0.0, 0.0),
            ("failed", "failed", 0.0, 0.0),
        ]
    ]
    assert worst(*rows, task="beats") == ["failed", "deaf", "good, but late", "good"]


def test_no_more_than_twenty_are_the_worst() -> None:
    assert len(worst(*(row(str(index), estimate=121.0) for index in range(50)))) == 20


def test_a_perfect_run_has_no_worst_tracks() -> None:
    assert contents.worst_tracks(sample("bpm", perfect=True)) == []


def test_every_failure_has_its_reason(tempo: dict[str, Any]) -> None:
    problems = contents.failures(tempo)
    assert [problem.kind for problem in problems] == ["failed", "failed", "missing"]
    assert "DecodeError" in problems[0].reason
    assert problems[0].reason.endswith("(convert it)")
    assert problems[2].reason == "the estimates do not name it"


def test_the_introduction_says_who_what_and_how_many(tempo: dict[str, Any]) -> None:
    text = " ".join(contents.introduction(tempo))
    assert "detector network" in text
    assert "sets/manifest.csv" in text
    assert "Of 63 tracks in the reference, 62 have a tempo, 60 matched and 60 were scored." in text
    assert "2 of them failed and the estimates say nothing of 1" in text
    assert "allow 4 % of the reference tempo" in text
    assert "95 % bootstrap" in text


def test_stored_estimates_are_named_and_nothing_was_analysed(tempo: dict[str, Any]) -> None:
    settings = {**tempo["settings"], "estimates": "other/peer.csv", "detector": None, "sample_size": 50, "seed": 7}
    document = {**tempo, "settings": settings, "detector": None}
    text = " ".join(contents.introduction(document))
    assert "The estimates of other/peer.csv were scored" in text
    assert "nothing was analysed" in text
    assert "a random sample of 50, drawn with seed 7" in text
    assert contents.title(document) == "Tempo of peer.csv against manifest.csv"


def test_a_fallback_is_said(tempo: dict[str, Any]) -> None:
    document = {**tempo, "detector": {"name": "flux", "version": 1, "fallback": "no networks"}}
    assert "no networks" in " ".join(contents.introduction(document))
    assert "For 1 track a fallback was used" in " ".join(contents.introduction(tempo))


@pytest.mark.parametrize(("trim_s", "words"), [(0.0, "No beats were trimmed"), (5.0, "first 5 s")])
def test_trimming_is_always_said(beats: dict[str, Any], trim_s: float, words: str) -> None:
    document = {**beats, "settings": {**beats["settings"], "trim_s": trim_s}}
    assert words in " ".join(contents.introduction(document))


def test_a_missed_gate_says_what_was_asked_for_and_on_which_side(tempo: dict[str, Any]) -> None:
    gates = [
        {"metric": "accuracy1", "limit": 0.95, "value": 0.9, "passed": False},
        {"metric": "mae_bpm", "limit": 2.0, "value": 1.0, "passed": True},
        {"metric": "oe1", "limit": 0.1, "value": -0.2, "passed": False},
        {"metric": "expected_calibration_error", "limit": 0.05, "value": None, "passed": False},
    ]
    assert contents.gate_lines({**tempo, "gates": gates}) == [
        (False, "Accuracy1 is 90.0 %, asked for: at least 95.0 %"),
        (True, "mean abs. error is 1.000 BPM, asked for: at most 2.000 BPM"),
        (False, "OE1 is −0.200 octaves, asked for: at most ±0.100 octaves"),
        (False, "calibration error is –, asked for: at most 5.0 %"),
    ]


def test_only_groups_worth_a_table_are_shown_and_long_ones_are_cut(tempo: dict[str, Any]) -> None:
    assert [group.name for group in contents.group_tables(tempo)] == ["tempo band", "genre"]
    document = {**tempo, "shown_groups": ["title"]}
    (group,) = contents.group_tables(document)
    assert len(group.rows) + group.left_out == len(tempo["groups"]["title"]) == 60
    assert group.left_out == 20


def test_provenance_has_every_setting_and_version(tempo: dict[str, Any]) -> None:
    pairs = dict(contents.provenance({**tempo, "weights": None}))
    assert pairs["reference"] == "sets/manifest.csv"
    assert pairs["sample size"] == "–"
    assert pairs["git dirty"] == "yes"
    assert pairs["version of numpy"] == "2.4.0"
    assert pairs["took"] == "12.3 s"
    assert {key.replace("_", " ") for key in tempo["settings"]} <= set(pairs)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("plain name.mp3", "plain name.mp3"),
        ("a\nb\r\nc\u2028d", "a↵b↵c↵d"),
        ("tab\there", "tab\ufffdhere"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("abc\u202egpj.exe", "abc\ufffdgpj.exe"),
        ("byte\udcff", "byte\ufffd"),
        ("👩\u200d🎤 é 高", "👩\u200d🎤 é 高"),
    ],
)
def test_a_name_is_one_line_without_characters_that_steer(name: str, line: str) -> None:
    assert contents.one_line(name) == line


@given(st.text())
def test_any_text_becomes_one_line_once(text: str) -> None:
    line = contents.one_line(text)
    assert len(line.splitlines()) <= 1
    assert not {unicodedata.category(char) for char in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert contents.one_line(line) == line
