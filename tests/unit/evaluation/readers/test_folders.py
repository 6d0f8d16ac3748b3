"""Folders of small files are read, each file for the track of its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from edm.errors import InputError
from edm.evaluation.annotation import AnnotationSet
from edm.evaluation.readers import read_annotations
from edm.model import TempoAlternative


def write(folder: Path, **files: str) -> Path:
    return write_all(folder, {name.replace("_", "."): text for name, text in files.items()})


def write_all(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def paths(found: AnnotationSet) -> list[str]:
    return [annotation.path for annotation in found.annotations]


def test_tempo_files_as_of_giantsteps(tmp_path: Path) -> None:
    folder = write_all(tmp_path, {"1030011.LOFI.bpm": "127.0", "sub/b.BPM": "0\n", ".hidden.bpm": "x", "README": "x"})
    found = read_annotations(folder)
    first, second = found.annotations
    assert found.format == "bpm"
    assert (first.path, first.bpm, first.named_by_stem, first.folder) == ("1030011.LOFI", 127.0, True, tmp_path)
    assert (second.path, second.bpm) == ("sub/b", None)


@pytest.mark.parametrize(
    ("text", "bpm", "weight", "others"),
    [
        ("87.0\t174.0\t0.22", 174.0, 0.78, [(87.0, 0.22)]),
        ("87.0 174.0 0.5", 87.0, 0.5, [(174.0, 0.5)]),
        ("87.0 174.0 0.9 0.1", 87.0, 0.9, [(174.0, 0.1)]),
        ("127 139 1", 127.0, 1.0, [(139.0, 0.0)]),
        ("128 0.9", 128.0, 0.9, []),
        ("0.0 0.0 0.0", None, None, []),
        ("0 128 1.0", 128.0, 0.0, []),
    ],
)
def test_of_two_tempos_the_heavier_counts(
    tmp_path: Path, text: str, bpm: float | None, weight: float | None, others: list[tuple[float, float]]
) -> None:
    (row,) = read_annotations(write_all(tmp_path, {"a.mirex": text})).annotations
    assert (row.bpm, row.confidence) == (bpm, weight)
    assert row.alternatives == tuple(TempoAlternative(*other) for other in others)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.bpm: 0 values"),
        ("1 2 3 4 5", "a.bpm: 5 values"),
        ("abc", "a.bpm: bpm 'abc' is no number"),
        ("-1", "a.bpm: bpm '-1' is negative"),
        ("87 174", "a.bpm: weight '174' is not from 0 to 1"),
    ],
)
def test_tempo_files_that_make_no_sense_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_annotations(write_all(tmp_path, {"a.bpm": text}))


def test_beats_with_downbeats_beside_them(tmp_path: Path) -> None:
    files = {"a.beats.txt": "0.5\n1.0", "a.downbeats.txt": "1.0", "a.sections.txt": "0 9 intro", "b.beats": "0.5 1"}
    found = read_annotations(write_all(tmp_path, files))
    first, second = found.annotations
    assert (found.format, paths(found)) == ("beats", ["a", "b"])
    assert first.beats_s is not None
    assert first.beats_s.tolist() == [0.5, 1.0]
    assert first.downbeats_s is not None
    assert first.downbeats_s.tolist() == [1.0]
    assert second.downbeats_s is not None
    assert second.downbeats_s.tolist() == [0.5]


def test_plain_text_files_are_beats_where_nothing_else_is(tmp_path: Path) -> None:
    found = read_annotations(write_all(tmp_path, {"a.txt": "0.5", "a.downbeats.txt": "0.5", "b.txt": "0.5"}))
    assert paths(found) == ["a", "b"]
    assert found.annotations[0].downbeats_s is not None
    assert found.annotations[1].downbeats_s is None


def test_jams_files_in_folders_keep_their_place(tmp_path: Path) -> None:
    text = '{"annotations": [], "file_metadata": {}}'
    found = read_annotations(write_all(tmp_path, {"x/a.jams": text, "y/a.jams": text}))
    assert paths(found) == ["x/a", "y/a"]
    assert {annotation.folder for annotation in found.annotations} == {tmp_path}


def test_two_files_for_one_track_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.mirex: path 'a' stands in a\.bpm already"):
        read_annotations(write(tmp_path, a_bpm="128", a_mirex="128 64 1"))


def test_two_kinds_in_one_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds \.bpm and \.beats\.txt files"):
        read_annotations(write(tmp_path, a_bpm="128", a_beats="0.5"))


def test_a_folder_of_something_else_is_refused_with_the_formats(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of no kind that we read") as caught:
        read_annotations(write(tmp_path, a_mp3="x"))
    assert caught.value.hint is not None
    assert "rekordbox" in caught.value.hint
