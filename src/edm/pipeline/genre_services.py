"""Services in threads of their own: each is asked one question after the other, at its own pace, beside the others.

The thread that made them hears everything through one queue, so that it alone talks and writes. All waits (for a
token, between attempts) end when the services are let go; an answer that is on its way then has a moment to come, and
is otherwise asked for in the next run.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Literal, TypeAlias

from edm.errors import SourceError
from edm.genres.entities import Subject
from edm.genres.evidence import Reply
from edm.genres.sources.service import PATIENCE, Patience
from edm.pipeline.genre_request import DEFAULT_CONTACT, GenreSources

if TYPE_CHECKING:
    from edm.genres.sources.http import HttpAnswer, HttpClient
    from edm.genres.sources.lastfm import LastFm
    from edm.genres.sources.musicbrainz import MusicBrainz

__all__ = [
    "Answered",
    "Asked",
    "Died",
    "Message",
    "Said",
    "ServiceName",
    "Services",
    "Taken",
    "open_services",
    "rate_at",
]

ServiceName: TypeAlias = Literal["lastfm", "musicbrainz"]

# What may still arrive after a person asked to stop.
_GRACE_S = 0.2


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a service took in hand."""

    service: ServiceName
    subject: Subject


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question: an answer, or why there is none; ``stopped``: the service will give no more."""

    service: ServiceName
    subject: Subject
    outcome: Reply | SourceError
    stopped: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    """A line about a wait."""

    service: ServiceName
    text: str


@dataclass(frozen=True, slots=True)
class Died:
    """A thread ended in an error that is none of the service's."""

    service: ServiceName
    error: BaseException


Message: TypeAlias = Asked | Answered | Said | Died | None
Taken: TypeAlias = Callable[[Subject], Reply]


class _LetGoError(Exception):
    """Raised inside of a wait."""


class Services:
    """The services of a run; `open_services` makes them, ``with`` lets them go."""

    def __init__(self) -> None:
        self.messages: SimpleQueue[Message] = SimpleQueue()
        self._going = threading.Event()
        self._threads: dict[ServiceName, _Thread] = {}
        self._clients: dict[ServiceName, _Counted] = {}

    @property
    def names(self) -> tuple[ServiceName, ...]:
        """Those that there are."""
        return tuple(self._threads)

    @property
    def requests(self) -> Mapping[ServiceName, int]:
        """How many requests each was sent, repeated ones and redirects included."""
        return {name: client.requests for name, client in self._clients.items()}

    def ask(self, service: ServiceName, subject: Subject) -> None:
        """Put a question at the end of a service's line; `messages` tells what comes of it."""
        self._threads[service].inbox.put(subject)

    def message(self, timeout_s: float) -> Message:
        """The next message; None after `timeout_s` seconds without one, or when somebody woke us."""
        try:
            return self.messages.get(timeout=timeout_s)
        except Empty:
            return None

    def let_go(self) -> list[Message]:
        """End all waits and threads; gives back what still came."""
        self._going.set()
        for thread in self._threads.values():
            thread.inbox.put(None)
        until_s = time.monotonic() + _GRACE_S
        for thread in self._threads.values():
            thread.join(max(0.0, until_s - time.monotonic()))
        found: list[Message] = []
        while not self.messages.empty():
            found.append(self.messages.get())
        return found

    def __enter__(self) -> Services:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def wait(self, seconds: float) -> None:
        """Sleep, unless the services are let go."""
        if self._going.wait(seconds):
            raise _LetGoError

    def add(self, name: ServiceName, client: _Counted, take: Taken, is_stopped: Callable[[], bool]) -> None:
        """Begin to ask a service."""
        self._clients[name] = client
        self._threads[name] = _Thread(name, self.messages, self._going, client, take, is_stopped)
        self._threads[name].start()


