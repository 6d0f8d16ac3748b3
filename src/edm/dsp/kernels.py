"""Inner loops of the spectrogram, compiled.

`X` (frames, features), `S` (frames, 2 × bins) interleaved real and imaginary parts, all float32 and C-contiguous.
"""

from __future__ import annotations

import numpy as np

from edm.dsp.jit import FLOATS, FLOATS_2D, INT, INTS, kernel

__all__ = ["add_rises", "difference_energy", "log_filtered_magnitudes", "windowed_frames"]


@kernel(FLOATS, FLOATS, INT, INT, FLOATS_2D)
def windowed_frames(samples, window, first_frame, hop, out):
    """Frames centred on ``(first_frame + i) * hop``, times the window; zeros beyond the ends."""
    size = out.shape[1]
    length = samples.shape[0]
    for i in range(out.shape[0]):
        start = (first_frame + i) * hop - size // 2
        if start >= 0 and start + size <= length:
            inside = samples[start : start + size]
            row = out[i]
            for j in range(size):
                row[j] = inside[j] * window[j]
        else:
            for j in range(size):
                k = start + j
                out[i, j] = samples[k] * window[j] if 0 <= k < length else np.float32(0)


@kernel(FLOATS_2D, INTS, INTS, FLOATS, FLOATS, FLOATS_2D, INT, INT)
def log_filtered_magnitudes(S, starts, offsets, weights, magnitudes, X, first_frame, column):
    """``log10(1 + band energy)`` of each frame of `S` into ``X[first_frame:, column:]``; `magnitudes` is scratch."""
    one = np.float32(1)
    for i in range(S.shape[0]):
        spectrum = S[i]
        for k in range(magnitudes.shape[0]):
            re = spectrum[2 * k]
            im = spectrum[2 * k + 1]
            magnitudes[k] = np.sqrt(re * re + im * im)
        for b in range(starts.shape[0]):
            width = offsets[b + 1] - offsets[b]
            band = magnitudes[starts[b] : starts[b] + width]
            weight = weights[offsets[b] : offsets[b] + width]
            total = np.float32(0)
            for j in range(width):
                total += weight[j] * band[j]
            X[first_frame + i, column + b] = np.log10(total + one)


@kernel(FLOATS_2D, INT, INT, INT)
def add_rises(X, column, bands, lag):
    """Fill the `bands` columns after the spectrum at `column` with its positive change over `lag` frames."""
    for t in range(X.shape[0]):
        for j in range(column, column + bands):
            rise = np.float32(0)
            if t >= lag:
                rise = max(X[t, j] - X[t - lag, j], np.float32(0))
            X[t, j + bands] = rise


@kernel(FLOATS, INT, FLOATS)
def difference_energy(samples, hop, energy):
    """Energy of the first difference of `samples` in each step of `hop`; the last step may be short."""
    for k in range(energy.shape[0]):
        total = np.float32(0)
        for i in range(max(k * hop, 1), min((k + 1) * hop, samples.shape[0])):
            step = samples[i] - samples[i - 1]
            total += step * step
        energy[k] = total
