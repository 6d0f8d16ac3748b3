"""Gates: what a run must reach to pass, for those who let a machine decide.

A gate on a metric of which more is better is missed below its limit, one on an error above it; signed values count
without their sign. A metric without a value misses its gate: nobody has shown that it is good.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edm.errors import InputError
from edm.evaluation.metrics import METRICS, Task

__all__ = ["Gate", "check_gates", "parse_gates"]


@dataclass(frozen=True, slots=True)
class Gate:
    """``metric`` is a key of the task's table; ``limit`` is in its unit, shares from 0 to 1."""

    metric: str
    limit: float


def parse_gates(texts: Iterable[str], task: Task) -> tuple[Gate, ...]:
    """Gates from texts like ``acc1=0.95``; one text may hold several, apart by commas or blanks.

    Raises
    ------
    InputError
        For a name that is no metric of the task, or a limit that makes no sense.
    """
    return tuple(_gate(part, task) for text in texts for part in text.replace(",", " ").split())


def check_gates(
    gates: Iterable[Gate], summary: Mapping[str, float | int | None], task: Task
) -> list[dict[str, float | str | bool | None]]:
    """Each gate with the value it was held against, as it stands in ``results.json``."""
    checked: list[dict[str, float | str | bool | None]] = []
    for gate in gates:
        value = summary[gate.metric]
        checked.append(
            {"metric": gate.metric, "limit": gate.limit, "value": value, "passed": _passes(gate, value, task)}
        )
    return checked


def _passes(gate: Gate, value: float | None, task: Task) -> bool:
    if value is None:
        return False
    if METRICS[task][gate.metric].better == "more":
        return value >= gate.limit
    return abs(value) <= gate.limit


def _gate(text: str, task: Task) -> Gate:
    names = {name: name for name in METRICS[task]}
    names |= {metric.short: name for name, metric in METRICS[task].items() if metric.short is not None}
    name, equals, number = text.partition("=")
    name = name.strip().lower()
    if not equals:
        raise InputError(f"{text!r} is no gate", hint=f"write a metric and its limit: {next(iter(names))}=0.95")
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        raise InputError(f"no metric of {task} is called {name!r}", hint=f"{guess}valid: {', '.join(names)}")
    try:
        limit = float(number)
    except ValueError:
        limit = math.nan
    if not (math.isfinite(limit) and limit >= 0):
        raise InputError(f"the limit of {name} should be a number from 0, not {number!r}")
    if METRICS[task][names[name]].unit == "%" and limit > 1:
        raise InputError(f"{name} is a share from 0 to 1, and {number} cannot be reached", hint="0.95 stands for 95 %")
    return Gate(names[name], limit)
