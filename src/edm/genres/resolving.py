"""From what was said to claims: answers, file tags and words of a person, for each track of a library.

A `TagReader` reads tags through the vocabulary, with a person's corrections before it. An answer about an artist or an
album is read without its own names ("jungle" of the band Jungle); a file's own tags are read as they stand, for whoever
wrote "Ambient" into the file of a piece that is called so meant the genre.

A `Resolver` holds the genres of all answers, a few for each, and gives the claims of any track: of its file, of what
was said about it, its album and its artist, and, where nothing was said of an artist whose name joins several, of
those. Where a person spoke of the track, else its album, else its artist, that alone is the claim, "none" included.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeAlias

from edm.genres.entities import ENTITIES, Catalogue, Subject, TrackSubjects, question
from edm.genres.evidence import Entity
from edm.genres.normalize import Normalized, normalize_tag
from edm.genres.spelling import entries, key_of, key_of_words, tidy, words
from edm.genres.weights import Claim, WeightedGenre, weigh

__all__ = [
    "ANSWERING",
    "GenreTags",
    "Resolved",
    "Resolver",
    "TagReader",
    "may_hold",
    "subjects_by_question",
    "tag_key",
    "vocabulary_mark",
]

ANSWERING: tuple[Literal["lastfm", "musicbrainz"], ...] = ("lastfm", "musicbrainz")
"""Services that are asked, the better one first."""

GenreTags: TypeAlias = Iterable[tuple[str, float]]
"""Tags with weights in 0..1."""

# As "(18)" in "(18)Techno"; what stands behind is a tag of its own.
_LEADING_NUMBERS = re.compile(r"(?:\([^()]*\)\s*)+")

_Genres: TypeAlias = tuple[tuple[str, float], ...]


def tag_key(text: str) -> str:
    """What a correction of a tag is found by: spelling, accents and joiners make no difference."""
    return key_of(text) or tidy(text)


def may_hold(text: str, key: str) -> bool:
    """Whether a correction under that `tag_key` may change how a tag is read; false only where it cannot."""
    plain = tidy(text)
    parts = (plain, _LEADING_NUMBERS.sub("", plain), *entries(plain))
    return any(tag_key(part) == key for part in parts)


@lru_cache(maxsize=1)
def vocabulary_mark() -> str:
    """A short text that changes with the tables that tags are read by."""
    digest = hashlib.blake2b(digest_size=8)
    for name in ("vocabulary.toml", "noise.toml"):
        digest.update(files("edm.genres").joinpath(name).read_bytes())
    return digest.hexdigest()


def subjects_by_question(catalogue: Catalogue) -> dict[tuple[str, str, str], Subject]:
    """Whom each answer is about, by source, entity and question: all of a library, and members of collaborations."""
    found: dict[tuple[str, str, str], Subject] = {}
    subjects = [one for entity in ENTITIES for one in catalogue.subjects(entity)]
    for subject in subjects:
        for one in (subject, *catalogue.members(subject)):
            for source in ANSWERING:
                asked = question(one, source)
                if asked is not None:
                    found.setdefault((source, one.entity, asked), one)
    return found


class TagReader:
    """Reads tags, each text once.

    Parameters
    ----------
    fixes
        A person's corrections: `tag_key` to canonical genres, none where the tag names none. They win over the
        vocabulary, for a whole tag and for an entry of one that the vocabulary does not know.
    """

    def __init__(self, fixes: Mapping[str, tuple[str, ...]]) -> None:
        self._fixes = dict(fixes)
        self._read = lru_cache(maxsize=1 << 16)(self._read_anew)
        self._key = lru_cache(maxsize=1 << 15)(_own_key)
        self._keys = lru_cache(maxsize=1 << 15)(_keys_in)

    def genres(self, text: str, own_names: Sequence[str] = ()) -> tuple[str, ...]:
        """Canonical genres that a tag means."""
        return self._read(text, self._relevant(text, own_names))[0]

    def unknown(self, text: str, own_names: Sequence[str] = ()) -> tuple[str, ...]:
        """Entries of a tag that nobody knows."""
        return self._read(text, self._relevant(text, own_names))[1]

    def names_genre(self, tags: GenreTags, own_names: Sequence[str] = ()) -> bool:
        """Whether a genre comes of an answer: listeners' notes and the artist's own name say nothing."""
        return any(weight > 0 and self.genres(text, own_names) for text, weight in tags)

    def weighted(self, tags: GenreTags, own_names: Sequence[str] = ()) -> _Genres:
        """Genres of an answer, each with the weight of its strongest tag, in the order in which they come."""
        best: dict[str, float] = {}
        for text, weight in tags:
            for genre in self.genres(text, own_names):
                best[genre] = max(best.get(genre, 0.0), min(max(weight, 0.0), 1.0))
        return tuple(best.items())

    def _relevant(self, text: str, own_names: Sequence[str]) -> tuple[str, ...]:
        """Those names that can make a difference, so that one text is not read anew for each artist."""
        keys = self._keys(text)
        return tuple(name for name in own_names if name and self._key(name) in keys)

    def _read_anew(self, text: str, own_names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        fixed = self._fixes.get(tag_key(text))
        if fixed is not None:
            return fixed, ()
        found: Normalized = normalize_tag(text, own_names=own_names)
        genres = dict.fromkeys(found.genres)
        unknown = []
        for entry in found.unknown:
            meant = self._fixes.get(tag_key(entry))
            if meant is None:
                unknown.append(entry)
            else:
                genres.update(dict.fromkeys(meant))
        return tuple(genres), tuple(unknown)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Genres of a track, and whether any of them came from the members of a collaboration or from a person."""

    genres: tuple[WeightedGenre, ...]
    inherited: bool
    person: bool


