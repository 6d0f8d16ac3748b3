"""Ctrl-C and SIGTERM while a run is on.

The first signal asks: no new work, what is in flight may finish within `GRACE_S`. The second insists: drop it now.
Handlers are installed in the main thread only, the one that Python runs them in, and always put back. A signal that the
process ignores (``nohup``, a shell's background job) stays ignored.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from edm.errors import Interrupted

__all__ = ["GRACE_S", "Dropped", "StopSignals"]

# Seconds for what is in flight: a track takes 1 to 3 s, and a run must end within 5 s of Ctrl-C.
GRACE_S = 3.0


class Dropped(BaseException):
    """Raised inside an item that runs in this process, to end it; no worker function should catch it."""


class StopSignals:
    """Whether the run was asked to stop; a context manager that listens to SIGINT and SIGTERM.

    Attributes
    ----------
    signum
        The first signal that came, or None.
    wake
        Called from the handler, so it must be reentrant; a backend that waits sets it.
    """

    def __init__(self) -> None:
        self.signum: int | None = None
        self.wake: Callable[[], object] | None = None
        self.suspended = False
        self._count = 0
        self._since = 0.0
        self._in_item = False
        self._timer: threading.Timer | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(signum) not in (signal.SIG_IGN, None):
                    self._before[signum] = signal.signal(signum, self._handle)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if threading.current_thread() is threading.main_thread():
            for signum, handler in self._before.items():
                signal.signal(signum, handler)
        self._before.clear()

    @property
    def asked(self) -> bool:
        """Whether to take no more work."""
        return self.signum is not None

    @property
    def grace_left_s(self) -> float:
        """Seconds that work in flight still has; 0 once it is to be dropped. Infinite while nobody asked."""
        if self.signum is None:
            return float("inf")
        return 0.0 if self._count > 1 else max(0.0, self._since + GRACE_S - time.monotonic())

    @contextmanager
    def droppable(self) -> Iterator[None]:
        """Run an item in this thread: `Dropped` is raised inside the block when its grace is over.

        Also at once, if a signal came before: an item that has not begun is not begun.
        """
        self._in_item = True
        try:
            # In this order: a signal between the two lines must not be missed, it finds us in the item already.
            if self.asked:
                raise Dropped
            yield
        finally:
            self._in_item = False
            if self._timer is not None:
                self._timer.cancel()

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        self._count += 1
        if self.signum is None:
            self.signum, self._since = signum, time.monotonic()
        if self.wake is not None:
            self.wake()
        if self._in_item and self._count > 1:
            raise Dropped
        if self._in_item:
            # A signal from ourselves stands for the second Ctrl-C: the one portable way to reach the main thread.
            self._timer = threading.Timer(GRACE_S, _thread.interrupt_main, (signum,))
            self._timer.daemon = True
            self._timer.start()
        elif self.suspended and self._count > 1:
            # The run is waiting for its caller, who may be busy for long: the second Ctrl-C ends the caller's work.
            raise Interrupted(self.signum)
