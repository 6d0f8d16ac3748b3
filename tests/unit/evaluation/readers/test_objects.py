"""JSON is read in all the shapes that people give it, and what the standard library lets pass is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.readers import read_annotations
from edm.model import TempoAlternative


def read(folder: Path, content: object, name: str = "refs.json") -> tuple[Annotation, ...]:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_annotations(path).annotations


def test_shapes_of_json_say_the_same(tmp_path: Path) -> None:
    shapes = [
        [{"path": "a.mp3", "bpm": 128.0}, {"path": "b.mp3", "bpm": None}],
        [{"File": "a.mp3", "Tempo": "128.0"}, {"File": "b.mp3"}],
        {"a.mp3": 128, "b.mp3": None},
        {"a.mp3": {"bpm": 128.0}, "b.mp3": {"bpm": 0}},
    ]
    for shape in shapes:
        assert [(row.path, row.bpm) for row in read(tmp_path, shape)] == [("a.mp3", 128.0), ("b.mp3", None)]


def test_one_object_is_one_track(tmp_path: Path) -> None:
    (row,) = read(tmp_path, {"path": "a.mp3", "bpm": 128.0, "genre": "house"})
    assert (row.path, row.bpm, row.fields) == ("a.mp3", 128.0, {"genre": "house"})


def test_json_lines_have_one_object_a_line(tmp_path: Path) -> None:
    text = '{"path": "a\u2028b.mp3", "bpm": 128}\n\n{"path": "c.mp3", "bpm": 129}\r\n'
    rows = read(tmp_path, text, "est.jsonl")
    assert [(row.path, row.bpm, row.origin) for row in rows] == [
        ("a\u2028b.mp3", 128.0, "est.jsonl, line 1"),
        ("c.mp3", 129.0, "est.jsonl, line 3"),
    ]


def test_beats_and_positions(tmp_path: Path) -> None:
    first, second, third = read(
        tmp_path,
        [
            {"path": "a", "beats_s": [0.5, 1.0, 1.5], "beat_positions": [4, 1, 2]},
            {"path": "b", "beats": [0.5, 1], "downbeats": [1]},
            {"path": "c", "beats_s": [], "downbeats_s": None},
        ],
    )
    assert first.beats_s is not None
    assert first.beats_s.tolist() == [0.5, 1.0, 1.5]
    assert first.downbeats_s is not None
    assert first.downbeats_s.tolist() == [1.0]
    assert second.downbeats_s is not None
    assert second.downbeats_s.tolist() == [1.0]
    assert third.beats_s is not None
    assert third.beats_s.tolist() == []
    assert third.downbeats_s is None


def test_records_of_ours(tmp_path: Path) -> None:
    ok = {
        "schema_version": 1,
        "path": "/m/a.mp3",
        "status": "ok",
        "duration_s": 98.5,
        "bpm": 102.0,
        "bpm_confidence": 0.7,
        "bpm_alternatives": [{"bpm": 204.0, "score": 0.3}],
        "beats_s": [0.5, 1.1],
        "beat_positions": [1, 2],
        "downbeats_s": [0.5],
        "grid": {"bpm": 102.0, "segments": []},
        "warnings": ["x"],
        "error": None,
    }
    failed = {
        "path": "/m/b.mp3",
        "status": "failed",
        "duration_s": None,
        "bpm": None,
        "error": {"type": "DecodeError", "message": "b.mp3: is\nempty", "hint": None},
    }
    first, second = read(tmp_path, [ok, failed])
    assert (first.duration_s, first.confidence, first.error) == (98.5, 0.7, None)
    assert first.alternatives == (TempoAlternative(204.0, 0.3),)
    assert first.fields == {"schema_version": "1"}
    assert (second.bpm, second.error) == (None, "DecodeError: b.mp3: is empty")


def test_a_failure_without_a_reason_is_one(tmp_path: Path) -> None:
    (row,) = read(tmp_path, [{"path": "a", "status": "failed"}])
    assert row.error == "failed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no valid JSON"),
        ("[1, 2", "no valid JSON: expecting"),
        ("3", "refs.json: 3 is no list of tracks"),
        ("[3]", "refs.json, item 1: 3 is no object"),
        ('[{"bpm": 128}]', "refs.json, item 1: names no track"),
        ('[{"path": 7, "bpm": 128}]', "item 1: path 7 is no path"),
        ('[{"path": "a\\u0000b", "bpm": 128}]', "item 1: path .* is no path"),
        ('[{"path": "a", "bpm": true}]', "item 1: bpm True is no number"),
        ('[{"path": "a", "bpm": NaN}]', "item 1: bpm nan is not finite"),
        ('[{"path": "a", "bpm": 1e999}]', "item 1: bpm inf is not finite"),
        ('[{"path": "a", "bpm": [128]}]', r"item 1: bpm \[128\] is no number"),
        ('[{"path": "a", "bpm": "fast"}]', "item 1: bpm 'fast' is no number"),
        ('{"a.mp3": "fast"}', "refs.json, 'a.mp3': bpm 'fast' is no number"),
        ('{"a.mp3": 1, "b.mp3": 2, "a.mp3": 3}', "key 'a.mp3' stands twice"),
        ('[{"path": "a", "bpm": 1}, {"path": "a", "bpm": 1}]', "item 2: path 'a' stands in refs.json, item 1"),
        ("[" * 100_000, "nests too deep"),
        ('[{"path": "a", "bpm": ' + "9" * 5000 + "}]", "refs.json"),
        ('{"schema_version": 1, "tracks": []}', "is a report of edm evaluate"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_lines_in_a_json_file_are_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="extra data at line 2") as caught:
        read(tmp_path, '{"path": "a"}\n{"path": "b"}\n')
    assert caught.value.hint is not None
    assert ".jsonl" in caught.value.hint


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"est\.ndjson, line 2: no valid JSON"):
        read(tmp_path, '{"path": "a"}\n{"path"\n', "est.ndjson")


def test_messages_are_one_short_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, [{"path": "a", "bpm": "x\n" * 1000}])
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 120
