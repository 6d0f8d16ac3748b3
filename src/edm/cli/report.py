"""What is said after a run: counts, speed, and what failed."""

from __future__ import annotations

from edm.audio.printable import printable
from edm.cli.console import one_line, say
from edm.model import Failure
from edm.pipeline.summary import RunSummary

__all__ = ["failure_line", "show_summary", "summary_lines"]

_FAILURES_SHOWN = 10


def show_summary(summary: RunSummary, *, debug: bool = False) -> None:
    """Tell the person on standard error; with `debug` also where unexpected errors came from."""
    for failure in summary.failures if debug else ():
        if failure.traceback:
            say(failure.traceback.rstrip())
    for line in summary_lines(summary):
        say(line)


def summary_lines(summary: RunSummary) -> list[str]:
    """The summary in words: failures by name (the first ten), fallbacks, then the figures."""
    lines = [failure_line(failure) for failure in summary.failures[:_FAILURES_SHOWN]]
    more = summary.failed - len(lines)
    if more > 0:
        lines.append(f"… and {more} more; all are in the output, with status failed")
    for reason, count in summary.fallbacks.items():
        lines.append(f"fell back: {_tracks(count)}: {one_line(reason)}")
    counts = f"{summary.analysed} analysed, {summary.failed} failed, {summary.fell_back} fell back"
    figures = f"{_span(summary.audio_s)} of audio in {_span(summary.wall_s)}"
    if summary.analysed:
        figures += f": {summary.speed:.0f} × real time, parallel speed-up {summary.speed_up:.2f}"
    return [*lines, counts, figures]


def failure_line(failure: Failure) -> str:
    """A failure in one line: track, reason, hint."""
    path = printable(str(failure.item))
    message = printable(failure.message)
    reason = message if message.startswith(path) else f"{path}: {message}"
    hint = f" ({failure.hint})" if failure.hint else ""
    return one_line(f"failed: {reason}{hint}")


def _tracks(count: int) -> str:
    return "1 track" if count == 1 else f"{count} tracks"


def _span(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:.2f} h"
    return f"{seconds / 60:.1f} min" if seconds >= 120 else f"{seconds:.1f} s"
