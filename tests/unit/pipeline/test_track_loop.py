"""The loop over tracks: what is pending is done once, stored at once, and what fails is remembered."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edm.errors import Interrupted, LibraryError
from edm.library import Library, failures, open_library, stages
from edm.library.records import Track
from edm.pipeline.stage import RunRequest, StageReport, Telling
from edm.pipeline.track_loop import preview_tracks, run_tracks
from tests.unit.pipeline.scanning import rescan, song

BAD = "c.wav"


def size_of(path: Path) -> int:
    """The work: size of a file; one track cannot be done."""
    if path.name == BAD:
        raise ValueError("no size")
    return path.stat().st_size


class Sizes:
    """A stage as small as can be."""

    name = "sizes"

    def __init__(self, present: str = "1") -> None:
        self.present = present
        self.stored: list[str] = []
        self.prepared = 0
        self.on_store: Callable[[Track], None] = lambda track: None

    def version(self, request: RunRequest) -> str:
        return self.present

    def prepare(self, request: RunRequest, telling: Telling) -> Callable[[Path], Any]:
        self.prepared += 1
        return size_of

    def store(self, library: Library, track: Track, version: str, value: Any, elapsed_s: float) -> str | None:
        assert value == track.path.stat().st_size
        self.on_store(track)
        identity = track.stamp.sample_hash
        assert identity is not None
        fell_back = "small" if track.relative == "a.wav" else None
        stages.store_done(library, track.id, self.name, version, identity, elapsed_s=elapsed_s, fell_back=fell_back)
        self.stored.append(track.relative)
        return fell_back


@pytest.fixture
def music(tmp_path: Path) -> Path:
    for seed, name in enumerate(["a.wav", "b.wav", "c.wav", "in/d.wav", "in/e.wav"]):
        song(tmp_path / "music" / name, seed)
    return tmp_path / "music"


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        rescan(opened, music)
        yield opened


def run(library: Library, stage: Sizes | None = None, **asked: Any) -> StageReport:
    return run_tracks(stage or Sizes(), library, RunRequest(**{"workers": 1, **asked}), Telling())


def reasons(library: Library, stage: Sizes | None = None, **asked: Any) -> dict[str, int]:
    return dict(preview_tracks(stage or Sizes(), library, RunRequest(**asked)).reasons)


def numbers(report: StageReport) -> tuple[int, int, int]:
    return report.done, report.failed, report.skipped


def test_every_track_is_done_and_the_bad_one_is_remembered(library: Library) -> None:
    report = run(library)
    assert numbers(report) == (4, 1, 0)
    assert report.fell_back == {"small": 1}
    assert report.workers == 1
    assert report.details["left"] == 0
    assert report.details["peak_memory_of_a_worker_mb"] > 10
    (failed,) = failures.listed(library)
    assert (failed.path.name, failed.stage, failed.error_type, failed.message) == (
        BAD,
        "sizes",
        "ValueError",
        "no size",
    )


def test_a_second_run_does_nothing_and_prepares_nothing(library: Library) -> None:
    run(library)
    stage = Sizes()
    assert numbers(run(library, stage)) == (0, 0, 5)
    assert stage.prepared == 0


def test_a_failure_is_tried_again_when_one_asks(library: Library) -> None:
    run(library)
    assert reasons(library) == {}
    assert reasons(library, retry_failed=True) == {"failed before": 1}
    assert numbers(run(library, retry_failed=True)) == (0, 1, 4)
    assert failures.listed(library)[0].attempts == 2


def test_a_failure_is_tried_again_when_its_file_changes(library: Library, music: Path) -> None:
    run(library)
    song(music / BAD, 77, seconds=0.07)
    rescan(library, music)
    assert reasons(library) == {"changed": 1}


def test_another_version_makes_everything_stale(library: Library) -> None:
    run(library)
    assert reasons(library, Sizes("2")) == {"stale version": 5}
    assert numbers(run(library, Sizes("2"))) == (4, 1, 0)
    assert reasons(library, Sizes("2")) == {}


def test_force_does_everything_again(library: Library) -> None:
    run(library)
    assert reasons(library, force=True) == {"forced": 5}
    assert numbers(run(library, force=True)) == (4, 1, 0)


def test_a_limit_leaves_the_rest_for_the_next_run(library: Library) -> None:
    report = run(library, limit=2)
    assert numbers(report) == (2, 0, 0)
    assert report.details["left"] == 3
    assert preview_tracks(Sizes(), library, RunRequest(limit=2)).tracks == 3
    assert numbers(run(library)) == (2, 1, 2)


@pytest.mark.parametrize("named", ["in", "in/../in", "../music/in", "link"])
def test_only_the_folder_that_is_named_is_worked_on(library: Library, music: Path, named: str) -> None:
    if named == "link":
        (music.parent / "link").symlink_to(music / "in")
        folder = music.parent / "link"
    else:
        folder = music / named
    stage = Sizes()
    assert numbers(run(library, stage, folders=(folder,))) == (2, 0, 0)
    assert stage.stored == ["in/d.wav", "in/e.wav"]


def test_a_file_that_is_gone_fails_and_is_not_remembered(library: Library, music: Path) -> None:
    away = music.rename(music.with_name("drive that is not mounted"))
    assert numbers(run(library)) == (0, 5, 0)
    assert failures.listed(library) == ()
    away.rename(music)
    assert numbers(run(library)) == (4, 1, 0)


def test_a_result_is_stored_before_the_next_one_is_asked_for(library: Library) -> None:
    stage = Sizes()
    seen: list[int] = []
    stage.on_store = lambda track: seen.append(stages.counts(library, "sizes", "1")["done"])
    run(library, stage)
    assert seen == [0, 1, 2, 3]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_result_that_cannot_be_stored_ends_the_run_and_keeps_the_others(library: Library, workers: int) -> None:
    def refuse(track: Track) -> None:
        if len(stage.stored) == 2:
            raise LibraryError("the disk is full")

    stage = Sizes()
    stage.on_store = refuse
    told: list[StageReport] = []
    with pytest.raises(LibraryError, match="full"):
        run_tracks(stage, library, RunRequest(workers=workers), Telling(on_report=told.append))
    assert stages.counts(library, "sizes", "1")["done"] == 2
    assert [report.done for report in told] == [2]
    done = set(stage.stored)
    again = Sizes()
    run(library, again)
    assert done.isdisjoint(again.stored)


def test_a_signal_ends_the_run_after_what_is_done_is_told(library: Library) -> None:
    def interrupt(track: Track) -> None:
        if track.relative == "b.wav":
            os.kill(os.getpid(), signal.SIGINT)

    stage = Sizes()
    stage.on_store = interrupt
    told: list[StageReport] = []
    with pytest.raises((Interrupted, KeyboardInterrupt)):
        run_tracks(stage, library, RunRequest(workers=1), Telling(on_report=told.append))
    assert [report.done for report in told] == [stages.counts(library, "sizes", "1")["done"]]
    assert run(library).done == 4 - told[0].done


def test_two_workers_store_what_one_stores(library: Library) -> None:
    alone, together = Sizes("1"), Sizes("2")
    first, second = run(library, alone), run(library, together, workers=2)
    assert numbers(first) == numbers(second) == (4, 1, 0)
    assert sorted(alone.stored) == sorted(together.stored)
    assert (first.workers, second.workers) == (1, 2)


def test_no_more_workers_than_tracks(library: Library) -> None:
    assert run(library, workers=2, limit=1).workers == 1


def test_the_estimate_comes_from_earlier_runs(library: Library) -> None:
    assert preview_tracks(Sizes(), library, RunRequest()).seconds is None
    run(library)
    each_s = stages.seconds_per_track(library, "sizes")
    assert each_s is not None
    preview = preview_tracks(Sizes("2"), library, RunRequest(limit=2))
    assert preview.seconds == pytest.approx(2 * each_s)


def test_a_copy_is_not_worked_on(library: Library, music: Path) -> None:
    (music / "copy.wav").write_bytes((music / "a.wav").read_bytes())
    rescan(library, music)
    assert reasons(library) == {"new": 5}


def test_a_moved_track_is_not_done_again(library: Library, music: Path) -> None:
    run(library)
    (music / "a.wav").rename(music / "in" / "moved.wav")
    rescan(library, music)
    assert reasons(library) == {}
