"""Sections, key and loudness as JSON in a row, and back.

Times to 0.1 ms and levels to 0.001, which is finer than any of them is known: a curve of energy is one number a bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from edm.model import Drop, Energy, Key, Loudness, Section, Structure, TrackAnalysis

__all__ = ["layout_record", "read_key", "read_loudness", "read_structure"]

_TIME_DIGITS = 4
_LEVEL_DIGITS = 3


def layout_record(analysis: TrackAnalysis) -> dict[str, Any]:
    """``structure``, ``key`` and ``loudness`` of an analysis, ready for JSON; None each where it was not asked for."""
    return {
        "structure": None if analysis.structure is None else _structure(analysis.structure),
        "key": None if analysis.key is None else asdict(analysis.key),
        "loudness": None if analysis.loudness is None else asdict(analysis.loudness),
    }


def read_structure(record: Mapping[str, Any] | None) -> Structure | None:
    """A layout again."""
    if record is None:
        return None
    energy = record["energy"]
    return Structure(
        sections=tuple(Section(**section) for section in record["sections"]),
        drops=tuple(Drop(**drop) for drop in record["drops"]),
        kind=record["kind"],
        source=record["source"],
        confidence=record["confidence"],
        energy=Energy(energy["level"], np.array(energy["times_s"], np.float64), np.array(energy["curve"], np.float32)),
    )


def read_key(record: Mapping[str, Any] | None) -> Key | None:
    """A key again."""
    return None if record is None else Key(**record)


def read_loudness(record: Mapping[str, Any] | None) -> Loudness | None:
    """A loudness again."""
    return None if record is None else Loudness(**record)


def _structure(structure: Structure) -> dict[str, Any]:
    energy = structure.energy
    return {
        "sections": [_times_rounded(asdict(section)) for section in structure.sections],
        "drops": [_times_rounded(asdict(drop)) for drop in structure.drops],
        "kind": structure.kind,
        "source": structure.source,
        "confidence": round(float(structure.confidence), _LEVEL_DIGITS),
        "energy": {
            "level": int(energy.level),
            "times_s": [round(float(time), _TIME_DIGITS) for time in energy.times_s],
            "curve": [round(float(value), _LEVEL_DIGITS) for value in energy.curve],
        },
    }


def _times_rounded(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(float(value), _TIME_DIGITS if name.endswith("_s") else _LEVEL_DIGITS)
        if isinstance(value, float | np.floating)
        else value
        for name, value in record.items()
    }
