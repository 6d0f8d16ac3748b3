"""The stage ``sonic``: each track is decoded once, and everything that its sound says comes of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edm.library import results
from edm.library.records import SonicResult, Track
from edm.model import AnalysisOptions, Energy
from edm.pipeline.analyze import PRELOAD
from edm.pipeline.stage import Preview, RunRequest, SonicMode, StageReport, Telling
from edm.pipeline.track_loop import preview_tracks, run_tracks
from edm.sonic.spans import mix_parts

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
        from edm.analysis.track import SAMPLE_RATE, analyze_samples, read_track_tags
        from edm.audio.decode import decode
        from edm.audio.identity import audio_hash
        from edm.dsp.loudness_meter import LoudnessMeter
        from edm.processing.progress import report_step
        from edm.sonic.extract import extract

        started = time.perf_counter()
        tags = read_track_tags(path, self.options, on_step=report_step)
        report_step("decode")
        meter = LoudnessMeter()
        audio = decode(path, sample_rate=SAMPLE_RATE, meter=meter)
        analysis = analyze_samples(
            path, audio, self.options, tags=tags, meter=meter, on_step=report_step, started=started
        )
        report_step("features")
        structure = analysis.structure
        parts = {} if structure is None else mix_parts(structure)
        features = extract(audio, tempo=analysis.tempo, beats=analysis.beats, mode=self.mode, parts=parts)
        if analysis.fallback is None and features.fallback is not None:
            analysis = dataclasses.replace(analysis, fallback=f"windowed: {features.fallback}")
        spans = {name: span for name, span in features.spans.items() if name != "full"}
        return SonicResult(
            analysis=analysis,
            vectors=features.vectors,
            spans=spans,
            spec_version=features.spec_version,
            mode=features.mode,
            audio_hash=audio_hash(audio.samples),
            detector_version=self.detector_version,
            segment_energy={} if structure is None else _energies(structure.energy, spans, audio.duration_s),
        )


class SonicStage:
    """Tempo, beats, grid, sections, key, loudness and sonic features of every track."""

    name = "sonic"

    def check(self, request: RunRequest) -> None:
        """Check that the detector asked for works here.

        Raises
        ------
        EdmError
            If it cannot.
        """
        from edm.analysis.beats import choose_detector

        choose_detector(request.analysis.detector, request.analysis.models_dir)

    def version(self, request: RunRequest) -> str:
        """What the results depend on: the spec of the features, the methods that work here, and the mode.

        Raises
        ------
        EdmError
            If the detector asked for cannot work here.
        """
        from edm.analysis.key import key_method
        from edm.analysis.track import LAYOUT_VERSION
        from edm.pipeline.provenance import detector_record
        from edm.sonic.spec import SPEC_VERSION

        detector = detector_record(request.analysis.detector, request.analysis.models_dir)
        key = key_method(request.analysis.models_dir)
        return f"{SPEC_VERSION}/{detector['name']}{detector['version']}/{request.mode}/{LAYOUT_VERSION}-{key}"

    def prepare(self, request: RunRequest, telling: Telling) -> Callable[[Path], SonicResult]:
        """What a worker does; compiles the kernels once."""
        from edm.analysis.track import TYPES, prepare
        from edm.pipeline.provenance import detector_record

        options = dataclasses.replace(request.analysis, types=tuple(TYPES))
        prepare(options, on_step=telling.on_prepare)
        detector = detector_record(options.detector, options.models_dir)
        return TakeFeatures(options, request.mode, str(detector["version"]))

    def store(self, library: Library, track: Track, version: str, value: SonicResult, elapsed_s: float) -> str | None:
        """Store features, analysis and the note that they are done, at once."""
        identity = track.stamp.sample_hash
        assert identity is not None
        fallback = "; ".join(value.analysis.fallbacks) or None
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


def _energies(energy: Energy, spans: Mapping[str, tuple[float, float]], duration_s: float) -> dict[str, float]:
    """Mean of the curve within each segment, weighted by time."""
    edges_s = np.append(energy.times_s, max(duration_s, float(energy.times_s[-1]) if len(energy.times_s) else 0.0))
    found = {}
    for name, (start_s, end_s) in spans.items():
        shares = np.clip(np.minimum(edges_s[1:], end_s) - np.maximum(edges_s[:-1], start_s), 0.0, None)
        if shares.sum() > 0:
            found[name] = float(np.average(energy.curve, weights=shares))
    return found
