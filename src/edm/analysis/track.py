"""One track: decoded once, everything asked for found out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from edm.analysis.beats.detectors import choose_detector
from edm.analysis.bpm import hear_rhythm
from edm.audio.decode import decode
from edm.audio.tags import read_tags
from edm.dsp.warm import ensure_compiled
from edm.model import AnalysisOptions, Audio, Tempo, TrackAnalysis

__all__ = ["SAMPLE_RATE", "TYPES", "analyze_samples", "analyze_track", "prepare"]

TYPES: dict[str, str] = {
    "bpm": "tempo, its confidence, alternatives and stability",
    "beats": "beats, downbeats and the grid they lie on",
}
"""Estimates that can be asked for, and what they are."""

SAMPLE_RATE = 44100
"""Hz, of the samples that are analysed."""


def _silently(step: str) -> None:
    """Tell nobody."""


def analyze_track(
    path: Path, options: AnalysisOptions | None = None, *, on_step: Callable[[str], None] = _silently
) -> TrackAnalysis:
    """Analyse one file.

    Parameters
    ----------
    path
        An audio file.
    options
        What to ask; None asks for everything.
    on_step
        Told the name of each step as it begins (``tags``, ``decode``, ``beats``).

    Raises
    ------
    AudioError
        If the file cannot be decoded.
    ModelsError
        If the detector asked for by name lacks its networks.
    """
    asked = AnalysisOptions() if options is None else options
    started = time.perf_counter()
    tag_bpm = None
    if asked.metadata != "ignore":
        on_step("tags")
        tag_bpm = read_tags(path).bpm
    on_step("decode")
    audio = decode(path, sample_rate=SAMPLE_RATE)
    return analyze_samples(path, audio, asked, tag_bpm=tag_bpm, on_step=on_step, started=started)


def analyze_samples(
    path: Path,
    audio: Audio,
    options: AnalysisOptions,
    *,
    tag_bpm: float | None = None,
    on_step: Callable[[str], None] = _silently,
    started: float | None = None,
) -> TrackAnalysis:
    """Analyse a track that has been decoded already.

    Parameters
    ----------
    path
        What the samples are of.
    audio
        At `SAMPLE_RATE`.
    options
        What to ask.
    tag_bpm
        The BPM tag, where there is one and it may be used.
    on_step
        As for `analyze_track`.
    started
        Reading of `time.perf_counter` from which the elapsed time counts; None counts from now.
    """
    asked, began = options, time.perf_counter() if started is None else started
    trusted_bpm = tag_bpm if asked.metadata == "prefer" and _within(tag_bpm, asked) else None
    tempo = beats = grid = detector = fallback = None
    if trusted_bpm is not None:
        tempo = Tempo(trusted_bpm, 1.0, "tag", (), "constant")
    if trusted_bpm is None or "beats" in asked.types:
        on_step("beats")
        detector, fallback = choose_detector(asked.detector, asked.models_dir)
        rhythm = hear_rhythm(
            audio,
            detector=detector,
            min_bpm=asked.min_bpm,
            max_bpm=asked.max_bpm,
            tag_bpm=tag_bpm,
            models_dir=asked.models_dir,
        )
        tempo = tempo or rhythm.tempo
        if "beats" in asked.types:
            beats, grid = rhythm.beats, rhythm.grid
    return TrackAnalysis(
        path=path,
        types=asked.types,
        duration_s=audio.duration_s,
        sample_rate=audio.native_sample_rate,
        tempo=tempo if "bpm" in asked.types else None,
        beats=beats,
        grid=grid,
        detector=detector,
        fallback=fallback,
        tag_bpm=tag_bpm,
        elapsed_s=time.perf_counter() - began,
        warnings=audio.warnings,
    )


def prepare(options: AnalysisOptions, *, on_step: Callable[[str], None] = _silently) -> None:
    """Do once what every worker needs: compile the kernels, into a cache that workers then only read.

    Raises
    ------
    InputError, ModelsError
        If the detector asked for cannot work here: before the first track rather than once for each.
    """
    choose_detector(options.detector, options.models_dir)
    ensure_compiled(on_compile=lambda: on_step("compiling the inner loops (once)"))


def _within(tag_bpm: float | None, options: AnalysisOptions) -> bool:
    low = options.min_bpm if options.min_bpm is not None else 0.0
    high = options.max_bpm if options.max_bpm is not None else float("inf")
    return tag_bpm is not None and low <= tag_bpm <= high
