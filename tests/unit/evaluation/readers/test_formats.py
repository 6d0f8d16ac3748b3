"""Every format of the table reads its own example, and is found without being named."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers import FORMATS, TAGS, read_annotations
from edm.model.keys import parse_key

NAMES = {"bpm": "folder/a.bpm", "beats": "folder/a.beats.txt", "key": "folder/a.key"}
TASKS: tuple[Task, ...] = ("bpm", "beats", "structure", "key")


def example_of(name: str, folder: Path) -> Path:
    """The example of a format as a file, or as a folder with one."""
    if name == TAGS:
        return tagged(folder / "a.flac", "128").parent
    path = folder / NAMES.get(name, f"refs{[*FORMATS[name].suffixes, ''][0]}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(FORMATS[name].example)
    if name == "csv":
        (folder / "ann").mkdir()
        for kind in ("beats", "downbeats"):
            (folder / "ann" / f"a.{kind}.txt").write_text("0.5\n")
        (folder / "ann" / "a.sections.txt").write_text("0\t30.5\tintro\n")
    return path if path.parent == folder else path.parent


def tagged(path: Path, bpm: str, key: str = "8A") -> Path:
    soundfile.write(path, np.zeros(800), 8000)
    tags = FLAC(path)
    tags["bpm"] = bpm
    tags["initialkey"] = key
    tags["genre"] = ["Techno", "House"]
    tags.save()
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_of_every_format_is_read_and_says_what_it_promises(name: str, tmp_path: Path) -> None:
    source = example_of(name, tmp_path)
    rows: list[Annotation] = []
    for task in TASKS:
        if (name, task) != (TAGS, "structure"):
            found = read_annotations(name if name == TAGS else source, folder=source, task=task)
            assert found.format == name
            rows += found.annotations
    said = {
        "bpm": any(row.bpm for row in rows),
        "beats": any(row.beats_s is not None for row in rows),
        "downbeats": any(row.downbeats_s is not None for row in rows),
        "confidence": any(row.confidence is not None for row in rows),
        "sections": any(row.sections for row in rows),
        "drops": any(row.drops_s is not None for row in rows),
        "key": any(row.key for row in rows),
    }
    assert {key for key, is_said in said.items() if is_said} <= set(FORMATS[name].carries)
    assert said["bpm"] or said["beats"] or said["key"]
    if name in ("rekordbox", "key", "bpm"):
        assert {key for key, is_said in said.items() if is_said} >= set(FORMATS[name].carries) - {"confidence"}


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "rekordbox"])
def test_a_file_without_a_suffix_is_known_by_its_content(name: str, tmp_path: Path) -> None:
    source = example_of(name, tmp_path)
    bare = tmp_path / "bare"
    shutil.copy(source, bare)
    assert read_annotations(bare).format == name


def test_jams_may_be_called_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(FORMATS["jams"].example)
    found = read_annotations(path)
    assert (found.format, found.annotations[0].bpm) == ("jams", 127.0)


def test_without_beats_there_are_none(tmp_path: Path) -> None:
    for name in ("csv", "json", "rekordbox", "beats"):
        folder = tmp_path / name
        folder.mkdir()
        rows = read_annotations(example_of(name, folder), task="bpm").annotations
        assert all(row.beats_s is None and row.downbeats_s is None for row in rows)


def test_only_the_task_that_asks_for_a_key_reads_it(tmp_path: Path) -> None:
    (tmp_path / "refs.csv").write_text("path,bpm,key\na.mp3,128,no such thing\n")
    (row,) = read_annotations(tmp_path / "refs.csv").annotations
    assert (row.key, row.fields) == (None, {"key": "no such thing"})
    with pytest.raises(InputError, match=r"refs\.csv, row 2: key 'no such thing' is no key"):
        read_annotations(tmp_path / "refs.csv", task="key")


def test_keys_of_tags_are_read(tmp_path: Path) -> None:
    tagged(tmp_path / "a.flac", "174.5", "8A")
    tagged(tmp_path / "b.flac", "174.5", "loud")
    warnings: list[str] = []
    (row,) = read_annotations(TAGS, folder=tmp_path, task="key", on_warning=warnings.append).annotations
    assert (row.key, row.origin) == (parse_key("A minor"), "a.flac, key tag")
    assert warnings == ["1 of 2 tracks have no key tag and are left out"]
    with pytest.raises(InputError, match="tags tell nothing of structure"):
        read_annotations(TAGS, folder=tmp_path, task="structure")


def test_tags_are_read_from_the_audio(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    tagged(tmp_path / "sub" / "a.flac", "174.5")
    tagged(tmp_path / "b.flac", "none")
    warnings: list[str] = []
    found = read_annotations(TAGS, folder=tmp_path, on_warning=warnings.append)
    (row,) = found.annotations
    assert (row.path, row.bpm, row.folder, row.fields) == ("sub/a.flac", 174.5, tmp_path, {"genre": "Techno; House"})
    assert warnings == ["1 of 2 tracks have no BPM tag and are left out"]


def test_tags_need_a_folder_and_a_tag(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder of them") as caught:
        read_annotations(TAGS)
    assert caught.value.hint == "give --source"
    tagged(tmp_path / "b.flac", "none")
    with pytest.raises(InputError, match="none of 1 tracks has a BPM tag"):
        read_annotations(TAGS, folder=tmp_path)


def test_the_source_is_kept_as_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example_of("jsonl", tmp_path)
    monkeypatch.chdir(tmp_path)
    found = read_annotations("refs.jsonl")
    assert (found.source, found.annotations[0].folder) == ("refs.jsonl", Path())


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for odd in (tmp_path / "gone.csv", "x" * 5000, "a\0b"):
        with pytest.raises(InputError, match="cannot be read"):
            read_annotations(odd)


@pytest.mark.parametrize("text", ["", "hello", "0.5\n1.0\n", "0.5\t1\n"])
def test_a_file_of_something_else_is_refused_with_the_formats(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(InputError, match="of no kind that we read"):
        read_annotations(path)
