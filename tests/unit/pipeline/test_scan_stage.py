"""The scan as a stage of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edm.errors import Interrupted
from edm.library import Library, open_library, tracks
from edm.pipeline.scan_stage import ScanStage
from edm.pipeline.stage import Preview, RunRequest, StageReport, Telling
from edm.processing.progress import ItemFinished
from tests.unit.pipeline.scanning import song


@pytest.fixture
def music(tmp_path: Path) -> Path:
    for seed, name in enumerate(["a.wav", "b.wav", "in/c.wav"]):
        song(tmp_path / "music" / name, seed)
    return tmp_path / "music"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        yield opened


def run(library: Library, *folders: Path, telling: Telling | None = None, **asked: Any) -> StageReport:
    return ScanStage().run(library, RunRequest(folders=folders, workers=1, **asked), telling or Telling())


def preview(library: Library, *folders: Path, **asked: Any) -> Preview:
    return ScanStage().preview(library, RunRequest(folders=folders, workers=1, **asked))


def numbers(report: StageReport) -> tuple[int, int, int]:
    return report.done, report.failed, report.skipped


def test_new_tracks_are_counted_as_they_were_foretold(library: Library, music: Path) -> None:
    assert preview(library, music).reasons == {"new": 3}
    assert preview(library, music).tracks == 3
    report = run(library, music)
    assert numbers(report) == (3, 0, 0)
    assert (report.details["files"], report.details["new"]) == (3, 3)
    assert preview(library, music).reasons == {}
    assert numbers(run(library)) == (0, 0, 3)


def test_what_changed_is_told_apart(library: Library, music: Path) -> None:
    run(library, music)
    song(music / "a.wav", 9, seconds=0.09)
    (music / "b.wav").rename(music / "moved.wav")
    (music / "copy.wav").write_bytes((music / "in" / "c.wav").read_bytes())
    assert preview(library).reasons == {"new": 2, "changed": 1}
    assert preview(library).note == "1 missing"
    details = run(library).details
    assert (details["changed"], details["moved"], details["duplicates"], details["missing"]) == (1, 1, 1, 0)


def test_a_limit_is_kept_and_told(library: Library, music: Path) -> None:
    assert preview(library, music, limit=2).tracks == 2
    report = run(library, music, limit=2)
    assert numbers(report) == (2, 0, 0)
    assert report.details["left"] == 1


def test_a_folder_that_is_away_is_a_warning_and_its_tracks_stay(library: Library, music: Path) -> None:
    run(library, music)
    music.rename(music.with_name("away"))
    report = run(library, prune=True)
    assert any(str(music) in warning and "is not there" in warning for warning in report.warnings)
    assert report.details["pruned"] == 0
    assert len(list(tracks.iterate(library))) == 3


def test_missing_tracks_are_pruned_when_asked(library: Library, music: Path) -> None:
    run(library, music)
    (music / "a.wav").unlink()
    assert run(library).details["missing"] == 1
    assert run(library, prune=True).details["pruned"] == 1
    (music / "b.wav").unlink()
    (music / "in" / "c.wav").unlink()
    refused = run(library, prune=True)
    assert refused.details["pruned"] == 0
    assert any("are gone" in warning for warning in refused.warnings)
    assert run(library, prune=True, confirmed=True).details["pruned"] == 2


def test_the_listener_hears_of_every_file(library: Library, music: Path) -> None:
    heard: list[Any] = []
    run(library, music, telling=Telling(listener=heard.append))
    assert sum(isinstance(event, ItemFinished) for event in heard) == 3


def test_a_scan_that_is_cut_short_tells_what_it_has_stored(library: Library, music: Path) -> None:
    def stop_at_the_second(event: Any) -> None:
        if isinstance(event, ItemFinished) and event.label.endswith("b.wav"):
            raise Interrupted(2)

    told: list[StageReport] = []
    with pytest.raises(Interrupted):
        run(library, music, telling=Telling(listener=stop_at_the_second, on_report=told.append))
    (partial,) = told
    assert partial.done == len(list(tracks.iterate(library)))
    assert partial.done < 3
    assert partial.details["files"] == 3


def test_the_settings_limit_its_workers_too(library: Library, music: Path) -> None:
    report = ScanStage().run(library, RunRequest(folders=(music,), workers="auto", max_workers=1), Telling())
    assert report.workers == 1


def test_force_looks_into_every_file(library: Library, music: Path) -> None:
    run(library, music)
    assert preview(library, force=True).tracks == 3
    assert numbers(run(library, force=True)) == (0, 0, 3)


def test_a_file_that_could_not_be_read_is_looked_into_again_when_asked(library: Library, music: Path) -> None:
    (music / "empty.mp3").touch()
    assert numbers(run(library, music)) == (3, 1, 0)
    assert preview(library).tracks == 0
    assert preview(library, retry_failed=True).tracks == 1
    heard: list[Any] = []
    assert numbers(run(library, telling=Telling(listener=heard.append))) == (0, 0, 4)
    assert heard == []
    run(library, retry_failed=True, telling=Telling(listener=heard.append))
    assert sum(isinstance(event, ItemFinished) for event in heard) == 1
