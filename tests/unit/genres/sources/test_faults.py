"""A hiccup is never an answer: it is waited out, and what is not answered is an error."""

from __future__ import annotations

import logging
import socket
import traceback

import pytest

from edm.errors import SourceError, SourceStoppedError
from edm.genres.sources.bucket import TokenBucket
from edm.genres.sources.http import HttpAnswer, HttpClient, HttpFaultError
from edm.genres.sources.lastfm import LastFm
from edm.genres.sources.service import Patience, Service, Times
from genre_bench import Bench
from genre_server import KEY

SOURCES = ["lastfm", "musicbrainz"]
FAULTS = [
    "busy",
    "busy:2",
    "rate",
    "status:500",
    "status:502",
    "status:503",
    "status:429",
    "silent:0.7",
    "reset",
    "cut:20",
    "cut:0",
    "html",
    "html:503",
    "body:",
    "body:[]",
    "body:{}",
    "body:null",
    "body:" + "[" * 100_000,
    'body:{"error":"out of order"}',
    "body:\ufeff{}",
    "hex:7b22ff227d",
    "gzip",
]
TECHNO = [("techno", 100)]


def fill(bench: Bench) -> None:
    for name in ("A", "B"):
        bench.server.add_lastfm(name, tags=TECHNO)
        bench.server.add_artist(name, tags=TECHNO)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[:20])
def test_a_fault_or_two_are_waited_out(bench: Bench, name: str, fault: str) -> None:
    fill(bench)
    bench.server.faults[name].extend([fault, fault])
    assert bench.source(name).artist("A").outcome == "found"
    assert len(bench.said) == 2


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *((name, fault) for name in SOURCES for fault in FAULTS),
        *(("lastfm", f"error:{code}") for code in (8, 16, 29, 99)),
    ],
    ids=lambda text: text[:20],
)
def test_what_fails_to_the_end_is_an_error_and_not_an_answer(bench: Bench, name: str, fault: str) -> None:
    fill(bench)
    bench.server.faults[name].extend([fault] * 4)
    source = bench.source(name, patience=Patience(attempts=2))
    with pytest.raises(SourceError, match=r"no answer after 2 attempts") as caught:
        source.artist("A")
    assert caught.value.temporary
    assert not isinstance(caught.value, SourceStoppedError)
    assert "\n" not in caught.value.message
    bench.server.faults[name].clear()
    assert source.artist("A").outcome == "found"


@pytest.mark.parametrize("name", SOURCES)
def test_waits_grow_to_a_longest_one(bench: Bench, name: str) -> None:
    bench.server.faults[name].extend(["busy"] * 6)
    source = bench.source(name, patience=Patience(attempts=6, first_wait_s=1.0, longest_wait_s=5.0))
    with pytest.raises(SourceError):
        source.artist("A")
    assert [slept for slept in bench.clock.slept if slept >= 0.5] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert len(bench.server.requests) == 6


def test_waits_are_drawn_between_half_and_the_whole(bench: Bench) -> None:
    bench.server.faults["lastfm"].extend(["busy"] * 3)
    bench.times = Times(sleep=bench.clock.sleep, clock=bench.clock, wall_clock=bench.clock, chance=lambda: 0.0)
    with pytest.raises(SourceError):
        bench.lastfm(patience=Patience(attempts=3)).artist("A")
    assert bench.clock.slept == [0.5, 1.0]


def test_the_default_patience_outlasts_a_busy_server(bench: Bench) -> None:
    bench.server.faults["musicbrainz"].extend(["busy"] * 6)
    with pytest.raises(SourceError):
        bench.musicbrainz().artist("A")
    assert sum(bench.clock.slept) / 2 > 12


@pytest.mark.parametrize("name", SOURCES)
def test_a_pause_that_is_asked_for_is_kept(bench: Bench, name: str) -> None:
    fill(bench)
    bench.server.faults[name].append("busy:40")
    assert bench.source(name).artist("A").outcome == "found"
    assert bench.clock.slept[0] == 41.0


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("asked", ["100000", "9" * 400])
def test_a_pause_beyond_all_measure_suspends_the_source(bench: Bench, name: str, asked: str) -> None:
    bench.server.faults[name].append(f"busy:{asked}")
    source = bench.source(name)
    for _ in range(2):
        with pytest.raises(SourceStoppedError, match="pause"):
            source.artist("A")
    assert len(bench.server.requests) == 1
    assert bench.clock.slept == []


