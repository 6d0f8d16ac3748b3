"""Playlists, transitions and neighbours as plain values for JSON: stable keys, units in the keys, None where not known.

Scores and shares are in 0..1 and rounded to four digits. Keys of tracks are in Camelot notation, since a DJ reads moves
on that wheel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from edm.audio.printable import printable
from edm.model.keys import KEYS, format_key, key_relation
from edm.pipeline.playlist import Collection
from edm.playlist.m3u import M3uTrack
from edm.playlist.make import Playlist
from edm.playlist.request import Request
from edm.playlist.similar import Neighbour
from edm.playlist.space import NO_KEY
from edm.playlist.transition import Transition

__all__ = [
    "KIND",
    "TRACK_COLUMNS",
    "csv_rows",
    "m3u_tracks",
    "neighbour_record",
    "playlist_record",
    "track_record",
    "transition_record",
]

KIND = "edm playlist"
"""What every record of a playlist says it is."""

TRACK_COLUMNS = (
    *("place", "track_id", "artist", "title", "bpm", "key", "energy", "duration_s", "genre", "is_seed"),
    *("score", "pitch_pct", "key_relation", "energy_step", "reason", "path"),
)
"""Of a playlist as CSV: a track, and how it follows the one before."""

_VERSION = 1


def track_record(collection: Collection, row: int) -> dict[str, Any]:
    """What a person wants to know of a track."""
    matrices, space = collection.matrices, collection.space
    key = int(space.key[row])
    return {
        "track_id": int(matrices.track_ids[row]),
        "artist": matrices.track_artists[row] or None,
        "title": matrices.track_titles[row] or None,
        "bpm": _number(space.bpm[row], 2),
        "key": None if key == NO_KEY else format_key(KEYS[key], "camelot"),
        "energy": _number(space.energy[row], 1),
        "duration_s": _number(space.duration_s[row], 1),
        "genre": _genre(collection, row),
        "path": printable(matrices.track_paths[row]),
    }


def transition_record(edge: Transition) -> dict[str, Any]:
    """How one track follows another: the reason in words, and every number of it."""
    return {
        "score": _number(edge.score, 4),
        "reason": edge.reason,
        "pitch_pct": _number(edge.stretch_pct, 2),
        "octave": edge.octave,
        "shift_semitones": _number(edge.shift_semitones, 3),
        "key_pitched": edge.pitched_key,
        "key_relation": edge.key_relation,
        "energy_step": _number(edge.energy_step, 1),
        "sound": {name: _number(value, 4) for name, value in edge.sound.items()},
        "parts": {name: _number(value, 4) for name, value in edge.parts.items()},
    }


def neighbour_record(collection: Collection, neighbour: Neighbour, place: int) -> dict[str, Any]:
    """A track near another; `place` counts from 1.

    ``key_relation`` is that of the keys as they are: whoever is only alike is not always pitched.
    ``key_relation_pitched`` is that of a transition.
    """
    edge = neighbour.transition
    keys = [int(collection.space.key[row]) for row in (edge.first, edge.second)]
    relation = None if NO_KEY in keys else key_relation(KEYS[keys[0]], KEYS[keys[1]])
    return {
        "place": place,
        "score": _number(neighbour.score, 4),
        **track_record(collection, neighbour.row),
        "parts": {name: _number(value, 4) for name, value in neighbour.parts.items()},
        "bpm_ratio": _number(neighbour.bpm_ratio, 4),
        "pitch_pct": _number(edge.stretch_pct, 2),
        "octave": edge.octave,
        "key_relation": relation,
        "key_relation_pitched": edge.key_relation,
        "energy_step": _number(edge.energy_step, 1),
        "reason": edge.reason,
    }


def playlist_record(collection: Collection, playlist: Playlist, request: Request) -> dict[str, Any]:
    """All of a playlist: its tracks, how each follows the one before, what was asked for, and what was not kept."""
    rules, summary = request.rules, playlist.summary
    before: list[Transition | None] = [None, *playlist.edges]
    tracks = [
        {
            "place": place + 1,
            "is_seed": place in playlist.seeds,
            **track_record(collection, row),
            "transition": None if edge is None else transition_record(edge),
        }
        for place, (row, edge) in enumerate(zip(playlist.order, before, strict=True))
    ]
    return {
        "kind": KIND,
        "version": _VERSION,
        "summary": {
            "tracks": summary.tracks,
            "minutes": _number(summary.minutes, 1),
            "mean": _number(summary.mean, 4),
            "weakest": _number(summary.weakest, 4),
            "percentile_10": _number(summary.percentile_10, 4),
            "artists": summary.artists,
            "bpm_arc_reached": _number(summary.bpm_arc, 4),
            "energy_arc_reached": _number(summary.energy_arc, 4),
            "eligible": summary.eligible,
        },
        "relaxed": [
            {"rule": one.rule, "places": [place + 1 for place in one.places], "why": one.why}
            for one in playlist.relaxed
        ],
        "asked": {
            "count": request.count,
            "minutes": request.minutes,
            "mode": rules.mode,
            "bpm_range": None if rules.bpm_range is None else list(rules.bpm_range),
            "bpm_arc": None if rules.bpm_arc is None else str(rules.bpm_arc),
            "energy_arc": None if rules.energy_arc is None else str(rules.energy_arc),
            "key_rule": rules.key_rule,
            "key_rule_asked": rules.key_rule_asked,
            "max_stretch_pct": rules.max_stretch_pct,
            "max_per_artist": rules.max_per_artist,
            "min_gap": rules.min_gap,
            "reorder": request.reorder,
            "seed": request.seed,
        },
        "tracks": tracks,
    }


def csv_rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tracks of a `playlist_record`, one flat record each, with the keys of `TRACK_COLUMNS`."""
    rows = [{**track, **(track["transition"] or {})} for track in record["tracks"]]
    return [{column: row.get(column) for column in TRACK_COLUMNS} for row in rows]


def m3u_tracks(collection: Collection, rows: Sequence[int]) -> list[M3uTrack]:
    """Tracks as a player's list has them."""
    matrices = collection.matrices
    found: list[M3uTrack] = []
    for row in rows:
        length = float(collection.space.duration_s[row])
        name = " - ".join(part for part in (matrices.track_artists[row], matrices.track_titles[row]) if part)
        found.append(M3uTrack(matrices.track_paths[row], name, length if math.isfinite(length) else None))
    return found


def _genre(collection: Collection, row: int) -> str | None:
    """What the track is most of."""
    matrices = collection.matrices
    if not matrices.genre_vocab:
        return None
    weights = matrices.X_genre_raw[row]
    best = int(weights.argmax())
    return matrices.genre_vocab[best] if weights[best] > 0 else None


def _number(value: float | None, digits: int) -> float | None:
    # Never -0.0.
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0
