"""What a scan makes of what it sees: new, changed, moved, retagged, duplicate.

Audio decides. A file whose audio is that of a lost track is that track, wherever it is now; a file with the audio of
a track that is there is its duplicate; only what is left is new, or replaces the audio of the track at its place. So
results follow their audio through renames, swaps of names and moves from root to root.

`compare` sorts files by size and time alone. `settle_known`, `settle_new`, `settle_replaced` and
`settle_duplicates` are called in this order for the rest, each file's look at hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from edm.audio.files import FoundFile
from edm.pipeline.scan_ledger import Entry, Ledger
from edm.pipeline.scan_look import Look, Place

__all__ = [
    "Comparison",
    "LookAgain",
    "Tally",
    "compare",
    "settle_duplicates",
    "settle_known",
    "settle_new",
    "settle_replaced",
]

Tally: TypeAlias = "Counter[str]"
"""Files by what they were found to be, by the names of the report's fields."""
LookAgain: TypeAlias = Callable[[Place], Look]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Files by size and time of change alone.

    Attributes
    ----------
    unchanged
        Number of files that are as they were.
    unread
        Number of those that could not be read before, and are not tried again.
    returned
        Missing tracks whose files are there again, as they were.
    known, new
        Places to look into: of tracks whose file changed, and of no track.
    gone
        Tracks whose files should have been found and were not; lost from now on, like all that were missing before.
    """

    unchanged: int
    unread: int
    returned: tuple[Entry, ...]
    known: tuple[Place, ...]
    new: tuple[Place, ...]
    gone: tuple[Entry, ...]


def compare(
    files: Mapping[Place, FoundFile],
    ledger: Ledger,
    *,
    covers: Callable[[Place], bool],
    retry: Callable[[Entry], bool],
    force: bool = False,
) -> Comparison:
    """Compare files with what is known of them.

    Parameters
    ----------
    files
        What was found.
    covers
        Whether a file at a place would have been found.
    retry
        Whether to read a file again that could not be read and has not changed.
    force
        Look into every file.
    """
    unchanged = unread = 0
    returned: list[Entry] = []
    known: list[Place] = []
    new: list[Place] = []
    for place, file in files.items():
        entry = ledger.at(place)
        if entry is None:
            new.append(place)
            continue
        same = file.size == entry.size and file.mtime_ns == entry.mtime_ns
        if not same or force or (entry.sample_hash is None and retry(entry)):
            known.append(place)
        elif entry.present and entry.sample_hash is None:
            unread += 1
        elif entry.present:
            unchanged += 1
        else:
            returned.append(entry)
    back = {entry.id for entry in returned}
    gone: list[Entry] = []
    for entry in ledger:
        if entry.present:
            if entry.place not in files and covers(entry.place):
                entry.lost = True
                gone.append(entry)
        else:
            entry.lost = entry.id not in back and entry.place not in files
    return Comparison(unchanged, unread, tuple(returned), tuple(known), tuple(new), tuple(gone))


def settle_known(ledger: Ledger, entry: Entry, look: Look, tally: Tally) -> bool:
    """Settle a file at the place of a track, if that needs no other file; else the track is lost for the time being.

    True: done. False: there is other audio in it, and `settle_replaced` must say whose.
    """
    if look.problem is not None:
        ledger.refresh(entry, look)
        tally["failed"] += 1
        return True
    if entry.sample_hash is None:
        ledger.refresh(entry, look)
        ledger.set_original(entry, _settled_original(ledger, look.stamp.sample_hash, besides=entry))
        tally["changed"] += 1
        return True
    if look.stamp.sample_hash != entry.sample_hash:
        entry.lost = True
        return False
    was_present, was_same = entry.present, (entry.size, entry.mtime_ns) == (look.stamp.size, look.stamp.mtime_ns)
    ledger.refresh(entry, look)
    tally["returned" if not was_present else "unchanged" if was_same else "retagged"] += 1
    return True


def settle_new(
    ledger: Ledger, place: Place, look: Look, tally: Tally, *, is_there: Callable[[Entry], bool] = lambda entry: True
) -> None:
    """Settle a file at a place where no track is.

    Parameters
    ----------
    is_there
        Whether the file of a track that was not looked for is really there.
    """
    if look.problem is not None:
        ledger.add(place, look)
        tally["failed"] += 1
        return
    claimed = _lost(ledger, look.stamp.sample_hash, place)
    if claimed is None:
        original = _settled_original(ledger, look.stamp.sample_hash)
        if original is None or is_there(original):
            ledger.add(place, look, original=original)
            tally["new" if original is None else "duplicates"] += 1
            return
        claimed = original
    ledger.move(claimed, place)
    ledger.refresh(claimed, look)
    tally["moved"] += 1


def settle_replaced(ledger: Ledger, replaced: list[tuple[Place, Look]], tally: Tally, *, look_again: LookAgain) -> None:
    """Settle files at places of tracks that hold other audio than those had.

    Names that were exchanged, or handed on in a ring, are moves. A track whose audio is nowhere keeps its place and
    takes the new audio, unless a duplicate of it can go on in its stead.
    """
    waiting = replaced
    while waiting:
        left = [pair for pair in waiting if not _settle_by_move(ledger, *pair, tally)]
        if len(left) == len(waiting):
            break
        waiting = left
    for place, look in waiting:
        if _settle_by_move(ledger, place, look, tally):
            continue
        entry = ledger.at(place)
        assert entry is not None
        heir = next((e for e in _settled(ledger, entry.sample_hash) if e.duplicate_of == entry.id), None)
        if heir is not None:
            # The heir gets this place and its new audio; the track goes on, with its results, where the heir was.
            ledger.swap(entry, heir)
            ledger.refresh(entry, look_again(entry.place))
            entry = heir
        ledger.refresh(entry, look)
        ledger.set_original(entry, _settled_original(ledger, look.stamp.sample_hash, besides=entry))
        tally["changed"] += 1


def settle_duplicates(ledger: Ledger, *, look_again: LookAgain) -> None:
    """Let duplicates of tracks that are gone, or are other tracks now, stand for themselves.

    Where an original is gone, it takes the place of its first duplicate, so that its id and results stay.
    """
    for entry in ledger:
        if entry.duplicate_of is None:
            continue
        original = ledger.with_id(entry.duplicate_of)
        if original is None or original.sample_hash != entry.sample_hash:
            ledger.set_original(entry, _settled_original(ledger, entry.sample_hash, besides=entry))
        elif entry.present and not entry.lost and (original.lost or not original.present):
            ledger.swap(original, entry)
            ledger.refresh(original, look_again(original.place))
            entry.lost = True


def _settle_by_move(ledger: Ledger, place: Place, look: Look, tally: Tally) -> bool:
    entry = ledger.at(place)
    if entry is None:  # its track was found elsewhere meanwhile
        settle_new(ledger, place, look, tally)
        return True
    if entry.sample_hash != look.stamp.sample_hash:
        claimed = _lost(ledger, look.stamp.sample_hash, place)
        if claimed is None:
            return False
        ledger.swap(claimed, entry)
        entry = claimed
    ledger.refresh(entry, look)
    tally["moved"] += 1
    return True


def _lost(ledger: Ledger, sample_hash: str | None, place: Place) -> Entry | None:
    """The lost track with this audio that is most likely meant: of the same file name, no duplicate, the oldest."""
    name = place[1].rpartition("/")[2]
    found = [entry for entry in ledger.with_audio(sample_hash) if entry.lost]
    return min(
        found,
        key=lambda entry: (entry.place[1].rpartition("/")[2] != name, entry.duplicate_of is not None, entry.id),
        default=None,
    )


def _settled(ledger: Ledger, sample_hash: str | None) -> list[Entry]:
    return [entry for entry in ledger.with_audio(sample_hash) if entry.present and not entry.lost]


def _settled_original(ledger: Ledger, sample_hash: str | None, *, besides: Entry | None = None) -> Entry | None:
    found = [entry for entry in _settled(ledger, sample_hash) if entry is not besides and entry.duplicate_of is None]
    return found[0] if found else None