@pytest.mark.parametrize(
    ("said", "expected_s"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Thu, 01 Jan 1970 00:17:10 GMT", 30.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("1.5", 0.0),
        ("٣", 0.0),
    ],
)
def test_a_pause_comes_in_seconds_or_as_a_date(bench: Bench, said: str, expected_s: float) -> None:
    service = Service("S", bench.http, bench.limiter, times=bench.clock.times())
    assert service.asked_wait_s(HttpAnswer(503, {"retry-after": said}, "")) == pytest.approx(expected_s)


@pytest.mark.parametrize("name", SOURCES)
def test_a_dying_source_is_suspended_and_asked_no_more(bench: Bench, name: str) -> None:
    bench.server.faults[name].extend(["status:500"] * 100)
    source = bench.source(name, patience=Patience(attempts=2, failures=3))
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            source.artist("A")
        assert not isinstance(caught.value, SourceStoppedError)
    for _ in range(3):
        with pytest.raises(SourceStoppedError, match="3 questions in a row"):
            source.artist("A")
    assert source.is_stopped
    assert len(bench.server.requests) == 6


@pytest.mark.parametrize("name", SOURCES)
def test_failures_with_an_answer_between_them_suspend_nothing(bench: Bench, name: str) -> None:
    fill(bench)
    source = bench.source(name, patience=Patience(attempts=1, failures=2))
    for _ in range(4):
        bench.server.faults[name].append("status:500")
        with pytest.raises(SourceError):
            source.artist("A")
        assert source.artist("A").outcome == "found"
    assert not source.is_stopped


@pytest.mark.parametrize("name", SOURCES)
def test_a_suspended_source_may_get_one_more_chance(bench: Bench, name: str) -> None:
    fill(bench)
    bench.server.faults[name].extend(["status:500"] * 3)
    source = bench.source(name, patience=Patience(attempts=1, failures=2, rest_s=60.0))
    for _ in range(2):
        with pytest.raises(SourceError):
            source.artist("A")
    bench.clock.now_s += 61
    assert not source.is_stopped
    with pytest.raises(SourceStoppedError):
        source.artist("A")
    assert source.is_stopped
    bench.clock.now_s += 61
    assert source.artist("A").outcome == "found"
    assert len(bench.server.requests) == 4


@pytest.mark.parametrize("name", SOURCES)
def test_ctrl_c_passes_at_once(bench: Bench, name: str) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    bench.server.faults[name].append("busy")
    bench.times = Times(sleep=interrupted)
    source = bench.source(name)
    with pytest.raises(KeyboardInterrupt):
        source.artist("A")
    assert len(bench.server.requests) == 1


def test_a_loop_of_redirects_ends(bench: Bench) -> None:
    bench.server.faults["musicbrainz"].extend(["move:/ws/2/artist/"] * 20)
    source = bench.source("musicbrainz", patience=Patience(attempts=2))
    with pytest.raises(SourceError, match="place to place"):
        source.artist("A")
    assert len(bench.server.requests) == 8


