"""Killed or stopped in the middle: every answer that came is kept, and none of them is asked for again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edm.library import check, genres, open_library, runs
from genre_server import GenreServer, genre_server
from unit.pipeline.asking import asker_at, tags

TESTS = Path(__file__).parents[2]
ARTISTS = 120


@pytest.fixture
def server() -> Iterator[GenreServer]:
    with genre_server() as running:
        # Every third one is known to MusicBrainz alone, every seventh to nobody.
        for number in range(ARTISTS):
            if number % 7 == 0:
                continue
            if number % 3:
                running.add_lastfm(f"Artist{number}", tags=[("techno", 100)])
            else:
                running.add_artist(f"Artist{number}", tags=[("house", 2)])
        yield running


@contextmanager
def running(path: Path, server: GenreServer, per_s: float) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process of its own, killed in the end at the latest."""
    command = [sys.executable, "-m", "unit.pipeline.asking_program", str(path), server.url, str(per_s)]
    with subprocess.Popen(command, cwd=TESTS) as process:
        try:
            yield process
        finally:
            process.kill()


def made(path: Path, server: GenreServer, artists: int = ARTISTS) -> Path:
    with asker_at(path, server) as asker:
        asker.add(*(tags(f"Artist{number}") for number in range(artists)))
    return path


def until_asked(server: GenreServer, count: int) -> None:
    deadline_s = time.monotonic() + 30
    while len(server.requests) < count:
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


def stored(path: Path) -> set[tuple[str, str]]:
    with open_library(path, mode="read") as library:
        return {(reply.source, reply.name) for reply in genres.replies(library)}


def asked_of(server: GenreServer) -> Counter[tuple[str, str]]:
    """Service and artist to the number of requests."""
    return Counter(
        (one.service, one.query.get("artist") or one.query["query"].split('"')[1]) for one in server.requests
    )


@pytest.mark.parametrize("after", [1, 25, 90])
def test_a_killed_run_is_taken_up_and_nothing_that_was_answered_is_asked_again(
    tmp_path: Path, server: GenreServer, after: int
) -> None:
    path = made(tmp_path / "library.db", server)
    with running(path, server, 200.0) as process:
        until_asked(server, after)
        process.kill()
        process.wait()
    kept = stored(path)
    first = asked_of(server)
    # In the hands of each service is one question that nobody has stored, and one answer on its way to us.
    assert len(set(first) - kept) <= 4
    with asker_at(path, server) as asker:
        assert asker.run().failed == 0
        asked = asked_of(server)
        assert {one: asked[one] for one in kept if asked[one] != 1} == {}
        assert max(asked.values()) <= 2
        assert check(asker.library) == ()
        weighed = dict(genres.genre_weights(asker.library))
        assert len(weighed) == sum(number % 7 != 0 for number in range(ARTISTS))
        assert asker.requests()[0] == 0


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_a_signal_ends_a_wait_at_once_and_keeps_what_came(
    tmp_path: Path, server: GenreServer, signum: int, code: int
) -> None:
    path = made(tmp_path / "library.db", server, 10)
    # The second token comes in a hundred seconds.
    with running(path, server, 0.01) as process:
        until_asked(server, 2)
        time.sleep(0.2)
        process.send_signal(signum)
        assert process.wait(timeout=5) == code
    assert stored(path) == {("lastfm", "Artist0"), ("musicbrainz", "Artist0")}
    with open_library(path, mode="read") as library:
        (run,) = runs.recent(library)
    assert run.outcome == "interrupted"
    (report,) = run.report["stages"]
    assert (report["stage"], report["none"]) == ("genres", 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize("fault", ["silent:20", "slow:1", "busy:100"])
def test_a_signal_does_not_wait_for_a_service_that_says_nothing(
    tmp_path: Path, server: GenreServer, fault: str
) -> None:
    path = made(tmp_path / "library.db", server, 4)
    server.faults["lastfm"].extend(["ok", fault, fault, fault, fault])
    with running(path, server, 100_000.0) as process:
        until_asked(server, 3)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == 130
    assert ("lastfm", "Artist0") in stored(path)
