"""Rows of the table of tracks as records: what its readers share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from edm.library.paths import from_text, join
from edm.library.records import FileStamp, Track
from edm.library.roots import all_roots
from edm.library.store import Library, Row
from edm.model import Tags

__all__ = ["COLUMNS", "PAGE", "TAG", "genres_of", "pages", "to_tracks"]

# Rows at a time: a few MB, and a query open for milliseconds.
PAGE = 1000

TAG = "tag"
"""Source of the genres that stand in the files."""

COLUMNS = (
    "t.id, t.root_id, t.path, t.size, t.mtime_ns, t.sample_hash, t.status, t.missing_since, t.duplicate_of, "
    "t.added_at, t.seen_at, t.audio_hash, t.duration_s, t.title, t.artist, t.album, t.album_artist, t.year, "
    "t.tag_bpm, t.tag_key, t.names_from, t.musicbrainz, t.bpm, t.bpm_confidence, t.tempo_stability, "
    "t.sonic_version, t.sonic_mode"
)
"""What `to_tracks` needs, in its order; more columns may follow."""


def pages(library: Library, select: str, values: Sequence[object], *, limit: int | None = None) -> Iterator[list[Row]]:
    """Rows of a query, a page at a time, by track id.

    Each page is a query of its own, so that the rows may change meanwhile, and memory stays flat.

    Parameters
    ----------
    select
        A query with the id first and a condition, without order and limit; ``t`` is the table of tracks.
    values
        Of the query.
    limit
        Rows in all.
    """
    last, left = 0, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        found = library.rows(f"{select} AND t.id > ? ORDER BY t.id LIMIT ?", (*values, last, size))
        if found:
            yield found
        if len(found) < size:
            return
        last = found[-1][0]
        left = None if left is None else left - size


def to_tracks(library: Library, rows: Sequence[Row]) -> list[Track]:
    """Records of rows that begin with `COLUMNS`."""
    roots = {root.id: root.path for root in all_roots(library)}
    genres = genres_of(library, [row[0] for row in rows], source=TAG)
    return [_track(row, roots[row[1]], genres.get(row[0], ())) for row in rows]


def genres_of(library: Library, ids: Sequence[int], *, source: str | None = None) -> dict[int, tuple[str, ...]]:
    """Genres of some tracks, each once, in the order of their source; None: of all sources, one after the other."""
    if not ids:
        return {}
    select = "SELECT track_id, genre FROM track_genres WHERE (? IS NULL OR source = ?)"
    order = "ORDER BY track_id, source, position"
    # A page is one range; what is looked up elsewhere is few.
    first, last = min(ids), max(ids)
    if last - first <= 4 * PAGE:
        found = library.rows(f"{select} AND track_id BETWEEN ? AND ? {order}", (source, source, first, last))
    else:
        found = [
            row
            for number in ids
            for row in library.rows(f"{select} AND track_id = ? {order}", (source, source, number))
        ]
    genres: dict[int, dict[str, None]] = {}
    for number, genre in found:
        genres.setdefault(number, {})[genre] = None
    return {number: tuple(names) for number, names in genres.items()}


def _track(row: Row, root: Any, genres: tuple[str, ...]) -> Track:
    relative = from_text(row[2])
    tags = Tags(
        title=row[13],
        artist=row[14],
        album=row[15],
        album_artist=row[16],
        year=row[17],
        genres=genres,
        bpm=row[18],
        key=row[19],
        musicbrainz=json.loads(row[21]),
    )
    return Track(
        id=row[0],
        root_id=row[1],
        path=join(root, relative),
        relative=relative,
        stamp=FileStamp(row[3], row[4], row[5]),
        status=row[6],
        missing_since=row[7],
        duplicate_of=row[8],
        added_at=row[9],
        seen_at=row[10],
        audio_hash=row[11],
        duration_s=row[12],
        tags=tags,
        names_from=row[20],
        bpm=row[22],
        bpm_confidence=row[23],
        tempo_stability=row[24],
        sonic_version=row[25],
        sonic_mode=row[26],
    )