def test_a_service_that_was_never_reached_is_left_alone_at_once(bench: Bench) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        source = bench.lastfm(url=f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(SourceStoppedError, match="cannot be reached"):
            source.artist("A")
    assert sum(bench.clock.slept) < 2.0
    assert source.is_stopped


def test_a_service_that_was_reached_before_is_waited_for(bench: Bench) -> None:
    class Unplugged:
        def get(self, url: str, params: object, headers: object) -> HttpAnswer:
            if not asked:
                asked.append(url)
                return HttpAnswer(200, {}, '{"toptags": {"tag": [], "@attr": {"artist": "A"}}}')
            raise HttpFaultError("no connection", unreachable=True)

    asked: list[str] = []
    source = LastFm("http://localhost", KEY, Unplugged(), bench.limiter, times=bench.clock.times())
    source.artist("A")
    with pytest.raises(SourceError, match="no answer after 6 attempts: no connection"):
        source.artist("B")


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.org", "http://[::1", "", "http://a b\x01/"])
def test_an_address_that_is_none_stops_the_source(bench: Bench, url: str) -> None:
    source = bench.lastfm(url=url or " ")
    with pytest.raises(SourceStoppedError, match="address") as caught:
        source.artist("A")
    assert "[genres]" in (caught.value.hint or "")
    assert bench.clock.slept == []


def test_an_answer_without_end_is_cut_short(bench: Bench) -> None:
    fill(bench)
    bench.server.faults["lastfm"].append("body:" + " " * (5 * 1024 * 1024))
    assert bench.lastfm().artist("A").outcome == "found"
    assert "does not end" in bench.said[0]


def test_an_answer_that_drips_is_not_waited_for(bench: Bench) -> None:
    fill(bench)
    bench.server.faults["lastfm"].append("slow:0.05")
    with HttpClient(timeout_s=1.0, total_s=0.2) as bench.http:
        assert bench.lastfm().artist("A").outcome == "found"
    assert "takes too long" in bench.said[0]


KEY_FAULTS = [
    *FAULTS,
    "error:10",
    "error:29",
    "error:2",
    f'body:{{"error":10,"message":"Invalid API key {KEY}"}}',
    f'body:{{"error":8,"message":"?api_key={KEY}&x"}}',
    f'body:{{"error":6,"message":"api_key={KEY}"}}',
    f"move:http://nowhere.invalid:1/?api_key={KEY}",
    f"move:ftp://nowhere.invalid/?api_key={KEY}",
    "html:403",
]


@pytest.mark.parametrize("fault", KEY_FAULTS, ids=lambda fault: fault[:20])
def test_the_key_is_in_no_error_no_message_no_log_and_no_repr(
    bench: Bench, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fill(bench)
    source = bench.lastfm(patience=Patience(attempts=2))
    bench.server.faults["lastfm"].extend([fault] * 8)
    with pytest.raises(SourceError) as caught:
        source.artist("A")
    bench.server.faults["lastfm"].clear()
    words = [
        *traceback.format_exception(caught.value),
        caught.value.hint or "",
        repr(vars(caught.value)),
        *bench.said,
        repr(source),
        repr(bench.http),
    ]
    words += [record.getMessage() for record in caplog.records]
    assert [word for word in words if KEY in word] == []


def test_a_line_of_the_log_tells_of_a_request_and_not_of_the_key(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.lastfm().artist("50% off")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert "api_key=…&" in line
    assert "50%25" in line


def test_a_key_that_the_service_repeats_is_not_kept_with_the_answer(bench: Bench) -> None:
    body = '{"toptags":{"tag":[{"name":"techno","count":1}],"@attr":{"artist":"A"}},"for":"' + KEY + '"}'
    bench.server.faults["lastfm"].append(f"body:{body}")
    reply = bench.lastfm().artist("A")
    assert reply.outcome == "found"
    assert KEY not in (reply.raw or "")


@pytest.mark.parametrize("name", SOURCES)
def test_a_server_that_counts_is_never_asked_too_fast(bench: Bench, name: str) -> None:
    fill(bench)
    rate = 40.0
    # The server counts over a second; one more may fall into it at either end.
    bench.server.rates[name] = rate + 2
    bench.limiter = TokenBucket(rate)
    source = bench.source(name)
    for _ in range(60):
        assert source.artist("A").outcome == "found"
    asked = [one.at_s for one in bench.server.requests]
    assert len(asked) == 60
    assert asked[-1] - asked[0] >= 0.8 * 59 / rate
    assert bench.said == []


@pytest.mark.parametrize("name", SOURCES)
def test_a_server_that_allows_less_is_satisfied_in_the_end(bench: Bench, name: str) -> None:
    fill(bench)
    bench.server.rates[name] = 12.0
    bench.limiter = TokenBucket(30.0)
    bench.times = Times(chance=lambda: 0.0)
    source = bench.source(name, patience=Patience(attempts=30, first_wait_s=0.2, longest_wait_s=0.4))
    for _ in range(20):
        assert source.artist("A").outcome == "found"
    assert bench.limiter.rate_per_s < 30.0


def test_requests_come_in_the_order_of_the_questions_over_one_connection_each(bench: Bench) -> None:
    fill(bench)
    lastfm, musicbrainz = bench.lastfm(), bench.musicbrainz()
    for name in ("A", "B", "A"):
        lastfm.artist(name)
        musicbrainz.artist(name)
    assert [one.service for one in bench.server.requests] == ["lastfm", "musicbrainz"] * 3
    assert [one.query["artist"] for one in bench.server.asked("lastfm")] == ["A", "B", "A"]
    assert all(one.user_agent.startswith("edm/") for one in bench.server.requests)


def test_a_client_can_be_closed(bench: Bench) -> None:
    with HttpClient() as http:
        assert http.get(bench.server.url + "/ws/2/artist/", {}, {}).status == 403
    assert bench.server.requests[0].user_agent.startswith("edm/")
    assert "(" not in bench.server.requests[0].user_agent
