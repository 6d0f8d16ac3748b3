"""A run's folder is whole or not there, and ``latest`` always leads to a whole one."""

from __future__ import annotations

import copy
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edm.errors import InputError
from edm.evaluation.report.folder import FILES, LATEST, check_output, run_name, to_json, write_run
from tests.unit.evaluation.report.sample import sample

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")

BPM = sample("bpm", tracks=12)
BEATS = sample("beats", tracks=12)


def no_links(target: str, place: Path) -> None:
    raise OSError(1, "Operation not permitted")


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def task_of(folder: Path) -> str:
    return str(json.loads((folder / "results.json").read_text(encoding="utf-8"))["task"])


def test_a_run_is_a_folder_of_three_files(tmp_path: Path) -> None:
    folder = write_run(BPM, tmp_path / "new" / "runs", name="one")
    assert folder == tmp_path / "new" / "runs" / "one"
    assert entries(folder) == sorted(FILES)
    assert entries(folder.parent) == [LATEST, "one"]
    assert (folder / "report.md").read_text(encoding="utf-8").startswith("# Tempo of network")
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@needs_links
def test_latest_is_a_relative_link_to_the_newest(tmp_path: Path) -> None:
    write_run(BPM, tmp_path / "runs", name="one")
    write_run(BEATS, tmp_path / "runs", name="two")
    assert os.readlink(tmp_path / "runs" / LATEST) == "two"  # noqa: PTH115 - the text of the link is meant
    (tmp_path / "runs").rename(tmp_path / "moved")
    assert task_of(tmp_path / "moved" / LATEST) == "beats"


def test_latest_is_a_copy_where_links_fail(tmp_path: Path) -> None:
    first = write_run(BPM, tmp_path, name="one", link=no_links)
    assert not (tmp_path / LATEST).is_symlink()
    assert task_of(tmp_path / LATEST) == "bpm"
    write_run(BEATS, tmp_path, name="two", link=no_links)
    assert task_of(tmp_path / LATEST) == "beats"
    assert task_of(first) == "bpm"
    assert entries(tmp_path) == [LATEST, "one", "two"]


@needs_links
def test_a_copy_gives_way_to_a_link_and_a_link_to_a_copy(tmp_path: Path) -> None:
    write_run(BPM, tmp_path, name="one", link=no_links)
    write_run(BEATS, tmp_path, name="two")
    assert (tmp_path / LATEST).is_symlink()
    assert task_of(tmp_path / LATEST) == "beats"
    write_run(BPM, tmp_path, name="three", link=no_links)
    assert not (tmp_path / LATEST).is_symlink()
    assert task_of(tmp_path / LATEST) == "bpm"
    assert task_of(tmp_path / "two") == "beats"
    assert entries(tmp_path) == [LATEST, "one", "three", "two"]


@needs_links
def test_a_link_to_a_run_that_is_gone_is_replaced(tmp_path: Path) -> None:
    (tmp_path / LATEST).symlink_to("gone")
    write_run(BPM, tmp_path, name="one")
    assert task_of(tmp_path / LATEST) == "bpm"


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "run-3").touch()
    names = [write_run(BPM, tmp_path, name="run").name for _ in range(3)]
    assert names == ["run", "run-2", "run-4"]
    assert (tmp_path / "run-3").read_bytes() == b""


@pytest.mark.parametrize("link", [None, no_links])
def test_runs_that_end_at_once_all_keep_their_results(tmp_path: Path, link: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(write_run, BPM, tmp_path, name="run", link=link) for _ in range(60)]
        folders = {future.result() for future in futures}
    assert len(folders) == 60
    assert all(entries(folder) == sorted(FILES) for folder in folders)
    assert entries(tmp_path / LATEST) == sorted(FILES)
    assert len(entries(tmp_path)) == 61


