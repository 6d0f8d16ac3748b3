"""Answers taken apart: JSON of any shape in, tags and replies out. Nothing here raises for what a service may send."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from edm.genres.evidence import Entity, RawTag, Reply, Source
from edm.genres.sources.names import askable

__all__ = ["as_count", "as_dict", "as_dicts", "as_mbid", "as_str", "none", "raw_tags", "reply"]

_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def as_dict(value: object) -> dict[str, object]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: object) -> list[dict[str, object]]:
    """The objects in a list; an object that stands alone is a list of one."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, dict)]


def as_str(value: object) -> str:
    """`value` where it is text, else nothing."""
    return value if isinstance(value, str) else ""


def as_count(value: object) -> float:
    """A number, or one written as text; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        count = float(value)
    except (ValueError, OverflowError):
        return 0.0
    return count if math.isfinite(count) else 0.0


def as_mbid(value: str | None) -> str | None:
    """A MusicBrainz identifier in small letters; None for anything else."""
    said = (value or "").strip().lower()
    return said if _MBID.fullmatch(said) else None


def raw_tags(counts: Iterable[tuple[str, float]]) -> tuple[RawTag, ...]:
    """Tags with a count above 0, the highest first, weights relative to it.

    A name that comes twice counts once, with its higher count.
    """
    best: dict[str, float] = {}
    for name, count in counts:
        said = askable(name)
        if said and count > 0:
            best[said] = max(count, best.get(said, 0.0))
    top = max(best.values(), default=1.0)
    ranked = sorted(best.items(), key=lambda item: -item[1])
    return tuple(RawTag(name, count / top) for name, count in ranked)


def reply(source: Source, entity: Entity, name: str, tags: tuple[RawTag, ...], raw: str | None) -> Reply:
    """``found`` where there are tags, else ``none``."""
    return Reply(source, entity, name, tags, "found" if tags else "none", raw)


def none(source: Source, entity: Entity, name: str, raw: str | None) -> Reply:
    """The source knows no tags."""
    return reply(source, entity, name, (), raw)
