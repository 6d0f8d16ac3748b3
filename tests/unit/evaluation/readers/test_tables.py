"""Tables are read whatever program wrote them; a row that makes no sense is named as a spreadsheet counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.readers.tables import read_table
from edm.model import TempoAlternative


def read(folder: Path, text: str, name: str = "refs.csv") -> tuple[Annotation, ...]:
    path = folder / name
    path.write_bytes(text.encode())
    return read_table(path)


def test_a_plain_table(tmp_path: Path) -> None:
    first, second = read(tmp_path, "path,bpm,genre\na.mp3,128.5,house\nsub/b.mp3,174,\n")
    assert (first.path, first.bpm, first.fields) == ("a.mp3", 128.5, {"genre": "house"})
    assert (second.path, second.bpm, second.fields) == ("sub/b.mp3", 174.0, {})
    assert (first.origin, second.origin) == ("refs.csv, row 2", "refs.csv, row 3")
    assert first.folder == tmp_path
    assert not first.named_by_stem


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    text = f'\ufeff"Path"{delimiter}BPM{delimiter}title\r\n"a;b,c\td.mp3"{delimiter}128{delimiter}x\r\n'
    (row,) = read(tmp_path, text)
    assert (row.path, row.bpm, row.fields) == ("a;b,c\td.mp3", 128.0, {"title": "x"})


@pytest.mark.parametrize("path", ["path", "File", "FILENAME", "location", "track"])
@pytest.mark.parametrize("bpm", ["bpm", "Tempo"])
def test_columns_go_by_several_names(tmp_path: Path, path: str, bpm: str) -> None:
    (row,) = read(tmp_path, f" {path} , {bpm} \na.mp3,128\n")
    assert (row.path, row.bpm) == ("a.mp3", 128.0)


def test_of_two_names_for_one_thing_the_better_counts_and_the_other_is_a_field(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "track,tempo,path,bpm\n7,fast,a.mp3,128\n")
    assert (row.path, row.bpm) == ("a.mp3", 128.0)
    assert row.fields == {"track": "7", "tempo": "fast"}


@pytest.mark.parametrize("value", ["", " ", "0", "0.00"])
def test_nothing_and_zero_are_no_tempo(tmp_path: Path, value: str) -> None:
    (row,) = read(tmp_path, f"path,bpm\na.mp3,{value}\n")
    assert row.bpm is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "refs.csv, row 2: bpm 'abc' is no number"),
        ("-128", "row 2: bpm '-128' is negative"),
        ("nan", "row 2: bpm 'nan' is not finite"),
        ("-inf", "row 2: bpm '-inf' is not finite"),
        ("1e400", "row 2: bpm '1e400' is not finite"),
        ("1000.1", "row 2: bpm '1000.1' is more than 1000"),
        ("1_2", "row 2: bpm '1_2' is no number"),
        ("0x80", "is no number"),
        ("١٢٨", "is no number"),
    ],
)
def test_what_is_no_tempo_is_refused_with_row_and_value(tmp_path: Path, value: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, f"path,bpm\na.mp3,{value}\n")


def test_a_decimal_comma_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bpm '128,5' is no number") as caught:
        read(tmp_path, "path;bpm\na.mp3;128,5\n")
    assert caught.value.hint == "write a point, not a comma"


def test_a_path_that_stands_twice_names_both_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"refs\.csv, row 4: path 'a\.mp3' stands in refs\.csv, row 2 already"):
        read(tmp_path, "path,bpm\na.mp3,128\nb.mp3,128\na.mp3,129\n")


def test_rows_are_counted_with_the_empty_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 4: bpm 'x'"):
        read(tmp_path, "path,bpm\na.mp3,1\n\nb.mp3,x\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("name,bpm\na,1\n", "row 1: no column is called path or file"),
        ("path,genre\na,1\n", "row 1: no column is called bpm"),
        ("path,bpm,Path\na,1,b\n", "row 1: column 'path' stands twice"),
        ("path,bpm\na.mp3\n", "row 2: 1 values under 2 columns"),
        ("path,bpm\na.mp3,128,5\n", "row 2: 3 values under 2 columns"),
        ("path,bpm\n ,128\n", "row 2: names no track"),
        ('path,bpm\n"a.mp3,128\n', "no valid CSV"),
        ("path,bpm\na\0.mp3,128\n", "line 2: holds a NUL"),
        ("path,bpm\n" + "x" * 200_000 + ",128\n", "no valid CSV: field larger than"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_empty_cells_behind_the_last_column_are_passed_over(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "path,bpm,,\na.mp3,128,,\n")
    assert row.bpm == 128.0


def test_beats_stand_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "a.beats.txt").write_text("0.5\n1.0\n1.5\n")
    (tmp_path / "ann" / "a.downbeats.txt").write_text("1.0\n")
    (tmp_path / "ann" / "b.beats").write_text("0.5\t1\n1.0\t2\n")
    text = (
        "path,bpm,beats_file,downbeats_file\na.mp3,120,ann/a.beats.txt,ann/a.downbeats.txt\n"
        "b.mp3,120,ann/b.beats,\nc.mp3,120,,\nd.mp3,,ann/b.beats,ann/b.beats\n"
    )
    first, second, third, fourth = read(tmp_path, text)
    assert first.beats_s is not None
    assert first.beats_s.tolist() == [0.5, 1.0, 1.5]
    assert first.downbeats_s is not None
    assert first.downbeats_s.tolist() == [1.0]
    assert second.downbeats_s is not None
    assert second.downbeats_s.tolist() == [0.5]
    assert third.beats_s is None
    assert third.downbeats_s is None
    assert fourth.downbeats_s is not None
    assert fourth.downbeats_s.tolist() == [0.5]


def test_without_beats_no_other_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "refs.csv"
    path.write_text("path,bpm,beats_file\na.mp3,120,gone.txt\n")
    (row,) = read_table(path, task="bpm")
    assert row.beats_s is None
    with pytest.raises(InputError, match=r"refs\.csv, row 2: beats_file 'gone\.txt': no such file"):
        read_table(path)


def test_an_analysis_of_ours_as_a_table(tmp_path: Path) -> None:
    text = (
        "path,status,duration_s,bpm,bpm_confidence,bpm_alternatives,beats,error_type,error_message\n"
        'a.mp3,ok,312.5,128.0,0.97,"64.0; 96.0",640,,\nb.mp3,failed,,,,,,DecodeError,b.mp3: is empty\n'
    )
    first, second = read(tmp_path, text)
    assert (first.confidence, first.duration_s, first.error) == (0.97, 312.5, None)
    assert first.alternatives == (TempoAlternative(64.0, 0.0), TempoAlternative(96.0, 0.0))
    assert first.beats_s is None
    assert first.fields == {"beats": "640"}
    assert (second.bpm, second.error) == (None, "DecodeError: b.mp3: is empty")


def test_a_status_of_somebody_else_is_a_field(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "path,bpm,status,error\na.mp3,128,checked,0.01\n")
    assert row.error is None
    assert row.fields == {"status": "checked", "error": "0.01"}


@pytest.mark.parametrize("value", ["1.5", "-0.1", "nan"])
def test_a_confidence_is_a_share(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match="row 2: confidence"):
        read(tmp_path, f"path,bpm,confidence\na.mp3,128,{value}\n")
