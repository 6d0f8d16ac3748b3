"""What was asked, what came of it, and what is to be asked next: the order of the services, and when one is done.

Last.fm is asked first; MusicBrainz where Last.fm knows nothing or is not to be had. An answer that names no genre is as
good as none. An answer counts until it expires. An error is no answer: it leaves the question open for the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edm.genres.entities import ENTITIES, Catalogue, Subject, question
from edm.genres.evidence import Entity, Outcome
from edm.genres.resolving import ANSWERING, TagReader, subjects_by_question
from edm.library import genres
from edm.library.store import now
from edm.pipeline.genre_weighing import tag_reader

if TYPE_CHECKING:
    from edm.genres.resolving import GenreTags
    from edm.library import Library
    from edm.pipeline.genre_request import GenreSources
    from edm.pipeline.genre_services import ServiceName
    from edm.pipeline.stage import RunRequest

__all__ = ["Standing", "asked_entities", "pending_subjects", "read_standing", "wanted_services"]


@dataclass(slots=True)
class Standing:
    """What the services said, as far as it still counts, and what they failed to say in this run.

    Attributes
    ----------
    reader
        Of tags.
    outcomes
        By service, entity and question: ``found`` where a genre comes of the answer.
    errors
        Questions that got no answer in this run; they are not asked again in it.
    until
        When the first of the answers expires; None: never.
    """

    reader: TagReader
    outcomes: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)
    errors: set[tuple[str, Subject]] = field(default_factory=set)
    until: str | None = None

    def hear(self, service: str, subject: Subject, asked: str, tags: GenreTags, expires_at: str | None) -> Outcome:
        """Take an answer in; ``found`` if a genre comes of it."""
        outcome: Outcome = "found" if self.reader.names_genre(tags, subject.own_names) else "none"
        self.outcomes[(service, subject.entity, asked)] = outcome
        if expires_at is not None:
            self.until = min(self.until or expires_at, expires_at)
        return outcome

    def next_service(self, subject: Subject, on: Collection[ServiceName]) -> ServiceName | None:
        """Whom to ask; None where nobody is left to be asked, or somebody has answered who counts more."""
        for service in ANSWERING:
            asked = question(subject, service)
            if asked is None:
                continue
            outcome = self.outcomes.get((service, subject.entity, asked))
            if outcome == "found" or (service, subject) in self.errors:
                return None
            if outcome is None and service in on:
                return service
        return None

    def outcome(self, subject: Subject) -> Outcome | None:
        """``found`` if any service knows something, ``none`` if one answered and none does, else None."""
        said = set(self._said(subject))
        return "found" if "found" in said else "none" if said else None

    def is_answered(self, subject: Subject, owing: Collection[ServiceName]) -> bool:
        """Whether a genre was found, or those of `owing` and at least one service at all said that they know none."""
        outcome = self.outcome(subject)
        if outcome != "none":
            return outcome == "found"
        asked = ((service, question(subject, service)) for service in owing)
        return all(text is None or (service, subject.entity, text) in self.outcomes for service, text in asked)

    def has_failed(self, subject: Subject) -> bool:
        """Whether a service failed to answer in this run."""
        return any((service, subject) in self.errors for service in ANSWERING)

    def open_members(self, subject: Subject, catalogue: Catalogue, on: Collection[ServiceName]) -> tuple[Subject, ...]:
        """Members to ask about, of a collaboration that nobody knows."""
        if self.outcome(subject) != "none" or self.has_failed(subject):
            return ()
        return tuple(one for one in catalogue.members(subject) if self.next_service(one, on) is not None)

    def _said(self, subject: Subject) -> Iterator[Outcome]:
        for service in ANSWERING:
            asked = question(subject, service)
            outcome = None if asked is None else self.outcomes.get((service, subject.entity, asked))
            if outcome is not None:
                yield outcome


def read_standing(library: Library, catalogue: Catalogue, *, force: bool = False) -> Standing:
    """What the library's answers say at this moment.

    Parameters
    ----------
    force
        As if nothing was ever answered.
    """
    standing = Standing(tag_reader(library))
    if force:
        return standing
    at = now()
    subjects = subjects_by_question(catalogue)
    for reply in genres.replies(library):
        subject = subjects.get((reply.source, reply.entity, reply.question))
        if subject is not None and (reply.expires_at is None or reply.expires_at > at):
            standing.hear(reply.source, subject, reply.question, reply.tags, reply.expires_at)
    return standing


def wanted_services(sources: GenreSources) -> tuple[ServiceName, ...]:
    """Services that the settings want asked."""
    on = {"lastfm": bool(sources.lastfm_api_key), "musicbrainz": sources.musicbrainz}
    return tuple(service for service in ANSWERING if on[service])


def asked_entities(request: RunRequest) -> tuple[Entity, ...]:
    """Kinds of entities that a run asks about."""
    on = {"artist": request.genre_artists, "album": request.genre_albums, "track": request.genre_tracks}
    return tuple(entity for entity in ENTITIES if on[entity])


def pending_subjects(
    library: Library, catalogue: Catalogue, standing: Standing, request: RunRequest
) -> tuple[list[Subject], Counter[str]]:
    """Who and what is to be asked about, artists first, and how many questions each service gets at the least.

    Only what the tracks in the request's folders belong to; its limit is not applied.
    """
    on = wanted_services(request.genres)
    inside: set[Subject] | None = None
    if request.folders:
        tracks = genres.iter_genre_tracks(library, within=request.folders)
        inside = {subject for track in tracks for subject in catalogue.of(track)}
    pending: list[Subject] = []
    questions: Counter[str] = Counter()
    members: set[Subject] = set()
    for entity in asked_entities(request):
        for subject in catalogue.subjects(entity):
            if inside is not None and subject not in inside:
                continue
            service = standing.next_service(subject, on)
            joined = () if service is not None else standing.open_members(subject, catalogue, on)
            if service is None and not joined:
                continue
            pending.append(subject)
            members.update(joined)
            if service is not None:
                questions[service] += 1
    for member in members.difference(pending):
        questions[standing.next_service(member, on) or ""] += 1
    return pending, questions
