"""One item of a run: done, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

__all__ = [
    "Failure",
    "Result",
    "Success",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Success(Generic[T]):
    """One item of a run, done. ``index`` is its place among the items, ``elapsed_s`` its wall time in the worker."""

    index: int
    item: Any
    value: T
    elapsed_s: float

    ok: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Failure:
    """One item of a run that could not be done: a value, so that it can be stored, counted and shown.

    Attributes
    ----------
    error_type
        Class name of the error ("DecodeError", "WorkerLostError", …).
    message, hint
        One line each; ``hint`` may be None.
    traceback
        Of the worker, for ``--debug``; None for expected errors.
    """

    index: int
    item: Any
    error_type: str
    message: str
    hint: str | None
    elapsed_s: float
    traceback: str | None = None

    ok: Literal[False] = False


Result: TypeAlias = Success[T] | Failure
