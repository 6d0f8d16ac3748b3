"""The contract of every backend in the table, and what only processes can promise."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from edm.errors import InputError, WorkerError
from edm.model import Failure, Result, Success
from edm.processing.backends import BACKENDS, choose_backend, load_backend
from edm.processing.parallel import ParallelProcessor
from edm.processing.progress import (
    Event,
    ItemFinished,
    ItemStarted,
    RunFinished,
    RunStarted,
    RunWarning,
    StepStarted,
)
from edm.processing.workers import ONE_THREAD
from tests.unit.processing import work

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


def processor(function: Any, backend: str, workers: int = 2, **options: Any) -> ParallelProcessor[Any, Any]:
    return ParallelProcessor(function, workers, show_progress=False, backend=backend, **options)


def values(results: list[Result[Any]]) -> list[Any]:
    return [result.value if isinstance(result, Success) else result.message for result in results]


def failure(result: Result[Any]) -> Failure:
    assert isinstance(result, Failure)
    return result


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_results_come_in_the_order_of_the_items(backend: str) -> None:
    results = processor(work.slow_first, backend).process([0, 1, 2, 3, 4])
    assert values(results) == [0, 1, 2, 3, 4]
    assert [result.index for result in results] == [0, 1, 2, 3, 4]
    assert [result.item for result in results] == [0, 1, 2, 3, 4]


def test_items_may_come_from_a_generator(backend: str) -> None:
    assert values(processor(work.double, backend).process(x for x in range(30))) == [2 * x for x in range(30)]


def test_no_items_give_no_results(backend: str) -> None:
    assert processor(work.double, backend).process([]) == []


def test_an_item_that_raises_fails_alone(backend: str) -> None:
    results = processor(work.misbehave, backend).process(["a", "raise", "b"])
    assert [result.ok for result in results] == [True, False, True]
    broken = failure(results[1])
    assert (broken.index, broken.item) == (1, "raise")
    assert (broken.error_type, broken.message, broken.hint) == ("ValueError", "first line second line", None)
    assert broken.traceback is not None
    assert "misbehave" in broken.traceback


def test_an_expected_error_keeps_its_hint_and_needs_no_traceback(backend: str) -> None:
    refused = failure(processor(work.misbehave, backend).process(["refuse"])[0])
    assert (refused.error_type, refused.message) == ("DecodeError", "song.mp3: not audio")
    assert (refused.hint, refused.traceback) == ("look at it", None)


def test_an_item_that_exits_fails_alone(backend: str) -> None:
    results = processor(work.misbehave, backend).process(["sys.exit", "a"])
    assert [result.ok for result in results] == [False, True]


def test_events_tell_each_item_from_start_to_finish(backend: str) -> None:
    heard: list[Event] = []
    processor(work.steps_of, backend, listener=heard.append).process(range(6))
    assert isinstance(heard[0], RunStarted)
    assert heard[0].total == 6
    assert isinstance(heard[-1], RunFinished)
    assert (heard[-1].done, heard[-1].failed) == (6, 0)
    for index in range(6):
        own = [
            type(event)
            for event in heard
            if (isinstance(event, ItemStarted | StepStarted) and event.index == index)
            or (isinstance(event, ItemFinished) and event.result.index == index)
        ]
        assert own[0] is ItemStarted
        assert own[-1] is ItemFinished
        assert own.count(ItemStarted) == own.count(ItemFinished) == 1
    lines = {event.worker for event in heard if isinstance(event, ItemStarted)}
    assert lines <= {0, 1}


def test_steps_are_told_by_name(backend: str) -> None:
    heard: list[Event] = []
    # The slow item gives the notes of the first time to arrive.
    processor(work.report_and_wait, backend, listener=heard.append).process([0.3])
    assert [event.step for event in heard if isinstance(event, StepStarted)] == ["decode", "beats"]


def test_leaving_early_ends_the_run(backend: str) -> None:
    heard: list[Event] = []
    run = processor(work.double, backend, listener=heard.append).stream(range(1000))
    first = next(run)
    run.close()  # type: ignore[attr-defined]
    assert first.ok
    assert isinstance(heard[-1], RunFinished)
    assert heard[-1].done == 1


def test_an_error_in_the_callers_items_ends_the_run(backend: str) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        processor(work.double, backend).process(broken())


def test_a_run_can_be_repeated(backend: str) -> None:
    double = processor(work.double, backend)
    assert values(double.process([1, 2])) == [2, 4]
    assert values(double.process([3])) == [6]
    assert len(double.results) == 1


def test_signal_handlers_are_put_back(backend: str) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run = processor(work.double, backend).stream(range(5))
    next(run)
    assert signal.getsignal(signal.SIGINT) is not before[0]
    run.close()  # type: ignore[attr-defined]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_run_works_outside_of_the_main_thread(backend: str) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(values(processor(work.double, backend).process([1, 2]))))
    thread.start()
    thread.join()
    assert found == [2, 4]


@posix
def test_an_item_past_its_time_fails_alone(backend: str) -> None:
    results = processor(work.misbehave, backend, timeout_s=0.5).process(["a", "hang", "b"])
    assert [result.ok for result in results] == [True, False, True]
    late = failure(results[1])
    assert late.error_type == "WorkerTimeoutError"
    assert "time-out of 0.5 s" in late.message
    assert 0.4 < late.elapsed_s < 2


def test_all_backends_give_equal_bits() -> None:
    runs = [processor(work.sines, name).process(range(4)) for name in sorted(BACKENDS)]
    first = [result.value.tobytes() for result in runs[0] if isinstance(result, Success)]
    assert len(first) == 4
    for run in runs[1:]:
        assert [result.value.tobytes() for result in run if isinstance(result, Success)] == first


def test_all_backends_give_equal_failures() -> None:
    items = ["a", "raise", "refuse", "sys.exit", 3]
    runs = [processor(work.misbehave, name).process(items) for name in sorted(BACKENDS)]
    plain = [
        [(r.ok, r.item, None if isinstance(r, Success) else (r.error_type, r.message, r.hint)) for r in run]
        for run in runs
    ]
    assert all(run == plain[0] for run in plain)


# Choosing


@pytest.mark.parametrize(
    ("workers", "timeout_s", "chosen"),
    [(1, None, "sequential"), (1, 5.0, "pool"), (2, None, "pool"), (8, 5.0, "pool")],
)
def test_auto_takes_processes_only_where_they_are_needed(workers: int, timeout_s: float | None, chosen: str) -> None:
    assert choose_backend("auto", workers=workers, timeout_s=timeout_s) == chosen


def test_an_unknown_backend_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="'threads'") as caught:
        ParallelProcessor(work.double, 2, backend="threads")
    assert caught.value.hint == "one of: auto, sequential, pool"


def test_every_backend_can_be_loaded(backend: str) -> None:
    assert callable(load_backend(backend))


def test_one_worker_runs_in_this_process() -> None:
    assert values(ParallelProcessor(work.pid_of, 1, False).process([0])) == [os.getpid()]


def test_two_workers_run_in_others() -> None:
    pids = set(values(ParallelProcessor(work.pid_of, 2, False).process(range(20))))
    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


def test_no_more_processes_start_than_there_are_items() -> None:
    heard: list[Event] = []
    ParallelProcessor(work.double, 8, False, backend="pool", listener=heard.append).process([1])
    assert isinstance(heard[0], RunStarted)
    assert heard[0].workers == 1


# Processes


@posix
@pytest.mark.parametrize(
    ("what", "error_type", "words"),
    [
        ("killed", "WorkerLostError", "SIGKILL (out of memory?)"),
        ("crash", "WorkerLostError", "SIGSEGV"),
        ("exit 7", "WorkerLostError", "exit code 7"),
        ("exit 0", "WorkerLostError", "exit code 0"),
        ("unpicklable value", "AttributeError", "cannot leave the worker"),
        ("value that breaks", "ValueError", "not in this process"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_lost_worker_costs_exactly_its_item(what: str, error_type: str, words: str, workers: int) -> None:
    items = ["a", "b", what, "c", "d", "e"]
    results = processor(work.misbehave, "pool", workers).process(items)
    assert [result.ok for result in results] == [True, True, False, True, True, True]
    lost = failure(results[2])
    assert words in lost.message
    assert lost.error_type in (error_type, "PicklingError")


@posix
def test_workers_that_all_die_cost_all_their_items_and_no_more() -> None:
    results = processor(work.misbehave, "pool").process(["killed"] * 6 + ["a", "b"])
    assert [result.ok for result in results] == [False] * 6 + [True, True]


@posix
def test_a_worker_that_ignores_being_asked_to_end_is_killed() -> None:
    results = processor(work.misbehave, "pool", timeout_s=0.5).process(["hang in native code", "a"])
    assert [result.ok for result in results] == [False, True]


def test_a_hang_is_told_with_its_step() -> None:
    late = failure(processor(work.misbehave, "pool", timeout_s=0.6).process(["hang"])[0])
    assert late.message == "ran past its time-out of 0.6 s in step beats"


def test_time_counts_from_when_a_worker_takes_the_item() -> None:
    results = processor(work.nap, "pool", 1, timeout_s=0.6).process([0.4, 0.4, 0.4])
    assert [result.ok for result in results] == [True, True, True]


def test_an_item_that_cannot_be_sent_fails_alone() -> None:
    results = processor(work.misbehave, "pool").process(["a", lambda: None, work.BreaksOnArrival(), "b"])
    assert [result.ok for result in results] == [True, False, False, True]


def test_a_function_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(InputError, match="cannot go to another process") as caught:
        processor(lambda x: x, "pool").process([1])
    assert "top level" in str(caught.value.hint)


def test_a_function_that_workers_cannot_load_ends_the_run() -> None:
    with pytest.raises(WorkerError, match="cannot load the function: ValueError: not in this process"):
        processor(partial(work.double, work.BreaksOnArrival()), "pool").process([1, 2])


def test_large_values_come_back_whole() -> None:
    results = processor(work.megabytes, "pool").process([8, 8, 8, 8])
    assert [len(value) for value in values(results)] == [8_000_000] * 4


def test_workers_compute_with_one_thread() -> None:
    before = dict(os.environ)
    results = processor(work.environment, "pool").process([tuple(ONE_THREAD)])
    assert values(results) == [["1"] * len(ONE_THREAD)]
    assert dict(os.environ) == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs the fork server")
def test_workers_of_a_fork_server_that_others_started_compute_with_one_thread_too(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing.forkserver, os\n"
        "from edm.processing.parallel import ParallelProcessor\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.forkserver.ensure_running()\n"
        "    print(ParallelProcessor(os.getenv, 2, False).process(['OMP_NUM_THREADS'])[0].value)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    assert (ended.stdout, ended.stderr) == ("1\n", "")


def test_workers_that_are_replaced_as_the_run_ends_are_quiet(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from math import sqrt\n"
        "from edm.processing.parallel import ParallelProcessor\n"
        "if __name__ == '__main__':\n"
        "    for _ in range(3):\n"
        "        ParallelProcessor(sqrt, 2, False, backend='pool', recycle_after=1).process(range(4))\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stderr == ""


def test_workers_are_replaced_after_so_many_items() -> None:
    pids = values(processor(work.pid_of, "pool", 1, recycle_after=2).process(range(6)))
    assert len(set(pids)) == 3


def test_nothing_is_left_running() -> None:
    run = processor(work.pid_of, "pool").stream(range(10))
    pids = {next(run).value for _ in range(4)}  # type: ignore[union-attr]
    run.close()  # type: ignore[attr-defined]
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("edm-")] == []


def test_few_items_are_taken_before_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for index in range(1000):
            taken.append(index)
            yield index

    run = processor(work.double, "pool").stream(items())
    next(run)
    assert len(taken) <= 6
    run.close()  # type: ignore[attr-defined]


@posix
def test_an_idle_worker_that_dies_costs_nothing() -> None:
    heard: list[Event] = []
    run = processor(work.pid_of, "pool", 1, listener=heard.append).stream(range(5))
    first = next(run)
    time.sleep(0.5)  # the worker finishes what was handed in, and waits
    os.kill(values([first])[0], signal.SIGKILL)
    time.sleep(0.5)
    assert [result.ok for result in run] == [True] * 4
    assert any(isinstance(event, RunWarning) for event in heard)


def test_a_script_without_a_guard_is_told_what_is_wrong(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from edm.processing.parallel import ParallelProcessor\n"
        "from math import sqrt\n"
        "print(ParallelProcessor(sqrt, 2, False).process([1, 4]))\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "WorkerError: worker processes end as soon as they start" in ended.stderr.splitlines()[-1]


def test_equal_values_are_equal_arrays_too() -> None:
    one, two = (processor(work.sines, name).process([7])[0] for name in ("sequential", "pool"))
    assert isinstance(one, Success)
    assert isinstance(two, Success)
    np.testing.assert_array_equal(one.value, two.value)


def test_warnings_of_the_plan_are_told() -> None:
    heard: list[Event] = []
    ParallelProcessor(work.double, 10_000, listener=heard.append, backend="sequential").process([1])
    assert any(isinstance(event, RunWarning) and "10000 workers" in event.message for event in heard)
