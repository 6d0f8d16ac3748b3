"""What a tag means: genres of the vocabulary, no genre at all, or something that we do not know.

A tag is read whole first, then entry by entry where separators stand in it ("Drum n Bass / Jungle"), and each entry as
a genre between words that name none ("german techno", "house music") or as genres joined by "and" ("House & Techno"),
in this order. Nothing is looked for inside of a word or of an unknown phrase: "electro" is not "electronic".

`normalize_tag` answers for one tag, `explain` says in sentences how it came to its answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from edm.genres.noise import WHY, NoiseKind, noise_kind
from edm.genres.spelling import AND, entries, joined, key_of_words, tidy, words
from edm.genres.vocabulary import load_vocabulary

__all__ = ["Dropped", "Normalized", "explain", "normalize_tag"]

# "(18)", "(18)Techno", "(51)(39)", "(RX)", and a bare number of ID3v1's own 80; round ones from 50 on are decades.
_NUMBERED = re.compile(r"((?:\((?:\d{1,3}|rx|cr)\))+)\s*(.*)")
_BARE_NUMBER = re.compile(r"[1-4]?\d|[567][1-9]")
_NUMBER = re.compile(r"\d+")
# So many words may stand before or behind a genre and be left out, and so many genres may be joined by "and".
MAX_AROUND = 2
MAX_JOINED = 8
MIN_PLURAL_KEY = 6
# Left out beside a genre. A label ("Trance Records") or a key is part of a name there.
_AROUND: frozenset[NoiseKind] = frozenset(
    {"place", "decade", "mood", "voice", "instrument", "format", "listener", "filler", "tempo"}
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A tag, or an entry of one, that names no genre; ``kind`` says why not."""

    text: str
    kind: NoiseKind


@dataclass(frozen=True, slots=True)
class Normalized:
    """What a tag means. ``genres``, ``dropped`` and ``unknown`` are never empty together.

    Attributes
    ----------
    text
        As it was given.
    genres
        Canonical names, in the tag's order, each once.
    dropped
        What names no genre.
    unknown
        What may name one that the vocabulary lacks: in lower case, with single blanks, accents kept. To normalise it
        again gives it back.
    steps
        How it was read, a sentence each.
    """

    text: str
    genres: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    unknown: tuple[str, ...]
    steps: tuple[str, ...]


def normalize_tag(text: str, *, own_names: Collection[str] = ()) -> Normalized:
    """Meaning of one tag, whatever the text: empty, endless, in any script.

    Parameters
    ----------
    text
        As a source wrote it.
    own_names
        Names of the artist, the album and the track that the tag was given to. A tag, or an entry of one, that is such
        a name is dropped, a genre's name included: "jungle" says nothing of the band Jungle.
    """
    reading = _Reading(own=frozenset(map(_own_key, own_names)) - {""})
    tidied = tidy(text)
    if tidied != text:
        reading.steps.append(f"Read as '{tidied}'.")
    numbered = _NUMBERED.fullmatch(tidied)
    if numbered:
        if numbered[2]:
            reading.read(numbered[2])
        if not reading.genres:
            reading.read_numbers(numbered[1])
    elif _BARE_NUMBER.fullmatch(tidied):
        reading.read_numbers(tidied)
    else:
        reading.read(tidied)
    return Normalized(
        text=text,
        genres=tuple(reading.genres),
        dropped=tuple(Dropped(entry, kind) for entry, kind in reading.dropped.items()),
        unknown=tuple(reading.unknown),
        steps=tuple(reading.steps),
    )


def explain(text: str) -> list[str]:
    """How `normalize_tag` reads a tag, in sentences, and what the genres belong to; never empty."""
    normalized = normalize_tag(text)
    vocabulary = load_vocabulary()
    sentences = list(normalized.steps)
    for genre in normalized.genres:
        above = vocabulary.ancestors(genre)
        belongs = f"belongs to {', '.join(above)}" if above else "belongs to no other genre"
        sentences.append(f"'{genre}' {belongs}.")
    if not normalized.genres:
        sentences.append("No genre comes of it.")
    return sentences


