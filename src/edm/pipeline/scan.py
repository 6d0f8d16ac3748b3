"""The scan: which tracks there are, and which of them are new, changed, moved, retagged, missing or duplicates.

`scan` walks folders, compares sizes and times with the library's, looks into the files that differ and writes what it
found, a few hundred files at a time: killed at any instant, it goes on from there. Other processes read files; this
one alone writes. Nothing is deleted unless asked (``prune``).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edm.errors import InputError
from edm.library import failures, roots
from edm.library.paths import join
from edm.library.records import FailedTrack, Root
from edm.library.store import Library
from edm.pipeline.scan_ledger import STAGE, Entry, Ledger
from edm.pipeline.scan_look import Look, Place, look_at
from edm.pipeline.scan_plan import (
    Tally,
    compare,
    settle_duplicates,
    settle_known,
    settle_new,
    settle_replaced,
)
from edm.pipeline.scan_prune import prune_missing
from edm.pipeline.scan_reading import in_batches, looks
from edm.pipeline.scan_scope import Findings, look_around, new_roots, scopes_of
from edm.processing.progress import Event, Listener, RunWarning

__all__ = ["ScanReport", "scan"]

# Of a root that no library has yet: a dry run writes nothing.
_NO_ROOT = -1


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan found; numbers of files.

    Attributes
    ----------
    files
        In the folders, of any kind below.
    new, changed, moved, retagged, returned, duplicates, unchanged, failed
        Each file counts once. ``changed``: other audio in the same place, whose results count no more; ``moved``,
        ``retagged``, ``returned`` (was missing): the same audio, results kept; ``duplicates``: new files with the
        audio of a track that is there; ``failed``: could not be read, now or before.
    remembered
        Those of ``failed`` that could not be read before, and were not tried again.
    missing
        Tracks whose files are gone since the last scan; not among ``files``.
    pruned
        Missing tracks that were deleted.
    prune_refused
        Why some or all were not, or None.
    left
        Files not looked into, because of ``limit``.
    absent
        Roots whose folder is not there.
    elapsed_s
        Wall time.
    """

    files: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    retagged: int = 0
    returned: int = 0
    duplicates: int = 0
    unchanged: int = 0
    failed: int = 0
    remembered: int = 0
    missing: int = 0
    pruned: int = 0
    prune_refused: str | None = None
    left: int = 0
    absent: tuple[Path, ...] = ()
    elapsed_s: float = 0.0


def scan(
    library: Library,
    folders: Iterable[Path] = (),
    *,
    workers: int | Literal["auto"] = 1,
    prune: bool = False,
    confirm_prune: bool = False,
    force: bool = False,
    retry_failed: bool = False,
    limit: int | None = None,
    dry_run: bool = False,
    listener: Listener | None = None,
    on_cut_short: Callable[[ScanReport], None] = lambda report: None,
) -> ScanReport:
    """Bring the library up to date with the files in some folders.

    Parameters
    ----------
    library
        Open for writing; for reading it serves a dry run.
    folders
        Any folders: those in no root become roots, the others are scanned as the parts of roots that they are, which
        says nothing of the rest. None: all roots.
    workers
        Processes that read files. One reads in this process.
    prune
        Delete tracks that are missing; never those of a root that is absent or has lost more than half of its tracks.
    confirm_prune
        Those, too.
    force
        Look into every file, changed or not, and read all tags again.
    retry_failed
        Look again into files that could not be read, changed or not.
    limit
        Look into at most so many files; the next scan does the others.
    dry_run
        Open no file and write nothing: ``new`` may turn out to be moved or duplicates, ``changed`` to be retagged.
    listener
        Told of each file that is looked into, and of folders that cannot be read.
    on_cut_short
        Told what was done, should the scan end by an error or a signal.

    Raises
    ------
    InputError
        If a folder is not there and no part of a root either, or there is nothing to scan.
    LibraryError
        If the library cannot be written to.
    Interrupted
        If a signal ended the scan; all that was read is stored.
    """
    began = time.monotonic()
    tell = listener or _hear_nothing
    chosen = [Path(folder) for folder in folders]
    known = _roots_with(library, chosen, dry_run=dry_run)
    scopes = scopes_of(chosen, known)
    findings = look_around(scopes, known, on_warning=lambda message: tell(RunWarning(message)))
    ledger = Ledger(library)
    retry = (lambda entry: True) if retry_failed else _retry(library, known)
    comparison = compare(findings.files, ledger, covers=findings.covers, retry=retry, force=force)
    wanted = [*comparison.known, *comparison.new]
    places = wanted if limit is None else wanted[: max(0, limit)]
    tally: Tally = Counter(unchanged=comparison.unchanged, failed=comparison.unread, returned=len(comparison.returned))
    refused: str | None = None

    def report() -> ScanReport:
        return ScanReport(
            files=len(findings.files),
            remembered=comparison.unread,
            prune_refused=refused,
            left=len(wanted) - len(places),
            absent=tuple(root.path for root in findings.absent),
            elapsed_s=time.monotonic() - began,
            **tally,
        )

    if dry_run:
        asked = set(places)
        tally["changed"] = sum(place in asked for place in comparison.known)
        tally["new"] = sum(place in asked for place in comparison.new)
        tally["missing"] = len(comparison.gone)
        return report()
    paths = {root.id: root.path for root in known}
    try:
        with library.transaction():
            ledger.mark_present(comparison.returned)
        _settle(library, ledger, findings, places, paths, workers, tally, tell)
        with library.transaction():
            settle_duplicates(ledger, look_again=lambda place: look_at(join(paths[place[0]], place[1]), place[1]))
            gone = [entry for entry in ledger if entry.lost and entry.present]
            ledger.mark_missing(gone)
        tally["missing"] = len(gone)
        if prune:
            left = len(wanted) - len(places)
            tally["pruned"], refused = prune_missing(
                library, ledger, findings, known, left=left, confirmed=confirm_prune
            )
    except BaseException:
        on_cut_short(report())
        raise
    return report()


