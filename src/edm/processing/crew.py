"""The processes of one pool run, from start to end: workers, the queue of their notes, and nothing left behind.

Workers are Pebble's; the queue lives in a process of its own (a multiprocessing manager), because a queue that workers
share by locks would stop all of them when one is killed with a lock in hand. Processes are made by a fork server on
Linux and afresh elsewhere, never forked from this one, whose threads would be lost in mid-step.

Everything that arrives, a reply, a note or a signal's wake-up, lands in one inbox, read by the run's only loop.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.context import BaseContext
from multiprocessing.managers import SyncManager
from queue import SimpleQueue
from typing import Any

import pebble

from edm.errors import InputError, WorkerError
from edm.model import Failure
from edm.processing.child import Note, Reply, Unloadable, begin_helper, begin_worker, run_item
from edm.processing.outcome import attempt
from edm.processing.workers import one_thread_environment

__all__ = ["Crew", "Done", "Message", "Wake", "cannot_start", "pickled_function"]

START_METHOD = "forkserver" if sys.platform == "linux" else "spawn"

# What every worker imports; each module of a preload list is imported once, in the fork server.
OWN_MODULES = ("__main__", "pebble.pool.process", "multiprocessing.managers", "edm.processing.child")


@dataclass(frozen=True, slots=True)
class Done:
    """An item came back: a reply, or the exception that stands for it (`pebble.ProcessExpired`, TimeoutError …)."""

    index: int
    attempt: int
    outcome: Reply | Unloadable | BaseException


@dataclass(frozen=True, slots=True)
class Wake:
    """Nothing arrived, but look around."""


Message = Done | Note | Wake


def pickled_function(function: Callable[[Any], Any]) -> bytes:
    """`function` as bytes.

    Raises
    ------
    InputError
        If another process could not have it: a lambda, a function inside a function.
    """
    packed = attempt(lambda: pickle.dumps(function), index=0, item=None)
    if isinstance(packed, Failure):
        raise InputError(
            f"the worker function cannot go to another process: {packed.message}",
            hint="use a function at the top level of a module, or functools.partial of one",
        )
    return packed.value


def cannot_start() -> WorkerError:
    """The error of a run whose processes end before they do anything."""
    return WorkerError(
        "worker processes end as soon as they start",
        hint="see what they say above; a script needs `if __name__ == '__main__':` around what it runs",
    )


class Crew:
    """Workers that take items and put `Done` and `Note` messages into an inbox.

    Parameters
    ----------
    function
        Pickled, see `pickled_function`.
    workers
        1 or more.
    recycle_after
        Items after which a worker is replaced; 0 for never.
    preload
        Modules to import in the fork server, if it does not run yet; elsewhere of no effect.
    inbox
        Where messages go.
    """

    def __init__(
        self,
        function: bytes,
        *,
        workers: int,
        recycle_after: int,
        preload: tuple[str, ...],
        inbox: SimpleQueue[Message],
    ) -> None:
        self._function = function
        self._workers = workers
        self._recycle_after = recycle_after
        self._inbox = inbox
        self._context: BaseContext = multiprocessing.get_context(START_METHOD)
        self._locks: list[Any] = []
        self._stack = ExitStack()
        self._pool: pebble.ProcessPool | None = None
        try:
            if START_METHOD == "forkserver":
                self._context.set_forkserver_preload([*OWN_MODULES, *preload])
            else:
                # Each new process reads it, also those that replace others during the run.
                self._stack.enter_context(one_thread_environment())
            with one_thread_environment(), _no_interrupts():
                try:
                    manager = SyncManager(ctx=self._context)
                    manager.start(begin_helper)
                    self._stack.callback(manager.shutdown)
                    self._notes = manager.Queue()
                except (OSError, EOFError) as error:
                    raise cannot_start() from error
                # As bytes, that a worker opens with care: if the manager is lost, workers do without.
                self._packed_notes = pickle.dumps(self._notes)
                pump = threading.Thread(target=self._pump, name="edm-progress", daemon=True)
                pump.start()
                self._stack.callback(self._end_pump, pump)
            self.start_pool()
        except BaseException:
            self.close()
            raise

    @property
    def active(self) -> bool:
        """Whether the pool can take and do items."""
        return self._pool is not None and self._pool.active

    def start_pool(self) -> None:
        """Start workers, after ending those that there are.

        Raises
        ------
        WorkerError
            If processes cannot be started.
        """
        self._stop_pool()
        with one_thread_environment(), _no_interrupts():
            self._pool = pebble.ProcessPool(
                max_workers=self._workers,
                max_tasks=self._recycle_after,
                initializer=begin_worker,
                initargs=(self._function, self._packed_notes),
                context=_KeepingContext(self._context, self._locks),
            )
            try:
                _ = self._pool.active  # starts it
            except BrokenProcessPool as error:
                raise cannot_start() from error

    def submit(self, index: int, item: bytes, *, attempt: int, timeout_s: float | None) -> Callable[[], object]:
        """Hand in an item; returns what to call to take it back, and to end the worker that has it.

        Raises
        ------
        RuntimeError
            If the pool is broken.
        """
        assert self._pool is not None
        future = self._pool.schedule(run_item, args=(index, item), timeout=timeout_s)

        def done(finished: Any) -> None:
            try:
                outcome = finished.exception() or finished.result()
            except CancelledError as error:
                outcome = error
            self._inbox.put(Done(index, attempt, outcome))

        future.add_done_callback(done)
        cancel: Callable[[], object] = future.cancel
        return cancel

    def close(self) -> None:
        """End all processes and threads, whatever they are doing; returns when they are gone."""
        self._stop_pool()
        self._stack.close()

    def _stop_pool(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call, unused-ignore]
            self._pool.join()
            self._pool = None
        self._locks.clear()

    def _pump(self) -> None:
        while True:
            try:
                note = self._notes.get()
            except (OSError, EOFError):
                return  # the manager died; the run goes on in silence
            if note is None:
                return
            self._inbox.put(note)

    def _end_pump(self, pump: threading.Thread) -> None:
        try:
            self._notes.put(None)
        except (OSError, EOFError):
            pass
        pump.join(timeout=2.0)


class _KeepingContext:
    """What a pool needs of a multiprocessing context; keeps the locks that it makes.

    Pebble lets go of its locks before it ends its workers. One that is just starting, in the place of another that
    died, would not find them any more and end with a traceback; so they stay until all workers are gone.
    """

    def __init__(self, context: BaseContext, locks: list[Any]) -> None:
        self._context = context
        self._locks = locks
        self.Process = context.Process  # type: ignore[attr-defined]

    def Pipe(self, duplex: bool = True) -> Any:  # noqa: N802
        return self._context.Pipe(duplex)

    def RLock(self) -> Any:  # noqa: N802
        lock = self._context.RLock()
        self._locks.append(lock)
        return lock

    def get_start_method(self) -> str:
        return str(self._context.get_start_method())


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Hold SIGINT back in this thread, so that processes and threads started in the block never see a Ctrl-C.

    It is for the parent alone to react; a worker that is still importing would end with a traceback. The mask is
    inherited; a signal that comes meanwhile is delivered here afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It unblocks the signal when it is started, so that has to happen first.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
