"""Every format of the table reads its own example, and is found without being named."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC

from edm.errors import InputError
from edm.evaluation.readers import FORMATS, TAGS, read_annotations

NAMES = {"bpm": "folder/a.bpm", "beats": "folder/a.beats.txt"}


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
    return path if path.parent == folder else path.parent


def tagged(path: Path, bpm: str) -> Path:
    soundfile.write(path, np.zeros(800), 8000)
    tags = FLAC(path)
    tags["bpm"] = bpm
    tags["genre"] = ["Techno", "House"]
    tags.save()
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_of_every_format_is_read_and_says_what_it_promises(name: str, tmp_path: Path) -> None:
    source = example_of(name, tmp_path)
    found = read_annotations(TAGS, folder=source) if name == TAGS else read_annotations(source)
    assert found.format == name
    said = {
        "bpm": any(row.bpm for row in found.annotations),
        "beats": any(row.beats_s is not None for row in found.annotations),
        "downbeats": any(row.downbeats_s is not None for row in found.annotations),
        "confidence": any(row.confidence is not None for row in found.annotations),
    }
    assert {key for key, is_said in said.items() if is_said} <= set(FORMATS[name].carries)
    assert said["bpm"] or said["beats"]


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
        rows = read_annotations(example_of(name, folder), with_beats=False).annotations
        assert all(row.beats_s is None and row.downbeats_s is None for row in rows)


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
