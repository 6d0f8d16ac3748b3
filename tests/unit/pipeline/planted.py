"""A library as somebody might have it: scenes with a sound, a tempo and an energy of their own, and artists in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from edm.library import Library, open_library, results, roots, tracks
from edm.library.records import FileStamp, SonicResult
from edm.model import Energy, Key, Tags, Tempo
from edm.model.keys import KEYS
from edm.pipeline.stage import RunRequest, Telling
from edm.pipeline.stages import load_stage
from edm.sonic.spec import DIMENSIONS, SPEC_VERSION
from unit.library.made import LAYOUT, SPANS, analysis

MUSIC = Path("/music")
# Genres, tempo, its spread, energy.
SCENES = (
    (("deep house", "house"), 122.0, 2.0, 4),
    (("tech house", "house"), 126.0, 1.5, 6),
    (("techno",), 132.0, 3.0, 8),
    (("trance",), 138.0, 2.0, 7),
    (("drum and bass",), 174.0, 1.5, 9),
    (("ambient",), 90.0, 8.0, 2),
)
_FIRST = ("Night", "Acid", "Deep", "Silver", "Lost", "Hidden", "Solar", "Velvet", "Broken", "Distant")
_LAST = ("Signal", "Garden", "Machine", "Motion", "Harbour", "Circuit", "Mirror", "Valley", "Echo", "Engine")


def plant(database: Path, n: int, *, seed: int = 0, without: tuple[str, ...] = ()) -> Path:
    """A library of n tracks, with its genres and matrices beside it; the folder of these.

    Parameters
    ----------
    without
        What is not known of any track: ``artists``, ``genres``, ``key``, ``energy``, ``bpm``.
    """
    with open_library(database, mode="write") as library:
        plant_tracks(library, n, seed=seed, without=without)
        return build(library, database)


def plant_tracks(library: Library, n: int, *, seed: int = 0, without: tuple[str, ...] = (), first: int = 0) -> None:
    """n tracks; the first one has the id `first` + 1 in an empty library."""
    rng = np.random.default_rng(seed)
    width = len(DIMENSIONS)
    centres = rng.standard_normal((len(SCENES), width))
    styles = rng.standard_normal((max(n // 4, 1), width))
    root = roots.add(library, MUSIC)
    for number in range(first, first + n):
        artist = int(rng.integers(len(styles)))
        scene = artist % len(SCENES)
        genres, bpm, spread, energy = SCENES[scene]
        name = f"{_FIRST[artist % 10]} {_LAST[artist // 10 % 10]}"
        title = f"{_LAST[number % 10]} {_FIRST[number // 10 % 10]} {number}"
        tags = Tags(
            title=title,
            artist=None if "artists" in without else name,
            album=None if "artists" in without else f"{name} EP",
            genres=() if "genres" in without else genres,
        )
        stamp = FileStamp(1000, number, f"audio {number}")
        track_id = tracks.add(library, root.id, f"{name}/{title}.flac", stamp, tags)
        key = KEYS[int(rng.integers(len(KEYS)))]
        level = int(np.clip(energy + rng.integers(-1, 3), 1, 10))
        found = analysis(None if "bpm" in without else float(np.round(bpm + spread * rng.standard_normal(), 2)))
        found = replace(
            found,
            duration_s=float(rng.uniform(200, 460)),
            structure=None if "energy" in without else replace(LAYOUT, energy=_energy(level)),
            key=None if "key" in without else Key(key.tonic, key.mode, 0.8, key.name, 0.1, "network", 0.0),
            tempo=replace(found.tempo or Tempo(None, 0.0, "network", ()), alternatives=()),
        )
        full = centres[scene] + 0.6 * styles[artist]
        vectors = {part: (full + 0.5 * rng.standard_normal(width)).astype(np.float32) for part in ("full", *SPANS)}
        edges = {"start": float(rng.random()), "end": float(rng.random())}
        result = SonicResult(found, vectors, SPANS, str(SPEC_VERSION), "beat", segment_energy=edges)
        results.store_sonic(library, track_id, result, version="v", identity=f"audio {number}")


def build(library: Library, database: Path) -> Path:
    """Genres from the tags, and the matrices."""
    folder = database.with_name("artifacts")
    request = RunRequest(artifacts_dir=folder, offline=True)
    for name in ("genres", "artifacts"):
        load_stage(name).run(library, request, Telling())
    return folder


def _energy(level: int) -> Energy:
    return Energy(level, np.array([0.0, 60.0]), np.array([0.25, 0.5], np.float32))
