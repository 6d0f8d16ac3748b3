"""What scoring costs: CPU seconds of one core, by step, for tracks that are read from stored estimates.

    python benchmarks/evaluation.py [--tempo-tracks 10000] [--beat-tracks 1000] [--layout-tracks 5000] [--parts]

Tracks are made up: tempos from 80 to 190 BPM, a third of the estimates wrong; four minutes of beats, out of time by
20 ms or so, with some missing and some too many; ten sections, some of whose boundaries are a bar off; a key.
References are a CSV with files of beats or sections beside it, estimates are lines as `edm analyze` writes them. The
last figure is the whole command, start-up and reports included; ``--parts`` leaves it out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from edm.evaluation.beats import score_beats
from edm.evaluation.cases import Case, key_row, structure_row
from edm.evaluation.labels import LABELS
from edm.evaluation.matching import Pair, pair_estimates
from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.readers import read_annotations
from edm.evaluation.summary import Status, break_down, score_columns, summarise
from edm.evaluation.tempo import score_tempo, tempo_band
from edm.model.keys import KEYS

T = TypeVar("T")
DURATION_S = 240.0
BEATS_PER_BAR = 4
SECTIONS = 10
_COLUMNS: dict[Task, tuple[str, ...]] = {
    "beats": ("beats_file", "downbeats_file"),
    "structure": ("sections_file",),
    "key": ("key",),
}
GENRES = ("house", "techno", "trance", "dnb")


def make_tracks(folder: Path, count: int, task: Task) -> tuple[Path, Path]:
    """Reference and estimates of so many tracks, written below ``folder``."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    reference_file, estimates_file = folder / "reference.csv", folder / "estimates.jsonl"
    with_beats = task == "beats"
    columns = ["path", "bpm", "genre", *_COLUMNS.get(task, ())]
    with reference_file.open("w", newline="", encoding="utf-8") as table, estimates_file.open("w") as lines:
        writer = csv.DictWriter(table, columns)
        writer.writeheader()
        for index in range(count):
            bpm = round(float(rng.uniform(80, 190)), 3)
            path = f"crate {index % 50}/track {index}.flac"
            row = {"path": path, "bpm": bpm, "genre": GENRES[index % len(GENRES)]}
            wrong = float(rng.choice([1.0, 1.0, 1.0, 1.0, 2.0, 0.97]))
            estimate: dict[str, object] = {
                "path": path,
                "status": "ok",
                "duration_s": DURATION_S,
                "bpm": round(bpm * wrong + float(rng.normal(0, 0.01)), 4),
                "bpm_confidence": round(float(rng.uniform(0, 1)), 3),
                "bpm_alternatives": [{"bpm": bpm / 2, "score": 0.1}],
            }
            if with_beats:
                beats_s = np.arange(0.5, DURATION_S, 60 / bpm)
                for name, times_s in (("beats", beats_s), ("downbeats", beats_s[::BEATS_PER_BAR])):
                    np.savetxt(folder / f"{index}.{name}.txt", times_s, fmt="%.6f")
                    row[f"{name}_file"] = f"{index}.{name}.txt"
                kept_s = beats_s[rng.uniform(size=len(beats_s)) > 0.03]
                heard_s = np.concatenate((kept_s + rng.normal(0, 0.02, len(kept_s)), rng.choice(kept_s, 20) + 0.2))
                heard_s = np.unique(np.round(heard_s, 4))
                estimate["beats_s"] = heard_s.tolist()
                estimate["downbeats_s"] = heard_s[::BEATS_PER_BAR].tolist()
            if task == "structure":
                bars = np.cumsum(rng.choice([8, 16, 32], SECTIONS + 1))
                edges_s = np.round(bars * BEATS_PER_BAR * 60 / bpm, 3)
                off_s = np.round(rng.choice([0.0, 0.0, 0.0, BEATS_PER_BAR * 60 / bpm], SECTIONS + 1), 3)
                row["sections_file"] = f"{index}.sections.txt"
                text = "".join(f"{edges_s[n]}\t{edges_s[n + 1]}\t{LABELS[n % 4]}\n" for n in range(SECTIONS))
                (folder / f"{index}.sections.txt").write_text(text)
                moved_s = (edges_s + off_s).tolist()
                estimate["sections"] = [
                    {"start_s": moved_s[n], "end_s": moved_s[n + 1], "label": LABELS[n % 4]} for n in range(SECTIONS)
                ]
            elif task == "key":
                row["key"] = KEYS[index % len(KEYS)].name
                estimate["key"] = KEYS[int(rng.choice([index, index, index + 1])) % len(KEYS)].name
                estimate["key_confidence"] = round(float(rng.uniform(0, 1)), 3)
            writer.writerow(row)
            lines.write(json.dumps(estimate) + "\n")
    return reference_file, estimates_file


