"""``edm library``: care of the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edm.cli import console
from edm.cli.run import Database

__all__ = ["app"]

app = typer.Typer(help="The library's database: move its folders, back it up, check it.", no_args_is_help=True)


@app.command()
def relocate(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Where the music was.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Where it is now.")],
    database: Database = None,
) -> None:
    """Say that a folder of music is now elsewhere; every result is kept, and no file is read."""
    from edm.library import open_library
    from edm.library.roots import relocate as move

    with open_library(_path(database), mode="write", create=False) as library:
        moved = move(library, old.absolute(), new.absolute())
    for root in moved:
        console.say(f"now at {console.one_line(str(root.path))}")
    if not new.is_dir():
        console.say(f"warning: {new} is not there yet")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The copy.")], database: Database = None
) -> None:
    """A copy of the database, whole, also while another command writes to it."""
    from edm.library import backup as copy
    from edm.library import open_library

    with open_library(_path(database), mode="read") as library:
        copy(library, target)
    console.say(f"wrote {target}")


@app.command()
def check(database: Database = None) -> None:
    """Is the database sound?"""
    from edm.library import check as examine
    from edm.library import open_library

    with open_library(_path(database), mode="read") as library:
        problems = examine(library)
    for problem in problems:
        console.data_stream().write(console.one_line(problem) + "\n")
    console.say(f"{len(problems)} problems" if problems else "ok")
    raise typer.Exit(1 if problems else 0)


def _path(database: Path | None) -> Path:
    from edm.cli.library_run import database_path
    from edm.config import load_settings

    return database_path(load_settings({"library.database": ("--db", database)}).settings)
