"""The recurrent inner loop of the beat networks, compiled."""

from __future__ import annotations

import numpy as np

from edm.dsp.jit import FLOATS, FLOATS_2D, INT, inline, kernel

__all__ = ["GATES", "PADDED", "SCRATCH", "UNITS", "VECTOR", "lstm_steps"]

UNITS = 25
GATES = 4 * UNITS
PADDED = 104
VECTOR = 32
SCRATCH = 128

_HALF = np.float32(0.5)
# tanh as a quotient of polynomials on [-7.9, 7.9], beyond which it is 1 in float32
_LIMIT = np.float32(7.90531110763549805)
_P1, _P3, _P5, _P7, _P9, _P11, _P13 = (
    np.float32(p)
    for p in (
        4.89352455891786e-03,
        6.37261928875436e-04,
        1.48572235717979e-05,
        5.12229709037114e-08,
        -8.60467152213735e-11,
        2.00018790482477e-13,
        -2.76076847742355e-16,
    )
)
_Q0, _Q2, _Q4, _Q6 = (
    np.float32(q) for q in (4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06)
)


@inline
def _tanh(x):
    x = min(max(x, -_LIMIT), _LIMIT)
    y = x * x
    p = x * (_P1 + y * (_P3 + y * (_P5 + y * (_P7 + y * (_P9 + y * (_P11 + y * _P13))))))
    return p / (_Q0 + y * (_Q2 + y * (_Q4 + y * _Q6)))


@kernel(FLOATS_2D, FLOATS, FLOATS_2D, FLOATS_2D, FLOATS_2D, FLOATS, FLOATS_2D, INT, INT, INT)
def lstm_steps(gates, bias, recurrent, peepholes, state, g, out, start, column, backwards):
    """Run one direction of a layer over the frames of a chunk.

    Parameters
    ----------
    gates
        What the inputs contribute to the gates, shape (frames, 104).
    bias, recurrent, peepholes
        Weights as packed in `edm.analysis.beats.blstm`.
    state
        Hidden units and cells, shape (2, 104), first 25 columns used; carried from chunk to chunk.
    g
        Scratch, shape (128,).
    out
        Hidden units go to ``out[start + t, column : column + 25]``.
    backwards
        1 runs from the last frame of the chunk to the first.
    """
    h = state[0]
    c = state[1]
    frames = gates.shape[0]
    for step in range(frames):
        t = frames - 1 - step if backwards else step
        for j in range(PADDED):
            g[j] = gates[t, j] + bias[j]
        # Five units at a time: each pass over the gates loads and stores them once, and once for five is a fifth.
        for k in range(0, UNITS, 5):
            h0, h1, h2, h3, h4 = h[k], h[k + 1], h[k + 2], h[k + 3], h[k + 4]
            for j in range(PADDED):
                g[j] += (
                    h0 * recurrent[k, j]
                    + h1 * recurrent[k + 1, j]
                    + h2 * recurrent[k + 2, j]
                    + h3 * recurrent[k + 3, j]
                    + h4 * recurrent[k + 4, j]
                )
        # 32 and not 25: whole vectors, the rest is computed from padding and never read.
        for j in range(VECTOR):
            before = c[j]
            i = _HALF * _tanh(g[j] + peepholes[0, j] * before) + _HALF
            f = _HALF * _tanh(g[UNITS + j] + peepholes[1, j] * before) + _HALF
            cell = i * _tanh(g[2 * UNITS + j]) + f * before
            o = _HALF * _tanh(g[3 * UNITS + j] + peepholes[2, j] * cell) + _HALF
            c[j] = cell
            h[j] = o * _tanh(cell)
        for j in range(UNITS):
            out[start + t, column + j] = h[j]
