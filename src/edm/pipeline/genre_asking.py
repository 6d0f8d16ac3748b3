"""The conversation with the services: each answer is stored as it comes, and leads to the next question.

Both services work at once, each in its thread; this thread alone writes. An artist that nobody knows and whose name
joins several is done when those were asked about. What a service fails to answer waits for what becomes of it: a
service that answers again owes it to the next run; in the place of one that is suspended the other one is asked. A
process that is killed at any instant keeps every answer that it has stored, and the next run asks for the others.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from edm.errors import SourceError, SourceStoppedError
from edm.genres.entities import Catalogue, Subject, question
from edm.genres.evidence import Reply
from edm.library import genres
from edm.library.genre_records import StoredReply
from edm.model import Failure, Success
from edm.pipeline.genre_services import Answered, Asked, Died, Message, Said, ServiceName, Services, open_services
from edm.pipeline.genre_standing import Standing
from edm.processing.progress import (
    ItemFinished,
    ItemStarted,
    RunFinished,
    RunStarted,
    RunWarning,
)

if TYPE_CHECKING:
    from edm.genres.sources.service import Patience
    from edm.library import Library
    from edm.pipeline.genre_request import GenreSources
    from edm.processing.progress import Listener
    from edm.processing.stopping import StopSignals

__all__ = ["AskTally", "Conversation"]

# Questions in a service's hands: one more than it works on, so that it never waits for us.
_IN_HAND = 2
_LOOK_UP_S = 1.0
# Lines about waits may come with every request; so often one is shown for each service.
_SAY_EVERY_S = 30.0


@dataclass(slots=True)
class AskTally:
    """What came of a conversation.

    Attributes
    ----------
    asked
        Artists, albums and tracks that were asked about, by kind; members of collaborations are artists.
    found, none, errors
        Answers of which a genre comes, others, and the lack of them, one for each question.
    requests
        By service; a question may take several.
    unanswered
        Artists, albums and tracks without a genre about which a service is still to be asked, because of errors.
    answered
        The others.
    stopped
        Service to the reason why it was asked no more.
    """

    asked: Counter[str] = field(default_factory=Counter)
    found: int = 0
    none: int = 0
    errors: int = 0
    requests: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    answered: int = 0
    stopped: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every question was put and answered."""
        return not self.errors and not self.unanswered and not self.stopped


