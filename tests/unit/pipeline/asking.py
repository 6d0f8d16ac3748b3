"""A library of made-up tracks, a server beside it, and runs of the stage ``genres`` between the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edm.genres.sources import Patience
from edm.library import Library, genres, open_library
from edm.model import Tags
from edm.pipeline.genre_request import GenreSources
from edm.pipeline.genres import GenresStage
from edm.pipeline.stage import RunRequest, StageReport, Telling
from edm.processing.progress import Event, RunWarning
from genre_server import KEY, GenreServer
from unit.library.made import add_track

__all__ = ["QUICK", "Asker", "asker_at", "sources_at", "tags"]

QUICK = Patience(first_wait_s=0.001, longest_wait_s=0.01, longest_pause_s=1.0)
FAST_PER_S = 100_000.0


def sources_at(server: GenreServer, **changes: Any) -> GenreSources:
    """Both services, at that server, as fast as they can."""
    sources = GenreSources(
        lastfm_api_key=KEY,
        lastfm_url=server.url,
        musicbrainz=True,
        musicbrainz_url=server.url,
        lastfm_per_s=FAST_PER_S,
        musicbrainz_per_s=FAST_PER_S,
    )
    return replace(sources, **changes)


def tags(artist: str | None = None, album: str | None = None, title: str | None = None, **more: Any) -> Tags:
    """Tags of a file; ``mbid`` and ``group`` are identifiers of the artist and of the release group."""
    ids = {name: more.pop(key) for key, name in (("mbid", "artist"), ("group", "release_group")) if key in more}
    return Tags(artist=artist, album=album, title=title, musicbrainz=ids, **more)


@dataclass
class Asker:
    """Runs the stage, and remembers what it told."""

    library: Library
    server: GenreServer
    events: list[Event] = field(default_factory=list)
    patience: Patience = QUICK
    count: int = 0

    def add(self, *tracks: Tags) -> list[int]:
        """Tracks with these tags; their ids."""
        found = []
        for one in tracks:
            self.count += 1
            found.append(add_track(self.library, f"{self.count}.mp3", tags=one))
        return found

    def run(self, *, sources: GenreSources | None = None, **request: Any) -> StageReport:
        """One run; `events` are those of the latest."""
        self.events.clear()
        asked = RunRequest(genres=sources or sources_at(self.server), **request)
        return GenresStage(patience=self.patience).run(self.library, asked, Telling(listener=self.events.append))

    def requests(self, **request: Any) -> tuple[int, StageReport]:
        """How many requests a run makes, and its report."""
        before = len(self.server.requests)
        report = self.run(**request)
        return len(self.server.requests) - before, report

    def genres(self, track_id: int) -> dict[str, float]:
        """Genres of a track."""
        return {row.genre: row.weight for _, rows in genres.genre_weights(self.library, [track_id]) for row in rows}

    def voices(self, track_id: int, genre: str) -> set[tuple[str, str, bool]]:
        """Who says so, of what, and whether it is inherited."""
        for _, rows in genres.genre_weights(self.library, [track_id]):
            for row in rows:
                if row.genre == genre:
                    return {(voice.source, voice.entity, voice.inherited) for voice in row.sources}
        return set()

    @property
    def warnings(self) -> list[str]:
        """Lines of the latest run."""
        return [event.message for event in self.events if isinstance(event, RunWarning)]


@contextmanager
def asker_at(path: Path, server: GenreServer) -> Iterator[Asker]:
    """With an empty library at that path."""
    with open_library(path, mode="write") as library:
        yield Asker(library, server)
