"""What the library knows of genres, as records ready for JSON: of a track or an artist, of a tag, of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from edm.audio.printable import printable
from edm.genres.entities import Catalogue, make_catalogue, question
from edm.genres.entities import Subject as Asked
from edm.genres.noise import WHY
from edm.genres.normalize import explain, normalize_tag
from edm.genres.resolving import ANSWERING, tag_key
from edm.genres.vocabulary import load_vocabulary
from edm.library.genres import genre_weights, iter_genre_tracks, overrides, reply

if TYPE_CHECKING:
    from edm.cli.genres_lookup import Subject
    from edm.library import Library
    from edm.library.genre_records import GenreRow, GenreTrack, Override, StoredReply

__all__ = ["catalogue_with", "explain_record", "override_record", "show_record", "tag_record"]

_NOT_ASKED = "nothing is known yet: edm genres asks"
_NAMES_NONE = "what was said names none"
_PERSONS = "you said that there is none"


def show_record(library: Library, subject: Subject) -> dict[str, Any]:
    """What is known of a track, an artist or an album.

    The genres of an artist and of an album are the mean over their tracks; a track without a genre counts as 0.
    """
    catalogue = catalogue_with(library, subject)
    words = overrides(library)
    asked = _asked(catalogue, subject)
    fixes = {one.key: one.genres for one in words if one.kind == "fix"}
    keys = {(one.entity, one.person_key) for one in asked}
    own = [override_record(one) for one in words if one.kind == "set" and (one.entity, one.key) in keys]
    said = _tags_of_files(subject.tracks, fixes) + _answers(library, catalogue, asked, fixes)
    genres = _mean_genres(library, [track.id for track in subject.tracks])
    record: dict[str, Any] = {"kind": subject.kind}
    if subject.kind == "track":
        track = subject.tracks[0]
        record |= {"id": track.id, "path": printable(track.path)}
        record |= {"artist": track.artist, "title": track.title, "album": track.album}
    else:
        record |= {"name": subject.name}
    none = _PERSONS if any(not one["genres"] for one in own) else _NAMES_NONE if said else _NOT_ASKED
    return record | {
        "tracks": len(subject.tracks),
        "genres": genres,
        "why_none": None if genres else none,
        "overrides": own,
        "said": said,
    }


def explain_record(text: str, words: Iterable[Override]) -> dict[str, Any]:
    """How a tag is read; a person's corrections come before the vocabulary."""
    fixes = {one.key: one for one in words if one.kind == "fix"}
    read = tag_record(text, None, (), {key: one.genres for key, one in fixes.items()})
    whole = fixes.get(tag_key(text))
    if whole is not None:
        steps = [_word_on(whole), *_belonging(whole.genres)]
    else:
        entries = [fixes[tag_key(entry)] for entry in normalize_tag(text).unknown if tag_key(entry) in fixes]
        steps = explain(text)
        if entries:
            steps = [step for step in steps if not step.startswith("No genre comes")]
            steps += [sentence for one in entries for sentence in (_word_on(one), *_belonging(one.genres))]
    return {
        "text": text,
        "genres": read["genres"],
        "dropped": read["dropped"],
        "unknown": read["unknown"],
        "fixed": read["fixed"],
        "steps": steps,
    }


