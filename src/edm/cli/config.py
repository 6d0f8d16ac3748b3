"""``edm config``: which settings are in force, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edm.cli import console, options
from edm.errors import InputError

__all__ = ["app"]

app = typer.Typer(name="config", help="Settings: show, init, path.", no_args_is_help=True)


@app.command()
def show(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show every setting, its value and where the value comes from."""
    import json

    from edm.config import load_settings, setting_keys, setting_toml

    loaded = load_settings()
    stream = console.data_stream()
    if as_json:
        values = loaded.settings.model_dump(mode="json")
        nested = {key: {"value": values[key.split(".")[0]][key.split(".")[1]]} for key in setting_keys()}
        entries = {key: entry | {"origin": loaded.origins[key]} for key, entry in nested.items()}
        stream.write(json.dumps(entries, indent=2) + "\n")
        return
    section = ""
    for key in setting_keys():
        if key.split(".")[0] != section:
            stream.write(("\n" if section else "") + f"[{key.split('.')[0]}]\n")
            section = key.split(".")[0]
        stream.write(f"{setting_toml(key, loaded.value(key)):<40}  # {console.one_line(loaded.origins[key])}\n")


@app.command()
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write, or its folder.")] = Path(),
    force: options.Force = False,
    dry_run: options.DryRun = False,
) -> None:
    """Write an edm.toml that lists every setting with its default and a comment."""
    from edm.config import SETTINGS_FILE, default_toml

    target = path / SETTINGS_FILE if path.is_dir() else path
    if target.exists() and not force:
        raise InputError(f"{target} exists", hint="--force replaces it")
    if dry_run:
        console.data_stream().write(default_toml())
        console.say(f"dry run: would write {target}")
        return
    try:
        target.write_text(default_toml(), encoding="utf-8")
    except OSError as exc:
        raise InputError(f"{target} cannot be written: {exc.strerror}", hint="its folder must exist") from exc
    console.say(f"wrote {target}")


@app.command("path")
def show_path() -> None:
    """Show which settings files are read, the strongest first."""
    from edm.config import project_settings_path, user_settings_path

    stream = console.data_stream()
    project = project_settings_path()
    if project is not None:
        stream.write(f"{project}\n")
    person = user_settings_path()
    if person.is_file():
        stream.write(f"{person}\n")
    else:
        console.say(f"not there: {person}")
    if project is None:
        console.say(f"not there: {Path.cwd() / 'edm.toml'}, nor in a folder above")
