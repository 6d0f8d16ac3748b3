"""What Last.fm says becomes tags, nothing, or an error, and never another artist's tags."""

from __future__ import annotations

import json

import pytest

from edm.errors import InputError, SourceError, SourceStoppedError
from edm.genres.evidence import RawTag
from edm.genres.sources.lastfm import LastFm
from edm.genres.sources.service import Patience
from genre_bench import Bench
from genre_server import mbid_of

TECHNO = [("techno", 100), ("Detroit Techno", 61), ("seen live", 19)]
ODD_NAMES = ["AC/DC", "!!!", "+/-", 'The "Quoted" One', "A&B=C?D#E%", "椎名林檎", "x" * 300, "Sunn O)))", "C:\\>"]


def test_an_artist_has_tags_relative_to_its_top_tag(bench: Bench) -> None:
    bench.server.add_lastfm("Jeff Mills", tags=TECHNO)
    reply = bench.lastfm().artist("Jeff Mills")
    assert (reply.source, reply.entity, reply.name, reply.outcome) == ("lastfm", "artist", "Jeff Mills", "found")
    assert reply.tags == (RawTag("techno", 1.0), RawTag("Detroit Techno", 0.61), RawTag("seen live", 0.19))
    assert json.loads(reply.raw or "") == bench.server.lastfm[("artist", "Jeff Mills")]


def test_albums_and_tracks_are_asked_for_with_their_artist(bench: Bench) -> None:
    bench.server.add_lastfm("Orbital", "Snivilisation", tags=[("idm", 50)])
    bench.server.add_lastfm("Orbital", "Halcyon", tags=[("ambient", 80)], entity="track")
    source = bench.lastfm()
    album, track = source.album("Orbital", "Snivilisation"), source.track("Orbital", "Halcyon")
    assert (album.entity, album.name, album.tags) == ("album", "Snivilisation", (RawTag("idm", 1.0),))
    assert (track.entity, track.name, track.tags) == ("track", "Halcyon", (RawTag("ambient", 1.0),))
    asked = [one.query for one in bench.server.requests]
    assert [one["method"] for one in asked] == ["album.getTopTags", "track.getTopTags"]
    assert all(one["artist"] == "Orbital" for one in asked)


def test_counts_written_as_text_and_a_tag_that_stands_alone_are_read(bench: Bench) -> None:
    bench.server.add_lastfm("A", tags=[("house", 100), ("deep house", 50)], counts_as=str)
    bench.server.add_lastfm("B", tags=[("gabber", 3)])
    source = bench.lastfm()
    assert source.artist("A").tags == (RawTag("house", 1.0), RawTag("deep house", 0.5))
    assert source.artist("B").tags == (RawTag("gabber", 1.0),)


def test_tags_without_votes_do_not_count(bench: Bench) -> None:
    bench.server.add_lastfm("A", tags=[("house", 10), ("polka", 0), ("waltz", -3)])
    bench.server.add_lastfm("B", tags=[("polka", 0)])
    assert bench.lastfm().artist("A").tags == (RawTag("house", 1.0),)
    assert bench.lastfm().artist("B").outcome == "none"


@pytest.mark.parametrize(
    "tags",
    [
        [{"name": "house", "count": None}, {"name": None, "count": 5}, "house", None, {"count": 7}, 3],
        {"name": "house", "count": "many"},
        {"name": "house", "count": float("nan")},
        {"name": "house", "count": 10**400},
        {"name": " ", "count": 4},
        {"name": "house", "count": True},
        "house",
        None,
    ],
)
def test_tags_of_another_shape_are_passed_over(bench: Bench, tags: object) -> None:
    bench.server.lastfm[("artist", "A")] = {"toptags": {"tag": tags, "@attr": {"artist": "A"}}}
    assert bench.lastfm().artist("A").outcome == "none"


def test_a_tag_that_cannot_be_stored_is_mended(bench: Bench) -> None:
    bench.server.add_lastfm("A", tags=[("hou\ud800se", 10), ("a\x00b", 5)])
    assert [tag.name for tag in bench.lastfm().artist("A").tags] == ["hou?se", "a b"]


def test_who_is_unknown_or_untagged_has_no_tags(bench: Bench) -> None:
    bench.server.add_lastfm("Quiet", tags=[])
    source = bench.lastfm()
    for reply in (source.artist("Nobody"), source.artist("Quiet"), source.track("Nobody", "Nothing")):
        assert (reply.outcome, reply.tags) == ("none", ())
        assert reply.raw
    assert len(bench.server.requests) == 3


def test_another_artists_answer_is_none_of_ours(bench: Bench) -> None:
    bench.server.add_lastfm("Burial", tags=TECHNO, answers_as=["Burial Hex"])
    bench.server.add_lastfm("Bjork", tags=TECHNO, answers_as=["Björk"])
    bench.server.add_lastfm("A", "One", tags=TECHNO, answers_as=["A", "Two"])
    bench.server.add_lastfm("A", "Two", tags=TECHNO, answers_as=["B", "Two"])
    bench.server.lastfm[("artist", "Unsigned")] = {"toptags": {"tag": [{"name": "pop", "count": 100}]}}
    source = bench.lastfm()
    assert source.artist("Burial").outcome == "none"
    assert source.artist("Bjork").outcome == "found"
    assert source.album("A", "One").outcome == "none"
    assert source.album("A", "Two").outcome == "none"
    assert source.artist("Unsigned").outcome == "none"


