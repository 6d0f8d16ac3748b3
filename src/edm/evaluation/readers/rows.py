"""One row becomes one annotation: what the columns of tables and the keys of objects are called.

What is read beside the tempo depends on what is evaluated: a column called ``key`` is a key for ``edm evaluate key``,
and a field for all others.

Names are compared without regard to case. Where a row has two names for one thing (``bpm`` and ``tempo``), the one that
stands first in `NAMES` is taken, and the other is kept as a field, as is every name that is not listed. An empty cell
says nothing: it is no field either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from edm.errors import InputError
from edm.evaluation.annotation import AnnotatedSection, Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers.sections import SECTION_NAMES, drops_of, energy_of, read_sections, sections_of
from edm.evaluation.readers.times import downbeats_of, read_beat_times, times_of
from edm.evaluation.readers.values import (
    as_text,
    parse_bpm,
    parse_duration,
    parse_key_name,
    parse_number,
    parse_share,
    shown,
)
from edm.model import TempoAlternative, TimeArray

__all__ = ["NAMES", "NAMES_OF_TASK", "checked_path", "columns_of", "no_two_alike", "read_row", "reads_beats"]

NAMES: dict[str, tuple[str, ...]] = {
    "path": ("path", "file", "filename", "location", "track"),
    "bpm": ("bpm", "tempo"),
    "confidence": ("bpm_confidence", "confidence"),
    "alternatives": ("bpm_alternatives", "alternatives"),
    "duration_s": ("duration_s",),
    "beats_file": ("beats_file",),
    "downbeats_file": ("downbeats_file",),
    "beats_s": ("beats_s", "beats"),
    "downbeats_s": ("downbeats_s", "downbeats"),
    "beat_positions": ("beat_positions",),
    "status": ("status",),
    "error": ("error",),
    "error_type": ("error_type",),
    "error_message": ("error_message",),
}
"""What a row may say, and the names of it, the better ones first."""

NAMES_OF_TASK: dict[Task, dict[str, tuple[str, ...]]] = {
    "bpm": {},
    "beats": {},
    "structure": {
        "sections": ("sections",),
        "sections_file": ("sections_file",),
        "drops": ("drops",),
        "drops_file": ("drops_file",),
        "energy_times_s": ("energy_times_s",),
        "energy_curve": ("energy_curve",),
        "first_downbeat_s": ("first_downbeat_s",),
        "beats_per_bar": ("beats_per_bar",),
    },
    "key": {
        "key": ("key", "initialkey", "tonality"),
        "key_confidence": ("key_confidence",),
        "key_runner_up": ("key_runner_up",),
    },
}
"""… and beside that, for one of the tasks."""

# Where rows are flat these hold no lists: in a table of ours, "beats" is how many there are.
_LISTS = {"beats_s", "downbeats_s", "beat_positions", "sections", "drops", "energy_times_s", "energy_curve"}
_MOST_BEATS_PER_BAR = 32
_OUTCOME = ("status", "error", "error_type", "error_message")


def reads_beats(task: Task) -> bool:
    """Whether beats are of use for a task; the bars of a structure are."""
    return task in ("beats", "structure")


def columns_of(names: Iterable[str], *, flat: bool, task: Task = "beats") -> dict[str, str]:
    """Which of `NAMES` and `NAMES_OF_TASK` there are, each with the name that it has in this row.

    Where a table for ``structure`` has a column of starts, the names of a section (`SECTION_NAMES`) are among them.

    Parameters
    ----------
    names
        Of all columns or keys.
    flat
        Whether a cell is text and can hold no list.
    task
        What is evaluated.
    """
    return dict(_layout(tuple(names), flat, task)[0])


def read_row(
    values: Mapping[str, object],
    *,
    origin: str,
    folder: Path,
    flat: bool = False,
    path: str | None = None,
    task: Task = "beats",
    sections: tuple[AnnotatedSection, ...] | None = None,
) -> Annotation:
    """What a row says of its track.

    Parameters
    ----------
    values
        Cells by column, or values by key.
    origin
        Where the row stands, for messages.
    folder
        Of the file; paths of other files start there.
    flat
        Whether the values are the cells of a table.
    path
        Of the track, where the row itself does not say it.
    task
        What is evaluated: what it has no use for is not read, and no file of it is opened.
    sections
        Of the track, where rows of their own say them.

    Raises
    ------
    InputError
        If a value makes no sense.
    """
    columns, others = _layout(tuple(values), flat, task)
    said = {role: (values[name], name) for role, name in columns.items()}
    nothing = (None, "")

    def of(role: str) -> tuple[object, str]:
        return said.get(role, nothing)

    fields = {name.strip(): text for name in others if (text := as_text(values[name])) is not None}
    error = None
    status = str(of("status")[0]).strip().lower()
    if status in ("ok", "failed"):
        error = _reason({role: of(role)[0] for role in _OUTCOME}) if status == "failed" else None
    else:
        # Somebody's column of that name, not the outcome of an analysis.
        fields |= {of(role)[1]: text for role in _OUTCOME if (text := as_text(of(role)[0])) is not None}
    given = of("path")
    beats_s, downbeats_s = _beats(said, origin, folder) if reads_beats(task) else (None, None)
    bpm, duration_s = parse_bpm(*of("bpm"), origin), parse_duration(*of("duration_s"), origin)
    if task == "structure":
        if sections is None:
            sections = sections_of(*of("sections"), origin, duration_s=duration_s)
        if sections is None and (file := _other_file(*of("sections_file"), origin, folder)):
            sections = read_sections(file, duration_s=duration_s)
        if downbeats_s is None:
            downbeats_s = _laid_bars(said, bpm, sections, origin)
    confidence = parse_share(*of("confidence"), origin)
    key_confidence = parse_share(*of("key_confidence"), origin)
    if key_confidence is None and columns.get("confidence") == "confidence" and "bpm" not in columns:
        key_confidence = confidence
    return Annotation(
        path=checked_path(given[0] if path is None else path, given[1] or "path", origin),
        origin=origin,
        folder=folder,
        bpm=bpm,
        beats_s=beats_s,
        downbeats_s=downbeats_s,
        confidence=confidence,
        alternatives=_alternatives(*of("alternatives"), origin),
        duration_s=duration_s,
        sections=sections,
        drops_s=_drops(said, origin, folder),
        energy=energy_of(of("energy_times_s")[0], of("energy_curve")[0], "energy_times_s", origin),
        key=parse_key_name(*of("key"), origin),
        key_runner_up=parse_key_name(*of("key_runner_up"), origin),
        key_confidence=key_confidence,
        fields=fields,
        error=error,
    )


def checked_path(value: object, what: str, origin: str) -> str:
    """A path as written; no file is looked for."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise InputError(f"{origin}: names no track")
    if not isinstance(value, str) or "\0" in value:
        raise InputError(f"{origin}: {what} {shown(value)} is no path")
    return value


