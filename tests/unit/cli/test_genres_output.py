"""Records in every format."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml

from edm.cli.genres_output import write_one, write_rows

RECORD = {"name": 'a "b"\nc', "counts": {"lastfm": 2}, "genres": ["house", "電"], "none": None}


def one(format_name: str) -> str:
    stream = io.StringIO()
    write_one(RECORD, format_name, stream, ["a line"])
    return stream.getvalue()


def many(format_name: str, records: list[dict[str, object]]) -> str:
    stream = io.StringIO()
    write_rows(records, ("tag", "examples"), format_name, stream, [("tag", "by"), ("x", "A")])
    return stream.getvalue()


def test_one_record_is_an_object() -> None:
    assert json.loads(one("json")) == json.loads(one("jsonl")) == yaml.safe_load(one("yaml")) == RECORD
    assert one("jsonl").count("\n") == 1
    assert one("auto") == one("json")
    assert one("table") == "a line\n"


def test_one_record_is_a_row() -> None:
    assert list(csv.DictReader(io.StringIO(one("csv"), newline=""))) == [
        {"name": 'a "b"\nc', "counts_lastfm": "2", "genres": '["house", "電"]', "none": ""}
    ]


@pytest.mark.parametrize("records", [[], [{"tag": "x\ny", "examples": ["A", "B"]}, {"tag": "z", "examples": []}]])
def test_records_parse_in_every_format(records: list[dict[str, object]]) -> None:
    assert json.loads(many("json", records)) == records
    assert [json.loads(line) for line in many("jsonl", records).splitlines()] == records
    assert yaml.safe_load(many("yaml", records)) == records
    rows = list(csv.DictReader(io.StringIO(many("csv", records), newline="")))
    assert [(row["tag"], json.loads(row["examples"])) for row in rows] == [(r["tag"], r["examples"]) for r in records]
    assert many("csv", records).startswith("tag,examples\n")
    assert many("auto", records) == many("jsonl", records)
    assert many("table", records) == "tag  by\nx    A\n"
