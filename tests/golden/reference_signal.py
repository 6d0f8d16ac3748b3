"""Four seconds of drums and a chord, made of sums and products alone, so that they are the same on every computer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["reference_signal"]

_RATE = 44100
_BEAT = 20672  # samples; 127.999 BPM


def reference_signal(beats: int = 8) -> NDArray[np.int16]:
    """Samples at 44.1 kHz, 16 bit, shape (n,): a kick on each beat, a noise burst on each second, hats, a chord."""
    length = beats * _BEAT + _BEAT // 2
    tape = np.zeros(length)
    for beat in range(beats):
        _add(tape, beat * _BEAT, 0.55 * _tone(9000, 110.0, 45.0) * _decay(9000, 0.99945))
        _add(tape, beat * _BEAT + _BEAT // 2, 0.12 * _hiss(2600, 7 + beat) * _decay(2600, 0.9986))
        if beat % 2:
            _add(tape, beat * _BEAT, 0.22 * _hiss(7000, 101 + beat) * _decay(7000, 0.9993))
    for bar, root_hz in enumerate((110.0, 130.8, 98.0)):
        for ratio in (1.0, 1.2, 1.5):
            _add(tape, bar * 4 * _BEAT, 0.05 * _tone(4 * _BEAT, 2 * root_hz * ratio, 2 * root_hz * ratio))
    return np.clip(np.floor(tape * 32767.0 + 0.5), -32768, 32767).astype(np.int16)


def _add(tape: NDArray[np.float64], start: int, sound: NDArray[np.float64]) -> None:
    room = tape[start : start + len(sound)]
    room += sound[: len(room)]


def _decay(length: int, factor: float) -> NDArray[np.float64]:
    return np.cumprod(np.full(length, factor))


def _tone(length: int, first_hz: float, last_hz: float) -> NDArray[np.float64]:
    """Parabolas in place of a sine, whose last digits depend on the library."""
    step = first_hz + (last_hz - first_hz) * np.arange(length) / length
    phase = np.cumsum(step / _RATE) % 1.0
    half = phase % 0.5
    return np.where(phase < 0.5, 1.0, -1.0) * 16.0 * half * (0.5 - half)


def _hiss(length: int, seed: int) -> NDArray[np.float64]:
    """Noise of a linear congruential generator, -1..1."""
    state = seed
    values = np.empty(length)
    for i in range(length):
        state = (1664525 * state + 1013904223) % (1 << 32)
        values[i] = state / (1 << 31) - 1.0
    return values
