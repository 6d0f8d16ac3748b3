"""The library's files in memory beside the database: what a scan compares with, kept equal to what it writes.

A track is *lost* while nobody knows where its audio is: its file is gone, or holds other audio now. A file that turns
up with the audio of a lost track is that track, moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edm.library import failures, tracks
from edm.library.store import Library
from edm.pipeline.scan_look import Look, Place

__all__ = ["SCAN_VERSION", "STAGE", "Entry", "Ledger"]

STAGE = "scan"
SCAN_VERSION = 1


@dataclass(slots=True, eq=False)
class Entry:
    """What is known of one track's file; ``sample_hash`` is None for one that could not be read."""

    id: int
    place: Place
    size: int
    mtime_ns: int
    sample_hash: str | None
    present: bool
    duplicate_of: int | None
    lost: bool = False


class Ledger:
    """All tracks of a library, by place, by audio and by id; changes go to the database and to memory alike."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._by_place: dict[Place, Entry] = {}
        self._by_hash: dict[str, list[Entry]] = {}
        self._by_id: dict[int, Entry] = {}
        for place, known in tracks.snapshot(library).items():
            self._know(
                Entry(
                    known.id,
                    place,
                    known.size,
                    known.mtime_ns,
                    known.sample_hash,
                    known.status == "present",
                    known.duplicate_of,
                )
            )

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._by_id.values()))

    def at(self, place: Place) -> Entry | None:
        """The track whose file is, or was, at `place`."""
        return self._by_place.get(place)

    def with_id(self, track_id: int) -> Entry | None:
        """The track with this id."""
        return self._by_id.get(track_id)

    def with_audio(self, sample_hash: str | None) -> list[Entry]:
        """Tracks with this audio, by id; none for None."""
        found = self._by_hash.get(sample_hash, []) if sample_hash is not None else []
        return sorted(found, key=lambda entry: entry.id)

    def add(self, place: Place, look: Look, *, original: Entry | None = None) -> Entry:
        """Add a track for a file that has none."""
        track_id = tracks.add(
            self._library,
            *place,
            look.stamp,
            look.tags,
            names_from=look.names_from,
            duplicate_of=original.id if original else None,
        )
        stamp = look.stamp
        entry = Entry(
            track_id,
            place,
            stamp.size,
            stamp.mtime_ns,
            stamp.sample_hash,
            present=True,
            duplicate_of=original.id if original else None,
        )
        self._know(entry)
        self._note_problem(entry, look)
        return entry

    def refresh(self, entry: Entry, look: Look) -> None:
        """Store what the file of a track looks like now; it is present, and not lost."""
        was_unread = entry.sample_hash is None
        tags, names_from = look.tags, look.names_from
        if look.problem is not None and (track := tracks.get(self._library, entry.id)) is not None:
            # What was read before is better than what the path says.
            tags, names_from = track.tags, track.names_from
        tracks.update(self._library, entry.id, look.stamp, tags, names_from=names_from)
        self._forget_audio(entry)
        stamp = look.stamp
        entry.size, entry.mtime_ns, entry.sample_hash = stamp.size, stamp.mtime_ns, stamp.sample_hash
        entry.present, entry.lost = True, False
        self._know(entry)
        if look.problem is None and was_unread:
            failures.clear(self._library, stage=STAGE, track_id=entry.id)
        self._note_problem(entry, look)

    def move(self, entry: Entry, place: Place) -> None:
        """Give a track a place that no track has."""
        tracks.move(self._library, entry.id, *place)
        del self._by_place[entry.place]
        entry.place, entry.present = place, True
        self._by_place[place] = entry

    def swap(self, one: Entry, other: Entry) -> None:
        """Exchange the places of two tracks."""
        here, there = one.place, other.place
        # By way of a path that no file has, since a path belongs to one track.
        self.move(one, (here[0], f"/{one.id}"))
        self.move(other, here)
        self.move(one, there)

    def set_original(self, entry: Entry, original: Entry | None) -> None:
        """Say whose duplicate a track is."""
        wanted = None if original is None else original.id
        if entry.duplicate_of != wanted:
            tracks.set_duplicate(self._library, entry.id, wanted)
            entry.duplicate_of = wanted

    def mark_present(self, entries: Iterable[Entry]) -> None:
        """Note that files are there again, unchanged."""
        found = list(entries)
        tracks.mark_present(self._library, [entry.id for entry in found])
        for entry in found:
            entry.present, entry.lost = True, False

    def mark_missing(self, entries: Iterable[Entry]) -> None:
        """Note that files are gone."""
        gone = list(entries)
        tracks.mark_missing(self._library, [entry.id for entry in gone])
        for entry in gone:
            entry.present = False

    def delete(self, entries: Iterable[Entry]) -> None:
        """Forget tracks and their results."""
        gone = list(entries)
        tracks.delete(self._library, [entry.id for entry in gone])
        for entry in gone:
            self._forget_audio(entry)
            del self._by_place[entry.place], self._by_id[entry.id]

    def _know(self, entry: Entry) -> None:
        self._by_id[entry.id] = entry
        self._by_place[entry.place] = entry
        if entry.sample_hash is not None:
            self._by_hash.setdefault(entry.sample_hash, []).append(entry)

    def _forget_audio(self, entry: Entry) -> None:
        if entry.sample_hash is not None:
            self._by_hash[entry.sample_hash].remove(entry)

    def _note_problem(self, entry: Entry, look: Look) -> None:
        if look.problem is not None:
            failures.store(
                self._library,
                entry.id,
                STAGE,
                SCAN_VERSION,
                f"{look.stamp.size}:{look.stamp.mtime_ns}",
                error_type=look.problem.error_type,
                message=look.problem.message,
            )