def no_two_alike(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """The annotations, each of another path.

    Raises
    ------
    InputError
        Naming both places, where two have the same path.
    """
    first: dict[str, Annotation] = {}
    for annotation in annotations:
        known = first.setdefault(annotation.path, annotation)
        if known is not annotation:
            raise InputError(
                f"{annotation.origin}: path {annotation.path!r} stands in {known.origin} already",
                hint="keep one of the two",
            )
    return tuple(first.values())


# Rows of a file have few layouts: one in a table, two or three among records.
@lru_cache(maxsize=64)
def _layout(names: tuple[str, ...], flat: bool, task: Task) -> tuple[dict[str, str], tuple[str, ...]]:
    by_lower: dict[str, str] = {}
    for name in names:
        by_lower.setdefault(name.strip().lower(), name)
    roles = NAMES | NAMES_OF_TASK[task]
    if flat and task == "structure" and ({"start_bar", *SECTION_NAMES["start_s"]} & by_lower.keys()):
        roles |= SECTION_NAMES
    columns = {
        role: by_lower[known[0]]
        for role, aliases in roles.items()
        if not (flat and role in _LISTS) and (known := [alias for alias in aliases if alias in by_lower])
    }
    return columns, tuple(name for name in names if name not in columns.values())


def _beats(
    said: Mapping[str, tuple[object, str]], origin: str, folder: Path
) -> tuple[TimeArray | None, TimeArray | None]:
    nothing = (None, "")
    beats_s = times_of(*said.get("beats_s", nothing), origin)
    downbeats_s = times_of(*said.get("downbeats_s", nothing), origin)
    file = _other_file(*said.get("beats_file", nothing), origin, folder)
    if file and beats_s is None:
        read = read_beat_times(file)
        beats_s = read.beats_s
        downbeats_s = read.downbeats_s if downbeats_s is None else downbeats_s
    file = _other_file(*said.get("downbeats_file", nothing), origin, folder)
    if file:
        read = read_beat_times(file)
        downbeats_s = read.beats_s if read.downbeats_s is None else read.downbeats_s
    if downbeats_s is None and beats_s is not None:
        downbeats_s = downbeats_of(beats_s, *said.get("beat_positions", nothing), origin)
    return beats_s, downbeats_s


def _drops(said: Mapping[str, tuple[object, str]], origin: str, folder: Path) -> TimeArray | None:
    nothing = (None, "")
    drops_s = drops_of(*said.get("drops", nothing), origin)
    file = _other_file(*said.get("drops_file", nothing), origin, folder)
    return read_beat_times(file).beats_s if file and drops_s is None else drops_s


def _laid_bars(
    said: Mapping[str, tuple[object, str]],
    bpm: float | None,
    sections: tuple[AnnotatedSection, ...] | None,
    origin: str,
) -> TimeArray | None:
    """Downbeats of a grid that a row gives, as far as its sections count bars; None where it gives none."""
    nothing = (None, "")
    first_s = parse_number(*said.get("first_downbeat_s", nothing), origin)
    last_bar = max((section.end_bar or 0 for section in sections or ()), default=0)
    if first_s is None or bpm is None or not last_bar:
        return None
    value, what = said.get("beats_per_bar", nothing)
    beats = parse_number(value, what, origin) or 4.0
    if beats not in range(1, _MOST_BEATS_PER_BAR + 1):
        raise InputError(f"{origin}: {what} {shown(value)} is no number of beats")
    if first_s < 0:
        raise InputError(f"{origin}: {said['first_downbeat_s'][1]} {shown(said['first_downbeat_s'][0])} is negative")
    return first_s + np.arange(last_bar + 1, dtype=np.float64) * (beats * 60.0 / bpm)


def _other_file(value: object, what: str, origin: str, folder: Path) -> Path | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    file = folder / checked_path(value, what, origin).strip()
    try:
        file.stat()
    except (OSError, ValueError) as exc:
        reason = (exc.strerror or str(exc)).lower() if isinstance(exc, OSError) else str(exc)
        raise InputError(f"{origin}: {what} {shown(value)}: {reason}") from exc
    return file


def _alternatives(value: object, what: str, origin: str) -> tuple[TempoAlternative, ...]:
    """Tempos of "64; 96.5", of a list of numbers, or of a list of objects; without a score it is 0."""
    if isinstance(value, str):
        value = [part for part in value.split(";") if part.strip()]
    if value is None:
        return ()
    if not isinstance(value, list):
        value = [value]
    alternatives = []
    for other in value:
        score: object = None
        if isinstance(other, dict):
            score = other.get("score")
            other = other.get("bpm")
        bpm = parse_bpm(other, what, origin)
        if bpm is not None:
            share = parse_share(score, f"score in {what}", origin)
            alternatives.append(TempoAlternative(bpm, share or 0.0))
    return tuple(alternatives)


def _reason(outcome: Mapping[str, object]) -> str:
    error = outcome["error"]
    if isinstance(error, dict):
        parts = [error.get("type"), error.get("message")]
    elif as_text(error) is not None:
        parts = [error]
    else:
        parts = [outcome["error_type"], outcome["error_message"]]
    texts = [" ".join(text.split()) for part in parts if (text := as_text(part)) is not None]
    return ": ".join(texts) or "failed"
