"""How right we are on real music with reference grids.

    python benchmarks/accuracy.py SET... [--detector network] [--workers 2] [--tracks]

A SET is a folder with a manifest (``path,bpm,constant,beats_file,downbeats_file``; beat files hold one time in seconds
a line). Acc1 and Acc2 at 4 %; "oct" is the error after the best of x 1/3, 1/2, 1, 2, 3; F only inside the annotated
range, nothing trimmed; constant tracks up to 205 BPM, and F70 of the tempo-changing ones beside. Tags are not read.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from edm.model import AnalysisOptions
from edm.pipeline.analyze import analyze_many
from scoring import Reference, TrackScore, read_set, score, summary


def scores_of(references: list[Reference], detector: str, workers: int) -> list[TrackScore]:
    options = AnalysisOptions(detector=detector, metadata="ignore")
    scores = []
    for result in analyze_many([one.path for one in references], options=options, workers=workers):
        reference = references[result.index]
        if not result.ok:
            print(f"failed: {reference.path.name}: {result.message}")
            scores.append(score(reference, None, np.zeros(0), np.zeros(0)))
            continue
        analysis = result.value
        scores.append(score(reference, analysis.tempo.bpm, analysis.beats.times_s, analysis.beats.downbeats_s))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--detector", action="append", help="may be given several times")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tracks", action="store_true", help="list tracks that are not right")
    arguments = parser.parse_args()
    references = [reference for folder in arguments.sets for reference in read_set(folder)]
    for detector in arguments.detector or ["network"]:
        scores = scores_of(references, detector, arguments.workers)
        print(f"{detector}: " + ", ".join(f"{name} {value:.1f}" for name, value in summary(scores).items()))
        if not arguments.tracks:
            continue
        for one in sorted(scores, key=lambda one: one.f70):
            if one.f70 < 0.95 or not one.accuracy1:
                reference = one.reference
                print(
                    f"  {reference.path.stem[:40]:40} {'constant' if reference.constant else 'changing'}"
                    f" true {reference.bpm:.2f} estimate {one.bpm:.3f}"
                    f" F70 {one.f70:.2f} F20 {one.f20:.2f} downbeat F {one.downbeat_f:.2f}"
                )


if __name__ == "__main__":
    main()
