"""A run: stage after stage, remembered whatever becomes of it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.errors import InputError, Interrupted, LibraryError
from edm.library import Library, open_library, runs
from edm.pipeline.runner import RunReport, preview_stages, run_stages
from edm.pipeline.stage import Preview, RunRequest, Stage, StageReport, Telling


class Told:
    """A stage that does as it is told."""

    def __init__(self, name: str, *, done: int = 0, failed: int = 0, skipped: int = 0) -> None:
        self.name = name
        self.report = StageReport(name, done=done, failed=failed, skipped=skipped, seconds=2.0, track_seconds=3.0)
        self.error: BaseException | None = None
        self.requests: list[RunRequest] = []

    def preview(self, library: Library, request: RunRequest) -> Preview:
        return Preview(self.name, {"new": 2})

    def run(self, library: Library, request: RunRequest, telling: Telling) -> StageReport:
        self.requests.append(request)
        if self.error is not None:
            telling.on_report(self.report)
            raise self.error
        return self.report


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        yield opened


def run(library: Library, *stages: Stage, telling: Telling | None = None, reports: Path | None = None) -> RunReport:
    return run_stages(library, stages, RunRequest(), telling or Telling(), command="edm run", reports=reports)


def test_stages_run_in_turn_with_one_request_and_are_told_of_as_they_end(library: Library) -> None:
    first, second = Told("one", done=1), Told("two", done=2)
    told: list[str] = []
    telling = Telling(
        on_stage=lambda name: told.append(f"{name} begins"), on_report=lambda one: told.append(f"{one.stage} ends")
    )
    report = run(library, first, second, telling=telling)
    assert told == ["one begins", "one ends", "two begins", "two ends"]
    assert first.requests == second.requests == [RunRequest()]
    assert report.stages == (first.report, second.report)
    assert report.outcome == "done"


def test_a_run_is_a_row_with_its_report(library: Library) -> None:
    report = run(library, Told("one", done=4, failed=1))
    (row,) = runs.recent(library)
    assert (row.id, row.outcome, row.command) == (report.run_id, "done", "edm run")
    assert row.finished_at is not None
    (stage,) = row.report["stages"]
    assert (stage["done"], stage["failed"], stage["tracks_per_s"], stage["speed_up"]) == (4, 1, 2.0, 1.5)
    assert 10 < row.report["peak_memory_mb"] < 10_000


def test_the_report_is_a_file_too_and_no_run_writes_over_another(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "runs"
    run(library, Told("one"), reports=folder)
    run(library, Told("one"), reports=folder)
    records = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.iterdir())]
    assert sorted(record["run"] for record in records) == [1, 2]


def test_two_libraries_keep_their_reports_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as real

    from edm.pipeline import runner

    class Clock(real.datetime):
        hour_now = 1

        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Clock:
            cls.hour_now += 1
            return cls(2026, 1, 1, cls.hour_now, tzinfo=tz)

    monkeypatch.setattr(runner, "datetime", Clock)
    for name in ("one.db", "two.db"):
        with open_library(tmp_path / name, mode="write") as library:
            run(library, Told("one"), reports=tmp_path / "runs")
    assert len(list((tmp_path / "runs").iterdir())) == 2


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Interrupted(signal.SIGINT), "interrupted"),
        (Interrupted(signal.SIGTERM), "interrupted"),
        (KeyboardInterrupt(), "interrupted"),
        (LibraryError("full"), "failed"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_a_run_that_ends_early_is_remembered_with_what_was_done(
    library: Library, error: BaseException, outcome: str
) -> None:
    broken, never = Told("two", done=3), Told("three")
    broken.error = error
    with pytest.raises(type(error)):
        run(library, Told("one", done=5), broken, never)
    assert never.requests == []
    (row,) = runs.recent(library)
    assert row.outcome == outcome
    assert [(stage["stage"], stage["done"]) for stage in row.report["stages"]] == [("one", 5), ("two", 3)]


def test_a_report_that_cannot_be_kept_is_a_warning(library: Library, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, no folder")
    warnings: list[str] = []
    report = run(library, Told("one"), telling=Telling(on_warning=warnings.append), reports=tmp_path / "state")
    assert report.outcome == "done"
    assert len(warnings) == 1


def test_a_run_that_was_killed_has_died(library: Library) -> None:
    runs.begin(library, "edm run")
    run(library, Told("one"))
    assert [row.outcome for row in runs.recent(library)] == ["done", "died"]


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ([], 0),
        ([(3, 0, 0)], 0),
        ([(0, 0, 9)], 0),
        ([(3, 1, 0)], 3),
        ([(0, 1, 3)], 3),
        ([(0, 2, 0)], 1),
        ([(4, 0, 0), (0, 2, 0)], 1),
        ([(4, 1, 0), (2, 0, 0)], 3),
    ],
)
def test_the_exit_code_tells_all_some_and_none(stages: list[tuple[int, int, int]], code: int) -> None:
    reports = tuple(StageReport("s", done=done, failed=failed, skipped=skipped) for done, failed, skipped in stages)
    assert RunReport(1, "edm run", "done", reports, 1.0).exit_code == code


def test_a_stage_that_may_fail_fails_no_run_alone() -> None:
    may = StageReport("genres", failed=7, may_fail=True)
    done, hopeless = StageReport("scan", done=1), StageReport("sonic", failed=1)

    def code(*stages: StageReport) -> int:
        return RunReport(1, "edm run", "done", stages, 1.0).exit_code

    assert code(may) == code(done, may) == 3
    assert code(StageReport("genres", may_fail=True)) == 0
    assert code(may, hopeless) == 1


def test_a_preview_asks_every_stage_and_leaves_no_run(library: Library) -> None:
    previews = preview_stages(library, [Told("one"), Told("two")], RunRequest())
    assert [(preview.stage, preview.tracks) for preview in previews] == [("one", 2), ("two", 2)]
    assert runs.recent(library) == ()


class Picky(Told):
    """A stage that refuses what it is asked."""

    def check(self, request: RunRequest) -> None:
        raise InputError("no such thing")


def test_what_a_stage_cannot_do_is_known_before_any_stage_begins(library: Library) -> None:
    first, stages = Told("one", done=1), []
    with pytest.raises(InputError, match="no such thing"):
        run(library, first, Picky("two"), telling=Telling(on_stage=stages.append))
    assert first.requests == stages == []
    assert runs.recent(library) == ()


def test_a_preview_refuses_what_a_run_would_refuse(library: Library) -> None:
    with pytest.raises(InputError, match="no such thing"):
        preview_stages(library, [Told("one"), Picky("two")], RunRequest())


def test_no_time_is_no_speed() -> None:
    report = StageReport("one", done=3)
    assert report.speed_up == 0.0
    assert report.record()["tracks_per_s"] == 0.0
