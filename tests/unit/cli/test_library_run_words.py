"""What a stage did, in words."""

from __future__ import annotations

from edm.cli.library_run import stage_line
from edm.pipeline.stage import StageReport


def test_one_of_a_thing_is_no_plural() -> None:
    details = {"files": 1, "new": 1, "tracks_with_genres": 2, "overrides": 1, "left": 0, "up_to_date": False}
    lines = stage_line(StageReport("scan", done=1, details=details)).splitlines()
    assert lines[1].strip() == "1 file, 1 new, 2 tracks with genres, 1 override"


def test_reasons_to_fall_back_are_counted() -> None:
    lines = stage_line(StageReport("sonic", done=3, fell_back={"no bars": 2}, seconds=2.0)).splitlines()
    assert lines == [
        "sonic: 3 done, 0 failed, 0 skipped, 2 fell back in 2.0 s (1.5 a second)",
        "  fell back: 2 × no bars",
    ]
