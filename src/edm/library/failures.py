"""Tracks that a stage could not do: remembered, listed, tried again, forgotten."""

from __future__ import annotations

from edm.library.paths import from_text, join, storable
from edm.library.records import FailedTrack, Version
from edm.library.roots import all_roots
from edm.library.store import Library, now

__all__ = ["clear", "count", "listed", "retry", "store"]

_CHOICE = "(?1 IS NULL OR stage = ?1) AND (?2 IS NULL OR error_type = ?2) AND (?3 IS NULL OR track_id = ?3)"


def store(
    library: Library,
    track_id: int,
    stage: str,
    version: Version,
    identity: str,
    *,
    error_type: str,
    message: str,
    hint: str | None = None,
) -> None:
    """Remember that a stage could not do a track; results of an earlier run stay.

    Parameters
    ----------
    identity
        Of the audio that was worked on; a stage that knows none yet (the scan) takes a text of its own.
    error_type, message, hint
        As in `edm.model.Failure`.
    """
    # ON CONFLICT: a further attempt with the same audio and version counts up, another one begins anew.
    library.run(
        """INSERT INTO failures (track_id, stage, version, identity, error_type, message, hint, attempts, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)
        ON CONFLICT (track_id, stage) DO UPDATE SET
            attempts = CASE WHEN version = excluded.version AND identity = excluded.identity
                THEN attempts + 1 ELSE 1 END,
            version = excluded.version, identity = excluded.identity, error_type = excluded.error_type,
            message = excluded.message, hint = excluded.hint, retry = 0, at = excluded.at""",
        (track_id, stage, str(version), identity, error_type, storable(message), hint and storable(hint), now()),
    )


def listed(
    library: Library, *, stage: str | None = None, error_type: str | None = None, track_id: int | None = None
) -> tuple[FailedTrack, ...]:
    """Failures, by stage, kind and path; None: of all."""
    roots = {root.id: root.path for root in all_roots(library)}
    rows = library.rows(
        "SELECT root_id, path, track_id, stage, version, identity, error_type, message, hint, attempts, at, retry "
        f"FROM failures JOIN tracks ON id = track_id WHERE {_CHOICE} "
        "ORDER BY stage, error_type, root_id, path",
        (stage, error_type, track_id),
    )
    found = []
    for root_id, text, *rest, again in rows:
        number, *said = rest
        found.append(FailedTrack(*(number, join(roots[root_id], from_text(text)), *said, bool(again))))
    return tuple(found)


def count(library: Library) -> dict[tuple[str, str], int]:
    """How many failures there are, by stage and kind of error."""
    rows = library.rows("SELECT stage, error_type, COUNT(*) FROM failures GROUP BY 1, 2 ORDER BY 1, 2")
    return {(stage, kind): number for stage, kind, number in rows}


def retry(
    library: Library, *, stage: str | None = None, error_type: str | None = None, track_id: int | None = None
) -> int:
    """Have failures tried again in the next run; gives back how many."""
    return library.run(f"UPDATE failures SET retry = 1 WHERE {_CHOICE}", (stage, error_type, track_id)).rowcount


def clear(
    library: Library, *, stage: str | None = None, error_type: str | None = None, track_id: int | None = None
) -> int:
    """Forget failures, as if they had never been tried; gives back how many."""
    return library.run(f"DELETE FROM failures WHERE {_CHOICE}", (stage, error_type, track_id)).rowcount
