"""Results as plain dictionaries, the form in which they leave the program.

The keys are stable, described in ``docs/records.md`` and, for machines, in ``docs/track.schema.json``. What was not
asked for is absent; what was asked for and does not exist is None. All numbers are finite.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from edm.audio.printable import printable
from edm.model import BeatGrid, Beats, Failure, Result, Tempo, TrackAnalysis

__all__ = ["CSV_LISTS", "SCHEMA_VERSION", "Record", "csv_columns", "flatten", "to_record"]

Record: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 1
# 0.1 ms: ten times finer than anybody hears, and a quarter of the digits.
_TIME_DIGITS = 4
# 1e-4 BPM is 3 ms in ten hours.
_BPM_DIGITS = 4
_SCORE_DIGITS = 4
_MS_DIGITS = 2
_ELAPSED_DIGITS = 3

_TYPE_KEYS = {
    "bpm": ("bpm", "bpm_confidence", "bpm_source", "bpm_alternatives", "tempo_stability", "tag_bpm"),
    "beats": ("grid", "beats_s", "beat_positions", "downbeats_s"),
}
_GRID_KEYS = (
    "bpm",
    "first_beat_s",
    "first_downbeat_s",
    "beats_per_bar",
    "max_residual_ms",
    "end_drift_ms",
    "verdict",
    "segments",
)
CSV_LISTS = {"beats_s": "beats", "downbeats_s": "downbeats"}
"""Long lists and the columns that hold their lengths instead, where rows must be flat."""


def to_record(result: Result[TrackAnalysis], types: Iterable[str]) -> Record:
    """One result, ready for JSON.

    Parameters
    ----------
    result
        A track's analysis, or why there is none.
    types
        What was asked for; decides which keys there are.

    Returns
    -------
    dict
        Strings, numbers, booleans, None, lists and dictionaries only. Times in seconds to 0.1 ms.
    """
    asked = [key for name in types for key in _TYPE_KEYS.get(name, ())]
    if isinstance(result, Failure):
        return _failed(result, asked)
    analysis = result.value
    record: Record = {
        "schema_version": SCHEMA_VERSION,
        "path": printable(analysis.path),
        "status": "ok",
        "duration_s": _number(analysis.duration_s, _TIME_DIGITS),
        "sample_rate_hz": int(analysis.sample_rate),
        "detector": analysis.detector,
        "fallback": analysis.fallback,
    }
    found = _tempo_part(analysis.tempo, analysis.tag_bpm) | _beats_part(analysis.beats, analysis.grid)
    record |= {key: found[key] for key in asked}
    record |= {
        "elapsed_s": _number(analysis.elapsed_s, _ELAPSED_DIGITS),
        "warnings": [printable(warning) for warning in analysis.warnings],
        "error": None,
    }
    return record


def csv_columns(types: Iterable[str]) -> list[str]:
    """Columns of a flat row, in order, for records of these types."""
    columns = ["path", "status", "duration_s", "sample_rate_hz", "detector", "fallback"]
    for key in (key for name in types for key in _TYPE_KEYS.get(name, ())):
        if key == "grid":
            columns += [f"grid_{part}" for part in _GRID_KEYS if part != "segments"] + ["grid_segments"]
        elif key != "beat_positions":
            columns.append(CSV_LISTS.get(key, key))
    return [*columns, "elapsed_s", "warnings", "error_type", "error_message", "schema_version"]


def flatten(record: Mapping[str, Any]) -> dict[str, object]:
    """A record as one flat row: grid and error in columns ``grid_…`` and ``error_…``, long lists as their lengths."""
    row: dict[str, object] = {}
    for key, value in record.items():
        if key == "grid":
            row |= {f"grid_{part}": None if value is None else value[part] for part in _GRID_KEYS}
            row["grid_segments"] = None if value is None else len(value["segments"])
        elif key == "error":
            row |= {f"error_{part}": None if value is None else value[part] for part in ("type", "message")}
        elif key in CSV_LISTS:
            row[CSV_LISTS[key]] = None if value is None else len(value)
        elif key == "bpm_alternatives":
            row[key] = None if value is None else "; ".join(f"{other['bpm']}" for other in value)
        elif key == "warnings":
            row[key] = "; ".join(value)
        elif key != "beat_positions":
            row[key] = value
    return row


def _failed(failure: Failure, asked: Iterable[str]) -> Record:
    path = failure.item if isinstance(failure.item, str | Path) else str(failure.item)
    hint = None if failure.hint is None else printable(failure.hint)
    return {
        "schema_version": SCHEMA_VERSION,
        "path": printable(path),
        "status": "failed",
        "duration_s": None,
        "sample_rate_hz": None,
        "detector": None,
        "fallback": None,
        **dict.fromkeys(asked),
        "elapsed_s": _number(failure.elapsed_s, _ELAPSED_DIGITS),
        "warnings": [],
        "error": {"type": failure.error_type, "message": printable(failure.message), "hint": hint},
    }


def _tempo_part(tempo: Tempo | None, tag_bpm: float | None) -> Record:
    if tempo is None:
        return dict.fromkeys(_TYPE_KEYS["bpm"]) | {"tag_bpm": _number(tag_bpm, _BPM_DIGITS)}
    return {
        "bpm": _number(tempo.bpm, _BPM_DIGITS),
        "bpm_confidence": _number(tempo.confidence, _SCORE_DIGITS),
        "bpm_source": tempo.source,
        "bpm_alternatives": [
            {"bpm": _number(other.bpm, _BPM_DIGITS), "score": _number(other.score, _SCORE_DIGITS)}
            for other in tempo.alternatives
        ],
        "tempo_stability": tempo.stability,
        "tag_bpm": _number(tag_bpm, _BPM_DIGITS),
    }


def _beats_part(beats: Beats | None, grid: BeatGrid | None) -> Record:
    return {
        "grid": None if grid is None else _grid(grid),
        "beats_s": None if beats is None else _times(beats.times_s),
        "beat_positions": None if beats is None else [int(position) for position in beats.positions],
        "downbeats_s": None if beats is None else _times(beats.downbeats_s),
    }


def _grid(grid: BeatGrid) -> Record:
    return {
        "bpm": _number(grid.bpm, _BPM_DIGITS),
        "first_beat_s": _number(grid.first_beat_s, _TIME_DIGITS),
        "first_downbeat_s": _number(grid.first_downbeat_s, _TIME_DIGITS),
        "beats_per_bar": None if grid.beats_per_bar is None else int(grid.beats_per_bar),
        "max_residual_ms": _number(grid.max_residual_ms, _MS_DIGITS),
        "end_drift_ms": _number(grid.end_drift_ms, _MS_DIGITS),
        "verdict": grid.verdict,
        "segments": [
            {
                "start_s": _number(segment.start_s, _TIME_DIGITS),
                "end_s": _number(segment.end_s, _TIME_DIGITS),
                "bpm": _number(segment.bpm, _BPM_DIGITS),
                "first_beat_s": _number(segment.first_beat_s, _TIME_DIGITS),
            }
            for segment in grid.segments
        ],
    }


def _times(times: Iterable[Any]) -> list[float]:
    return [round(float(time), _TIME_DIGITS) for time in times]


def _number(value: float | None, digits: int) -> float | None:
    # JSON has neither NaN nor infinity; + 0.0 turns -0.0 into 0.0.
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0
