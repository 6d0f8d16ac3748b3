"""One track: decoded once, everything asked for found out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from edm.analysis.beats.detectors import choose_detector
from edm.analysis.bpm import hear_rhythm
from edm.analysis.key import analyze_key
from edm.analysis.structure import analyze_structure
from edm.audio.decode import decode
from edm.audio.tags import read_tags
from edm.dsp.loudness_meter import LoudnessMeter
from edm.dsp.warm import ensure_compiled
from edm.model import AnalysisOptions, Audio, Tempo, TrackAnalysis
from edm.model.keys import parse_key

__all__ = [
    "ALIASES",
    "LAYOUT_VERSION",
    "SAMPLE_RATE",
    "TYPES",
    "TrackTags",
    "analyze_samples",
    "analyze_track",
    "plain_types",
    "prepare",
    "read_track_tags",
]

TYPES: dict[str, str] = {
    "bpm": "tempo, its confidence, alternatives and stability",
    "beats": "beats, downbeats and the grid they lie on",
    "structure": "sections with labels, drops, energy",
    "key": "key, its confidence and the runner-up",
    "loudness": "loudness, its range, true peak, ReplayGain",
}
"""Estimates that can be asked for, and what they are."""

LAYOUT_VERSION = 1
"""Rises when structure, key or loudness would come out otherwise."""

ALIASES = {"grid": "structure"}
"""Other names of types."""

SAMPLE_RATE = 44100
"""Hz, of the samples that are analysed."""


def _silently(step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class TrackTags:
    """What the tags say that an analysis may use; None: nothing."""

    bpm: float | None = None
    key: str | None = None


NO_TAGS = TrackTags()


def plain_types(names: Iterable[str]) -> tuple[str, ...]:
    """The types of `TYPES` that are meant, each once, aliases resolved; names that are no types stay."""
    return tuple(dict.fromkeys(ALIASES.get(name, name) for name in names))


def read_track_tags(path: Path, options: AnalysisOptions, *, on_step: Callable[[str], None] = _silently) -> TrackTags:
    """The tags of a file, as far as the options let them be read; `on_step` hears ``tags`` where they are."""
    if options.metadata == "ignore":
        return NO_TAGS
    on_step("tags")
    tags = read_tags(path)
    return TrackTags(tags.bpm, tags.key)


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
        Told the name of each step as it begins (``tags``, ``decode``, ``beats``, ``structure``, ``key``).

    Raises
    ------
    AudioError
        If the file cannot be decoded.
    ModelsError
        If the detector asked for by name lacks its networks.
    """
    asked = AnalysisOptions() if options is None else options
    started = time.perf_counter()
    tags = read_track_tags(path, asked, on_step=on_step)
    on_step("decode")
    meter = LoudnessMeter() if "loudness" in asked.types else None
    audio = decode(path, sample_rate=SAMPLE_RATE, meter=meter)
    return analyze_samples(path, audio, asked, tags=tags, meter=meter, on_step=on_step, started=started)


def analyze_samples(
    path: Path,
    audio: Audio,
    options: AnalysisOptions,
    *,
    tags: TrackTags = NO_TAGS,
    meter: LoudnessMeter | None = None,
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
    tags
        What the tags say, where they may be used.
    meter
        Has heard the whole file while it was decoded; None leaves the loudness unknown.
    on_step
        As for `analyze_track`.
    started
        Reading of `time.perf_counter` from which the elapsed time counts; None counts from now.
    """
    asked, began = options, time.perf_counter() if started is None else started
    types = plain_types(asked.types)
    trusted_bpm = tags.bpm if asked.metadata == "prefer" and _within(tags.bpm, asked) else None
    tempo = beats = grid = detector = fallback = structure = key = None
    if trusted_bpm is not None:
        tempo = Tempo(trusted_bpm, 1.0, "tag", (), "constant")
    if "beats" in types or "structure" in types or ("bpm" in types and trusted_bpm is None):
        on_step("beats")
        detector, fallback = choose_detector(asked.detector, asked.models_dir)
        rhythm = hear_rhythm(
            audio,
            detector=detector,
            min_bpm=asked.min_bpm,
            max_bpm=asked.max_bpm,
            tag_bpm=tags.bpm,
            models_dir=asked.models_dir,
        )
        tempo, beats, grid = tempo or rhythm.tempo, rhythm.beats, rhythm.grid
    if "structure" in types:
        on_step("structure")
        structure = analyze_structure(audio, beats=beats, grid=grid)
    if "key" in types:
        on_step("key")
        key = analyze_key(audio, models_dir=asked.models_dir)
    tag_key = parse_key(tags.key) if tags.key is not None else None
    return TrackAnalysis(
        path=path,
        types=types,
        duration_s=audio.duration_s,
        sample_rate=audio.native_sample_rate,
        tempo=tempo if "bpm" in types else None,
        beats=beats if "beats" in types else None,
        grid=grid if "beats" in types else None,
        detector=detector,
        fallback=fallback,
        tag_bpm=tags.bpm,
        tag_key=None if tag_key is None else tag_key.name,
        structure=structure,
        key=key,
        loudness=meter.loudness() if meter is not None and "loudness" in types else None,
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
