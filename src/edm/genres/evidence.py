"""What a source said of an artist, an album or a track, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Entity", "Outcome", "RawTag", "Reply", "Source"]

Source: TypeAlias = Literal["tags", "lastfm", "musicbrainz"]
"""``tags``: the file's own."""
Entity: TypeAlias = Literal["artist", "album", "track"]
Outcome: TypeAlias = Literal["found", "none"]
"""``none``: the source knows of no tags. An error is no reply, so it has no name here."""


@dataclass(frozen=True, slots=True)
class RawTag:
    """One tag as the source wrote it; ``weight`` in 0..1, relative to the source's top tag."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of one source.

    Attributes
    ----------
    source
        Who said it.
    entity, name
        Of what: the name as it was asked for.
    tags
        In the source's order; empty where the outcome is ``none``.
    outcome
        ``found`` or ``none``.
    raw
        The body of the answer, to be read again without a request; None where there is no body.
    """

    source: Source
    entity: Entity
    name: str
    tags: tuple[RawTag, ...]
    outcome: Outcome
    raw: str | None
