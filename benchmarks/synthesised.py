"""How exact tempo and beat are where the truth is exact: synthesised tracks in odd steps from 70 to 180 BPM.

    python benchmarks/synthesised.py [--detector network] [--seconds 60]

The octave is judged apart from the number: "octave wrong" counts estimates at another level, and the error is that of
the number after the best of x 1/2, 1, 2.
"""

from __future__ import annotations

import argparse

import numpy as np

from edm.analysis.bpm import hear_rhythm
from edm.demo.synth import synthesise
from edm.model import Audio

TEMPOS = (70.3, 77.77, 87.5, 93.21, 99.99, 105.5, 112.4, 118.03, 121.7, 124.3, 125.0, 126.5, 127.97, 128.0, 129.13)
TEMPOS += (132.7, 136.05, 140.0, 145.67, 150.4, 156.25, 163.3, 170.02, 173.97, 174.0, 180.0)
OFFSETS_S = (0.0, 0.137, 0.4021)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", default="network")
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    errors, phases_ms, other_level, downbeats = [], [], [], []
    for number, bpm in enumerate(TEMPOS):
        style = "hiphop" if bpm < 100 else "dnb" if bpm > 160 else ("house", "techno", "trance")[number % 3]
        offset_s = OFFSETS_S[number % len(OFFSETS_S)]
        track = synthesise(style, bpm=bpm, duration_s=arguments.seconds, first_beat_s=offset_s, seed=number)
        rhythm = hear_rhythm(Audio(track.samples, 44100, 44100), detector=arguments.detector)
        if rhythm.tempo.bpm is None:
            other_level.append((bpm, None))
            continue
        error = min((rhythm.tempo.bpm * ratio - bpm for ratio in (0.5, 1.0, 2.0)), key=abs)
        errors.append(abs(error))
        if abs(rhythm.tempo.bpm - bpm) > 1:
            other_level.append((bpm, round(rhythm.tempo.bpm, 2)))
            continue
        # The grid goes on before the first sound, so a beat may come first there: phase, not place.
        late_beats = (rhythm.beats.times_s[0] - track.beats.times_s[0]) * bpm / 60
        phases_ms.append(1e3 * (late_beats - round(late_beats)) * 60 / bpm)
        downbeats.append(abs((rhythm.beats.downbeats_s[0] - track.beats.downbeats_s[0]) * bpm / 60 + 2) % 4 - 2)
        print(f"{bpm:7.2f} {style:7} error {error:+.4f} BPM, beat {phases_ms[-1]:+.2f} ms", flush=True)
    print(f"{arguments.detector}: largest error {max(errors):.4f} BPM, median {np.median(errors):.4f}")
    print(f"beat: median {np.median(phases_ms):+.2f} ms, largest {np.max(np.abs(phases_ms)):.2f} ms")
    print(f"downbeat right: {np.mean(np.abs(downbeats) < 0.2):.0%}; octave wrong: {other_level}")


if __name__ == "__main__":
    main()
