"""A track as the page's script reads it: one line of JSON that is safe inside an HTML ``script`` element.

Lists are short forms, since a page may hold thousands of tracks, and a track hours of music: levels of the waveform are
base64, and of evenly spaced times only the changes of their steps are written (`even_steps`), which are mostly 0.
`track.js` is the reader; the keys are told at `track_block`.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from edm.audio.printable import printable
from edm.model import Beats, IntArray, Structure
from edm.model.keys import KeyNotation
from edm.pictures.curves import beat_curve
from edm.pictures.facts import track_facts
from edm.pictures.picture import TrackPicture

__all__ = ["even_steps", "safe_json", "track_block"]

# What could end the element that holds the text, or begin a comment in it.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def track_block(picture: TrackPicture, *, key_notation: KeyNotation = "standard") -> str:
    """Everything that is drawn of one track.

    Returns
    -------
    str
        JSON, ASCII, without ``<``, ``>`` and ``&``. Its keys: ``name``, ``path``; ``duration`` in ms; ``waveform``
        (three bands of ``columns`` bytes each, one after the other, base64), or None; ``beats`` (0.1 ms, as
        `even_steps`); ``positions`` (a digit for each beat); ``curve`` (``kind``; ``values`` in 0.1 ms late or 0.01
        BPM, None where there is none), or None; ``sections`` (start and end in ms, first and last bar, label,
        confidence and energy in percent); ``drops`` (ms, bar, percent); ``energy`` (times in ms as `even_steps`,
        values in percent), or None; ``facts`` (name, text).
    """
    analysis = picture.analysis
    curve = beat_curve(analysis.beats, analysis.grid, picture.residuals_ms)
    scale = 1 if curve is None else {"residual": 10, "tempo": 100}[curve.kind]
    waveform = picture.waveform
    return safe_json(
        {
            "name": picture.name,
            "path": printable(analysis.path),
            "duration": _ms(analysis.duration_s),
            "columns": 0 if waveform is None else waveform.columns,
            "waveform": None if waveform is None else base64.b64encode(waveform.levels.tobytes()).decode("ascii"),
            **_beats(analysis.beats),
            "curve": None if curve is None else {"kind": curve.kind, "values": _whole_or_none(scale * curve.values)},
            **_structure(analysis.structure),
            "facts": track_facts(analysis, key_notation=key_notation),
        }
    )


def safe_json(value: Any) -> str:
    """JSON that may stand inside any element of an HTML page."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)


def even_steps(times: IntArray) -> list[int]:
    """Second differences of whole numbers, from 0 on: adding them up twice gives the numbers back."""
    return [int(step) for step in np.diff(times, n=2, prepend=[0, 0])]


def _beats(beats: Beats | None) -> dict[str, Any]:
    if beats is None or not len(beats.times_s):
        return {"beats": [], "positions": ""}
    times = np.round(beats.times_s * 10_000).astype(np.int64)
    # A place beyond the ninth has no digit; the page marks first beats alone.
    places = np.clip(beats.positions, 0, 9)
    return {"beats": even_steps(times), "positions": "".join(map(str, places.tolist()))}


def _structure(structure: Structure | None) -> dict[str, Any]:
    if structure is None:
        return {"sections": [], "drops": [], "energy": None}
    energy = structure.energy
    return {
        "sections": [
            [
                _ms(section.start_s),
                _ms(section.end_s),
                section.start_bar,
                section.end_bar,
                section.label,
                _percent(section.confidence),
                _percent(section.energy),
            ]
            for section in structure.sections
        ],
        "drops": [[_ms(drop.time_s), drop.bar, _percent(drop.confidence)] for drop in structure.drops],
        "energy": [even_steps(np.round(1000 * energy.times_s).astype(np.int64)), _whole(100 * energy.curve)],
    }


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _percent(share: float) -> int:
    return round(100 * share)


def _whole(values: Iterable[float]) -> list[int]:
    return [round(float(value)) for value in values]


def _whole_or_none(values: Iterable[float]) -> list[int | None]:
    return [None if math.isnan(value) else round(float(value)) for value in values]
