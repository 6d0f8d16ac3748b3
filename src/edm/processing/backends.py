"""The ways to work through many items, by name.

A backend is a function that takes a `Job` and yields results as they finish. It tells the job's listener when items
start, take steps and finish; it stops taking items when ``job.stop.asked``; closing it ends all that it started.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from edm.errors import InputError
from edm.model import Result
from edm.processing.progress import Listener
from edm.processing.stopping import StopSignals

__all__ = ["BACKENDS", "Backend", "Job", "choose_backend", "load_backend"]

BACKENDS = {
    "sequential": "edm.processing.sequential:run_sequential",
    "pool": "edm.processing.pool:run_pool",
}
"""Name of a backend -> where its function is. A new row brings its tests with it: they run over the whole table."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a backend has to know.

    Attributes
    ----------
    function
        Of one item.
    workers
        1 or more.
    timeout_s
        Seconds that an item may take, counted from when a worker takes it; None for no limit.
    recycle_after
        Items after which a worker process is replaced by a fresh one; 0 for never.
    preload
        Modules that workers need, imported once before they start where that saves time.
    label
        Name of an item for people.
    tell
        Hears every event; called in the thread that runs the backend.
    stop
        Whether a signal asked to end.
    """

    function: Callable[[Any], Any]
    workers: int
    timeout_s: float | None
    recycle_after: int
    preload: tuple[str, ...]
    label: Callable[[Any], str]
    tell: Listener
    stop: StopSignals


class Backend(Protocol):
    """Works through items."""

    def __call__(self, job: Job, items: Iterable[Any]) -> Iterator[Result[Any]]:
        """Yield one result for each item, as they finish, fewer if a signal asks to stop."""


def choose_backend(name: str, *, workers: int, timeout_s: float | None) -> str:
    """Name from the table for `name`, which may be ``auto``.

    ``auto`` is ``sequential`` for one worker and ``pool`` for more; also for one worker with a time-out, because only
    another process can be ended in the middle of native code.

    Raises
    ------
    InputError
        If there is no such backend.
    """
    if name == "auto":
        return "sequential" if workers == 1 and timeout_s is None else "pool"
    if name not in BACKENDS:
        raise InputError(f"there is no backend {name!r}", hint=f"one of: auto, {', '.join(BACKENDS)}")
    return name


def load_backend(name: str) -> Backend:
    """Backend of the table by its name; imports it."""
    module, _, function = BACKENDS[name].partition(":")
    backend: Backend = getattr(importlib.import_module(module), function)
    return backend