def open_services(sources: GenreSources, *, patience: Patience = PATIENCE) -> Services:
    """The services that can be asked: Last.fm where there is a key, MusicBrainz where it is wanted."""
    from edm.genres.sources.bucket import LASTFM_PER_S, MUSICBRAINZ_PER_S, TokenBucket
    from edm.genres.sources.http import HttpClient
    from edm.genres.sources.lastfm import LASTFM_URL, LastFm
    from edm.genres.sources.musicbrainz import MUSICBRAINZ_URL, MusicBrainz
    from edm.genres.sources.service import Times

    services = Services()
    contact = sources.contact.strip() or DEFAULT_CONTACT
    times = Times(sleep=services.wait)

    def bucket(url: str, own_url: str, asked_per_s: float | None, allowed_per_s: float) -> TokenBucket:
        return TokenBucket(rate_at(url, own_url, asked_per_s, allowed_per_s), sleep=services.wait)

    def say(name: ServiceName) -> Callable[[str], None]:
        return lambda text: services.messages.put(Said(name, text))

    if sources.lastfm_api_key:
        url = sources.lastfm_url or LASTFM_URL
        client = _Counted(HttpClient(contact=contact))
        lastfm = LastFm(
            url,
            sources.lastfm_api_key,
            client,
            bucket(url, LASTFM_URL, sources.lastfm_per_s, LASTFM_PER_S),
            patience=patience,
            on_message=say("lastfm"),
            times=times,
        )
        services.add("lastfm", client, lambda subject: _ask_lastfm(lastfm, subject), lambda: lastfm.is_stopped)
    if sources.musicbrainz:
        url = sources.musicbrainz_url or MUSICBRAINZ_URL
        client = _Counted(HttpClient(contact=contact))
        musicbrainz = MusicBrainz(
            url,
            contact,
            client,
            bucket(url, MUSICBRAINZ_URL, sources.musicbrainz_per_s, MUSICBRAINZ_PER_S),
            patience=patience,
            on_message=say("musicbrainz"),
            times=times,
        )
        services.add(
            "musicbrainz",
            client,
            lambda subject: _ask_musicbrainz(musicbrainz, subject),
            lambda: musicbrainz.is_stopped,
        )
    return services


def rate_at(url: str, own_url: str, asked_per_s: float | None, allowed_per_s: float) -> float:
    """Requests a second: what is asked for, but at the service itself (`own_url`) no more than it allows."""
    per_s = asked_per_s or allowed_per_s
    is_own = _host(url) == _host(own_url) or _host(url).endswith(f".{_host(own_url)}")
    return min(per_s, allowed_per_s) if is_own else per_s


class _Thread(threading.Thread):
    """Asks one service what stands in its inbox; None there ends it."""

    def __init__(
        self,
        name: ServiceName,
        messages: SimpleQueue[Message],
        going: threading.Event,
        client: _Counted,
        take: Taken,
        is_stopped: Callable[[], bool],
    ) -> None:
        # A daemon: a server that says nothing must not keep the process alive.
        super().__init__(name=f"edm {name}", daemon=True)
        self.inbox: SimpleQueue[Subject | None] = SimpleQueue()
        self._service: ServiceName = name
        self._messages = messages
        self._going = going
        self._client = client
        self._take = take
        self._is_stopped = is_stopped

    def run(self) -> None:
        """Until there is nothing to ask."""
        try:
            while not self._going.is_set():
                subject = self.inbox.get()
                if subject is None:
                    return
                self._messages.put(Asked(self._service, subject))
                began = time.monotonic()
                outcome: Reply | SourceError
                try:
                    outcome = self._take(subject)
                except SourceError as error:
                    outcome = error
                seconds = time.monotonic() - began
                self._messages.put(Answered(self._service, subject, outcome, self._is_stopped(), seconds))
        except _LetGoError:
            return
        finally:
            fatal = sys.exc_info()[1]
            if fatal is not None:
                self._messages.put(Died(self._service, fatal))
            self._client.close()


class _Counted:
    """A client that counts its requests."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self.requests = 0

    def get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> HttpAnswer:
        self.requests += 1
        return self._client.get(url, params, headers)

    def close(self) -> None:
        self._client.close()


def _ask_lastfm(lastfm: LastFm, subject: Subject) -> Reply:
    if subject.entity == "artist":
        return lastfm.artist(subject.name, subject.mbid)
    if subject.entity == "album":
        return lastfm.album(subject.artist, subject.name)
    return lastfm.track(subject.artist, subject.name)


def _ask_musicbrainz(musicbrainz: MusicBrainz, subject: Subject) -> Reply:
    if subject.entity == "artist":
        return musicbrainz.artist(subject.name, subject.mbid)
    return musicbrainz.album(subject.artist, subject.name, subject.mbid)


def _host(url: str) -> str:
    """Name of the computer in an address, in small letters."""
    rest = url.strip().partition("://")[2] or url.strip()
    return rest.partition("/")[0].rpartition("@")[2].partition(":")[0].lower().removeprefix("www.")
