"""Last.fm and MusicBrainz on this computer: a real HTTP server that speaks their formats, and misbehaves when told.

Last.fm is at ``/2.0/``, MusicBrainz at ``/ws/2/``. `faults[service]` holds what the next requests meet, one each:

``ok`` (nothing), ``error:N`` (Last.fm's error N, status 200), ``busy[:RETRY_AFTER]`` (error 16, or MusicBrainz's 503),
``rate[:RETRY_AFTER]`` (error 29, or the 503 of too many requests), ``status:N`` (no body), ``silent:S`` (nothing for S
seconds), ``reset`` (the connection dies), ``cut:N`` (N bytes of the body), ``html[:STATUS]`` (a login page),
``body:TEXT`` (that text, status 200), ``move:PATH`` (301), ``hex:BYTES`` (those bytes), ``gzip`` (says that it is
compressed, and is not), ``slow:S`` (S seconds before each byte).
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Service = Literal["lastfm", "musicbrainz"]
KEY = "0123456789abcdef0123456789abcdef"
LASTFM_MESSAGES = {
    3: "Invalid Method - No method with that name in this package",
    6: "The artist you supplied could not be found",
    8: "Operation failed - Most likely the backend service failed. Please try again.",
    10: "Invalid API key - You must be granted a valid key by last.fm",
    11: "Service Offline - This service is temporarily offline. Try again later.",
    16: "The service is temporarily unavailable, please try again.",
    26: "API Key Suspended - This application is not allowed to make requests to the web services",
    29: "Rate Limit Exceeded - Your IP has made too many requests in a short period",
}
BUSY = "The MusicBrainz web server is currently busy. Please try again later."
TOO_FAST = "Your requests are exceeding the allowable rate limit. Please see the rules and slow down."
HTML = "<!DOCTYPE html><html><title>Sign in</title><body>Welcome to the hotel</body></html>"

Tags = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Asked:
    """One request: when (monotonic seconds), and what."""

    at_s: float
    service: str
    path: str
    query: Mapping[str, str]
    user_agent: str


@dataclass
class Known:
    """An entity of MusicBrainz."""

    mbid: str
    name: str
    tags: Tags
    artists: Sequence[tuple[str, str]] = ()  # name and joinphrase, for a release group
    score: int | None = None
    kind: str = "Album"


@dataclass
class GenreServer:
    """Fill `lastfm` and the others by the `add_` methods; read `requests` afterwards."""

    url: str = ""
    key: str = KEY
    rates: dict[str, float] = field(default_factory=dict)  # requests a second that are allowed; absent: any
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    requests: list[Asked] = field(default_factory=list)
    lastfm: dict[tuple[str, ...], dict[str, object]] = field(default_factory=dict)
    lastfm_mbids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    artists: list[Known] = field(default_factory=list)
    release_groups: list[Known] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add_lastfm(
        self,
        *names: str,
        tags: Tags,
        answers_as: Sequence[str] | None = None,
        counts_as: type = int,
        mbid: str | None = None,
        entity: str | None = None,
    ) -> None:
        """`names`: an artist; or an artist and an album (or, with `entity`, a track)."""
        kind = entity or ("artist" if len(names) == 1 else "album")
        listed = [
            {"count": counts_as(count), "name": name, "url": f"https://www.last.fm/tag/{name}"} for name, count in tags
        ]
        said = answers_as or names
        self.lastfm[(kind, *names)] = {
            "toptags": {
                "tag": listed[0] if len(listed) == 1 else listed,
                "@attr": dict(zip(("artist", kind), said, strict=False)),
            }
        }
        if mbid:
            self.lastfm_mbids[mbid] = (kind, *names)

    def add_artist(self, name: str, *, tags: Tags, score: int | None = None) -> str:
        """Its MBID."""
        known = Known(mbid_of(f"artist {name} {len(self.artists)}"), name, tags, score=score)
        self.artists.append(known)
        return known.mbid

    def add_album(
        self, title: str, *artists: tuple[str, str], tags: Tags, score: int | None = None, kind: str = "Album"
    ) -> str:
        """`artists`: name and what joins it to the next. Its MBID."""
        known = Known(mbid_of(f"album {title} {len(self.release_groups)}"), title, tags, artists, score, kind)
        self.release_groups.append(known)
        return known.mbid

    def asked(self, service: Service) -> list[Asked]:
        return [one for one in self.requests if one.service == service]


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


def mbid_of(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def lastfm_error(code: int, *, status: int = 200, retry_after: str = "") -> Answer:
    body = {"error": code, "message": LASTFM_MESSAGES.get(code, "Something else"), "links": []}
    return Answer(status, json.dumps(body), {"Retry-After": retry_after} if retry_after else {})


def musicbrainz_error(status: int, text: str, *, retry_after: str = "") -> Answer:
    headers = {"X-RateLimit-Zone": "search", "X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0"}
    if retry_after:
        headers["Retry-After"] = retry_after
    return Answer(status, json.dumps({"error": text, "help": "For usage, please see the pages"}), headers)


def lastfm_answer(state: GenreServer, query: Mapping[str, str]) -> Answer:
    match = re.fullmatch(r"(artist|album|track)\.gettoptags", query.get("method", "").lower())
    if match is None:
        return lastfm_error(3, status=400)
    if query.get("format") != "json":
        return Answer(200, '<?xml version="1.0"?><lfm status="ok"></lfm>')
    if query.get("api_key") != state.key:
        return lastfm_error(10, status=403)
    kind = match[1]
    if "mbid" in query:
        place = state.lastfm_mbids.get(query["mbid"])
        return lastfm_error(6, status=404) if place is None else Answer(200, json.dumps(state.lastfm[place]))
    names = [query.get(part, "") for part in dict.fromkeys(("artist", kind))]
    if not all(names):
        body = {"error": 6, "message": "Invalid parameters - Your request is missing a required parameter"}
        return Answer(400, json.dumps(body))
    found = state.lastfm.get((kind, *names))
    if found is not None:
        return Answer(200, json.dumps(found))
    if kind == "artist":
        return lastfm_error(6, status=404)
    return Answer(200, json.dumps({"toptags": {"tag": [], "@attr": {"artist": names[0], kind: names[-1]}}}))


def musicbrainz_answer(state: GenreServer, path: str, query: Mapping[str, str], user_agent: str) -> Answer:
    if not re.fullmatch(r"edm/\S+ \( \S.* \)", user_agent):
        return musicbrainz_error(403, "Your User-Agent says nothing of you")
    match = re.fullmatch(r"/ws/2/(artist|release-group)/([^/]*)", path)
    if match is None or query.get("fmt") != "json":
        return musicbrainz_error(404, "Not Found")
    resource, mbid = match.groups()
    known = state.artists if resource == "artist" else state.release_groups
    if not mbid:
        return search(resource, known, query)
    for part in query.get("inc", "").split():
        if part not in ("tags", "genres"):
            return musicbrainz_error(400, f"{part} is not a valid inc parameter for the {resource} resource.")
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", mbid):
        return musicbrainz_error(400, "Invalid mbid.")
    if mbid in state.moved:
        target = f"/ws/2/{resource}/{state.moved[mbid]}?fmt=json&inc=tags+genres"
        return Answer(301, "", {"Location": target})
    found = next((one for one in known if one.mbid == mbid), None)
    if found is None:
        return musicbrainz_error(404, "Not Found")
    tags = [{"count": count, "name": name} for name, count in found.tags]
    genres = sorted(tags[:2], key=lambda tag: str(tag["name"]))
    body = {"id": mbid, "name": found.name, "title": found.name, "tags": tags, "genres": genres}
    return Answer(200, json.dumps(body))


def search(resource: str, known: Sequence[Known], query: Mapping[str, str]) -> Answer:
    terms = dict(re.findall(r'(\w+):"((?:[^"\\]|\\.)*)"', query.get("query", "")))
    if not terms or re.sub(r'\w+:"(?:[^"\\]|\\.)*"|AND|\s', "", query["query"]):
        return musicbrainz_error(400, "Unable to parse search: query")
    said = {name: re.sub(r"\\(.)", r"\1", text).casefold() for name, text in terms.items()}
    wanted = said["artist" if resource == "artist" else "releasegroup"]
    hits = []
    for one in known:
        name = one.name.casefold()
        if not set(words(name)) & set(words(wanted)):
            continue
        score = one.score if one.score is not None else (100 if name == wanted else 60)
        hit: dict[str, object] = {"id": one.mbid, "score": score}
        if one.tags:
            hit["tags"] = [{"count": count, "name": tag} for tag, count in one.tags]
        if resource == "artist":
            hit |= {"name": one.name, "sort-name": one.name}
        else:
            credit = [
                {"name": artist, "joinphrase": join, "artist": {"id": mbid_of(artist), "name": artist}}
                for artist, join in one.artists
            ]
            hit |= {"title": one.name, "primary-type": one.kind, "artist-credit": credit}
        hits.append(hit)
    hits.sort(key=lambda hit: -int(str(hit["score"])))
    listed = "artists" if resource == "artist" else "release-groups"
    body = {"created": "2024-01-01T00:00:00Z", "count": len(hits), "offset": 0, listed: hits[: int(query["limit"])]}
    return Answer(200, json.dumps(body))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text) or [text]


def faulty_answer(service: str, kind: str, argument: str) -> Answer | None:
    """The answer that a fault gives in place of the right one; None where it spoils only its way."""
    lastfm = service == "lastfm"
    if kind == "error":
        return lastfm_error(int(argument))
    if kind == "busy":
        return lastfm_error(16, retry_after=argument) if lastfm else musicbrainz_error(503, BUSY, retry_after=argument)
    if kind == "rate":
        return (
            lastfm_error(29, status=429, retry_after=argument)
            if lastfm
            else musicbrainz_error(503, TOO_FAST, retry_after=argument)
        )
    if kind == "status":
        return Answer(int(argument), "")
    if kind == "html":
        return Answer(int(argument or 200), HTML, {"Content-Type": "text/html"})
    if kind == "body":
        return Answer(200, argument)
    if kind == "move":
        return Answer(301, "", {"Location": argument})
    return None


@contextmanager
def genre_server() -> Iterator[GenreServer]:
    state = GenreServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out separately; waiting for the first's receipt costs 40 ms.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            service = "lastfm" if parts.path.startswith("/2.0") else "musicbrainz"
            path, agent = unquote(parts.path), self.headers.get("User-Agent", "")
            with state.lock:
                now_s = time.monotonic()
                state.requests.append(Asked(now_s, service, path, query, agent))
                kind, _, argument = (state.faults[service].popleft() if state.faults[service] else "").partition(":")
                rate = state.rates.get(service)
                recent = [one for one in state.asked(service) if one.at_s > now_s - 1.0]  # type: ignore[arg-type]
            if kind == "reset":
                # Closing with something unsent and no patience sends a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            if kind == "silent":
                time.sleep(float(argument))
            answer = faulty_answer(service, kind, argument)
            if answer is None and rate is not None and len(recent) > rate:
                answer = faulty_answer(service, "rate", "")
            if answer is None and service == "lastfm":
                answer = lastfm_answer(state, query)
            if answer is None:
                answer = musicbrainz_answer(state, path, query, agent)
            body = bytes.fromhex(argument) if kind == "hex" else answer.body.encode("utf-8")
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **answer.headers}.items():
                self.send_header(name, value)
            if kind == "gzip":
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if kind == "cut":
                body = body[: int(argument)]
                self.close_connection = True
            if kind == "slow":
                for byte in body:
                    time.sleep(float(argument))
                    self.wfile.write(bytes([byte]))
                return
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            # A client that hangs up in the middle is part of the game.
            pass

    server = Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
