"""Failures are kept, counted, chosen and forgotten."""

from __future__ import annotations

import pytest

from edm.library import Library, failures
from unit.library.made import MUSIC, add_track


def fail(
    library: Library, number: int, stage: str = "sonic", kind: str = "DecodeError", version: int = 1, audio: str = "a"
) -> None:
    failures.store(library, number, stage, version, audio, error_type=kind, message=f"{kind}!", hint="look")


def test_a_failure_is_kept_with_its_reason(library: Library) -> None:
    number = add_track(library, "caf\udce9.mp3", audio="a")
    failures.store(library, number, "sonic", 3, "a", error_type="DecodeError", message="caf\udce9.mp3: no", hint=None)
    (found,) = failures.listed(library)
    assert (found.track_id, found.path, found.stage) == (number, MUSIC / "caf\udce9.mp3", "sonic")
    assert (found.version, found.identity, found.error_type) == ("3", "a", "DecodeError")
    assert (found.message, found.hint, found.attempts, found.retry) == (r"caf\xe9.mp3: no", None, 1, False)
    assert found.at


def test_attempts_count_for_one_audio_and_version(library: Library) -> None:
    number = add_track(library)

    def attempts(**change: object) -> int:
        fail(library, number, **change)  # type: ignore[arg-type]
        return failures.listed(library)[0].attempts

    assert [attempts(), attempts(), attempts(version=2), attempts(version=2), attempts(version=2, audio="b")] == [
        1,
        2,
        1,
        2,
        1,
    ]


@pytest.mark.parametrize(
    ("choice", "count"),
    [
        ({}, 4),
        ({"stage": "scan"}, 1),
        ({"error_type": "DecodeError"}, 3),
        ({"stage": "sonic", "error_type": "DecodeError"}, 2),
        ({"track_id": 1}, 2),
        ({"stage": "gone"}, 0),
    ],
)
def test_failures_are_chosen_by_stage_kind_and_track(library: Library, choice: dict[str, str], count: int) -> None:
    ids = [add_track(library, name) for name in "abc"]
    fail(library, ids[0], "scan")
    for number, kind in zip(ids, ("DecodeError", "DecodeError", "WorkerLostError"), strict=True):
        fail(library, number, kind=kind)
    assert len(failures.listed(library, **choice)) == count  # type: ignore[arg-type]
    assert failures.retry(library, **choice) == count  # type: ignore[arg-type]
    assert sum(one.retry for one in failures.listed(library)) == count
    assert failures.clear(library, **choice) == count  # type: ignore[arg-type]
    assert len(failures.listed(library)) == 4 - count


def test_failures_are_counted_by_stage_and_kind(library: Library) -> None:
    for name, kind in (("a", "X"), ("b", "X"), ("c", "Y")):
        fail(library, add_track(library, name), kind=kind)
    assert failures.count(library) == {("sonic", "X"): 2, ("sonic", "Y"): 1}
