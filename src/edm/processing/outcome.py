"""From what happened to a `Result`: the one place where an exception becomes a value.

A failure's ``message`` and ``hint`` are one line each. Expected errors (`EdmError`) carry no traceback.
"""

from __future__ import annotations

import signal
import time
import traceback as traceback_module
from collections.abc import Callable
from typing import Any, TypeVar

from edm.errors import EdmError, WorkerLostError, WorkerTimeoutError
from edm.model import Failure, Result, Success

__all__ = ["attempt", "lost_worker", "one_line", "timed_out"]

T = TypeVar("T")

# Windows ends a crashed process with an NTSTATUS of this severity, as an unsigned number.
NTSTATUS_ERROR = 0xC0000000


def attempt(work: Callable[[], T], *, index: int, item: Any) -> Result[T]:
    """Success with what `work` returns, or Failure with what it raised.

    A worker function that calls ``sys.exit`` fails its item, like one that raises; KeyboardInterrupt and the like pass
    through.
    """
    started = time.perf_counter()
    try:
        value = work()
    except (Exception, SystemExit) as error:
        return _failure(error, index=index, item=item, elapsed_s=time.perf_counter() - started)
    return Success(index, item, value, time.perf_counter() - started)


def lost_worker(exit_code: int | None, *, index: int, item: Any, elapsed_s: float, step: str | None = None) -> Failure:
    """Failure of an item whose worker ended under it; `exit_code` is negative for a signal, None where unknown."""
    hint = None
    if exit_code is None:
        how = "vanished"
    elif exit_code < 0:
        name = _signal_name(-exit_code)
        how = f"was killed by {name}"
        if name == "SIGKILL":
            how += " (out of memory?)"
            hint = "use fewer workers if memory is short"
        elif name in {"SIGSEGV", "SIGBUS", "SIGILL", "SIGABRT", "SIGFPE"}:
            how += " (a crash in native code)"
            hint = "the file may be damaged; a native library crashed on it"
    elif exit_code >= NTSTATUS_ERROR:
        how = f"crashed (0x{exit_code:08X})"
        hint = "the file may be damaged; a native library crashed on it"
    else:
        how = f"ended by itself with exit code {exit_code}"
    message = f"the worker {how}{_during(step)}"
    return Failure(index, item, WorkerLostError.__name__, message, hint, elapsed_s)


def timed_out(timeout_s: float, *, index: int, item: Any, elapsed_s: float, step: str | None = None) -> Failure:
    """Failure of an item that ran past `timeout_s` seconds."""
    message = f"ran past its time-out of {timeout_s:g} s{_during(step)}"
    return Failure(index, item, WorkerTimeoutError.__name__, message, "allow more time if the file is long", elapsed_s)


def one_line(text: str) -> str:
    """`text` with its white space, line breaks included, made single spaces."""
    return " ".join(text.split())


def _failure(error: BaseException, *, index: int, item: Any, elapsed_s: float) -> Failure:
    kind = type(error).__name__
    if isinstance(error, EdmError):
        hint = None if error.hint is None else one_line(error.hint)
        return Failure(index, item, kind, one_line(error.message), hint, elapsed_s)
    if isinstance(error, SystemExit):
        message = f"the worker function called sys.exit({error.code!r})"
    else:
        message = one_line(str(error)) or "no message"
    trace = "".join(traceback_module.format_exception(type(error), error, error.__traceback__))
    return Failure(index, item, kind, message, None, elapsed_s, trace)


def _during(step: str | None) -> str:
    return "" if step is None else f" in step {step}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
