"""What sections, key and loudness add to the analysis of a track, in CPU seconds.

    python benchmarks/layout.py TRACK... [--pairs 5] [--minutes 4]

Each track is repeated or cut to the same length, written as a stereo wav, and analysed in turn with tempo and beats
alone, with one further type, and with everything, in one process and one thread; the figures are medians over the
pairs, as is the difference of each type from tempo and beats. Sections need the beats, so their cost is what comes on
top of them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from edm.analysis.track import TYPES, analyze_track, prepare
from edm.model import AnalysisOptions

_BASE = ("bpm", "beats")


def _of_length(track: Path, seconds: float, folder: Path) -> Path:
    samples, rate = soundfile.read(track, dtype="float32", always_2d=True)
    frames = round(seconds * rate)
    whole = np.tile(samples, (-(-frames // len(samples)), 1))[:frames]
    target = folder / f"{track.stem}.wav"
    soundfile.write(target, np.repeat(whole, 2, axis=1) if whole.shape[1] == 1 else whole, rate)
    return target


def _cpu_s(track: Path, types: tuple[str, ...]) -> float:
    began = time.process_time()
    analyze_track(track, AnalysisOptions(types=types))
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracks", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=4.0)
    asked = parser.parse_args()
    prepare(AnalysisOptions())
    further = [name for name in TYPES if name not in _BASE]
    rows = {"tempo and beats": _BASE, **{f"+ {name}": (*_BASE, name) for name in further}, "everything": tuple(TYPES)}
    with tempfile.TemporaryDirectory() as name:
        tracks = [_of_length(track, asked.minutes * 60, Path(name)) for track in asked.tracks]
        for types in rows.values():
            _cpu_s(tracks[0], types)
        seconds: dict[str, list[float]] = {title: [] for title in rows}
        for _ in range(asked.pairs):
            for track in tracks:
                for title, types in rows.items():
                    seconds[title].append(_cpu_s(track, types))
    base = seconds["tempo and beats"]
    for title, values in seconds.items():
        added = statistics.median(value - alone for value, alone in zip(values, base, strict=True))
        sys.stdout.write(f"{title:<16} {statistics.median(values):6.2f} CPU s   added {added:+.2f}\n")


if __name__ == "__main__":
    main()
