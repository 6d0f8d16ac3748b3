"""The vocabulary of genres: canonical names, other spellings, parents.

It is read from ``vocabulary.toml`` beside this module, checked, and kept. Spellings are compared by their keys
(`edm.genres.spelling`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from edm.errors import InputError
from edm.genres.spelling import AND, key_of, key_of_words, tidy, words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

__all__ = ["Vocabulary", "build_vocabulary", "load_vocabulary"]

# Shorter keys are too easily something else: "r&b" is not "rb".
MIN_BARE_KEY = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What we call genres.

    Attributes
    ----------
    genres
        Canonical names, sorted.
    parents
        Of each genre, in the file's order; empty for roots.
    aliases
        Every other spelling as the file has it, and the genre that it means.
    keys
        Key of every spelling, canonical names included, and the genres that it means: one, or several for the name of
        a shelf ("house & techno").
    """

    genres: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]

    def __contains__(self, name: object) -> bool:
        return name in self.parents

    def ancestors(self, genre: str) -> tuple[str, ...]:
        """All that ``genre`` belongs to, nearest first, each once, without itself; empty for a name that we lack."""
        found: dict[str, None] = {}
        level = list(self.parents.get(genre, ()))
        while level:
            found.update(dict.fromkeys(level))
            level = [parent for name in level for parent in self.parents[name] if parent not in found]
        return tuple(found)


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """Vocabulary of this package, read once.

    Raises
    ------
    InputError
        If its file was changed by hand and contradicts itself.
    """
    text = files("edm.genres").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return build_vocabulary(tomllib.loads(text))


def build_vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """Vocabulary of tables as in ``vocabulary.toml``: ``roots``, ``under.PARENT`` and ``several``.

    Raises
    ------
    InputError
        If a spelling means two things, a parent is no genre, a genre is its own ancestor, or a canonical name is not
        written as tags are compared (lower case, no separators).
    """
    parents: dict[str, tuple[str, ...]] = dict.fromkeys(data.get("roots", {}), ())
    aliases: dict[str, str] = {}
    tables = [("", data.get("roots", {})), *data.get("under", {}).items()]
    for parent, table in tables:
        for name, others in table.items():
            if parent:
                if parents.get(name) == ():
                    raise InputError(f"the genre {name!r} is a root and stands under {parent!r} as well")
                parents[name] = (*parents.get(name, ()), parent)
            for other in others:
                if aliases.setdefault(other, name) != name:
                    raise InputError(f"the spelling {other!r} means both {aliases[other]!r} and {name!r}")
    _check_parents(parents)
    return Vocabulary(
        genres=tuple(sorted(parents)),
        parents=MappingProxyType(parents),
        aliases=MappingProxyType(aliases),
        keys=MappingProxyType(_keys(parents, aliases, data.get("several", {}))),
    )


def _check_parents(parents: Mapping[str, tuple[str, ...]]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise InputError(f"the genre {name!r} is its own ancestor: {' < '.join((*path, name))}")
        if name in done:
            return
        for parent in parents[name]:
            if parent not in parents:
                raise InputError(f"the genre {name!r} stands under {parent!r}, which is no genre")
            visit(parent, (*path, name))
        done.add(name)

    for name in parents:
        visit(name, ())


def _keys(
    parents: Mapping[str, tuple[str, ...]], aliases: Mapping[str, str], several: Mapping[str, list[str]]
) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}

    def add(text: str, meaning: tuple[str, ...]) -> None:
        key = key_of(text)
        if not key:
            raise InputError(f"the spelling {text!r} holds no letter and no digit")
        if keys.setdefault(key, meaning) != meaning:
            raise InputError(f"the spelling {text!r} means both {', '.join(keys[key])!r} and {', '.join(meaning)!r}")

    for name in parents:
        if tidy(name) != name or "/" in words(name):
            raise InputError(f"the genre {name!r} must be in lower case and without separators")
        if key_of(name) in keys:
            raise InputError(f"the genres {name!r} and {keys[key_of(name)][0]!r} are spellings of one")
        add(name, (name,))
    for other, name in aliases.items():
        add(other, (name,))
    for phrase, names in several.items():
        for name in names:
            if name not in parents:
                raise InputError(f"the phrase {phrase!r} means {name!r}, which is no genre")
        add(phrase, tuple(names))
    # "drumnbass" and "drumbass" are "drum and bass", unless the file says that they are something else.
    for text in (*parents, *aliases):
        parts = words(tidy(text))
        if AND in parts:
            glued = key_of_words(["n" if part == AND else part for part in parts])
            bare = key_of_words([part for part in parts if part != AND])
            keys.setdefault(glued, keys[key_of_words(parts)])
            if len(bare) >= MIN_BARE_KEY:
                keys.setdefault(bare, keys[key_of_words(parts)])
    return keys
