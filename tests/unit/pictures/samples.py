"""Tracks made by hand, with everything that a picture shows."""

from __future__ import annotations

from dataclasses import replace
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
    SectionLabel,
    Structure,
    Success,
    Tempo,
    TempoAlternative,
    TrackAnalysis,
)
from edm.pictures.picture import TrackPicture
from edm.pictures.waveform import Waveform

BAR_S = 2.0  # 120 BPM
LAYOUT: tuple[tuple[SectionLabel, int, float], ...] = (
    ("intro", 8, 0.3),
    ("buildup", 8, 0.6),
    ("drop", 16, 1.0),
    ("breakdown", 8, 0.4),
    ("drop", 16, 0.9),
    ("outro", 8, 0.2),
)
BARS = sum(bars for _, bars, _ in LAYOUT)


def structure() -> Structure:
    sections, bar = [], 1
    for label, bars, energy in LAYOUT:
        start_s, end_s = (bar - 1) * BAR_S, (bar - 1 + bars) * BAR_S
        sections.append(Section(start_s, end_s, bar, bar + bars - 1, label, 0.8, energy))
        bar += bars
    curve = np.repeat([energy for _, _, energy in LAYOUT], [bars for _, bars, _ in LAYOUT]).astype(np.float32)
    drops = tuple(Drop(one.start_s, one.start_bar, 0.9) for one in sections if one.label == "drop")
    return Structure(tuple(sections), drops, "club", "bars", 0.7, Energy(7, np.arange(BARS) * BAR_S, curve))


def analysis(path: str = "/music/track.flac", **changes: object) -> TrackAnalysis:
    duration_s = BARS * BAR_S
    times_s = np.arange(4 * BARS) * BAR_S / 4
    made = TrackAnalysis(
        path=Path(path),
        types=("bpm", "beats", "structure", "key", "loudness"),
        duration_s=duration_s,
        sample_rate=44100,
        tempo=Tempo(120.0, 0.97, "network", (TempoAlternative(60.0, 0.03),)),
        beats=Beats(times_s, np.arange(4 * BARS) % 4 + 1),
        grid=BeatGrid(120.0, 0.0, 0.0, 4, 0.8, 0.4, "locked", (GridSegment(0.0, duration_s, 120.0, 0.0),)),
        detector="network",
        structure=structure(),
        key=Key("A", "minor", 0.8, "C major", 0.1, "network", 3.0),
        loudness=Loudness(-8.25, 5.5, 0.31, -9.75),
        elapsed_s=1.0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def waveform(columns: int = 640, duration_s: float = BARS * BAR_S) -> Waveform:
    phase = np.linspace(0, 8 * np.pi, columns)
    levels = np.stack([250 * abs(np.sin(phase)), 180 * abs(np.cos(phase)), 90 + 0 * phase])
    return Waveform(duration_s, np.round(levels).astype(np.uint8))


def picture(
    path: str = "/music/track.flac", *, title: str | None = None, artist: str | None = None, **changes: object
) -> TrackPicture:
    made = analysis(path, **changes)
    late = None if made.beats is None else np.full(len(made.beats.times_s), 1.5)
    return TrackPicture(made, waveform(), title, artist, late)


def done(index: int = 0, **given: object) -> Success[TrackPicture]:
    made = picture(**given)  # type: ignore[arg-type]
    return Success(index, made.analysis.path, made, 1.0)


def failed(index: int = 0, path: str = "/music/broken.wav", message: str = "is cut off") -> Failure:
    return Failure(index, Path(path), "DecodeError", f"{path}: {message}", "copy it again", 0.1)


def bare(path: str = "/music/bare.wav", types: tuple[str, ...] = ("bpm",)) -> TrackPicture:
    """A track of which next to nothing is known."""
    return TrackPicture(TrackAnalysis(Path(path), types, 12.0, 44100))