def test_an_mbid_comes_first_and_the_name_where_it_is_stale_or_anothers(bench: Bench) -> None:
    known, stale, wrong = mbid_of("known"), mbid_of("stale"), mbid_of("wrong")
    bench.server.add_lastfm("Nirvana", tags=[("grunge", 100)], mbid=known)
    bench.server.add_lastfm("Else", tags=[("pop", 100)], mbid=wrong)
    source = bench.lastfm()
    for mbid in (known.upper(), stale, wrong):
        assert source.artist("Nirvana", mbid).tags == (RawTag("grunge", 1.0),)
    assert ["mbid" in one.query for one in bench.server.requests] == [True, True, False, True, False]


def test_what_is_no_mbid_is_not_sent(bench: Bench) -> None:
    bench.server.add_lastfm("Nirvana", tags=TECHNO)
    assert bench.lastfm().artist("Nirvana", "not an mbid").outcome == "found"
    assert len(bench.server.requests) == 1


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_arrives_as_it_is(bench: Bench, name: str) -> None:
    bench.server.add_lastfm(name, tags=TECHNO)
    assert bench.lastfm().artist(name).outcome == "found"
    assert bench.server.requests[0].query["artist"] == name


def test_a_decomposed_name_is_asked_for_in_one_piece(bench: Bench) -> None:
    bench.server.add_lastfm("Björk", tags=TECHNO)
    assert bench.lastfm().artist("Bjo\u0308rk").outcome == "found"


@pytest.mark.parametrize("name", ["", "  ", "\x00", "x" * 1001])
def test_nobody_is_not_asked_for(bench: Bench, name: str) -> None:
    source = bench.lastfm()
    for reply in (source.artist(name, mbid_of("x")), source.album(name, "T"), source.album("A", name)):
        assert (reply.outcome, reply.raw) == ("none", None)
    assert bench.server.requests == []


@pytest.mark.parametrize("code", [4, 9, 10, 13, 14, 17, 26, 2, 3, 5])
def test_a_refusal_stops_the_source_with_one_request(bench: Bench, code: int) -> None:
    bench.server.faults["lastfm"].append(f"error:{code}")
    source = bench.lastfm()
    for _ in range(3):
        with pytest.raises(SourceStoppedError, match=rf"^Last.fm: .*error {code}: \w") as caught:
            source.artist("A")
        assert caught.value.hint
        assert not caught.value.temporary
    assert source.is_stopped
    assert len(bench.server.requests) == 1


def test_a_wrong_key_is_said_with_where_to_get_one(bench: Bench) -> None:
    with pytest.raises(SourceStoppedError, match="key") as caught:
        bench.lastfm(key="f" * 32).artist("A")
    assert "lastfm_api_key" in (caught.value.hint or "")


def test_a_missing_key_is_said_before_any_request(bench: Bench) -> None:
    with pytest.raises(InputError, match="key"):
        LastFm(bench.server.url, "  ", bench.http, bench.limiter)


def test_a_question_that_is_refused_is_an_error_of_that_question_only(bench: Bench) -> None:
    bench.server.add_lastfm("B", tags=TECHNO)
    bench.server.faults["lastfm"].append('body:{"error":6,"message":"Invalid parameters"}')
    source = bench.lastfm()
    with pytest.raises(SourceError, match="Invalid parameters") as caught:
        source.artist("A")
    assert not isinstance(caught.value, SourceStoppedError)
    assert not caught.value.temporary
    assert source.artist("B").outcome == "found"
    assert len(bench.server.requests) == 2


def test_too_many_requests_lower_the_rate(bench: Bench) -> None:
    bench.server.add_lastfm("A", tags=TECHNO)
    bench.server.faults["lastfm"].extend(["rate:7", "error:29"])
    assert bench.lastfm().artist("A").outcome == "found"
    assert bench.limiter.rate_per_s == 16.0
    assert 7.0 <= max(bench.clock.slept) <= 8.0


def test_a_service_that_stays_offline_is_suspended_at_once(bench: Bench) -> None:
    bench.server.faults["lastfm"].extend(["error:11"] * 3)
    source = bench.lastfm(patience=Patience(attempts=3))
    with pytest.raises(SourceStoppedError, match="Offline") as caught:
        source.artist("A")
    assert caught.value.temporary
    assert len(bench.server.requests) == 3


def test_a_service_that_comes_back_online_is_asked_on(bench: Bench) -> None:
    bench.server.add_lastfm("A", tags=TECHNO)
    bench.server.faults["lastfm"].extend(["error:11"] * 2)
    assert bench.lastfm().artist("A").outcome == "found"


@pytest.mark.parametrize("base", ["{}", "{}/", "{}/2.0", "{}/2.0/", " {}/2.0/ "])
def test_its_address_may_end_as_it_likes(bench: Bench, base: str) -> None:
    bench.server.add_lastfm("A", tags=TECHNO)
    assert bench.lastfm(url=base.format(bench.server.url)).artist("A").outcome == "found"
    assert bench.server.requests[0].path == "/2.0/"
