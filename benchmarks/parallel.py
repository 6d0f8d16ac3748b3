"""What several workers bring: wall time, speed-up and overhead beside a simple model.

    python benchmarks/parallel.py FOLDER [--detector network]     # tracks of a folder, repeated to reach the counts
    python benchmarks/parallel.py --synthetic 0.5                 # items that burn 0.5 s of one core, nothing else

Each cell runs in a process of its own, from the call to the last result: start and end of workers included, import of
the package not. The speed-up is against one worker with the same tracks; the model says min(workers, tracks, cores) /
(1 + overhead), so overhead = min(...) / speed-up - 1. Cores are those that this process may use.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path


def burn(rounds: int, item: int) -> int:
    total = item
    for value in range(rounds):
        total = (total * 31 + value) % 1_000_003
    return total


def rounds_for(seconds: float) -> int:
    probe = 2_000_000
    best = min(_timed(partial(burn, probe, 0)) for _ in range(5))
    return int(probe * seconds / best)


def _timed(work: partial[int]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def run_cell(arguments: argparse.Namespace) -> None:
    """Measure one cell and print it."""
    workers, count = arguments.cell
    if arguments.rounds:
        from edm.processing.parallel import ParallelProcessor

        processor = ParallelProcessor(partial(burn, arguments.rounds), workers, show_progress=False)
        began = time.perf_counter()
        done = [(result.ok, result.elapsed_s) for result in processor.stream(range(count))]
    else:
        from edm.model import AnalysisOptions
        from edm.pipeline.analyze import analyze_many

        tracks = list(itertools.islice(itertools.cycle(tracks_in(arguments.folder)), count))
        options = AnalysisOptions(detector=arguments.detector)
        began = time.perf_counter()
        done = [(result.ok, result.elapsed_s) for result in analyze_many(tracks, options=options, workers=workers)]
    wall_s = time.perf_counter() - began
    busy_s = sum(elapsed_s for _, elapsed_s in done)
    print(json.dumps({"wall_s": wall_s, "busy_s": busy_s, "failed": sum(not ok for ok, _ in done)}))


def tracks_in(folder: Path) -> list[Path]:
    suffixes = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".m4a"}
    tracks = sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
    if not tracks:
        raise SystemExit(f"no tracks in {folder}")
    return tracks


def measure(workers: int, count: int, rounds: int, arguments: argparse.Namespace) -> dict[str, float]:
    """Best of the repeats: on a machine that does other things too, the least disturbed one."""
    command = [sys.executable, __file__, "--cell", str(workers), str(count), "--rounds", str(rounds)]
    command += ["--detector", arguments.detector]
    if arguments.folder is not None:
        command.append(str(arguments.folder))
    runs = []
    for _ in range(arguments.repeat):
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        runs.append(json.loads(output))
    return min(runs, key=lambda run: run["wall_s"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="folder with tracks")
    parser.add_argument("--synthetic", type=float, metavar="SECONDS", help="burn so much of a core per item instead")
    parser.add_argument("--detector", default="auto")
    parser.add_argument("--tracks", type=int, nargs="+", default=[10, 20, 50])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--cell", type=int, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cell:
        run_cell(arguments)
        return
    if (arguments.folder is None) == (arguments.synthetic is None):
        parser.error("give a folder of tracks, or --synthetic SECONDS")

    from edm.processing.workers import plan_workers

    cores = plan_workers("auto").usable_cores
    rounds = rounds_for(arguments.synthetic) if arguments.synthetic else 0
    print(f"{cores} {'core' if cores == 1 else 'cores'}\n")
    print("| tracks | workers | wall s | tracks/s | speed-up | at best | overhead | busy s | failed |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for count in arguments.tracks:
        one_s = measure(1, count, rounds, arguments)["wall_s"] if 1 not in arguments.workers else None
        for workers in sorted(arguments.workers):
            run = measure(workers, count, rounds, arguments)
            one_s = run["wall_s"] if one_s is None else one_s
            speed_up, ideal = one_s / run["wall_s"], min(workers, count, cores)
            print(
                f"| {count} | {workers} | {run['wall_s']:.2f} | {count / run['wall_s']:.2f} | {speed_up:.2f} | {ideal} "
                f"| {ideal / speed_up - 1:.3f} | {run['busy_s']:.1f} | {run['failed']} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
