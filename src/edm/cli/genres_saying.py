"""A person's word about genres: stored, taken back, and applied to every track at once."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edm.cli import console
from edm.cli.genres_lookup import Subject, find_album, find_artist, find_track
from edm.cli.genres_records import catalogue_with
from edm.errors import InputError
from edm.genres.entities import is_nobody, person_key
from edm.genres.resolving import tag_key
from edm.genres.sources.names import name_key
from edm.library.genre_records import Override
from edm.library.genres import delete_override, overrides, store_override

if TYPE_CHECKING:
    from edm.library import Library

__all__ = ["say_of_subject", "say_of_tag", "take_back"]

_BETWEEN = ": "


def say_of_tag(library: Library, tag: str, genres: Sequence[str]) -> None:
    """Store what a tag means; no genres: it names none.

    Raises
    ------
    InputError
        For a blank tag.
    """
    key = tag_key(tag)
    if not key:
        raise InputError("a blank tag means nothing", hint='edm genres fix "TAG" GENRE')
    _keep(library, [_override("fix", "tag", key, tag, genres)])


def say_of_subject(library: Library, subject: Subject, genres: Sequence[str]) -> None:
    """Store what the genres of an artist, an album or a track are.

    Raises
    ------
    InputError
        Where the tags do not name what is talked of.
    """
    keys = _person_keys(library, subject)
    if not keys:
        raise InputError(
            f"{subject.kind} {subject.name!r}: its tags name no artist or no title, by which it would be known again",
            hint="put them into the file's tags, then: edm scan",
        )
    _keep(library, [_override("set", subject.kind, key, text, genres) for key, text in keys.items()])


def take_back(
    library: Library, text: str, *, album: str | None = None, is_track: bool = False, is_tag: bool = False
) -> None:
    """Forget what was said of an artist, an album, a track or a tag, whether or not the library still has it.

    Raises
    ------
    InputError
        If nothing was said of it.
    """
    entity = "tag" if is_tag else "track" if is_track else "artist" if album is None else "album"
    named = text if album is None else f"{text}{_BETWEEN}{album}"
    keys = {tag_key(text)} if is_tag else _keys_of(library, entity, text, album)
    found = [
        one
        for one in overrides(library)
        if one.entity == entity and (one.key in keys or (not is_tag and name_key(one.subject) == name_key(named)))
    ]
    if not found:
        raise InputError(f"nothing was said of {entity} {named!r}", hint="edm genres overrides lists all that was said")
    with library.transaction():
        for one in found:
            delete_override(library, one.kind, one.entity, one.key)
        changed = _apply(library, found)
    for one in found:
        console.say(f"taken back: {console.one_line(_words(one))}")
    _tell(changed)


def _keys_of(library: Library, entity: str, text: str, album: str | None) -> set[str]:
    """Under which it may be kept: by its name alone, and as the library has it."""
    try:
        subject = find_track(library, text) if entity == "track" else find_artist(library, text)
        if album is not None:
            subject = find_album(subject, album)
    except InputError:
        # It may have gone from the library since.
        if entity == "track":
            return set()
        return {person_key("artist", text) if album is None else person_key("album", text, album)}
    return set(_person_keys(library, subject))


def _person_keys(library: Library, subject: Subject) -> dict[str, str]:
    """Keys of a person's word about it, and what to call it; empty where the tags do not name it."""
    if subject.kind == "artist":
        return {} if is_nobody(subject.name) else {person_key("artist", subject.name): subject.name}
    catalogue = catalogue_with(library, subject)
    keys: dict[str, str] = {}
    for track in subject.tracks:
        belongs = catalogue.of(track)
        one = belongs.track if subject.kind == "track" else belongs.album
        if one is not None:
            keys[one.person_key] = f"{one.artist}{_BETWEEN}{one.name}" if one.artist else one.name
    return keys


def _override(kind: str, entity: str, key: str, subject: str, genres: Sequence[str]) -> Override:
    from edm.library.store import now

    return Override("fix" if kind == "fix" else "set", entity, key, subject, tuple(genres), now(), _who())


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # No account has the number of this process: in containers.
        return "somebody"


def _keep(library: Library, said: Sequence[Override]) -> None:
    with library.transaction():
        for one in said:
            store_override(library, one)
        changed = _apply(library, said)
    for one in said:
        console.say(console.one_line(_words(one)))
    _tell(changed)


def _words(override: Override) -> str:
    from edm.cli.genres_records import override_record
    from edm.cli.genres_text import override_words

    return override_words(override_record(override))


def _tell(changed: int) -> None:
    console.say(f"{changed} track{'' if changed == 1 else 's'} changed")


def _apply(library: Library, words: Sequence[Override]) -> int:
    """Weigh the tracks anew that are concerned; how many have other genres now."""
    from edm.pipeline.genre_weighing import weigh_concerned

    return weigh_concerned(library, words).changed
