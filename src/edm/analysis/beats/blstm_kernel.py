"""The recurrent inner loop of the beat networks, compiled."""

from __future__ import annotations

import numpy as np

from edm.dsp.jit import inline, kernel

__all__ = ["GATES", "PADDED", "UNITS", "lstm_steps"]

UNITS = 25
GATES = 4 * UNITS
PADDED = 104

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


@kernel(
    "void(float32[:, ::1], float32[::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1],"
    " int64, int64, boolean)"
)
def lstm_steps(gates, bias, recurrent, peepholes, state, out, start, column, backwards):
    h = state[0]
    c = state[1]
    g = np.empty(128, np.float32)
    frames = gates.shape[0]
    for step in range(frames):
        t = frames - 1 - step if backwards else step
        h0 = h[0]
        h1 = h[1]
        h2 = h[2]
        h3 = h[3]
        h4 = h[4]
        for j in range(104):
            g[j] = (
                gates[t, j]
                + bias[j]
                + h0 * recurrent[0, j]
                + h1 * recurrent[1, j]
                + h2 * recurrent[2, j]
                + h3 * recurrent[3, j]
                + h4 * recurrent[4, j]
            )
        for k in range(5, 25, 5):
            h0 = h[k]
            h1 = h[k + 1]
            h2 = h[k + 2]
            h3 = h[k + 3]
            h4 = h[k + 4]
            for j in range(104):
                g[j] += (
                    h0 * recurrent[k, j]
                    + h1 * recurrent[k + 1, j]
                    + h2 * recurrent[k + 2, j]
                    + h3 * recurrent[k + 3, j]
                    + h4 * recurrent[k + 4, j]
                )
        for j in range(32):
            cj = c[j]
            i = _HALF * _tanh(g[j] + peepholes[0, j] * cj) + _HALF
            f = _HALF * _tanh(g[UNITS + j] + peepholes[1, j] * cj) + _HALF
            cell = i * _tanh(g[2 * UNITS + j]) + f * cj
            o = _HALF * _tanh(g[3 * UNITS + j] + peepholes[2, j] * cell) + _HALF
            c[j] = cell
            h[j] = o * _tanh(cell)
        for j in range(UNITS):
            out[start + t, column + j] = h[j]
