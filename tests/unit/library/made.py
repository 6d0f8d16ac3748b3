"""Tracks and results for the tests of the library, in one line each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edm.library import Library, results, roots, tracks
from edm.library.records import FileStamp, SonicResult
from edm.model import (
    BeatGrid,
    Beats,
    Drop,
    Energy,
    FloatArray,
    GridSegment,
    Key,
    Loudness,
    Section,
    Structure,
    Tags,
    Tempo,
    TempoAlternative,
    TrackAnalysis,
)

MUSIC = Path("/music")
SPANS = {"start": (0.0, 30.0), "mid": (105.0, 135.0), "end": (210.0, 240.0)}

LAYOUT = Structure(
    sections=(Section(0.0, 60.0, 1, 32, "intro", 0.875, 0.25), Section(60.0, 240.0, 33, 128, "drop", 0.75, 0.5)),
    drops=(Drop(60.0, 33, 0.75),),
    kind="club",
    source="bars",
    confidence=0.8,
    energy=Energy(7, np.array([0.0, 60.0]), np.array([0.25, 0.5], np.float32)),
)


def add_track(library: Library, name: str = "a.mp3", *, audio: str | None = None, tags: Tags | None = None) -> int:
    """A track in `MUSIC` whose sample hash is `audio`, its name if None."""
    root = roots.add(library, MUSIC)
    stamp = FileStamp(1000, 5, name if audio is None else audio)
    return tracks.add(library, root.id, name, stamp, tags or Tags())


def analysis(bpm: float | None = 128.0) -> TrackAnalysis:
    return TrackAnalysis(
        Path("a.mp3"),
        ("bpm", "beats"),
        duration_s=240.0,
        sample_rate=44100,
        tempo=Tempo(bpm, 0.9, "network", (TempoAlternative(64.0, 0.1),)),
        beats=Beats(np.array([0.1, 0.56875, 1.0375]), np.array([1, 2, 0])),
        grid=BeatGrid(bpm, 0.1, None, 4, 2.5, 1.0, "locked", (GridSegment(0.0, 240.0, 128.0, 0.1),)),
        detector="network",
        fallback=None,
        tag_bpm=127.0,
        structure=LAYOUT,
        key=Key("F#", "minor", 0.75, "A major", 0.125, "network", -3.5),
        loudness=Loudness(-9.5, 6.0, -0.5, -8.5),
    )


def vectors(seed: int = 0, length: int = 5) -> dict[str, FloatArray]:
    generator = np.random.default_rng(seed)
    return {name: generator.standard_normal(length, dtype=np.float32) for name in ("full", *SPANS)}


def sonic(seed: int = 0, **changes: object) -> SonicResult:
    fields: dict[str, object] = {
        "analysis": analysis(),
        "vectors": vectors(seed),
        "spans": SPANS,
        "spec_version": "1",
        "mode": "beat",
        "audio_hash": "decoded",
        "detector_version": "7",
        "segment_energy": {"start": 0.25, "end": 0.5},
    }
    return SonicResult(**{**fields, **changes})  # type: ignore[arg-type]


def do(library: Library, track_id: int, *, identity: str, version: str = "1", seed: int = 0) -> None:
    results.store_sonic(library, track_id, sonic(seed), version=version, identity=identity, elapsed_s=2.0)
