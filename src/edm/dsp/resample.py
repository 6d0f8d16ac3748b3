"""Sample rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edm.model import Audio

__all__ = ["resampled"]


def resampled(audio: Audio, sample_rate: int) -> Audio:
    """The same sound at ``sample_rate`` Hz; the same record where it is already."""
    if audio.sample_rate == sample_rate:
        return audio
    import soxr

    samples = soxr.resample(audio.samples, audio.sample_rate, sample_rate, quality="HQ")
    return replace(audio, samples=np.ascontiguousarray(samples, dtype=np.float32), sample_rate=sample_rate)
