"""The tracks: what a scan adds, changes and looks up.

Writing functions are a transaction each; wrap a few hundred of them in ``with library.transaction():``. No track is
deleted but by `delete`. Results (`edm.library.results`) are untouched here: they count while the sample hash is the
same, and again when it comes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from edm.errors import LibraryError
from edm.library.paths import from_text, storable, to_text
from edm.library.records import FileStamp, KnownFile, NamesFrom, Status, Track
from edm.library.roots import all_roots, inside
from edm.library.rows import COLUMNS, TAG, pages, to_tracks
from edm.library.store import Library, now
from edm.model import Tags

__all__ = [
    "add",
    "by_path",
    "delete",
    "find_by_sample_hash",
    "get",
    "iterate",
    "mark_missing",
    "mark_present",
    "move",
    "set_duplicate",
    "set_genres",
    "snapshot",
    "swap_places",
    "update",
]


def add(
    library: Library,
    root_id: int,
    relative: str | PurePath,
    stamp: FileStamp,
    tags: Tags,
    *,
    names_from: NamesFrom = "tags",
    duration_s: float | None = None,
    duplicate_of: int | None = None,
) -> int:
    """The id of a new track, which is present.

    Parameters
    ----------
    relative
        Path inside the root.
    tags
        ``tags.genres`` are kept with the source ``tag``.
    names_from
        ``file name`` where artist and title come from there.
    duration_s
        As the file's header says, if it does.
    duplicate_of
        Id of the track with the same audio.

    Raises
    ------
    LibraryError
        If there is a track with this path.
    """
    at = now()
    columns = {
        "root_id": root_id,
        "path": to_text(relative),
        "duplicate_of": duplicate_of,
        "added_at": at,
        "seen_at": at,
        "duration_s": duration_s,
        **_stamp(stamp),
        **_tags(tags, names_from),
    }
    with library.transaction():
        marks = ", ".join("?" * len(columns))
        done = library.run(f"INSERT INTO tracks ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
        assert done.lastrowid is not None
        _insert_genres(library, done.lastrowid, TAG, tags.genres)
    return done.lastrowid


def update(
    library: Library,
    track_id: int,
    stamp: FileStamp,
    tags: Tags,
    *,
    names_from: NamesFrom = "tags",
    duration_s: float | None = None,
) -> None:
    """Store what a file that changed in its place looks like now; the track is present.

    With the same sample hash it is a retag, and results stay valid; with another one they are kept, but count no
    more, and the audio hash is forgotten. ``duration_s`` None leaves the one that is known.
    """
    columns = {**_stamp(stamp), **_tags(tags, names_from), "seen_at": now(), "status": "present", "missing_since": None}
    if duration_s is not None:
        columns["duration_s"] = duration_s
    with library.transaction():
        library.run(
            f"UPDATE tracks SET audio_hash = CASE WHEN sample_hash IS ? THEN audio_hash END, {_assign(columns)} "
            "WHERE id = ?",
            (stamp.sample_hash, *columns.values(), track_id),
        )
        set_genres(library, track_id, TAG, tags.genres)


def move(
    library: Library, track_id: int, root_id: int, relative: str | PurePath, stamp: FileStamp | None = None
) -> None:
    """Say that the file of a track is now elsewhere; the track is present, everything else stays.

    `stamp` None leaves size and time of change as they were.

    Raises
    ------
    LibraryError
        If another track has this path.
    """
    columns: dict[str, object] = {"root_id": root_id, "path": to_text(relative), "seen_at": now()}
    if stamp is not None:
        columns |= _stamp(stamp)
    library.run(
        f"UPDATE tracks SET {_assign(columns)}, status = 'present', missing_since = NULL WHERE id = ?",
        (*columns.values(), track_id),
    )


def swap_places(library: Library, first: int, second: int) -> None:
    """Exchange the files of two tracks with the same audio: path, size, time of change, presence.

    For an original that is gone while its duplicate is there: the original, with its id and results, takes the place
    of the duplicate. Tags stay with the ids; `update` stores those of the file.

    Raises
    ------
    LibraryError
        If there is no such track.
    """
    sql = "SELECT root_id, path, size, mtime_ns, status, missing_since FROM tracks WHERE id = ?"
    with library.transaction():
        there, here = library.row(sql, (first,)), library.row(sql, (second,))
        if there is None or here is None:
            raise LibraryError(f"no track {first if there is None else second}")
        # By way of a name that no path has.
        for number, place in ((first, (*there[:1], "\\", *there[2:])), (second, there), (first, here)):
            library.run(
                "UPDATE tracks SET root_id = ?, path = ?, size = ?, mtime_ns = ?, status = ?, missing_since = ? "
                "WHERE id = ?",
                (*place, number),
            )


def set_duplicate(library: Library, track_id: int, original: int | None) -> None:
    """Say which track has the same audio and is worked on instead of this one; None: this one stands for itself."""
    library.run("UPDATE tracks SET duplicate_of = ? WHERE id = ?", (original, track_id))


def mark_present(library: Library, ids: Iterable[int]) -> None:
    """Note that these files were seen just now."""
    at = now()
    with library.transaction():
        library.run_many(
            "UPDATE tracks SET status = 'present', missing_since = NULL, seen_at = ? WHERE id = ?",
            ((at, number) for number in ids),
        )


def mark_missing(library: Library, ids: Iterable[int]) -> None:
    """Note that these files were not where they should be; those that were missing before stay so since then."""
    at = now()
    with library.transaction():
        library.run_many(
            "UPDATE tracks SET status = 'missing', missing_since = ? WHERE id = ? AND status = 'present'",
            ((at, number) for number in ids),
        )


def delete(library: Library, ids: Iterable[int]) -> None:
    """Forget tracks and all their results; duplicates of theirs become tracks of their own."""
    with library.transaction():
        library.run_many("DELETE FROM tracks WHERE id = ?", ((number,) for number in ids))


def set_genres(library: Library, track_id: int, source: str, genres: Iterable[str]) -> None:
    """Put these genres, in their order, in the place of all that `source` said before."""
    with library.transaction():
        library.run("DELETE FROM track_genres WHERE track_id = ? AND source = ?", (track_id, source))
        _insert_genres(library, track_id, source, genres)


def get(library: Library, track_id: int) -> Track | None:
    """The track with this id, if there is one."""
    return _first(library, "t.id = ?", track_id)


def by_path(library: Library, path: Path) -> Track | None:
    """The track at this absolute path, if there is one; of nested roots the innermost that knows it."""
    roots = sorted(all_roots(library), key=lambda root: -len(root.path.parts))
    for root in roots:
        if root.path in path.parents:
            found = _first(library, "t.root_id = ? AND t.path = ?", root.id, to_text(path.relative_to(root.path)))
            if found is not None:
                return found
    return None


def find_by_sample_hash(library: Library, sample_hash: str) -> tuple[Track, ...]:
    """All tracks with this audio, present or missing, by id."""
    sql = f"SELECT {COLUMNS} FROM tracks AS t WHERE t.sample_hash = ? ORDER BY t.id"
    return tuple(to_tracks(library, library.rows(sql, (sample_hash,))))


def iterate(library: Library, *, status: Status | None = None, within: Iterable[Path] = ()) -> Iterator[Track]:
    """All tracks by id, a page at a time; the library may be changed meanwhile.

    Parameters
    ----------
    status
        Only these.
    within
        Only tracks at or below these absolute paths; none: all.
    """
    condition, values = inside(library, within)
    sql = f"SELECT {COLUMNS} FROM tracks AS t WHERE (? IS NULL OR t.status = ?) AND {condition}"
    for page in pages(library, sql, (status, status, *values)):
        yield from to_tracks(library, page)


def snapshot(library: Library) -> dict[tuple[int, str], KnownFile]:
    """All files as the library knows them, by root id and path inside the root; one query."""
    rows = library.rows("SELECT root_id, path, id, size, mtime_ns, sample_hash, status, duplicate_of FROM tracks")
    return {(row[0], from_text(row[1])): KnownFile._make(row[2:]) for row in rows}


def _first(library: Library, condition: str, *values: object) -> Track | None:
    rows = library.rows(f"SELECT {COLUMNS} FROM tracks AS t WHERE {condition} LIMIT 1", values)
    return to_tracks(library, rows)[0] if rows else None


def _insert_genres(library: Library, track_id: int, source: str, genres: Iterable[str]) -> None:
    library.run_many(
        "INSERT INTO track_genres (track_id, source, position, genre) VALUES (?, ?, ?, ?)",
        [(track_id, source, place, storable(genre)) for place, genre in enumerate(genres)],
    )


def _stamp(stamp: FileStamp) -> dict[str, object]:
    return {"size": stamp.size, "mtime_ns": stamp.mtime_ns, "sample_hash": stamp.sample_hash}


def _tags(tags: Tags, names_from: NamesFrom) -> dict[str, object]:
    return {
        "title": _text(tags.title),
        "artist": _text(tags.artist),
        "album": _text(tags.album),
        "album_artist": _text(tags.album_artist),
        "year": tags.year,
        "tag_bpm": tags.bpm,
        "tag_key": _text(tags.key),
        "names_from": names_from,
        "musicbrainz": json.dumps(tags.musicbrainz),
    }


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _assign(columns: Iterable[str]) -> str:
    return ", ".join(f"{name} = ?" for name in columns)
