"""What the tables of genres take and give: frozen records.

Names of sources are those of `edm.genres.evidence`; a *question* is the text under which an answer is found again
(`edm.genres.entities` makes it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["GenreRow", "GenreTrack", "GenreVoice", "Override", "OverrideKind", "ReplyOutcome", "StoredReply"]

ReplyOutcome: TypeAlias = Literal["found", "none"]
OverrideKind: TypeAlias = Literal["set", "fix"]


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What a service said when it was asked, without the body.

    Attributes
    ----------
    source
        ``lastfm`` or ``musicbrainz``.
    entity
        ``artist``, ``album`` or ``track``.
    question
        With source and entity the key: one answer for each.
    name
        As it was asked for.
    tags
        Tag and weight in 0..1, as the source wrote them, the strongest first; empty where the outcome is ``none``.
    at, expires_at
        When it was given, and when it is to be asked again; ``expires_at`` None: never.
    """

    source: str
    entity: str
    question: str
    name: str
    outcome: ReplyOutcome
    tags: tuple[tuple[str, float], ...]
    at: str
    expires_at: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word, which no run changes.

    Attributes
    ----------
    kind
        ``set``: the genres of an artist, an album or a track. ``fix``: what a tag means.
    entity
        ``artist``, ``album``, ``track``, or ``tag`` for ``fix``.
    key
        What it is found by; with kind and entity the key.
    subject
        As the person named it.
    genres
        Canonical names; none: it has none.
    at, said_by
        Provenance.
    """

    kind: OverrideKind
    entity: str
    key: str
    subject: str
    genres: tuple[str, ...]
    at: str
    said_by: str


@dataclass(frozen=True, slots=True)
class GenreTrack:
    """A track as the genres need it; ``genres`` are the file's own, ``musicbrainz`` its identifiers by kind."""

    id: int
    path: Path
    artist: str | None
    album: str | None
    album_artist: str | None
    title: str | None
    musicbrainz: Mapping[str, str]
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GenreVoice:
    """What one source adds to a genre of a track; as `edm.genres.weights.SourceWeight`."""

    source: str
    entity: str
    weight: float
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class GenreRow:
    """A genre of a track: weight in 0..1, and who speaks for it, the strongest first."""

    genre: str
    weight: float
    sources: tuple[GenreVoice, ...]