def test_a_document_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    document = copy.deepcopy(BPM)
    document["tracks"][0]["error_bpm"] = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        write_run(document, tmp_path / "runs", name="one")
    assert not (tmp_path / "runs").exists()


def test_a_disk_that_fills_up_leaves_nothing_but_the_runs_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(BPM, tmp_path, name="one")
    written: list[int] = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="no space left on device") as caught:
        write_run(BEATS, tmp_path, name="two")
    assert caught.value.hint
    assert entries(tmp_path) == [LATEST, "one"]
    assert task_of(tmp_path / LATEST) == "bpm"


@pytest.mark.parametrize("name", ["", ".hidden", "..", LATEST, "a/b", "a\\b", "a:b", "a\0b"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no name"):
        write_run(BPM, tmp_path, name=name)
    assert entries(tmp_path) == []


def test_output_is_made_and_tested_before_any_work(tmp_path: Path) -> None:
    check_output(tmp_path / "a" / "b")
    assert entries(tmp_path / "a" / "b") == []


def test_output_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for output in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(InputError, match="cannot be written") as caught:
            check_output(output)
        assert caught.value.hint


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs permissions that hold")
def test_output_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="permission denied"):
            check_output(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_called_latest_that_is_not_ours_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / LATEST).mkdir()
    (tmp_path / LATEST / "holiday.jpg").touch()
    with pytest.raises(InputError, match="not a report of ours"):
        check_output(tmp_path)
    with pytest.raises(InputError, match="not a report of ours"):
        write_run(BPM, tmp_path, name="one")
    assert entries(tmp_path) == [LATEST]
    assert entries(tmp_path / LATEST) == ["holiday.jpg"]


def test_a_file_called_latest_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / LATEST).write_text("mine")
    with pytest.raises(InputError, match="not a report of ours"):
        check_output(tmp_path)
    assert (tmp_path / LATEST).read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="has no umask")
def test_a_run_can_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        folder = write_run(BPM, tmp_path, name="one")
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "results.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("document", [BPM, BEATS])
def test_json_reads_back_as_it_was(document: dict[str, Any]) -> None:
    assert json.loads(to_json(document)) == json.loads(json.dumps(document))
    assert to_json(document).endswith("}\n")


def test_json_has_a_line_for_each_track_and_keeps_letters(tmp_path: Path) -> None:
    lines = to_json(BPM).splitlines()
    rows = [line for line in lines if line.startswith('  {"path": ') and '"tempo_band"' in line]
    assert [json.loads(line.rstrip(","))["path"] for line in rows] == [row["path"] for row in BPM["tracks"]]
    assert any("ünïcode — 高橋" in line for line in rows)


def test_half_a_surrogate_in_a_name_does_not_stop_a_report(tmp_path: Path) -> None:
    document = copy.deepcopy(BPM)
    document["tracks"][0]["path"] = "caf\udce9.mp3"
    folder = write_run(document, tmp_path, name="one")
    read = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert read["tracks"][0]["path"] == "caf\udce9.mp3"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "2026-01-31T12-00-00-bpm-network"),
        ({"estimates": "/data/peer results.v2.csv", "detector": None}, "2026-01-31T12-00-00-bpm-peer-results.v2"),
        ({"estimates": "C:\\x\\größe.json", "detector": None}, "2026-01-31T12-00-00-bpm-größe"),
        ({"estimates": "../..", "detector": None}, "2026-01-31T12-00-00-bpm"),
        ({"estimates": "é" * 300, "detector": None}, "2026-01-31T12-00-00-bpm-" + "é" * 40),
        ({"detector": "auto"}, "2026-01-31T12-00-00-bpm-network"),
    ],
)
def test_a_run_is_named_by_time_task_and_what_was_scored(changes: dict[str, Any], name: str, tmp_path: Path) -> None:
    document = {**BPM, "settings": {**BPM["settings"], **changes}}
    assert run_name(document) == name
    assert write_run(document, tmp_path, name=name).is_dir()
