"""What playlists and neighbours cost, and whether the search is worth it.

    OMP_NUM_THREADS=1 python benchmarks/playlist.py speed [--rows 100000] [--width 128] [--genres 100]
    OMP_NUM_THREADS=1 python benchmarks/playlist.py quality [FILE.npz ...] [--count 25] [--seeds 8]

`speed` writes made-up matrices (albums are clusters), then reads them in a process of its own: wall and CPU seconds,
the load by memory map on its own, and peak memory. The file has just been written, so it is in the system's cache.

`quality` compares, on planted libraries and on real files of matrices: our lists; the greedy nearest neighbour over the
whole library by the same rules, in the limits of the mode and without; and as many tracks drawn at random, by no rules.
Means over seeds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from edm.artifacts.matrices import Matrices
from edm.artifacts.npz import read_matrices, write_matrices
from edm.artifacts.scaling import Block, Scaling
from edm.artifacts.text import text_column
from edm.playlist.arcs import parse_arc
from edm.playlist.make import make_playlist
from edm.playlist.pool import Levels, Pool, beyond, drawn_levels, eligible, nearness
from edm.playlist.puzzle import make_puzzle
from edm.playlist.request import Request, Rules
from edm.playlist.search import greedy_order
from edm.playlist.similar import similar
from edm.playlist.space import Space, space_of
from edm.playlist.transition import transitions

SHARES = {"rhythm": 0.2, "timbre": 0.4, "harmony": 0.33, "loudness": 0.07}
LENGTHS = {"rhythm": 1.0, "timbre": 1.0, "harmony": 1.0, "loudness": 0.3}
PER_ALBUM = 10


def made_matrices(rows: int, width: int, genres: int, *, seed: int = 0) -> Matrices:
    """A library in which albums are clusters of sound, tempo, key and genre."""
    rng = np.random.default_rng(seed)
    ends = np.round(np.cumsum(list(SHARES.values())) * width).astype(int).tolist()
    families = {name: slice(a, b) for name, a, b in zip(SHARES, [0, *ends], ends, strict=False)}
    album = np.arange(rows) // PER_ALBUM
    centres = rng.standard_normal((album[-1] + 1, width), dtype=np.float32)

    def sound() -> np.ndarray:
        out = np.empty((rows, width), dtype=np.float32)
        for start in range(0, rows, 65536):
            part = slice(start, min(start + 65536, rows))
            X = centres[album[part]] + 0.8 * rng.standard_normal((part.stop - start, width), dtype=np.float32)
            for name, columns in families.items():
                X[:, columns] *= LENGTHS[name] / np.linalg.norm(X[:, columns], axis=1, keepdims=True)
            out[part] = X
        return out

    kinds = rng.random((max(album[-1] // 20, 1) + 1, genres), dtype=np.float32)
    kinds *= kinds > 0.9
    genre = np.empty((rows, genres), dtype=np.float32)
    if genres:
        kinds[:, 0] += 0.01
        kinds /= np.linalg.norm(kinds, axis=1, keepdims=True)
        genre[:] = kinds[album // 20 % len(kinds)]
    blocks = tuple(
        Block(name, slice(0, 1), part, np.zeros(1), np.zeros((1, part.stop - part.start)), LENGTHS[name])
        for name, part in families.items()
    )
    keys = rng.integers(1, 13, rows)
    none = np.full(rows, np.nan)
    return Matrices(
        track_ids=np.arange(rows),
        track_paths=text_column([f"/music/{number}/A title of usual length {number}.flac" for number in range(rows)]),
        track_artists=text_column([f"The Artist {number // 3}" for number in album.tolist()]),
        track_titles=text_column([f"A title of usual length {number}" for number in range(rows)]),
        artist_keys=text_column([f"artist {number // 3}" for number in album.tolist()]),
        album_keys=text_column([f"artist / {number}" for number in album.tolist()]),
        X_sonic_raw=np.zeros((rows, 1), dtype=np.float32),
        X_sonic=sound(),
        X_sonic_start=sound(),
        X_sonic_mid=np.zeros((rows, width), dtype=np.float32),
        X_sonic_end=sound(),
        feature_names=("f",),
        feature_units=("1",),
        families={"all": slice(0, 1)},
        bpm=rng.normal(0, 2, rows) + rng.uniform(90, 175, album[-1] + 1)[album],
        key=text_column([f"{number}A" for number in keys.tolist()]),
        duration_s=rng.uniform(120, 480, rows),
        scaling=Scaling("tower", np.zeros(1), np.ones(1), 3.0, blocks, True),
        spec_version="1",
        fingerprint="made up",
        settings={},
        bpm_confidence=none,
        key_confidence=none,
        energy=rng.integers(1, 11, rows).astype(float),
        energy_start=rng.random(rows),
        energy_end=rng.random(rows),
        loudness_lufs=none,
        genre_vocab=tuple(f"genre {number:04}" for number in range(genres)),
        genre_idf=np.ones(genres),
        genre_similarity=np.eye(genres, dtype=np.float32),
        X_genre_raw=genre,
        X_genre_smoothed=genre,
    )


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def read_and_play(path: Path) -> None:
    """The steps of a command, each with its wall seconds."""

    def told(what: str, began: tuple[float, float]) -> None:
        # Of this process alone: what getrusage says begins with the peak of the parent.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
        wall, cpu = (now - then for now, then in zip(clocks(), began, strict=True))
        print(f"| {what} | {wall:.3f} | {cpu:.3f} | {peak:.0f} |", flush=True)

    began = clocks()
    space = space_of(read_matrices(path, mmap=True))
    told("load", began)
    middle = len(space) // 2
    for by in ("sonic", "sonic", "mix", "transition"):
        start = clocks()
        similar(space, middle, count=50, by=by)
        told(f"nearest 50 by {by}", start)
    rising = Rules(bpm_arc=parse_arc("up", "bpm"), energy_arc=parse_arc("up", "energy"))
    for what, seeds, rules in (
        ("50 tracks from one seed", [middle], Rules()),
        ("50 tracks through 3 seeds", [middle, 7, len(space) - 3], Rules(mode="discover")),
        ("50 tracks, tempo and energy up", [middle], rising),
    ):
        start = clocks()
        made = make_playlist(space, seeds, Request(count=50, rules=rules))
        told(f"{what} (weakest {made.summary.weakest:.2f}, mean {made.summary.mean:.2f})", start)


def speed(args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrices.npz"
        write_matrices(made_matrices(args.rows, args.width, args.genres), path)
        print(f"{args.rows} tracks, {args.width} columns, {args.genres} genres\n")
        print("| step | wall s | CPU s | peak MB |\n|---|---|---|---|", flush=True)
        subprocess.run([sys.executable, __file__, "read", str(path)], check=True)


def greedy_whole(space: Space, seed: int, request: Request, *, in_mode: bool) -> list[int]:
    """Always the best next track of the whole library, by the same rules; in or without the limits of the mode."""
    rules, weights = request.rules, request.weights.of(space)
    levels = drawn_levels(space, weights, rules, seed=request.seed)
    if not in_mode:
        levels = Levels(0.0, 1.0, 0.0)
    rows = np.flatnonzero(eligible(space, rules))
    rows = np.concatenate([[seed], rows[rows != seed]])
    outside = beyond(nearness(space, [seed], weights), levels)[rows]
    outside[0] = 0
    pool = Pool(rows, outside, outside, len(rows))
    puzzle = make_puzzle(space, pool, rules=rules, weights=weights, levels=levels)
    order = greedy_order(puzzle, {0: 0}, min(request.count or 1, len(set(puzzle.works.tolist()))), None)
    return [int(rows[row]) for row in order]


def quality(args: argparse.Namespace) -> None:
    libraries = {
        "planted, 400": space_of(made_matrices(400, 64, 12)),
        "planted, 4000": space_of(made_matrices(4000, 64, 12, seed=1)),
    }
    for path in args.files:
        libraries[f"{path.parent.parent.name}/{path.name}"] = space_of(read_matrices(path))
    print("| library | mode | list | weakest | 10th percentile | mean | rules broken |\n|---|---|---|---|---|---|---|")
    for name, space in libraries.items():
        seeds = np.random.default_rng(1).choice(len(space), min(args.seeds, len(space)), replace=False).tolist()
        for mode in ("narrow", "dynamic", "discover"):
            request = Request(count=min(args.count, len(space)), rules=Rules(mode=mode))
            kinds = ("ours", "greedy", "greedy, no mode", "random")
            found: dict[str, list[tuple[float, float, float, float]]] = {kind: [] for kind in kinds}
            for seed in seeds:
                ours = make_playlist(space, [seed], request)
                rng = np.random.default_rng(seed)
                others = rng.permutation(np.setdiff1d(np.arange(len(space)), [seed]))
                orders = {
                    "ours": list(ours.order),
                    "greedy": greedy_whole(space, seed, request, in_mode=True),
                    "greedy, no mode": greedy_whole(space, seed, request, in_mode=False),
                    "random": [seed, *others[: len(ours.order) - 1].tolist()],
                }
                for kind, order in orders.items():
                    found[kind].append(judged(space, order, request.rules))
            for kind, values in found.items():
                weakest, tenth, mean, broken = np.mean(values, axis=0)
                print(
                    f"| {name} | {mode} | {kind} | {weakest:.3f} | {tenth:.3f} | {mean:.3f} | {broken:.1f} |",
                    flush=True,
                )


def judged(space: Space, order: list[int], rules: Rules) -> tuple[float, float, float, float]:
    """Weakest, 10th percentile and mean of the transitions, and how many break the rule of keys or of pitch."""
    edges = transitions(space, order[:-1], order[1:])
    scores = [edge.score for edge in edges]
    allowed, most = rules.allowed_relations, rules.max_stretch_pct
    broken = sum(
        (allowed is not None and edge.key_relation not in allowed)
        + (most is not None and (edge.stretch_pct is None or abs(edge.stretch_pct) > most))
        for edge in edges
    )
    return min(scores), float(np.quantile(scores, 0.1)), float(np.mean(scores)), float(broken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    fast = commands.add_parser("speed")
    fast.add_argument("--rows", type=int, default=100_000)
    fast.add_argument("--width", type=int, default=128)
    fast.add_argument("--genres", type=int, default=100)
    fast.set_defaults(run=speed)
    good = commands.add_parser("quality")
    good.add_argument("files", type=Path, nargs="*")
    good.add_argument("--count", type=int, default=25)
    good.add_argument("--seeds", type=int, default=8)
    good.set_defaults(run=quality)
    read = commands.add_parser("read")
    read.add_argument("path", type=Path)
    read.set_defaults(run=lambda args: read_and_play(args.path))
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
