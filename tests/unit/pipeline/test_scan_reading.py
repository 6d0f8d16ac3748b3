"""What was read before a signal is handed on before the signal is."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from edm.errors import Interrupted
from edm.pipeline import scan_reading
from edm.pipeline.scan_reading import in_batches


def numbers(count: int, *, interrupted: bool = False) -> Iterator[int]:
    yield from range(count)
    if interrupted:
        raise Interrupted(signal.SIGINT)


def test_batches_hold_everything_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_reading, "_FILES_PER_COMMIT", 3)
    monkeypatch.setattr(scan_reading, "_SECONDS_PER_COMMIT", 1e9)
    assert list(in_batches(numbers(7))) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_slow_stream_is_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_reading, "_SECONDS_PER_COMMIT", 0.0)
    assert list(in_batches(numbers(3))) == [[0], [1], [2], []]


def test_an_interrupted_stream_gives_what_it_has_first() -> None:
    batches = in_batches(numbers(5, interrupted=True))
    assert next(batches) == [0, 1, 2, 3, 4]
    with pytest.raises(Interrupted):
        next(batches)
