"""A program that runs a pool or the sequential backend until it is told to stop; started by the tests as a process.

Usage: processing_program.py BACKEND WORKERS SECONDS_PER_ITEM [PRELOADED_MODULE]
"""

from __future__ import annotations

import os
import sys
import time
from itertools import count
from typing import Any

from edm.errors import Interrupted
from edm.processing.parallel import ParallelProcessor
from edm.processing.progress import ItemStarted, RunStopping

counter = count(1)


def work(seconds: float) -> float:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)
    return seconds


def listen(event: Any) -> None:
    if isinstance(event, RunStopping):
        print("stopping", flush=True)
    elif isinstance(event, ItemStarted):
        print("started", next(counter), flush=True)


def main() -> int:
    backend, workers, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    processor = ParallelProcessor(work, workers, backend=backend, listener=listen, preload=tuple(sys.argv[4:]))
    print("ready", os.getpid(), flush=True)
    try:
        for result in processor.stream(seconds for _ in range(10_000)):
            print("result", result.index, result.ok, flush=True)
    except Interrupted as interrupted:
        print("kept", len(processor.results), flush=True)
        return interrupted.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
