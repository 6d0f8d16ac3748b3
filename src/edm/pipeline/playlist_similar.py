"""The tracks nearest to one, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edm.pipeline.playlist import Collection, weights_of
from edm.pipeline.playlist_records import neighbour_record, track_record
from edm.playlist.similar import SimilarBy, similar

if TYPE_CHECKING:
    from edm.settings import PlaylistSettings

__all__ = ["similar_record"]


def similar_record(
    collection: Collection, row: int, settings: PlaylistSettings, *, count: int, by: SimilarBy
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """The track, by what it was compared, and its neighbours, nearest first; and the rows of these.

    Raises
    ------
    InputError
        As `edm.playlist.similar.similar`.
    """
    found = similar(collection.space, row, count=count, by=by, weights=weights_of(settings))
    record = {
        "track": track_record(collection, row),
        "by": by,
        "neighbours": [neighbour_record(collection, one, place) for place, one in enumerate(found, 1)],
    }
    return record, tuple(one.row for one in found)
