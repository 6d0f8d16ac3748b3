"""The stage ``genres`` beside services that fail: an error is no answer, and nothing is asked twice without need."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.genres.sources import Patience
from edm.library import genres
from edm.library.genre_records import Override
from edm.pipeline.runner import run_stages
from edm.pipeline.stage import RunRequest, Telling
from edm.processing.progress import ItemFinished, RunFinished
from genre_server import GenreServer, genre_server
from unit.pipeline.asking import QUICK, Asker, asker_at, sources_at, tags

TECHNO = [("techno", 100)]
HICCUPS = {
    "lastfm": [
        "error:8",
        "error:16",
        "busy",
        "busy:0",
        "rate",
        "status:500",
        "status:429",
        "reset",
        "cut:10",
        "html",
        "html:503",
        "body:[]",
        "body:{}",
        "hex:ff",
        "gzip",
    ],
    "musicbrainz": ["busy", "busy:0", "rate", "status:500", "reset", "cut:10", "html", "body:{}", "hex:ff", "gzip"],
}


@pytest.fixture(scope="module")
def shared() -> Iterator[GenreServer]:
    with genre_server() as running:
        yield running


@pytest.fixture
def asker(tmp_path: Path, shared: GenreServer) -> Iterator[Asker]:
    for held in (shared.requests, shared.lastfm, shared.lastfm_mbids, shared.artists, shared.release_groups):
        held.clear()
    for table in (shared.faults, shared.moved, shared.rates):
        table.clear()
    shared.key = "0123456789abcdef0123456789abcdef"
    with asker_at(tmp_path / "library.db", shared) as made:
        yield made


@pytest.mark.parametrize(("service", "fault"), [(name, one) for name, faults in HICCUPS.items() for one in faults])
def test_after_a_hiccup_the_answer_is_the_same(asker: Asker, service: str, fault: str) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    server.add_artist("Jeff Mills", tags=TECHNO)
    server.faults[service].append(fault)
    (number,) = asker.add(tags("Jeff Mills"))
    sources = sources_at(server, lastfm_api_key=server.key if service == "lastfm" else "")
    report = asker.run(sources=sources)
    assert asker.voices(number, "techno") == {(service, "artist", False)}
    assert (report.failed, report.details["errors"], report.details["requests"][service]) == (0, 0, 2)


@pytest.mark.parametrize("service", ["lastfm", "musicbrainz"])
def test_an_error_is_not_stored_and_asked_again_in_the_next_run(asker: Asker, service: str) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    server.add_artist("Jeff Mills", tags=TECHNO)
    server.faults[service].extend(["status:500"] * QUICK.attempts)
    (number,) = asker.add(tags("Jeff Mills"))
    sources = sources_at(server, lastfm_api_key=server.key if service == "lastfm" else "")
    report = asker.run(sources=sources)
    assert (report.done, report.failed, report.details["errors"]) == (0, 1, 1)
    assert list(genres.replies(asker.library)) == []
    failures = [event.result for event in asker.events if isinstance(event, ItemFinished)]
    assert [failure.ok for failure in failures] == [False]
    count, report = asker.requests(sources=sources)
    assert (count, report.failed) == (1, 0)
    assert set(asker.genres(number)) == {"techno"}
    assert asker.requests(sources=sources)[0] == 0


def test_none_is_kept_until_it_expires_and_asked_again_then(asker: Asker) -> None:
    asker.add(tags("Unheard Of"))
    short = sources_at(asker.server, none_expires_days=0.3 / 86400)
    count, report = asker.requests(sources=short)
    assert (count, report.details["none"]) == (2, 2)
    assert asker.requests(sources=short)[0] == 0
    assert {reply.outcome for reply in genres.replies(asker.library)} == {"none"}
    asker.library.run("UPDATE genre_replies SET expires_at = '2020-01-01T00:00:00.000+00:00'")
    asker.library.run("DELETE FROM meta WHERE key = 'genres'")
    asker.server.add_lastfm("Unheard Of", tags=TECHNO)
    count, report = asker.requests(sources=short)
    assert (count, report.details["found"]) == (1, 1)


def test_what_was_found_is_asked_for_again_only_where_that_is_wanted(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    (number,) = asker.add(tags("Jeff Mills"))
    short = sources_at(asker.server, found_expires_days=0.001 / 86400)
    asker.run(sources=short)
    time.sleep(0.005)
    asker.server.faults["lastfm"].extend(["status:500"] * QUICK.attempts)
    assert asker.run(sources=short).failed == 1
    # An error takes nothing away.
    assert set(asker.genres(number)) == {"techno"}
    assert asker.requests()[0] == 1
    assert asker.requests()[0] == 0


def test_what_a_settled_run_remembers_ends_with_the_first_expiry(asker: Asker) -> None:
    asker.add(tags("Unheard Of"))
    asker.run(sources=sources_at(asker.server, none_expires_days=0.001 / 86400))
    time.sleep(0.005)
    assert asker.requests()[0] == 2
    assert asker.requests()[0] == 0


def test_an_invalid_key_is_told_once_and_musicbrainz_is_asked(asker: Asker) -> None:
    server = asker.server
    names = [f"Artist {n}" for n in range(6)]
    for name in names:
        server.add_artist(name, tags=TECHNO)
    ids = asker.add(*map(tags, names))
    report = asker.run(sources=sources_at(server, lastfm_api_key="not-the-key"))
    assert [("key" in line, "not-the-key" in line) for line in asker.warnings] == [(True, False)]
    assert len(server.asked("lastfm")) == 1
    assert len(server.asked("musicbrainz")) == 6
    assert (report.failed, list(report.details["stopped"])) == (0, ["lastfm"])
    assert all(asker.genres(number) for number in ids)
    assert "not-the-key" not in repr(report) + repr(asker.events)


def test_a_mended_key_asks_lastfm_for_all_in_the_next_run(asker: Asker) -> None:
    server = asker.server
    server.add_artist("Jeff Mills", tags=[("electronic", 1)])
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    (number,) = asker.add(tags("Jeff Mills"))
    asker.run(sources=sources_at(server, lastfm_api_key=""))
    assert asker.requests()[0] == 1
    assert set(asker.genres(number)) == {"electronic", "techno"}


def test_a_dying_service_is_suspended_and_the_other_one_goes_on(asker: Asker) -> None:
    server = asker.server
    names = [f"Artist {n}" for n in range(8)]
    for name in names:
        server.add_artist(name, tags=TECHNO)
        server.add_lastfm(name, tags=TECHNO)
    server.faults["lastfm"].extend(["status:500"] * 1000)
    asker.add(*map(tags, names))
    report = asker.run()
    assert len(server.asked("lastfm")) == QUICK.attempts * QUICK.failures
    # Those that failed before it was suspended are passed on with the others.
    assert len(server.asked("musicbrainz")) == 8
    assert (report.done, report.failed) == (8, 0)
    assert sum("left alone for this run" in line for line in asker.warnings) == 1
    server.faults["lastfm"].clear()
    count, report = asker.requests()
    assert (count, report.failed) == (8, 0)


def test_with_both_services_dead_a_run_ends_with_3_and_one_line_each(asker: Asker) -> None:
    server = asker.server
    for service in ("lastfm", "musicbrainz"):
        server.faults[service].extend(["status:500"] * 1000)
    asker.add(*(tags(f"Artist {n}", "Album", genres=("House",)) for n in range(20)))
    stage_run = RunRequest(genres=sources_at(server))
    from edm.pipeline.genres import GenresStage

    stage = GenresStage(patience=Patience(attempts=2, first_wait_s=0.001, longest_wait_s=0.001))
    report = run_stages(asker.library, [stage], stage_run, Telling(listener=asker.events.append), command="edm run")
    assert report.exit_code == 3
    assert report.stages[0].failed == 40
    assert report.stages[0].details["tracks_with_genres"] == 20
    assert len(server.requests) <= 12
    assert sum("left alone" in line for line in asker.warnings) == 2
    told = [event.result.ok for event in asker.events if isinstance(event, ItemFinished)]
    over = asker.events[-1]
    assert isinstance(over, RunFinished)
    assert (over.done, over.failed) == (len(told), told.count(False))
    assert over.failed <= 6


def test_what_a_living_service_fails_to_answer_is_not_passed_on(asker: Asker) -> None:
    server = asker.server
    for name in ("First", "Second", "Third"):
        server.add_artist(name, tags=TECHNO)
        server.add_lastfm(name, tags=TECHNO)
    server.faults["lastfm"].extend(["ok", *["status:500"] * QUICK.attempts, "ok"])
    asker.add(*map(tags, ("First", "Second", "Third")))
    report = asker.run()
    assert server.asked("musicbrainz") == []
    assert (report.done, report.failed) == (2, 1)
    count, report = asker.requests()
    assert (count, report.failed) == (1, 0)


def test_what_no_service_could_answer_is_owed_when_the_second_one_fails_at_the_end(asker: Asker) -> None:
    server = asker.server
    server.faults["musicbrainz"].extend(["status:500"] * QUICK.attempts)
    asker.add(tags("Jeff Mills"))
    report = asker.run()
    # Last.fm knows nothing, MusicBrainz did not say: that is not "nobody knows".
    assert (report.done, report.failed, report.details["none"], report.details["errors"]) == (0, 1, 1, 1)
    server.add_artist("Jeff Mills", tags=TECHNO)
    count, report = asker.requests()
    assert (count, report.done, report.failed) == (1, 1, 0)
    assert asker.requests()[0] == 0


def test_a_report_says_what_becomes_of_questions_without_an_answer(asker: Asker) -> None:
    server = asker.server
    asker.add(tags("Jeff Mills"))
    server.faults["lastfm"].extend(["status:500"] * 1000)
    sources = sources_at(server, musicbrainz=False)
    (warning,) = asker.run(sources=sources).warnings
    assert warning == (
        "1 artist, album or track lacks an answer, since services failed; the next run asks again "
        "(--offline asks nobody)"
    )
    asker.add(tags("Robert Hood"))
    (warning,) = asker.run(sources=sources, force=True).warnings
    assert warning.startswith("2 artists, albums or tracks lack an answer")
    assert "answers of earlier runs stay" in warning


def test_what_is_still_to_be_asked_does_not_count_as_known(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Known", tags=TECHNO)
    server.faults["musicbrainz"].extend(["status:500"] * QUICK.attempts)
    asker.add(tags("Known"), tags("Jeff Mills"))
    asker.run()
    report = asker.run()
    assert (report.done, report.skipped) == (1, 1)


def test_an_answer_that_names_no_genre_is_as_good_as_none(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Plastikman", tags=[("Plastikman", 100), ("seen live", 60), ("canadian", 3)])
    server.add_lastfm("A & B", tags=[("favourites", 100)])
    server.add_artist("Plastikman", tags=TECHNO)
    server.add_lastfm("A", tags=TECHNO)
    server.add_lastfm("B", tags=[("house", 100)])
    single, joined = asker.add(tags("Plastikman"), tags("A & B"))
    report = asker.run()
    assert asker.voices(single, "techno") == {("musicbrainz", "artist", False)}
    assert asker.voices(joined, "house") == {("lastfm", "artist", True)}
    assert (report.failed, report.details["found"], report.details["none"]) == (0, 3, 3)
    # The answer is kept as it came, and Last.fm is not asked again, not even when what it does not know expires.
    assert {reply.name: reply.expires_at for reply in genres.replies(asker.library) if reply.source == "lastfm"}[
        "Plastikman"
    ] is None
    assert asker.requests()[0] == 0


def test_a_person_who_reads_a_tag_makes_it_an_answer(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Plastikman", tags=[("blorp", 100)])
    asker.add(tags("Plastikman"))
    count, _ = asker.requests()
    assert count == 2
    genres.store_override(
        asker.library, Override("fix", "tag", "blorp", "blorp", ("techno",), "2026-01-01T00:00:00+00:00", "me")
    )
    asker.library.run("DELETE FROM genre_replies WHERE source = 'musicbrainz'")
    assert asker.requests()[0] == 0


def test_lines_about_waits_do_not_flood(asker: Asker) -> None:
    server = asker.server
    names = [f"Artist {n}" for n in range(20)]
    for name in names:
        server.add_lastfm(name, tags=TECHNO)
    server.faults["lastfm"].extend(["busy", "ok"] * 20)
    asker.add(*map(tags, names))
    report = asker.run()
    assert (report.failed, report.details["requests"]["lastfm"]) == (0, 40)
    assert len(asker.warnings) == 1


def test_a_wrong_entity_is_none_and_the_other_service_is_asked(asker: Asker) -> None:
    asker.server.add_lastfm("Jungle", tags=[("soul", 100)], answers_as=("Jungle Brothers",))
    asker.server.add_artist("Jungle", tags=[("funk", 4), ("jungle", 9)])
    (number,) = asker.add(tags("Jungle"))
    asker.run()
    assert set(asker.genres(number)) == {"funk"}


def test_both_services_keep_their_distance_and_introduce_themselves(asker: Asker) -> None:
    server = asker.server
    names = [f"Artist {n}" for n in range(5)]
    asker.add(*map(tags, names))
    asker.run(sources=sources_at(server, lastfm_per_s=40.0, musicbrainz_per_s=20.0))
    for service, gap_s in (("lastfm", 1 / 40), ("musicbrainz", 1 / 20)):
        times = [one.at_s for one in server.requests if one.service == service]
        assert len(times) == 5
        # The instants are those of arrival: one may be late by a little, and the next is then early by as much.
        assert times[-1] - times[0] >= 4 * gap_s * 0.9
    assert all(one.user_agent.startswith("edm/") and " ( " in one.user_agent for one in server.requests)
    order = [one.service for one in server.requests]
    assert order[0] == "lastfm"
    assert Counter(order) == {"lastfm": 5, "musicbrainz": 5}
    # Both work at once: MusicBrainz begins before Last.fm has ended.
    assert order.index("musicbrainz") < len(order) - 1 - order[::-1].index("lastfm")


def test_the_services_own_addresses_are_never_asked_faster_than_they_allow() -> None:
    from edm.genres.sources import LASTFM_URL, MUSICBRAINZ_URL
    from edm.pipeline.genre_services import rate_at

    assert rate_at(LASTFM_URL, LASTFM_URL, 1000.0, 5.0) == 5.0
    assert rate_at("https://beta.musicbrainz.org/ws/2", MUSICBRAINZ_URL, 50.0, 1.0) == 1.0
    assert rate_at(MUSICBRAINZ_URL, MUSICBRAINZ_URL, 0.5, 1.0) == 0.5
    assert rate_at("http://127.0.0.1:5000", MUSICBRAINZ_URL, 50.0, 1.0) == 50.0
    assert rate_at("http://127.0.0.1:5000", MUSICBRAINZ_URL, None, 1.0) == 1.0


def test_a_merged_identifier_is_followed(asker: Asker) -> None:
    server = asker.server
    target = server.add_artist("Jeff Mills", tags=TECHNO)
    old = "11111111-1111-1111-1111-111111111111"
    server.moved[old] = target
    (number,) = asker.add(tags("Jeff Mills", mbid=old))
    asker.run(sources=sources_at(server, lastfm_api_key=""))
    assert set(asker.genres(number)) == {"techno"}
    assert len(server.requests) == 2
