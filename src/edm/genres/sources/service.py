"""One service as we ask it: never faster than allowed, again after a hiccup, no more once it is hopeless.

A source (Last.fm, MusicBrainz) says how a question looks and what an answer means; here is what they share: the token
before each request, redirects, the waits between attempts, and the circuit that suspends a service which fails again
and again.
"""

from __future__ import annotations

import email.utils
import json
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from edm.errors import SourceError, SourceStoppedError
from edm.genres.sources.http import HttpAnswer, HttpFaultError, TryAgainError, persistently

__all__ = [
    "PATIENCE",
    "TIMES",
    "Http",
    "Json",
    "Limiter",
    "Patience",
    "Service",
    "Times",
    "endpoint",
    "read_object",
    "try_again",
]

Json: TypeAlias = dict[str, object]
T = TypeVar("T")

_MOST_REDIRECTS = 3
# The server's words may be many; a message is one line.
_LONGEST_QUOTE = 200


class Http(Protocol):
    """One request, one answer; `edm.genres.sources.http.HttpClient` is the real one."""

    def get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> HttpAnswer:
        """Raises HttpFaultError where no whole answer comes."""
        ...


class Limiter(Protocol):
    """Decides when the next request may go; `edm.genres.sources.bucket.TokenBucket` is the real one."""

    def acquire(self) -> None:
        """Wait until one request may go."""
        ...

    def slow_down(self) -> None:
        """Let fewer through from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How much we take from a service.

    Attributes
    ----------
    attempts
        For one question, >= 1. The default six wait half a minute in all: a busy MusicBrainz refuses everybody for
        more than six seconds.
    first_wait_s, longest_wait_s
        Waits double from the first to the longest; each is drawn between half and the whole of it.
    first_attempts
        Attempts at a service that cannot be reached and has not been since the run began: there is no network, and
        whatever else the run has to do should not wait.
    longest_pause_s
        A service that asks us to wait longer than this is suspended instead.
    failures
        So many questions in a row without an answer suspend the service, >= 1.
    rest_s
        After so many seconds a suspended service gets one more chance. Infinite: not in this run.
    """

    attempts: int = 6
    first_attempts: int = 2
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    longest_pause_s: float = 120.0
    failures: int = 3
    rest_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Times:
    """Where waiting and time come from: seconds all, `chance` in 0..1."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random


PATIENCE = Patience()
TIMES = Times()


class Service:
    """One service in one run.

    Parameters
    ----------
    name
        As people call it; every message begins with it.
    limiter
        Asked before each request, attempts and redirects included.
    secret
        Cut out of everything that the service or the network says.
    on_message
        Called with a line about each wait.
    times
        Clocks and chance; tests bring their own.
    """

    def __init__(
        self,
        name: str,
        http: Http,
        limiter: Limiter,
        *,
        secret: str = "",
        patience: Patience = PATIENCE,
        on_message: Callable[[str], None] = lambda message: None,
        times: Times = TIMES,
    ) -> None:
        self.name = name
        self._http = http
        self._limiter = limiter
        self._secret = secret
        self._patience = patience
        self._on_message = on_message
        self._times = times
        self._failures = 0
        self._stopped: SourceStoppedError | None = None
        self._suspended_s = math.inf
        self._was_reached = False

    @property
    def is_stopped(self) -> bool:
        """Whether the next question would be refused without a request."""
        return self._stopped is not None and self._times.clock() - self._suspended_s < self._patience.rest_s

    def ask(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str], read: Callable[[HttpAnswer], T]
    ) -> T:
        """What `read` makes of the answer.

        Parameters
        ----------
        read
            Raises TryAgainError for an answer that another attempt may better, and what `refusal` or `stop` give
            for one that is final.

        Raises
        ------
        SourceError
            If this question gets no answer.
        SourceStoppedError
            If no question will get one: from then on, without a request.
        """
        if self._stopped is not None:
            if self.is_stopped:
                # Without this the traceback would grow by each time that it is raised.
                raise self._stopped.with_traceback(None)
            # One more chance: a single failure suspends it again.
            self._stopped, self._failures = None, self._patience.failures - 1
        try:
            found = persistently(
                lambda: self._attempt(url, params, headers, read),
                attempts=self._patience.attempts,
                wait_s=self._wait_s,
                on_wait=lambda reason, wait_s: self._on_message(f"{self.name}: {reason}; again in {wait_s:.0f} s"),
                sleep=self._times.sleep,
            )
        except TryAgainError as exc:
            raise self._failure(str(exc), is_last_hope=exc.last_hope) from None
        except SourceError as exc:
            if not exc.temporary:
                # It refuses this question, and lives.
                self._failures = 0
            raise
        self._failures = 0
        return found

    def refusal(self, reason: str, *, hint: str | None = None, temporary: bool = False) -> SourceError:
        """The error for one question."""
        return SourceError(self.name, self.tidy(reason), hint=hint, temporary=temporary)

    def stop(self, reason: str, *, hint: str | None = None) -> SourceStoppedError:
        """The error that ends the service's part in this run; it is raised for every later question too."""
        self._stopped = SourceStoppedError(self.name, self.tidy(reason), hint=hint, temporary=False)
        self._suspended_s = math.inf
        return self._stopped

    def suspend(self, reason: str) -> SourceStoppedError:
        """The error that suspends the service; what was not asked can be asked in another run."""
        hint = "what is missing is asked for in the next run"
        self._stopped = SourceStoppedError(self.name, self.tidy(reason), hint=hint)
        self._suspended_s = self._times.clock()
        return self._stopped

    def slow_down(self) -> None:
        """Ask less often from now on."""
        self._limiter.slow_down()

    def asked_wait_s(self, answer: HttpAnswer) -> float:
        """What Retry-After says, seconds or a date; 0 where it says nothing that can be read."""
        said = answer.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            # Beyond nine digits it only means "for ever".
            return float(said[:9])
        try:
            return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - self._times.wall_clock())
        except (ValueError, OverflowError, TypeError):
            return 0.0

    def tidy(self, text: str) -> str:
        """One line of another's words, without our key."""
        words = " ".join(self.without_secret(text).split())
        return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"

    def without_secret(self, text: str) -> str:
        """`text` with the key cut out, should the service repeat it."""
        return text.replace(self._secret, "…") if self._secret else text

    def _attempt(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str], read: Callable[[HttpAnswer], T]
    ) -> T:
        answer = self._get(url, params, headers)
        for _ in range(_MOST_REDIRECTS):
            if answer.location is None:
                return read(answer)
            answer = self._get(answer.location, {}, headers)
        if answer.location is None:
            return read(answer)
        raise TryAgainError("it sends us from place to place")

    def _get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> HttpAnswer:
        self._limiter.acquire()
        try:
            answer = self._http.get(url, params, headers)
        except HttpFaultError as exc:
            self._was_reached |= not exc.unreachable
            if exc.hopeless:
                raise self.stop(
                    f"{url.partition('?')[0]}: {exc}", hint="its address is a setting in [genres]"
                ) from None
            raise TryAgainError(str(exc)) from None
        self._was_reached = True
        return answer

    def _wait_s(self, attempts: int, asked_s: float) -> float:
        patience = self._patience
        if not self._was_reached and attempts >= patience.first_attempts:
            raise self.suspend("cannot be reached, and is left alone for this run")
        if asked_s > patience.longest_pause_s:
            raise self.suspend(f"it asks for a pause of {asked_s:.0f} s and is left alone for this run")
        grown_s = min(patience.first_wait_s * 2.0 ** min(attempts - 1, 30), patience.longest_wait_s)
        # After the pause it asked for, too, not everybody should come back in the same instant.
        return asked_s + grown_s * (0.5 + 0.5 * self._times.chance())

    def _failure(self, reason: str, *, is_last_hope: bool) -> SourceError:
        self._failures += 1
        if is_last_hope:
            return self.suspend(f"left alone for this run: {reason}")
        if self._failures >= self._patience.failures:
            return self.suspend(f"no answer to {self._failures} questions in a row, left alone for this run: {reason}")
        return self.refusal(f"no answer after {self._patience.attempts} attempts: {reason}", temporary=True)


def endpoint(base_url: str, path: str) -> str:
    """Where to ask: `base_url` with the service's own `path` at its end, whether it was given with it or not."""
    base = base_url.strip().rstrip("/")
    return base if base.endswith(path) else base + path


def read_object(answer: HttpAnswer) -> Json:
    """The JSON object in an answer.

    Raises
    ------
    TryAgainError
        If it is anything else: a login page, half an answer.
    """
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise TryAgainError(f"the answer (status {answer.status}) is not what was agreed")
    return found


def try_again(
    service: Service, answer: HttpAnswer, reason: str, *, slower: bool = False, last_hope: bool = False
) -> TryAgainError:
    """The error for an answer that asks us to come back.

    Parameters
    ----------
    slower
        Lower the rate as well.
    last_hope
        Suspend the service if the last attempt ends so.
    """
    if slower:
        service.slow_down()
    return TryAgainError(service.tidy(reason), wait_s=service.asked_wait_s(answer), last_hope=last_hope)
