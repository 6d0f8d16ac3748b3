"""``edm run``, ``edm scan``, ``edm sonic``: the stages of the library, together and each for itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import options
from edm.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Database", "Folders", "Offline", "Yes", "run", "run_stage", "scan", "sonic"]

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="DIR", show_default=False, help="Folders of music. Default: all that the library knows."),
]
Database = Annotated[Path | None, typer.Option("--db", metavar="FILE", help="The library. Default: edm config show.")]
Force = Annotated[bool, typer.Option("--force", help="Do again what is done; the library is backed up before.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most N tracks in each stage.")]
BeatSync = Annotated[bool, typer.Option("--beat-sync", help="Features from beat to beat, where there are beats.")]
Windowed = Annotated[bool, typer.Option("--windowed", help="Features in windows of a second.")]
OutDir = Annotated[Path | None, typer.Option("--out-dir", metavar="DIR", help="Folder of the matrices.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no service for genres: files and earlier answers alone.")]
Prune = Annotated[bool, typer.Option("--prune", help="Forget tracks whose files are gone.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; with --prune, also where much is gone.")]


def run(
    ctx: typer.Context,
    folders: Folders = None,
    stages: Annotated[
        str | None, typer.Option("--stages", metavar="LIST", help="scan, genres, sonic, artifacts. Default: all.")
    ] = None,
    skip: Annotated[str | None, typer.Option("--skip", metavar="LIST", help="Stages to leave out.")] = None,
    force: Force = False,
    retry_failed: RetryFailed = False,
    limit: Limit = None,
    prune: Prune = False,
    yes: Yes = False,
    beat_sync: BeatSync = False,
    windowed: Windowed = False,
    offline: Offline = False,
    detector: options.Detector = None,
    database: Database = None,
    out_dir: OutDir = None,
    workers: options.Workers = None,
    timeout_s: options.Timeout = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Music into the library: find tracks, their genres, analyse them, build matrices. Nothing is done twice."""
    from edm.pipeline.stages import choose_stages

    run_stage(ctx, choose_stages(_names(stages), skip=_names(skip)))


def scan(
    ctx: typer.Context,
    folders: Folders = None,
    force: Force = False,
    limit: Limit = None,
    prune: Prune = False,
    yes: Yes = False,
    database: Database = None,
    workers: options.Workers = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Which tracks there are: new, changed, moved, retagged, missing, duplicates."""
    run_stage(ctx, ["scan"])


def sonic(
    ctx: typer.Context,
    folders: Folders = None,
    force: Force = False,
    retry_failed: RetryFailed = False,
    limit: Limit = None,
    yes: Yes = False,
    beat_sync: BeatSync = False,
    windowed: Windowed = False,
    detector: options.Detector = None,
    database: Database = None,
    workers: options.Workers = None,
    timeout_s: options.Timeout = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Tempo, beats, grid and sonic features of every track in the library that lacks them."""
    run_stage(ctx, ["sonic"])


def run_stage(ctx: typer.Context, stages: Sequence[str], **further: object) -> None:
    """Run stages with the flags in `ctx`, those that the command has; leaves by its exit code."""
    from edm.cli.library_run import RunFlags, make_request, run_pipeline
    from edm.config import load_settings

    given = ctx.params
    if given.get("beat_sync") and given.get("windowed"):
        raise typer.BadParameter("--beat-sync and --windowed exclude each other")
    mode = "beat" if given.get("beat_sync") else "windowed" if given.get("windowed") else None
    flags = {
        "library.database": ("--db", given.get("database")),
        "library.artifacts_dir": ("--out-dir", given.get("out_dir")),
        "sonic.mode": ("--beat-sync" if mode == "beat" else "--windowed", mode),
        "artifacts.variant": ("--variant", given.get("variant")),
        "analysis.detector": ("--detector", given.get("detector")),
        "analysis.default_workers": ("--workers", options.parse_workers(given.get("workers"))),
        "analysis.timeout_s": ("--timeout", given.get("timeout_s")),
        "output.progress": ("--progress", given.get("progress")),
    }
    settings = load_settings(flags).settings
    request = make_request(
        settings,
        given.get("folders") or [],
        force=given.get("force", False),
        retry_failed=given.get("retry_failed", False),
        limit=given.get("limit"),
        prune=given.get("prune", False),
        confirmed=given.get("yes", False),
        offline=given.get("offline", False),
        **further,
    )
    how = RunFlags(
        quiet=given["quiet"],
        dry_run=given["dry_run"],
        yes=given.get("yes", False),
        debug=ctx.find_root().params["debug"],
    )
    raise typer.Exit(run_pipeline(stages, settings, request, how))


def _names(text: str | None) -> list[str]:
    if text is None:
        return []
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise InputError(f"{text!r} names no stage")
    return names
