"""Weights of the cues that decide octave and bar line, and how well they do on tracks they were not fitted on.

    python benchmarks/fit_weights.py MANIFEST... [--detector network]

A MANIFEST is a reference with tempo and beats (see ``edm evaluate formats``) and a column ``constant``; tracks of
constant tempo up to 205 BPM count. For the octave, synthesised tracks take part with a
third of the weight, so that plain cases stay plain. A softmax over the candidates is fitted by likelihood with a light
penalty; "left out" is the share right when each real track is judged by weights fitted without it. The prior and the
ranges of the cues are choices, not fits.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edm.analysis import octave
from edm.analysis.beats import load_detector
from edm.analysis.beats.bars import bar_cues
from edm.analysis.beats.evidence import Evidence
from edm.analysis.periodicity import periodicity
from edm.analysis.rhythm import DEFAULT_BPM_RANGE
from edm.audio.decode import decode
from edm.demo.synth import synthesise
from edm.model import Audio
from edm.pipeline.evaluation_plan import EvaluationOptions, plan_evaluation

PENALTY = 0.05
SYNTHETIC_SHARE = 0.3
SYNTHETIC = [("house", bpm) for bpm in (100.3, 110.03, 118.0, 124.3, 128.0, 132.7)]
SYNTHETIC += [("trance", 137.97), ("techno", 145.0), ("dnb", 170.0), ("dnb", 174.0), ("hiphop", 80.0), ("hiphop", 90.0)]


@dataclass(frozen=True)
class Case:
    """One choice: cues of each candidate, what the prior says of each, which is right, and how much it counts."""

    cues: NDArray[np.float64]
    prior: NDArray[np.float64]
    right: int
    weight: float


def octave_case(evidence: Evidence, bpm: float, weight: float) -> Case | None:
    """None where the truth is not among the candidates."""
    beat_lines = periodicity(evidence.beat, frames_per_s=evidence.frames_per_s)
    onset_lines = periodicity(evidence.onsets.total, frames_per_s=evidence.frames_per_s)
    pulse_bpm = beat_lines.refined(beat_lines.strongest(50, 240, centre_bpm=135, width_octaves=0.9))
    low, high = DEFAULT_BPM_RANGE
    found = octave.candidates(pulse_bpm, evidence, min_bpm=low, max_bpm=high)
    bpms = np.array([one.bpm for one in found])
    away = np.abs(bpms / bpm - 1)
    if away.min() > 0.04:
        return None
    table = np.array([octave.cues(one, evidence, beat_lines, onset_lines) for one in found])
    prior = -octave.weights_for(evidence.source).prior * np.log2(bpms / 128.0) ** 2
    return Case(table, prior, int(away.argmin()), weight)


def bar_case(
    evidence: Evidence, bpm: float, beats_s: NDArray[np.float64], downbeats_s: NDArray[np.float64]
) -> Case | None:
    """None where the truth has no bars of four."""
    period_s = 60.0 / bpm
    first_s = beats_s[0] % period_s
    places = np.round((downbeats_s - first_s) / period_s).astype(int) % 4
    counts = np.bincount(places, minlength=4)
    if not len(places) or counts.max() < 0.9 * len(places):
        return None
    grid_s = np.arange(first_s, evidence.duration_s - period_s, period_s)
    return Case(bar_cues(evidence, grid_s, beats_per_bar=4), np.zeros(4), int(counts.argmax()), 1.0)


def fit(cases: list[Case]) -> NDArray[np.float64]:
    def loss(weights: NDArray[np.float64]) -> float:
        total = PENALTY * float(weights @ weights)
        for case in cases:
            scores = case.cues @ weights + case.prior
            total += case.weight * float(
                np.log(np.exp(scores - scores.max()).sum()) - scores[case.right] + scores.max()
            )
        return total

    return minimize(loss, np.zeros(cases[0].cues.shape[1]), method="BFGS").x


def left_out(cases: list[Case]) -> float:
    real = [i for i, case in enumerate(cases) if case.weight == 1.0]
    right = 0
    for i in real:
        weights = fit([case for j, case in enumerate(cases) if j != i])
        right += int((cases[i].cues @ weights + cases[i].prior).argmax()) == cases[i].right
    return right / len(real)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifests", nargs="+")
    parser.add_argument("--detector", default="network")
    arguments = parser.parse_args()
    detect = load_detector(arguments.detector)
    octaves, bars, missed = [], [], 0
    asked = EvaluationOptions("beats", tuple(arguments.manifests), where=("constant=1", "bpm<=205"))
    for case in plan_evaluation(asked).cases:
        reference = case.reference
        evidence = detect(decode(case.audio, sample_rate=44100))
        octaves.append(octave_case(evidence, reference.bpm, 1.0))
        missed += octaves[-1] is None
        bars.append(bar_case(evidence, reference.bpm, reference.beats_s, reference.downbeats_s))
    for number, (style, bpm) in enumerate(SYNTHETIC):
        samples = synthesise(style, bpm=bpm, duration_s=40, first_beat_s=0.137, seed=number).samples
        octaves.append(octave_case(detect(Audio(samples, 44100, 44100)), bpm, SYNTHETIC_SHARE))
    for name, found in (("octave", octaves), ("bar line", bars)):
        cases = [case for case in found if case is not None]
        print(f"{name}: weights {np.round(fit(cases), 2).tolist()}, left out {left_out(cases):.1%}")
    print(f"{missed} tracks whose tempo is no candidate count as missing there")


if __name__ == "__main__":
    main()
