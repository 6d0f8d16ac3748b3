"""Files on their way from the workers to the library: read in bundles, written in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from edm.errors import Interrupted
from edm.library.records import FileStamp
from edm.model import Failure, Success
from edm.pipeline.scan_look import Look, Place, Problem, look_at_all
from edm.processing.parallel import ParallelProcessor
from edm.processing.progress import (
    Event,
    ItemFinished,
    ItemStarted,
    Listener,
    RunFinished,
    RunStarted,
    RunStopping,
    RunWarning,
)

__all__ = ["in_batches", "looks"]

# Files in one message to a worker: a look takes about a millisecond, a message as long.
_FILES_AT_ONCE = 16
# A transaction ends after so many files or seconds, whichever comes first.
_FILES_PER_COMMIT = 256
_SECONDS_PER_COMMIT = 1.0

T = TypeVar("T")


def looks(
    places: Sequence[Place], path_of: Callable[[Place], Path], *, workers: int | Literal["auto"], tell: Listener
) -> Iterator[tuple[Place, Look]]:
    """Look into files, in this process or in others, and yield what is seen as it comes.

    Parameters
    ----------
    places
        Of the files.
    path_of
        Absolute path of a place.
    workers
        Processes that read.
    tell
        Told of each file as of an item of its own.

    Raises
    ------
    Interrupted
        If a signal ended the run, after the last look.
    """
    if not places:
        return
    bundles = [places[start : start + _FILES_AT_ONCE] for start in range(0, len(places), _FILES_AT_ONCE)]
    processor = ParallelProcessor(
        look_at_all,
        workers,
        show_progress=False,
        listener=lambda event: _pass_on(event, tell),
        label=lambda bundle: str(bundle[0][0].name),
    )
    began = time.monotonic()
    done = failed = 0
    signum: int | None = None
    tell(RunStarted(len(places), processor.num_workers, processor.backend))
    try:
        for result in processor.stream([[(path_of(place), place[1]) for place in bundle] for bundle in bundles]):
            bundle = bundles[result.index]
            seen = result.value if result.ok else [_failed_look(path_of(place), result) for place in bundle]
            for place, look in zip(bundle, seen, strict=True):
                _tell_of(tell, done, look, result.elapsed_s / len(bundle))
                done += 1
                failed += look.problem is not None
                yield place, look
    except Interrupted as exc:
        signum = exc.signum
        raise
    finally:
        tell(RunFinished(done, failed, time.monotonic() - began, signum))


def _failed_look(path: Path, failure: Failure) -> Look:
    return Look(path, FileStamp(0, 0, None), problem=Problem(failure.error_type, f"{path}: {failure.message}"))


def _tell_of(tell: Listener, index: int, look: Look, elapsed_s: float) -> None:
    problem = look.problem
    tell(ItemStarted(index, look.path.name, 0))
    result = (
        Success(index, look.path, None, elapsed_s)
        if problem is None
        else Failure(index, look.path, problem.error_type, problem.message, None, elapsed_s)
    )
    tell(ItemFinished(result, look.path.name, 0))


def _pass_on(event: Event, tell: Listener) -> None:
    if isinstance(event, (RunWarning, RunStopping)):
        tell(event)


def in_batches(stream: Iterator[T]) -> Iterator[list[T]]:
    """Items in lists worth a transaction; what there is when the stream is interrupted comes first, then the error."""
    batch: list[T] = []
    began = time.monotonic()
    try:
        for item in stream:
            batch.append(item)
            if len(batch) >= _FILES_PER_COMMIT or time.monotonic() - began >= _SECONDS_PER_COMMIT:
                yield batch
                batch, began = [], time.monotonic()
    except Interrupted:
        yield batch
        raise
    yield batch
