"""``edm analyze``: tempo and beat grid of tracks and folders of tracks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edm.cli import options
from edm.errors import InputError

__all__ = ["analyze"]


def _type_names() -> list[str]:
    return ["bpm", "beats", "structure", "key", "loudness", "bpm,beats", "bpm,key"]


def analyze(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", show_default=False, help="Tracks, and folders of tracks.")
    ] = None,
    types: Annotated[
        str | None,
        typer.Option(
            "--types",
            "-t",
            metavar="LIST",
            autocompletion=_type_names,
            help="bpm, beats, structure (or grid), key, loudness. Default: all.",
        ),
    ] = None,
    format_name: options.Format = None,
    output: options.Output = None,
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
    """Tempo, beat grid, sections, key and loudness of tracks, one result for each as it finishes."""
    from edm.cli.console import stdout_is_terminal
    from edm.cli.output import choose_format, open_writer
    from edm.cli.running import gather_tracks, list_tracks, run_analysis
    from edm.config import load_settings

    if not paths and from_file is None:
        raise InputError("no tracks named", hint="edm analyze FOLDER, or --from-file LIST; without music: edm demo")
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
        "output.format": ("--format", format_name),
        "output.key_notation": ("--key-notation", key_notation),
        "output.progress": ("--progress", progress),
    }
    settings = load_settings(flags).settings
    chosen = choose_format(settings.output.format, output, flag_given=format_name is not None)
    asked = options.analysis_options(settings)
    tracks = gather_tracks(paths or [], from_file=from_file, null_separated=null_separated, limit=limit)
    if dry_run:
        list_tracks(tracks, settings, output, chosen)
        return
    with open_writer(output, chosen, asked.types) as writer:
        debug = ctx.find_root().params["debug"]
        shared = output is None and chosen != "table" and stdout_is_terminal()
        summary = run_analysis(tracks, settings, asked, writer, quiet=quiet, debug=debug, shares_terminal=shared)
    raise typer.Exit(summary.exit_code)
