"""The summary in words."""

from __future__ import annotations

from edm.cli.report import failure_line, summary_lines
from edm.pipeline.summary import RunSummary
from tests.unit.pipeline.samples import failed


def test_the_last_lines_hold_every_figure_and_fit_eighty_columns() -> None:
    summary = RunSummary(20, 1, 2, {"no networks": 2}, (failed(),), audio_s=7200.0, track_s=76.0, wall_s=40.0)
    counts, figures = summary_lines(summary)[-2:]
    assert counts == "20 analysed, 1 failed, 2 fell back"
    assert figures == "2.00 h of audio in 40.0 s: 180 × real time, parallel speed-up 1.90"


def test_only_the_first_ten_failures_are_named() -> None:
    failures = tuple(failed(f"{number}.mp3") for number in range(13))
    lines = summary_lines(RunSummary(0, 13, 0, {}, failures, 0.0, 1.0, 1.0))
    assert sum(line.startswith("failed: ") for line in lines) == 10
    assert "3 more" in lines[10]


def test_a_failure_names_its_track_once_with_reason_and_hint() -> None:
    assert failure_line(failed()) == "failed: bad.mp3: no decoder takes it (is it audio?)"


def test_fallbacks_are_counted_by_reason() -> None:
    lines = summary_lines(RunSummary(3, 0, 3, {"no networks": 2, "too old": 1}, (), 60.0, 1.0, 1.0))
    assert lines[:2] == ["fell back: 2 tracks: no networks", "fell back: 1 track: too old"]
