"""``edm genres``: what the library's artists, albums and tracks are called, asked, explained, shown and set right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options
from edm.cli.genres_group import FoldersOrCommand
from edm.cli.run import Database, Folders, run_stage
from edm.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from edm.cli.genres_lookup import Subject as Named
    from edm.library import Library
    from edm.library.genre_records import Override
    from edm.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    cls=FoldersOrCommand,
    help="Genres of artists and albums, from the files, from Last.fm and from MusicBrainz; each is asked once.",
)

Subject = Annotated[str, typer.Argument(metavar="ARTIST|TRACK", help="A name, or a path or an id with --track.")]
Album = Annotated[str | None, typer.Option("--album", metavar="ALBUM", help="An album of the artist.")]
IsTrack = Annotated[bool, typer.Option("--track", help="A track, by its path or id, not an artist.")]

_OVERRIDE_COLUMNS = ("kind", "entity", "subject", "genres", "at", "said_by", "key")
_UNKNOWN_COLUMNS = ("tag", "count", "examples")


@app.callback(invoke_without_command=True)
def ask(
    ctx: typer.Context,
    folders: Folders = None,
    artists: Annotated[bool, typer.Option("--artists", help="Ask for artists.")] = False,
    albums: Annotated[bool, typer.Option("--albums", help="Ask for albums. Default: artists and albums.")] = False,
    tracks: Annotated[
        bool, typer.Option("--tracks", help="Ask for each track, too: as many requests as there are tracks.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Ask for at most N of them; the rest next time.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Ask again what was answered; the library is backed up.")] = (
        False
    ),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before work of hours.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: files and earlier answers alone.")] = False,
    statistics: Annotated[bool, typer.Option("--stats", help="Only show how much is covered, and by whom.")] = False,
    database: Database = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
    format_name: options.Format = None,
) -> None:
    """Genres of artists and albums, from the files, from Last.fm and from MusicBrainz; each is asked once."""
    if ctx.invoked_subcommand is not None:
        return
    if statistics:
        _show_coverage(_settings(database, format_name))
        return
    if format_name is not None:
        raise InputError("--format is for --stats; a run has no output", hint="edm genres --stats --format json")
    some = artists or albums or tracks
    run_stage(
        ctx,
        ["genres"],
        genre_artists=artists or not some,
        genre_albums=albums or not some,
        genre_tracks=tracks,
    )


@app.command()
def show(
    subject: Annotated[str, typer.Argument(metavar="TRACK|ARTIST", help="A path, a name, or an id.")],
    album: Album = None,
    is_track: IsTrack = False,
    database: Database = None,
    format_name: options.Format = None,
) -> None:
    """Genres of a track or an artist: from where, and how sure. Also what became of every tag."""
    from edm.cli.genres_records import show_record
    from edm.cli.genres_text import show_lines
    from edm.cli.library_run import open_for_reading

    settings = _settings(database, format_name)
    with open_for_reading(settings) as library:
        record = show_record(library, _named(library, subject, album, is_track=is_track, either=True))
    _write(record, settings, show_lines(record, console.data_stream()))


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A tag.")],
    database: Database = None,
    format_name: options.Format = None,
) -> None:
    """How a tag is read, in sentences. What you said of it counts, where there is a library."""
    from edm.cli.genres_records import explain_record
    from edm.cli.genres_text import explain_lines
    from edm.cli.library_run import database_path, open_for_reading
    from edm.library.genres import overrides as said

    settings = _settings(database, format_name)
    words: tuple[Override, ...] = ()
    if database is not None or database_path(settings).exists():
        with open_for_reading(settings) as library:
            words = said(library)
    record = explain_record(text, words)
    _write(record, settings, explain_lines(record))


@app.command()
def unknown(
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, help="How many.")] = 50,
    database: Database = None,
    format_name: options.Format = None,
) -> None:
    """Tags that nobody could read, and who bears them. The most frequent come first."""
    from edm.cli.genres_cover import unknown_records
    from edm.cli.genres_output import write_rows
    from edm.cli.genres_text import unknown_rows
    from edm.cli.library_run import open_for_reading

    settings = _settings(database, format_name)
    with open_for_reading(settings) as library:
        records = unknown_records(library, count)
    rows = unknown_rows(records)
    write_rows(records, _UNKNOWN_COLUMNS, settings.output.format, console.data_stream(), rows)


@app.command()
def fix(
    tag: Annotated[str, typer.Argument(metavar="TAG", help="As services or files write it.")],
    genres: Annotated[list[str] | None, typer.Argument(metavar="GENRE", show_default=False, help="It means.")] = None,
    drop: Annotated[bool, typer.Option("--drop", help="It names no genre.")] = False,
    database: Database = None,
) -> None:
    """Say what a tag means, wherever it stands. No run changes that."""
    from edm.cli.genres_saying import say_of_tag
    from edm.cli.genres_words import canonical_genres

    if bool(genres) == drop:
        raise InputError("either genres or --drop must be given", hint=f"edm genres fix {tag!r} techno")
    meant = canonical_genres(genres or ())
    with _writing(_settings(database)) as library:
        say_of_tag(library, tag, meant)


@app.command(name="set")
def set_genres(
    subject: Subject,
    genres: Annotated[list[str], typer.Argument(metavar="GENRE", help="In any spelling of the vocabulary.")],
    album: Album = None,
    is_track: IsTrack = False,
    database: Database = None,
) -> None:
    """Say what an artist, an album or a track is. Nobody else is heard then, and no run changes it."""
    from edm.cli.genres_saying import say_of_subject
    from edm.cli.genres_words import canonical_genres

    wanted = canonical_genres(genres)
    with _writing(_settings(database)) as library:
        say_of_subject(library, _named(library, subject, album, is_track=is_track), wanted)


@app.command()
def unset(
    subject: Annotated[str, typer.Argument(metavar="ARTIST|TRACK|TAG", help="Of which you said something.")],
    album: Album = None,
    is_track: IsTrack = False,
    is_tag: Annotated[bool, typer.Option("--tag", help="A tag: take back what `fix` said.")] = False,
    database: Database = None,
) -> None:
    """Take back what you said. Of an artist, or else of an album, a track or a tag."""
    from edm.cli.genres_saying import take_back

    if is_track + is_tag + (album is not None) > 1:
        raise InputError("--album, --track and --tag exclude each other", hint="name one thing at a time")
    with _writing(_settings(database)) as library:
        take_back(library, subject, album=album, is_track=is_track, is_tag=is_tag)


@app.command()
def overrides(database: Database = None, format_name: options.Format = None) -> None:
    """All that you said of artists, albums, tracks and tags."""
    from edm.cli.genres_output import write_rows
    from edm.cli.genres_records import override_record
    from edm.cli.genres_text import override_rows
    from edm.cli.library_run import open_for_reading
    from edm.library.genres import overrides as said

    settings = _settings(database, format_name)
    with open_for_reading(settings) as library:
        records = [override_record(one) for one in said(library)]
    rows = override_rows(records)
    write_rows(records, _OVERRIDE_COLUMNS, settings.output.format, console.data_stream(), rows)


def _settings(database: Path | None, format_name: str | None = None) -> Settings:
    from edm.config import load_settings

    flags = {"library.database": ("--db", database), "output.format": ("--format", format_name)}
    return load_settings(flags).settings


def _writing(settings: Settings) -> Library:
    from edm.cli.library_run import database_path
    from edm.library import open_library

    return open_library(database_path(settings), mode="write", create=False)


def _named(library: Library, text: str, album: str | None, *, is_track: bool, either: bool = False) -> Named:
    """What a person names; with `either` a track or an artist."""
    from edm.cli.genres_lookup import find_album, find_artist, find_subject, find_track

    if is_track and album is not None:
        raise InputError("--album and --track exclude each other", hint="name one thing at a time")
    if is_track:
        return find_track(library, text)
    if album is not None:
        return find_album(find_artist(library, text), album)
    return find_subject(library, text) if either else find_artist(library, text)


def _show_coverage(settings: Settings) -> None:
    from edm.cli.genres_cover import coverage_record
    from edm.cli.genres_text import coverage_lines
    from edm.cli.library_run import open_for_reading

    with open_for_reading(settings) as library:
        record = coverage_record(library)
    _write(record, settings, coverage_lines(record, console.data_stream()))


def _write(record: Mapping[str, object], settings: Settings, lines: Sequence[str]) -> None:
    from edm.cli.genres_output import write_one

    write_one(record, settings.output.format, console.data_stream(), lines)
