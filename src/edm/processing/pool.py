"""Items spread over worker processes; whatever happens to a worker costs the item that it had, and nothing else.

Twice as many items as workers are handed in at a time: enough that no worker waits, few enough that a run stops fast
and a long list of tracks is never copied. Pebble counts an item's time from when a worker takes it, and tells of a
worker that died with an item in hand. Three things it does not tell are watched for here: a worker that ended with
exit code 0, a pool that broke because a worker died between items, and a pool that no longer moves (a worker killed
in the instant in which it held a lock of the pool). The last two are mended by starting the pool anew.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import pebble

from edm.errors import WorkerError
from edm.model import Failure, Result, Success
from edm.processing.backends import Job
from edm.processing.child import Note, Unloadable
from edm.processing.crew import Crew, Done, Message, Wake, cannot_start, pickled_function
from edm.processing.outcome import attempt, lost_worker, timed_out
from edm.processing.progress import ItemFinished, ItemStarted, RunStopping, RunWarning, StepStarted
from edm.processing.stopping import GRACE_S

__all__ = ["run_pool"]

IN_FLIGHT_PER_WORKER = 2
WATCH_S = 1.0  # how often to look around when nothing arrives
VANISHED_LOOKS = 2  # looks at a dead worker before its item is given up: its reply may still be under way
OVERDUE_S = 10.0  # past the time-out after which the pool is taken to be stuck
STALL_S = 120.0  # without any sign of life and no worker at work; importing from a cold disk takes tens of seconds
MAX_RESTARTS = 3  # in a row, without an item done between them
# How a worker of Pebble's ends that has waited for the pool's lock for a minute, since another died with it in hand.
LOCKED_OUT_CODE = 1


@dataclass(slots=True)
class _Flight:
    """An item that was handed in."""

    item: Any
    label: str
    packed: bytes
    attempt: int = 0
    cancel: Callable[[], object] = lambda: None
    pid: int | None = None
    slot: int = 0
    started: float = 0.0
    step: str | None = None
    dead_looks: int = 0
    tried_again: bool = False


def run_pool(job: Job, items: Iterable[Any]) -> Iterator[Result[Any]]:
    """Yield a result for each item, as they finish.

    Raises
    ------
    InputError
        If the function cannot go to another process.
    WorkerError
        If workers cannot run at all: they cannot load the function, or die again and again as they start.
    """
    function = pickled_function(job.function)
    inbox: SimpleQueue[Message] = SimpleQueue()
    job.stop.wake = lambda: inbox.put(Wake())
    try:
        crew = Crew(function, workers=job.workers, recycle_after=job.recycle_after, preload=job.preload, inbox=inbox)
        try:
            yield from _Run(job, crew, inbox).results(items)
        finally:
            crew.close()
    except WorkerError:
        # A signal to the whole process group ends workers and fork server too; what breaks then is no news.
        if not job.stop.asked:
            raise
    finally:
        job.stop.wake = None


@dataclass(slots=True)
class _Run:
    job: Job
    crew: Crew
    inbox: SimpleQueue[Message]
    flights: dict[int, _Flight] = field(default_factory=dict)
    slots: dict[int, int] = field(default_factory=dict)  # line of the display by process id
    restarts: int = 0
    last_sign: float = field(default_factory=time.monotonic)
    last_look: float = field(default_factory=time.monotonic)

    def results(self, items: Iterable[Any]) -> Iterator[Result[Any]]:
        source = enumerate(items)
        exhausted = stopping = False
        while True:
            while not exhausted and not self.job.stop.asked and len(self.flights) < self._room():
                taken = next(source, None)
                if taken is None:
                    exhausted = True
                elif (refused := self._take(*taken)) is not None:
                    yield refused
            if self.job.stop.asked and not stopping:
                stopping = True
                self._drop_waiting()
            if not self.flights:
                return
            grace_s = self.job.stop.grace_left_s
            if grace_s <= 0:
                yield from self._arrived()
                return
            try:
                message = self.inbox.get(timeout=min(WATCH_S, grace_s))
            except Empty:
                message = Wake()
            yield from self._handle(message)
            if time.monotonic() - self.last_look > WATCH_S and not self.job.stop.asked:
                yield from self._look_around()
                self.last_look = time.monotonic()

    def _room(self) -> int:
        return IN_FLIGHT_PER_WORKER * self.job.workers

    def _take(self, index: int, item: Any) -> Result[Any] | None:
        """Hand in an item; a failure if it cannot be packed."""
        label = self.job.label(item)
        packed = attempt(lambda: pickle.dumps(item, pickle.HIGHEST_PROTOCOL), index=index, item=item)
        if isinstance(packed, Failure):
            self.job.tell(ItemStarted(index, label, 0))
            self.job.tell(ItemFinished(packed, label, 0))
            return packed
        self.flights[index] = _Flight(item, label, packed.value)
        if not self._submit(index):
            self._restart()
        return None

    def _submit(self, index: int) -> bool:
        """Hand in a flight; False if the pool is broken."""
        flight = self.flights[index]
        try:
            flight.cancel = self.crew.submit(index, flight.packed, attempt=flight.attempt, timeout_s=self.job.timeout_s)
        except RuntimeError:
            return False
        return True

    def _handle(self, message: Message) -> Iterator[Result[Any]]:
        if isinstance(message, Note):
            self._note(message)
        elif isinstance(message, Done):
            flight = self.flights.get(message.index)
            if flight is None or flight.attempt != message.attempt:
                return  # dropped, given up or handed in anew meanwhile
            if isinstance(message.outcome, BrokenProcessPool):
                if not self.job.stop.asked:
                    self._restart()
                else:
                    del self.flights[message.index]
            elif self._was_locked_out(message.outcome) and not flight.tried_again and not self.job.stop.asked:
                flight.tried_again = True
                self._hand_in_again(message.index, flight)
            elif (result := self._result(message, flight)) is not None:
                yield self._finish(message.index, result)
            else:
                del self.flights[message.index]

    def _was_locked_out(self, outcome: object) -> bool:
        return isinstance(outcome, pebble.ProcessExpired) and outcome.exitcode == LOCKED_OUT_CODE

    def _hand_in_again(self, index: int, flight: _Flight) -> None:
        flight.attempt += 1
        flight.pid, flight.step, flight.dead_looks = None, None, 0
        self.last_sign = time.monotonic()
        if not self._submit(index):
            self._restart()

    def _result(self, message: Done, flight: _Flight) -> Result[Any] | None:
        """What became of an item; None where the end of the run, not the item, ended its worker."""
        index, outcome, item = message.index, message.outcome, flight.item
        if isinstance(outcome, Unloadable):
            raise WorkerError(
                f"a worker cannot load the function: {outcome.failure.error_type}: {outcome.failure.message}",
                hint="it must stand at the top level of a module that other processes can import",
            )
        if isinstance(outcome, BaseException):
            if self.job.stop.asked:
                return None
            about = {"index": index, "item": item, "elapsed_s": self._age_s(flight), "step": flight.step}
            if isinstance(outcome, TimeoutError):
                assert self.job.timeout_s is not None
                return timed_out(self.job.timeout_s, **about)
            return lost_worker(outcome.exitcode if isinstance(outcome, pebble.ProcessExpired) else None, **about)
        self._started(index, flight, outcome.pid)
        if outcome.failure is not None:
            failure = outcome.failure
            return Failure(
                index, item, failure.error_type, failure.message, failure.hint, outcome.elapsed_s, failure.traceback
            )
        value = attempt(lambda: pickle.loads(outcome.value), index=index, item=item)
        return Success(index, item, value.value, outcome.elapsed_s) if isinstance(value, Success) else value

    def _finish(self, index: int, result: Result[Any]) -> Result[Any]:
        flight = self.flights.pop(index)
        self.restarts = 0
        self.last_sign = time.monotonic()
        if flight.pid is None:
            self._started(index, flight, 0)
        self.job.tell(ItemFinished(result, flight.label, flight.slot))
        return result

    def _note(self, note: Note) -> None:
        self.last_sign = time.monotonic()
        if note.index is None or (flight := self.flights.get(note.index)) is None:
            return
        if flight.pid != note.pid:
            self._started(note.index, flight, note.pid)
        if note.step is not None:
            flight.step = note.step
            self.job.tell(StepStarted(note.index, note.step, flight.slot))

    def _started(self, index: int, flight: _Flight, pid: int) -> None:
        if flight.pid == pid:
            return
        flight.pid, flight.slot, flight.started = pid, self._slot(pid), time.monotonic()
        self.job.tell(ItemStarted(index, flight.label, flight.slot))

    def _slot(self, pid: int) -> int:
        """Line of the display for a process: its own, or one whose process has nothing in hand."""
        if pid not in self.slots:
            busy = {flight.pid for flight in self.flights.values()}
            taken = {slot for other, slot in self.slots.items() if other in busy}
            slot = next((s for s in range(self.job.workers) if s not in taken), 0)
            self.slots = {other: s for other, s in self.slots.items() if s != slot}
            self.slots[pid] = slot
        return self.slots[pid]

    def _age_s(self, flight: _Flight) -> float:
        return time.monotonic() - flight.started if flight.pid is not None else 0.0

    def _drop_waiting(self) -> None:
        for index in [index for index, flight in self.flights.items() if flight.pid is None]:
            self.flights.pop(index).cancel()
        self.job.tell(RunStopping(self.job.stop.signum or 0, len(self.flights), GRACE_S))

    def _arrived(self) -> Iterator[Result[Any]]:
        """Results that are in the inbox already."""
        while True:
            try:
                message = self.inbox.get_nowait()
            except Empty:
                return
            yield from self._handle(message)

    def _look_around(self) -> Iterator[Result[Any]]:
        import psutil

        working = False
        for index, flight in list(self.flights.items()):
            if flight.pid is None:
                continue
            if psutil.pid_exists(flight.pid):
                working = True
            else:
                flight.dead_looks += 1
                if flight.dead_looks >= VANISHED_LOOKS:
                    flight.cancel()
                    # Had it been another code or a signal, Pebble would have told.
                    about = {"index": index, "item": flight.item, "elapsed_s": self._age_s(flight)}
                    yield self._finish(index, lost_worker(0, **about, step=flight.step))
            limit_s = self.job.timeout_s
            if index in self.flights and limit_s is not None and self._age_s(flight) > limit_s + OVERDUE_S:
                about = {"index": index, "item": flight.item, "elapsed_s": self._age_s(flight)}
                yield self._finish(index, timed_out(limit_s, **about, step=flight.step))
                self._restart()
                return
        stalled = not working and time.monotonic() - self.last_sign > STALL_S
        if self.flights and (stalled or not self.crew.active):
            self._restart()

    def _restart(self) -> None:
        """Start the pool anew and hand in everything again that has no result."""
        handed_in = False
        while not handed_in:
            self.restarts += 1
            if self.restarts > MAX_RESTARTS:
                raise cannot_start()
            self.job.tell(RunWarning("the worker processes ended between items and are started again"))
            self.crew.start_pool()
            self.last_sign = time.monotonic()
            for flight in self.flights.values():
                flight.attempt += 1
                flight.pid, flight.step, flight.dead_looks = None, None, 0
            handed_in = all(self._submit(index) for index in self.flights)
