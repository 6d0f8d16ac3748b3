"""Conditions as people write them: a column, a sign and a value, as in ``genre=techno``, ``constant!=0``, ``bpm<=205``.

What the columns are is the business of whoever has some.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edm.errors import InputError

__all__ = ["Condition", "parse_condition"]

_CONDITION = re.compile(r"\s*(?P<column>[^=!<>\s][^=!<>]*?)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>.*?)\s*", re.DOTALL)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """``column sign value``; ``sign`` is one of ``= != < <= > >=``."""

    column: str
    sign: str
    value: str

    def met_by(self, texts: Iterable[str]) -> bool:
        """Whether one of `texts`, what something has in the column, meets the condition; for ``!=`` whether all do.

        Numbers are compared as numbers, words without case. An empty text equals nothing but an empty value, and is
        neither more nor less.
        """
        found = list(texts)
        if self.sign == "!=":
            return not any(_equal(text, self.value) for text in found)
        if self.sign == "=":
            return any(_equal(text, self.value) for text in found)
        right = _number(self.value)
        compare = _ORDERS[self.sign]
        return any(
            left is not None and right is not None and compare(left, right)
            for left in (_number(text) for text in found)
        )


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


def _equal(found: str, value: str) -> bool:
    left, right = _number(found), _number(value)
    if left is not None and right is not None:
        return left == right
    return found.strip().casefold() == value.strip().casefold()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
