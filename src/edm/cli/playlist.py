"""``edm playlist``: what to play next, and why; ``edm playlist explain``: one transition, number by number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edm.cli import console, options
from edm.cli.run import Database, OutDir
from edm.errors import InputError

if TYPE_CHECKING:
    from edm.settings import Settings

__all__ = ["PlaylistFormat", "app", "playlist_settings"]

app = typer.Typer(help="A playlist from seeds by what goes together, with a reason for every step.")


def _format_names() -> list[str]:
    return ["table", "json", "jsonl", "csv", "yaml", "m3u8"]


PlaylistFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        autocompletion=_format_names,
        help="table, json, jsonl, csv, yaml or m3u8. Default: a table on a terminal, else json.",
    ),
]
_BpmRange = Annotated[
    str | None, typer.Option("--bpm-range", metavar="A:B", help="Only tracks of such a tempo: 120:130, 120:, :130.")
]
_BpmArc = Annotated[
    str | None, typer.Option("--bpm-arc", metavar="ARC", help="up, down, wave, flat, or from:to as in 128:136.")
]
_EnergyArc = Annotated[
    str | None, typer.Option("--energy-arc", metavar="ARC", help="up, down, wave, flat, or from:to as in 4:8.")
]


@app.callback(invoke_without_command=True)
def make(
    ctx: typer.Context,
    artist: Annotated[
        list[str] | None, typer.Option("--artist", metavar="NAME", help="Begin with the middle one of their tracks.")
    ] = None,
    track: Annotated[
        list[str] | None,
        typer.Option("--track", metavar="TRACK", help="A path, an id, a title, 'artist - title'; repeat for more."),
    ] = None,
    genre: Annotated[list[str] | None, typer.Option("--genre", metavar="G", help="Begin in the middle of it.")] = None,
    seed_file: Annotated[
        list[Path] | None, typer.Option("--seed-file", metavar="M3U", help="Play the tracks of this playlist.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", metavar="N", min=1, help="Tracks, seeds included. Default: 25.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", metavar="M", help="Length; what is reached first, this or --count.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", metavar="NAME", help="narrow, dynamic or discover: how far from the seeds.")
    ] = None,
    bpm_range: _BpmRange = None,
    bpm_arc: _BpmArc = None,
    energy_arc: _EnergyArc = None,
    key_rule: Annotated[
        str | None,
        typer.Option(
            "--key-rule",
            metavar="NAME",
            help="off, compatible, strict; if given, above arcs. Default: compatible.",
        ),
    ] = None,
    max_stretch: Annotated[
        float | None, typer.Option("--max-stretch", metavar="PCT", min=0, help="Pitch at most so much; 0: any.")
    ] = None,
    max_per_artist: Annotated[
        int | None, typer.Option("--max-per-artist", metavar="N", min=0, help="Tracks by one artist; 0: any number.")
    ] = None,
    min_gap: Annotated[
        int | None, typer.Option("--min-gap", metavar="N", min=0, help="Others between two tracks by one artist.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Of what is drawn: another one, another list.")
    ] = 0,
    reorder: Annotated[bool, typer.Option("--reorder", help="Seeds may change places.")] = False,
    format_name: PlaylistFormat = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; a .m3u8 gets a .json with the reasons."),
    ] = None,
    relative: Annotated[bool, typer.Option("--relative", help="Paths in an M3U8 from where it lies.")] = False,
    database: Database = None,
    out_dir: OutDir = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """A playlist from seeds by what goes together, with a reason for every step. Several seeds are fixed points."""
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx)
        return
    from edm.cli.playlist_asking import make_playlist_request, opened_collection, seed_words
    from edm.cli.playlist_output import Target, show_playlist
    from edm.pipeline.playlist_seeds import seed_rows
    from edm.playlist.make import make_playlist

    words = seed_words(tracks=track, artists=artist, genres=genre, files=seed_file)
    settings = playlist_settings(ctx.params)
    target = Target.of(settings, format_name, output, relative=relative, quiet=quiet, dry_run=dry_run)
    request = make_playlist_request(settings.playlist, ctx.params)
    with opened_collection(settings) as (collection, library):
        seeds = seed_rows(collection, words, request, library=library, on_warning=_warn)
        request = make_playlist_request(settings.playlist, ctx.params, seeds=len(seeds))
        show_playlist(collection, make_playlist(collection.space, seeds, request), request, target)


@app.command()
def explain(
    first: Annotated[str, typer.Argument(metavar="A", help="A path, an id, a title, or 'artist - title'.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The track that would follow.")],
    mode: Annotated[str | None, typer.Option("--mode", metavar="NAME", help="narrow, dynamic or discover.")] = None,
    key_rule: Annotated[
        str | None, typer.Option("--key-rule", metavar="NAME", help="off, compatible or strict.")
    ] = None,
    max_stretch: Annotated[
        float | None, typer.Option("--max-stretch", metavar="PCT", min=0, help="Pitch at most so much; 0: any.")
    ] = None,
    database: Database = None,
    out_dir: OutDir = None,
    format_name: options.Format = None,
) -> None:
    """The transition from one track to another, number by number."""
    from edm.cli.columns import screen_width
    from edm.cli.genres_output import write_one
    from edm.cli.playlist_asking import make_explain_request, opened_collection
    from edm.cli.playlist_text import explain_lines
    from edm.pipeline.playlist_explain import explain_record
    from edm.pipeline.playlist_seeds import named_track

    settings = playlist_settings(
        {"mode": mode, "key_rule": key_rule, "max_stretch": max_stretch, "database": database, "out_dir": out_dir},
        format_name,
    )
    with opened_collection(settings) as (collection, library):
        rows = [named_track(collection, text, library) for text in (first, second)]
        if rows[0] == rows[1]:
            raise InputError(f"{first!r} and {second!r} are one track", hint="name two")
        record = explain_record(collection, rows[0], rows[1], make_explain_request(settings.playlist))
    stream = console.data_stream()
    write_one(record, settings.output.format, stream, explain_lines(record, screen_width(stream)))


def playlist_settings(given: dict[str, Any], format_name: str | None = None) -> Settings:
    """The settings, with the options in `given` that are one."""
    from edm.config import load_settings

    flags = {
        "library.database": ("--db", given.get("database")),
        "library.artifacts_dir": ("--out-dir", given.get("out_dir")),
        "playlist.mode": ("--mode", given.get("mode")),
        "playlist.key_rule": ("--key-rule", given.get("key_rule")),
        "playlist.max_stretch_pct": ("--max-stretch", given.get("max_stretch")),
        "playlist.max_per_artist": ("--max-per-artist", given.get("max_per_artist")),
        "playlist.min_gap": ("--min-gap", given.get("min_gap")),
        "output.format": ("--format", format_name),
    }
    return load_settings(flags).settings


def _refuse_options(ctx: typer.Context) -> None:
    """Options before the name of a command would be lost without a word."""
    for name in ctx.params:
        source = ctx.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            what = ctx.invoked_subcommand
            raise InputError(f"options of {what} stand behind its name", hint=f"edm playlist {what} A B --db FILE")


def _warn(text: str) -> None:
    console.say(f"warning: {console.one_line(text)}")
