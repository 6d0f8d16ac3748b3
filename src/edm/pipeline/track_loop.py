"""The loop of every stage that works on tracks: what is pending goes to the workers, what comes back is stored at once.

A stage of tracks says how to find its version, what a worker does with a path, and how a result is stored; resuming,
forcing, limits, failures and counts are here, the same for all. A track is done when its result and the note of it
are committed, in one transaction; a process that is killed between two tracks loses none.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from edm.library import failures, stages
from edm.model import Failure
from edm.pipeline.memory import peak_memory_mb
from edm.pipeline.stage import Preview, RunRequest, StageReport, Telling

if TYPE_CHECKING:
    from edm.library import Library
    from edm.library.records import Track

__all__ = ["TrackStage", "preview_tracks", "run_tracks"]


class TrackStage(Protocol):
    """What a stage of tracks has to say for itself."""

    name: str

    def version(self, request: RunRequest) -> str:
        """Of its results; those of another version are stale. Raises where the stage cannot work here."""

    def prepare(self, request: RunRequest, telling: Telling) -> Callable[[Path], Any]:
        """What a worker does with a path; picklable. Does once what all workers need."""

    def store(self, library: Library, track: Track, version: str, value: Any, elapsed_s: float) -> str | None:
        """Store one result and that it is done, in one transaction; says why it fell back, or None."""


def preview_tracks(stage: TrackStage, library: Library, request: RunRequest) -> Preview:
    """How many tracks `run_tracks` would do, and why."""
    reasons = stages.count_by_reason(
        library,
        stage.name,
        stage.version(request),
        retry_failed=request.retry_failed,
        force=request.force,
        within=request.folders,
    )
    each_s = stages.seconds_per_track(library, stage.name)
    tracks = sum(reasons.values()) if request.limit is None else min(request.limit, sum(reasons.values()))
    return Preview(stage.name, reasons, None if each_s is None else tracks * each_s)


def run_tracks(
    stage: TrackStage, library: Library, request: RunRequest, telling: Telling, *, preload: tuple[str, ...] = ()
) -> StageReport:
    """Do what is pending.

    Parameters
    ----------
    preload
        Modules that every worker imports.

    Raises
    ------
    LibraryError
        If a result cannot be stored; what was stored stays.
    Interrupted
        If a signal ended the run, after what was done is stored and told to ``telling.on_report``.
    """
    from edm.pipeline.analyze import plan_for
    from edm.processing.parallel import ParallelProcessor

    began = time.perf_counter()
    version = stage.version(request)
    before = stages.counts(library, stage.name, version, within=request.folders)
    pending = preview_tracks(stage, library, request).tracks
    total = pending if request.limit is None else min(pending, request.limit)
    if not total:
        skipped = before["done"] + before["failed"]
        return StageReport(stage.name, skipped=skipped, seconds=time.perf_counter() - began, workers=0)
    work = stage.prepare(request, telling)
    workers = min(plan_for(workers=request.workers, max_workers=request.max_workers).chosen, total)
    processor = ParallelProcessor(
        _Measured(work),
        workers,
        show_progress=False,
        timeout_s=request.timeout_s,
        listener=telling.listener,
        preload=preload,
        keep_results=False,
    )
    in_hand: dict[int, Track] = {}
    fell_back: Counter[str] = Counter()
    done = failed = 0
    track_seconds = peak_mb = 0.0

    def report() -> StageReport:
        return StageReport(
            stage.name,
            done=done,
            failed=failed,
            skipped=max(sum(before.values()) - pending, 0),
            fell_back=dict(fell_back.most_common()),
            seconds=time.perf_counter() - began,
            track_seconds=track_seconds,
            workers=workers,
            details={"left": pending - total, "peak_memory_of_a_worker_mb": peak_mb},
        )

    try:
        # Closing: a result that cannot be stored ends the workers, too.
        with closing(processor.stream(_Paths(_taken(stage, library, request, version, in_hand), total))) as results:
            for result in results:
                track = in_hand.pop(result.index)
                track_seconds += result.elapsed_s
                if isinstance(result, Failure):
                    failed += 1
                    _remember(library, track, stage.name, version, result)
                    continue
                value, memory_mb = result.value
                peak_mb = max(peak_mb, memory_mb)
                reason = stage.store(library, track, version, value, result.elapsed_s)
                done += 1
                if reason is not None:
                    fell_back[reason] += 1
    except BaseException:
        telling.on_report(report())
        raise
    return report()


@dataclass(frozen=True, slots=True)
class _Measured:
    """The work of a worker, and the peak memory of the worker in MB; it travels to the workers by pickle."""

    work: Callable[[Path], Any]

    def __call__(self, path: Path) -> tuple[Any, float]:
        return self.work(path), peak_memory_mb()


class _Paths:
    """An iterable of known length, whose items are made as they are asked for."""

    def __init__(self, paths: Iterator[Path], total: int) -> None:
        self._paths = paths
        self._total = total

    def __iter__(self) -> Iterator[Path]:
        return self._paths

    def __len__(self) -> int:
        return self._total


def _taken(
    stage: TrackStage, library: Library, request: RunRequest, version: str, in_hand: dict[int, Track]
) -> Iterator[Path]:
    """Paths of what is pending, noting in `in_hand` which track has which index."""
    pending = stages.pending(
        library,
        stage.name,
        version,
        limit=request.limit,
        retry_failed=request.retry_failed,
        force=request.force,
        within=request.folders,
    )
    for index, one in enumerate(pending):
        in_hand[index] = one.track
        yield one.track.path


def _remember(library: Library, track: Track, stage: str, version: str, failure: Failure) -> None:
    """Note that a track failed; not where its file cannot be opened, for that is no property of its sound."""
    identity = track.stamp.sample_hash
    assert identity is not None  # without one a track is never pending
    try:
        track.path.open("rb").close()
    except OSError:
        # A drive that was not mounted must not cost its tracks the next run.
        return
    failures.store(
        library,
        track.id,
        stage,
        version,
        identity,
        error_type=failure.error_type,
        message=failure.message,
        hint=failure.hint,
    )
