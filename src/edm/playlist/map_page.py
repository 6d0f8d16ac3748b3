"""The map of a library as a page of its own: one HTML file that loads nothing, and draws on a canvas.

The page is ``map.html`` beside this module. All that is not ours stands in it as JSON in which no mark-up can begin.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from edm.errors import InputError
from edm.model import FloatArray

__all__ = ["MapTrack", "map_page"]

# Places on the page, in steps of each axis: finer than any screen, and short to write.
_STEPS = 4095
_TITLE, _DATA = "<!--title-->", "/*data*/"


@dataclass(frozen=True, slots=True)
class MapTrack:
    """A point of the map: what is shown of a track; None where it is not known."""

    name: str
    bpm: float | None = None
    key: str | None = None
    energy: float | None = None
    genre: str | None = None


def map_page(
    tracks: Sequence[MapTrack], places: FloatArray, *, title: str, marked: int | None = None, near: Sequence[int] = ()
) -> str:
    """The page.

    Parameters
    ----------
    tracks, places
        As many of each; places as `edm.playlist.plane.flat_map` gives them.
    marked, near
        Of the track that was asked about, and of those near it, nearest first.

    Raises
    ------
    InputError
        If tracks and places differ in number.
    """
    if len(tracks) != len(places):
        raise InputError(f"{len(tracks)} tracks have {len(places)} places")
    genres = sorted({track.genre for track in tracks if track.genre})
    number = {genre: place for place, genre in enumerate(genres)}
    steps = np.rint((np.asarray(places, dtype=np.float64) + 1.0) / 2.0 * _STEPS).astype(int)
    data = {
        "title": title,
        "steps": _STEPS,
        "genres": genres,
        "x": steps[:, 0].tolist(),
        "y": steps[:, 1].tolist(),
        "name": [track.name for track in tracks],
        "bpm": [None if track.bpm is None else round(track.bpm, 1) for track in tracks],
        "key": [track.key for track in tracks],
        "energy": [None if track.energy is None else round(track.energy) for track in tracks],
        "genre": [None if track.genre is None else number[track.genre] for track in tracks],
        "marked": marked,
        "near": list(near),
    }
    # In a script element nothing but "<" can end the data, or begin a comment.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    page = resources.files("edm.playlist").joinpath("map.html").read_text(encoding="utf-8")
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    head, tail = page.split(_DATA)
    return head.replace(_TITLE, escaped) + text + tail
