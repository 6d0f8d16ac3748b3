"""How loud, by the broadcasters' measure, and how squeezed.

Loudness is that of ITU-R BS.1770-4 for one channel, its range that of EBU Tech 3342. The weighting filter is applied
by FFT, and only sums over tenths of a second are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from edm.dsp.loudness import SILENCE_LUFS, STEP_S, level_range, lufs, ratio_of, running_means, weighting_sections
from edm.model import FloatArray, TimeArray
from edm.sonic.frames import SAMPLE_RATE

__all__ = ["Steps", "loudness_range", "loudness_steps", "loudness_values"]

_STEP = round(STEP_S * SAMPLE_RATE)
_FFT = 1 << 16
_TAPS = 1 << 13  # 186 ms: by then the filter has fallen by 380 dB
_CHUNK_STEPS = (_FFT - _TAPS + 1) // _STEP
_GATE_LU = 10.0
_TARGET_LUFS = -23.0  # where broadcasters bring a programme to before they gate it


@dataclass(frozen=True, slots=True)
class Steps:
    """What is left of the samples: sums over consecutive tenths of a second.

    Attributes
    ----------
    weighted, power
        Mean square of the weighted and of the plain samples, shape (steps,).
    peak
        Largest magnitude, shape (steps,).
    """

    weighted: TimeArray
    power: TimeArray
    peak: TimeArray

    def within(self, start_s: float, end_s: float) -> Steps:
        """The steps of a segment; at least one."""
        first = min(round(start_s / STEP_S), len(self.power) - 1)
        part = slice(first, max(round(end_s / STEP_S), first + 1))
        return Steps(self.weighted[part], self.power[part], self.peak[part])


def loudness_steps(samples: FloatArray) -> Steps:
    """Sums over the whole tenths of a second of a track; over all of it where it is shorter than one.

    Parameters
    ----------
    samples
        Mono at 44.1 kHz, shape (n,), n >= 1.
    """
    from scipy.fft import irfft, rfft

    short = len(samples) < _STEP
    steps = max(1, len(samples) // _STEP)
    weighted, power, peak = np.empty(steps), np.empty(steps), np.empty(steps)
    response = _weighting_response()
    for first in range(0, steps, _CHUNK_STEPS):
        stop = min(first + _CHUNK_STEPS, steps)
        begin, end = first * _STEP, stop * _STEP
        # The filter's memory goes before; nothing before the track.
        stretch = np.zeros(_FFT, dtype=np.float32)
        inside = samples[max(begin - _TAPS + 1, 0) : end]
        offset = max(_TAPS - 1 - begin, 0)
        stretch[offset : offset + len(inside)] = inside
        filtered = irfft(rfft(stretch) * response, overwrite_x=True)
        filtered = filtered[_TAPS - 1 : _TAPS - 1 + end - begin].reshape(-1, _STEP)
        plain = stretch[_TAPS - 1 : _TAPS - 1 + end - begin].reshape(-1, _STEP)
        weighted[first:stop] = np.einsum("ij,ij->i", filtered, filtered)
        power[first:stop] = np.einsum("ij,ij->i", plain, plain)
        peak[first:stop] = np.maximum(plain.max(axis=1), -plain.min(axis=1))
    count = len(samples) if short else _STEP
    return Steps(weighted / count, power / count, peak)


def loudness_values(steps: Steps) -> dict[str, float]:
    """Dimensions of the family, without its name; ``level_spread`` aside, which comes from the spans."""
    power = float(steps.power.mean())
    audible = steps.power > power * 1e-6
    crests = 20 * np.log10(steps.peak[audible] / np.sqrt(steps.power[audible]))
    return {
        "lufs": lufs(steps.weighted),
        "range": loudness_range(steps.weighted),
        "crest": 20 * float(np.log10(steps.peak.max() / np.sqrt(power))) if power > 0 else 0.0,
        "punch": float(np.median(crests)) if len(crests) else 0.0,
    }


def loudness_range(weighted: TimeArray) -> float:
    """From the 10th to the 95th percentile of the gated short-term loudness (3 s), in LU; 0 for less than 3 s.

    Differs from the standard in that the absolute gate lies 47 LU under the loudness of the sound itself, which is
    -70 LUFS for a programme at -23: so the range is the same for a louder copy.
    """
    own = running_means(weighted)
    own = own[own > own.mean() * ratio_of(SILENCE_LUFS - _TARGET_LUFS)]
    if not len(own):
        return 0.0
    gate = own[own > own.mean() * ratio_of(-_GATE_LU)].mean() * ratio_of(SILENCE_LUFS - _TARGET_LUFS)
    return level_range(weighted, gate)


@lru_cache(maxsize=1)
def _weighting_response() -> NDArray[np.complex64]:
    """Frequency response of the weighting, its impulse response cut to `_TAPS`, shape (_FFT // 2 + 1,)."""
    impulse = np.zeros(_TAPS)
    impulse[0] = 1.0
    for b0, b1, b2, _, a1, a2 in weighting_sections(SAMPLE_RATE).tolist():
        out, x1, x2, y1, y2 = [], 0.0, 0.0, 0.0, 0.0
        for x in impulse.tolist():
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            out.append(y)
        impulse = np.array(out)
    return np.fft.rfft(impulse, _FFT).astype(np.complex64)