def _roots_with(library: Library, folders: Sequence[Path], *, dry_run: bool) -> tuple[Root, ...]:
    known = roots.all_roots(library)
    fresh = new_roots(folders, known)
    if not folders and not known:
        raise InputError("the library has no folders yet", hint="name one: edm scan ~/Music")
    if dry_run:
        return (*known, *(Root(_NO_ROOT - number, path) for number, path in enumerate(fresh)))
    for path in fresh:
        roots.add(library, path)
    return roots.all_roots(library)


def _retry(library: Library, known: Iterable[Root]) -> Callable[[Entry], bool]:
    """Whether to read again what could not be read: if permission was all it lacked, or somebody asks."""
    remembered = {
        failed.track_id
        for failed in failures.listed(library, stage=STAGE)
        if not failed.retry and not _was_shut(failed)
    }
    return lambda entry: entry.id not in remembered


def _was_shut(failed: FailedTrack) -> bool:
    # A change of permissions leaves size and time as they are, and to try costs nothing.
    return failed.error_type == PermissionError.__name__


def _settle(
    library: Library,
    ledger: Ledger,
    findings: Findings,
    places: list[Place],
    paths: dict[int, Path],
    workers: int | Literal["auto"],
    tally: Tally,
    tell: Listener,
) -> None:
    """Look into the files at ``places`` and write what they are."""

    def path_of(place: Place) -> Path:
        return join(paths[place[0]], place[1])

    def is_there(entry: Entry) -> bool:
        return entry.place in findings.files or _is_there(path_of(entry.place))

    # Other audio in known places frees tracks that new files may turn out to be: those wait for them.
    awaited = {place for place in places if ledger.at(place) is not None}
    early: list[tuple[Place, Look]] = []
    replaced: list[tuple[Place, Look]] = []
    for batch in in_batches(looks(places, path_of, workers=workers, tell=tell)):
        with library.transaction():
            for place, look in batch:
                entry = ledger.at(place)
                if place in awaited:
                    awaited.remove(place)
                    assert entry is not None
                    if not settle_known(ledger, entry, look, tally):
                        replaced.append((place, look))
                else:
                    early.append((place, look))
            if not awaited:
                for place, look in early:
                    settle_new(ledger, place, look, tally, is_there=is_there)
                early.clear()
    with library.transaction():
        settle_replaced(ledger, replaced, tally, look_again=lambda place: look_at(path_of(place), place[1]))


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # who knows
        return True
    return True


def _hear_nothing(event: Event) -> None:
    pass
