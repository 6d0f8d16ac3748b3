"""The demonstration: synthesised tracks with known truth, and how near the estimates come."""

from __future__ import annotations

from dataclasses import dataclass

from edm.demo.tracks import DemoTrack
from edm.model import BeatGrid, Failure, Result, TrackAnalysis

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Truth beside estimate. None: there is no estimate.

    Attributes
    ----------
    bpm_error
        Estimate less truth, BPM.
    beat_error_ms
        Distance of the estimated beats from the true ones, at the first beat; positive is late. Whole beats do not
        count: where a grid begins is a choice.
    downbeats_off
        By how many beats the estimated bars are shifted; 0 is right.
    problem
        Why there is no estimate.
    """

    truth: DemoTrack
    bpm: float | None = None
    bpm_error: float | None = None
    beat_error_ms: float | None = None
    downbeats_off: int | None = None
    problem: str | None = None


def compare(truth: DemoTrack, result: Result[TrackAnalysis]) -> Comparison:
    """How near `result` is to `truth`."""
    if isinstance(result, Failure):
        return Comparison(truth, problem=result.message)
    analysis = result.value
    bpm = None if analysis.tempo is None else analysis.tempo.bpm
    bpm_error = None if bpm is None else bpm - truth.bpm
    beat_error, off = _grid_errors(truth, analysis.grid)
    return Comparison(truth, bpm, bpm_error, beat_error, off)


def _grid_errors(truth: DemoTrack, grid: BeatGrid | None) -> tuple[float | None, int | None]:
    beat_s = 60.0 / truth.bpm
    if grid is None or grid.first_beat_s is None:
        return None, None
    beat_error_ms = 1000.0 * _centred(grid.first_beat_s - truth.first_beat_s, beat_s)
    if grid.first_downbeat_s is None:
        return beat_error_ms, None
    bar_error_s = _centred(grid.first_downbeat_s - truth.first_downbeat_s, truth.beats_per_bar * beat_s)
    return beat_error_ms, round(bar_error_s / beat_s)


def _centred(difference: float, period: float) -> float:
    """`difference` less whole periods, within half a period of 0."""
    return (difference + period / 2) % period - period / 2
