"""What runs inside a worker process: how it begins, and what it does with an item.

Everything that crosses the border between processes does so as bytes that we pickle and unpickle ourselves, so that
an item, a function or a result that cannot be pickled costs its item and not the pool's own machinery.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from edm.model import Failure, Success
from edm.processing.outcome import attempt
from edm.processing.progress import reporting_to
from edm.processing.workers import ONE_THREAD

__all__ = ["Note", "Reply", "Unloadable", "begin_helper", "begin_worker", "run_item"]


class NoteQueue(Protocol):
    """Where notes go; the parent reads them."""

    def put(self, note: Note, /) -> None:
        """Send a note."""


@dataclass(frozen=True, slots=True)
class Note:
    """From a worker while it works: it is ready (no index), took an item (no step), or reached a step."""

    pid: int
    index: int | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of an item: the pickled value, or the failure."""

    pid: int
    elapsed_s: float
    value: bytes
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Unloadable:
    """The worker has no function to run: why."""

    failure: Failure


_function: Callable[[Any], Any] | None = None
_unloadable: Failure | None = None
_notes: NoteQueue | None = None


def begin_helper() -> None:
    """Begin a process that serves the run: Ctrl-C is the parent's affair, and without the parent there is no run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # At once, in the middle of native code too; there is nothing to tidy up.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="edm-parent-watch", daemon=True).start()


def begin_worker(function: bytes, notes: bytes) -> None:
    """Begin a worker process.

    Parameters
    ----------
    function
        The pickled function of one item.
    notes
        The pickled queue that takes notes of progress.
    """
    global _function, _unloadable, _notes
    begin_helper()
    os.environ.update(ONE_THREAD)
    try:
        _notes = pickle.loads(notes)
    except (OSError, EOFError):
        _notes = None  # its process is gone: no progress, but work
    loaded = attempt(lambda: pickle.loads(function), index=0, item=None)
    if isinstance(loaded, Success):
        _function = loaded.value
    else:
        _unloadable = loaded
    _tell(Note(os.getpid()))


def run_item(index: int, item: bytes) -> Reply | Unloadable:
    """Do one item and pack what came of it."""
    pid = os.getpid()
    function = _function
    if function is None:
        assert _unloadable is not None
        return Unloadable(_unloadable)
    _tell(Note(pid, index))
    with reporting_to(lambda step: _tell(Note(pid, index, step))):
        result = attempt(lambda: function(pickle.loads(item)), index=index, item=None)
    if isinstance(result, Failure):
        return Reply(pid, result.elapsed_s, b"", result)
    packed = attempt(lambda: pickle.dumps(result.value, pickle.HIGHEST_PROTOCOL), index=index, item=None)
    if isinstance(packed, Failure):
        refused = replace(packed, message=f"its value cannot leave the worker: {packed.message}")
        return Reply(pid, result.elapsed_s, b"", refused)
    return Reply(pid, result.elapsed_s, packed.value, None)


def _tell(note: Note) -> None:
    if _notes is not None:
        try:
            _notes.put(note)
        except (OSError, EOFError):
            pass  # Progress is a courtesy: without its reader the work goes on.


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # waits on a pipe that closes with the parent, however it dies
        os._exit(1)
