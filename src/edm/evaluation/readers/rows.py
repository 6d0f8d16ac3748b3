"""One row becomes one annotation: what the columns of tables and the keys of objects are called.

Names are compared without regard to case. Where a row has two names for one thing (``bpm`` and ``tempo``), the one that
stands first in `NAMES` is taken, and the other is kept as a field, as is every name that is not listed. An empty cell
says nothing: it is no field either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.readers.times import downbeats_of, read_beat_times, times_of
from edm.evaluation.readers.values import as_text, parse_bpm, parse_duration, parse_share, shown
from edm.model import TempoAlternative, TimeArray

__all__ = ["NAMES", "checked_path", "columns_of", "no_two_alike", "read_row"]

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

# Where rows are flat these hold no lists: in a table of ours, "beats" is how many there are.
_LISTS = {"beats_s", "downbeats_s", "beat_positions"}
_OUTCOME = ("status", "error", "error_type", "error_message")


def columns_of(names: Iterable[str], *, flat: bool) -> dict[str, str]:
    """Which of `NAMES` there are, each with the name that it has in this row.

    Parameters
    ----------
    names
        Of all columns or keys.
    flat
        Whether a cell is text and can hold no list.
    """
    return dict(_layout(tuple(names), flat)[0])


def read_row(
    values: Mapping[str, object],
    *,
    origin: str,
    folder: Path,
    flat: bool = False,
    path: str | None = None,
    with_beats: bool = True,
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
    with_beats
        Whether beats are read; otherwise they are None, and no other file is opened.

    Raises
    ------
    InputError
        If a value makes no sense.
    """
    columns, others = _layout(tuple(values), flat)
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
    beats_s, downbeats_s = _beats(said, origin, folder) if with_beats else (None, None)
    return Annotation(
        path=checked_path(given[0] if path is None else path, given[1] or "path", origin),
        origin=origin,
        folder=folder,
        bpm=parse_bpm(*of("bpm"), origin),
        beats_s=beats_s,
        downbeats_s=downbeats_s,
        confidence=parse_share(*of("confidence"), origin),
        alternatives=_alternatives(*of("alternatives"), origin),
        duration_s=parse_duration(*of("duration_s"), origin),
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
def _layout(names: tuple[str, ...], flat: bool) -> tuple[dict[str, str], tuple[str, ...]]:
    by_lower: dict[str, str] = {}
    for name in names:
        by_lower.setdefault(name.strip().lower(), name)
    columns = {
        role: by_lower[known[0]]
        for role, aliases in NAMES.items()
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
