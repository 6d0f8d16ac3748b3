"""A meter for the loudness of a whole track, fed block by block with its own channels at its own rate.

`LoudnessMeter` is what `edm.audio.decode.decode` hands blocks to; `measure_loudness` is for samples in memory. Memory
does not grow with the length, save for one number each tenth of a second.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from edm.dsp.loudness import SILENCE_LUFS, STEP_S, level_range, lufs, power_of, weighting_sections
from edm.errors import InputError
from edm.model import FloatArray, IntArray, Loudness, TimeArray

__all__ = ["LoudnessMeter", "measure_loudness"]

_REPLAYGAIN_LUFS = -18.0
# BS.1770: the speakers beside and behind count 1.5 dB more, the one for low effects not at all.
_WEIGHTS = {"LFE": 0.0, "LFE2": 0.0} | dict.fromkeys(("BL", "BR", "BC", "SL", "SR"), 1.41)
# Annex 2 asks for four values a sample at 48 kHz; at higher rates the samples themselves lie closer.
_OVERSAMPLED_HZ = 192_000
_MOST_OVERSAMPLING = 4
_TAPS = 24  # samples that a value between two of them is made from
_KAISER_BETA = 5.0
_STRETCH = 32  # samples looked at for peaks together
# The shelf of the weighting begins at 1.7 kHz: a rate without it has no loudness.
_LEAST_HZ = 4000
_BLOCK_FRAMES = 65_536


class LoudnessMeter:
    """Integrated loudness, range and true peak of what has been added since the start."""

    def __init__(self) -> None:
        self.start(44100, ("",))

    def start(self, sample_rate: int, channels: tuple[str, ...]) -> None:
        """Begin anew.

        Parameters
        ----------
        sample_rate
            Hz.
        channels
            FFmpeg's short name of each ("FL", "LFE"); "" counts as one in front.

        Raises
        ------
        InputError
                If the rate is not above 0, or there are no channels.
        """
        if sample_rate <= 0 or not channels:
            raise InputError(f"no loudness at {sample_rate} Hz of {len(channels)} channels")
        self._rate = sample_rate
        self._weights = np.array([_WEIGHTS.get(name, 1.0) for name in channels])
        self._sections = np.ascontiguousarray(weighting_sections(sample_rate)[:, [0, 1, 2, 4, 5]]).ravel()
        self._memory = np.zeros((len(channels), 4))
        self._filters = _between_samples(max(1, min(_MOST_OVERSAMPLING, _OVERSAMPLED_HZ // sample_rate)))
        self._most = float(np.abs(self._filters).sum(axis=1).max(initial=0.0))
        self._tails = np.zeros((len(channels), _TAPS - 1), dtype=np.float32)
        self._peak = np.zeros(1, dtype=np.float32)
        self._frames = 0
        self._steps: list[TimeArray] = []
        self._finished = 0
        self._open = 0.0

    def add(self, block: FloatArray) -> None:
        """Hear the next block.

        Parameters
        ----------
        block
            Shape (frames, channels), full scale ±1, finite; not kept.
        """
        from edm.dsp.loudness_kernel import weighted_energy

        if block.ndim != 2 or block.shape[1] != len(self._weights):
            raise InputError(f"a block of {len(self._weights)} channels has no shape {block.shape}")
        ends = self._ends(len(block))
        energies = np.zeros(len(ends))
        energy = np.empty(len(ends))
        for channel, weight in enumerate(self._weights):
            stretch = np.concatenate([self._tails[channel], block[:, channel]], dtype=np.float32)
            self._raise_peak(stretch)
            self._tails[channel] = stretch[len(block) :]
            if weight and self._rate >= _LEAST_HZ:
                weighted_energy(stretch[_TAPS - 1 :], self._sections, self._memory[channel], ends, energy)
                energies += weight * energy
        # The last end is that of the block, and mostly within a step.
        energies[0] += self._open
        self._open = float(energies[-1])
        self._steps.append(energies[:-1])
        self._finished += len(ends) - 1
        self._frames += len(block)

    def loudness(self) -> Loudness:
        """Of everything that was added.

        What is softer than -70 LUFS throughout has neither loudness nor range, nor has a track below 4 kHz; digital
        silence has no peak.
        """
        steps = self._mean_squares()
        integrated = lufs(steps)
        peak = self._true_peak()
        is_silent = integrated <= SILENCE_LUFS
        return Loudness(
            integrated_lufs=None if is_silent else integrated,
            range_lu=None if is_silent else level_range(steps, power_of(SILENCE_LUFS)),
            true_peak_dbtp=20 * float(np.log10(peak)) if peak > 0 else None,
            replaygain_db=None if is_silent else _REPLAYGAIN_LUFS - integrated,
        )

    def _ends(self, count: int) -> IntArray:
        """Where steps end within the next ``count`` frames, and then ``count``."""
        first = self._finished + 1
        ends = self._boundaries(first, first + int(count / (self._rate * STEP_S)) + 1) - self._frames
        return np.append(ends[ends <= count], count)

    def _boundaries(self, first: int, last: int) -> IntArray:
        """Where steps ``first`` to ``last`` end, in frames from the start; the rate need not be a multiple of ten."""
        frames: IntArray = np.rint(np.arange(first, last + 1) * (self._rate * STEP_S)).astype(np.int64)
        return frames

    def _mean_squares(self) -> TimeArray:
        """Of the whole steps; of everything where there is none."""
        if not self._finished:
            return np.array([self._open / max(self._frames, 1)])
        lengths = np.diff(self._boundaries(0, self._finished))
        means: TimeArray = np.concatenate(self._steps) / lengths
        return means

    def _raise_peak(self, stretch: FloatArray) -> None:
        from edm.dsp.loudness_kernel import raise_true_peak

        raise_true_peak(stretch, self._filters, self._most, np.empty(_STRETCH, np.float32), self._peak)

    def _true_peak(self) -> float:
        peak = self._peak.copy()
        for tail in self._tails:
            # The last samples are followed by silence.
            self._raise_peak(np.concatenate([tail, np.zeros(_TAPS - 1, np.float32)]))
        self._peak, peak = peak, self._peak
        return float(peak[0])


def measure_loudness(samples: FloatArray, sample_rate: int) -> Loudness:
    """Loudness of samples in memory.

    Parameters
    ----------
    samples
        Shape (n,) or (n, channels), full scale ±1, finite; all channels count alike.
    sample_rate
        Hz.
    """
    columns = samples[:, None] if samples.ndim == 1 else samples
    meter = LoudnessMeter()
    meter.start(sample_rate, ("",) * columns.shape[1])
    for start in range(0, len(columns), _BLOCK_FRAMES):
        meter.add(columns[start : start + _BLOCK_FRAMES])
    return meter.loudness()


@lru_cache(maxsize=8)
def _between_samples(oversampling: int) -> FloatArray:
    """Filters for the values between two samples, shape (oversampling - 1, _TAPS): windowed sincs, each of sum 1."""
    at = np.arange(1, oversampling)[:, None] / oversampling
    distance = np.arange(_TAPS) - (_TAPS // 2 - 1) - at
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (distance / (_TAPS / 2)) ** 2, 0)))
    filters = np.sinc(distance) * window
    filters /= filters.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(filters, dtype=np.float32)
