"""Runs in processes of their own, and the signals that end them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest

BUSY = {"pool": "started 2", "sequential": "started 1"}  # said when all workers have something in hand
PROGRAM = Path(__file__).with_name("processing_program.py")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


class Running:
    """The program, started in a process group of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(PROGRAM.parent), os.environ.get("PYTHONPATH", "")])},
        )
        self.lines: list[str] = []
        self.family: list[psutil.Process] = []

    def read_until(self, word: str) -> None:
        out: IO[str] = self.process.stdout  # type: ignore[assignment]
        for line in out:
            self.lines.append(line)
            if line.startswith(word):
                return
        raise AssertionError(f"no {word!r} in {self.lines} {self.process.stderr.read()}")  # type: ignore[union-attr]

    def note_family(self) -> None:
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> tuple[int, str, float]:
        """Exit status, stderr, seconds until the end."""
        began = time.monotonic()
        # Not `communicate`, which passes over lines that were read ahead.
        self.lines += self.process.stdout  # type: ignore[arg-type, operator]
        err = self.process.stderr.read()  # type: ignore[union-attr]
        self.process.wait(timeout=20)
        return self.process.returncode, err, time.monotonic() - began

    def results(self) -> int:
        return sum(line.startswith("result") for line in self.lines)

    def kept(self) -> int:
        return next(int(line.split()[1]) for line in self.lines if line.startswith("kept"))


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def _start(*arguments: str) -> Running:
        started.append(Running(*arguments))
        return started[-1]

    yield _start
    for running in started:
        for process in [*running.family, *psutil.process_iter()]:
            try:
                if process in running.family or os.getpgid(process.pid) == running.process.pid:
                    process.kill()
            except (psutil.Error, OSError):
                pass
        running.process.kill()
        running.process.communicate()


def assert_gone(processes: list[psutil.Process], within_s: float) -> None:
    assert processes
    _, alive = psutil.wait_procs(processes, timeout=within_s)
    assert alive == []


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_pool_and_keeps_what_is_done(
    start: Callable[..., Running], signum: signal.Signals, status: int
) -> None:
    running = start("pool", "2", "0.1")
    running.read_until("result 3")
    running.note_family()
    running.process.send_signal(signum)
    code, err, took_s = running.end()
    assert (code, err) == (status, "")
    assert took_s < 5
    assert running.kept() == running.results() >= 4
    assert_gone(running.family, within_s=2)


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_the_whole_group_is_quiet_too(
    start: Callable[..., Running], signum: signal.Signals, status: int
) -> None:
    running = start("pool", "2", "0.1")
    running.read_until("result 1")
    running.note_family()
    os.killpg(running.process.pid, signum)
    code, err, took_s = running.end()
    assert (code, err) == (status, "")
    assert took_s < 5
    assert_gone(running.family, within_s=2)


def test_items_in_flight_may_finish_after_the_first_signal(start: Callable[..., Running]) -> None:
    running = start("pool", "2", "1.0")
    running.read_until(BUSY["pool"])
    running.process.send_signal(signal.SIGINT)
    assert running.end()[0] == 130
    assert running.results() == 2


@pytest.mark.parametrize(("backend", "workers"), [("pool", "2"), ("sequential", "1")])
def test_long_items_are_dropped_after_their_grace(start: Callable[..., Running], backend: str, workers: str) -> None:
    running = start(backend, workers, "60")
    running.read_until(BUSY[backend])
    time.sleep(0.2)  # told before the work begins
    running.note_family()
    running.process.send_signal(signal.SIGINT)
    code, err, took_s = running.end()
    assert (code, err) == (130, "")
    assert 2.5 < took_s < 5
    assert running.kept() == 0


@pytest.mark.parametrize(("backend", "workers"), [("pool", "2"), ("sequential", "1")])
def test_a_second_signal_drops_them_at_once(start: Callable[..., Running], backend: str, workers: str) -> None:
    running = start(backend, workers, "60")
    running.read_until(BUSY[backend])
    time.sleep(0.2)  # told before the work begins
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    running.process.send_signal(signal.SIGINT)
    code, err, took_s = running.end()
    assert (code, err) == (130, "")
    assert took_s < 1.5


@pytest.mark.parametrize("after_s", [0.02, 0.15, 0.4])
def test_a_signal_while_workers_start_is_obeyed_without_noise(start: Callable[..., Running], after_s: float) -> None:
    running = start("pool", "2", "60")
    running.read_until("ready")
    time.sleep(after_s)
    os.killpg(running.process.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(running.process.pid, signal.SIGINT)
    code, err, _ = running.end()
    # Before the first line of `stream` it is Python's own KeyboardInterrupt.
    assert code in (130, -signal.SIGINT)
    assert code != 130 or err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="needs the fork server")
def test_a_signal_that_ends_the_fork_server_as_it_starts_is_still_a_signal(start: Callable[..., Running]) -> None:
    running = start("pool", "2", "60", "ends_its_group")
    code, err, _ = running.end()
    assert (code, err) == (143, "")


@pytest.mark.parametrize("seconds", ["0.05", "60"])
def test_killing_the_parent_leaves_no_orphan(start: Callable[..., Running], seconds: str) -> None:
    running = start("pool", "2", seconds)
    running.read_until(BUSY["pool"])
    running.note_family()
    assert len(running.family) >= 3  # two workers and their helpers
    running.process.kill()
    assert_gone(running.family, within_s=5)
