"""What stages found out: analyses and sonic vectors, stored with the note that the stage has done the track."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from edm.errors import InputError
from edm.library.layouts import layout_record, read_key, read_loudness, read_structure
from edm.library.paths import from_text, join, storable
from edm.library.records import FULL, Analysis, SonicResult, SonicRow, Version
from edm.library.roots import all_roots, inside
from edm.library.rows import genres_of, pages
from edm.library.stages import store_done
from edm.library.store import Library, Row
from edm.model import BeatGrid, Beats, FloatArray, GridSegment, Tempo, TempoAlternative

__all__ = ["SONIC", "analysis", "iter_sonic_rows", "segment_spans", "store_sonic"]

SONIC = "sonic"
"""Name of the stage whose results these are."""

_VECTOR = np.dtype("<f4")
_TIMES = np.dtype("<f8")
_POSITIONS = np.dtype("<i1")


def store_sonic(
    library: Library,
    track_id: int,
    result: SonicResult,
    *,
    version: Version,
    identity: str,
    elapsed_s: float | None = None,
    fell_back: str | None = None,
) -> None:
    """Store all that the sonic stage found out about a track, and that it is done: everything or nothing.

    Parameters
    ----------
    version, identity, elapsed_s, fell_back
        As for `edm.library.stages.store_done`.

    Raises
    ------
    InputError
        For vectors that are not finite, not of one length, or without ``full``, and segments without a span.
    LibraryError
        If there is no such track, or it cannot be stored.
    """
    vectors = _checked(result)
    found = result.analysis
    tempo, layout, key, loudness = found.tempo, found.structure, found.key, found.loudness
    with library.transaction():
        _store_analysis(library, track_id, identity, result)
        library.run(
            "UPDATE tracks SET bpm = ?, bpm_confidence = ?, tempo_stability = ?, duration_s = ?, "
            "key = ?, key_confidence = ?, key_source = ?, energy = ?, loudness_lufs = ?, structure_kind = ?, "
            "structure_source = ?, "
            "audio_hash = CASE WHEN sample_hash IS ? THEN ? END, "
            "sonic_version = ?, sonic_mode = ?, sonic_features = ? WHERE id = ?",
            (
                None if tempo is None else _number(tempo.bpm),
                None if tempo is None else float(tempo.confidence),
                tempo and tempo.stability,
                float(found.duration_s),
                key and key.name,
                None if key is None else float(key.confidence),
                key and key.source,
                None if layout is None else int(layout.energy.level),
                None if loudness is None else _number(loudness.integrated_lufs),
                layout and layout.kind,
                layout and layout.source,
                identity,
                result.audio_hash,
                str(result.spec_version),
                result.mode,
                vectors.pop(FULL),
                track_id,
            ),
        )
        library.run("DELETE FROM sonic_segments WHERE track_id = ?", (track_id,))
        library.run_many(
            "INSERT INTO sonic_segments (track_id, segment, start_s, end_s, vector, energy) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (track_id, name, *map(float, result.spans[name]), vector, _number(result.segment_energy.get(name)))
                for name, vector in vectors.items()
            ],
        )
        store_done(library, track_id, SONIC, version, identity, elapsed_s=elapsed_s, fell_back=fell_back)


def analysis(library: Library, track_id: int) -> Analysis | None:
    """The stored analysis of a track, valid or not (``identity`` tells); None before the first."""
    row = library.row(
        "SELECT track_id, identity, detector, detector_version, fallback, record, beats_s, positions "
        "FROM analyses WHERE track_id = ?",
        (track_id,),
    )
    if row is None:
        return None
    record = json.loads(row[5])
    beats = None
    if row[6] is not None:
        positions = np.frombuffer(row[7], _POSITIONS).astype(np.int64)
        beats = Beats(np.frombuffer(row[6], _TIMES).astype(np.float64), positions)
    estimates = (_tempo(record["tempo"]), beats, _grid(record["grid"]), record["tag_bpm"])
    layout = (read_structure(record.get("structure")), read_key(record.get("key")))
    return Analysis(*(*row[:5], *estimates, *layout, read_loudness(record.get("loudness"))))


def segment_spans(library: Library, track_id: int) -> dict[str, tuple[float, float]]:
    """Start and end in seconds of the stored segments, ``full`` aside."""
    rows = library.rows("SELECT segment, start_s, end_s FROM sonic_segments WHERE track_id = ?", (track_id,))
    return {name: (start, end) for name, start, end in rows}


def iter_sonic_rows(
    library: Library,
    *,
    spec_version: Version | None = None,
    only_present: bool = True,
    duplicates: bool = False,
    within: Iterable[Path] = (),
) -> Iterator[SonicRow]:
    """All tracks with valid vectors, by id: their audio is what the vectors were made of.

    Read a thousand tracks at a time, three queries each, so memory stays flat.

    Parameters
    ----------
    spec_version
        Only vectors of this spec; None: of any (``Track.sonic_version`` tells them apart).
    only_present
        False: missing files, too.
    duplicates
        True: duplicates with vectors of their own, from before they were known as such, too.
    within
        Only tracks at or below these absolute paths; none: all.
    """
    condition, places = inside(library, within)
    sql = (
        "SELECT t.id, t.root_id, t.path, t.title, t.artist, t.album, t.album_artist, t.bpm, t.bpm_confidence, "
        "t.key, t.key_confidence, t.tag_key, t.energy, t.loudness_lufs, t.duration_s, t.sonic_mode, t.sonic_features "
        f"FROM tracks AS t JOIN stage_done AS d ON d.track_id = t.id AND d.stage = '{SONIC}' "
        "WHERE d.identity = t.sample_hash AND t.sonic_features IS NOT NULL "
        "AND (? IS NULL OR t.sonic_version = ?) "
        f"AND (NOT ? OR t.status = 'present') AND (? OR t.duplicate_of IS NULL) AND {condition}"
    )
    version = None if spec_version is None else str(spec_version)
    roots = {root.id: root.path for root in all_roots(library)}
    for page in pages(library, sql, (version, version, only_present, duplicates, *places)):
        yield from _sonic_rows(library, page, roots)


def _sonic_rows(library: Library, page: Sequence[Row], roots: Mapping[int, Path]) -> Iterator[SonicRow]:
    genres = genres_of(library, [row[0] for row in page])
    segments: dict[int, dict[str, FloatArray]] = {}
    energies: dict[int, dict[str, float]] = {}
    for number, name, blob, energy in library.rows(
        "SELECT track_id, segment, vector, energy FROM sonic_segments WHERE track_id BETWEEN ? AND ?",
        (page[0][0], page[-1][0]),
    ):
        segments.setdefault(number, {})[name] = _vector(blob)
        if energy is not None:
            energies.setdefault(number, {})[name] = energy
    for row in page:
        path = join(roots[row[1]], from_text(row[2]))
        vectors = {FULL: _vector(row[-1]), **segments.get(row[0], {})}
        yield SonicRow(*(row[0], path, *row[3:-1], genres.get(row[0], ()), vectors, energies.get(row[0], {})))


def _vector(blob: bytes) -> FloatArray:
    return np.frombuffer(blob, _VECTOR).astype(np.float32, copy=False)


def _checked(result: SonicResult) -> dict[str, bytes]:
    """The vectors as blobs."""
    if FULL not in result.vectors:
        raise InputError(f"sonic vectors lack the segment {FULL!r}")
    length = len(result.vectors[FULL])
    for name, vector in result.vectors.items():
        if vector.shape != (length,) or length == 0:
            raise InputError(f"sonic vector {name!r} has shape {vector.shape}, not ({max(length, 1)},)")
        if not np.isfinite(vector).all():
            raise InputError(f"sonic vector {name!r} has values that are not finite")
        if name != FULL and name not in result.spans:
            raise InputError(f"sonic vector {name!r} has no span")
    return {name: vector.astype(_VECTOR).tobytes() for name, vector in result.vectors.items()}


def _store_analysis(library: Library, track_id: int, identity: str, result: SonicResult) -> None:
    found = result.analysis
    record = {
        "tempo": None if found.tempo is None else asdict(found.tempo),
        "grid": None if found.grid is None else asdict(found.grid),
        "tag_bpm": found.tag_bpm,
        **layout_record(found),
    }
    beats = found.beats
    library.run(
        "INSERT OR REPLACE INTO analyses "
        "(track_id, identity, detector, detector_version, fallback, record, beats_s, positions) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            track_id,
            identity,
            found.detector,
            result.detector_version,
            None if found.fallback is None else storable(found.fallback),
            json.dumps(record, allow_nan=False, default=_plain),
            None if beats is None else beats.times_s.astype(_TIMES).tobytes(),
            None if beats is None else beats.positions.astype(_POSITIONS).tobytes(),
        ),
    )


def _number(value: float | None) -> float | None:
    # SQLite's driver takes float32 for bytes.
    return None if value is None else float(value)


def _plain(value: Any) -> float | int:
    """A number of numpy's as one of Python's."""
    if isinstance(value, np.generic):
        number: float | int = value.item()
        return number
    raise TypeError(f"no number: {value!r}")


def _tempo(record: dict[str, Any] | None) -> Tempo | None:
    if record is None:
        return None
    alternatives = tuple(TempoAlternative(**other) for other in record.pop("alternatives"))
    return Tempo(**record, alternatives=alternatives)


def _grid(record: dict[str, Any] | None) -> BeatGrid | None:
    if record is None:
        return None
    segments = tuple(GridSegment(**segment) for segment in record.pop("segments"))
    return BeatGrid(**record, segments=segments)
