"""The two streams: data on standard output, everything said to a person on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from edm.audio.printable import printable

__all__ = ["data_stream", "drop_data_stream", "fail", "is_terminal", "one_line", "say", "stdout_is_terminal"]


def data_stream() -> TextIO:
    """Standard output, ready for data: UTF-8 and plain line ends on every platform."""
    stream = sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # Whatever no encoding takes has been made printable before; a console's own code page may lack the rest.
        reconfigure(encoding=None if is_terminal(stream) else "utf-8", errors="backslashreplace", newline="\n")
    return stream


def drop_data_stream() -> None:
    """Point standard output at nothing, once its reader has gone: what is still buffered must not raise again."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody looks at `stream`."""
    return hasattr(stream, "isatty") and stream.isatty()


def stdout_is_terminal() -> bool:
    """Whether the data appears on a screen."""
    return is_terminal(sys.stdout)


def say(text: str) -> None:
    """One line to the person."""
    # A person who closed the stream does not want to be told; the work goes on.
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def fail(message: str, hint: str | None = None) -> None:
    """An error in one line, and in another what to do about it."""
    say(f"error: {one_line(message)}")
    if hint:
        say(f"hint: {one_line(hint)}")


def one_line(text: str) -> str:
    """`text` without line breaks, tabs and other control characters, which would garble a terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in printable(text))
