"""No more calls than a rate allows, and no more waiting than it needs."""

from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.genres.sources.bucket import TokenBucket
from genre_bench import FakeClock


def test_the_first_call_goes_at_once_and_others_keep_their_distance(clock: FakeClock) -> None:
    bucket = TokenBucket(4.0, clock=clock, sleep=clock.sleep)
    for _ in range(4):
        bucket.acquire()
    assert clock.slept == [0.25, 0.25, 0.25]


def test_time_spent_elsewhere_counts(clock: FakeClock) -> None:
    bucket = TokenBucket(1.0, clock=clock, sleep=clock.sleep)
    bucket.acquire()
    clock.now_s += 0.75
    bucket.acquire()
    clock.now_s += 5
    bucket.acquire()
    assert clock.slept == [0.25]


def test_a_rest_earns_no_more_than_a_burst(clock: FakeClock) -> None:
    bucket = TokenBucket(2.0, burst=3, clock=clock, sleep=clock.sleep)
    clock.now_s += 100
    for _ in range(4):
        bucket.acquire()
    assert clock.slept == [0.5]


def test_a_slower_rate_holds_from_the_next_call_and_has_a_floor(clock: FakeClock) -> None:
    bucket = TokenBucket(8.0, clock=clock, sleep=clock.sleep)
    bucket.acquire()
    bucket.slow_down()
    bucket.acquire()
    assert clock.slept == [0.25]
    for _ in range(10):
        bucket.slow_down()
    assert bucket.rate_per_s == 1.0


def test_without_a_limit_nobody_waits(clock: FakeClock) -> None:
    bucket = TokenBucket(math.inf, clock=clock, sleep=clock.sleep)
    for _ in range(100):
        bucket.acquire()
        bucket.slow_down()
    assert clock.slept == []
    assert bucket.rate_per_s == math.inf


def test_a_clock_that_goes_back_grants_nothing_and_takes_nothing(clock: FakeClock) -> None:
    bucket = TokenBucket(1.0, clock=clock, sleep=clock.sleep)
    bucket.acquire()
    clock.now_s -= 50
    bucket.acquire()
    assert clock.slept == [1.0]


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1.0), (-1.0, 1.0), (math.nan, 1.0), (1.0, 0.5)])
def test_a_rate_that_lets_nothing_through_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        TokenBucket(rate, burst=burst)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40), st.floats(0.1, 10), st.integers(1, 4))
def test_no_window_of_time_sees_more_calls_than_rate_and_burst(pauses: list[float], rate: float, burst: int) -> None:
    clock = FakeClock(0.0)
    bucket = TokenBucket(rate, burst=burst, clock=clock, sleep=clock.sleep)
    calls = []
    for pause in pauses:
        clock.now_s += pause
        bucket.acquire()
        calls.append(clock.now_s)
    for first in range(len(calls)):
        for last in range(first, len(calls)):
            assert last - first + 1 <= burst + rate * (calls[last] - calls[first]) + 1e-6


def test_threads_share_one_rate() -> None:
    waits: list[float] = []
    bucket = TokenBucket(10.0, clock=lambda: 0.0, sleep=waits.append)
    threads = [threading.Thread(target=bucket.acquire) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([n / 10 for n in range(1, 20)])
