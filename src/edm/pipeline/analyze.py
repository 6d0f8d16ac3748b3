"""One track or many, analysed: the library's front door, and what ``edm analyze`` calls.

`analyze` works in this process. `analyze_many` spreads tracks over worker processes and yields each result as it
finishes; a track that fails is a `edm.model.Failure` among them and never an exception.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edm.errors import InputError
from edm.model import AnalysisOptions, MetadataUse, Result, TrackAnalysis

if TYPE_CHECKING:
    from edm.processing.progress import Listener
    from edm.processing.workers import WorkerPlan

__all__ = ["PRELOAD", "AnalyzeTrack", "analyze", "analyze_many", "plain_types", "plan_for", "validate_options"]

PRELOAD = (
    "edm.analysis.track",
    "edm.analysis.beats.network",
    "edm.analysis.key_network",
    "llvmlite.binding",
    "scipy.fft",
    "scipy.ndimage",
)
"""What every analysis imports: once in the fork server rather than once in each worker. None starts a thread."""


@dataclass(frozen=True, slots=True)
class AnalyzeTrack:
    """The work of a worker: path in, analysis out; it travels to the workers by pickle."""

    options: AnalysisOptions

    def __call__(self, path: Path) -> TrackAnalysis:
        """Analyse one track, telling the run which step is at hand."""
        from edm.analysis.track import analyze_track
        from edm.processing.progress import report_step

        return analyze_track(path, self.options, on_step=report_step)


def analyze(
    path: str | os.PathLike[str],
    types: Iterable[str] = ("bpm", "beats", "structure", "key", "loudness"),
    *,
    detector: str = "auto",
    min_bpm: float | None = None,
    max_bpm: float | None = None,
    metadata: MetadataUse = "use",
    models_dir: str | os.PathLike[str] | None = None,
) -> TrackAnalysis:
    """Everything asked for about one track, found out in this process.

    Parameters
    ----------
    path
        An audio file.
    types
        Estimates to make: ``bpm``, ``beats``, ``structure``, ``key``, ``loudness``.
    detector
        ``network``, ``flux``, ``librosa``, or ``auto``: the best one that is installed.
    min_bpm, max_bpm
        Hard limits of the reported tempo.
    metadata
        Whether a BPM tag is ``use``\\ d to break ties, ``ignore``\\ d, or ``prefer``\\ red to an analysis of tempo.
    models_dir
        Folder of the published networks; None looks in the usual places.

    Returns
    -------
    TrackAnalysis
        With ``.tempo.bpm``, ``.beats``, ``.grid``, ``.structure``, ``.key`` and ``.loudness``; None each where it was
        not asked for. Silence and music without beats are no error: ``tempo.bpm`` is None and ``tempo.stability`` is
        ``none``.

    Raises
    ------
    InputError
        For options that make no sense.
    AudioError
        For a file that cannot be decoded.
    ModelsError
        If ``network`` was asked for and cannot be had; ``auto`` falls back and says so in ``fallback``.
    """
    names = (types,) if isinstance(types, str) else tuple(types)
    folder = None if models_dir is None else Path(models_dir)
    options = AnalysisOptions(plain_types(names), detector, min_bpm, max_bpm, metadata, folder)
    validate_options(options)

    from edm.analysis.track import analyze_track, prepare

    prepare(options)
    return analyze_track(Path(path), options)


def analyze_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    options: AnalysisOptions | None = None,
    workers: int | Literal["auto"] = "auto",
    max_workers: int | None = None,
    timeout_s: float | None = None,
    listener: Listener | None = None,
    backend: str = "auto",
    on_prepare: Callable[[str], None] = lambda step: None,
) -> Generator[Result[TrackAnalysis], None, None]:
    """Results of many tracks, each as soon as it is there.

    Parameters
    ----------
    paths
        Audio files; `edm.audio.files.find_tracks` makes them from folders.
    options
        What to ask; None asks for everything with the best detector.
    workers
        Processes; ``auto`` is as many as cores and memory allow. Never more than there are tracks.
    max_workers
        Cap on the above.
    timeout_s
        Time that one track may take; a track that takes longer is a `Failure`, and its worker is replaced.
    listener
        Told what happens (see `edm.processing.progress`); None works in silence.
    backend
        Name from the table `edm.processing.backends.BACKENDS`, or ``auto``.
    on_prepare
        Told what is done once before the first track, where that takes long (compiling, the first time ever).

    Yields
    ------
    Success or Failure
        In the order of finishing; ``index`` is the place among `paths`, ``item`` the path.

    Raises
    ------
    InputError
        For options that make no sense; at once, not at the first result.
    ModelsError
        If the detector that was asked for by name cannot work here; at once, too, and not for every track.
    """
    from edm.analysis.beats import choose_detector

    asked = AnalysisOptions() if options is None else options
    validate_options(asked)
    choose_detector(asked.detector, asked.models_dir)
    tracks = [Path(path) for path in paths]
    plan = plan_for(workers=workers, max_workers=max_workers)
    return _run(tracks, asked, plan, timeout_s, listener, backend, on_prepare)


def plan_for(*, workers: int | Literal["auto"] = "auto", max_workers: int | None = None) -> WorkerPlan:
    """How many workers a long run gets, and why; a run of fewer tracks gets as many as it has tracks."""
    from edm.processing.workers import plan_workers

    return plan_workers(workers, cap=max_workers)


def plain_types(names: Iterable[str]) -> tuple[str, ...]:
    """The types that are meant, each once, aliases (``grid`` for ``structure``) resolved."""
    from edm.analysis.track import plain_types as plain

    return plain(names)


def validate_options(options: AnalysisOptions) -> None:
    """Check the names and limits in `options`.

    Raises
    ------
    InputError
        For an unknown type or detector (it lists the valid ones), no type at all, or limits that exclude each other.
    """
    from edm.analysis.beats import DETECTORS
    from edm.analysis.track import ALIASES, TYPES

    if not options.types:
        raise InputError("no types asked for", hint=f"valid: {', '.join(TYPES)}")
    for name in plain_types(options.types):
        _check_name("type", name, [*TYPES, *ALIASES])
    _check_name("detector", options.detector, ["auto", *DETECTORS])
    for limit, value in (("min_bpm", options.min_bpm), ("max_bpm", options.max_bpm)):
        if value is not None and not 0 < value < float("inf"):
            raise InputError(f"{limit} must be more than 0, not {value:g}")
    if options.min_bpm is not None and options.max_bpm is not None and options.min_bpm >= options.max_bpm:
        raise InputError(f"min_bpm ({options.min_bpm:g}) must be less than max_bpm ({options.max_bpm:g})")


def _check_name(kind: str, name: str, valid: list[str]) -> None:
    if name not in valid:
        import difflib

        close = difflib.get_close_matches(name, valid, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        raise InputError(f"unknown {kind} {name!r}", hint=f"{guess}valid: {', '.join(valid)}")


def _run(
    tracks: list[Path],
    options: AnalysisOptions,
    plan: WorkerPlan,
    timeout_s: float | None,
    listener: Listener | None,
    backend: str,
    on_prepare: Callable[[str], None],
) -> Generator[Result[TrackAnalysis], None, None]:
    from edm.analysis.track import prepare
    from edm.processing.parallel import ParallelProcessor
    from edm.processing.progress import RunWarning

    if not tracks:
        return
    workers = min(plan.chosen, len(tracks))
    # The processor warns of its own number; a larger one that was asked for is ours to warn of.
    if listener is not None and workers < plan.chosen:
        for warning in plan.warnings:
            listener(RunWarning(warning))
    prepare(options, on_step=on_prepare)
    processor = ParallelProcessor(
        AnalyzeTrack(options),
        workers,
        show_progress=False,
        backend=backend,
        timeout_s=timeout_s,
        listener=listener,
        preload=PRELOAD,
        keep_results=False,
    )
    yield from processor.stream(tracks)
