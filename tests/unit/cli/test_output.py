"""Formats: valid at every moment, whole on disk."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
import yaml

from edm.cli.output import FORMATS, SUFFIXES, choose_format, open_writer
from edm.errors import InputError
from edm.pipeline.records import csv_columns, to_record
from tests.unit.pipeline.samples import analysed, failed, silent

BOTH = ("bpm", "beats")
RECORDS = [to_record(result, BOTH) for result in (analysed('ä\n,"x" 🎵.wav'), silent(), failed())]


def written(format_name: str, records: list[dict]) -> str:
    stream = io.StringIO()
    writer = FORMATS[format_name](stream, BOTH)
    for record in records:
        writer.write(record)
    writer.close()
    return stream.getvalue()


def interrupt_after(target: Path, records: list[dict]) -> None:
    with open_writer(target, "json", BOTH) as writer:
        for record in records:
            writer.write(record)
        raise KeyboardInterrupt


def parse(format_name: str, text: str) -> list[dict]:
    if format_name == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text) if format_name == "json" else yaml.safe_load(text)


@pytest.mark.parametrize("format_name", ["json", "jsonl", "yaml"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_is_written_reads_back_the_same(format_name: str, count: int) -> None:
    assert parse(format_name, written(format_name, RECORDS[:count])) == RECORDS[:count]


@pytest.mark.parametrize("count", [0, 3])
def test_csv_has_a_row_for_each_track_and_its_titles(count: int) -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", RECORDS[:count]), newline="")))
    assert [row["path"] for row in rows] == [record["path"] for record in RECORDS[:count]]
    assert written("csv", []).strip().split(",") == csv_columns(BOTH)


def test_csv_leaves_empty_what_does_not_exist() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", RECORDS), newline="")))
    assert (rows[0]["bpm"], rows[1]["bpm"], rows[2]["bpm"]) == ("125.0", "", "")
    assert rows[2]["error_message"] == "bad.mp3: no decoder takes it"


@pytest.mark.parametrize("format_name", ["jsonl", "csv", "table"])
def test_lines_are_out_before_the_end(format_name: str) -> None:
    stream = io.StringIO()
    FORMATS[format_name](stream, BOTH).write(RECORDS[1])
    assert "silence.wav" in stream.getvalue()


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_the_suffix_chooses_the_format(suffix: str) -> None:
    assert choose_format("auto", Path("x" + suffix.upper()), flag_given=False) == SUFFIXES[suffix]


def test_the_flag_is_stronger_than_the_suffix_and_a_setting_is_weaker() -> None:
    assert choose_format("csv", Path("x.json"), flag_given=True) == "csv"
    assert choose_format("csv", Path("x.json"), flag_given=False) == "json"


def test_an_unknown_suffix_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"x\.xml") as caught:
        choose_format("auto", Path("x.xml"), flag_given=False)
    assert ".jsonl" in (caught.value.hint or "")


def test_without_a_terminal_the_format_is_jsonl() -> None:
    assert choose_format("auto", None, flag_given=False) == "jsonl"


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")
    with open_writer(target, "json", BOTH) as writer:
        writer.write(RECORDS[0])
        assert target.read_text() == "before"
    assert json.loads(target.read_text(encoding="utf-8")) == RECORDS[:1]
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupted_run_leaves_a_valid_file_of_what_is_done(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    with pytest.raises(KeyboardInterrupt):
        interrupt_after(target, RECORDS[:1])
    assert json.loads(target.read_text(encoding="utf-8")) == RECORDS[:1]


def test_a_run_that_did_nothing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        interrupt_after(target, [])
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    with open_writer(tmp_path / "link.json", "json", BOTH) as writer:
        writer.write(RECORDS[0])
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_a_device_is_written_and_not_replaced() -> None:
    with open_writer(Path("/dev/null"), "json", BOTH) as writer:
        writer.write(RECORDS[0])
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("name", ["missing/out.json", "."])
def test_a_target_that_cannot_be_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError), open_writer(tmp_path / name, "json", BOTH):
        pytest.fail("the work was begun")
