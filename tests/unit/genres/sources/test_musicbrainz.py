"""MusicBrainz is asked by MBID, or searched with care: a hit has to be the thing itself."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError, SourceError, SourceStoppedError
from edm.genres.evidence import RawTag
from edm.genres.sources.musicbrainz import MusicBrainz, lucene_phrase
from genre_bench import Bench
from genre_server import mbid_of

BEAT = [("electronic", 8), ("big beat", 6), ("polka", 0), ("waltz", -2)]
FOUND = (RawTag("electronic", 1.0), RawTag("big beat", 0.75))
ODD_NAMES = [
    "AC/DC",
    "!!!",
    "+/-",
    'The "Quoted" One',
    "a && b || c",
    "椎名林檎",
    "x" * 300,
    "(+44)",
    "C:\\>",
    "*?~^[]{}",
]


def test_an_mbid_is_looked_up(bench: Bench) -> None:
    mbid = bench.server.add_artist("The Chemical Brothers", tags=BEAT)
    reply = bench.musicbrainz().artist("whatever the file says", mbid.upper())
    assert (reply.source, reply.entity, reply.outcome) == ("musicbrainz", "artist", "found")
    assert reply.tags == FOUND
    assert json.loads(reply.raw or "")["id"] == mbid
    assert [one.path for one in bench.server.requests] == [f"/ws/2/artist/{mbid}"]
    assert bench.server.requests[0].query == {"fmt": "json", "inc": "tags genres"}


def test_a_merged_mbid_is_followed_and_each_step_takes_a_token(bench: Bench) -> None:
    mbid = bench.server.add_artist("Orbital", tags=BEAT)
    old, older = mbid_of("old"), mbid_of("older")
    bench.server.moved |= {older: old, old: mbid}
    assert bench.musicbrainz().artist("Orbital", older).tags == FOUND
    assert len(bench.server.requests) == 3
    assert bench.clock.slept == [1 / 64, 1 / 64]
    assert all("example.org" in one.user_agent for one in bench.server.requests)


def test_an_mbid_that_is_gone_or_none_leads_to_the_name(bench: Bench) -> None:
    bench.server.add_artist("Orbital", tags=BEAT)
    source = bench.musicbrainz()
    assert source.artist("Orbital", mbid_of("gone")).tags == FOUND
    assert source.artist("Orbital", "no mbid").tags == FOUND
    assert [one.path.count("-") for one in bench.server.requests] == [4, 0, 0]


def test_a_known_mbid_without_tags_is_not_searched_for(bench: Bench) -> None:
    mbid = bench.server.add_artist("Orbital", tags=[])
    assert bench.musicbrainz().artist("Orbital", mbid).outcome == "none"
    assert len(bench.server.requests) == 1


def test_genres_that_are_not_among_the_tags_count_too(bench: Bench) -> None:
    body = {"id": "x", "genres": [{"name": "house", "count": 2}], "tags": [{"name": "uk", "count": 4}]}
    bench.server.faults["musicbrainz"].append(f"body:{json.dumps(body)}")
    reply = bench.musicbrainz().artist("A", mbid_of("a"))
    assert reply.tags == (RawTag("uk", 1.0), RawTag("house", 0.5))


def test_an_artist_is_searched_by_name(bench: Bench) -> None:
    bench.server.add_artist("The Chemical Brothers", tags=BEAT)
    reply = bench.musicbrainz().artist("the chemical brothers")
    assert (reply.outcome, reply.tags) == ("found", FOUND)
    assert bench.server.requests[0].query["query"] == 'artist:"the chemical brothers"'
    assert len(bench.server.requests) == 1


@pytest.mark.parametrize(
    ("name", "score"), [("Orbital", 89), ("Orbital Band", 100), ("Orbit Al Fresco Orbital", 95), ("Orbital", 0)]
)
def test_a_hit_that_is_not_the_thing_itself_is_left(bench: Bench, name: str, score: int) -> None:
    bench.server.add_artist(name, tags=BEAT, score=score)
    reply = bench.musicbrainz().artist("Orbital")
    assert (reply.outcome, reply.tags) == ("none", ())
    assert reply.raw


def test_a_better_hit_of_another_name_does_not_hide_ours(bench: Bench) -> None:
    bench.server.add_artist("Orbital Tribute", tags=[("pop", 9)], score=100)
    bench.server.add_artist("Orbital", tags=BEAT, score=90)
    assert bench.musicbrainz().artist("Orbital").tags == FOUND


def test_artists_that_share_a_name_and_a_score_bring_nothing(bench: Bench) -> None:
    bench.server.add_artist("Nirvana", tags=[("grunge", 9)], score=100)
    bench.server.add_artist("Nirvana", tags=[("psychedelic", 9)], score=100)
    assert bench.musicbrainz().artist("Nirvana").outcome == "none"


def test_of_artists_that_share_a_name_a_leading_one_is_taken(bench: Bench) -> None:
    bench.server.add_artist("Nirvana", tags=[("psychedelic", 9)], score=91)
    bench.server.add_artist("Nirvana", tags=[("grunge", 9)], score=100)
    assert bench.musicbrainz().artist("Nirvana").tags == (RawTag("grunge", 1.0),)


def test_an_album_needs_its_title_and_its_artist(bench: Bench) -> None:
    bench.server.add_album("Homework", ("Someone Else", ""), tags=[("pop", 1)], score=100)
    bench.server.add_album("Homework", ("Daft Punk", ""), tags=BEAT, score=95)
    source = bench.musicbrainz()
    assert source.album("Daft Punk", "homework").tags == FOUND
    assert source.album("Air", "Homework").outcome == "none"
    assert source.album("Daft Punk", "Home").outcome == "none"
    assert bench.server.requests[0].query["query"] == 'releasegroup:"homework" AND artist:"Daft Punk"'


def test_an_album_by_several_is_found_by_the_whole_credit(bench: Bench) -> None:
    bench.server.add_album("Split", ("Simon", " & "), ("Garfunkel", ""), tags=BEAT)
    source = bench.musicbrainz()
    assert source.album("Simon and Garfunkel", "Split").tags == FOUND
    assert source.album("Simon", "Split").outcome == "none"


def test_an_album_goes_before_its_single(bench: Bench) -> None:
    bench.server.add_album("Halcyon", ("Orbital", ""), tags=[("single", 1)], kind="Single")
    bench.server.add_album("Halcyon", ("Orbital", ""), tags=[("odd", 1)], kind="Other")
    bench.server.add_album("Halcyon", ("Orbital", ""), tags=BEAT, kind="Album")
    assert bench.musicbrainz().album("Orbital", "Halcyon").tags == FOUND


def test_an_album_is_looked_up_as_a_release_group(bench: Bench) -> None:
    mbid = bench.server.add_album("Homework", ("Daft Punk", ""), tags=BEAT)
    assert bench.musicbrainz().album("", "", mbid).tags == FOUND
    assert bench.server.requests[0].path == f"/ws/2/release-group/{mbid}"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_found_as_it_is(bench: Bench, name: str) -> None:
    bench.server.add_artist(name, tags=BEAT)
    bench.server.add_album(name, (name, ""), tags=BEAT)
    source = bench.musicbrainz()
    assert source.artist(name).outcome == "found"
    assert source.album(name, name).outcome == "found"


@given(st.text())
def test_a_phrase_holds_nothing_that_lucene_would_read(text: str) -> None:
    phrase = lucene_phrase(text)
    inner = phrase[1:-1]
    assert re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL) == text
    assert not re.search(r'[+\-&|!(){}\[\]^"~*?:/]', re.sub(r"\\.", "", inner, flags=re.DOTALL))


@pytest.mark.parametrize("name", ["", " \n", "x" * 1001])
def test_nobody_is_not_searched_for(bench: Bench, name: str) -> None:
    source = bench.musicbrainz()
    for reply in (source.artist(name), source.album(name, "T"), source.album("A", name)):
        assert (reply.outcome, reply.raw) == ("none", None)
    assert bench.server.requests == []


def test_it_is_told_who_asks(bench: Bench) -> None:
    bench.musicbrainz().artist("Orbital")
    assert re.fullmatch(r"edm/\d+\.\S+ \( me@example\.org \)", bench.server.requests[0].user_agent)
    with pytest.raises(InputError, match="contact"):
        MusicBrainz(bench.server.url, " ", bench.http, bench.limiter)


def test_a_contact_of_any_letters_makes_a_header(bench: Bench) -> None:
    MusicBrainz(bench.server.url, "Zoë\r\nX-Evil: 1", bench.http, bench.limiter).artist("Orbital")
    assert bench.server.requests[0].user_agent.endswith("( Zo? X-Evil: 1 )")


def test_being_forbidden_stops_the_source(bench: Bench) -> None:
    bench.server.faults["musicbrainz"].append("status:403")
    source = bench.musicbrainz()
    for _ in range(2):
        with pytest.raises(SourceStoppedError, match="403"):
            source.artist("A")
    assert len(bench.server.requests) == 1


def test_a_server_without_a_search_stops_the_source(bench: Bench) -> None:
    with pytest.raises(SourceStoppedError, match="no search") as caught:
        bench.musicbrainz(url=bench.server.url + "/elsewhere").artist("A")
    assert "musicbrainz_url" in (caught.value.hint or "")


def test_a_question_that_is_refused_is_not_asked_again(bench: Bench) -> None:
    bench.server.faults["musicbrainz"].append("status:400")
    bench.server.faults["musicbrainz"].append("ok")
    bench.server.add_artist("B", tags=BEAT)
    source = bench.musicbrainz()
    with pytest.raises(SourceError, match="400") as caught:
        source.artist("A")
    assert not caught.value.temporary
    assert source.artist("B").outcome == "found"
    assert len(bench.server.requests) == 2


def test_an_error_is_one_whatever_the_status_says(bench: Bench) -> None:
    bench.server.add_artist("A", tags=BEAT)
    bench.server.faults["musicbrainz"].append('body:{"error":"Your requests are exceeding the allowable rate limit."}')
    assert bench.musicbrainz().artist("A").outcome == "found"
    assert bench.limiter.rate_per_s == 32.0


def test_too_many_requests_lower_the_rate_and_a_busy_server_does_not(bench: Bench) -> None:
    bench.server.add_artist("A", tags=BEAT)
    bench.server.faults["musicbrainz"].extend(["busy", "rate", "busy:3"])
    assert bench.musicbrainz().artist("A").outcome == "found"
    assert bench.limiter.rate_per_s == 32.0
