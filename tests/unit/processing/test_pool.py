"""What the pool mends by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edm.processing import pool
from edm.processing.parallel import ParallelProcessor
from edm.processing.progress import Event, RunWarning
from tests.unit.processing import work


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_a_worker_killed_with_a_lock_in_hand_does_not_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "STALL_S", 1.0)
    heard: list[Event] = []
    processor = ParallelProcessor(work.die_with_the_lock, 2, backend="pool", listener=heard.append)
    results = processor.process(["a", "killed", "b", "c", "d", "e"])
    assert [result.ok for result in results] == [True, False, True, True, True, True]
    # Whether the others had reached for the lock before it was freed decides whether the pool had to start anew.
    assert sum(isinstance(event, RunWarning) for event in heard) <= 1


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_an_item_whose_worker_was_locked_out_is_tried_once_more(tmp_path: Path) -> None:
    processor = ParallelProcessor(work.end_as_if_locked_out, 2, backend="pool")
    results = processor.process([tmp_path / "once", tmp_path / "always", tmp_path / "never"])
    assert [result.ok for result in results] == [True, False, True]
    assert results[1].error_type == "WorkerLostError"
