"""``edm stats``: what the library has, and how its runs went."""

from __future__ import annotations

from typing import Annotated

import typer

from edm.cli import console, options
from edm.cli.run import Database

__all__ = ["stats"]


def stats(
    database: Database = None,
    stage: Annotated[str | None, typer.Option("--stage", metavar="S", help="Only this stage's counts: sonic.")] = None,
    runs: Annotated[bool, typer.Option("--runs", help="Recent runs, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    format_name: options.Format = None,
) -> None:
    """Totals of the library: analysed, pending, failed with reasons, fallbacks, size, recent runs."""
    from edm.cli.library_run import database_path, make_request, open_for_reading
    from edm.cli.library_show import stats_record, write_stats
    from edm.config import load_settings
    from edm.library.runs import recent
    from edm.library.stats import stats as count
    from edm.pipeline.stages import stage_versions

    flags = {
        "library.database": ("--db", database),
        "output.format": ("--format", "json" if as_json else format_name),
    }
    settings = load_settings(flags).settings
    versions = stage_versions(make_request(settings, []), only=stage)
    with open_for_reading(settings) as library:
        record = stats_record(
            count(library, versions), recent(library) if runs else (), database=str(database_path(settings))
        )
    if stage is not None:
        record["fallbacks"] = {name: kinds for name, kinds in record["fallbacks"].items() if name == stage}
        record["failures"] = {name: kinds for name, kinds in record["failures"].items() if name == stage}
    write_stats(record, settings.output.format, console.data_stream())
