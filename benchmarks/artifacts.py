"""What matrices cost: CPU seconds of one core and peak memory, for a made-up library.

    OMP_NUM_THREADS=1 python benchmarks/artifacts.py [--rows 100000] [--features 150] [--variant tower] [--no-check]
    OMP_NUM_THREADS=1 python benchmarks/artifacts.py --stage [--rows 100000] [--genres 600] [--per-track 8]

Rows come one by one, as from a library; making them up is timed apart and subtracted. Each step runs in the same
process, so the last peak is that of all; the peak before the first row is what Python and numpy take by themselves.
With `--stage`, the rows stand in a library on disk, with the weights of their genres, and the stage itself is run: once
to build, and once to find that nothing has changed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from edm.artifacts.check import check
from edm.artifacts.matrices import build_matrices
from edm.artifacts.npz import is_current, read_matrices, write_matrices
from edm.artifacts.rows import SEGMENTS, ArtifactRow, FeatureSpec
from edm.artifacts.scaling import VARIANTS
from edm.library import open_library, roots, stages, tracks
from edm.library.records import FileStamp
from edm.model import Tags
from edm.pipeline.artifacts import ArtifactsStage
from edm.pipeline.stage import RunRequest, Telling
from edm.sonic.spec import DIMENSIONS, SPEC_VERSION

FAMILIES = {"rhythm": 0.25, "timbre": 0.5, "harmony": 0.22, "loudness": 0.03}
PARENTS = 20
TRACKS_PER_ALBUM, ALBUMS_PER_ARTIST = 10, 3


def make_spec(features: int) -> FeatureSpec:
    ends = np.round(np.cumsum(list(FAMILIES.values())) * features).astype(int).tolist()
    families = {name: slice(a, b) for name, a, b in zip(FAMILIES, [0, *ends], ends, strict=False)}
    return FeatureSpec("1", tuple(f"f{i}" for i in range(features)), ("",) * features, families)


def make_rows(count: int, features: int) -> Iterator[ArtifactRow]:
    """Albums are clusters; columns are correlated, and of very different sizes."""
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(features // 3, features)).astype(np.float32)
    sizes = 10.0 ** rng.uniform(-3, 4, features).astype(np.float32)
    for index in range(count):
        album = index // TRACKS_PER_ALBUM
        if index % TRACKS_PER_ALBUM == 0:
            centre = rng.normal(size=len(mix)).astype(np.float32)
        noise = rng.standard_normal((len(SEGMENTS), len(mix)), dtype=np.float32)
        vectors = ((centre + noise) @ mix * sizes).astype(np.float32)
        artist = f"The Artist {album // ALBUMS_PER_ARTIST}"
        yield ArtifactRow(
            index,
            f"/music/{artist}/Album {album}/{index % TRACKS_PER_ALBUM:02d} A title of usual length.flac",
            artist=artist,
            title=f"A title of usual length {index}",
            album=f"Album {album}",
            bpm=120.0 + index % 60,
            key="8A",
            duration_s=240.0,
            vectors=dict(zip(SEGMENTS, vectors, strict=True)),
        )


def make_library(path: Path, count: int, genres: int, per_track: int) -> None:
    """Rows of the present features; the genres of an album's tracks are all of one parent's."""
    rng = np.random.default_rng(1)
    names = [f"genre {number:04d}" for number in range(genres)]
    voices = '[["lastfm", "artist", 0.45, false], ["tags", "track", 0.4, false]]'
    with open_library(path, mode="write") as library:
        root = roots.add(library, Path("/music"))
        rows = make_rows(count, len(DIMENSIONS))
        while batch := list(islice(rows, 1000)):
            with library.transaction():
                for row in batch:
                    tags = Tags(title=row.title, artist=row.artist, album=row.album)
                    stamp = FileStamp(1000, 5, str(row.track_id))
                    number = tracks.add(library, root.id, row.path.removeprefix("/music/"), stamp, tags)
                    blobs = {name: np.asarray(vector).tobytes() for name, vector in row.vectors.items()}
                    library.run(
                        "UPDATE tracks SET bpm = ?, bpm_confidence = 0.9, duration_s = 240, sonic_version = ?, "
                        "sonic_mode = 'beat', sonic_features = ? WHERE id = ?",
                        (row.bpm, str(SPEC_VERSION), blobs.pop("full"), number),
                    )
                    library.run_many(
                        "INSERT INTO sonic_segments VALUES (?, ?, 0, 30, ?)",
                        [(number, name, blob) for name, blob in blobs.items()],
                    )
                    stages.store_done(library, number, "sonic", "v", str(row.track_id))
                    if row.track_id % TRACKS_PER_ALBUM == 0:
                        own = names[rng.integers(PARENTS) :: PARENTS]
                    held = {own[place] for place in rng.integers(len(own), size=per_track)} if own else ()
                    library.run_many(
                        "INSERT INTO track_genre_weights VALUES (?, ?, ?, ?)",
                        [(number, genre, float(rng.uniform(0.1, 1.0)), voices) for genre in held],
                    )


def measure_stage(count: int, genres: int, per_track: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        database = Path(name) / "library.db"
        make_library(database, count, genres, per_track)
        print(f"library of {count} tracks, {genres} genres: {database.stat().st_size / 2**20:.0f} MB")
        # A process of its own, so that its peak is that of the stage.
        for _ in range(2):
            subprocess.run([sys.executable, __file__, "--run-stage", str(database)], check=True)


def run_stage(database: Path) -> None:
    request = RunRequest(artifacts_dir=database.with_name("artifacts"))
    with open_library(database, mode="write") as library:
        before, cpu, wall = peak_mb(), time.process_time(), time.perf_counter()
        report = ArtifactsStage().run(library, request, Telling())
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    files = ", ".join(
        f"{path.name} {path.stat().st_size / 2**20:.1f} MB" for path in sorted(request.artifacts_dir.iterdir())
    )
    print(f"{report.done} built: {cpu:.2f} CPU s, {wall:.2f} s, peak {before:.0f} to {peak_mb():.0f} MB; {files}")


def peak_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--features", type=int, default=150)
    parser.add_argument("--variant", choices=list(VARIANTS), default="tower")
    parser.add_argument("--no-check", action="store_true")
    parser.add_argument("--stage", action="store_true")
    parser.add_argument("--genres", type=int, default=600)
    parser.add_argument("--per-track", type=int, default=8)
    parser.add_argument("--run-stage", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run_stage:
        run_stage(args.run_stage)
        return
    if args.stage:
        measure_stage(args.rows, args.genres, args.per_track)
        return
    spec = make_spec(args.features)

    print(f"{'step':<28}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}")
    cpu, wall = time.process_time(), time.perf_counter()

    def say(step: str, *, less: float = 0.0) -> float:
        nonlocal cpu, wall
        spent = time.process_time() - cpu
        print(f"{step:<28}{spent - less:>8.2f}{time.perf_counter() - wall:>8.2f}{peak_mb():>9.0f}", flush=True)
        cpu, wall = time.process_time(), time.perf_counter()
        return spent

    say("nothing yet")
    for _ in make_rows(args.rows, args.features):
        pass
    making = say("making up rows, alone")
    rows = make_rows(args.rows, args.features)
    matrices = build_matrices(rows, spec, variant=args.variant, fingerprint="f", settings={})
    say("build, making up aside", less=making)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data_matrices.npz"
        write_matrices(matrices, path)
        say("write, fsync included")
        print(f"  {path.stat().st_size / 2**20:.0f} MB, X_sonic {matrices.X_sonic.shape}")
        is_current(path, "f", {})
        say("is it current?")
        read_matrices(path, mmap=True)
        say("read, mapped")
        del matrices
        matrices = read_matrices(path)
        say("read")
    if not args.no_check:
        report = check(matrices)
        say("check, all variants")
        for finding in report.findings:
            print(f"  {'ok ' if finding.ok else 'BAD'} {finding.name}: {finding.seen}")
        for row in report.retrieval:
            print(
                f"  {row.variant:<14}{row.label:<7}{row.queries:>6}  MAP {row.map:.3f} (chance {row.shuffled_map:.4f})"
                f"  recall@10 {row.recall:.3f} (chance {row.shuffled_recall:.4f})"
            )


if __name__ == "__main__":
    main()
