"""What is pending, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from edm.library import Library, failures, stages, tracks
from edm.library.records import FileStamp
from edm.library.rows import PAGE
from edm.model import Tags
from unit.library.made import MUSIC, add_track


def reasons(library: Library, version: str | int = 1, **options: object) -> dict[str, str]:
    """Reason by path, after making sure that the counts say the same."""
    found = {
        one.track.relative: one.reason
        for one in stages.pending(library, "sonic", version, **options)  # type: ignore[arg-type]
    }
    options.pop("limit", None)
    counted = stages.count_by_reason(library, "sonic", version, **options)  # type: ignore[arg-type]
    assert sum(counted.values()) >= len(found)
    assert set(found.values()) <= set(counted)
    return found


def done(library: Library, number: int, identity: str, version: str | int = 1, **more: object) -> None:
    stages.store_done(library, number, "sonic", version, identity, **more)  # type: ignore[arg-type]


def fail(library: Library, number: int, identity: str, version: str | int = 1) -> None:
    failures.store(library, number, "sonic", version, identity, error_type="DecodeError", message="broken")


def test_every_reason_is_told(library: Library) -> None:
    new, same, changed, stale, failed = (add_track(library, name) for name in "ncsvf".replace("c", "d"))
    done(library, same, "d")
    done(library, changed, "other audio")
    done(library, stale, "v", version=0)
    fail(library, failed, "f")
    assert reasons(library) == {"n": "new", "s": "changed", "v": "stale version"}
    assert reasons(library, retry_failed=True)["f"] == "failed before"
    assert reasons(library, force=True) == {
        "n": "new",
        "d": "forced",
        "s": "changed",
        "v": "stale version",
        "f": "forced",
    }
    assert new


def test_a_failure_counts_until_audio_or_version_change(library: Library) -> None:
    fail(library, add_track(library, "a"), "a")
    fail(library, add_track(library, "b"), "old audio")
    assert reasons(library) == {"b": "changed"}
    assert reasons(library, version=2) == {"a": "stale version", "b": "changed"}


def test_a_failure_that_is_to_be_tried_again_is_pending(library: Library) -> None:
    number = add_track(library, "a")
    fail(library, number, "a")
    assert failures.retry(library) == 1
    assert reasons(library) == {"a": "failed before"}
    fail(library, number, "a")
    assert reasons(library) == {}


def test_a_forced_failure_keeps_the_result_that_was_there(library: Library) -> None:
    number = add_track(library, "a")
    done(library, number, "a")
    fail(library, number, "a")
    assert reasons(library) == {}
    assert reasons(library, retry_failed=True) == {"a": "failed before"}
    assert stages.counts(library, "sonic", 1) == {"done": 1, "failed": 0, "pending": 0}


def test_success_forgets_the_failure(library: Library) -> None:
    number = add_track(library, "a")
    fail(library, number, "a")
    done(library, number, "a")
    assert failures.listed(library) == ()
    assert reasons(library) == {}


def test_duplicates_missing_and_unreadable_files_are_left_out(library: Library) -> None:
    original, copy, gone = (add_track(library, name, audio="x") for name in "abc")
    tracks.set_duplicate(library, copy, original)
    tracks.mark_missing(library, [gone])
    (root_id,) = {key[0] for key in tracks.snapshot(library)}
    tracks.add(library, root_id, "d", FileStamp(1, 1, None), Tags())
    assert reasons(library) == {"a": "new"}
    assert reasons(library, only_present=False, force=True) == {"a": "new", "c": "new"}


def test_stages_do_not_see_each_other(library: Library) -> None:
    number = add_track(library, "a")
    stages.store_done(library, number, "genres", 1, "a")
    assert reasons(library) == {"a": "new"}


def test_a_version_may_be_number_or_text(library: Library) -> None:
    done(library, add_track(library, "a"), "a", version=3)
    assert reasons(library, version="3") == {} == reasons(library, version=3)
    assert reasons(library, version="3.0") == {"a": "stale version"}


@pytest.mark.parametrize("limit", [0, 1, PAGE, PAGE + 1])
def test_a_limit_holds_over_pages(library: Library, limit: int) -> None:
    with library.transaction():
        for number in range(PAGE + 2):
            add_track(library, f"{number}")
    assert len(reasons(library, limit=limit)) == limit


def test_what_is_done_meanwhile_is_neither_repeated_nor_missed(library: Library) -> None:
    with library.transaction():
        ids = [add_track(library, f"{number}") for number in range(PAGE + 5)]
    seen = []
    for one in stages.pending(library, "sonic", 1):
        seen.append(one.track.id)
        done(library, one.track.id, one.track.relative)
    assert seen == ids
    assert reasons(library) == {}


def test_pending_can_be_asked_for_a_folder(library: Library) -> None:
    for name in ("a/x", "b/x"):
        add_track(library, name)
    assert reasons(library, within=[MUSIC / "b"]) == {"b/x": "new"}
    assert stages.count_by_reason(library, "sonic", 1, within=[MUSIC / "a"]) == {"new": 1}
    assert stages.counts(library, "sonic", 1, within=[Path("/other")]) == {"done": 0, "failed": 0, "pending": 0}


def test_the_counts_add_up(library: Library) -> None:
    for name, act in (("a", done), ("b", fail), ("c", None), ("d", done)):
        number = add_track(library, name)
        if act:
            act(library, number, name if name != "d" else "other")
    assert stages.counts(library, "sonic", 1) == {"done": 1, "failed": 1, "pending": 2}
    assert stages.count_by_reason(library, "sonic", 1) == {"new": 1, "changed": 1}


def test_the_time_of_a_stage_is_the_mean_of_its_last_tracks(library: Library) -> None:
    assert stages.seconds_per_track(library, "sonic") is None
    for name, seconds in (("a", 1.0), ("b", 3.0), ("c", None)):
        done(library, add_track(library, name), name, elapsed_s=seconds)
    assert stages.seconds_per_track(library, "sonic") == 2.0
