"""What happens in a run, as values, and who hears of it.

A run tells its story in this order: `RunStarted`; for every item `ItemStarted`, any number of `StepStarted`, one
`ItemFinished`; `RunFinished`, always, also when the run is cut short. `RunWarning` and `RunStopping` come where they
belong. Items overlap, their own events do not. The listener is called in the thread that takes the results, one event
at a time, so it needs no locks of its own.

``worker`` numbers the lines of a display: 0 to workers - 1, reused when a process is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from edm.model import Result

__all__ = [
    "Event",
    "ItemFinished",
    "ItemStarted",
    "Listener",
    "RunFinished",
    "RunStarted",
    "RunStopping",
    "RunWarning",
    "StepStarted",
    "report_step",
    "reporting_to",
]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins; ``total`` is None where the items cannot be counted beforehand."""

    total: int | None
    workers: int
    backend: str


@dataclass(frozen=True, slots=True)
class ItemStarted:
    """A worker took an item in hand."""

    index: int
    label: str
    worker: int


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The work on an item reached a step, by the name that `report_step` was given."""

    index: int
    step: str
    worker: int


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """An item is done, well or badly; ``result.index`` is its place."""

    result: Result[Any]
    label: str
    worker: int


@dataclass(frozen=True, slots=True)
class RunWarning:
    """Something that the person should know and that stops nothing; one line."""

    message: str


@dataclass(frozen=True, slots=True)
class RunStopping:
    """A signal asked the run to end; ``in_flight`` items get ``grace_s`` seconds to finish."""

    signum: int
    in_flight: int
    grace_s: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over.

    Attributes
    ----------
    done, failed
        Items that have a result, and those of them that are failures.
    elapsed_s
        Wall time of the run.
    signum
        The signal that ended it early, or None.
    """

    done: int
    failed: int
    elapsed_s: float
    signum: int | None = None


Event: TypeAlias = RunStarted | ItemStarted | StepStarted | ItemFinished | RunWarning | RunStopping | RunFinished
Listener: TypeAlias = Callable[[Event], None]

_reporter: ContextVar[Callable[[str], None] | None] = ContextVar("edm_step_reporter", default=None)


def report_step(step: str) -> None:
    """Tell the run that the current item reached `step`; does nothing outside of a run.

    To be called inside a worker function, in the thread that it was called in, a few times per item: in a pool each
    call costs a fraction of a millisecond.

    Parameters
    ----------
    step
        One word that a person understands ("decode", "beats").
    """
    reporter = _reporter.get()
    if reporter is not None:
        reporter(step)


@contextmanager
def reporting_to(reporter: Callable[[str], None]) -> Iterator[None]:
    """Send the steps that are reported inside the block to `reporter`; backends wrap the worker function in it."""
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)
