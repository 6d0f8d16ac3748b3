"""``edm artifacts``: the matrices of the library, built and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edm.cli import console, options
from edm.cli.run import Database, OutDir, run_stage

__all__ = ["app"]

app = typer.Typer(help="The library's sound as matrices, for playlists and for your own programs.")


@app.callback(invoke_without_command=True)
def build(
    ctx: typer.Context,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION", help="Only tracks with genre=techno, bpm>=120, artist=… …"),
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option("--include", metavar="FAMILY", help="Only rhythm, timbre, harmony, loudness …")
    ] = None,
    exclude: Annotated[list[str] | None, typer.Option("--exclude", metavar="FAMILY", help="All but these.")] = None,
    variant: Annotated[
        str | None,
        typer.Option("--variant", metavar="NAME", help="raw, zscore, robust, robust_whiten, tower. Default: tower."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build although nothing has changed.")] = False,
    database: Database = None,
    out_dir: OutDir = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Build the matrices, unless nothing has changed."""
    if ctx.invoked_subcommand is None:
        run_stage(
            ctx,
            ["artifacts"],
            where=tuple(where or ()),
            include=_names(include),
            exclude=_names(exclude),
        )


def _names(given: list[str] | None) -> tuple[str, ...]:
    """Also of one option that names several, as ``--stages`` takes them."""
    return tuple(name.strip() for text in given or () for name in text.split(",") if name.strip())


@app.command()
def check(
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", show_default=False, help="Matrices. Default: the library's.")
    ] = None,
    database: Database = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE.svg", help="Draw how well artists and albums are found.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Of the shuffled labels.")] = 0,
    format_name: options.Format = None,
) -> None:
    """Are the matrices sound, and do neighbours have more in common than chance?"""
    from edm.artifacts.check import check as check_matrices
    from edm.artifacts.check import check_record
    from edm.artifacts.npz import read_matrices
    from edm.cli.library_run import database_path
    from edm.cli.library_show import write_check
    from edm.config import load_settings
    from edm.pipeline.artifacts import MATRICES

    flags = {"library.database": ("--db", database), "output.format": ("--format", format_name)}
    settings = load_settings(flags).settings
    folder = settings.library.artifacts_dir or database_path(settings).with_name("artifacts")
    report = check_matrices(read_matrices(path or folder / MATRICES, mmap=True), seed=seed)
    if picture is not None:
        from edm.artifacts.picture import draw_check

        picture.write_text(draw_check(report), encoding="utf-8")
    write_check(check_record(report), settings.output.format, console.data_stream())
    raise typer.Exit(0 if report.ok else 1)
