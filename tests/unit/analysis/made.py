"""Evidence and attacks made from beat times, without any sound."""

from __future__ import annotations

import numpy as np

from edm.analysis.beats.evidence import Evidence, Onsets
from edm.dsp.attacks import HOP
from edm.model import FloatArray, TimeArray

__all__ = ["FRAMES_PER_S", "RATE", "attacks_on", "beats_at", "evidence_on", "pulses"]

FRAMES_PER_S = 100
RATE = 44100


def beats_at(bpm: float, duration_s: float, offset_s: float = 0.1) -> TimeArray:
    """Beat times of a constant tempo."""
    return np.arange(offset_s, duration_s - 1e-9, 60.0 / bpm)


def pulses(
    times_s: TimeArray, duration_s: float, *, steps_per_s: float = FRAMES_PER_S, width_steps: float = 1.2
) -> FloatArray:
    """A bump of height 1 at each instant, over next to nothing."""
    steps = np.arange(round(duration_s * steps_per_s))
    curve = np.full(len(steps), 1e-3, np.float32)
    for time_s in np.asarray(times_s):
        place = time_s * steps_per_s
        near = slice(max(0, int(place - 6 * width_steps)), max(0, int(place + 6 * width_steps) + 2))
        curve[near] += np.exp(-0.5 * ((steps[near] - place) / width_steps) ** 2).astype(np.float32)
    return curve


def attacks_on(times_s: TimeArray, duration_s: float) -> FloatArray:
    """What `attack_strength` would say of sharp sounds at these instants."""
    return pulses(times_s, duration_s, steps_per_s=RATE / HOP, width_steps=0.8)


def evidence_on(
    beats_s: TimeArray,
    duration_s: float,
    *,
    downbeats_s: TimeArray | None = None,
    onsets_s: TimeArray | None = None,
    high_s: TimeArray | None = None,
    spectrum: FloatArray | None = None,
    source: str = "network",
) -> Evidence:
    """Beats where they are, onsets on them or elsewhere, a spectrum that never changes or one that is given."""
    beat = 0.9 * pulses(beats_s, duration_s)
    onsets = pulses(beats_s if onsets_s is None else onsets_s, duration_s)
    high = onsets if high_s is None else pulses(high_s, duration_s)
    return Evidence(
        source,
        beat.astype(np.float32),
        None if downbeats_s is None else (0.9 * pulses(downbeats_s, duration_s)).astype(np.float32),
        Onsets(low=onsets, middle=onsets, high=high, total=onsets),
        np.ones((len(beat), 4), np.float32) if spectrum is None else spectrum,
    )
