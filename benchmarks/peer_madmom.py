"""edm beside madmom 0.16.1 on the same file: CPU seconds when warm, wall seconds of a whole cold process.

    python benchmarks/peer_madmom.py TRACK.wav TRACK.mp3 --python PYTHON [--rounds 3]

PYTHON is the interpreter of an environment in which madmom 0.16.1 runs (numpy < 1.24). TRACK.wav (44.1 kHz) is what the
CPU seconds are taken on, one core each, in turn; TRACK.mp3 is what the whole processes are given: ``edm analyze`` and a
script that runs madmom's downbeat networks and its Bayesian network. madmom needs ffmpeg for mp3, so it gets the wav.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

MADMOM = """
import sys, time, warnings
warnings.simplefilter("ignore")
from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor
for _ in range(int(sys.argv[2])):
    began = time.process_time()
    DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=100)(RNNDownBeatProcessor()(sys.argv[1]))
    print(time.process_time() - began, flush=True)
"""
EDM = """
import sys, time
from pathlib import Path
from edm.analysis.track import analyze_track
for _ in range(int(sys.argv[2])):
    began = time.process_time()
    analyze_track(Path(sys.argv[1]))
    print(time.process_time() - began, flush=True)
"""
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def warm_cpu_s(python: str, code: str, track: Path) -> float:
    """CPU seconds of the second of two runs in one process."""
    command = [python, "-c", code, str(track), "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **ONE_CORE})
    return float(done.stdout.split()[-1])


def wall_s(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, env={**os.environ, **ONE_CORE})
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wav", type=Path)
    parser.add_argument("mp3", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    edm = [str(Path(sys.executable).with_name("edm")), "analyze", str(arguments.mp3), "-q", "--types", "bpm,beats"]
    madmom = [arguments.python, "-c", MADMOM, str(arguments.wav), "1"]
    wall_s(edm)  # compiles, the first time
    cpu, wall = [], []
    for _ in range(arguments.rounds):
        ours, theirs = (
            warm_cpu_s(python, code, arguments.wav)
            for python, code in ((sys.executable, EDM), (arguments.python, MADMOM))
        )
        cpu.append((ours, theirs))
        wall.append((wall_s(edm), wall_s(madmom)))
        print(f"CPU {ours:.2f} / {theirs:.1f} s, wall {wall[-1][0]:.2f} / {wall[-1][1]:.1f} s", flush=True)
    for name, pairs in (("CPU, warm", cpu), ("wall, cold", wall)):
        ratio = statistics.median(theirs / ours for ours, theirs in pairs)
        print(f"{name}: madmom / edm = {ratio:.1f} (median of {len(pairs)} pairs)")


if __name__ == "__main__":
    main()
