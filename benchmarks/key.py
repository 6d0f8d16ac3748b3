"""How well the key is found, how much it costs, and how much of madmom's network there is in ours.

    python benchmarks/key.py synthesised [--first 5000] [--tracks 60]
    python benchmarks/key.py detuned TRACK...
    python benchmarks/key.py madmom TRACK...
    python benchmarks/key.py cost TRACK...

``synthesised``: weighted score (MIREX) and share of right keys on arranged tracks, by both methods. ``detuned``: share
of real tracks that keep their key when they are played 15 to 45 cents higher or lower. ``madmom``: largest difference
of a probability between its network and ours on the first 30 s, and how often the key is the same; madmom must be
installed. ``cost``: CPU seconds for 4 minutes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import mir_eval
import numpy as np

from edm.analysis.key import analyze_key
from edm.analysis.key_network import key_probabilities, published_network
from edm.analysis.key_spectra import SAMPLE_RATE, low_spectra, network_bands
from edm.audio.decode import decode
from edm.demo.arranged import random_track
from edm.model import Audio
from edm.model.keys import KEYS

CENTS = (-45, -30, -15, 15, 30, 45)


def score(estimate: str, reference: str) -> float:
    return float(mir_eval.key.weighted_score(reference, estimate))


def synthesised(first: int, tracks: int) -> None:
    with tempfile.TemporaryDirectory() as nothing:
        methods = {"network": None, "profiles": Path(nothing)}
        scores: dict[str, list[float]] = {name: [] for name in methods}
        sure: dict[str, list[float]] = {name: [] for name in methods}
        tuning = []
        for seed in range(first, first + tracks):
            track = random_track(seed)
            for name, models_dir in methods.items():
                key = analyze_key(Audio(track.samples, track.sample_rate, track.sample_rate), models_dir=models_dir)
                scores[name].append(score(key.name, track.key) if key else 0.0)
                sure[name].append(key.confidence if key else 0.0)
                if scores[name][-1] < 1:
                    print(f"{seed}: {track.key} ({track.style}) is {key and key.name} by {name}", flush=True)
            if key and key.tuning_cents is not None:
                tuning.append(abs((key.tuning_cents - track.tuning_cents + 50) % 100 - 50))
    for name in methods:
        right = np.mean([one == 1 for one in scores[name]])
        print(f"{name}: weighted {np.mean(scores[name]):.3f}, right {right:.3f}, sure {np.mean(sure[name]):.3f}")
    print(f"tuning: median error {np.median(tuning):.1f} cents, largest {max(tuning):.1f} of {len(tuning)}")


def detuned(paths: list[Path]) -> None:
    import soxr

    for correct in (True, False):
        kept = []
        for path in paths:
            audio = decode(path, sample_rate=SAMPLE_RATE)
            as_it_is = key_of(audio, correct=correct)
            for cents in CENTS:
                samples = soxr.resample(audio.samples, SAMPLE_RATE * 2 ** (cents / 1200), SAMPLE_RATE)
                kept.append(key_of(replace(audio, samples=samples.astype(np.float32)), correct=correct) == as_it_is)
        print(f"{'as it is' if correct else 'the network alone, tuning left in'}: {np.mean(kept):.3f} keep their key")


def key_of(audio: Audio, *, correct: bool) -> str | None:
    if correct:
        key = analyze_key(audio)
        return key and key.name
    probabilities = key_probabilities(network_bands(low_spectra(audio.samples)), published_network())
    return KEYS[int(probabilities.argmax())].name


def cost(paths: list[Path]) -> None:
    seconds = []
    for path in paths:
        audio = decode(path, sample_rate=SAMPLE_RATE)
        audio = replace(audio, samples=np.resize(audio.samples, 240 * SAMPLE_RATE))
        analyze_key(audio)
        began = time.process_time()
        analyze_key(audio)
        seconds.append(time.process_time() - began)
    print(f"4 minutes: {statistics.median(seconds):.3f} CPU s (median of {len(seconds)}, most {max(seconds):.3f})")


def madmom(paths: list[Path]) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from golden.make_madmom_key import key_probabilities_of_madmom

    theirs_of = key_probabilities_of_madmom()
    differences, same, joined = [], [], []
    for path in paths:
        audio = decode(path, sample_rate=SAMPLE_RATE)
        samples = np.clip(np.rint(audio.samples[: 30 * SAMPLE_RATE] * 32768), -32768, 32767).astype(np.int16)
        theirs = theirs_of(samples)
        floats = (samples / 32768).astype(np.float32)
        ours = key_probabilities(network_bands(low_spectra(floats)), published_network())
        differences.append(float(np.abs(ours - theirs).max()))
        same.append(ours.argmax() == theirs.argmax())
        key = analyze_key(replace(audio, samples=floats))
        joined.append(key is not None and key.name == KEYS[int(theirs.argmax())].name)
    print(f"largest difference {max(differences):.1e}; same key by the network {np.mean(same):.3f}")
    print(f"same key with tuning and profiles {np.mean(joined):.3f} of {len(paths)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    made = what.add_parser("synthesised")
    made.add_argument("--first", type=int, default=5000)
    made.add_argument("--tracks", type=int, default=60)
    commands = {"detuned": detuned, "madmom": madmom, "cost": cost}
    for name in commands:
        what.add_parser(name).add_argument("paths", type=Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.what == "synthesised":
        synthesised(arguments.first, arguments.tracks)
    else:
        commands[arguments.what](arguments.paths)


if __name__ == "__main__":
    main()
