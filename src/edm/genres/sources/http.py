"""Requests over HTTP, and the patience with which they are made again. The only module here that knows a network.

A key may stand among the parameters of a request, so nothing that leaves this module in words (errors, log lines)
holds a URL with its parameters.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

__all__ = ["HttpAnswer", "HttpClient", "HttpFaultError", "TryAgainError", "persistently", "user_agent"]

T = TypeVar("T")

# The longest real answer, tags of the best known artist, is some 30 kB.
_LONGEST_BODY = 4 * 1024 * 1024
# httpx logs every request with its parameters, what is below it the headers of every answer.
_TALKATIVE = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")
_SECRET = re.compile(r"(api_key=)[^&\s\"']*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back.

    Attributes
    ----------
    status
        The HTTP status.
    headers
        Names in small letters.
    text
        The body, whole.
    location
        Where a redirect points, absolute; else None.
    """

    status: int
    headers: Mapping[str, str]
    text: str
    location: str | None = None


class HttpFaultError(Exception):
    """No whole answer came: silence, a broken connection, a body that ends too early or never.

    Attributes
    ----------
    hopeless
        The address itself is wrong: no other attempt will help.
    unreachable
        Nobody took the call: there is no server, or no network.
    """

    def __init__(self, reason: str, *, hopeless: bool = False, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.hopeless = hopeless
        self.unreachable = unreachable


class TryAgainError(Exception):
    """This attempt failed, another one may not.

    Attributes
    ----------
    wait_s
        How long the service asks us to wait, seconds; 0 where it does not say.
    last_hope
        Should the last attempt end so, the service is gone for longer than one question.
    """

    def __init__(self, reason: str, *, wait_s: float = 0.0, last_hope: bool = False) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.last_hope = last_hope


def user_agent(contact: str) -> str:
    """How we introduce ourselves: ``edm/VERSION ( contact )``, or without the brackets where `contact` is blank."""
    said = " ".join(contact.encode("ascii", "replace").decode("ascii").split())
    name = f"edm/{version('edm')}"
    return f"{name} ( {said} )" if said else name


class HttpClient:
    """Keeps connections open between requests; close it, or use it in a ``with``.

    Parameters
    ----------
    contact
        Mail address or page, for the User-Agent.
    timeout_s
        Longest silence of a server, seconds.
    total_s
        Longest time for one answer, seconds.
    """

    def __init__(self, *, contact: str = "", timeout_s: float = 10.0, total_s: float = 60.0) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_without_secrets)
        self._total_s = total_s
        self._client = httpx.Client(timeout=timeout_s, headers={"User-Agent": user_agent(contact)})

    def get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> HttpAnswer:
        """Ask once. Redirects are answers like others: whoever follows one pays for it with a token.

        Raises
        ------
        HttpFaultError
            If no whole answer comes.
        """
        start_s = time.monotonic()
        try:
            with self._client.stream("GET", url, params=dict(params) or None, headers=dict(headers)) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _LONGEST_BODY:
                        raise HttpFaultError("the answer does not end")
                    if time.monotonic() - start_s > self._total_s:
                        raise HttpFaultError("the answer takes too long")
                target = response.headers.get("location") if response.is_redirect else None
                location = None if target is None else str(response.url.join(target))
                answer = HttpAnswer(response.status_code, dict(response.headers), bytes(body).decode("utf-8"), location)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise HttpFaultError("that is no address", hopeless=True) from None
        except httpx.RequestError as exc:
            unreachable = isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout)
            raise HttpFaultError(_in_words(exc), unreachable=unreachable) from None
        except UnicodeDecodeError:
            raise HttpFaultError("the answer is not text") from None
        return answer

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def persistently(
    attempt: Callable[[], T],
    *,
    attempts: int,
    wait_s: Callable[[int, float], float],
    on_wait: Callable[[str, float], None],
    sleep: Callable[[float], None],
) -> T:
    """Call `attempt` until it does not raise TryAgainError, at most `attempts` times; the last error gets out.

    Parameters
    ----------
    wait_s
        From the number of attempts so far (1 ...) and what the service asked for (seconds) to seconds.
    on_wait
        Called before each wait with the reason and the seconds.
    """

    def pause(state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome is not None else None
        return wait_s(state.attempt_number, fault.wait_s if isinstance(fault, TryAgainError) else 0.0)

    def announce(state: RetryCallState) -> None:
        fault = state.outcome.exception() if state.outcome is not None else None
        on_wait(str(fault), state.upcoming_sleep)

    retrying = Retrying(
        retry=retry_if_exception_type(TryAgainError),
        stop=stop_after_attempt(attempts),
        wait=pause,
        before_sleep=announce,
        sleep=sleep,
        reraise=True,
    )
    return retrying(attempt)


def _in_words(fault: httpx.RequestError) -> str:
    if isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout):
        return "no connection"
    if isinstance(fault, httpx.TimeoutException):
        return "the server fell silent"
    if isinstance(fault, httpx.DecodingError):
        return "the answer is damaged"
    return "the connection broke"


def _without_secrets(record: logging.LogRecord) -> bool:
    record.msg, record.args = _SECRET.sub(r"\1…", record.getMessage()), ()
    return True
