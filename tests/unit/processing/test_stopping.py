"""Signals that come while the caller has the word; those that come during an item are in the integration tests."""

from __future__ import annotations

import os
import signal
import time

import pytest

from edm.errors import Interrupted
from edm.processing.backends import BACKENDS
from edm.processing.parallel import ParallelProcessor
from edm.processing.progress import Event, ItemStarted, RunFinished, RunStopping
from edm.processing.stopping import GRACE_S, StopSignals
from tests.unit.processing import work

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(("signum", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_between_results_ends_the_run(backend: str, signum: signal.Signals, exit_code: int) -> None:
    heard: list[Event] = []
    processor = ParallelProcessor(work.double, 2, backend=backend, listener=heard.append)
    run = processor.stream(range(1000))
    taken = [next(run)]
    signal.raise_signal(signum)
    with pytest.raises(Interrupted) as caught:
        taken.extend(run)
    assert caught.value.exit_code == exit_code
    assert str(caught.value) == f"ended by {signum.name}"
    assert len(taken) < 10
    assert sorted(result.index for result in taken) == [result.index for result in processor.results]
    assert isinstance(heard[-1], RunFinished)
    assert heard[-1].signum == signum


def test_what_is_in_flight_is_told() -> None:
    heard: list[Event] = []
    run = ParallelProcessor(work.nap, 2, backend="pool", listener=heard.append).stream([0.0, 0.4, 0.4, 0.4, 0.4, 0.4])
    next(run)
    time.sleep(0.2)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(Interrupted):
        list(run)
    stopping = next(event for event in heard if isinstance(event, RunStopping))
    assert stopping.in_flight <= 2
    assert stopping.grace_s == GRACE_S


def test_a_second_signal_ends_the_callers_own_work(backend: str) -> None:
    run = ParallelProcessor(work.double, 2, False, backend=backend).stream(range(1000))
    next(run)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGINT)
    run.close()  # type: ignore[attr-defined]


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with StopSignals() as stop:
            signal.raise_signal(signal.SIGINT)
        assert not stop.asked
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_grace_runs_out() -> None:
    with StopSignals() as stop:
        assert stop.grace_left_s == float("inf")
        signal.raise_signal(signal.SIGTERM)
        assert 0 < stop.grace_left_s <= GRACE_S
        signal.raise_signal(signal.SIGTERM)
        assert stop.grace_left_s == 0


def test_an_item_that_a_signal_forestalls_is_not_begun() -> None:
    begun: list[int] = []

    def interrupt(event: Event) -> None:
        if isinstance(event, ItemStarted) and event.index == 1:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted):
        ParallelProcessor(begun.append, 1, listener=interrupt).process([0, 1, 2])
    assert begun == [0]
