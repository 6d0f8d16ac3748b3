"""Where a playlist begins: what a person names, as rows of the matrices.

Tracks are fixed points, each of them. Of an artist or a genre it is one track: the one in the middle of all of theirs,
or one that is drawn, of those that the limits let in and that are where an arc from one value to another begins. A
playlist of a player gives all of its tracks that the matrices have.

Who names a track or an artist that the library has and the matrices lack is told so, and what adds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Literal, TypeAlias
from unicodedata import normalize

import numpy as np

from edm.artifacts.rows import artist_key
from edm.errors import InputError
from edm.pipeline.playlist import Collection, artist_rows, central_row, genre_rows, spoken, track_row
from edm.playlist.arcs import near_bpm, near_energy
from edm.playlist.m3u import possible_paths, read_m3u
from edm.playlist.pool import eligible
from edm.playlist.request import Request, Rules
from edm.playlist.space import Rows, Space

if TYPE_CHECKING:
    from edm.library import Library
    from edm.library.records import Track

__all__ = ["SeedKind", "SeedWords", "named_track", "seed_rows"]

SeedKind: TypeAlias = Literal["track", "artist", "genre", "file"]

# Tracks among which the middle is sought: of a genre, those that are most of it.
_MEASURED = 2000
_NAMED = 5
_LIST_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class SeedWords:
    """What a person names: tracks, artists, genres, or files of playlists; in order."""

    kind: SeedKind
    texts: tuple[str, ...]


def seed_rows(
    collection: Collection,
    words: SeedWords,
    request: Request,
    *,
    library: Library | None = None,
    on_warning: Callable[[str], None] = lambda _: None,
) -> list[int]:
    """Rows of the seeds, in the order in which they are named, each once.

    Parameters
    ----------
    request
        Its rules and weights; with a `seed` other than 0 the track of an artist or a genre is drawn.
    library
        To tell what the matrices lack.
    on_warning
        Gets a line for what a file of a playlist has and the matrices lack.

    Raises
    ------
    InputError
        If something has no track; the hint has what is near.
    """
    matrices = collection.matrices
    found: list[int] = []
    for text in words.texts:
        if words.kind == "track":
            found.append(named_track(collection, text, library))
        elif words.kind == "file":
            found += _listed_rows(collection, Path(text), on_warning)
        elif words.kind == "artist":
            try:
                rows = artist_rows(matrices, text, aliases=request.rules.aliases)
            except InputError as exc:
                raise _waiting_artist(text, library) or exc from None
            found.append(_one_of(collection, rows, request))
        else:
            found.append(_one_of(collection, genre_rows(matrices, text), request))
    return list(dict.fromkeys(found))


def named_track(collection: Collection, text: str, library: Library | None = None) -> int:
    """The row of a track, as `edm.pipeline.playlist.track_row` finds it.

    Raises
    ------
    InputError
        If there is none; where the library has it, that is said.
    """
    try:
        return track_row(collection.matrices, text)
    except InputError as exc:
        raise _waiting_track(collection, text, library) or exc from None


def _one_of(collection: Collection, rows: Sequence[int], request: Request) -> int:
    meant = _meant(collection.space, rows, request.rules)[:_MEASURED]
    if request.seed:
        return int(np.random.default_rng(request.seed).choice(np.sort(meant)))
    return central_row(collection.space, meant.tolist(), weights=request.weights)


def _meant(space: Space, rows: Sequence[int], rules: Rules) -> Rows:
    """Of the tracks of an artist or a genre, those that may begin the list; each limit as long as it leaves any."""
    found = np.array(rows, dtype=np.intp)
    limits = [eligible(space, rules)]
    if rules.bpm_arc is not None and rules.bpm_arc.shape == "range":
        limits.append(near_bpm(space.bpm, rules.bpm_arc.first))
    if rules.energy_arc is not None and rules.energy_arc.shape == "range":
        limits.append(near_energy(space.energy, rules.energy_arc.first))
    for passes in limits:
        found = found[passes[found]] if passes[found].any() else found
    return found


def _listed_rows(collection: Collection, path: Path, on_warning: Callable[[str], None]) -> list[int]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIST_BYTES)
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    entries = [track.path for track in read_m3u(data)]
    if not entries:
        raise InputError(f"{path} lists no tracks", hint="--seed-file takes a playlist: .m3u8 or .m3u")
    folder = path.absolute().parent
    finder = _Finder(collection.matrices.track_paths.tolist())
    found = [(entry, finder.find(possible_paths(entry, folder))) for entry in entries]
    missing = [entry for entry, row in found if row is None]
    rows = [row for _, row in found if row is not None]
    if not rows:
        raise InputError(
            f"the matrices have none of the {len(entries)} tracks in {path}", hint="edm run FOLDER adds tracks"
        )
    if missing:
        on_warning(f"{len(missing)} of {len(entries)} tracks in {path} are not in the matrices: {_some(missing)}")
    return rows


class _Finder:
    """Rows by path: the same one, or else the only one that ends in the same folder and name, as on another drive."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._whole = {_composed(path): row for row, path in enumerate(paths)}
        self._ends: dict[tuple[str, ...], list[int]] = {}
        for row, path in enumerate(paths):
            self._ends.setdefault(_end(path), []).append(row)

    def find(self, places: Iterable[str]) -> int | None:
        """The row of the first place that has one; None for none."""
        asked = list(places)
        for place in asked:
            row = self._whole.get(_composed(place))
            if row is not None:
                return row
        for place in asked:
            rows = self._ends.get(_end(place), []) if len(_end(place)) > 1 else []
            if len(rows) == 1:
                return rows[0]
        return None


