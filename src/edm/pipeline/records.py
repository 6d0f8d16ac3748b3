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
from edm.model import BeatGrid, Beats, Failure, Key, Loudness, Result, Structure, Tempo, TrackAnalysis
from edm.model.keys import KeyNotation, format_key, parse_key

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
# 0.01 LU and dB: a tenth of what anybody hears.
_LEVEL_DIGITS = 2
_CURVE_DIGITS = 3

_TYPE_KEYS = {
    "bpm": ("bpm", "bpm_confidence", "bpm_source", "bpm_alternatives", "tempo_stability", "tag_bpm"),
    "beats": ("grid", "beats_s", "beat_positions", "downbeats_s"),
    "structure": (
        "structure_kind",
        "structure_source",
        "structure_confidence",
        "sections",
        "drops",
        "energy",
        "energy_times_s",
        "energy_curve",
    ),
    "key": (
        "key",
        "key_confidence",
        "key_runner_up",
        "key_runner_up_confidence",
        "key_source",
        "tuning_cents",
        "tag_key",
    ),
    "loudness": ("loudness_lufs", "loudness_range_lu", "true_peak_dbtp", "replaygain_db"),
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
CSV_LISTS = {"beats_s": "beats", "downbeats_s": "downbeats", "energy_times_s": "energy_values"}
"""Long lists and the columns that hold their lengths instead, where rows must be flat."""
_NOT_IN_CSV = ("beat_positions", "energy_curve")


def to_record(result: Result[TrackAnalysis], types: Iterable[str], *, key_notation: KeyNotation = "standard") -> Record:
    """One result, ready for JSON.

    Parameters
    ----------
    result
        A track's analysis, or why there is none.
    types
        What was asked for; decides which keys there are.
    key_notation
        Of musical keys.

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
        "fallback": "; ".join(analysis.fallbacks) or None,
    }
    found = _tempo_part(analysis.tempo, analysis.tag_bpm) | _beats_part(analysis.beats, analysis.grid)
    found |= _structure_part(analysis.structure) | _loudness_part(analysis.loudness)
    found |= _key_part(analysis.key, analysis.tag_key, key_notation)
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
        elif key not in _NOT_IN_CSV:
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
        elif key == "sections":
            row[key] = None if value is None else "; ".join(f"{one['label']} {one['start_s']}" for one in value)
        elif key == "drops":
            row[key] = None if value is None else "; ".join(f"{one['time_s']}" for one in value)
        elif key not in _NOT_IN_CSV:
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


def _structure_part(structure: Structure | None) -> Record:
    if structure is None:
        return dict.fromkeys(_TYPE_KEYS["structure"])
    return {
        "structure_kind": structure.kind,
        "structure_source": structure.source,
        "structure_confidence": _number(structure.confidence, _SCORE_DIGITS),
        "sections": [
            {
                "start_s": _number(section.start_s, _TIME_DIGITS),
                "end_s": _number(section.end_s, _TIME_DIGITS),
                "start_bar": section.start_bar,
                "end_bar": section.end_bar,
                "label": section.label,
                "confidence": _number(section.confidence, _SCORE_DIGITS),
                "energy": _number(section.energy, _CURVE_DIGITS),
            }
            for section in structure.sections
        ],
        "drops": [
            {
                "time_s": _number(drop.time_s, _TIME_DIGITS),
                "bar": drop.bar,
                "confidence": _number(drop.confidence, _SCORE_DIGITS),
            }
            for drop in structure.drops
        ],
        "energy": int(structure.energy.level),
        "energy_times_s": _times(structure.energy.times_s),
        "energy_curve": [_number(float(value), _CURVE_DIGITS) for value in structure.energy.curve],
    }


def _key_part(key: Key | None, tag_key: str | None, notation: KeyNotation) -> Record:
    found: Record = dict.fromkeys(_TYPE_KEYS["key"])
    if key is not None:
        found |= {
            "key": _written(key.name, notation),
            "key_confidence": _number(key.confidence, _SCORE_DIGITS),
            "key_runner_up": _written(key.runner_up, notation),
            "key_runner_up_confidence": _number(key.runner_up_confidence, _SCORE_DIGITS),
            "key_source": key.source,
            "tuning_cents": _number(key.tuning_cents, _LEVEL_DIGITS),
        }
    return found | {"tag_key": None if tag_key is None else _written(tag_key, notation)}


def _written(name: str, notation: KeyNotation) -> str:
    key = parse_key(name)
    return name if key is None else format_key(key, notation)


def _loudness_part(loudness: Loudness | None) -> Record:
    if loudness is None:
        return dict.fromkeys(_TYPE_KEYS["loudness"])
    return {
        "loudness_lufs": _number(loudness.integrated_lufs, _LEVEL_DIGITS),
        "loudness_range_lu": _number(loudness.range_lu, _LEVEL_DIGITS),
        "true_peak_dbtp": _number(loudness.true_peak_dbtp, _LEVEL_DIGITS),
        "replaygain_db": _number(loudness.replaygain_db, _LEVEL_DIGITS),
    }


def _times(times: Iterable[Any]) -> list[float]:
    return [round(float(time), _TIME_DIGITS) for time in times]


def _number(value: float | None, digits: int) -> float | None:
    # JSON has neither NaN nor infinity; + 0.0 turns -0.0 into 0.0.
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0
