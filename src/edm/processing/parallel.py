"""Many items, one function, some workers.

::

    def double(x: int) -> int:          # at the top level of a module
        report_step("double")           # optional
        return 2 * x

    processor = ParallelProcessor(double, num_workers=4)
    for result in processor.stream(range(100)):
        print(result.item, result.value if result.ok else result.message)

What goes wrong with an item is a `Failure` in its place; what goes wrong with the run is an exception.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sized
from functools import partial
from pathlib import PurePath
from typing import Any, Generic, Literal, TypeVar

from edm.errors import InputError, Interrupted
from edm.model import Result
from edm.processing.backends import Job, choose_backend, load_backend
from edm.processing.progress import Listener, RunFinished, RunStarted, RunWarning
from edm.processing.stopping import StopSignals
from edm.processing.workers import plan_workers

__all__ = ["ParallelProcessor", "item_label"]

In = TypeVar("In")
Out = TypeVar("Out")


def item_label(item: Any) -> str:
    """Name of an item for people: a path's last part, else its text."""
    return item.name if isinstance(item, PurePath) else str(item)


class ParallelProcessor(Generic[In, Out]):
    """Runs a function over many items, in this process or in several, and survives what single items do to it.

    Results are the same, bit for bit, with every backend; only their order in `stream` differs.

    Parameters
    ----------
    worker_func
        Takes one item, returns its value. For more than one worker it must be importable by other processes (top
        level of a module, or `functools.partial` of such), and items and values must be picklable. It may call
        `edm.processing.progress.report_step`.
    num_workers
        1 or more, or ``auto`` (see `edm.processing.workers.plan_workers`). One runs without processes.
    show_progress
        Draw progress on stderr, unless a `listener` is given.
    backend
        A name from `edm.processing.backends.BACKENDS`, or ``auto``: ``sequential`` for one worker without a time-out,
        else ``pool``.
    timeout_s
        Seconds that an item may take from when a worker takes it; past them it is a `Failure`. With one worker and
        ``auto`` this makes a pool of one, since only another process can be ended at any point.
    listener
        Hears every event of the run, in the thread that takes the results.
    label
        Name of an item for people.
    recycle_after
        Items after which a worker process is replaced by a fresh one; 0 for never.
    preload
        Names of modules that the workers need and that are slow to import; they are imported once for all workers
        (Linux), before the first pool of this process starts. They must not start threads.
    keep_results
        Whether `results` has them; without, memory does not grow with the number of items.

    Attributes
    ----------
    results
        What the latest `process` or `stream` has handed out, in the order of the items; complete, or what was done
        when it ended early.

    Raises
    ------
    InputError
        If there are less than one worker, no such backend, a time-out or a number of items below its least.
    """

    def __init__(
        self,
        worker_func: Callable[[In], Out],
        num_workers: int | Literal["auto"] = "auto",
        show_progress: bool = True,
        *,
        backend: str = "auto",
        timeout_s: float | None = None,
        listener: Listener | None = None,
        label: Callable[[Any], str] = item_label,
        recycle_after: int = 0,
        preload: tuple[str, ...] = (),
        keep_results: bool = True,
    ) -> None:
        if timeout_s is not None and not timeout_s > 0:
            raise InputError(f"a time-out of {timeout_s:g} s lets nothing finish", hint="use more than 0, or none")
        if recycle_after < 0:
            raise InputError(f"a worker cannot do {recycle_after} items", hint="use 1 or more, or 0 for no limit")
        plan = plan_workers(num_workers)
        self.num_workers = plan.chosen
        self.backend = choose_backend(backend, workers=plan.chosen, timeout_s=timeout_s)
        self._worker_func = worker_func
        self._show_progress = show_progress
        self._timeout_s = timeout_s
        self._listener = listener
        self._label = label
        self._recycle_after = recycle_after
        self._preload = preload
        self._keep_results = keep_results
        self._warnings = plan.warnings
        self._done: dict[int, Result[Out]] = {}

    @property
    def results(self) -> list[Result[Out]]:
        """Results handed out by the latest run, in the order of the items."""
        return [self._done[index] for index in sorted(self._done)]

    def process(self, items: Iterable[In]) -> list[Result[Out]]:
        """Results of all items, in their order.

        Raises
        ------
        Interrupted
            If SIGINT or SIGTERM ended the run; `results` holds what was done.
        """
        for _ in self.stream(items):
            pass
        return self.results

    def stream(self, items: Iterable[In]) -> Generator[Result[Out], None, None]:
        """Yield the result of each item as it finishes; ``result.index`` is the item's place.

        Items are taken as they are needed, so a generator may be long. Closing the iterator early (``break``) ends
        all processes. In the main thread SIGINT and SIGTERM are caught: the first lets items in flight finish for
        3 s, a second drops them; everything that is done is yielded, and then `Interrupted` is raised.

        Raises
        ------
        InputError
            If the worker function cannot go to another process.
        WorkerError
            If worker processes cannot run at all.
        Interrupted
            If a signal ended the run, after the last result.
        """
        self._done = {}
        done = 0
        total = len(items) if isinstance(items, Sized) else None
        workers = self.num_workers if total is None else max(1, min(self.num_workers, total))
        tell = self._listener or self._display()
        failed = 0
        began = time.monotonic()
        stop = StopSignals()
        job = Job(
            function=self._worker_func,
            workers=workers,
            timeout_s=self._timeout_s,
            recycle_after=self._recycle_after,
            preload=self._preload + _module_of(self._worker_func),
            label=self._label,
            tell=tell,
            stop=stop,
        )
        with stop:
            tell(RunStarted(total, workers, self.backend))
            try:
                for warning in self._warnings:
                    tell(RunWarning(warning))
                run = load_backend(self.backend)(job, items)
                try:
                    for result in run:
                        if self._keep_results:
                            self._done[result.index] = result
                        done += 1
                        failed += not result.ok
                        stop.suspended = True
                        yield result
                        stop.suspended = False
                finally:
                    stop.suspended = False
                    close = getattr(run, "close", None)
                    if close is not None:
                        close()
            finally:
                tell(RunFinished(done, failed, time.monotonic() - began, stop.signum))
        if stop.signum is not None:
            raise Interrupted(stop.signum)

    def _display(self) -> Listener:
        if not self._show_progress:
            return _hear_nothing
        from edm.processing.display import make_listener

        return make_listener("auto")


def _hear_nothing(event: object) -> None:
    pass


def _module_of(function: Callable[..., Any]) -> tuple[str, ...]:
    while isinstance(function, partial):
        function = function.func
    module = getattr(function, "__module__", None)
    return (module,) if module and module != "__main__" else ()
