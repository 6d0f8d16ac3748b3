"""Folders or the name of a command behind one word."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from edm.cli.genres_group import FoldersOrCommand

app = typer.Typer(cls=FoldersOrCommand, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def group(
    ctx: typer.Context,
    folders: Annotated[list[Path] | None, typer.Argument(metavar="DIR")] = None,
    limit: Annotated[int | None, typer.Option("--limit")] = None,
) -> None:
    """The group."""
    if ctx.invoked_subcommand is None:
        typer.echo(f"group {[path.as_posix() for path in folders or []]} {limit}")


@app.command()
def show(
    names: Annotated[list[str], typer.Argument()], limit: Annotated[int | None, typer.Option("--limit")] = None
) -> None:
    """A command."""
    typer.echo(f"show {names} {limit}")


@app.command()
def bare() -> None:
    """One that takes nothing."""
    typer.echo("bare")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "group [] None"),
        (["--limit", "3"], "group [] 3"),
        (["music"], "group ['music'] None"),
        (["music", "more", "--limit", "3"], "group ['music', 'more'] 3"),
        (["--limit", "3", "music"], "group ['music'] 3"),
        (["./show"], "group ['show'] None"),
        (["show", "music", "--limit", "3"], "show ['music'] 3"),
        (["show", "--", "--limit"], "show ['--limit'] None"),
        (["bare"], "bare"),
    ],
)
def test_the_first_word_decides(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.output.strip()) == (0, said)


def test_the_help_tells_of_both() -> None:
    said = CliRunner().invoke(app, ["--help"]).output
    assert "[DIR]" in said
    assert "--limit" in said
    assert "show" in said


def test_an_option_that_does_not_exist_is_refused() -> None:
    assert CliRunner().invoke(app, ["music", "--lmit", "3"]).exit_code == 2
    assert CliRunner().invoke(app, ["bare", "--limit", "3"]).exit_code == 2
