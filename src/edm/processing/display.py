"""Progress for people and programs, on stderr: the only module below the command line that talks.

`make_listener` gives a listener for one run at a time: a Rich board on a terminal, a plain line every 15 s elsewhere,
or one JSON object per event and line. Names of tracks are shown as they are, never as markup; characters that steer a
terminal are replaced.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Literal, get_args

from edm.errors import InputError
from edm.model import Failure
from edm.processing.progress import (
    Event,
    ItemFinished,
    ItemStarted,
    Listener,
    RunFinished,
    RunStarted,
    RunStopping,
    RunWarning,
    StepStarted,
)
from edm.processing.wording import clean_text, failure_line, progress_line, stopping_line

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["ProgressMode", "make_listener"]

ProgressMode = Literal["auto", "plain", "json", "none"]

PLAIN_EVERY_S = 15.0


def make_listener(mode: ProgressMode = "auto", *, console: Console | None = None, quiet: bool = False) -> Listener:
    """Listener that shows a run.

    Parameters
    ----------
    mode
        ``auto``: a board on a terminal, else plain lines; ``plain``, ``json`` (one object a line) or ``none``.
    console
        Where the board goes, and whose file takes the lines; stderr when None.
    quiet
        Show nothing, whatever the mode.

    Raises
    ------
    InputError
        If there is no such mode.
    """
    if mode not in get_args(ProgressMode):
        raise InputError(f"there is no progress {mode!r}", hint=f"one of: {', '.join(get_args(ProgressMode))}")
    if quiet or mode == "none":
        return _hear_nothing
    out: IO[str] = sys.stderr if console is None else console.file
    if mode == "json":
        return _JsonLines(out)
    if mode == "auto" and (console.is_terminal if console is not None else out.isatty()):
        from rich.console import Console

        from edm.processing.board import Board

        console = console or Console(stderr=True)
        if not console.is_dumb_terminal:
            return Board(console)
    return _PlainLines(out)


def _hear_nothing(event: Event) -> None:
    pass


class _PlainLines:
    """A line every `PLAIN_EVERY_S` seconds and one at the end; warnings and failures as they come."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._total: int | None = None
        self._done = self._failed = 0
        self._began = 0.0
        self._over = threading.Event()

    def __call__(self, event: Event) -> None:
        if isinstance(event, ItemFinished):
            self._done += 1
            if isinstance(event.result, Failure):
                self._failed += 1
                self._say(failure_line(event.label, event.result))
        elif isinstance(event, RunStarted):
            self._total, self._done, self._failed, self._began = event.total, 0, 0, time.monotonic()
            self._over = threading.Event()
            threading.Thread(target=self._tick, args=(self._over,), name="edm-plain-progress", daemon=True).start()
        elif isinstance(event, RunWarning):
            self._say(f"warning: {clean_text(event.message)}")
        elif isinstance(event, RunStopping):
            self._say(stopping_line(event))
        elif isinstance(event, RunFinished):
            self._over.set()
            self._say(self._line())

    def _tick(self, over: threading.Event) -> None:
        while not over.wait(PLAIN_EVERY_S):
            self._say(self._line())

    def _line(self) -> str:
        return progress_line(self._done, self._total, self._failed, time.monotonic() - self._began)

    def _say(self, line: str) -> None:
        # One write, so that two threads do not mix their lines.
        self._out.write(line + "\n")
        self._out.flush()


class _JsonLines:
    """Each event as an object: its name, and its fields without the track's data. Every byte is ASCII."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def __call__(self, event: Event) -> None:
        self._out.write(json.dumps(_fields(event)) + "\n")
        self._out.flush()


def _fields(event: Event) -> dict[str, object]:
    if isinstance(event, RunStarted):
        return {"event": "run_started", "total": event.total, "workers": event.workers, "backend": event.backend}
    if isinstance(event, ItemStarted):
        return {"event": "item_started", "index": event.index, "label": event.label, "worker": event.worker}
    if isinstance(event, StepStarted):
        return {"event": "step_started", "index": event.index, "step": event.step, "worker": event.worker}
    if isinstance(event, RunWarning):
        return {"event": "run_warning", "message": event.message}
    if isinstance(event, RunStopping):
        return {
            "event": "run_stopping",
            "signal": event.signum,
            "in_flight": event.in_flight,
            "grace_s": event.grace_s,
        }
    if isinstance(event, RunFinished):
        return {
            "event": "run_finished",
            "done": event.done,
            "failed": event.failed,
            "elapsed_s": round(event.elapsed_s, 3),
            "signal": event.signum,
        }
    result = event.result
    error = None
    if isinstance(result, Failure):
        error = {"type": result.error_type, "message": result.message, "hint": result.hint}
    return {
        "event": "item_finished",
        "index": result.index,
        "label": event.label,
        "worker": event.worker,
        "status": "ok" if result.ok else "failed",
        "elapsed_s": round(result.elapsed_s, 3),
        "error": error,
    }