def _composed(path: str) -> str:
    return normalize("NFC", path)


def _end(path: str) -> tuple[str, ...]:
    # Both kinds of separators part the names.
    return tuple(PureWindowsPath(_composed(path).casefold()).parts[-2:])


def _waiting_track(collection: Collection, text: str, library: Library | None) -> InputError | None:
    """What to say of a track that the library has."""
    from edm.library import tracks

    if library is None or "\0" in text:
        return None
    held = tracks.by_path(library, Path(text).absolute())
    if held is None and text.isascii() and text.isdigit() and len(text) < 19:
        held = tracks.get(library, int(text))
    held = held or _track_called(library, text)
    if held is None:
        return None
    if held.duplicate_of is not None:
        return InputError(
            f"track {held.id} is a copy of track {held.duplicate_of}, which stands for both",
            hint=f"name that one: {held.duplicate_of}",
        )
    if held.missing_since is not None:
        return InputError(f"track {held.id} is in the library, but its file is gone: {held.path}")
    left_out = next((row.reason for row in collection.matrices.dropped if row.track_id == held.id), None)
    if left_out is not None:
        return InputError(f"track {held.id} was left out of the matrices: {left_out}: {held.path}")
    what = "edm artifacts" if held.sonic_version else "edm run"
    return InputError(
        f"track {held.id} is in the library, but not in the matrices: {held.path}", hint=f"{what} takes it up"
    )


def _track_called(library: Library, text: str) -> Track | None:
    from edm.library import tracks
    from edm.library.genres import iter_genre_tracks

    asked = spoken(text)
    for track in iter_genre_tracks(library):
        if asked in {spoken(track.title or ""), spoken(f"{track.artist} - {track.title}")} - {""}:
            return tracks.get(library, track.id)
    return None


def _waiting_artist(name: str, library: Library | None) -> InputError | None:
    from edm.library.genres import iter_genre_tracks

    if library is None or not artist_key(name):
        return None
    for track in iter_genre_tracks(library):
        if track.artist and artist_key(track.artist) == artist_key(name):
            return InputError(
                f"{track.artist!r} is in the library, but none of its tracks are in the matrices",
                hint="edm run takes them up",
            )
    return None


def _some(texts: Sequence[str]) -> str:
    more = len(texts) - _NAMED
    return "; ".join(texts[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
