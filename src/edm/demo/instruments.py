"""The sounds of a small electronic band, each one a short array.

Every function takes a sample rate in Hz and returns float32 samples, shape (n,), of about full scale. Drums begin
with a sample that is not zero, so that a drum placed at sample ``i`` is heard from sample ``i`` on. Tones take
frequencies in Hz and lengths in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edm.model import FloatArray

__all__ = [
    "bass",
    "clap",
    "crash",
    "cut",
    "hat",
    "kick",
    "noise_band",
    "pad",
    "pluck",
    "released",
    "riser",
    "seconds",
    "snare",
    "struck",
]

# Seconds over which a tone that is cut ends: short enough to stay a cut, long enough not to click.
_RELEASE_S = 0.006


def kick(rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Bass drum: a sine that falls from 190 to 48 Hz under a click of 2 ms."""
    t = seconds(0.3, sample_rate)
    frequency_hz = 48.0 + 142.0 * np.exp(-t / 0.028)
    phase = 2 * np.pi * np.cumsum(frequency_hz, dtype=np.float64) / sample_rate
    click = rng.standard_normal(len(t)) * np.exp(-t / 0.002) * 0.25
    return struck(np.sin(phase) * np.exp(-t / 0.11) + click, sample_rate)


def snare(rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Snare drum: a tone of 190 Hz under noise."""
    t = seconds(0.2, sample_rate)
    wires = noise_band(rng, len(t), sample_rate, low_hz=900.0, high_hz=9000.0) * np.exp(-t / 0.06)
    shell = np.sin(2 * np.pi * 190.0 * t) * np.exp(-t / 0.05)
    return struck(0.75 * wires + 0.5 * shell, sample_rate)


def clap(rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Hand clap: one sharp burst of noise and its short room."""
    t = seconds(0.18, sample_rate)
    envelope = 0.7 * np.exp(-t / 0.007) + 0.5 * np.exp(-t / 0.05)
    return struck(noise_band(rng, len(t), sample_rate, low_hz=800.0, high_hz=6000.0) * envelope, sample_rate)


def hat(rng: np.random.Generator, sample_rate: int, *, decay_s: float = 0.02) -> FloatArray:
    """Hi-hat: noise above 7 kHz; a long ``decay_s`` opens it."""
    t = seconds(6 * decay_s, sample_rate)
    noise = noise_band(rng, len(t), sample_rate, low_hz=7000.0, high_hz=18000.0)
    return struck(noise * np.exp(-t / decay_s), sample_rate)


def crash(rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Crash cymbal: two seconds of bright noise."""
    t = seconds(2.0, sample_rate)
    noise = noise_band(rng, len(t), sample_rate, low_hz=3000.0, high_hz=16000.0)
    return struck(noise * np.exp(-t / 0.5), sample_rate)


def riser(rng: np.random.Generator, sample_rate: int, *, length_s: float) -> FloatArray:
    """Noise that swells over ``length_s``, towards a drop."""
    t = seconds(length_s, sample_rate)
    noise = noise_band(rng, len(t), sample_rate, low_hz=1500.0, high_hz=12000.0)
    return released(noise * (t / length_s) ** 2, sample_rate)


def bass(frequency_hz: float, sample_rate: int, *, length_s: float) -> FloatArray:
    """Bass note: eight harmonics, the high ones short."""
    partials = [(k, 1.0 / k, 0.5 / k) for k in range(1, 9)]
    return released(0.7 * _additive(frequency_hz, partials, sample_rate, length_s=length_s), sample_rate)


def pluck(frequency_hz: float, sample_rate: int, *, length_s: float) -> FloatArray:
    """Plucked synthesiser note."""
    partials = [(k, 1.0 / k, 0.16 / k**0.7) for k in range(1, 7)]
    return released(0.6 * _additive(frequency_hz, partials, sample_rate, length_s=length_s), sample_rate)


def pad(frequencies_hz: Iterable[float], sample_rate: int, *, length_s: float) -> FloatArray:
    """Sustained chord of detuned, soft-edged tones."""
    tones = [frequency_hz * detune for frequency_hz in frequencies_hz for detune in (0.9985, 1.0015)]
    partials = [(k, k**-1.4, math.inf) for k in range(1, 5)]
    chord = sum(
        (_additive(tone, partials, sample_rate, length_s=length_s) for tone in tones), start=np.zeros(1, np.float32)
    )
    t = seconds(length_s, sample_rate)
    envelope = np.minimum(1.0, t / 0.015) * (0.6 + 0.6 * np.exp(-t / 0.35))
    return released(chord * envelope * (0.7 / len(tones)), sample_rate)


def cut(sound: FloatArray, length: int, sample_rate: int) -> FloatArray:
    """At most ``length`` samples of ``sound``, ending without a click."""
    return sound if length >= len(sound) else released(sound[: max(length, 1)], sample_rate)


def noise_band(rng: np.random.Generator, length: int, sample_rate: int, *, low_hz: float, high_hz: float) -> FloatArray:
    """White noise of ``length`` samples, limited to a band with soft edges, of standard deviation 0.4."""
    # A power of two: transforms of other lengths can take ten times as long.
    padded = 1 << max(length - 1, 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(padded))
    frequencies_hz = np.maximum(np.fft.rfftfreq(padded, 1 / sample_rate), 1e-3)
    # Second-order slopes on both sides.
    spectrum /= np.sqrt((1 + (low_hz / frequencies_hz) ** 4) * (1 + (frequencies_hz / high_hz) ** 4))
    noise = np.fft.irfft(spectrum, padded)[:length]
    return (0.4 * noise / max(float(noise.std()), 1e-9)).astype(np.float32)


def seconds(length_s: float, sample_rate: int) -> FloatArray:
    """Time of each sample of ``length_s`` seconds, from 0; at least one."""
    seconds: FloatArray = np.arange(max(1, round(length_s * sample_rate)), dtype=np.float32)
    seconds /= sample_rate
    return seconds


def struck(sound: NDArray[np.floating[Any]], sample_rate: int) -> FloatArray:
    """``sound`` with an attack in its very first sample."""
    sound[0] = 0.4
    return released(sound, sample_rate)


def released(sound: NDArray[np.floating[Any]], sample_rate: int) -> FloatArray:
    """``sound`` faded out over its last 6 ms; a copy."""
    faded = np.array(sound, np.float32)
    length = min(len(faded), max(2, round(_RELEASE_S * sample_rate)))
    faded[-length:] *= np.linspace(1.0, 0.0, length, dtype=np.float32)
    return faded


def _additive(
    frequency_hz: float, partials: list[tuple[int, float, float]], sample_rate: int, *, length_s: float
) -> FloatArray:
    """Sum of harmonics, each a (number, amplitude, decay in seconds), those above 0.45 of the rate left out."""
    t = seconds(length_s, sample_rate)
    sound = np.zeros(len(t), np.float32)
    for number, amplitude, decay_s in partials:
        if number * frequency_hz > 0.45 * sample_rate:
            break
        # A turning complex number makes a sine far faster than np.sin, exact enough in double precision.
        turn = 2j * np.pi * number * frequency_hz / sample_rate - (1 / (decay_s * sample_rate))
        sound += amplitude * _exponential(turn, len(t)).imag.astype(np.float32)
    return sound


def _exponential(step: complex, length: int) -> NDArray[np.complex128]:
    """``exp(step * arange(length))`` as an outer product of two short ones."""
    columns = 512
    rows = -(-length // columns)
    fine = np.exp(step * np.arange(columns))
    coarse = np.exp(step * columns * np.arange(rows))
    grid: NDArray[np.complex128] = np.multiply.outer(coarse, fine)
    return grid.ravel()[:length]
