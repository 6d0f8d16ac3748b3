"""``edm similar``: the tracks nearest to one, and the library as a map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edm.cli import console, options
from edm.cli.playlist import playlist_settings
from edm.cli.run import Database, OutDir
from edm.errors import InputError

__all__ = ["similar"]

_COLUMNS = (
    *("place", "score", "track_id", "artist", "title", "bpm", "key", "energy", "duration_s", "genre", "bpm_ratio"),
    *("pitch_pct", "octave", "key_relation", "key_relation_pitched", "energy_step", "reason", "path"),
)


def similar(
    track: Annotated[
        str | None,
        typer.Argument(metavar="TRACK", show_default=False, help="A path, an id, a title, or 'artist - title'."),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, help="How many.")] = 20,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="mix (genre and sound), sonic, genre, transition. Default: mix.")
    ] = "mix",
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE.html", help="Draw the library as a map.")] = None,
    database: Database = None,
    out_dir: OutDir = None,
    format_name: options.Format = None,
) -> None:
    """The tracks nearest to one, by sound and genres, exactly; or what would follow it best."""
    from edm.cli.playlist_asking import opened_collection
    from edm.cli.playlist_output import show_neighbours
    from edm.pipeline.playlist_map import write_map
    from edm.pipeline.playlist_seeds import named_track
    from edm.pipeline.playlist_similar import similar_record
    from edm.playlist.similar import SIMILAR_BY

    if by not in SIMILAR_BY:
        raise InputError(f"--by {by} is none", hint=f"valid: {', '.join(SIMILAR_BY)}")
    if track is None and plot is None:
        raise InputError("a track must be named", hint="edm similar TRACK, or, for all, edm similar --plot map.html")
    settings = playlist_settings({"database": database, "out_dir": out_dir}, format_name)
    with opened_collection(settings) as (collection, library):
        row, record = None, None
        near: tuple[int, ...] = ()
        if track is not None:
            row = named_track(collection, track, library)
            record, near = similar_record(collection, row, settings.playlist, count=count, by=by)
        if plot is not None:
            write_map(collection, settings.playlist, plot, by=by, row=row, near=near)
            console.say(f"wrote a map of {len(collection.space)} tracks to {console.one_line(str(plot))}")
    if record is not None:
        show_neighbours(record, _COLUMNS, settings.output.format)
