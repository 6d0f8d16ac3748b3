"""``edm report``: a page of tracks, with a picture of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options
from edm.errors import InputError

if TYPE_CHECKING:
    from edm.settings import Settings

__all__ = ["report"]


def report(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", show_default=False, help="Tracks, and folders of tracks.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page, .html; it appears in one piece.")
    ] = Path("report.html"),
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Its heading. Default: the name of the folder.")
    ] = None,
    types: Annotated[
        str | None,
        typer.Option("--types", "-t", metavar="LIST", help="bpm, beats, structure, key, loudness. Default: all."),
    ] = None,
    workers: options.Workers = None,
    detector: options.Detector = None,
    key_notation: options.KeyNotation = None,
    timeout_s: options.Timeout = None,
    min_bpm: Annotated[
        float | None, typer.Option("--min-bpm", metavar="BPM", help="Hard lower limit of the reported tempo.")
    ] = None,
    max_bpm: Annotated[
        float | None, typer.Option("--max-bpm", metavar="BPM", help="Hard upper limit of the reported tempo.")
    ] = None,
    ignore_metadata: Annotated[bool, typer.Option("--ignore-metadata", help="Read no tags.")] = False,
    prefer_tags: Annotated[
        bool, typer.Option("--prefer-tags", help="Take a plausible BPM tag instead of analysing tempo.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="The first N tracks only.")] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from-file", metavar="LIST", help="Read paths from there, one a line; - is standard input."),
    ] = None,
    null_separated: Annotated[bool, typer.Option("-0", "--null", help="Paths in LIST end with NUL.")] = False,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Tracks as one page for the browser: a table to sort and filter, and a picture of each track to zoom."""
    from edm.cli.running import gather_tracks, list_tracks
    from edm.config import load_settings
    from edm.pipeline.pictures_page import check_target

    if not paths and from_file is None:
        raise InputError("no tracks named", hint="edm report FOLDER, or --from-file LIST; without music: edm demo")
    if ignore_metadata and prefer_tags:
        raise typer.BadParameter("--ignore-metadata and --prefer-tags exclude each other")
    flags = {
        "analysis.types": ("--types", types),
        "analysis.detector": ("--detector", detector),
        "analysis.default_workers": ("--workers", options.parse_workers(workers)),
        "analysis.timeout_s": ("--timeout", timeout_s),
        "analysis.min_bpm": ("--min-bpm", min_bpm),
        "analysis.max_bpm": ("--max-bpm", max_bpm),
        "analysis.metadata": options.metadata_flag(ignore=ignore_metadata, prefer=prefer_tags),
        "output.key_notation": ("--key-notation", key_notation),
        "output.progress": ("--progress", progress),
    }
    settings = load_settings(flags).settings
    target = check_target(output, (".html", ".htm"))
    tracks = gather_tracks(paths or [], from_file=from_file, null_separated=null_separated, limit=limit)
    if dry_run:
        list_tracks(tracks, settings, output, "a page")
        return
    heading = title or _heading(paths or [])
    raise typer.Exit(_run(tracks, target, heading, settings, quiet=quiet, debug=ctx.find_root().params["debug"]))


def _run(tracks: list[Path], target: Path, title: str, settings: Settings, *, quiet: bool, debug: bool) -> int:
    """Analyse, draw, write, and tell how it went; returns the exit code."""
    from edm.cli.report import show_summary
    from edm.cli.running import worker_request
    from edm.pictures.page import columns_for
    from edm.pipeline.pictures import picture_many
    from edm.pipeline.pictures_page import write_report
    from edm.processing.display import make_listener

    results = picture_many(
        tracks,
        options=options.analysis_options(settings),
        workers=worker_request(settings),
        max_workers=settings.analysis.max_workers,
        timeout_s=settings.analysis.timeout_s,
        most_columns=columns_for(len(tracks)),
        listener=make_listener(settings.output.progress, quiet=quiet),
        on_prepare=(lambda step: None) if quiet else (lambda step: console.say(f"{step} …")),
    )
    summary = write_report(
        results,
        target,
        title=title,
        total=len(tracks),
        key_notation=settings.output.key_notation,
        on_summary=(lambda so_far: show_summary(so_far, debug=debug)) if debug or not quiet else (lambda so_far: None),
    )
    if not quiet:
        megabytes = target.stat().st_size / 1e6
        console.say(f"wrote {console.one_line(str(target))} ({megabytes:.1f} MB); open it in a browser")
    return summary.exit_code


def _heading(paths: list[Path]) -> str:
    """The name of the folder that was asked for; of several, or of a list, a word."""
    if len(paths) == 1:
        return paths[0].resolve().name or "Tracks"
    return "Tracks"
