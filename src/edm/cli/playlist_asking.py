"""What the commands of playlists need first: the matrices, with a word where they are old, and what is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.cli import console
from edm.errors import InputError, LibraryError

if TYPE_CHECKING:
    from edm.library import Library
    from edm.pipeline.playlist import Collection
    from edm.pipeline.playlist_seeds import SeedWords
    from edm.playlist.request import Request
    from edm.settings import PlaylistSettings, Settings

__all__ = ["make_explain_request", "make_playlist_request", "opened_collection", "parse_range", "seed_words"]

_DEFAULT_COUNT = 25
_MEMORY = "matrices.json"


@contextmanager
def opened_collection(settings: Settings) -> Iterator[tuple[Collection, Library | None]]:
    """The matrices of the library, and the library, None where there are matrices alone.

    Old matrices are used, with a warning.

    Raises
    ------
    ArtifactError, LibraryError
        If there are none, or they cannot be used.
    """
    from edm.cli.library_run import database_path, open_for_reading
    from edm.pipeline.artifacts import MATRICES
    from edm.pipeline.playlist import open_collection
    from edm.pipeline.playlist_fresh import is_stale_by_memory
    from edm.places import state_dir

    folder = settings.library.artifacts_dir or database_path(settings).with_name("artifacts")
    try:
        library = open_for_reading(settings)
    except LibraryError as exc:
        # Matrices that were carried here are enough; a library that is asked for by name, or alone, is not.
        if settings.library.database is not None or not (folder / MATRICES).exists():
            raise
        console.say(f"warning: {console.one_line(exc.message)}; whether the matrices are old is not known")
        yield open_collection(folder / MATRICES), None
        return
    with library:
        collection = open_collection(folder / MATRICES)
        if is_stale_by_memory(collection.matrices, library, folder, state_dir() / _MEMORY):
            console.say("warning: the matrices are older than the library; edm artifacts builds them anew")
        yield collection, library


def seed_words(
    *,
    tracks: Sequence[str] | None,
    artists: Sequence[str] | None,
    genres: Sequence[str] | None,
    files: Sequence[Path] | None,
) -> SeedWords:
    """What the options name; genres by the names of the vocabulary.

    Raises
    ------
    InputError
        If they name nothing, or tracks in two ways.
    """
    from edm.pipeline.playlist_seeds import SeedKind, SeedWords

    given: dict[SeedKind, Sequence[str] | Sequence[Path] | None] = {
        "track": tracks,
        "artist": artists,
        "genre": _genre_names(genres or ()),
        "file": files,
    }
    kinds = [kind for kind, texts in given.items() if texts]
    if not kinds:
        raise InputError(
            "a playlist needs a beginning: --track, --artist, --genre or --seed-file",
            hint="edm playlist --artist NAME --count 30",
        )
    if len(kinds) > 1:
        flags = " and ".join("--seed-file" if kind == "file" else f"--{kind}" for kind in kinds)
        raise InputError(f"{flags} exclude each other", hint="several of one kind are fixed points, in their order")
    return SeedWords(kinds[0], tuple(str(text) for text in given[kinds[0]] or ()))


def make_playlist_request(settings: PlaylistSettings, given: Mapping[str, Any], *, seeds: int | None = None) -> Request:
    """The request of the settings and of the options in `given`, by their names there.

    Parameters
    ----------
    seeds
        How many there are: without a length in `given` there is room for a track between any two of them.

    Raises
    ------
    InputError
        For values that make no sense.
    """
    from edm.pipeline.playlist import rules_of, weights_of
    from edm.playlist.arcs import parse_arc
    from edm.playlist.request import Request

    bpm_range, bpm_arc, energy_arc = given["bpm_range"], given["bpm_arc"], given["energy_arc"]
    rules = replace(
        rules_of(settings),
        bpm_range=None if bpm_range is None else parse_range(bpm_range),
        bpm_arc=None if bpm_arc is None else parse_arc(bpm_arc, "bpm"),
        # Options have been taken into the settings: here it counts that one was given.
        key_rule_asked=given["key_rule"] is not None,
        energy_arc=None if energy_arc is None else parse_arc(energy_arc, "energy"),
    )
    count, minutes = given["count"], given["minutes"]
    if count is None and minutes is None:
        count = max(_DEFAULT_COUNT, 2 * (seeds or 1) - 1)
    return Request(
        count=count,
        minutes=minutes,
        rules=rules,
        weights=weights_of(settings),
        reorder=given["reorder"],
        seed=given["seed"],
    )


def make_explain_request(settings: PlaylistSettings) -> Request:
    """The rules and weights of the settings, for one transition."""
    from edm.pipeline.playlist import rules_of, weights_of
    from edm.playlist.request import Request

    return Request(rules=rules_of(settings), weights=weights_of(settings))


def parse_range(text: str) -> tuple[float, float]:
    """The range that ``120:130`` names; ``120:`` and ``:130`` are open.

    Raises
    ------
    InputError
        If it names none.
    """
    low, sign, high = text.partition(":")
    try:
        found = float(low) if low.strip() else 0.0, float(high) if high.strip() else math.inf
    except ValueError:
        found = math.nan, math.nan
    if not sign or not (low.strip() or high.strip()) or not found[0] <= found[1]:
        raise InputError(f"{text!r} is no range of tempo", hint="two values: --bpm-range 120:130")
    return found


def _genre_names(texts: Sequence[str]) -> list[str]:
    """In the spelling of the vocabulary; what it lacks may be in the matrices all the same."""
    from edm.cli.genres_words import canonical_genres

    found: list[str] = []
    for text in texts:
        try:
            found += canonical_genres([text])
        except InputError:
            found.append(text)
    return found
