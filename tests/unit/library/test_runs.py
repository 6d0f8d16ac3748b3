"""Runs and their reports."""

from __future__ import annotations

import os

from edm.library import Library, runs


def test_a_run_is_kept_with_its_report(library: Library) -> None:
    number = runs.begin(library, "edm run /caf\udce9")
    (going,) = runs.recent(library)
    assert (going.id, going.command, going.pid) == (number, r"edm run /caf\xe9", os.getpid())
    assert (going.finished_at, going.outcome, going.report) == (None, None, {})
    runs.finish(library, number, "done", {"stages": [{"name": "scan", "seconds": 1.5}]})
    (over,) = runs.recent(library)
    assert over.outcome == "done"
    assert over.report == {"stages": [{"name": "scan", "seconds": 1.5}]}
    assert over.finished_at is not None
    assert over.finished_at >= over.started_at


def test_a_run_that_never_ended_died(library: Library) -> None:
    first = runs.begin(library, "edm run")
    second = runs.begin(library, "edm run")
    assert [(run.id, run.outcome) for run in runs.recent(library)] == [(second, None), (first, "died")]


def test_the_latest_runs_come_first(library: Library) -> None:
    ids = [runs.begin(library, "edm scan") for _ in range(4)]
    assert [run.id for run in runs.recent(library, limit=2)] == [ids[3], ids[2]]