class Conversation:
    """Asks services about some subjects, once.

    Parameters
    ----------
    standing
        What was said before; it is kept up to date.
    stop
        When it asks to stop, what is stored stays and `hold` returns.
    listener
        Hears of every subject, in the thread that calls `hold`.
    """

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        standing: Standing,
        sources: GenreSources,
        *,
        patience: Patience,
        stop: StopSignals,
        listener: Listener,
    ) -> None:
        self.tally = AskTally()
        self._library = library
        self._catalogue = catalogue
        self._standing = standing
        self._sources = sources
        self._patience = patience
        self._stop = stop
        self._tell = listener
        self._on: set[ServiceName] = set()
        # Services that have an answer to give, in this run or in a later one.
        self._owing: set[ServiceName] = set()
        # What each service failed to answer since its last answer.
        self._shaky: dict[ServiceName, list[Subject]] = {}
        self._lines: dict[ServiceName, deque[Subject]] = {}
        self._in_hand: Counter[ServiceName] = Counter()
        self._places: dict[Subject, int] = {}
        self._busy: set[Subject] = set()
        self._touched: set[Subject] = set()
        # Members that are asked about to the collaborations that wait for them, and for how many each still waits.
        self._awaited: dict[Subject, list[Subject]] = {}
        self._waits_for: Counter[Subject] = Counter()
        self._reasons: dict[Subject, SourceError] = {}
        self._spent_s: defaultdict[Subject, float] = defaultdict(float)
        self._workers: dict[int, int] = {}
        self._said_at: dict[ServiceName, float] = {}
        self._finished = self._failed = 0

    def hold(self, subjects: Sequence[Subject]) -> AskTally:
        """Ask about all of them, until everything is answered or nobody is left to ask, or until we are stopped.

        Raises
        ------
        LibraryError
            If an answer cannot be stored.
        """
        began = time.monotonic()
        with open_services(self._sources, patience=self._patience) as services:
            self._on, self._owing = set(services.names), set(services.names)
            self._shaky = {name: [] for name in services.names}
            self._lines = {name: deque() for name in services.names}
            self._places = {subject: index for index, subject in enumerate(subjects)}
            self._stop.wake = lambda: services.messages.put(None)
            self._tell(RunStarted(len(subjects), len(services.names), "services"))
            try:
                for subject in subjects:
                    self._put(subject)
                while not self._stop.asked and (self._feed(services) or (self._settle_all() and self._feed(services))):
                    self._take(services.message(_LOOK_UP_S))
                for message in services.let_go():
                    if isinstance(message, Answered):
                        self._take(message)
                self._settle_all()
            finally:
                self._stop.wake = None
                self.tally.requests = {str(name): number for name, number in services.requests.items()}
                elapsed_s = time.monotonic() - began
                self._tell(RunFinished(self._finished, self._failed, elapsed_s, self._stop.signum))
        return self.tally

    def _feed(self, services: Services) -> bool:
        """Hand out questions; whether anything is still to come."""
        for service, line in self._lines.items():
            while line and self._in_hand[service] < _IN_HAND:
                subject = line.popleft()
                self._in_hand[service] += 1
                if subject not in self._touched:
                    self._touched.add(subject)
                    self.tally.asked[subject.entity] += 1
                services.ask(service, subject)
        return any(self._in_hand.values())

    def _take(self, message: Message) -> None:
        if isinstance(message, Asked):
            self._show(message)
        elif isinstance(message, Answered):
            self._in_hand[message.service] -= 1
            self._spent_s[message.subject] += message.seconds
            self._hear(message)
        elif isinstance(message, Said):
            self._say(message)
        elif isinstance(message, Died):
            raise message.error

    def _hear(self, message: Answered) -> None:
        service, subject, outcome = message.service, message.subject, message.outcome
        if isinstance(outcome, Reply):
            self._store(service, subject, outcome)
            self._settle(service)
            self._put(subject)
            return
        if isinstance(outcome, SourceStoppedError) or message.stopped:
            self._leave(service, outcome)
            self._put(subject)
            return
        self.tally.errors += 1
        self._standing.errors.add((service, subject))
        self._reasons[subject] = outcome
        if outcome.temporary and service in self._on:
            self._shaky[service].append(subject)
        else:
            self._put(subject)

    def _settle(self, service: ServiceName) -> bool:
        """A service is alive, or nothing is left to ask it: what it failed to answer is owed. Whether that was any."""
        failed, self._shaky[service] = self._shaky[service], []
        for subject in failed:
            self._put(subject)
        return bool(failed)

    def _settle_all(self) -> bool:
        return bool(sum(self._settle(service) for service in self._shaky))

    def _store(self, service: ServiceName, subject: Subject, reply: Reply) -> None:
        asked = question(subject, service)
        assert asked is not None
        has_tags = reply.outcome == "found"
        days = self._sources.found_expires_days if has_tags else self._sources.none_expires_days
        at = datetime.now(timezone.utc)
        expires_at = None if days is None else _text(at + timedelta(days=days))
        tags = tuple((tag.name, tag.weight) for tag in reply.tags)
        stored = StoredReply(
            service, subject.entity, asked, reply.name or subject.name, reply.outcome, tags, _text(at), expires_at
        )
        genres.store_reply(self._library, stored, reply.raw)
        found = self._standing.hear(service, subject, asked, tags, expires_at) == "found"
        self.tally.found += found
        self.tally.none += not found

    def _leave(self, service: ServiceName, error: SourceError) -> None:
        """A service is asked no more; what it failed to answer and what stands in its line goes to the other one."""
        if service not in self._on:
            return
        self._on.discard(service)
        if not error.temporary:
            self._owing.discard(service)
        self.tally.stopped[service] = error.message
        self._tell(RunWarning(f"{error.message}; {error.hint}" if error.hint else error.message))
        line = self._lines[service]
        failed, self._shaky[service] = self._shaky[service], []
        left = [*failed, *line]
        line.clear()
        self._standing.errors.difference_update((service, subject) for subject in failed)
        for subject in left:
            self._put(subject)

    def _put(self, subject: Subject) -> None:
        """In the line of whoever is to be asked next; else it is done, or waits for its members."""
        service = self._standing.next_service(subject, self._on)
        if service is not None:
            self._busy.add(subject)
            self._lines[service].append(subject)
            return
        self._busy.discard(subject)
        for collaboration in self._awaited.pop(subject, ()):
            self._waits_for[collaboration] -= 1
            if not self._waits_for[collaboration]:
                self._finish(collaboration)
        if subject not in self._places:
            self._count(subject)
            return
        members = self._standing.open_members(subject, self._catalogue, self._on)
        if not members:
            self._finish(subject)
            return
        self._waits_for[subject] = len(members)
        for member in members:
            self._awaited.setdefault(member, []).append(subject)
        for member in members:
            if member not in self._busy and member not in self._places:
                self._put(member)

    def _count(self, subject: Subject) -> bool:
        """Whether nothing is left to ask of it."""
        is_answered = self._standing.is_answered(subject, self._owing)
        self.tally.answered += is_answered
        self.tally.unanswered += not is_answered
        return is_answered

    def _finish(self, subject: Subject) -> None:
        is_answered = self._count(subject)
        place, label, seconds = self._places[subject], subject.label, self._spent_s[subject]
        worker = self._workers.get(place, 0)
        if is_answered:
            self._finished += 1
            self._tell(ItemFinished(Success(place, label, subject, seconds), label, worker))
            return
        error = self._reasons.get(subject)
        # Of a service that is gone one line is enough.
        if error is not None:
            self._finished += 1
            self._failed += 1
            failure = Failure(place, label, type(error).__name__, f"{label}: {error.message}", error.hint, seconds)
            self._tell(ItemFinished(failure, label, worker))

    def _show(self, message: Asked) -> None:
        worker = list(self._lines).index(message.service)
        waiting = self._awaited.get(message.subject, ())
        # Who is asked about for the sake of a collaboration is shown in its place.
        place = next(self._places[one] for one in (message.subject, *waiting) if one in self._places)
        # Told again when the other service takes it: on a board each service has a line of its own.
        self._workers[place] = worker
        self._tell(ItemStarted(place, message.subject.label, worker))

    def _say(self, message: Said) -> None:
        now_s = time.monotonic()
        last_s = self._said_at.get(message.service)
        if last_s is None or now_s - last_s >= _SAY_EVERY_S:
            self._said_at[message.service] = now_s
            self._tell(RunWarning(message.text))


def _text(at: datetime) -> str:
    """As the library writes instants."""
    return at.isoformat(timespec="milliseconds")
