"""Which references are scored: conditions on their columns, and a sample of those that are left.

A condition is a column, a sign and a value: ``genre=techno``, ``constant!=0``, ``bpm<=205``. ``bpm`` and ``path`` are
those of the reference, every other name is a column of its file.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from edm.errors import InputError
from edm.evaluation.annotation import Annotation

__all__ = ["Condition", "check_columns", "draw_sample", "holds", "parse_condition"]

T = TypeVar("T")

_CONDITION = re.compile(r"\s*(?P<column>[^=!<>\s][^=!<>]*?)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>.*?)\s*", re.DOTALL)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OWN_COLUMNS = ("bpm", "path")


@dataclass(frozen=True, slots=True)
class Condition:
    """``column sign value``; ``sign`` is one of ``= != < <= > >=``."""

    column: str
    sign: str
    value: str


def parse_condition(text: str) -> Condition:
    """The condition that `text` spells.

    Raises
    ------
    InputError
        If it is none, or compares sizes with something that is no number.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise InputError(f"{text!r} is no condition", hint="write genre=techno, constant!=0 or bpm<=205")
    condition = Condition(match["column"], match["sign"], match["value"])
    if condition.sign in _ORDERS and _number(condition.value) is None:
        raise InputError(f"{text!r} compares with {condition.value!r}, which is no number")
    return condition


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

    ``=`` compares numbers as numbers and words without case. A reference without a value is not equal to anything,
    and neither more nor less.
    """
    if condition.column == "bpm":
        found = "" if annotation.bpm is None else repr(annotation.bpm)
    else:
        found = annotation.path if condition.column == "path" else annotation.fields.get(condition.column, "")
    left, right = _number(found), _number(condition.value)
    if condition.sign in _ORDERS:
        return left is not None and right is not None and _ORDERS[condition.sign](left, right)
    same = left == right if left is not None and right is not None else _folded(found) == _folded(condition.value)
    return same is (condition.sign == "=")


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


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _folded(text: str) -> str:
    return text.strip().casefold()
