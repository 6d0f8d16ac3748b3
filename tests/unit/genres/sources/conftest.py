"""A local Last.fm and MusicBrainz, a client, and a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edm.genres.sources.bucket import TokenBucket
from edm.genres.sources.http import HttpClient
from genre_bench import Bench, FakeClock
from genre_server import genre_server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bench(clock: FakeClock) -> Iterator[Bench]:
    with genre_server() as server, HttpClient(contact="me@example.org", timeout_s=0.4, total_s=2.0) as http:
        limiter = TokenBucket(64.0, clock=clock, sleep=clock.sleep)
        yield Bench(server, http, clock, limiter, [])