def tag_record(
    text: str, weight: float | None, own_names: Sequence[str], fixes: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """What became of one tag, as `edm.genres.resolving.TagReader` reads it.

    Parameters
    ----------
    weight
        In its source; None where that has none.
    fixes
        Key of a tag and what a person says it means.
    """
    record: dict[str, Any] = {"tag": text, "weight": weight, "genres": [], "dropped": [], "unknown": [], "fixed": False}
    whole = fixes.get(tag_key(text))
    if whole is not None:
        return record | {"genres": list(whole), "fixed": True}
    read = normalize_tag(text, own_names=own_names)
    genres = dict.fromkeys(read.genres)
    for entry in read.unknown:
        meant = fixes.get(tag_key(entry))
        if meant is None:
            record["unknown"].append(entry)
        else:
            genres.update(dict.fromkeys(meant))
            record["fixed"] = True
    record["genres"] = list(genres)
    record["dropped"] = [{"text": one.text, "why": WHY[one.kind]} for one in read.dropped]
    return record


def override_record(override: Override) -> dict[str, Any]:
    """A person's word."""
    return {
        "kind": override.kind,
        "entity": override.entity,
        "subject": override.subject,
        "genres": list(override.genres),
        "at": override.at,
        "said_by": override.said_by,
        "key": override.key,
    }


def catalogue_with(library: Library, subject: Subject) -> Catalogue:
    """Who and what is in the library, with the tracks of `subject` although their files may be missing."""
    return make_catalogue(chain(iter_genre_tracks(library), subject.tracks))


def _asked(catalogue: Catalogue, subject: Subject) -> list[Asked]:
    """What services are asked about for it, the closest first, each once."""
    found: dict[Asked, None] = {}
    for track in subject.tracks:
        belongs = catalogue.of(track)
        wanted = {
            "track": (belongs.track, belongs.album, belongs.artist),
            "album": (belongs.album,),
            "artist": (belongs.artist,),
        }[subject.kind]
        found.update(dict.fromkeys(one for one in wanted if one is not None))
    if subject.kind == "artist":
        # Tracks of the artist's albums may have other artists.
        own = [one for one in found if one.person_key == _person_key(subject)]
        return own or list(found)
    return list(found)


def _person_key(subject: Subject) -> str:
    from edm.genres.entities import person_key

    return person_key("artist", subject.name)


def _tags_of_files(tracks: Iterable[GenreTrack], fixes: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    texts = dict.fromkeys(text for track in tracks for text in track.genres)
    if not texts:
        return []
    tags = [tag_record(text, None, (), fixes) for text in texts]
    return [
        {"source": "tags", "entity": "track", "name": None, "outcome": "found", "inherited": False}
        | {"at": None, "expires_at": None, "tags": tags}
    ]


def _answers(
    library: Library, catalogue: Catalogue, asked: Iterable[Asked], fixes: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    found = []
    for subject in asked:
        own = _answers_about(library, subject, fixes, inherited=False)
        found += own
        if not any(tag["genres"] for one in own for tag in one["tags"]):
            for member in catalogue.members(subject):
                found += _answers_about(library, member, fixes, inherited=True)
    return found


def _answers_about(
    library: Library, subject: Asked, fixes: Mapping[str, tuple[str, ...]], *, inherited: bool
) -> list[dict[str, Any]]:
    found = []
    for source in ANSWERING:
        text = question(subject, source)
        held = None if text is None else reply(library, source, subject.entity, text)
        if held is not None:
            found.append(_answer(held, subject, fixes, inherited=inherited))
    return found


def _answer(
    held: StoredReply, subject: Asked, fixes: Mapping[str, tuple[str, ...]], *, inherited: bool
) -> dict[str, Any]:
    return {
        "source": held.source,
        "entity": held.entity,
        "name": held.name,
        "outcome": held.outcome,
        "inherited": inherited,
        "at": held.at,
        "expires_at": held.expires_at,
        "tags": [tag_record(text, weight, subject.own_names, fixes) for text, weight in held.tags],
    }


def _mean_genres(library: Library, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Genres of tracks with their mean weights and voices, the surest first."""
    weights: dict[str, float] = {}
    tracks: dict[str, int] = {}
    voices: dict[str, dict[tuple[str, str, bool], float]] = {}
    for _, rows in genre_weights(library, ids):
        for row in rows:
            weights[row.genre] = weights.get(row.genre, 0.0) + row.weight
            tracks[row.genre] = tracks.get(row.genre, 0) + 1
            _add_voices(voices.setdefault(row.genre, {}), row)
    number = len(ids)
    order = sorted(weights, key=lambda genre: (-weights[genre], genre))
    return [
        {
            "genre": genre,
            "weight": round(weights[genre] / number, 6),
            "tracks": tracks[genre],
            "sources": _voices(voices[genre], number),
        }
        for genre in order
    ]


def _voices(totals: Mapping[tuple[str, str, bool], float], number: int) -> list[dict[str, Any]]:
    ordered = sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    return [
        {"source": source, "entity": entity, "inherited": inherited, "weight": round(total / number, 6)}
        for (source, entity, inherited), total in ordered
    ]


def _add_voices(totals: dict[tuple[str, str, bool], float], row: GenreRow) -> None:
    for voice in row.sources:
        key = (voice.source, voice.entity, voice.inherited)
        totals[key] = totals.get(key, 0.0) + voice.weight


def _word_on(override: Override) -> str:
    genres = " and ".join(f"'{genre}'" for genre in override.genres) or "no genre"
    return f"On {override.at[:10]} you said that '{override.subject}' means {genres}."


def _belonging(genres: Iterable[str]) -> list[str]:
    vocabulary = load_vocabulary()
    return [f"'{genre}' belongs to {', '.join(above)}." for genre in genres if (above := vocabulary.ancestors(genre))]
