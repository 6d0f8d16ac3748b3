"""The words and figures of progress, and how a track's name is made fit for a terminal."""

from __future__ import annotations

import unicodedata

from edm.model import Failure
from edm.processing.progress import RunStopping

__all__ = [
    "clean_text",
    "failure_line",
    "format_rate",
    "format_span",
    "progress_line",
    "shorten",
    "stopping_line",
]


def clean_text(text: str) -> str:
    """`text` in one line, each character that steers a terminal or cannot be printed replaced by U+FFFD.

    Those are controls (escapes, line breaks), format characters (which turn the direction of writing), and halves of
    surrogate pairs, by which Python stands for file names that are not UTF-8.
    """
    # Joiners hold emoji and some scripts together.
    return "".join(c if c == "\u200d" or not unicodedata.category(c).startswith("C") else "\ufffd" for c in text)


def shorten(text: str, width: int) -> str:
    """`text` in at most `width` columns of a terminal, its middle replaced by ``…`` where it is longer.

    Start and end of a file's name tell it apart, artist and suffix; wide characters count as two columns.
    """
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[: max(0, width)]
    right = (width - 1) // 2
    end = text[-right:] if right else ""
    while cell_len(end) > right:
        end = end[1:]
    start = set_cell_size(text, width - 1 - cell_len(end)).rstrip()
    return f"{start}…{end}"


def format_span(seconds: float) -> str:
    """A span for people: ``45 s``, ``12 min``, ``2.5 h``, ``3.1 d``."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 99.5 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} d"


def format_rate(per_s: float) -> str:
    """Of whatever a stage counts, two digits at least: ``1.1/s``, ``0.034/s``, ``120/s``."""
    return f"{per_s:.0f}/s" if per_s >= 10 else f"{per_s:.2g}/s"


def progress_line(done: int, total: int | None, failed: int, elapsed_s: float) -> str:
    """One plain line: how far, how fast, how much longer; unknown parts are left out."""
    parts = [f"{done}/{total} ({100 * done // total}%)" if total else f"{done}"]
    if failed:
        parts.append(f"{failed} failed")
    if done and elapsed_s > 0:
        rate = done / elapsed_s
        parts.append(f"Rate: {format_rate(rate)}")
        if total is not None:
            parts.append(f"ETA {format_span((total - done) / rate)}")
    return "Progress: " + " - ".join(parts)


def failure_line(label: str, failure: Failure) -> str:
    """A failure in one line, safe for a terminal."""
    message = failure.message
    if failure.traceback is not None:
        message = f"{failure.error_type}: {message}"  # an unexpected error is told by its type too
    # Errors of audio files begin with the path already.
    named = clean_text(message) if label in message else f"{clean_text(label)}: {clean_text(message)}"
    return f"failed: {named}"


def stopping_line(event: RunStopping) -> str:
    """What happens after the first Ctrl-C, in one line."""
    tracks = "1 track" if event.in_flight == 1 else f"{event.in_flight} tracks"
    return f"stopping: up to {event.grace_s:.0f} s for {tracks} in flight; once more to stop at once"
