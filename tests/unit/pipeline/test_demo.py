"""Truth beside estimate."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from edm.errors import InputError
from edm.pipeline.demo import Truth, compare, read_truth
from tests.unit.pipeline.samples import analysed, failed, silent

TRUTH = Truth(Path("a/track.flac"), bpm=125.0, first_beat_s=0.25, first_downbeat_s=1.21, beats_per_bar=4)


def test_a_perfect_estimate_has_no_errors() -> None:
    row = compare(TRUTH, analysed())
    assert (row.bpm_error, row.beat_error_ms, row.downbeats_off) == (pytest.approx(0, abs=1e-4), pytest.approx(0), 0)


def test_whole_beats_are_no_phase_error_and_lateness_is_positive() -> None:
    row = compare(dataclasses.replace(TRUTH, first_beat_s=0.25 + 3 * 0.48 - 0.002), analysed())
    assert row.beat_error_ms == pytest.approx(2.0)


def test_shifted_bars_are_counted_in_beats() -> None:
    row = compare(dataclasses.replace(TRUTH, first_downbeat_s=1.21 - 0.48), analysed())
    assert row.downbeats_off == 1


def test_silence_and_failure_have_no_estimate() -> None:
    row = compare(TRUTH, silent())
    assert (row.bpm, row.bpm_error, row.beat_error_ms, row.downbeats_off) == (None, None, None, None)
    assert compare(TRUTH, failed()).problem == "bad.mp3: no decoder takes it"


def test_truth_is_read_beside_its_tracks(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text(
        "path,bpm,first_beat_s,first_downbeat_s,beats_per_bar,genre\nx.wav,124.3,0.5,0.5,4,house\n"
    )
    assert read_truth(tmp_path) == [Truth(tmp_path / "x.wav", 124.3, 0.5, 0.5, 4)]


@pytest.mark.parametrize("text", [None, "path,bpm\nx.wav,124\n", "path,bpm,first_beat_s\nx,fast,1\n"])
def test_other_files_are_refused_by_name(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(InputError, match=r"truth\.csv"):
        read_truth(tmp_path)
