"""Scores of estimates against reference grids, shared by the scripts beside this one.

A set is a folder with a ``manifest.csv``: ``path,bpm,constant,beats_file,downbeats_file`` (see ``accuracy.py``).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import mir_eval
import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]
OCTAVES = (1 / 3, 1 / 2, 1, 2, 3)
TOLERANCE = 0.04  # of Accuracy1 and Accuracy2, the field's usual
MAX_BPM = 205.0  # above it half the tempo is as defensible


@dataclass(frozen=True)
class Reference:
    """One track and its truth; times in seconds."""

    path: Path
    set_name: str
    bpm: float
    constant: bool
    beats_s: Times
    downbeats_s: Times


@dataclass(frozen=True)
class TrackScore:
    """One estimate beside its truth; NaN where there is nothing to score."""

    reference: Reference
    bpm: float
    f70: float
    f20: float
    downbeat_f: float
    phase_ms: float

    @property
    def accuracy1(self) -> bool:
        """Within 4 %."""
        return bool(abs(self.bpm / self.reference.bpm - 1) <= TOLERANCE)

    @property
    def accuracy2(self) -> bool:
        """Within 4 % of the truth or one of its octaves, thirds included."""
        return any(abs(self.bpm / (self.reference.bpm * ratio) - 1) <= TOLERANCE for ratio in OCTAVES)

    @property
    def octave_free_error(self) -> float:
        """BPM, after the best of a third, a half, one, two and three times the estimate."""
        return min(abs(self.bpm / ratio - self.reference.bpm) for ratio in OCTAVES)


def read_set(folder: Path) -> list[Reference]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as handle:
        return [
            Reference(
                path=folder / row["path"],
                set_name=folder.name,
                bpm=float(row["bpm"]),
                constant=row["constant"] == "1",
                beats_s=_times(folder, row["beats_file"]),
                downbeats_s=_times(folder, row["downbeats_file"]),
            )
            for row in csv.DictReader(handle)
        ]


def score(reference: Reference, bpm: float | None, beats_s: Times, downbeats_s: Times) -> TrackScore:
    """Only the annotated range counts, its ends 70 ms wide."""
    truth = reference.beats_s
    beats_s, downbeats_s = (
        times[(times >= truth[0] - 0.07) & (times <= truth[-1] + 0.07)] for times in (beats_s, downbeats_s)
    )
    return TrackScore(
        reference,
        bpm if bpm is not None else np.nan,
        _f(truth, beats_s, 0.07),
        _f(truth, beats_s, 0.02),
        _f(reference.downbeats_s, downbeats_s, 0.07) if len(reference.downbeats_s) else np.nan,
        _phase_ms(truth, beats_s),
    )


def summary(scores: list[TrackScore]) -> dict[str, float]:
    """Percentages over the constant tracks up to 205 BPM, and F70 over the changing ones; phases in ms by set."""
    usual = [one for one in scores if one.reference.bpm <= MAX_BPM]
    constant = [one for one in usual if one.reference.constant]
    changing = [one for one in usual if not one.reference.constant]
    figures = {
        "tracks": float(len(constant)),
        "Acc1": _percent([one.accuracy1 for one in constant]),
        "Acc2": _percent([one.accuracy2 for one in constant]),
    }
    for limit in (0.05, 0.01, 0.005):
        figures[f"oct <= {limit}"] = _percent([one.octave_free_error <= limit for one in constant])
    figures["F70"] = _percent([one.f70 for one in constant])
    figures["F20"] = _percent([one.f20 for one in constant])
    figures["downbeat F"] = _percent([one.downbeat_f for one in constant])
    figures["F70 changing"] = _percent([one.f70 for one in changing])
    for name in sorted({one.reference.set_name for one in constant}):
        phases = [one.phase_ms for one in constant if one.reference.set_name == name]
        figures[f"phase {name} ms"] = float(np.nanmedian(phases))
    return figures


def _percent(values: list[bool] | list[float]) -> float:
    numbers = np.array(values, dtype=float)
    return float(100 * np.nanmean(numbers)) if np.isfinite(numbers).any() else np.nan


def _f(truth: Times, estimate: Times, window_s: float) -> float:
    return float(mir_eval.beat.f_measure(truth, estimate, window_s)) if len(estimate) else 0.0


def _phase_ms(truth: Times, estimate: Times) -> float:
    """Median of estimate minus nearest truth, of those within 50 ms."""
    if not len(estimate):
        return np.nan
    after = np.clip(np.searchsorted(truth, estimate), 1, len(truth) - 1)
    nearest = np.where(
        np.abs(truth[after] - estimate) < np.abs(truth[after - 1] - estimate), truth[after], truth[after - 1]
    )
    late = estimate - nearest
    return float(1e3 * np.median(late[np.abs(late) < 0.05])) if (np.abs(late) < 0.05).any() else np.nan


def _times(folder: Path, name: str) -> Times:
    return np.loadtxt(folder / name, ndmin=1) if name else np.zeros(0)
