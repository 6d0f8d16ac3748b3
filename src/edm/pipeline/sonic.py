"""The stage ``sonic``: each track is decoded once, and what comes of it is tempo, beats, grid and sonic features."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edm.library import results
from edm.library.records import SonicResult, Track
from edm.model import AnalysisOptions
from edm.pipeline.analyze import PRELOAD
from edm.pipeline.stage import Preview, RunRequest, SonicMode, StageReport, Telling
from edm.pipeline.track_loop import preview_tracks, run_tracks

if TYPE_CHECKING:
    from edm.library import Library

__all__ = ["SonicStage", "TakeFeatures"]

_PRELOAD = (*PRELOAD, "edm.sonic.extract")


@dataclass(frozen=True, slots=True)
class TakeFeatures:
    """The work of a worker: path in, everything that its sound says out; it travels to the workers by pickle."""

    options: AnalysisOptions
    mode: SonicMode
    detector_version: str

    def __call__(self, path: Path) -> SonicResult:
        """Analyse one track and take its features, telling the run which step is at hand."""
        from edm.analysis.track import SAMPLE_RATE, analyze_samples
        from edm.audio.decode import decode
        from edm.audio.identity import audio_hash
        from edm.audio.tags import read_tags
        from edm.processing.progress import report_step
        from edm.sonic.extract import extract

        started = time.perf_counter()
        tag_bpm = None
        if self.options.metadata != "ignore":
            report_step("tags")
            tag_bpm = read_tags(path).bpm
        report_step("decode")
        audio = decode(path, sample_rate=SAMPLE_RATE)
        analysis = analyze_samples(path, audio, self.options, tag_bpm=tag_bpm, on_step=report_step, started=started)
        report_step("features")
        features = extract(audio, tempo=analysis.tempo, beats=analysis.beats, mode=self.mode)
        if analysis.fallback is None and features.fallback is not None:
            analysis = dataclasses.replace(analysis, fallback=f"windowed: {features.fallback}")
        return SonicResult(
            analysis=analysis,
            vectors=features.vectors,
            spans={name: span for name, span in features.spans.items() if name != "full"},
            spec_version=features.spec_version,
            mode=features.mode,
            audio_hash=audio_hash(audio.samples),
            detector_version=self.detector_version,
        )


class SonicStage:
    """Tempo, beats, grid and sonic features of every track."""

    name = "sonic"

    def version(self, request: RunRequest) -> str:
        """What the results depend on: the spec of the features, the detector that works here, and the mode.

        Raises
        ------
        EdmError
            If the detector asked for cannot work here.
        """
        from edm.pipeline.provenance import detector_record
        from edm.sonic.spec import SPEC_VERSION

        detector = detector_record(request.analysis.detector, request.analysis.models_dir)
        return f"{SPEC_VERSION}/{detector['name']}{detector['version']}/{request.mode}"

    def prepare(self, request: RunRequest, telling: Telling) -> Callable[[Path], SonicResult]:
        """What a worker does; compiles the kernels once."""
        from edm.analysis.track import prepare
        from edm.pipeline.provenance import detector_record

        options = dataclasses.replace(request.analysis, types=("bpm", "beats"))
        prepare(options, on_step=telling.on_prepare)
        detector = detector_record(options.detector, options.models_dir)
        return TakeFeatures(options, request.mode, str(detector["version"]))

    def store(self, library: Library, track: Track, version: str, value: SonicResult, elapsed_s: float) -> str | None:
        """Store features, analysis and the note that they are done, at once."""
        identity = track.stamp.sample_hash
        assert identity is not None
        fallback = value.analysis.fallback
        results.store_sonic(
            library, track.id, value, version=version, identity=identity, elapsed_s=elapsed_s, fell_back=fallback
        )
        return fallback

    def preview(self, library: Library, request: RunRequest) -> Preview:
        """How many tracks `run` would do, and why."""
        return preview_tracks(self, library, request)

    def run(self, library: Library, request: RunRequest, telling: Telling) -> StageReport:
        """Do what is pending."""
        return run_tracks(self, library, request, telling, preload=_PRELOAD)
