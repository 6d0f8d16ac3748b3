"""Worker functions at the top level of a module, as other processes need them."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edm.errors import DecodeError
from edm.processing.progress import report_step


def double(x: int) -> int:
    return 2 * x


def steps_of(x: int) -> int:
    report_step("decode")
    report_step("beats")
    return x


def pid_of(_: Any) -> int:
    return os.getpid()


def sines(seed: int) -> NDArray[np.float64]:
    values = np.random.default_rng(seed).normal(size=(64, 64))
    return np.sin(values @ values.T)


def megabytes(count: int) -> bytes:
    return bytes(count * 1_000_000)


def environment(names: tuple[str, ...]) -> list[str | None]:
    return [os.environ.get(name) for name in names]


def slow_first(x: int) -> int:
    time.sleep(0.4 if x == 0 else 0.0)
    return x


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


class BreaksOnArrival:
    """Can be pickled, and kills nobody but itself when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_refuse, ())


def _refuse() -> None:
    raise ValueError("not in this process")


def misbehave(what: Any) -> Any:
    """Do what `what` says; anything unknown is returned."""
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "exit 0":
        os._exit(0)
    elif what == "exit 7":
        os._exit(7)
    elif what == "hang":
        report_step("beats")
        time.sleep(60)
    elif what == "hang in native code":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        time.sleep(60)
    elif what == "raise":
        raise ValueError("first line\nsecond line")
    elif what == "refuse":
        raise DecodeError("song.mp3", "not audio", hint="look at it")
    elif what == "sys.exit":
        sys.exit(3)
    elif what == "unpicklable value":
        return lambda: None
    elif what == "value that breaks":
        return BreaksOnArrival()
    return what


def report_and_wait(seconds: float) -> float:
    report_step("decode")
    report_step("beats")
    time.sleep(seconds)
    return seconds


def die_with_the_lock(what: str) -> str:
    """Be killed in the instant in which the worker holds the pool's locks, as it does around each item."""
    if what == "killed":
        import gc

        from pebble.pool.channel import ChannelMutex

        mutex = next(thing for thing in gc.get_objects() if isinstance(thing, ChannelMutex))
        mutex.acquire()
        os.kill(os.getpid(), signal.SIGKILL)
    return what


def end_as_if_locked_out(trace: Path) -> str:
    """End the worker as Pebble does after a minute without the lock: ``once`` the first time, ``always`` each time."""
    if trace.name == "always" or (trace.name == "once" and not trace.exists()):
        trace.touch()
        os._exit(1)
    return trace.name
