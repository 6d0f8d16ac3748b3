"""Inner loops of the loudness meter, compiled.

Samples are float32; filters and their memory are float64, because the high pass has its poles close to the circle.
"""

from __future__ import annotations

from edm.dsp.jit import DOUBLES, FLOAT, FLOATS, FLOATS_2D, INTS, kernel

__all__ = ["raise_true_peak", "weighted_energy"]


@kernel(FLOATS, DOUBLES, DOUBLES, INTS, DOUBLES)
def weighted_energy(samples, sections, memory, ends, energy):
    """Energy of the samples up to each of `ends`, from the end before on, past two second-order filters.

    `sections` holds ``b0 b1 b2 a1 a2`` of the first filter, then of the second; `memory` two numbers of each, kept from
    call to call.
    """
    b0, b1, b2, a1, a2 = sections[0], sections[1], sections[2], sections[3], sections[4]
    c0, c1, c2, d1, d2 = sections[5], sections[6], sections[7], sections[8], sections[9]
    p, q, r, s = memory[0], memory[1], memory[2], memory[3]
    start = 0
    for k in range(ends.shape[0]):
        total = 0.0
        for i in range(start, ends[k]):
            x = 1.0 * samples[i]
            y = b0 * x + p
            p = b1 * x - a1 * y + q
            q = b2 * x - a2 * y
            z = c0 * y + r
            r = c1 * y - d1 * z + s
            s = c2 * y - d2 * z
            total += z * z
        energy[k] = total
        start = ends[k]
        # What rings on in silence becomes numbers so small that the processor is slow with them.
        if abs(p) + abs(q) + abs(r) + abs(s) < 1e-30:
            p = q = r = s = 0.0
    memory[0], memory[1], memory[2], memory[3] = p, q, r, s


@kernel(FLOATS, FLOATS_2D, FLOAT, FLOATS, FLOATS)
def raise_true_peak(samples, filters, most, scratch, peak):
    """Raise ``peak[0]`` to the largest magnitude of the samples and of what the filters find between them.

    Each row of `filters` gives a value between two samples from as many around them as it has columns; `most` is the
    largest sum of a row's magnitudes. Where no sample is so large that a value around it could be larger than the peak
    so far, none is looked at: that loses nothing. `scratch` is room for a stretch.
    """
    taps = filters.shape[1]
    count = samples.shape[0] - taps + 1
    largest = peak[0]
    for start in range(0, count, scratch.shape[0]):
        length = min(scratch.shape[0], count - start)
        reach = samples[start : start + length + taps - 1]
        here = abs(reach[0])
        for i in range(1, length + taps - 1):
            here = max(here, abs(reach[i]))
        largest = max(largest, here)
        if here * most > largest:
            for row in range(filters.shape[0]):
                for i in range(length):
                    scratch[i] = filters[row, 0] * reach[i]
                for k in range(1, taps):
                    weight = filters[row, k]
                    for i in range(length):
                        scratch[i] += weight * reach[i + k]
                for i in range(length):
                    largest = max(largest, abs(scratch[i]))
    peak[0] = largest
