"""Results made by hand, with every field filled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edm.model import (
    BeatGrid,
    Beats,
    Failure,
    GridSegment,
    Success,
    Tempo,
    TempoAlternative,
    TrackAnalysis,
)


def analysed(path: str = "a/track.flac", *, index: int = 0, fallback: str | None = None) -> Success[TrackAnalysis]:
    times = 0.25 + 0.48 * np.arange(8)
    segment = GridSegment(0.0, 4.0, 125.0, 0.25)
    analysis = TrackAnalysis(
        path=Path(path),
        types=("bpm", "beats"),
        duration_s=4.000049,
        sample_rate=44100,
        tempo=Tempo(125.00004, 0.98761, "network", (TempoAlternative(62.5, 0.2), TempoAlternative(250.0, 0.1))),
        beats=Beats(times, np.array([3, 4, 1, 2, 3, 4, 1, 2])),
        grid=BeatGrid(125.0, 0.25, 1.21, 4, 1.234, 0.5, "locked", (segment,)),
        detector="network",
        fallback=fallback,
        tag_bpm=125.0,
        elapsed_s=1.23456,
        warnings=("mended",),
    )
    return Success(index, Path(path), analysis, 2.0)


def silent() -> Success[TrackAnalysis]:
    analysis = TrackAnalysis(
        path=Path("silence.wav"),
        types=("bpm", "beats"),
        duration_s=1.0,
        sample_rate=8000,
        tempo=Tempo(None, 0.0, "network", (), "none"),
        beats=Beats(np.zeros(0), np.zeros(0, dtype=np.int64)),
        grid=BeatGrid(None, None, None, None, None, None, "unsure"),
        detector="network",
    )
    return Success(1, Path("silence.wav"), analysis, 0.5)


def failed(path: str = "bad.mp3") -> Failure:
    return Failure(2, Path(path), "DecodeError", f"{path}: no decoder takes it", "is it audio?", 0.25)
