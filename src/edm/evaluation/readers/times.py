"""Times of beats: lists of them, and text files with one a line.

A line of a file is a time in seconds, or a time and the beat's position in its bar (1 opens it, 0 is unknown), apart by
spaces, a tab or a comma; what stands behind is passed over (some write the number of the bar there). Empty lines and
what follows a ``#`` are passed over too. Times are finite, at least 0, and increase.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import numpy as np

from edm.errors import InputError
from edm.evaluation.readers.text import read_text
from edm.evaluation.readers.values import parse_number, shown
from edm.model import TimeArray

__all__ = ["BeatTimes", "downbeats_of", "read_beat_times", "times_of"]


@dataclass(frozen=True, slots=True)
class BeatTimes:
    """Beats, and those of them that open a bar; None where the positions are not given.

    Both have shape (n,), in seconds, increasing.
    """

    beats_s: TimeArray
    downbeats_s: TimeArray | None = None


def read_beat_times(path: Path) -> BeatTimes:
    """Beats of a text file; a file without lines has an empty list of them.

    Raises
    ------
    InputError
        If the file cannot be read, or a line makes no sense; the message names file and line.
    """
    text = read_text(path)
    times = _plain_times(text)
    if times is not None:
        return BeatTimes(times)
    lines = [(number, line.split("#")[0].replace(",", " ").split()) for number, line in enumerate(text.splitlines(), 1)]
    rows = [(number, cells) for number, cells in lines if cells]
    origins = [f"{path.name}, line {number}" for number, _ in rows]
    beats_s = _checked([cells[0] for _, cells in rows], origins, "time")
    with_position = [len(cells) > 1 for _, cells in rows]
    if not any(with_position):
        return BeatTimes(beats_s)
    if not all(with_position):
        raise InputError(f"{origins[with_position.index(False)]}: has no position in the bar, as other lines have")
    positions = [_position(cells[1], "position", origin) for (_, cells), origin in zip(rows, origins, strict=True)]
    return BeatTimes(beats_s, _opening(beats_s, positions))


def times_of(values: object, what: str, origin: str) -> TimeArray | None:
    """Times of a list of numbers; None for None.

    Parameters
    ----------
    values
        As JSON has it.
    what
        How the list is called there.
    origin
        Where it stands.
    """
    if values is None:
        return None
    if not _is_list(values):
        raise InputError(f"{origin}: {what} {shown(values)} is no list of times")
    # Of floats alone, an array is made and checked a hundred times faster.
    if set(map(type, values)) <= {float}:
        times = np.array(values, dtype=np.float64)
        if _are_times(times):
            return times
    return _checked(values, [origin] * len(values), what)


def downbeats_of(beats_s: TimeArray, positions: object, what: str, origin: str) -> TimeArray | None:
    """Beats at position 1; None where no position is known (None, or nothing but 0).

    Parameters
    ----------
    beats_s
        Shape (n,).
    positions
        List of n positions in the bar, as JSON has it; None and 0 are unknown.
    """
    if positions is None:
        return None
    if not _is_list(positions):
        raise InputError(f"{origin}: {what} {shown(positions)} is no list of positions")
    if len(positions) != len(beats_s):
        raise InputError(f"{origin}: {len(positions)} {what} for {len(beats_s)} beats")
    return _opening(beats_s, [_position(position, what, origin) for position in positions])


def _plain_times(text: str) -> TimeArray | None:
    """Times of a file that holds nothing but one number a line, ten times faster; None for any other."""
    words = text.split()
    if len(words) != text.count("\n") + (not text.endswith("\n")) or "_" in text:
        return None
    try:
        times = np.array([float(word) for word in words], dtype=np.float64)
    except ValueError:
        return None
    return times if _are_times(times) else None


def _are_times(times: TimeArray) -> bool:
    # Comparisons with NaN are false.
    return not len(times) or bool(times[0] >= 0 and np.isfinite(times[-1]) and np.all(np.diff(times) > 0))


def _checked(values: Sequence[object], origins: Sequence[str], what: str) -> TimeArray:
    times: list[float] = []
    last = -math.inf
    for value, origin in zip(values, origins, strict=True):
        time = parse_number(value, what, origin)
        if time is None:
            raise InputError(f"{origin}: {what} holds {shown(value)}, which is no number")
        if time < 0:
            raise InputError(f"{origin}: {what} {shown(value)} is negative")
        if time <= last:
            raise InputError(f"{origin}: {what} must increase; {time:g} s comes after {last:g} s")
        times.append(time)
        last = time
    return np.array(times, dtype=np.float64)


def _position(value: object, what: str, origin: str) -> int:
    position = parse_number(value, what, origin)
    if position is None:
        return 0
    if position < 0 or position != int(position):
        raise InputError(f"{origin}: {what} {shown(value)} is no place in a bar", hint="1 opens a bar, 0 is unknown")
    return int(position)


def _opening(beats_s: TimeArray, positions: Iterable[int]) -> TimeArray | None:
    places = np.fromiter((min(position, 2) for position in positions), dtype=np.int64)
    if not places.any() and len(places):
        return None
    downbeats: TimeArray = beats_s[places == 1]
    return downbeats


def _is_list(values: object) -> TypeGuard[list[object]]:
    return isinstance(values, list)
