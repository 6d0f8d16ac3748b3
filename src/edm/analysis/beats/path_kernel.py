"""The inner loop that follows beats through a track whose tempo may change, compiled."""

from __future__ import annotations

import numpy as np

from edm.dsp.jit import FLOAT, FLOATS, FLOATS_2D, INT, SHORTS, SHORTS_2D, kernel

__all__ = ["follow_beats"]


@kernel(FLOATS, FLOATS, INT, FLOAT, FLOAT, FLOATS_2D, SHORTS_2D, FLOATS, SHORTS)
def follow_beats(reward, interval_reward, shortest, drift_cost, jump_cost, score, previous, best, best_at):
    """Best sum of rewards of a chain of beats that ends at each frame with each interval.

    ``score[t, i]`` is that of a chain whose last beat is at frame t and whose last interval is ``shortest + i`` frames.
    From beat to beat the interval may change by a frame at `drift_cost`, or to any other at `jump_cost`;
    ``previous[t, i]`` is the interval index before, or -1 where the chain begins. `best` and `best_at`, one a frame,
    are scratch: the best score at each frame and its interval.
    """
    frames = reward.shape[0]
    intervals = interval_reward.shape[0]
    for t in range(frames):
        top = np.float32(-1e30)
        top_at = np.int16(0)
        for i in range(intervals):
            back = t - (shortest + i)
            value = np.float32(0)
            came = np.int16(-1)
            if back >= 0:
                value = score[back, i]
                came = np.int16(i)
                if i > 0 and score[back, i - 1] - drift_cost > value:
                    value = score[back, i - 1] - drift_cost
                    came = np.int16(i - 1)
                if i + 1 < intervals and score[back, i + 1] - drift_cost > value:
                    value = score[back, i + 1] - drift_cost
                    came = np.int16(i + 1)
                if best[back] - jump_cost > value:
                    value = best[back] - jump_cost
                    came = best_at[back]
            value += reward[t] + interval_reward[i]
            score[t, i] = value
            previous[t, i] = came
            if value > top:
                top = value
                top_at = np.int16(i)
        best[t] = top
        best_at[t] = top_at