def scores_of(task: Task, pair: Pair) -> Mapping[str, Any]:
    reference, estimate = pair.reference, pair.estimate
    if estimate is None or reference.bpm is None:
        raise SystemExit(f"{reference.path} has found no estimate")
    if task == "structure":
        return structure_row(Case(reference, "reference.csv", estimate=estimate))
    if task == "key":
        return key_row(Case(reference, "reference.csv", estimate=estimate))
    if task == "bpm":
        return score_tempo(reference.bpm, estimate.bpm, duration_s=estimate.duration_s)
    if reference.beats_s is None or estimate.beats_s is None:
        raise SystemExit(f"{reference.path} has no beats")
    return score_beats(
        reference.beats_s,
        estimate.beats_s,
        reference_downbeats_s=reference.downbeats_s,
        estimate_downbeats_s=estimate.downbeats_s,
    ).scores


def measure(task: Task, reference_file: Path, estimates_file: Path) -> None:
    """Print the cost of each step."""
    references = timed("read references", lambda: read_annotations(reference_file, task=task)).annotations
    estimates = timed("read estimates", lambda: read_annotations(estimates_file, task=task)).annotations
    pairs, unused = timed("match", lambda: pair_estimates(references, estimates, None))
    if unused:
        raise SystemExit(f"{len(unused)} estimates are not used")
    # mir_eval takes a second to load, once.
    timed("first track", lambda: scores_of(task, pairs[0]))
    scores = timed("score", lambda: [scores_of(task, pair) for pair in pairs])
    metrics = METRICS[task]
    columns = score_columns(scores, metrics)
    statuses: list[Status] = ["ok" for _ in pairs]
    bands = [tempo_band(pair.reference.bpm or 1) for pair in pairs]
    genres = [pair.reference.fields["genre"] for pair in pairs]
    timed("summarise", lambda: summarise(columns, metrics, statuses))
    timed("break down", lambda: [break_down(columns, metrics, statuses, names) for names in (bands, genres)])


def measure_command(task: Task, reference_file: Path, estimates_file: Path) -> None:
    """Print the cost of the command, a process of its own."""
    command = [sys.executable, "-m", "edm", "evaluate", task, "--reference", str(reference_file)]
    command += ["--estimates", str(estimates_file), "--output", str(reference_file.parent / "out")]
    began, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True)
    after, wall_s = os.times(), time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"  {'the command':16}{cpu_s:8.2f} s, {wall_s:.2f} s of wall time")


def timed(name: str, work: Callable[[], T]) -> T:
    began = time.process_time()
    value = work()
    print(f"  {name:16}{time.process_time() - began:8.2f} s")
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tempo-tracks", type=int, default=10_000)
    parser.add_argument("--beat-tracks", type=int, default=1_000)
    parser.add_argument("--layout-tracks", type=int, default=5_000)
    parser.add_argument("--parts", action="store_true")
    arguments = parser.parse_args()
    tasks: tuple[tuple[Task, int], ...] = (
        ("bpm", arguments.tempo_tracks),
        ("beats", arguments.beat_tracks),
        ("structure", arguments.layout_tracks),
        ("key", arguments.layout_tracks),
    )
    with tempfile.TemporaryDirectory() as folder:
        for task, count in tasks:
            files = make_tracks(Path(folder) / task, count, task)
            print(f"{task}, {count} tracks:")
            measure(task, *files)
            if not arguments.parts:
                measure_command(task, *files)


if __name__ == "__main__":
    main()
