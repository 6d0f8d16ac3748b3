"""Results made by hand, with every field filled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edm.model import (
    BeatGrid,
    Beats,
    Drop,
    Energy,
    Failure,
    GridSegment,
    Key,
    Loudness,
    Section,
    Structure,
    Success,
    Tempo,
    TempoAlternative,
    TrackAnalysis,
)

LAYOUT = Structure(
    sections=(
        Section(0.0, 2.17, 1, 1, "intro", 0.81, 0.25),
        Section(2.17, 4.000049, 2, 2, "drop", 0.91234, 0.98765),
    ),
    drops=(Drop(2.17, 2, 0.9),),
    kind="club",
    source="bars",
    confidence=0.8,
    energy=Energy(7, np.array([0.0, 2.17]), np.array([0.25, 0.98765], np.float32)),
)
KEY = Key("F#", "minor", 0.87654, "A major", 0.1, "network", -12.345)
LOUDNESS = Loudness(-9.876, 5.0, 0.123, -8.124)


def analysed(path: str = "a/track.flac", *, index: int = 0, fallback: str | None = None) -> Success[TrackAnalysis]:
    times = 0.25 + 0.48 * np.arange(8)
    segment = GridSegment(0.0, 4.0, 125.0, 0.25)
    analysis = TrackAnalysis(
        path=Path(path),
        types=("bpm", "beats", "structure", "key", "loudness"),
        duration_s=4.000049,
        sample_rate=44100,
        tempo=Tempo(125.00004, 0.98761, "network", (TempoAlternative(62.5, 0.2), TempoAlternative(250.0, 0.1))),
        beats=Beats(times, np.array([3, 4, 1, 2, 3, 4, 1, 2])),
        grid=BeatGrid(125.0, 0.25, 1.21, 4, 1.234, 0.5, "locked", (segment,)),
        detector="network",
        fallback=fallback,
        tag_bpm=125.0,
        tag_key="E minor",
        structure=LAYOUT,
        key=KEY,
        loudness=LOUDNESS,
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
        structure=Structure(
            (Section(0.0, 1.0, None, None, "other", 0.0, 0.0),),
            (),
            "unclear",
            "windows",
            0.0,
            Energy(1, np.zeros(1), np.zeros(1, np.float32)),
        ),
        loudness=Loudness(None, None, None, None),
    )
    return Success(1, Path("silence.wav"), analysis, 0.5)


def failed(path: str = "bad.mp3") -> Failure:
    return Failure(2, Path(path), "DecodeError", f"{path}: no decoder takes it", "is it audio?", 0.25)
