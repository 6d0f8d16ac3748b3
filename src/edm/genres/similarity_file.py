"""Relations as a file that a person can read, compare and overrule.

``genre_similarity.yaml`` is written by us: sorted, each pair once, under the smaller name, so that a small change of
the library is a small difference of the file. Its header says what was counted and with which limits. The overrides
file is written by hand: the same ``similarity``, in any order and either way round, with a number of 0 to 1 or the word
``never``; what stands there wins.

Every scalar is read as text, so that a genre called "no" or "1999" stays one. A key that is there twice is an error.

Offers `write_similarity`, `read_similarity`, `read_overrides` and `with_overrides`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from edm.atomic import written_whole
from edm.errors import InputError
from edm.genres.relations import DECIMALS, Limits, Relations

__all__ = [
    "FILE_VERSION",
    "NEVER",
    "OVERRIDES_NAME",
    "SIMILARITY_NAME",
    "read_overrides",
    "read_similarity",
    "with_overrides",
    "write_similarity",
]

SIMILARITY_NAME = "genre_similarity.yaml"
OVERRIDES_NAME = "genre_overrides.yaml"
FILE_VERSION = 1
"""Rises when a file of the old shape can no longer be read."""
NEVER = "never"
"""Word for similarity 0 in the overrides file."""

_HEAD = f"""\
# Which genres go together in this library, by the albums that have both among those that have either.
# Written by edm, which will overwrite what you change here. What you know better belongs into {OVERRIDES_NAME}:
#
#   similarity:
#     "dub":
#       "dub techno": 0.6
#       "dubstep": never
"""
_KEYS = ("version", "groups", "limits", "genre_count", "pair_count", "genres", "similarity")
_LIMITS = ("min_together", "min_similarity", "top_k")
_OVERRIDE_KEYS = ("version", "similarity")
# A file of 2 000 genres with 20 neighbours each has 1 MB; more than this is something else.
_MAX_BYTES = 32 * 2**20
# similarity, genre, genre.
_DEPTH = 3

Pair = tuple[str, str]


class _Key(str):
    """A key that knows where it stands."""

    start_mark: Any


def write_similarity(relations: Relations, path: Path) -> bool:
    """Write a file in place of what is at `path`; its folder is made where there is none.

    Who reads meets the old file or the new one. The same relations give the same bytes; a file that has these already
    is left as it is.

    Returns
    -------
    bool
        Whether the file was written.

    Raises
    ------
    InputError
        If it cannot be written; what was there is then untouched.
    """
    data = _as_text(relations).encode("utf-8")
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        with written_whole(path) as stream:
            stream.write(data)
    except OSError as exc:
        raise InputError(f"{path} cannot be written: {(exc.strerror or str(exc)).lower()}") from exc
    return True


def read_similarity(path: Path) -> Relations:
    """The relations in a file, equal to those that were written.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged, cut short, or of a version that this edm does not read; the message
        names key and value.
    """
    document = _read(path, _KEYS)
    missing = [key for key in _KEYS if key not in document]
    if missing:
        raise InputError(f"{path} is not whole: it lacks {', '.join(missing)}")
    _check_version(path, document)
    limits = _mapping(path, "limits", document["limits"])
    if set(limits) != set(_LIMITS):
        raise InputError(f"{path}: limits has the keys {list(limits)}, but must have {list(_LIMITS)}")
    try:
        read_limits = Limits(
            _whole(path, "limits.min_together", limits["min_together"]),
            _number(path, "limits.min_similarity", limits["min_similarity"]),
            _whole(path, "limits.top_k", limits["top_k"]),
        )
    except InputError as exc:
        raise exc if str(path) in exc.message else InputError(f"{path}: limits: {exc.message}") from exc
    groups = _whole(path, "groups", document["groups"])
    counts = {
        str(genre): _whole(path, _place("genres", genre), count)
        for genre, count in sorted(_mapping(path, "genres", document["genres"]).items())
    }
    pairs = _pairs(path, document["similarity"], counts)
    for key, said, seen in (("genre_count", counts, len(counts)), ("pair_count", pairs, len(pairs))):
        if _whole(path, key, document[key]) != seen:
            raise InputError(f"{path} is not whole: {key} is {document[key]}, but there are {len(said)}")
    for genre, count in counts.items():
        if not 1 <= count <= groups:
            raise InputError(f"{path}: {_place('genres', genre)} is {count}, but must lie in 1 to groups, {groups}")
    for (a, b), value in pairs.items():
        if not value:
            raise InputError(f"{path}: {_place('similarity', a, b)} is 0: pairs that are not similar are left out")
    return Relations(groups, counts, pairs, read_limits)


def read_overrides(path: Path, known: Collection[str] | None = None) -> dict[Pair, float]:
    """What a person wrote of pairs of genres: similarity in 0..1, 0 for `NEVER`, the smaller name first, sorted.

    A file in which all pairs are commented out overrides nothing.

    Parameters
    ----------
    known
        Names that a genre may have, so that a slip is told; None takes any.

    Raises
    ------
    InputError
        If there is no such file, or something in it makes no sense; the message names line, key and value.
    """
    document = _read(path, _OVERRIDE_KEYS)
    if "version" in document:
        _check_version(path, document)
    return _pairs(path, document.get("similarity", ""), known)


def with_overrides(relations: Relations, overrides: Mapping[Pair, float]) -> Relations:
    """Relations in which a person's similarities stand in place of the counted ones.

    Pairs may be of genres that the library does not have (yet). Done twice, it changes nothing more.

    Raises
    ------
    InputError
        For a genre with itself, and for a similarity outside 0..1.
    """
    pairs = dict(relations.pairs)
    for (a, b), value in overrides.items():
        if a == b or not 0.0 <= value <= 1.0:
            raise InputError(f"{a!r} and {b!r} cannot have similarity {value}")
        pairs[min(a, b), max(a, b)] = round(value, DECIMALS)
    kept = {pair: value for pair, value in sorted(pairs.items()) if value > 0}
    return Relations(relations.groups, relations.counts, kept, relations.limits)


def _as_text(relations: Relations) -> str:
    limits = relations.limits
    lines = [
        f"version: {FILE_VERSION}",
        f"groups: {relations.groups}",
        "limits:",
        f"  min_together: {limits.min_together}",
        f"  min_similarity: {limits.min_similarity!r}",
        f"  top_k: {limits.top_k}",
        f"genre_count: {len(relations.counts)}",
        f"pair_count: {len(relations.pairs)}",
        "genres:" if relations.counts else "genres: {}",
        *(f"  {_quoted(genre)}: {count}" for genre, count in sorted(relations.counts.items())),
        "similarity:" if relations.pairs else "similarity: {}",
    ]
    before = None
    for (a, b), value in sorted(relations.pairs.items()):
        if a != before:
            lines.append(f"  {_quoted(a)}:")
            before = a
        lines.append(f"    {_quoted(b)}: {value:.{DECIMALS}f}")
    return _HEAD + "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    """A name between double quotes, as YAML has them."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escaped(c) for c in name) + '"'


