"""Values are worded with their unit, and rounding never flatters."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.metrics import METRICS
from edm.evaluation.report.wording import (
    headline,
    label,
    metric_rows,
    shown,
    shown_bpm,
    shown_duration,
    shown_interval,
    shown_quantity,
    shown_share,
)

ALL = [key for metrics in METRICS.values() for key in metrics]


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("accuracy1", 0.96, "96.0 %"),
        ("accuracy1", 1.0, "100.0 %"),
        ("accuracy1", 0.9999, ">99.9 %"),
        ("accuracy1", 0.0, "0.0 %"),
        ("accuracy1", 0.0001, "<0.1 %"),
        ("accuracy1", None, "–"),
        ("expected_calibration_error", 0.031, "3.1 %"),
        ("mae_bpm", 0.01234, "0.012 BPM"),
        ("mae_bpm", 0.0043, "0.0043 BPM"),
        ("mae_bpm", 12.345, "12.35 BPM"),
        ("mae_bpm", 123.45, "123.5 BPM"),
        ("mae_bpm", 0.0, "0.000 BPM"),
        ("mae_bpm", 0.00001, "<0.0001 BPM"),
        ("oe1", -0.5, "−0.500 octaves"),
        ("oe1", 0.0, "0.000 octaves"),
        ("aoe1", 0.5, "0.500 octaves"),
        ("drift_ms", 65.62, "65.6 ms"),
        ("drift_ms", 81234.0, "81\u00a0234 ms"),
        ("phase_bias_ms", 0.3, "+0.3 ms"),
        ("phase_bias_ms", -0.3, "−0.3 ms"),
        ("phase_bias_ms", -0.001, "0.0 ms"),
        ("downbeat_position_error", 0.25, "0.25 beats"),
        ("grid_drift_ms", 4.0, "4.0 ms"),
    ],
)
def test_a_value_has_its_unit_and_the_digits_that_matter(metric: str, value: float | None, text: str) -> None:
    assert shown(metric, value) == text


def test_what_a_summary_gives_without_a_sign_has_one_on_a_track() -> None:
    assert shown("grid_drift_ms", 4.0, of_track=True) == "+4.0 ms"
    assert shown("downbeat_position_error", -1.0, of_track=True) == "−1.00 beats"
    assert shown("mae_bpm", 4.0, of_track=True) == "4.000 BPM"


def test_an_interval_has_one_unit_and_may_go_without() -> None:
    assert shown_interval("accuracy1", [0.941, 0.978]) == "94.1 to 97.8 %"
    assert shown_interval("phase_bias_ms", (-0.3, 0.5)) == "−0.3 to +0.5 ms"
    assert shown_interval("accuracy1", [0.941, 1.0], with_unit=False) == "94.1 to 100.0"
    assert shown_interval("accuracy1", None) == "–"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_a_dash(value: float) -> None:
    texts = {shown("mae_bpm", value), shown_bpm(value), shown_share(value), shown_quantity(value, "ms")}
    assert {*texts, shown_duration(value), shown_interval("mae_bpm", (0.0, value))} == {"–"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (59.9, "59.9 s"), (59.96, "1:00"), (245.2, "4:05"), (3723.0, "1:02:03"), (3599.7, "1:00:00")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert shown_duration(seconds) == text


@given(st.floats(0, 1))
def test_only_a_perfect_share_is_shown_as_one(share: float) -> None:
    text = shown_share(share)
    assert (text == "100.0 %") == (share == 1)
    assert (text == "0.0 %") == (share == 0)


@pytest.mark.parametrize("metric", ALL)
@given(value=st.floats(-1e7, 1e7))
def test_a_shown_number_is_the_value_to_half_of_its_last_digit(metric: str, value: float) -> None:
    text = shown(metric, value)
    number = text.rsplit(" ", 1)[0].replace("−", "-").replace("\u00a0", "")
    if number[0] in "<>":
        return
    assert re.fullmatch(r"[+-]?\d+(\.\d+)?", number)
    scale = 100 if text.endswith("%") else 1
    decimals = len(number.partition(".")[2])
    assert abs(float(number) - value * scale) <= 0.5001 * 10**-decimals + 1e-9 * abs(value)
    assert not number.startswith("-0") or float(number) != 0


def document(**settings: object) -> dict[str, object]:
    return {
        "task": "bpm",
        "summary": {"accuracy1": 0.9, "mae_bpm": None},
        "intervals": {"accuracy1": [0.8, 1.0], "mae_bpm": None},
        "settings": settings,
    }


def test_the_headline_is_what_the_table_of_metrics_says() -> None:
    rows = headline(document())
    assert [row.label for row in rows] == [metric.label for metric in METRICS["bpm"].values() if metric.headline]
    assert tuple(rows[0]) == ("Accuracy1", "90.0 %", "80.0 to 100.0 %")


def test_a_metric_without_a_value_is_a_row_of_dashes() -> None:
    assert tuple(metric_rows(document(), ["mae_bpm"])[0]) == ("mean abs. error", "–", "–")


def test_another_tolerance_is_part_of_the_name() -> None:
    assert label("accuracy2", document(tolerance=0.08)) == "Accuracy2 (8 %)"
    assert label("accuracy2", document(tolerance=0.04)) == "Accuracy2"
    assert label("within_0p5", document(tolerance=0.08)) == "within 0.5 BPM"
