"""Both sources as one run would have them, beside a server on this computer and a clock that nobody waits for."""

from __future__ import annotations

from dataclasses import dataclass, field

from edm.genres.sources.bucket import TokenBucket
from edm.genres.sources.http import HttpClient
from edm.genres.sources.lastfm import LastFm
from edm.genres.sources.musicbrainz import MusicBrainz
from edm.genres.sources.service import PATIENCE, Patience, Times
from genre_server import KEY, GenreServer


@dataclass
class FakeClock:
    """Time passes only in `sleep`."""

    now_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds

    def times(self) -> Times:
        return Times(sleep=self.sleep, clock=self, wall_clock=self, chance=lambda: 1.0)


@dataclass
class Bench:
    """Waits between attempts take no time."""

    server: GenreServer
    http: HttpClient
    clock: FakeClock
    limiter: TokenBucket
    said: list[str]
    times: Times | None = None

    def lastfm(self, *, key: str = KEY, patience: Patience = PATIENCE, url: str | None = None) -> LastFm:
        return LastFm(
            url or self.server.url,
            key,
            self.http,
            self.limiter,
            patience=patience,
            on_message=self.said.append,
            times=self.times or self.clock.times(),
        )

    def musicbrainz(self, *, patience: Patience = PATIENCE, url: str | None = None) -> MusicBrainz:
        return MusicBrainz(
            url or self.server.url,
            "me@example.org",
            self.http,
            self.limiter,
            patience=patience,
            on_message=self.said.append,
            times=self.times or self.clock.times(),
        )

    def source(self, name: str, *, patience: Patience = PATIENCE) -> LastFm | MusicBrainz:
        return self.lastfm(patience=patience) if name == "lastfm" else self.musicbrainz(patience=patience)