def _escaped(c: str) -> str:
    return f"\\{c}" if c in '"\\' else f"\\U{ord(c):08x}"


def _read(path: Path, keys: Collection[str]) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    if len(data) > _MAX_BYTES:
        raise InputError(f"{path} is larger than {_MAX_BYTES // 2**20} MB: it holds no similarities")
    try:
        document = _document(path, iter(yaml.parse(data.decode("utf-8"), _loader())))
    except UnicodeDecodeError as exc:
        raise InputError(f"{path} is not UTF-8: byte {exc.start} is {data[exc.start]:#04x}") from exc
    except yaml.MarkedYAMLError as exc:
        place = f" (line {exc.problem_mark.line + 1})" if exc.problem_mark else ""
        raise InputError(f"{path} is no YAML: {exc.problem or exc.context}{place}") from exc
    except yaml.YAMLError as exc:
        raise InputError(f"{path} is no YAML: {str(exc).splitlines()[0]}") from exc
    unknown = [key for key in document if key not in keys]
    if unknown:
        raise InputError(
            f"{_line(path, unknown[0])}: there is no key {unknown[0]!r}", hint=f"there are: {', '.join(keys)}"
        )
    return document


def _loader() -> Any:
    # libyaml's is 20 times faster; not every build of PyYAML has it.
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _document(path: Path, events: Iterator[yaml.Event]) -> dict[str, Any]:
    """Keys and values of the only document; none for an empty file.

    Out of events, since what PyYAML composes of a deeply nested file crashes the interpreter.
    """
    next(events)
    opening = next(events)
    if isinstance(opening, yaml.StreamEndEvent):
        return {}
    document = _value(path, next(events), events, "", 0)
    next(events)
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise InputError(f"{path} holds more than one document")
    if document == "":
        return {}
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no keys and values: {document!r:.80}")
    return document


