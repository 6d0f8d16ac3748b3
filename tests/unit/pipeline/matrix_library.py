"""A library with made-up vectors, and the stage that makes matrices of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edm.library import Library, results, roots, tracks
from edm.library.records import FileStamp, SonicResult
from edm.model import Tags
from edm.pipeline.artifacts import ArtifactsStage
from edm.pipeline.stage import RunRequest, StageReport, Telling
from edm.sonic.spec import DIMENSIONS, SPEC_VERSION
from unit.library.made import analysis

SEGMENTS = ("full", "start", "mid", "end")


def put(library: Library, name: str, seed: int, *, spec: str = str(SPEC_VERSION), tags: Tags | None = None) -> int:
    """A track with made-up vectors; three tracks an artist."""
    root = roots.add(library, Path("/music"))
    tags = tags or Tags(title=f"Title {seed}", artist=f"Artist {seed // 3}", album=f"Album {seed // 3}")
    track_id = tracks.add(library, root.id, name, FileStamp(1000, seed, f"audio {seed}"), tags)
    store(library, track_id, seed, spec=spec)
    return track_id


def store(library: Library, track_id: int, seed: int, *, spec: str = str(SPEC_VERSION)) -> None:
    rng = np.random.default_rng(seed)
    vectors = {name: rng.standard_normal(len(DIMENSIONS)).astype(np.float32) for name in SEGMENTS}
    spans = {"start": (0.0, 30.0), "mid": (30.0, 60.0), "end": (60.0, 90.0)}
    result = SonicResult(analysis(100.0 + seed), vectors, spans, spec, "beat")
    results.store_sonic(library, track_id, result, version="v", identity=f"audio {seed}")


def ask(tmp_path: Path, **asked: Any) -> RunRequest:
    return RunRequest(artifacts_dir=tmp_path / "out" / "artifacts", **asked)


def run(library: Library, tmp_path: Path, **asked: Any) -> StageReport:
    return ArtifactsStage().run(library, ask(tmp_path, **asked), Telling())


def reasons(library: Library, tmp_path: Path, **asked: Any) -> dict[str, int]:
    return dict(ArtifactsStage().preview(library, ask(tmp_path, **asked)).reasons)
