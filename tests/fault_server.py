"""A real HTTP server on this computer that serves files and, when told, misbehaves in one of the usual ways."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 16_384


class FaultServer:
    """Serves ``files`` (path to content); ``faults[path]`` holds what the next requests for it meet, one each.

    Faults: ``cut:N`` (close after N bytes of the body), ``status:N``, ``ignore-range`` (200 in spite of a range),
    ``shifted-range`` (206 for another place), ``corrupt`` (one byte wrong), ``endless`` (more than promised),
    ``silent:S`` (nothing for S seconds), ``slow:S`` (S seconds between blocks).
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        self.requests: list[tuple[str, str | None, str | None]] = []
        self.with_etag = True
        self.url = ""

    def etag(self, path: str) -> str:
        return f'"{hashlib.sha256(self.files[path]).hexdigest()[:16]}"'

    def ranges(self, path: str) -> list[str | None]:
        """Ranges asked for, in order."""
        return [asked for name, asked, _ in self.requests if name == path]


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[FaultServer]:
    state = FaultServer(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
            state.requests.append((path, asked, condition))
            kind, _, argument = (state.faults[path].popleft() if state.faults[path] else "").partition(":")
            content = state.files.get(path)
            if kind == "status" or content is None:
                self._plain(int(argument) if kind == "status" else 404)
                return
            start = 0
            match = re.fullmatch(r"bytes=(\d+)-", asked or "")
            if match and kind != "ignore-range" and condition in (None, state.etag(path)):
                start = int(match[1])
            if start and start >= len(content):
                self._plain(416)
                return
            body = content[start:]
            if kind == "corrupt":
                body = bytes([body[0] ^ 1]) + body[1:]
            if kind == "silent":
                time.sleep(float(argument))
            self.send_response(206 if start else 200)
            if start:
                shown = start + 1 if kind == "shifted-range" else start
                self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
            if state.with_etag:
                self.send_header("ETag", state.etag(path))
            if kind == "endless":
                body += b"x" * 10
                self.send_header("Connection", "close")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            stop = int(argument) if kind == "cut" else len(body)
            for place in range(0, stop, BLOCK):
                self.wfile.write(body[place : min(place + BLOCK, stop)])
                if kind == "slow":
                    time.sleep(float(argument))
            if kind == "cut":
                self.close_connection = True

        def _plain(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            # A client that hangs up in the middle is part of the game.
            pass

    server = Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