def _value(path: Path, event: yaml.Event, events: Iterator[yaml.Event], at: str, depth: int) -> Any:
    """Text, or a dictionary of such values."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if not isinstance(event, yaml.MappingStartEvent) or depth >= _DEPTH:
        raise InputError(
            f"{_line(path, event)}: {at or 'the file'} has a list, a reference or keys where a value belongs"
        )
    values: dict[str, Any] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise InputError(f"{_line(path, key)}: {at or 'the file'} has a key that is no text")
        inner, name = _place(at, key.value), _Key(key.value)
        name.start_mark = key.start_mark
        if name in values:
            raise InputError(f"{_line(path, name)}: {inner} is there twice")
        values[name] = _value(path, next(events), events, inner, depth + 1)
    return values


def _check_version(path: Path, document: Mapping[str, Any]) -> None:
    version = _whole(path, "version", document["version"])
    if version != FILE_VERSION:
        raise InputError(f"{path}: version is {version}, and this edm reads {FILE_VERSION}")


def _pairs(path: Path, similarity: Any, known: Collection[str] | None) -> dict[Pair, float]:
    pairs: dict[Pair, float] = {}
    for a, others in _mapping(path, "similarity", similarity).items():
        for b, value in _mapping(_line(path, a), _place("similarity", a), others).items():
            at, where = _place("similarity", a, b), _line(path, b)
            for name in (a, b):
                if not name.strip():
                    raise InputError(f"{where}: {at} has a genre without a name")
                if known is not None and name not in known:
                    close = difflib.get_close_matches(name, known, n=1)
                    hint = f"did you mean {close[0]}?" if close else None
                    raise InputError(f"{where}: {at} has the unknown genre {str(name)!r}", hint=hint)
            if a == b:
                raise InputError(f"{where}: {at} compares a genre with itself")
            pair = (str(min(a, b)), str(max(a, b)))
            if pair in pairs:
                raise InputError(f"{where}: {at} is there twice, once the other way round")
            pairs[pair] = 0.0 if value == NEVER else _share(where, at, value)
    return dict(sorted(pairs.items()))


def _line(path: Path, thing: Any) -> str:
    """The file, and the line on which something stands: an event, or a key."""
    return f"{path}, line {thing.start_mark.line + 1}"


def _place(*keys: str) -> str:
    """Keys with points between them, on one line whatever is in them."""
    return ".".join(key if key.isprintable() else ascii(key) for key in keys if key)


def _mapping(path: Path | str, at: str, value: Any) -> dict[str, Any]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{path}: {at} is {value!r}, but must hold keys and values")
    return value


def _whole(path: Path, at: str, value: Any) -> int:
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()) or len(value) > 18:
        raise InputError(f"{path}: {at} is {value!r:.80}, but must be a whole number")
    return int(value)


def _number(path: Path, at: str, value: Any) -> float:
    number = _float(value)
    if not math.isfinite(number):
        raise InputError(f"{path}: {at} is {value!r:.80}, but must be a number")
    return number


def _share(path: str, at: str, value: Any) -> float:
    number = _float(value)
    if not 0.0 <= number <= 1.0:
        raise InputError(f"{path}: {at} is {value!r:.80}, but must lie in 0 to 1 or be {NEVER}")
    return round(number, DECIMALS)


def _float(value: Any) -> float:
    """The number that a text is; not a number where it is none."""
    try:
        return float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return math.nan
