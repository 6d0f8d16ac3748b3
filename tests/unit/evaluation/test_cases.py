"""Rows of tracks: every key there, numbers finite and rounded, and nothing dropped where there is no estimate."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.annotation import Annotation
from edm.evaluation.cases import Case, Row, beat_row, tempo_row, why_no_reference
from edm.evaluation.metrics import BEAT_METRICS, TEMPO_METRICS
from edm.model import TempoAlternative, TimeArray

ERROR = {"type": "DecodeError", "message": "no sound", "hint": None}


def said(bpm: float | None = None, beats_s: TimeArray | None = None, **more: object) -> Annotation:
    return Annotation("a b.mp3", "row 2", Path("/refs"), bpm=bpm, beats_s=beats_s, **more)  # type: ignore[arg-type]


def tempo(reference_bpm: float, estimate: Annotation | None, **more: object) -> Row:
    return tempo_row(Case(said(reference_bpm), "ref.csv", estimate=estimate, **more), tolerance=0.04)  # type: ignore[arg-type]


def beats_at(bpm: float, seconds: float, first_s: float = 0.5) -> TimeArray:
    return np.arange(first_s, seconds, 60 / bpm)


def test_a_tempo_row_says_it_all() -> None:
    estimate = said(250.02, confidence=0.98765432, alternatives=(TempoAlternative(125.01, 0.5),))
    row = tempo(125.0, estimate, duration_s=60.0, audio=Path("music/a b.mp3"), fallback="no networks")
    known = {key: row[key] for key in row if key not in TEMPO_METRICS}
    assert known == {
        "path": "a b.mp3",
        "reference": "ref.csv",
        "audio": str(Path("music/a b.mp3")),
        "status": "ok",
        "error": None,
        "fallback": "no networks",
        "fields": {},
        "tempo_band": "118–132",
        "duration_s": 60.0,
        "reference_bpm": 125.0,
        "estimate_bpm": 250.02,
        "error_bpm": 125.02,
        "confusion": "2",
        "confidence": 0.987654,
        "alternatives": [{"bpm": 125.01, "score": 0.5}],
    }
    assert (row["accuracy1"], row["accuracy2"], row["within_0p05_octave"]) == (0.0, 1.0, 1.0)
    # 125 beats of 60/125 s against as many of 60/125.01 s.
    assert row["drift_ms"] == pytest.approx(60_000 * 0.01 / 125, rel=1e-3)


def test_every_row_has_every_key_in_one_order() -> None:
    rows = [
        tempo(125.0, said(125.0)),
        tempo(125.0, None),
        tempo(125.0, None, error=ERROR),
        tempo(125.0, said(None)),
    ]
    assert len({tuple(row) for row in rows}) == 1
    assert set(TEMPO_METRICS) < set(rows[0])
    beats = said(None, beats_at(120, 10))
    both = [beat_row(Case(beats, "r", estimate=estimate), trim_s=0.0) for estimate in (beats, None, said())]
    assert len({tuple(row) for row in both}) == 1
    assert set(BEAT_METRICS) < set(both[0])


@pytest.mark.parametrize(
    ("estimate", "error", "status"), [(None, None, "missing"), (None, ERROR, "failed"), (said(None), None, "ok")]
)
def test_without_a_tempo_hits_are_0_and_errors_none(
    estimate: Annotation | None, error: dict[str, str | None] | None, status: str
) -> None:
    row = tempo(128.0, estimate, error=error, duration_s=100.0)
    assert (row["status"], row["error"], row["confusion"]) == (status, error, "none")
    for key, metric in TEMPO_METRICS.items():
        assert row[key] == (0.0 if metric.unit == "%" else None)


@pytest.mark.parametrize(("estimate", "error"), [(None, None), (None, ERROR), (said(), None), (said(120.0), None)])
def test_without_beats_scores_are_0_and_errors_none(
    estimate: Annotation | None, error: dict[str, str | None] | None
) -> None:
    case = Case(said(None, beats_at(120, 20)), "ref.csv", estimate=estimate, error=error)
    row = beat_row(case, trim_s=0.0)
    assert row["estimated_beats"] == 0
    for key, metric in BEAT_METRICS.items():
        if not key.startswith("downbeat"):
            assert row[key] == (0.0 if metric.unit == "%" else None), key
    assert row["downbeat_f_measure"] is None


def test_a_failed_track_finds_no_downbeats_and_one_that_tells_none_is_not_asked() -> None:
    beats = beats_at(120, 20)
    reference = said(None, beats, downbeats_s=beats[::4])
    failed = beat_row(Case(reference, "r", error=ERROR), trim_s=0.0)
    silent = beat_row(Case(reference, "r", estimate=said(None, beats)), trim_s=0.0)
    right = beat_row(Case(reference, "r", estimate=reference), trim_s=0.0)
    assert [row["downbeat_f_measure"] for row in (failed, silent, right)] == [0.0, None, 1.0]
    assert [row["estimated_downbeats"] for row in (failed, right)] == [0, 10]
    assert right["reference_downbeats"] == 10


def test_a_beat_row_counts_inside_the_range_alone() -> None:
    reference = said(None, np.array([10.0, 10.5, 11.0, 11.5]))
    estimate = said(None, np.arange(0.0, 30.0, 0.5))
    row = beat_row(Case(reference, "r", estimate=estimate), trim_s=0.0)
    assert row["reference_beats"] == 4
    assert row["estimated_beats"] == 4
    assert row["f_measure"] == 1.0
    assert row["range_s"] == pytest.approx([10.0, 11.5], abs=0.08)


def test_trimming_leaves_out_what_comes_before() -> None:
    reference = said(None, beats_at(120, 10))
    early_only = said(None, beats_at(120, 5))
    row = beat_row(Case(reference, "r", estimate=early_only), trim_s=5.0)
    assert row["reference_beats"] == 10
    assert row["f_measure"] == 0.0


def test_the_band_of_a_reference_without_tempo_is_that_of_its_beats() -> None:
    row = beat_row(Case(said(None, beats_at(174, 20)), "r"), trim_s=0.0)
    assert row["tempo_band"] == "150–180"
    assert row["reference_bpm"] == pytest.approx(174.0, abs=1e-6)
    given = beat_row(Case(said(87.0, beats_at(174, 20)), "r"), trim_s=0.0)
    assert (given["tempo_band"], given["reference_bpm"]) == ("<118", 87.0)


def test_a_single_beat_has_no_tempo() -> None:
    row = beat_row(Case(said(None, np.array([1.0])), "r", estimate=said(None, np.array([1.0]))), trim_s=0.0)
    assert (row["tempo_band"], row["reference_bpm"], row["reference_beats"]) == (None, None, 1)
    json.dumps(row, allow_nan=False)


def test_names_that_are_no_utf8_are_printable() -> None:
    path = os.fsdecode(b"caf\xe9.mp3")
    reference = Annotation(path, "row 2", Path("/refs"), bpm=120.0, fields={"title": path})
    row = tempo_row(Case(reference, path, audio=Path(path), estimate=reference), tolerance=0.04)
    expected = "caf\\xe9.mp3"
    assert (row["path"], row["reference"], row["audio"], row["fields"]["title"]) == (expected,) * 4
    json.dumps(row, ensure_ascii=False).encode("utf-8")


def test_why_a_reference_cannot_be_scored() -> None:
    beats = said(None, np.array([0.5, 4.9]))
    assert why_no_reference(said(120.0), "bpm") is None
    assert why_no_reference(beats, "bpm") == "the reference gives no tempo"
    assert why_no_reference(said(120.0), "beats") == "the reference gives no beats"
    assert why_no_reference(said(120.0, np.zeros(0)), "beats") == "the reference gives no beats"
    assert why_no_reference(beats, "beats") is None
    assert why_no_reference(beats, "beats", trim_s=4.9) is None
    assert why_no_reference(beats, "beats", trim_s=5.0) == "the reference has no beats after the first 5 s"


tempi = st.floats(1e-3, 1000.0)


@given(reference=tempi, estimate=st.none() | tempi, duration=st.none() | st.floats(1e-3, 1e6))
def test_a_tempo_row_is_finite_and_holds_shares(
    reference: float, estimate: float | None, duration: float | None
) -> None:
    row = tempo(reference, said(estimate), duration_s=duration)
    json.dumps(row, allow_nan=False)
    for key, metric in TEMPO_METRICS.items():
        if metric.unit == "%":
            assert row[key] in (0.0, 1.0)
        elif row[key] is not None:
            assert math.isfinite(row[key])


times = st.lists(st.floats(0.0, 100.0), max_size=12, unique=True).map(lambda found: np.array(sorted(found)))


@given(reference=times.filter(len), estimate=times, trim_s=st.sampled_from([0.0, 1.0]))
def test_a_beat_row_is_finite_and_holds_scores(reference: TimeArray, estimate: TimeArray, trim_s: float) -> None:
    annotated = said(None, reference)
    if why_no_reference(annotated, "beats", trim_s=trim_s) is not None:
        return
    row = beat_row(Case(annotated, "r", estimate=said(None, estimate)), trim_s=trim_s)
    json.dumps(row, allow_nan=False)
    for key, metric in BEAT_METRICS.items():
        # Cemgil's score and McKinney's pass 1 where beats crowd.
        if metric.unit == "%" and key not in ("cemgil", "p_score") and row[key] is not None:
            assert -1e-6 <= row[key] <= 1 + 1e-6, key
