"""The tracks that two runs share, read from their documents (``results.json``), which anybody may have edited.

Runs are called a and b. `pair_tracks` checks the documents, pairs their rows and says what stands in the way of a fair
comparison; `number` reads a value of a row.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from edm.errors import InputError
from edm.evaluation.metrics import METRICS, Task

__all__ = ["Document", "Pairing", "Row", "TrackPair", "number", "pair_tracks"]

Document: TypeAlias = Mapping[str, object]
"""``results.json``, as it was read."""
Row: TypeAlias = Mapping[str, object]
"""One track of it."""

# Settings that change what a score means.
_MATTERS = {"tolerance": "tolerance", "trim_s": "start, in seconds"}
# What a reference says, as far as it is in a row. BPM are stored with six digits.
_REFERENCE = ("reference_bpm", "reference_beats", "reference_downbeats", "reference_boundaries", "reference_drops")
_REFERENCE_TEXT = "reference_key"
_SAME = 1e-6
_NAMED = 3

_Key: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class TrackPair:
    """One track in both runs."""

    path: str
    a: Row
    b: Row


@dataclass(frozen=True, slots=True)
class Pairing:
    """What two runs share.

    Attributes
    ----------
    pairs
        In the order of their paths, whatever the order of the runs.
    only_a, only_b
        Paths of the tracks that one run lacks.
    warnings
        One sentence for each thing that makes the comparison less fair.
    """

    task: Task
    pairs: tuple[TrackPair, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    warnings: tuple[str, ...]


def pair_tracks(a: Document, b: Document) -> Pairing:
    """Pair the tracks of two runs by their path; by path and reference file where a path occurs more than once.

    Raises
    ------
    InputError
        If a document is not one of ours, or the two have other tasks, other versions or no track in common.
    """
    task = _task("a", a)
    if _task("b", b) != task:
        raise InputError(
            f"run a is about {task}, run b about {b['task']}",
            hint="compare two runs of the same `edm evaluate` command",
        )
    if a.get("schema_version") != b.get("schema_version"):
        raise InputError(
            f"run a has schema version {a.get('schema_version')}, run b {b.get('schema_version')}",
            hint="score both with the same version of edm",
        )
    rows_a, rows_b = _rows("a", a), _rows("b", b)
    repeated = any(count > 1 for rows in (rows_a, rows_b) for count in Counter(map(_path, rows)).values())
    by_key_a, by_key_b = _by_key(rows_a, with_reference=repeated), _by_key(rows_b, with_reference=repeated)
    shared = sorted(by_key_a.keys() & by_key_b.keys())
    if not shared:
        raise InputError(
            f"the runs have no track in common (a has {len(rows_a)}, b has {len(rows_b)})",
            hint="paths are compared as they are written in the references",
        )
    pairs = tuple(TrackPair(key[0], by_key_a[key], by_key_b[key]) for key in shared)
    only_a = tuple(key[0] for key in sorted(by_key_a.keys() - by_key_b.keys()))
    only_b = tuple(key[0] for key in sorted(by_key_b.keys() - by_key_a.keys()))
    warnings = [*_warn_of_settings(a, b), *_warn_of_references(pairs), *_warn_of_missing(only_a, only_b)]
    return Pairing(task, pairs, only_a, only_b, tuple(warnings))


def number(row: Row, key: str) -> float | None:
    """Value of a row; None where it has none.

    Raises
    ------
    InputError
        If it is neither a finite number nor null.
    """
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{_path(row)}: {key} should be a number or null, not {value!r}")
    return float(value)


def _task(run: str, document: Document) -> Task:
    task = document.get("task") if isinstance(document, Mapping) else None
    for known in METRICS:
        if task == known:
            return known
    raise InputError(f"run {run} has no results of `edm evaluate {', '.join(METRICS)}`, its task is {task!r}")


def _rows(run: str, document: Document) -> list[Row]:
    tracks = document.get("tracks")
    if not isinstance(tracks, list):
        raise InputError(f"run {run} has no list of tracks")
    for place, row in enumerate(tracks, start=1):
        if not isinstance(row, Mapping) or not isinstance(row.get("path"), str):
            raise InputError(f"run {run}, track {place} of {len(tracks)} has no path")
    return tracks


def _path(row: Row) -> str:
    return str(row["path"])


def _by_key(rows: Sequence[Row], *, with_reference: bool) -> dict[_Key, Row]:
    keyed: dict[_Key, Row] = {}
    for row in rows:
        reference = str(row.get("reference")) if with_reference else ""
        times = 0
        while (_path(row), reference, times) in keyed:
            times += 1
        keyed[_path(row), reference, times] = row
    return keyed


def _warn_of_settings(a: Document, b: Document) -> list[str]:
    settings_a, settings_b = a.get("settings"), b.get("settings")
    if not isinstance(settings_a, Mapping) or not isinstance(settings_b, Mapping):
        return ["a run does not say its settings"]
    return [
        f"the runs were scored with another {name}: {settings_a.get(key)} in a, {settings_b.get(key)} in b"
        for key, name in _MATTERS.items()
        if settings_a.get(key) != settings_b.get(key)
    ]


def _warn_of_references(pairs: Sequence[TrackPair]) -> list[str]:
    differing: list[str] = []
    for pair in pairs:
        texts = (pair.a.get(_REFERENCE_TEXT), pair.b.get(_REFERENCE_TEXT))
        if texts[0] != texts[1]:
            differing.append(f"{pair.path} ({_REFERENCE_TEXT} {texts[0]} and {texts[1]})")
            continue
        for key in _REFERENCE:
            one, other = number(pair.a, key), number(pair.b, key)
            if one != other and (one is None or other is None or abs(one - other) > _SAME):
                differing.append(f"{pair.path} ({key} {_shown(one)} and {_shown(other)})")
                break
    if not differing:
        return []
    return [f"{_tracks(len(differing))} scored against another reference in each run: {_named(differing)}"]


def _warn_of_missing(only_a: Sequence[str], only_b: Sequence[str]) -> list[str]:
    return [
        f"{_tracks(len(only))} in run {run} only and left out: {_named(only)}"
        for run, only in (("a", only_a), ("b", only_b))
        if only
    ]


def _tracks(count: int) -> str:
    return "1 track is" if count == 1 else f"{count} tracks are"


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.10g}"
