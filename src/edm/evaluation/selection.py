"""Which references are scored: conditions on their columns, and a sample of those that are left.

In conditions (`edm.conditions`) ``bpm`` and ``path`` are those of the reference, every other name is a column of its
file.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from edm.conditions import Condition
from edm.errors import InputError
from edm.evaluation.annotation import Annotation

__all__ = ["check_columns", "draw_sample", "holds"]

T = TypeVar("T")

_OWN_COLUMNS = ("bpm", "path")


def check_columns(names: Iterable[str], annotations: Iterable[Annotation], *, own: bool = True) -> None:
    """Check that columns of these names exist.

    Parameters
    ----------
    own
        Whether ``bpm`` and ``path`` may be among them.

    Raises
    ------
    InputError
        For the first that no annotation has; the hint lists those that there are.
    """
    known = sorted({column for annotation in annotations for column in annotation.fields})
    valid = [*(_OWN_COLUMNS if own else ()), *known]
    for name in names:
        if name not in valid:
            close = difflib.get_close_matches(name, valid, n=1)
            guess = f"did you mean {close[0]}? " if close else ""
            raise InputError(f"no reference has a column {name!r}", hint=f"{guess}there are: {', '.join(valid)}")


def holds(condition: Condition, annotation: Annotation) -> bool:
    """Whether a reference meets a condition.

    A reference that says nothing in the column equals an empty value alone, and is neither more nor less.
    """
    if condition.column == "bpm":
        found = "" if annotation.bpm is None else repr(annotation.bpm)
    else:
        found = annotation.path if condition.column == "path" else annotation.fields.get(condition.column, "")
    return condition.met_by([found])


def draw_sample(tracks: Sequence[T], size: int, *, seed: int, key: Callable[[T], str]) -> list[T]:
    """`size` of the tracks, drawn without replacement; all of them where there are no more.

    The same seed draws the same tracks in whatever order they are given; they come back in that order.

    Parameters
    ----------
    key
        A name for each track, different for all.
    """
    by_name = sorted(range(len(tracks)), key=lambda index: key(tracks[index]))
    drawn = np.random.default_rng(seed).permutation(len(tracks))[:size]
    return [tracks[index] for index in sorted(by_name[place] for place in drawn.tolist())]
