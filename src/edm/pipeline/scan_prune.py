"""Deleting tracks whose files are gone, with a guard: a drive that is not mounted must not cost a library."""

from __future__ import annotations

from collections.abc import Iterable

from edm.library.records import Root
from edm.library.store import Library
from edm.pipeline.scan_ledger import Entry, Ledger
from edm.pipeline.scan_scope import Findings

__all__ = ["prune_missing"]

# Of a root's tracks: when more are gone, it is more likely a drive or a link that is missing than the music.
_MOST_GONE = 0.5
_TRACKS_PER_COMMIT = 256


def prune_missing(
    library: Library, ledger: Ledger, findings: Findings, roots: Iterable[Root], *, left: int, confirmed: bool
) -> tuple[int, str | None]:
    """Delete the missing tracks in the parts of roots that were scanned.

    Parameters
    ----------
    left
        Files that were found and not looked into: any of them may be a missing track that moved.
    confirmed
        Delete in spite of the guard.

    Returns
    -------
    tuple
        How many were deleted, and why others were not, in one line, or None. Each root is judged for itself.
    """
    gone: dict[int, list[Entry]] = {}
    total: dict[int, int] = {}
    for entry in ledger:
        root_id = entry.place[0]
        total[root_id] = total.get(root_id, 0) + 1
        if not entry.present and findings.covers(entry.place):
            gone.setdefault(root_id, []).append(entry)
    absent = {root.id for root in findings.absent}
    refused: list[str] = []
    pruned = 0
    for root in roots:
        missing = gone.get(root.id, [])
        reason: str | None = None
        if missing and left:
            reason = f"{left} files were not looked into, and may be tracks that moved"
        elif missing and root.id in absent:
            reason = f"{root.path} is not there"
        elif len(missing) > _MOST_GONE * total.get(root.id, 0):
            reason = f"{len(missing)} of {total[root.id]} tracks of {root.path} are gone"
        if reason is not None and not confirmed:
            refused.append(reason)
            continue
        for start in range(0, len(missing), _TRACKS_PER_COMMIT):
            with library.transaction():
                ledger.delete(missing[start : start + _TRACKS_PER_COMMIT])
        pruned += len(missing)
    return pruned, "; ".join(dict.fromkeys(refused)) or None
