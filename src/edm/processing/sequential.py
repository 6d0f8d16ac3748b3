"""One item after the other, in this process.

A time-out can be enforced only where the system has interval timers and Python runs signal handlers: in the main
thread of a POSIX process, and there not in the middle of native code. Elsewhere the run says so in a `RunWarning`. A
native crash ends everything; who fears one uses a pool, also with one worker.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from edm.model import Result
from edm.processing.backends import Job
from edm.processing.outcome import attempt, timed_out
from edm.processing.progress import ItemFinished, ItemStarted, RunWarning, StepStarted, reporting_to
from edm.processing.stopping import Dropped

__all__ = ["run_sequential"]


class _TimeUp(BaseException):
    """Raised inside an item; no worker function should catch it."""


def run_sequential(job: Job, items: Iterable[Any]) -> Iterator[Result[Any]]:
    """Yield a result for each item, in their order."""
    timed = _can_time()
    if job.timeout_s is not None and not timed:
        job.tell(RunWarning("a time-out cannot be enforced here without a pool: it is ignored"))
    for index, item in enumerate(items):
        if job.stop.asked:
            return
        label = job.label(item)
        job.tell(ItemStarted(index, label, 0))
        try:
            with job.stop.droppable():
                result = _run_one(job, index, item, timeout_s=job.timeout_s if timed else None)
        except Dropped:
            return
        job.tell(ItemFinished(result, label, 0))
        yield result


def _run_one(job: Job, index: int, item: Any, *, timeout_s: float | None) -> Result[Any]:
    steps: list[str] = []

    def reporter(step: str) -> None:
        steps.append(step)
        job.tell(StepStarted(index, step, 0))

    started = time.perf_counter()
    with reporting_to(reporter):
        if timeout_s is None:
            return attempt(lambda: job.function(item), index=index, item=item)
        try:
            with _alarm(timeout_s):
                return attempt(lambda: job.function(item), index=index, item=item)
        except _TimeUp:
            elapsed_s = time.perf_counter() - started
            step = steps[-1] if steps else None
            return timed_out(timeout_s, index=index, item=item, elapsed_s=elapsed_s, step=step)


def _can_time() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    armed = True

    def ring(signum: int, frame: FrameType | None) -> None:
        if armed:
            raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        # Two layers: the alarm may go off between the end of the item and the first line of a clean-up.
        try:
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
