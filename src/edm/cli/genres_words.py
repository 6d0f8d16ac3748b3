"""Genres as a person types them: any spelling of the vocabulary in, canonical names out, and a guess for a slip."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from edm.errors import InputError
from edm.genres.spelling import key_of, tidy
from edm.genres.vocabulary import load_vocabulary

__all__ = ["canonical_genres", "near_genres"]

_GUESSES = 3
# Words of four letters with one slip are alike by 0.75; below that guesses are noise.
_ALIKE = 0.75


def canonical_genres(texts: Iterable[str]) -> tuple[str, ...]:
    """Canonical names of genres in any of their spellings, in this order, each once.

    A phrase that the vocabulary reads as several genres ("house & techno") gives them all. Unlike a tag, the text must
    name genres and nothing else: "german techno" is refused.

    Raises
    ------
    InputError
        For a text that the vocabulary lacks, with what may have been meant.
    """
    keys = load_vocabulary().keys
    found: dict[str, None] = {}
    for text in texts:
        key = key_of(tidy(text))
        genres = keys.get(key) or (keys.get(key[:-1]) if key.endswith("s") else None)
        if genres is None:
            near = near_genres(text)
            guess = f"did you mean {' or '.join(near)}?" if near else "a parent of it may be: edm genres explain TEXT"
            raise InputError(f"{text!r} is no genre of the vocabulary", hint=guess)
        found.update(dict.fromkeys(genres))
    return tuple(found)


def near_genres(text: str) -> tuple[str, ...]:
    """At most three canonical names that `text` resembles, also by one of their spellings, nearest first."""
    vocabulary = load_vocabulary()
    spellings = {**vocabulary.aliases, **{genre: genre for genre in vocabulary.genres}}
    close = difflib.get_close_matches(tidy(text), spellings, n=4 * _GUESSES, cutoff=_ALIKE)
    return tuple(dict.fromkeys(spellings[spelling] for spelling in close))[:_GUESSES]
