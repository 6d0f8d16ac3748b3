"""Sound colours drawn by lot: a drum kit and tone colours that no two seeds share.

Drums are arrays whose first sample is not zero. Tones are read out of one period of a waveform whose harmonics are cut
off softly at a cutoff, so that brightness can rise through a section; ``brightness`` goes from 0 (dull) to 1 (open).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.demo.harmony import Tonality
from edm.demo.instruments import noise_band, released, seconds, struck
from edm.model import FloatArray

__all__ = ["BRIGHTNESS_STEPS", "Palette", "Timbre", "draw_palette"]

BRIGHTNESS_STEPS = 8
"""Different brightnesses; tones are made once for each."""

_PERIOD = 2048
# Cutoff in Hz of the dullest and the brightest tone: four and a half octaves.
_CUTOFFS_HZ = (350.0, 9000.0)


@dataclass(frozen=True, slots=True)
class Timbre:
    """How one voice sounds.

    Attributes
    ----------
    slope
        Amplitude of harmonic k is k to the power of minus this.
    odd
        Strength of the even harmonics, 0..1.
    detune_cents
        Of each of the two tones beside the middle one; 0: one tone only.
    attack_s, decay_s
        Rise, and time to 1/e; an infinite decay is an organ's.
    cutoff
        Factor on the cutoff.
    """

    slope: float
    odd: float
    detune_cents: float
    attack_s: float
    decay_s: float
    cutoff: float = 1.0


class Palette:
    """One seed's kit (``drums``, by name), voices (``timbres``) and levels (``gains``), at a sample rate in Hz."""

    def __init__(self, drums: dict[str, FloatArray], timbres: dict[str, Timbre], gains: dict[str, float], rate: int):
        self.drums, self.timbres, self.gains, self.rate = drums, timbres, gains, rate
        self._tones: dict[tuple[str, float, int], FloatArray] = {}

    def tone(self, voice: str, frequency_hz: float, *, length_s: float, brightness: float) -> FloatArray:
        """Note of ``voice``, at least ``length_s`` long unless it dies away before; kept for the next time."""
        step = round(brightness * (BRIGHTNESS_STEPS - 1))
        timbre = self.timbres[voice]
        enough_s = min(length_s, 5.0 * timbre.decay_s)
        known = self._tones.get((voice, frequency_hz, step))
        if known is None or len(known) < round(enough_s * self.rate):
            known = self._make(timbre, frequency_hz, length_s=1.01 * enough_s + 0.01, step=step)
            self._tones[voice, frequency_hz, step] = known
        return known

    def _make(self, timbre: Timbre, frequency_hz: float, *, length_s: float, step: int) -> FloatArray:
        low_hz, high_hz = _CUTOFFS_HZ
        cutoff_hz = timbre.cutoff * low_hz * (high_hz / low_hz) ** (step / (BRIGHTNESS_STEPS - 1))
        highest = min(_PERIOD // 2 - 1, int(0.45 * self.rate / frequency_hz))
        k = np.arange(1, highest + 1)
        amplitudes = k**-timbre.slope / np.sqrt(1.0 + (k * frequency_hz / max(cutoff_hz, frequency_hz)) ** 4)
        amplitudes[1::2] *= timbre.odd
        spectrum = np.zeros(_PERIOD // 2 + 1, np.complex128)
        # Phases of the harmonics go on by k², which keeps the peak of the sum low.
        spectrum[1 : highest + 1] = amplitudes * np.exp(-1j * (np.pi / 2 + 2.399 * k**2))
        period = np.fft.irfft(spectrum, _PERIOD)
        # Loudness of a tone does not hang on its colour.
        period = np.append(period, period[0]).astype(np.float32) / np.float32(max(period.std(), 1e-9))
        length = max(1, round(length_s * self.rate))
        sound = np.zeros(length, np.float32)
        voices = (0.0,) if timbre.detune_cents == 0 else (-timbre.detune_cents, 0.0, timbre.detune_cents)
        for number, cents in enumerate(voices):
            turns = np.arange(length) * (frequency_hz * 2.0 ** (cents / 1200.0) / self.rate) + 0.29 * number
            place = (turns % 1.0) * _PERIOD
            whole = place.astype(np.int32)
            part = (place - whole).astype(np.float32)
            sound += period[whole] * (1 - part) + period[whole + 1] * part
        t = seconds(length_s, self.rate)[:length]
        envelope = np.minimum(np.float32(1.0), t / np.float32(timbre.attack_s))
        if np.isfinite(timbre.decay_s):
            envelope *= np.exp(-t / np.float32(timbre.decay_s))
        return released(sound * envelope * np.float32(0.5 / len(voices) ** 0.5), self.rate)


def draw_palette(rng: np.random.Generator, tonality: Tonality, *, hard: float, rate: int) -> Palette:
    """A kit and voices by lot; ``hard`` (0..1) distorts kick and bass."""

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    # Half of the kicks end on the tonic, the others where they please.
    root_hz = tonality.hz(tonality.midi(0, 1))
    tail_hz = root_hz if rng.random() < 0.5 else between(44.0, 58.0)
    snare_hz = (between(600.0, 1400.0), between(7000.0, 12000.0))
    hat_hz = (between(5500.0, 8500.0), between(14000.0, 18000.0))
    drums = {
        "kick": _kick(rng, rate, tail_hz, decay_s=between(0.07, 0.16), hard=hard * between(0.6, 1.0)),
        "soft_kick": _kick(rng, rate, tail_hz, decay_s=0.09, hard=0.0, click=0.0),
        "snare": _burst(rng, rate, snare_hz, decay_s=between(0.04, 0.1), tone_hz=between(160.0, 230.0)),
        "clap": _burst(rng, rate, (between(700.0, 1100.0), between(5000.0, 8000.0)), decay_s=between(0.03, 0.08)),
        "hat": _burst(rng, rate, hat_hz, decay_s=between(0.012, 0.03)),
        "open_hat": _burst(rng, rate, hat_hz, decay_s=between(0.05, 0.1)),
        "ride": _burst(rng, rate, (between(3500.0, 5500.0), 15000.0), decay_s=between(0.12, 0.25)),
        "shaker": _burst(rng, rate, (between(4000.0, 6000.0), 11000.0), decay_s=0.035),
        "perc": _burst(rng, rate, (300.0, 2000.0), decay_s=0.02, tone_hz=between(300.0, 900.0)),
        "tom": _kick(rng, rate, between(85.0, 120.0), decay_s=0.12, hard=0.0),
        "crash": _burst(rng, rate, (between(2500.0, 4000.0), 16000.0), decay_s=between(0.35, 0.8)),
        "impact": _kick(rng, rate, root_hz, decay_s=between(0.4, 0.7), hard=0.2),
    }
    timbres = {
        "bass": Timbre(between(0.9, 1.6), between(0.2, 1.0), 0.0, 0.004, between(0.25, 0.9), cutoff=between(0.5, 1.2)),
        "sub": Timbre(between(2.0, 3.0), 0.3, 0.0, 0.01, np.inf, cutoff=0.4),
        "pad": Timbre(between(1.0, 1.7), between(0.4, 1.0), between(4.0, 9.0), between(0.02, 0.2), np.inf, cutoff=0.6),
        "stab": Timbre(between(0.8, 1.3), 1.0, between(0.0, 6.0), 0.003, between(0.12, 0.3)),
        "lead": Timbre(between(0.7, 1.2), between(0.1, 1.0), between(5.0, 11.0), 0.006, between(0.25, 0.8)),
        "lead2": Timbre(between(0.6, 1.4), between(0.0, 0.4), between(0.0, 8.0), 0.01, between(0.3, 1.0), cutoff=1.5),
        "arp": Timbre(between(0.9, 1.5), between(0.0, 1.0), 0.0, 0.003, between(0.08, 0.22)),
        "vocal": Timbre(between(1.1, 1.6), 0.8, between(2.0, 5.0), 0.05, between(0.8, 1.6), cutoff=0.5),
    }
    level = {
        "kick": 0.95,
        "soft_kick": 0.3,
        "snare": 0.55,
        "clap": 0.5,
        "hat": 0.2,
        "open_hat": 0.24,
        "ride": 0.16,
        "shaker": 0.13,
        "perc": 0.2,
        "tom": 0.4,
        "crash": 0.28,
        "impact": 0.6,
        "riser": 0.22,
        "roll": 0.4,
        "bass": 0.34,
        "sub": 0.26,
        "pad": 0.11,
        "stab": 0.12,
        "lead": 0.2,
        "lead2": 0.2,
        "arp": 0.13,
        "vocal": 0.22,
    }
    # Mixes differ by a few decibels; kick and bass, which carry a drop, by less.
    spread_db = {name: 1.0 if name in {"kick", "bass"} else 2.5 for name in level}
    gains = {name: gain * 10 ** (between(-spread_db[name], spread_db[name]) / 20) for name, gain in level.items()}
    return Palette(drums, timbres, gains, rate)


def _kick(
    rng: np.random.Generator, rate: int, tail_hz: float, *, decay_s: float, hard: float, click: float = 0.2
) -> FloatArray:
    """A sine that falls to ``tail_hz``."""
    t = seconds(min(0.8, 4.5 * decay_s), rate)
    fall_s = float(rng.uniform(0.018, 0.04))
    frequency_hz = tail_hz + float(rng.uniform(110.0, 190.0)) * np.exp(-t / fall_s)
    body = np.sin(2 * np.pi * np.cumsum(frequency_hz, dtype=np.float64) / rate) * np.exp(-t / decay_s)
    if hard > 0:
        body = np.tanh((1 + 6 * hard) * body) * (1 - 0.25 * hard)
    noise = rng.standard_normal(len(t)) * np.exp(-t / 0.002)
    sound = body + click * noise
    return struck(sound, rate) if click > 0 else released(sound, rate)


def _burst(
    rng: np.random.Generator, rate: int, band_hz: tuple[float, float], *, decay_s: float, tone_hz: float | None = None
) -> FloatArray:
    """Noise in a band that dies away, over a tone or none."""
    t = seconds(min(2.5, 5.0 * decay_s), rate)
    sound = noise_band(rng, len(t), rate, low_hz=band_hz[0], high_hz=band_hz[1]) * np.exp(-t / decay_s)
    if tone_hz is not None:
        sound = 0.75 * sound + 0.5 * np.sin(2 * np.pi * tone_hz * t) * np.exp(-t / 0.05)
    return struck(sound, rate)
