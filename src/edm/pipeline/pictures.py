"""Tracks analysed for a picture of them: one decode gives the analysis and the waveform.

`picture_track` works in this process, `picture_many` in several, as `edm.pipeline.analyze` does without the waveform.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edm.model import AnalysisOptions, Result
from edm.pictures.picture import TrackPicture
from edm.pictures.waveform import MOST_COLUMNS
from edm.pipeline.analyze import PRELOAD, plan_for, validate_options

if TYPE_CHECKING:
    from edm.processing.progress import Listener

__all__ = ["DrawTrack", "picture_many", "picture_track"]


@dataclass(frozen=True, slots=True)
class DrawTrack:
    """The work of a worker: path in, what its picture is drawn from out; it travels to the workers by pickle."""

    options: AnalysisOptions
    most_columns: int = MOST_COLUMNS

    def __call__(self, path: Path) -> TrackPicture:
        """Analyse one track and take its waveform, telling the run which step is at hand."""
        import time

        from edm.analysis.track import SAMPLE_RATE, TrackTags, analyze_samples
        from edm.audio.decode import decode
        from edm.audio.tags import read_tags
        from edm.dsp.attacks import attack_strength
        from edm.dsp.loudness_meter import LoudnessMeter
        from edm.pictures.curves import attack_residuals_ms
        from edm.pictures.waveform import summarise_waveform
        from edm.processing.progress import report_step

        started = time.perf_counter()
        tags = None
        if self.options.metadata != "ignore":
            report_step("tags")
            tags = read_tags(path)
        report_step("decode")
        meter = LoudnessMeter() if "loudness" in self.options.types else None
        audio = decode(path, sample_rate=SAMPLE_RATE, meter=meter)
        analysis = analyze_samples(
            path,
            audio,
            self.options,
            tags=TrackTags() if tags is None else TrackTags(tags.bpm, tags.key),
            meter=meter,
            on_step=report_step,
            started=started,
        )
        report_step("waveform")
        beats = analysis.beats
        residuals_ms = None
        if beats is not None:
            attacks = attack_strength(audio.samples)
            residuals_ms = attack_residuals_ms(attacks, beats.times_s, sample_rate=audio.sample_rate)
        return TrackPicture(
            analysis,
            summarise_waveform(audio, most_columns=self.most_columns),
            title=None if tags is None else tags.title,
            artist=None if tags is None else tags.artist,
            residuals_ms=residuals_ms,
        )


def picture_track(path: Path, options: AnalysisOptions | None = None) -> TrackPicture:
    """What the picture of one track is drawn from, found out in this process.

    Raises
    ------
    InputError
        For options that make no sense.
    AudioError
        If the file cannot be decoded.
    ModelsError
        If the detector asked for by name lacks its networks.
    """
    from edm.analysis.track import prepare

    asked = AnalysisOptions() if options is None else options
    validate_options(asked)
    prepare(asked)
    return DrawTrack(asked)(path)


def picture_many(
    tracks: Sequence[Path],
    *,
    options: AnalysisOptions | None = None,
    workers: int | Literal["auto"] = "auto",
    max_workers: int | None = None,
    timeout_s: float | None = None,
    most_columns: int = MOST_COLUMNS,
    listener: Listener | None = None,
    backend: str = "auto",
    on_prepare: Callable[[str], None] = lambda step: None,
) -> Generator[Result[TrackPicture], None, None]:
    """Pictures of many tracks, each as soon as it is there; parameters as of `edm.pipeline.analyze.analyze_many`.

    Parameters
    ----------
    most_columns
        Of a waveform.

    Yields
    ------
    Success or Failure
        In the order of finishing; ``index`` is the place among `tracks`, ``item`` the path.

    Raises
    ------
    InputError, ModelsError
        For what can never work; at once, not at the first result.
    """
    from edm.analysis.beats import choose_detector

    asked = AnalysisOptions() if options is None else options
    validate_options(asked)
    choose_detector(asked.detector, asked.models_dir)
    chosen = plan_for(workers=workers, max_workers=max_workers).chosen
    work = DrawTrack(asked, most_columns)
    return _run(list(tracks), work, chosen, timeout_s, listener, backend, on_prepare)


def _run(
    tracks: list[Path],
    work: DrawTrack,
    workers: int,
    timeout_s: float | None,
    listener: Listener | None,
    backend: str,
    on_prepare: Callable[[str], None],
) -> Generator[Result[TrackPicture], None, None]:
    from edm.analysis.track import prepare
    from edm.processing.parallel import ParallelProcessor

    if not tracks:
        return
    prepare(work.options, on_step=on_prepare)
    processor = ParallelProcessor(
        work,
        min(workers, len(tracks)),
        show_progress=False,
        backend=backend,
        timeout_s=timeout_s,
        listener=listener,
        preload=(*PRELOAD, "edm.pictures.waveform"),
        keep_results=False,
    )
    yield from processor.stream(tracks)
