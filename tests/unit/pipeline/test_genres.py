"""The stage ``genres``: who is asked for what, in which order, and what every track gets out of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.library import genres
from edm.processing.progress import ItemFinished, ItemStarted, RunFinished, RunStarted
from genre_server import GenreServer, genre_server
from unit.pipeline.asking import Asker, asker_at, sources_at, tags

TECHNO = [("techno", 100), ("detroit techno", 61), ("seen live", 19)]


@pytest.fixture(scope="module")
def shared() -> Iterator[GenreServer]:
    with genre_server() as running:
        yield running


@pytest.fixture
def asker(tmp_path: Path, shared: GenreServer) -> Iterator[Asker]:
    for held in (shared.requests, shared.lastfm, shared.lastfm_mbids, shared.artists, shared.release_groups):
        held.clear()
    shared.faults.clear()
    shared.moved.clear()
    shared.rates.clear()
    with asker_at(tmp_path / "library.db", shared) as made:
        yield made


def asked(server: GenreServer) -> list[tuple[str, str]]:
    """Service and what was asked for, in order."""
    return [
        (one.service, one.query.get("album") or one.query.get("track") or one.query.get("artist") or one.path)
        for one in server.requests
    ]


def test_an_artist_and_an_album_are_asked_about_once_however_many_tracks_they_have(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    server.add_lastfm("Jeff Mills", "Waveform", tags=[("minimal techno", 100)])
    ids = asker.add(*(tags("Jeff Mills", "Waveform", f"Track {n}") for n in range(20)))
    report = asker.run()
    assert asked(server) == [("lastfm", "Jeff Mills"), ("lastfm", "Waveform")]
    assert report.details["asked"] == {"artists": 1, "albums": 1, "tracks": 0}
    assert (report.done, report.failed, report.details["found"]) == (2, 0, 2)
    assert report.details["requests"] == {"lastfm": 2, "musicbrainz": 0}
    assert report.details["tracks_with_genres"] == 20
    for number in ids:
        assert set(asker.genres(number)) == {"techno", "detroit techno", "minimal techno"}
    assert asker.voices(ids[0], "minimal techno") == {("lastfm", "album", False)}


def test_a_second_run_makes_no_request_and_is_up_to_date(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    asker.add(tags("Jeff Mills", "Waveform"), tags("Nobody Knows", "Nothing"))
    assert asker.requests()[0] == 7
    count, report = asker.requests()
    assert (count, report.details["up_to_date"], report.failed) == (0, True, 0)
    assert asker.events == []
    count, report = asker.requests(genre_albums=False)
    assert (count, report.details["asked"]["artists"]) == (0, 0)


def test_musicbrainz_is_asked_only_where_lastfm_knows_nothing(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    server.add_artist("Basic Channel", tags=[("dub techno", 5)])
    known, unknown = asker.add(tags("Jeff Mills"), tags("Basic Channel"))
    asker.run()
    assert [name for service, name in asked(server) if service == "lastfm"] == ["Basic Channel", "Jeff Mills"]
    assert [one.query["query"] for one in server.asked("musicbrainz")] == ['artist:"Basic Channel"']
    assert asker.voices(known, "techno") == {("lastfm", "artist", False)}
    assert asker.voices(unknown, "dub techno") == {("musicbrainz", "artist", False)}


def test_progress_names_who_is_asked_about(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    asker.add(tags("Jeff Mills"))
    asker.run()
    started, item, finished, over = asker.events
    assert started == RunStarted(1, 2, "services")
    assert item == ItemStarted(0, "artist Jeff Mills", 0)
    assert isinstance(finished, ItemFinished)
    assert finished.result.ok
    assert isinstance(over, RunFinished)
    assert (over.done, over.failed) == (1, 0)


def test_answers_are_kept_with_their_bodies_and_without_the_key(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    asker.add(tags("Jeff Mills"))
    asker.run()
    (reply,) = genres.replies(asker.library)
    assert (reply.source, reply.entity, reply.name, reply.outcome) == ("lastfm", "artist", "Jeff Mills", "found")
    assert reply.tags == (("techno", 1.0), ("detroit techno", 0.61), ("seen live", 0.19))
    assert '"toptags"' in (genres.raw_body(asker.library, "lastfm", "artist", reply.question) or "")
    assert asker.server.key.encode() not in asker.library.path.read_bytes()


def test_without_a_key_one_line_says_how_to_get_one_and_musicbrainz_is_asked(asker: Asker) -> None:
    asker.server.add_artist("Jeff Mills", tags=[("techno", 3)])
    (number,) = asker.add(tags("Jeff Mills"))
    report = asker.run(sources=sources_at(asker.server, lastfm_api_key=""))
    assert [line for line in asker.warnings if "lastfm_api_key" in line and "https://www.last.fm/api" in line]
    assert len(asker.warnings) == 1
    assert (len(asker.server.requests), report.failed) == (1, 0)
    assert set(asker.genres(number)) == {"techno"}
