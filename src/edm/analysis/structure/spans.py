"""The pieces that a track is described in: its bars, or windows of time where no bars are heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.model import BeatGrid, Beats, TimeArray

__all__ = ["Spans", "spans_of"]

_MIN_BARS = 4  # fewer say nothing about a layout
_MAX_BAR_RATIO = 3.0  # longest bar to the median: beyond, beats were lost
_WINDOW_S = 2.0  # about a bar at 120 BPM
_SHORTEST_S = 1e-3


@dataclass(frozen=True, slots=True)
class Spans:
    """Consecutive pieces of a track.

    Attributes
    ----------
    edges_s
        Where they begin, and where the last one ends, shape (n + 1,), n >= 1: from 0 to the end of the track. What
        sounds before the first downbeat belongs to the first bar, what sounds after the last to the last.
    beats_s
        Beats of the track, shape (m,); empty where there are none.
    are_bars
        Whether they are bars.
    """

    edges_s: TimeArray
    beats_s: TimeArray
    are_bars: bool

    def __len__(self) -> int:
        return len(self.edges_s) - 1

    @property
    def beat_s(self) -> float:
        """Median distance of two beats; half a second where there are too few."""
        return float(np.median(np.diff(self.beats_s))) if len(self.beats_s) > _MIN_BARS else 0.5


def spans_of(duration_s: float, beats: Beats | None, grid: BeatGrid | None) -> Spans:
    """Bars where one tempo holds and at least four of them are heard, windows of about 2 s otherwise.

    Where the tempo varies, windows begin with downbeats if any are heard.

    Parameters
    ----------
    duration_s
        Of the track, above 0.
    beats
        None where there are none.
    grid
        None where nothing is known of the constancy of the tempo: then the beats are trusted.
    """
    beats_s = np.zeros(0) if beats is None else beats.times_s[(beats.times_s >= 0) & (beats.times_s < duration_s)]
    downbeats_s = np.zeros(0) if beats is None else beats.downbeats_s
    downbeats_s = downbeats_s[(downbeats_s >= 0) & (downbeats_s < duration_s - _SHORTEST_S)]
    if len(downbeats_s) >= _MIN_BARS:
        lengths_s = np.diff(downbeats_s)
        if lengths_s.min() > 0 and lengths_s.max() <= _MAX_BAR_RATIO * np.median(lengths_s):
            edges_s = np.concatenate([[0.0], downbeats_s[1:], [duration_s]])
            return Spans(edges_s, beats_s, grid is None or grid.verdict != "variable")
    windows = max(1, round(duration_s / _WINDOW_S))
    return Spans(np.linspace(0.0, duration_s, windows + 1), beats_s, are_bars=False)
