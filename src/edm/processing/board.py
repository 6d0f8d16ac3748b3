"""The board that a terminal shows during a run, drawn by Rich.

An overall bar with tracks done, failures, rate and time to go; a line for each worker with the track it has, the step
and its seconds; failures stay above as they happen. Events only change numbers; drawing happens `REFRESH_HZ` times a
second in a thread of Rich, so that ten thousand events cost nothing.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from edm.model import Failure
from edm.processing.progress import (
    Event,
    ItemFinished,
    ItemStarted,
    RunFinished,
    RunStarted,
    RunStopping,
    RunWarning,
    StepStarted,
)
from edm.processing.wording import (
    clean_text,
    failure_line,
    format_rate,
    format_span,
    shorten,
    stopping_line,
)

__all__ = ["Board"]

REFRESH_HZ = 4
STEP_WIDTH = 12
SECONDS_WIDTH = 7
SPARE_LINES = 4  # of the terminal's height, not for workers: the bar, the count of hidden workers, the prompt
MIN_BAR_WIDTH = 10
# Columns left empty at the right: a terminal echoes ^C there, and one that wraps would shift the whole board.
FREE_WIDTH = 4


@dataclass(slots=True)
class _Line:
    index: int
    label: str
    since: float
    step: str = ""


class Board:
    """Listener that draws a run on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._lines: dict[int, _Line] = {}
        self._total: int | None = None
        self._workers = self._done = self._failed = 0
        self._began = 0.0
        self._stopping = False

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        if isinstance(event, ItemStarted):
            with self._lock:
                self._lines[event.worker] = _Line(event.index, clean_text(event.label), time.monotonic())
        elif isinstance(event, StepStarted):
            with self._lock:
                line = self._lines.get(event.worker)
                if line is not None and line.index == event.index:
                    line.step = clean_text(event.step)
        elif isinstance(event, ItemFinished):
            self._finished(event)
        elif isinstance(event, RunStarted):
            self._start(event)
        elif isinstance(event, RunWarning):
            self._print(f"warning: {clean_text(event.message)}", "yellow")
        elif isinstance(event, RunStopping):
            self._stopping = True
            self._print(stopping_line(event), "yellow")
        elif isinstance(event, RunFinished):
            self._end()

    def __rich__(self) -> Group:
        """Draw what there is now; called by Rich in its own thread."""
        width, now = self._console.width, time.monotonic()
        with self._lock:
            lines = dict(self._lines)
        room = max(1, self._console.height - SPARE_LINES)
        shown = sorted(lines)[:room]
        rows = [self._worker(lines[slot], width, now) for slot in shown]
        if len(lines) > room:
            rows.append(Text(f"  … and {len(lines) - room} more workers", style="dim"))
        return Group(self._bar(width, now), *rows)

    def _start(self, event: RunStarted) -> None:
        self._total, self._workers, self._began = event.total, event.workers, time.monotonic()
        self._done = self._failed = 0
        self._lines, self._stopping = {}, False
        # stdout is data: it is led through the board only where both are the same terminal, else untouched.
        self._live = Live(
            get_renderable=self.__rich__,
            console=self._console,
            refresh_per_second=REFRESH_HZ,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=True,
        )
        self._live.start()

    def _finished(self, event: ItemFinished) -> None:
        result = event.result
        with self._lock:
            self._done += 1
            line = self._lines.get(event.worker)
            if line is not None and line.index == result.index:
                del self._lines[event.worker]
        if isinstance(result, Failure):
            self._failed += 1
            self._print(failure_line(event.label, result), "red")

    def _end(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, line: str, style: str) -> None:
        # A Text is never read as markup.
        self._console.print(Text(line, style=style), soft_wrap=True)

    def _bar(self, width: int, now: float) -> Table:
        elapsed_s = now - self._began
        count = f"{self._done}/{self._total}" if self._total is not None else f"{self._done} done"
        parts = [("stopping  " if self._stopping else "") + count]
        if self._failed:
            parts.append(f"{self._failed} failed")
        if self._done:
            rate = self._done / elapsed_s if elapsed_s > 0 else 0.0
            parts.append(format_rate(rate))
            if self._total is not None and rate > 0:
                parts.append(f"ETA {format_span((self._total - self._done) / rate)}")
        else:
            parts.append(format_span(elapsed_s))
        words = Text("  ".join(parts), no_wrap=True, overflow="ellipsis")
        table = Table.grid(padding=(0, 2, 0, 0))
        room = width - words.cell_len - 2 - FREE_WIDTH
        if self._total and room >= MIN_BAR_WIDTH:
            bar = ProgressBar(total=self._total, completed=self._done, width=min(room, 60))
            table.add_row(bar, words)
        else:
            table.add_row(words)
        return table

    def _worker(self, line: _Line, width: int, now: float) -> Text:
        room = max(8, width - STEP_WIDTH - SECONDS_WIDTH - 5 - FREE_WIDTH)
        name = shorten(line.label, room)
        step = shorten(line.step, STEP_WIDTH)
        seconds = f"{now - line.since:.0f} s"
        text = Text("  " + name + " " * (room - cell_len(name)), no_wrap=True, overflow="crop")
        text.append("  " + step + " " * (STEP_WIDTH - cell_len(step)), style="cyan")
        text.append(f"  {seconds:>{SECONDS_WIDTH - 1}}", style="dim")
        return text
