"""The stage ``scan``: which tracks there are. `edm.pipeline.scan` does the work; this is its place in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edm.pipeline.stage import Preview, RunRequest, StageReport, Telling

if TYPE_CHECKING:
    from edm.library import Library
    from edm.pipeline.scan import ScanReport

__all__ = ["ScanStage"]

_LOOKED_INTO = ("new", "changed", "moved", "retagged", "returned", "duplicates")


class ScanStage:
    """Tracks, their tags, and what became of those that were known."""

    name = "scan"

    def preview(self, library: Library, request: RunRequest) -> Preview:
        """How many files would be looked into; none is opened, so that a moved track counts as new here."""
        from edm.pipeline.scan import scan

        found = scan(
            library,
            request.folders,
            force=request.force,
            retry_failed=request.retry_failed,
            limit=request.limit,
            dry_run=True,
        )
        reasons = {name: number for name in _LOOKED_INTO if (number := getattr(found, name))}
        missing = f"{found.missing} missing" if found.missing else None
        return Preview(self.name, reasons, note=missing)

    def run(self, library: Library, request: RunRequest, telling: Telling) -> StageReport:
        """Bring the library up to date with the files."""
        from edm.pipeline.analyze import plan_for
        from edm.pipeline.scan import scan

        workers = plan_for(workers=request.workers, max_workers=request.max_workers).chosen
        found = scan(
            library,
            request.folders,
            workers=workers,
            prune=request.prune,
            confirm_prune=request.confirmed,
            force=request.force,
            retry_failed=request.retry_failed,
            limit=request.limit,
            listener=telling.listener,
            on_cut_short=lambda partial: telling.on_report(_report(partial, workers)),
        )
        return _report(found, workers)


def _report(found: ScanReport, workers: int) -> StageReport:
    done = sum(getattr(found, name) for name in _LOOKED_INTO)
    names = ("files", *_LOOKED_INTO, "missing", "pruned", "left")
    warnings = [f"{folder} is not there; its tracks are left as they are" for folder in found.absent]
    if found.prune_refused is not None:
        warnings.append(found.prune_refused)
    return StageReport(
        "scan",
        done=done,
        failed=found.failed - found.remembered,
        skipped=found.unchanged + found.remembered,
        seconds=found.elapsed_s,
        track_seconds=found.elapsed_s,
        workers=workers,
        details={name: getattr(found, name) for name in names},
        warnings=tuple(warnings),
    )