class Resolver:
    """Gives every track of a library its genres.

    Parameters
    ----------
    catalogue
        Of the library.
    reader
        Of tags.
    words
        What a person set: kind of entity and `edm.genres.entities.person_key` to canonical genres, maybe none.
    """

    def __init__(
        self, catalogue: Catalogue, reader: TagReader, words: Mapping[tuple[str, str], tuple[str, ...]]
    ) -> None:
        self._catalogue = catalogue
        self._reader = reader
        self._words = dict(words)
        self._subjects = subjects_by_question(catalogue)
        self._said: dict[tuple[str, str, str], _Genres] = {}
        self._resolved = lru_cache(maxsize=1 << 12)(self._resolve)

    def hear(self, source: str, entity: str, asked: str, tags: GenreTags) -> None:
        """Take an answer in; one about nothing in the library is passed over."""
        subject = self._subjects.get((source, entity, asked))
        if subject is not None:
            genres = self._reader.weighted(tags, subject.own_names)
            if genres:
                self._said[(source, entity, asked)] = genres

    def resolve(self, subjects: TrackSubjects, file_genres: Sequence[str]) -> Resolved:
        """Genres of a track; ask after all that was said was heard."""
        # Tracks of one album mostly have the same.
        track = subjects.track
        if track is not None and not self._spoken_of(track):
            subjects = TrackSubjects(subjects.artist, subjects.album, None)
        return self._resolved(subjects, tuple(file_genres))

    def claims(self, subjects: TrackSubjects, file_genres: Sequence[str]) -> tuple[Claim, ...]:
        """All that speaks for the genres of a track; only a person's word, where there is one."""
        word = self._word(subjects)
        if word is not None:
            entity, genres = word
            return tuple(Claim(genre, 1.0, "person", entity) for genre in genres)
        own = self._reader.weighted((text, 1.0) for text in file_genres)
        found = [Claim(genre, weight, "tags", "track") for genre, weight in own]
        for subject in subjects:
            found += self._answers(subject)
        artist = subjects.artist
        if artist is not None and not any(claim.entity == "artist" for claim in found):
            for member in self._catalogue.members(artist):
                found += self._answers(member, inherited=True)
        return tuple(found)

    def _resolve(self, subjects: TrackSubjects, file_genres: tuple[str, ...]) -> Resolved:
        genres = weigh(self.claims(subjects, file_genres))
        voices = [voice for genre in genres for voice in genre.sources]
        return Resolved(genres, any(voice.inherited for voice in voices), self._word(subjects) is not None)

    def _spoken_of(self, subject: Subject) -> bool:
        return (subject.entity, subject.person_key) in self._words or bool(self._answers(subject))

    def _word(self, subjects: TrackSubjects) -> tuple[Entity, tuple[str, ...]] | None:
        """What a person said of the closest entity."""
        for subject in subjects:
            genres = self._words.get((subject.entity, subject.person_key))
            if genres is not None:
                return subject.entity, genres
        return None

    def _answers(self, subject: Subject, *, inherited: bool = False) -> list[Claim]:
        found = []
        for source in ANSWERING:
            asked = question(subject, source)
            said = () if asked is None else self._said.get((source, subject.entity, asked), ())
            found += [Claim(genre, weight, source, subject.entity, inherited) for genre, weight in said]
        return found


def _own_key(name: str) -> str:
    """Of a name without its article; the tidy name where it holds no letter ("!!!")."""
    parts = words(tidy(name))
    return key_of_words(parts[1:] if len(parts) > 1 and parts[0] == "the" else parts) or tidy(name)


def _keys_in(text: str) -> str:
    """Keys of a tag and of its entries, and the tidy tag: no name is read in it whose key is no part of this."""
    plain = tidy(text)
    return " ".join((plain, key_of(plain), *map(key_of, entries(plain))))
