"""Summaries count every track and say how sure they are."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.metrics import BEAT_METRICS, TEMPO_METRICS
from edm.evaluation.summary import (
    NO_LABEL,
    Status,
    break_down,
    rounded,
    score_columns,
    summarise,
    summary_record,
)
from edm.evaluation.tempo import TEMPO_BANDS, score_tempo, tempo_band

# Reference, estimate: right; half; 0.3 too fast; no estimate.
TRACKS = [(128.0, 128.0), (174.0, 87.0), (100.0, 100.3), (140.0, None)]
STATUSES: list[Status] = ["ok", "ok", "ok", "failed"]
COLUMNS = score_columns([score_tempo(r, e, duration_s=300.0) for r, e in TRACKS], TEMPO_METRICS)


def test_a_summary_by_hand() -> None:
    summary = summarise(COLUMNS, TEMPO_METRICS, STATUSES)
    assert (summary.tracks, summary.ok, summary.failed, summary.missing) == (4, 3, 1, 0)
    values = {key: summary.values[key] for key in ("accuracy1", "accuracy2", "within_0p5", "within_0p5_octave")}
    assert values == {"accuracy1": 0.5, "accuracy2": 0.75, "within_0p5": 0.5, "within_0p5_octave": 0.75}
    # Errors 0, 87 and 0.3, of three tracks: the fourth has none, and is a miss all the same.
    assert summary.values["mae_bpm"] == pytest.approx(29.1)
    assert summary.values["rmse_bpm"] == pytest.approx(math.sqrt((87**2 + 0.09) / 3))
    assert summary.values["median_error_bpm"] == pytest.approx(0.3)
    # OE1: 0, -1, log2(1.003) = 0.004322
    assert summary.values["oe1"] == pytest.approx((-1 + 0.0043217) / 3, abs=1e-7)
    assert summary.values["aoe1"] == pytest.approx((1 + 0.0043217) / 3, abs=1e-7)
    # Drifts 0, 0 and 300 s * 0.3 / 100.3
    assert summary.values["drift_ms"] == 0.0
    assert (summary.counts["accuracy1"], summary.counts["mae_bpm"], summary.counts["drift_ms"]) == (4, 3, 3)


def test_no_track_and_no_value_are_none_rather_than_a_number() -> None:
    nothing = summarise(score_columns([], BEAT_METRICS), BEAT_METRICS, [])
    assert set(nothing.values.values()) == set(nothing.intervals.values()) == {None}
    assert set(nothing.counts.values()) == {0}
    unheard = summarise(score_columns([{"f_measure": 0.0}], BEAT_METRICS), BEAT_METRICS, ["missing"])
    assert unheard.values["phase_bias_ms"] is unheard.intervals["phase_bias_ms"] is None
    assert (unheard.values["f_measure"], unheard.intervals["f_measure"]) == (0.0, (0.0, 0.0))
    assert unheard.missing == 1


def test_signed_beat_metrics_become_one_number_as_their_table_says() -> None:
    scores = [{"phase_bias_ms": bias, "downbeat_position_error": shift, "grid_drift_ms": drift}
              for bias, shift, drift in ((-4.0, -1.0, -20.0), (2.0, 1.0, 10.0), (3.0, 0.0, 30.0))]  # fmt: skip
    values = summarise(score_columns(scores, BEAT_METRICS), BEAT_METRICS, ["ok"] * 3).values
    assert values["phase_bias_ms"] == 2.0
    assert values["downbeat_position_error"] == pytest.approx(2 / 3)
    assert values["grid_drift_ms"] == 20.0


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(60, 200), st.none() | st.floats(60, 200)), min_size=1, max_size=15),
    st.integers(0, 99),
)
def test_intervals_hold_shares_and_exist_where_values_do(tracks: list[tuple[float, float | None]], seed: int) -> None:
    columns = score_columns([score_tempo(r, e) for r, e in tracks], TEMPO_METRICS)
    summary = summarise(columns, TEMPO_METRICS, ["ok"] * len(tracks), seed=seed, resamples=50)
    for key, metric in TEMPO_METRICS.items():
        limits = summary.intervals[key]
        assert (limits is None) == (summary.values[key] is None) == (summary.counts[key] == 0)
        if limits is not None:
            assert limits[0] <= limits[1]
            assert metric.unit != "%" or (limits[0] >= 0 and limits[1] <= 1 + 1e-12)


def test_equal_input_and_seed_give_equal_output() -> None:
    columns = score_columns([score_tempo(100.0, 100 + off / 7) for off in range(40)], TEMPO_METRICS)
    one, other, third = (summarise(columns, TEMPO_METRICS, ["ok"] * 40, seed=seed) for seed in (4, 4, 5))
    assert one == other
    assert one.values == third.values
    assert one.intervals != third.intervals


def test_groups_hold_every_track_once_and_are_summaries_of_their_own() -> None:
    labels = ["techno", None, "  ", "techno"]
    groups = break_down(COLUMNS, TEMPO_METRICS, STATUSES, labels, seed=3)
    assert list(groups) == ["techno", NO_LABEL]
    chosen = [0, 3]
    alone = summarise(
        {key: column[chosen] for key, column in COLUMNS.items()}, TEMPO_METRICS, [STATUSES[i] for i in chosen], seed=3
    )
    assert groups["techno"] == alone
    assert (alone.tracks, alone.failed, alone.values["accuracy1"]) == (2, 1, 0.5)
    assert sum(group.tracks for group in groups.values()) == len(TRACKS)


def test_groups_are_in_an_order_that_people_expect() -> None:
    def order(labels: list[str | None], **options: object) -> list[str]:
        columns = score_columns([{}] * len(labels), {})
        return list(break_down(columns, {}, ["ok"] * len(labels), labels, **options))  # type: ignore[arg-type]

    assert order(["10", "9", None, "house", "Acid", "1e1"]) == ["9", "10", "1e1", "Acid", "house", NO_LABEL]
    bands = [tempo_band(bpm) for bpm in (181, 140, 60, 160, 120)]
    assert order(bands, order=TEMPO_BANDS) == list(TEMPO_BANDS)  # type: ignore[arg-type]
    assert order(["nan", "inf", "2"]) == ["2", "inf", "nan"]


def test_a_record_is_json_with_few_digits() -> None:
    record = summary_record(summarise(COLUMNS, TEMPO_METRICS, STATUSES), TEMPO_METRICS)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert list(record["summary"]) == ["tracks", "ok", "failed", "missing", *TEMPO_METRICS]
    assert list(record["intervals"]) == list(record["counts"]) == list(TEMPO_METRICS)
    assert record["summary"]["rmse_bpm"] == 50.229772  # sqrt(7569.09 / 3)
    assert record["intervals"]["accuracy2"] == [0.25, 1.0]


def test_values_are_rounded_by_their_unit() -> None:
    assert rounded(1.23456789, TEMPO_METRICS["drift_ms"]) == 1.235
    assert rounded(1.23456789, TEMPO_METRICS["mae_bpm"]) == 1.234568
    assert rounded(2 / 3, TEMPO_METRICS["accuracy1"]) == 0.666667
    assert str(rounded(-1e-9, TEMPO_METRICS["oe1"])) == "0.0"
    assert rounded(None, TEMPO_METRICS["oe1"]) is rounded(math.inf, TEMPO_METRICS["oe1"]) is None


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(InputError, match="accuracy1: 3 tracks need a column of 3 values"):
        summarise(COLUMNS, TEMPO_METRICS, STATUSES[:3])
    with pytest.raises(InputError, match="accuracy1: 1 tracks need a column of 1 values, not no column"):
        summarise({}, TEMPO_METRICS, ["ok"])
    with pytest.raises(InputError, match="1 labels do not go with 4 tracks"):
        break_down(COLUMNS, TEMPO_METRICS, STATUSES, ["x"])
    assert np.isnan(score_columns([{"oe1": None}], TEMPO_METRICS)["oe1"]).all()
