"""Curves that tempo or energy is to follow over a playlist.

``up`` and ``down`` lead away from the first seed (or from the first to the last, where that is the way), ``wave`` goes
up to the middle and back, ``flat`` stays, ``128:136`` leads from one value to another.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edm.errors import InputError
from edm.model import TimeArray

__all__ = [
    "BPM_TOLERANCE",
    "ENERGY_TOLERANCE",
    "MOST_STEPS",
    "UNKNOWN_STEPS",
    "Arc",
    "ArcShape",
    "arc_targets",
    "bpm_steps",
    "energy_steps",
    "near_bpm",
    "near_energy",
    "parse_arc",
]

ArcShape: TypeAlias = Literal["up", "down", "wave", "flat", "range"]

BPM_TOLERANCE = 0.025
"""Share of the tempo asked for by which a track may be off: what pitching hides."""
ENERGY_TOLERANCE = 1.0
"""Levels, of ten, by which a track may be off."""

MOST_STEPS = 8
UNKNOWN_STEPS = 3

# What up, down and wave mean without numbers: 8 % is 128 to 138.
_BPM_RISE = 1.08
_ENERGY_RISE = 3.0
_ENERGIES = (1.0, 10.0)
_BPMS = (20.0, 400.0)
_NUMBERS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Arc:
    """A shape; ``first`` and ``last`` are values of ``range`` alone."""

    shape: ArcShape
    first: float = math.nan
    last: float = math.nan

    def __str__(self) -> str:
        return f"{self.first:g}:{self.last:g}" if self.shape == "range" else self.shape


def parse_arc(text: str, quantity: Literal["bpm", "energy"]) -> Arc:
    """The arc that a text names: ``up``, ``down``, ``wave``, ``flat``, or two values as in ``128:136``.

    Raises
    ------
    InputError
        If it names none, and for values out of range (20 to 400 BPM, 1 to 10).
    """
    shapes: dict[str, ArcShape] = {"up": "up", "down": "down", "wave": "wave", "flat": "flat"}
    shape = shapes.get(text.strip().lower())
    if shape is not None:
        return Arc(shape)
    low, high = _BPMS if quantity == "bpm" else _ENERGIES
    numbers = _NUMBERS.fullmatch(text)
    if numbers is None:
        example = "128:136" if quantity == "bpm" else "4:8"
        raise InputError(f"{text!r} is no arc of {quantity}", hint=f"up, down, wave, flat, or two values: {example}")
    first, last = float(numbers[1]), float(numbers[2])
    if not (low <= first <= high and low <= last <= high):
        raise InputError(f"{text!r} leaves the range of {quantity}: {low:g} to {high:g}")
    return Arc("range", first, last)


def arc_targets(
    arc: Arc, count: int, quantity: Literal["bpm", "energy"], *, first: float, last: float = math.nan
) -> TimeArray:
    """What is asked of each place, shape (count,).

    Parameters
    ----------
    first, last
        Of the seeds at the ends; NaN for none. Without a first one the arc has no place to be: all NaN, which asks for
        nothing. A range needs neither.
    """
    places = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(count)
    if arc.shape == "range":
        return arc.first + (arc.last - arc.first) * places
    low, high = _BPMS if quantity == "bpm" else _ENERGIES
    up = min(first * _BPM_RISE if quantity == "bpm" else first + _ENERGY_RISE, high)
    down = max(first / _BPM_RISE if quantity == "bpm" else first - _ENERGY_RISE, low)
    if arc.shape == "up":
        return first + ((last if last > first else up) - first) * places
    if arc.shape == "down":
        return first + ((last if last < first else down) - first) * places
    if arc.shape == "wave":
        return first + (up - first) * np.sin(np.pi * places)
    return np.full(count, first)


def near_bpm(bpm: TimeArray, target: TimeArray | float) -> NDArray[np.bool_]:
    """Whether tempos are what is asked for, halved or doubled at will; broadcast.

    A target of NaN asks for nothing; a tempo of NaN is never what is asked for.
    """
    return np.asarray(bpm_steps(bpm, target) == 0, dtype=np.bool_)


def near_energy(energy: TimeArray, target: TimeArray | float) -> NDArray[np.bool_]:
    """Whether levels are what is asked for; broadcast; NaN as in `near_bpm`."""
    return np.asarray(energy_steps(energy, target) == 0, dtype=np.bool_)


def bpm_steps(bpm: TimeArray, target: TimeArray | float) -> NDArray[np.int8]:
    """How many tolerances tempos are beyond what is asked for, 0..`MOST_STEPS`; an unknown one is `UNKNOWN_STEPS`."""
    apart = np.log2(bpm / target)
    apart = np.abs(apart - np.clip(np.rint(apart), -1, 1))
    return _steps(apart / np.log2(1 + BPM_TOLERANCE), target)


def energy_steps(energy: TimeArray, target: TimeArray | float) -> NDArray[np.int8]:
    """How many tolerances levels are beyond what is asked for; as in `bpm_steps`."""
    return _steps(np.abs(energy - target) / ENERGY_TOLERANCE, target)


def _steps(tolerances: TimeArray, target: TimeArray | float) -> NDArray[np.int8]:
    steps = np.clip(np.ceil(tolerances - 1e-6) - 1, 0, MOST_STEPS)
    steps = np.where(np.isnan(tolerances), UNKNOWN_STEPS, steps)
    return np.asarray(np.where(np.isnan(target), 0, steps), dtype=np.int8)
