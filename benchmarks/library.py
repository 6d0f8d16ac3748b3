"""What a run of the library survives, gains from workers, and takes in memory.

    python benchmarks/library.py kills [--kills 20] [--tracks 60]      # kill -9 at random instants, then resume
    python benchmarks/library.py workers FOLDER… [--pairs 1]           # `edm run`, two workers beside one
    python benchmarks/library.py memory [--tracks 30000]               # the parent's, while results come in

`kills` makes short tracks, starts `edm run` with two workers, kills its whole process group at a random instant, counts
what the library lost or did anew, and begins again. `workers` compares the wall time of the stage of the sound, as the
report of each run gives it; the runs of a pair follow one another. `memory` runs the loop of a stage over made-up
tracks whose results are of the size of a four-minute track's; the workers do nothing else.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import sounds
from tests.integration.library_program import Running, kill_and_resume, query

from edm.library import Library, open_library, roots, tracks
from edm.library.records import FileStamp, SonicResult, Track
from edm.model import AnalysisOptions, BeatGrid, Beats, GridSegment, Tags, Tempo, TrackAnalysis
from edm.pipeline.sonic import SonicStage
from edm.pipeline.stage import RunRequest, Telling
from edm.pipeline.track_loop import run_tracks
from edm.sonic.spec import DIMENSIONS, SPEC_VERSION

SEGMENTS = ("full", "start", "mid", "end")


def measure_kills(kills: int, count: int, seed: int, longest_s: float) -> None:
    struck = lost = twice = 0
    while struck < kills:
        # A fast machine is done before the last kill: it begins another library.
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            for number in range(count):
                samples = sounds.track_at(100.0 + number, 7.0, seed=number).samples
                sounds.write_audio(home / "music" / f"artist {number % 6}" / f"{number:02}.wav", samples)
            database = home / "library.db"
            found = kill_and_resume(
                ["run", home / "music", "--db", database, "--workers", "2"],
                database,
                home=home,
                kills=kills - struck,
                seed=seed + struck,
                longest_s=longest_s,
            )
            finished = query(database, "SELECT COUNT(*) FROM tracks WHERE sonic_features IS NOT NULL")[0][0]
            print(f"{len(found.kills)} kills; finished tracks at each: {' '.join(map(str, found.kills))}")
            print(f"damage: {found.damage or 'none'}; the last run: exit {found.last}, {finished} of {count} tracks")
        struck, lost, twice = struck + len(found.kills), lost + found.lost, twice + found.twice
    print(f"{struck} kills: {lost} finished tracks lost, {twice} done twice")


def measure_workers(folders: list[Path], pairs: int, detector: str) -> None:
    gains = []
    for _ in range(pairs):
        seconds = {workers: _timed_run(folders, workers, detector) for workers in (1, 2)}
        gains.append(seconds[1]["seconds"] / seconds[2]["seconds"])
        for workers, stage in seconds.items():
            print(
                f"{workers} workers: {stage['done']} tracks in {stage['seconds']:.1f} s; peak memory of a worker "
                f"{stage['peak_memory_of_a_worker_mb']:.0f} MB, of the parent {stage['parent_mb']:.0f} MB"
            )
    print(f"2 workers vs 1: {' '.join(f'{gain:.2f}x' for gain in gains)}; median {statistics.median(gains):.2f}x")


def _timed_run(folders: list[Path], workers: int, detector: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        command: list[str | Path] = ["run", *(folder.resolve() for folder in folders), "--db", home / "library.db"]
        command += ["--workers", str(workers), "--detector", detector]
        code = Running(command, home=home).end(timeout_s=3600)
        if code not in (0, 3):
            raise SystemExit(f"edm run ended with {code}")
        (text,) = query(home / "library.db", "SELECT report FROM runs")[0]
        report = json.loads(str(text))
        stage: dict[str, Any] = next(stage for stage in report["stages"] if stage["stage"] == "sonic")
        return stage | {"parent_mb": report["peak_memory_mb"]}


def made_up(path: Path) -> SonicResult:
    """A result of the size of a four-minute track's at 128 BPM."""
    rng = np.random.default_rng(int(path.stem))
    beats = Beats(np.arange(512) * 60 / 128, np.arange(512) % 4 + 1)
    analysis = TrackAnalysis(
        path,
        ("bpm", "beats"),
        duration_s=240.0,
        sample_rate=44100,
        tempo=Tempo(128.0, 0.9, "flux", ()),
        beats=beats,
        grid=BeatGrid(128.0, 0.0, 0.0, 4, 1.0, 0.9, "locked", (GridSegment(0.0, 240.0, 128.0, 0.0),)),
        detector="flux",
    )
    vectors = {name: rng.standard_normal(len(DIMENSIONS)).astype(np.float32) for name in SEGMENTS}
    spans = dict.fromkeys(SEGMENTS[1:], (0.0, 30.0))
    return SonicResult(analysis, vectors, spans, SPEC_VERSION, "beat", audio_hash=path.stem * 3)


class MadeUp(SonicStage):
    """The stage of the sound with made-up sound; notes the memory of this process as it goes."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.stored = 0
        self.memory_mb: list[float] = []

    def version(self, request: RunRequest) -> str:  # noqa: D102
        return "made up"

    def prepare(self, request: RunRequest, telling: Telling) -> Callable[[Path], Any]:  # noqa: D102
        return made_up

    def store(  # noqa: D102
        self, library: Library, track: Track, version: str, value: SonicResult, elapsed_s: float
    ) -> str | None:
        self.stored += 1
        if self.stored % self.every == 0:
            self.memory_mb.append(psutil.Process().memory_info().rss / 1e6)
        return super().store(library, track, version, value, elapsed_s)


def measure_memory(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        with open_library(Path(name) / "library.db", mode="write") as library:
            root = roots.add(library, Path(name) / "music")
            with library.transaction():
                for number in range(count):
                    place = f"artist {number % 900}/album {number % 7}/{number}.mp3"
                    tags = Tags(title=f"Title {number}", artist=f"Artist {number % 900}")
                    tracks.add(library, root.id, place, FileStamp(9_000_000, number, f"audio {number}"), tags)
            stage = MadeUp(max(count // 10, 1))
            began = time.perf_counter()
            request = RunRequest(workers=2, analysis=AnalysisOptions(detector="flux"))
            report = run_tracks(stage, library, request, Telling())
            seconds = time.perf_counter() - began
        print(f"{report.done} results stored in {seconds:.0f} s: {report.done / seconds:.0f} a second")
        print(f"memory of the parent, MB, ten times on the way: {' '.join(f'{one:.0f}' for one in stage.memory_mb)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="question", required=True)
    kills = commands.add_parser("kills")
    kills.add_argument("--kills", type=int, default=20)
    kills.add_argument("--tracks", type=int, default=60)
    kills.add_argument("--seed", type=int, default=0)
    kills.add_argument("--longest", type=float, default=4.0, help="seconds after the start within which a kill comes")
    workers = commands.add_parser("workers")
    workers.add_argument("folders", nargs="+", type=Path)
    workers.add_argument("--pairs", type=int, default=1)
    workers.add_argument("--detector", default="network")
    memory = commands.add_parser("memory")
    memory.add_argument("--tracks", type=int, default=30_000)
    asked = parser.parse_args()
    if asked.question == "kills":
        measure_kills(asked.kills, asked.tracks, asked.seed, asked.longest)
    elif asked.question == "workers":
        measure_workers(asked.folders, asked.pairs, asked.detector)
    else:
        measure_memory(asked.tracks)


if __name__ == "__main__":
    main()
