"""``edm failures``: tracks that a stage could not do, which are not tried again until they change or one asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options
from edm.cli.run import Database

if TYPE_CHECKING:
    from pathlib import Path

    from edm.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Tracks that failed: list them, have them tried again, forget them.", no_args_is_help=True)

StageName = Annotated[str | None, typer.Option("--stage", metavar="S", help="Of this stage: scan, sonic.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="ERROR", help="Of this kind: DecodeError …")]

_COLUMNS = ("id", "stage", "error_type", "attempts", "path", "message")


@app.command(name="list")
def list_failures(
    stage: StageName = None, reason: Reason = None, database: Database = None, format_name: options.Format = None
) -> None:
    """Which tracks failed, and why."""
    from edm.cli.library_run import open_for_reading
    from edm.cli.library_show import failure_record, write_records
    from edm.library import failures

    settings = _settings(database, format_name)
    with open_for_reading(settings) as library:
        found = failures.listed(library, stage=stage, error_type=reason)
    write_records([failure_record(one) for one in found], _COLUMNS, settings.output.format, console.data_stream())


@app.command()
def retry(stage: StageName = None, reason: Reason = None, database: Database = None) -> None:
    """Try them again in the next run."""
    from edm.cli.library_run import database_path
    from edm.library import failures, open_library

    with open_library(database_path(_settings(database)), mode="write", create=False) as library:
        number = failures.retry(library, stage=stage, error_type=reason)
    console.say(f"{number} to be tried again in the next run")


@app.command()
def clear(stage: StageName = None, reason: Reason = None, database: Database = None) -> None:
    """Forget them, as if they had never been tried."""
    from edm.cli.library_run import database_path
    from edm.library import failures, open_library

    with open_library(database_path(_settings(database)), mode="write", create=False) as library:
        number = failures.clear(library, stage=stage, error_type=reason)
    console.say(f"{number} forgotten")


def _settings(database: Path | None, format_name: str | None = None) -> Settings:
    from edm.config import load_settings

    flags = {"library.database": ("--db", database), "output.format": ("--format", format_name)}
    return load_settings(flags).settings
