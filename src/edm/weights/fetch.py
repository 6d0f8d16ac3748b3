"""Networks from their public repository into a folder: resumable, checked, safe against faults and against company.

A file is written to ``NAME.part`` beside its place and renamed only when its SHA-256 is right, so that what has the
final name is always whole. What a cut connection, Ctrl-C or a crash leaves in ``.part`` is continued next time, with
the server's ETag (kept in ``NAME.part.etag``) as the condition; a server that ignores the range, or has another
version by now, sends the file from its start. The checksum has the last word in any case.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from edm.errors import DownloadError
from edm.locking import folder_lock
from edm.weights.catalogue import LICENCE, NETWORKS, REPOSITORY, NetworkFile
from edm.weights.locate import NetworkStore, verify

__all__ = ["FetchOutcome", "FetchProgress", "Fetched", "fetch_networks"]

FetchOutcome: TypeAlias = Literal["present", "fetched"]

# Attempts in a row that bring no new byte; one that does starts the count anew, so a bad line still gets there.
_BARREN_ATTEMPTS = 4
_LONGEST_PAUSE_S = 8.0
_RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_OFFLINE_HINT = "check the connection and run `edm models fetch` again: it continues where it stopped"


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Bytes so far: of the file at hand, and of all files together."""

    network: NetworkFile
    file_bytes: int
    total_bytes: int
    all_bytes: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one file: ``present`` (already there and whole) or ``fetched``."""

    network: NetworkFile
    outcome: FetchOutcome


class _FaultError(Exception):
    """A fault that another attempt may mend."""


class _WrongContentError(Exception):
    """The whole file arrived, and is not the published one."""


def fetch_networks(
    folder: Path,
    *,
    base_url: str,
    networks: Iterable[NetworkFile] = NETWORKS,
    force: bool = False,
    on_progress: Callable[[FetchProgress], None] = lambda progress: None,
    on_message: Callable[[str], None] = lambda message: None,
    timeout_s: float = 30.0,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Fetched]:
    """Bring `networks` into `folder`; what is there and whole stays as it is.

    Parameters
    ----------
    folder
        Made if need be. Several processes may fetch into it: one does, the others wait and find the work done.
    base_url
        Where the repository's root is, ``http`` or ``https``.
    force
        Fetch also what is there.
    on_progress
        Called with every chunk.
    on_message
        Called with a line about retries and waiting.
    timeout_s
        Longest silence of the server, seconds.
    sleep
        Waits between attempts, seconds.

    Raises
    ------
    DownloadError
        If a file cannot be had after several attempts, is not the published one even when fetched from its start
        twice, or cannot be written. Files fetched before it stay; the ``.part`` of an interrupted one too.
    """
    wanted = list(networks)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with folder_lock(folder, on_wait=lambda: on_message("another edm is fetching; waiting for it")):
            return _fetch_all(folder, wanted, base_url, force, on_progress, on_message, timeout_s, sleep)
    except OSError as exc:
        raise DownloadError(f"{exc.filename or folder}: {exc.strerror or exc}") from exc


def _fetch_all(
    folder: Path,
    wanted: list[NetworkFile],
    base_url: str,
    force: bool,
    on_progress: Callable[[FetchProgress], None],
    on_message: Callable[[str], None],
    timeout_s: float,
    sleep: Callable[[float], None],
) -> list[Fetched]:
    states = dict(verify(NetworkStore(folder, "cache"), wanted))
    due = [network for network in wanted if force or states[network] != "ok"]
    all_bytes = sum(network.size for network in due)
    done_bytes = 0
    # Ranges count bytes of what is sent, so nothing may be compressed on the way.
    headers = {"Accept-Encoding": "identity", "User-Agent": "edm"}
    with httpx.Client(timeout=timeout_s, follow_redirects=True, headers=headers) as client:
        for network in due:

            def report(file_bytes: int, network: NetworkFile = network, before: int = done_bytes) -> None:
                on_progress(FetchProgress(network, file_bytes, before + file_bytes, all_bytes))

            url = base_url.rstrip("/") + "/" + network.path
            _Download(client, url, folder / network.path, network, report, on_message, sleep).run()
            done_bytes += network.size
    if due:
        _write_notice(folder, base_url)
    return [Fetched(network, "fetched" if network in due else "present") for network in wanted]


class _Download:
    """One file: its ``.part``, and the attempts to complete it."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        target: Path,
        network: NetworkFile,
        report: Callable[[int], None],
        on_message: Callable[[str], None],
        sleep: Callable[[float], None],
    ) -> None:
        self.client = client
        self.url = url
        self.target = target
        self.network = network
        self.report = report
        self.on_message = on_message
        self.sleep = sleep
        self.part = target.with_name(target.name + ".part")
        self.etag = target.with_name(target.name + ".part.etag")
        self.barren = 0

    def run(self) -> None:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._complete()
        except _WrongContentError:
            # A resumed file can be a patchwork of two versions; one from the start cannot.
            self.on_message(f"{self.network.path}: wrong checksum, once more from the start")
            self._drop_part()
            try:
                self._complete()
            except _WrongContentError as exc:
                self._drop_part()
                raise DownloadError(
                    f"{self.url} is not the published network: {exc}",
                    hint="a proxy or a login page may answer in its place; nothing was installed",
                ) from exc
        self.part.replace(self.target)
        self.etag.unlink(missing_ok=True)

    def _complete(self) -> None:
        retrying = Retrying(
            retry=retry_if_exception_type((_FaultError, httpx.TransportError)),
            stop=self._is_hopeless,
            wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_PAUSE_S),
            before_sleep=self._announce,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            retrying(self._attempt)
        except _FaultError as exc:
            raise DownloadError(f"{self.url}: {exc}", hint=_OFFLINE_HINT) from exc
        except httpx.TransportError as exc:
            raise DownloadError(f"{self.url}: {_in_words(exc)}", hint=_OFFLINE_HINT) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise DownloadError(f"{self.url}: {_in_words(exc)}", hint="[models] url says where to fetch from") from exc
        digest = hashlib.sha256(self.part.read_bytes()).hexdigest()
        if digest != self.network.sha256:
            raise _WrongContentError(f"SHA-256 {digest[:12]}…, expected {self.network.sha256[:12]}…")

    def _attempt(self) -> None:
        before = self._have()
        try:
            self._transfer(before)
        finally:
            self.barren = 0 if self._have() > before else self.barren + 1

    def _transfer(self, have: int) -> None:
        if have >= self.network.size:
            # Complete (or too long): the checksum decides.
            return
        headers = {}
        if have:
            headers["Range"] = f"bytes={have}-"
            tag = self._stored_etag()
            if tag is not None:
                headers["If-Range"] = tag
        with self.client.stream("GET", self.url, headers=headers) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._drop_part()
                raise _FaultError("the server refuses to continue; from the start")
            if response.status_code in _RETRIED_STATUS:
                raise _FaultError(f"the server answers {response.status_code} {response.reason_phrase}")
            if response.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
                raise DownloadError(
                    f"{self.url}: the server answers {response.status_code} {response.reason_phrase}",
                    hint="[models] url says where to fetch from",
                )
            resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
            if resumed and _range_start(response) != have:
                self._drop_part()
                raise _FaultError("the server sends another part than asked for; from the start")
            self._receive(response, have if resumed else 0)

    def _receive(self, response: httpx.Response, have: int) -> None:
        tag = response.headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            self.etag.write_text(tag, encoding="utf-8")
        elif not have:
            self.etag.unlink(missing_ok=True)
        with self.part.open("ab" if have else "wb") as handle:
            # No chunk size: a buffer would lose what came just before a cut.
            for chunk in response.iter_bytes():
                handle.write(chunk)
                have += len(chunk)
                self.report(min(have, self.network.size))
                if have > self.network.size:
                    # Whatever this is, there may be no end to it.
                    return
        if have < self.network.size:
            raise _FaultError(f"the connection ended after {have} of {self.network.size} bytes")

    def _is_hopeless(self, state: RetryCallState) -> bool:
        return self.barren >= _BARREN_ATTEMPTS

    def _announce(self, state: RetryCallState) -> None:
        fault = state.outcome.exception() if state.outcome is not None else None
        self.on_message(f"{self.network.path}: {_in_words(fault)}; trying again")

    def _have(self) -> int:
        try:
            return self.part.stat().st_size
        except FileNotFoundError:
            return 0

    def _stored_etag(self) -> str | None:
        try:
            return self.etag.read_text(encoding="utf-8") or None
        except OSError:
            return None

    def _drop_part(self) -> None:
        self.part.unlink(missing_ok=True)
        self.etag.unlink(missing_ok=True)


def _range_start(response: httpx.Response) -> int | None:
    match = re.fullmatch(r"bytes (\d+)-\d+/(?:\d+|\*)", response.headers.get("Content-Range", "").strip())
    return int(match[1]) if match else None


def _in_words(fault: BaseException | None) -> str:
    if isinstance(fault, httpx.ConnectTimeout | httpx.ConnectError):
        return f"no connection ({_first_line(fault)})"
    if isinstance(fault, httpx.TimeoutException):
        return "the server fell silent"
    if isinstance(fault, httpx.RemoteProtocolError | httpx.ReadError):
        return "the connection broke"
    return _first_line(fault)


def _first_line(fault: BaseException | None) -> str:
    return next(iter(str(fault).splitlines()), "") or type(fault).__name__


def _write_notice(folder: Path, base_url: str) -> None:
    (folder / "NOTICE.txt").write_text(
        "Neural networks by the Department of Computational Perception, Johannes Kepler University Linz, and the\n"
        "Austrian Research Institute for Artificial Intelligence (OFAI), Vienna; published with madmom.\n"
        f"Source: {REPOSITORY}, {base_url}\nLicence: {LICENCE}\n",
        encoding="utf-8",
    )
