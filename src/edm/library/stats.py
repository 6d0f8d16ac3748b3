"""Numbers about the whole library: `stats`, and `fingerprint`, which changes when the artifacts would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from edm.library import failures, stages
from edm.library.records import Version
from edm.library.results import SONIC
from edm.library.rows import pages
from edm.library.store import Library
from edm.library.weighted import WEIGHTED

__all__ = ["Stats", "fingerprint", "stats"]


_BY = "SELECT {0}, COUNT(*) FROM tracks WHERE {0} IS NOT NULL GROUP BY 1"


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals.

    Attributes
    ----------
    tracks, present, missing, duplicates
        ``tracks`` is all of them; duplicates are counted among the present, too.
    analysed
        Tracks with sonic features, of any version.
    stages
        Stage to ``done``, ``failed``, ``pending`` among the present tracks that are no duplicates.
    detectors, modes
        How many analyses and vectors, by detector and by mode.
    layouts, keys
        How many tracks by the kind of their layout (club, song …), and by how their key was found.
    fallbacks
        Stage to reason to tracks that were done less well than they could be.
    failures
        Stage to kind of error to tracks.
    with_genres
        Present tracks with at least one genre, of their tags or from elsewhere.
    genres
        Source to number of different genres: ``tag`` as files spell them, ``known`` those of the vocabulary, whoever
        said them.
    bytes
        Of the database with its log.
    """

    tracks: int
    present: int
    missing: int
    duplicates: int
    analysed: int
    stages: Mapping[str, Mapping[str, int]]
    detectors: Mapping[str, int]
    modes: Mapping[str, int]
    layouts: Mapping[str, int]
    keys: Mapping[str, int]
    fallbacks: Mapping[str, Mapping[str, int]]
    failures: Mapping[str, Mapping[str, int]]
    with_genres: int
    genres: Mapping[str, int]
    bytes: int


def stats(library: Library, versions: Mapping[str, Version]) -> Stats:
    """Totals of the library.

    Parameters
    ----------
    versions
        Stage to its present version, for the stages that are to be counted.
    """
    one = library.row(
        "SELECT COUNT(*), IFNULL(SUM(status = 'present'), 0), IFNULL(SUM(status = 'missing'), 0), "
        "COUNT(duplicate_of), COUNT(sonic_version) FROM tracks"
    )
    covered = library.row(
        "SELECT COUNT(*) FROM tracks WHERE status = 'present' AND (id IN (SELECT track_id FROM track_genres) "
        "OR id IN (SELECT track_id FROM track_genre_weights))"
    )
    assert one is not None
    assert covered is not None
    tracks, present, missing, duplicates, analysed = one
    fell_back = library.rows(
        "SELECT stage, fell_back, COUNT(*) FROM stage_done WHERE fell_back IS NOT NULL GROUP BY 1, 2"
    )
    return Stats(
        tracks=tracks,
        present=present,
        missing=missing,
        duplicates=duplicates,
        analysed=analysed,
        stages={name: stages.counts(library, name, version) for name, version in versions.items()},
        detectors=_count(library, "SELECT IFNULL(detector, 'none'), COUNT(*) FROM analyses GROUP BY 1"),
        modes=_count(library, _BY.format("sonic_mode")),
        layouts=_count(library, _BY.format("structure_kind")),
        keys=_count(library, _BY.format("key_source")),
        fallbacks=_nested({(stage, reason): number for stage, reason, number in fell_back}),
        failures=_nested(failures.count(library)),
        with_genres=covered[0],
        genres=_count(
            library,
            "SELECT source, COUNT(DISTINCT genre) FROM track_genres GROUP BY 1 UNION ALL "
            "SELECT 'known', COUNT(DISTINCT genre) FROM track_genre_weights HAVING COUNT(*) > 0",
        ),
        bytes=_bytes(library),
    )


def fingerprint(library: Library) -> str:
    """A short text that changes when anything changes that artifacts are made of.

    That is, of every track with valid vectors: id, place, names, tempo, key, length, genres, presence, the version of
    the vectors and when they were made; and of every present track with weights of genres: these, its artist and its
    album. Runs, and rescans that find nothing new, change nothing.
    """
    digest = hashlib.blake2b(digest_size=16)
    for row in library.rows("SELECT id, path FROM roots ORDER BY id"):
        digest.update(repr(row).encode())
    sql = (
        "SELECT t.id, t.root_id, t.path, t.title, t.artist, t.album, t.album_artist, t.bpm, t.tag_key, t.duration_s, "
        "t.status, t.duplicate_of, t.sonic_version, t.sonic_mode, d.version, d.identity, d.at FROM tracks AS t "
        f"JOIN stage_done AS d ON d.track_id = t.id AND d.stage = '{SONIC}' "
        "WHERE d.identity = t.sample_hash AND t.sonic_version IS NOT NULL"
    )
    genres = (
        "SELECT track_id, source, position, genre FROM track_genres WHERE track_id BETWEEN ? AND ? ORDER BY 1, 2, 3"
    )
    for page in pages(library, sql, ()):
        digest.update(repr(page).encode())
        digest.update(repr(library.rows(genres, (page[0][0], page[-1][0]))).encode())
    # One text a page: there are eight weights a track, and rows of Python's would take three times as long.
    weights = (
        "SELECT GROUP_CONCAT(line, CHAR(10)) FROM (SELECT track_id || ' ' || weight || ' ' || genre AS line "
        "FROM track_genre_weights WHERE track_id BETWEEN ? AND ? ORDER BY track_id, genre)"
    )
    for page in pages(library, WEIGHTED, ()):
        digest.update(repr(page).encode())
        digest.update(repr(library.row(weights, (page[0][0], page[-1][0]))).encode())
    return digest.hexdigest()


def _count(library: Library, sql: str) -> dict[str, int]:
    return dict(library.rows(sql))


def _nested(flat: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (outer, inner), number in flat.items():
        found.setdefault(outer, {})[inner] = number
    return found


def _bytes(library: Library) -> int:
    log = library.path.with_name(library.path.name + "-wal")
    return sum(file.stat().st_size for file in (library.path, log) if file.exists())
