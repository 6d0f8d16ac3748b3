"""The library as a map in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.audio.printable import printable
from edm.errors import InputError
from edm.pipeline.playlist import Collection, weights_of
from edm.pipeline.playlist_files import check_place, placed_whole
from edm.pipeline.playlist_records import track_record
from edm.playlist.map_page import MapTrack, map_page
from edm.playlist.plane import flat_map
from edm.playlist.scores import Weights
from edm.playlist.similar import SimilarBy

if TYPE_CHECKING:
    from edm.settings import PlaylistSettings

__all__ = ["write_map"]

_SUFFIXES = (".html", ".htm")


def write_map(
    collection: Collection,
    settings: PlaylistSettings,
    path: Path,
    *,
    by: SimilarBy = "mix",
    row: int | None = None,
    near: tuple[int, ...] = (),
) -> None:
    """Draw all tracks, those that are alike together.

    Parameters
    ----------
    by
        ``sonic`` or ``genre``: these alone; else both by their weights.
    row, near
        A track that is marked, and its neighbours.

    Raises
    ------
    InputError
        If the file is to be no page, or cannot be written.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{path}: a map is a page", hint=f"name it {path.stem or 'map'}.html")
    check_place(path)
    space, weights = collection.space, weights_of(settings)
    if by == "sonic":
        weights = Weights(genre=0.0, sonic=1.0)
    elif by == "genre":
        weights = Weights(genre=1.0, sonic=0.0)
    tracks = [_shown(track_record(collection, number)) for number in range(len(space))]
    page = map_page(tracks, flat_map(space, weights=weights), title=_TITLES[by], marked=row, near=near)
    with placed_whole(path) as stream:
        stream.write(page.encode("utf-8", "backslashreplace"))


_TITLES = {
    "mix": "A library by sound and genre",
    "transition": "A library by sound and genre",
    "sonic": "A library by sound",
    "genre": "A library by genre",
}


def _shown(record: Mapping[str, Any]) -> MapTrack:
    names = [name for name in (record["artist"], record["title"]) if name]
    name = " – ".join(names) if names else printable(Path(record["path"]).name)
    return MapTrack(name, record["bpm"], record["key"], record["energy"], record["genre"])
