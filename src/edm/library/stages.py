"""What every stage has done and has to do.

A stage's result is valid where its row in ``stage_done`` has the track's present identity (sample hash) and the stage's
present version. A failure is remembered in the same way, and not tried again while both are the same, unless one asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from edm.library.paths import storable
from edm.library.records import Pending, Version
from edm.library.roots import inside
from edm.library.rows import COLUMNS, pages, to_tracks
from edm.library.store import Library, now

__all__ = ["count_by_reason", "counts", "pending", "seconds_per_track", "store_done"]

_RECENT = 500

_FROM = """FROM tracks AS t
    LEFT JOIN stage_done AS d ON d.track_id = t.id AND d.stage = :stage
    LEFT JOIN failures AS f ON f.track_id = t.id AND f.stage = :stage"""

_DONE = "d.identity = t.sample_hash AND d.version = :version"
_FAILED = "f.identity = t.sample_hash AND f.version = :version"

# NULL: nothing to do. IFNULL, since a comparison with a row that is not there is neither true nor false.
_REASON = f"""CASE
    WHEN IFNULL({_FAILED}, 0) AND (:retry_failed OR f.retry) THEN 'failed before'
    WHEN IFNULL({_DONE}, 0) OR IFNULL({_FAILED}, 0) THEN CASE WHEN :force THEN 'forced' END
    WHEN d.identity IS NULL AND f.identity IS NULL THEN 'new'
    WHEN IFNULL(d.identity, f.identity) <> t.sample_hash THEN 'changed'
    ELSE 'stale version' END"""


def pending(
    library: Library,
    stage: str,
    version: Version,
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    force: bool = False,
    only_present: bool = True,
    within: Iterable[Path] = (),
) -> Iterator[Pending]:
    """The tracks that a stage has to do, by id; results may be stored meanwhile.

    Duplicates, and tracks whose file could not be read at the scan, are never among them.

    Parameters
    ----------
    stage, version
        Name and present version.
    limit
        At most so many.
    retry_failed
        Remembered failures, too.
    force
        Everything, done or failed.
    only_present
        False: missing files, too.
    within
        Only tracks at or below these absolute paths; none: all.
    """
    sql, values = _query(library, f"{COLUMNS}, {_REASON}", stage, version, retry_failed, force, only_present, within)
    for page in pages(library, sql, values, limit=limit):
        for track, row in zip(to_tracks(library, page), page, strict=True):
            yield Pending(track, row[-1])


def count_by_reason(
    library: Library,
    stage: str,
    version: Version,
    *,
    retry_failed: bool = False,
    force: bool = False,
    only_present: bool = True,
    within: Iterable[Path] = (),
) -> dict[str, int]:
    """How many tracks `pending` would give, by reason; reasons without tracks are absent."""
    select = f"{_REASON} AS reason, COUNT(*)"
    sql, values = _query(library, select, stage, version, retry_failed, force, only_present, within)
    return dict(library.rows(f"{sql} GROUP BY reason ORDER BY reason", values))


def counts(library: Library, stage: str, version: Version, *, within: Iterable[Path] = ()) -> dict[str, int]:
    """``done``, ``failed`` (remembered, not done) and ``pending`` among the present tracks that are no duplicates."""
    state = f"CASE WHEN IFNULL({_DONE}, 0) THEN 'done' WHEN IFNULL({_FAILED}, 0) THEN 'failed' ELSE 'pending' END"
    sql, values = _query(library, f"{state} AS state, COUNT(*)", stage, version, False, True, True, within)
    return {"done": 0, "failed": 0, "pending": 0, **dict(library.rows(f"{sql} GROUP BY state", values))}


def store_done(
    library: Library,
    track_id: int,
    stage: str,
    version: Version,
    identity: str,
    *,
    elapsed_s: float | None = None,
    fell_back: str | None = None,
) -> None:
    """Note that a stage has done a track; a failure of it is forgotten.

    Parameters
    ----------
    identity
        Sample hash of the audio that was worked on (not the present one, should the file have changed since).
    elapsed_s
        Wall time of the work.
    fell_back
        Why the result is not the best one, or None.
    """
    with library.transaction():
        library.run(
            "INSERT OR REPLACE INTO stage_done (track_id, stage, version, identity, at, elapsed_s, fell_back) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (track_id, stage, str(version), identity, now(), elapsed_s, fell_back and storable(fell_back)),
        )
        library.run("DELETE FROM failures WHERE track_id = ? AND stage = ?", (track_id, stage))


def seconds_per_track(library: Library, stage: str) -> float | None:
    """Mean wall time of the last 500 tracks that a stage did, in one worker; None if it never did any."""
    row = library.row(
        "SELECT AVG(elapsed_s) FROM (SELECT elapsed_s FROM stage_done WHERE stage = ? AND elapsed_s IS NOT NULL "
        "ORDER BY at DESC LIMIT ?)",
        (stage, _RECENT),
    )
    return None if row is None else row[0]


def _query(
    library: Library,
    select: str,
    stage: str,
    version: Version,
    retry_failed: bool,
    force: bool,
    only_present: bool,
    within: Iterable[Path],
) -> tuple[str, list[object]]:
    """A query of the tracks with a reason, and its values; a further condition may be put behind it."""
    condition, places = inside(library, within)
    sql = (
        f"SELECT {select} {_FROM} WHERE t.duplicate_of IS NULL AND t.sample_hash IS NOT NULL "
        f"AND (NOT :only_present OR t.status = 'present') AND {_REASON} IS NOT NULL AND {condition}"
    )
    named = {
        ":stage": stage,
        ":version": str(version),
        ":retry_failed": retry_failed,
        ":force": force,
        ":only_present": only_present,
    }
    return _numbered(sql, named, places)


def _numbered(sql: str, named: dict[str, object], places: list[object]) -> tuple[str, list[object]]:
    """Names as numbers: ``?1`` can stand in many places, and plain ``?`` go on from the largest."""
    for number, name in enumerate(named, start=1):
        sql = sql.replace(name, f"?{number}")
    return sql, [*named.values(), *places]
