"""Runs are compared fairly: the better one is called better, chance is called chance, and no track decides alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.comparison import compare_runs, comparison_record
from edm.evaluation.metrics import BEAT_METRICS, TEMPO_METRICS
from edm.evaluation.tempo import score_tempo

SETTINGS = {"tolerance": 0.04, "trim_s": 0.0}


def bpm_run(tracks: dict[str, tuple[float, float | None]]) -> dict[str, Any]:
    """A document of tracks with reference and estimate."""
    rows = [
        {
            "path": path,
            "reference": "truth.csv",
            "status": "failed" if estimate is None else "ok",
            "reference_bpm": reference,
            "estimate_bpm": estimate,
            **score_tempo(reference, estimate, duration_s=300.0),
        }
        for path, (reference, estimate) in tracks.items()
    ]
    return {"schema_version": 1, "task": "bpm", "settings": SETTINGS, "tracks": rows}


def beats_run(rows: list[dict[str, float | None]]) -> dict[str, Any]:
    """A document of tracks with these beat scores, called 00, 01, …"""
    tracks = [{"path": f"{i:02}", "status": "ok", **row} for i, row in enumerate(rows)]
    return {"schema_version": 1, "task": "beats", "settings": SETTINGS, "tracks": tracks}


estimates = st.dictionaries(
    st.sampled_from([f"{i}.mp3" for i in range(12)]),
    st.tuples(st.just(128.0), st.sampled_from([None, 64.0, 128.0, 128.02, 129.0, 140.0])),
    min_size=1,
).map(lambda tracks: {"always.mp3": (128.0, 128.0), **tracks})


def test_a_comparison_by_hand() -> None:
    # Ten tracks of 100 BPM: a reads six of them at half the tempo, b all of them rightly.
    a = bpm_run({str(i): (100.0, 50.0 if i < 6 else 100.0) for i in range(10)})
    b = bpm_run({str(i): (100.0, 100.0) for i in range(10)})
    comparison = compare_runs(a, b)
    hits = comparison.metrics["accuracy1"]
    assert (hits.pairs, hits.only_a, hits.only_b) == (10, 0, 0)
    assert (hits.a, hits.b, hits.difference) == (0.4, 1.0, 0.6)
    # Six gained, none lost: 2 of 64.
    assert (hits.test, hits.p) == ("mcnemar", 0.03125)
    assert hits.interval is not None
    assert 0.2 <= hits.interval[0] <= 0.4
    assert 0.8 <= hits.interval[1] <= 1.0
    # One metric of eighteen alone is not enough: Holm multiplies by as many as are tested, and those that agree too.
    assert hits.p_adjusted == pytest.approx(18 * 0.03125)
    assert hits.verdict == "no clear difference"
    octave_free = comparison.metrics["within_0p005_octave"]
    assert (octave_free.difference, octave_free.p, octave_free.verdict) == (0.0, 1.0, "no clear difference")
    error = comparison.metrics["mae_bpm"]
    assert (error.a, error.b, error.difference, error.test) == (30.0, 0.0, -30.0, "wilcoxon")


def test_a_difference_that_many_tracks_share_is_called_by_its_name() -> None:
    a = bpm_run({str(i): (100.0, 50.0 if i % 2 else 103.0) for i in range(40)})
    b = bpm_run({str(i): (100.0, 100.0) for i in range(40)})
    metrics = compare_runs(a, b).metrics
    improved = {key for key, metric in metrics.items() if metric.verdict == "better"}
    # Half the tempo is right where the octave is forgiven: of accuracy2 alone there is nothing to gain.
    assert {"accuracy1", "within_0p5", "mae_bpm", "rmse_bpm", "oe1", "aoe1", "within_0p5_octave"} <= improved
    assert metrics["accuracy2"].verdict == "no clear difference"
    worsened = {key for key, metric in compare_runs(b, a).metrics.items() if metric.verdict == "worse"}
    assert worsened == improved


@settings(max_examples=40)
@given(estimates)
def test_a_run_is_not_different_from_itself(tracks: dict[str, tuple[float, float | None]]) -> None:
    comparison = compare_runs(bpm_run(tracks), bpm_run(tracks))
    assert comparison.better == comparison.worse == comparison.warnings == ()
    for metric in comparison.metrics.values():
        assert metric.verdict == "no clear difference"
        assert metric.a == metric.b
        if metric.pairs:
            assert (metric.difference, metric.interval) == (0.0, (0.0, 0.0))
            assert metric.p == metric.p_adjusted == 1.0


@settings(max_examples=40)
@given(estimates, estimates)
def test_swapping_the_runs_mirrors_the_comparison(
    one: dict[str, tuple[float, float | None]], two: dict[str, tuple[float, float | None]]
) -> None:
    there, back = compare_runs(bpm_run(one), bpm_run(two)), compare_runs(bpm_run(two), bpm_run(one))
    opposite = {"better": "worse", "worse": "better", "no clear difference": "no clear difference"}
    assert (there.only_a, there.only_b) == (back.only_b, back.only_a)
    assert [track.path for track in there.better] == [track.path for track in back.worse]
    assert [track.path for track in there.worse] == [track.path for track in back.better]
    for key, metric in there.metrics.items():
        mirrored = back.metrics[key]
        assert (metric.a, metric.b, metric.only_a) == (mirrored.b, mirrored.a, mirrored.only_b)
        assert (metric.p, metric.p_adjusted) == (mirrored.p, mirrored.p_adjusted)
        assert metric.verdict == opposite[mirrored.verdict]
        assert (metric.difference or 0.0) == -(mirrored.difference or 0.0)
        if metric.interval and mirrored.interval:
            assert metric.interval == pytest.approx((-mirrored.interval[1], -mirrored.interval[0]), abs=2e-6)


def test_tracks_without_a_value_in_one_run_are_counted_and_left_out() -> None:
    a = bpm_run({"x": (128.0, None), "y": (128.0, 127.0), "z": (128.0, 127.0)})
    b = bpm_run({"x": (128.0, 128.0), "y": (128.0, 128.0), "z": (128.0, None)})
    metrics = compare_runs(a, b).metrics
    error = metrics["mae_bpm"]
    assert (error.pairs, error.only_a, error.only_b, error.a, error.b) == (1, 1, 1, 1.0, 0.0)
    # A hit that is missed for want of an estimate is a miss like any other.
    assert (metrics["accuracy1"].pairs, metrics["accuracy1"].a, metrics["accuracy1"].b) == (3, 0.666667, 0.666667)


def test_a_metric_that_no_track_has_is_empty() -> None:
    metrics = compare_runs(beats_run([{"f_measure": 0.5}]), beats_run([{"f_measure": 0.6}])).metrics
    empty = metrics["downbeat_f_measure"]
    assert (empty.pairs, empty.a, empty.interval, empty.p, empty.p_adjusted) == (0, None, None, None, None)
    assert metrics["f_measure"].p_adjusted == 1.0


def test_nearer_to_zero_is_better_whatever_the_sign() -> None:
    late, early = ([{"phase_bias_ms": bias + i / 10} for i in range(20)] for bias in (-12.0, 4.0))
    bias = compare_runs(beats_run(late), beats_run(early)).metrics["phase_bias_ms"]
    # -12.0 … -10.1 and 4.0 … 5.9, without their signs.
    assert (bias.a, bias.b, bias.difference, bias.absolute) == (11.05, 4.95, -6.1, True)
    assert bias.verdict == "better"


def test_few_large_losses_and_many_small_gains_are_not_called_better_or_worse() -> None:
    a = beats_run([{"f_measure": 0.90} for _ in range(40)])
    b = beats_run([{"f_measure": 0.91 if i < 36 else 0.1} for i in range(40)])
    metric = compare_runs(a, b).metrics["f_measure"]
    assert metric.p_adjusted is not None
    assert metric.p_adjusted < 0.05
    assert metric.difference is not None
    assert metric.difference < 0
    assert metric.verdict == "no clear difference"


def test_the_interval_is_that_of_pairs_and_not_of_runs() -> None:
    # Tracks differ widely, but b is 0.01 better on each: so is every draw of tracks.
    scores = np.linspace(0.1, 0.9, 30).round(6)
    a, b = (beats_run([{"f_measure": float(s) + d} for s in scores]) for d in (0.0, 0.01))
    metric = compare_runs(a, b).metrics["f_measure"]
    assert metric.interval == pytest.approx((0.01, 0.01), abs=2e-6)
    assert metric.verdict == "better"


def test_hits_gained_and_lost_come_before_errors() -> None:
    a = {"gained": (128.0, 140.0), "lost": (128.0, 128.0), "closer": (128.0, 128.4), "further": (128.0, 128.0)}
    b = {"gained": (128.0, 128.0), "lost": (128.0, 64.0), "closer": (128.0, 128.1), "further": (128.0, 128.3)}
    a |= {"octave": (128.0, 64.0), "heard": (128.0, None), "same": (128.0, 127.0), "hair": (128.0, 128.0000001)}
    b |= {"octave": (128.0, 256.0), "heard": (128.0, 140.0), "same": (128.0, 127.0), "hair": (128.0, 128.0)}
    comparison = compare_runs(bpm_run(a), bpm_run(b))
    # Any tempo is closer than none.
    assert [track.path for track in comparison.better] == ["gained", "heard", "closer"]
    assert [track.path for track in comparison.worse] == ["lost", "further"]
    assert comparison.better[1].a == {
        "status": "failed",
        "reference_bpm": 128.0,
        "estimate_bpm": None,
        "accuracy1": 0.0,
        "octave_free_error_bpm": None,
    }
    assert comparison.worse[1].b["octave_free_error_bpm"] == 0.3


def test_at_most_ten_tracks_are_named_the_largest_change_first() -> None:
    a = beats_run([{"f_measure": 0.5} for _ in range(30)])
    b = beats_run([{"f_measure": 0.5 + (i - 14) / 100} for i in range(30)])
    comparison = compare_runs(a, b)
    assert [track.path for track in comparison.better] == [str(i) for i in range(29, 19, -1)]
    assert [track.path for track in comparison.worse] == [f"{i:02}" for i in range(10)]


def test_the_seed_moves_intervals_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    a, b = (beats_run([{"f_measure": float(x)} for x in rng.uniform(size=25).round(6)]) for _ in range(2))
    one, same, other = (compare_runs(a, b, seed=seed).metrics["f_measure"] for seed in (1, 1, 2))
    assert one == same
    assert one.interval != other.interval
    assert (one.difference, one.p) == (other.difference, other.p)


@pytest.mark.parametrize(("run", "metrics"), [
    (bpm_run({"x": (128.0, None), "y": (100.0, 50.0)}), TEMPO_METRICS),
    (beats_run([{"f_measure": 0.5}, {"phase_bias_ms": 3.0}]), BEAT_METRICS),
])  # fmt: skip
def test_a_record_is_json_with_every_metric(run: dict[str, Any], metrics: dict[str, Any]) -> None:
    record = comparison_record(compare_runs(run, run))
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert list(record["metrics"]) == list(metrics)  # type: ignore[call-overload]
    assert record["tracks"] == 2


def test_documents_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(InputError, match="run a is about bpm, run b about beats"):
        compare_runs(bpm_run({"x": (1, 1)}), beats_run([{"f_measure": 0.5}]))
    with pytest.raises(InputError, match="00: cemgil should be a number"):
        compare_runs(beats_run([{"cemgil": float("nan")}]), beats_run([{"cemgil": 0.5}]))