@dataclass(slots=True)
class _Reading:
    """One tag on its way: what was found so far, and how."""

    own: frozenset[str]
    genres: dict[str, None] = field(default_factory=dict)
    dropped: dict[str, NoiseKind] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def read(self, text: str) -> None:
        """A tidy text: whole, else entry by entry; whole again where no entry means anything."""
        parts = words(text)
        if self._read_whole(text, parts):
            return
        listed = entries(text)
        if len(listed) > 1 and any(self._means_something(entry) for entry in listed):
            self.steps.append(f"It is a list: {', '.join(repr(entry) for entry in listed)}.")
            for entry in listed:
                self._read_entry(entry)
        elif len(listed) == 1:
            self._read_entry(listed[0])
        else:
            self._keep_unknown(text)

    def read_numbers(self, text: str) -> None:
        """Numbers of ID3v1's table."""
        names = _id3_names()
        for number in _NUMBER.findall(text):
            if int(number) < len(names):
                self.steps.append(f"Number {number} of ID3v1 is '{names[int(number)]}'.")
                self.read(tidy(names[int(number)]))
        if not (self.genres or self.dropped or self.unknown):
            self._drop(text, "filler" if _NUMBER.search(text) else "format")

    def _read_entry(self, text: str) -> None:
        parts = words(text)
        if not (self._read_whole(text, parts) or self._read_inner(text, parts) or self._read_joined(text, parts)):
            self._keep_unknown(text)

    def _means_something(self, text: str) -> bool:
        """Whether an entry alone is a genre, or none for sure."""
        trial = _Reading(self.own)
        trial._read_entry(text)
        return not trial.unknown

    def _read_whole(self, text: str, parts: Sequence[str]) -> bool:
        if self._is_own(text, parts):
            self._drop(text, "own name")
            return True
        found = _look_up(parts)
        if found:
            self._take(text, found)
            return True
        kind = noise_kind(parts)
        if kind is not None:
            self._drop(text, kind)
        return kind is not None

    def _read_inner(self, text: str, parts: Sequence[str]) -> bool:
        """A genre between words that name none: the longest one, the last of those."""
        for left_out in range(1, min(2 * MAX_AROUND, len(parts) - 1) + 1):
            for before in range(min(left_out, MAX_AROUND), -1, -1):
                behind = left_out - before
                if behind > MAX_AROUND:
                    continue
                end = len(parts) - behind
                if not all(_is_around(words_) for words_ in (parts[:before], parts[end:]) if words_):
                    continue
                found = _look_up(parts[before:end])
                if found:
                    aside = " … ".join(" ".join(words_) for words_ in (parts[:before], parts[end:]) if words_)
                    self.steps.append(f"In '{text}', '{aside}' names no genre.")
                    self._take(" ".join(parts[before:end]), found)
                    return True
        return False

    def _read_joined(self, text: str, parts: Sequence[str]) -> bool:
        """Genres joined by "and", all of them known."""
        pieces = joined(parts)
        if not 1 < len(pieces) <= MAX_JOINED:
            return False
        phrases = _phrases(pieces)
        if phrases is None or not any(_look_up(phrase) for phrase in phrases):
            return False
        self.steps.append(f"'{text}' joins {', '.join(repr(' '.join(phrase)) for phrase in phrases)}.")
        for phrase in phrases:
            self._read_whole(" ".join(phrase), phrase)
        return True

    def _is_own(self, text: str, parts: Sequence[str]) -> bool:
        if not self.own:
            return False
        bare = parts[1:] if len(parts) > 1 and parts[0] == "the" else parts
        return (key_of_words(bare) or text) in self.own

    def _take(self, text: str, found: tuple[str, ...]) -> None:
        names = " and ".join(f"'{name}'" for name in found)
        self.steps.append(f"'{text}' is in the vocabulary." if found == (text,) else f"'{text}' means {names}.")
        self.genres.update(dict.fromkeys(found))

    def _drop(self, text: str, kind: NoiseKind) -> None:
        self.steps.append(f"'{text}' is no genre: it is {WHY[kind]}.")
        self.dropped[text] = kind

    def _keep_unknown(self, text: str) -> None:
        self.steps.append(f"'{text}' is not in the vocabulary.")
        self.unknown[text] = None


def _look_up(parts: Sequence[str]) -> tuple[str, ...]:
    """Genres that a phrase means, its plural included; empty for none."""
    keys = load_vocabulary().keys
    key = key_of_words(parts)
    found = keys.get(key)
    if found is None and key.endswith("s") and len(key) >= MIN_PLURAL_KEY:
        found = keys.get(key[:-1])
    return found or ()


def _is_around(parts: Sequence[str]) -> bool:
    """Whether words beside a genre say nothing of it: one phrase, or each for itself."""
    return noise_kind(parts) in _AROUND or (len(parts) > 1 and all(noise_kind((word,)) in _AROUND for word in parts))


def _phrases(pieces: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]] | None:
    """Pieces put together to known phrases, longest first; None where one is unknown."""
    if not pieces:
        return []
    for count in range(len(pieces), 0, -1):
        phrase = tuple(word for piece in pieces[:count] for word in (AND, *piece))[1:]
        if _look_up(phrase) or noise_kind(phrase) is not None:
            rest = _phrases(pieces[count:])
            if rest is not None:
                return [phrase, *rest]
    return None


@lru_cache(maxsize=4096)
def _own_key(name: str) -> str:
    """Key of a name without its article; the tidy name itself where it holds no letter ("!!!")."""
    parts = words(tidy(name))
    bare = parts[1:] if len(parts) > 1 and parts[0] == "the" else parts
    return key_of_words(bare) or tidy(name)


@lru_cache(maxsize=1)
def _id3_names() -> tuple[str, ...]:
    from mutagen.id3 import TCON

    return tuple(TCON.GENRES)
