"""Charts are well-formed, to scale, and hide nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.report.charts import histogram, interval_bar, reliability, tolerance_curve


def parts(svg: str, tag: str, kind: str = "") -> list[ET.Element]:
    return [node for node in ET.fromstring(svg).iter(tag) if kind in node.get("class", "").split() or not kind]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in parts(svg, "text")]


def number(node: ET.Element, name: str) -> float:
    return float(node.get(name, "nan"))


EDGES = [-0.5, -0.25, 0.0, 0.25, 0.5]
BINS = [
    {"low": 0.0, "high": 0.1, "tracks": 4, "confidence": 0.05, "accuracy1": 0.0},
    {"low": 0.9, "high": 1.0, "tracks": 16, "confidence": 0.95, "accuracy1": 1.0},
]


def test_every_track_is_in_a_bar_with_its_count() -> None:
    svg = histogram(EDGES, [7, 1, 20, 10, 0, 3], unit="BPM", title="errors")
    assert [node[0].text for node in parts(svg, "rect")] == [
        "below −0.5 BPM: 7",
        "−0.5 to −0.25 BPM: 1",
        "−0.25 to 0 BPM: 20",
        "0 to 0.25 BPM: 10",
        "above 0.5 BPM: 3",
    ]
    assert {"7", "1", "20", "10", "3", "< −0.5", "> 0.5", "BPM"} <= set(texts(svg))


def test_bars_are_as_tall_as_their_counts() -> None:
    svg = histogram(EDGES, [5, 0, 20, 10, 0, 0], unit="BPM", title="errors")
    heights = [number(node, "height") for node in parts(svg, "rect")]
    assert heights == pytest.approx([heights[1] / 4, heights[1], heights[1] / 2], abs=0.02)


def test_one_track_among_thousands_is_still_to_be_seen() -> None:
    svg = histogram(EDGES, [1, 0, 9999, 0, 0, 0], unit="BPM", title="errors")
    assert number(parts(svg, "rect")[0], "height") >= 2


def test_open_bins_stand_apart_and_look_different() -> None:
    svg = histogram(EDGES, [1, 1, 1, 1, 1, 1], unit="ms", title="errors")
    bars = parts(svg, "rect")
    assert [("outer" in (bar.get("class") or "")) for bar in bars] == [True, False, False, False, False, True]
    gaps = [number(b, "x") - number(a, "x") - number(a, "width") for a, b in pairwise(bars)]
    assert min(gaps[0], gaps[-1]) > 15
    assert max(gaps[1:-1]) < 2


@given(
    st.integers(1, 60).flatmap(lambda n: st.lists(st.integers(0, 10**6), min_size=n + 2, max_size=n + 2)),
    st.floats(0.001, 1e6),
)
def test_a_histogram_of_any_counts_stays_inside_its_box(counts: list[int], limit: float) -> None:
    bins = len(counts) - 2
    edges = [limit * (2 * index / bins - 1) for index in range(bins + 1)]
    svg = histogram(edges, counts, unit="ms", title="errors")
    width, height = (float(text) for text in (ET.fromstring(svg).get("viewBox") or "").split()[2:])
    for bar in parts(svg, "rect"):
        assert number(bar, "x") >= 0
        assert number(bar, "x") + number(bar, "width") <= width
        assert 0 <= number(bar, "y") <= number(bar, "y") + number(bar, "height") <= height
    assert len(parts(svg, "rect")) == sum(count > 0 for count in counts)


def test_a_curve_rises_with_its_values_and_is_named_at_its_end() -> None:
    curves = {"Accuracy1": [0.0, 0.5, 0.5], "Accuracy2": [0.0, 0.5, 1.0]}
    svg = tolerance_curve([0.001, 0.01, 0.1], curves, mark=0.01)
    lines = [[tuple(map(float, p.split(","))) for p in (n.get("points") or "").split()] for n in parts(svg, "polyline")]
    assert lines[0][0][0] < lines[0][1][0] < lines[0][2][0]
    # Logarithmic: a decade is a decade.
    assert lines[0][1][0] - lines[0][0][0] == pytest.approx(lines[0][2][0] - lines[0][1][0], abs=0.02)
    assert lines[1][0][1] > lines[1][1][1] > lines[1][2][1]
    assert lines[0][1][1] == lines[0][2][1]
    assert {"Accuracy1", "Accuracy2", "1 %", "10 %", "100 %"} <= set(texts(svg))
    assert number(parts(svg, "line", "mark")[0], "x1") == pytest.approx(lines[0][1][0])


@pytest.mark.parametrize("last", [(0.9, 0.9), (0.9, 0.91), (1.0, 1.0), (0.0, 0.0), (0.2, 0.9)])
def test_names_of_curves_do_not_lie_on_each_other(last: tuple[float, float]) -> None:
    svg = tolerance_curve([0.001, 0.1], {"a": [0.0, last[0]], "b": [0.0, last[1]]}, mark=None)
    (one,), (other,) = parts(svg, "text", "name1"), parts(svg, "text", "name2")
    assert abs(number(one, "y") - number(other, "y")) >= 11


def test_a_mark_outside_of_the_curve_is_not_drawn() -> None:
    assert not parts(tolerance_curve([0.001, 0.1], {"a": [0.0, 1.0]}, mark=0.2), "line", "mark")


def test_dots_of_honest_bins_lie_on_the_diagonal() -> None:
    bins = [dict(row, accuracy1=row["confidence"]) for row in BINS]
    svg = reliability(bins, title="calibration")
    (diagonal,) = parts(svg, "line", "mark")
    x1, y1, x2, y2 = (number(diagonal, name) for name in ("x1", "y1", "x2", "y2"))
    for dot in parts(svg, "circle"):
        along = (number(dot, "cx") - x1) / (x2 - x1)
        assert number(dot, "cy") == pytest.approx(y1 + along * (y2 - y1), abs=0.02)


def test_the_area_of_a_dot_grows_with_its_tracks_and_counts_stand_below() -> None:
    svg = reliability(BINS, title="calibration")
    small, large = (number(dot, "r") for dot in parts(svg, "circle"))
    assert small < large
    assert {"4", "16"} <= set(texts(svg))


def test_an_interval_bar_is_as_long_as_its_share_and_never_longer_than_its_trough() -> None:
    for value, width in [(0.5, 50), (0.0, 0), (1.0, 100), (1.2, 100)]:
        assert number(parts(interval_bar(value, (0.4, 0.6)), "rect", "bar")[0], "width") == width
    assert not parts(interval_bar(0.5, None), "line")


@pytest.mark.parametrize(
    "svg",
    [
        histogram(EDGES, [0, 0, 1, 0, 0, 0], unit="BPM", title="<b> & co"),
        tolerance_curve([0.01], {"<b>": [1.0]}, mark=0.01),
        reliability(BINS, title="a < b"),
        reliability([], title="nothing"),
    ],
)
def test_each_chart_is_an_image_with_a_title_and_without_a_link(svg: str) -> None:
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag == "title"
    assert root[0].text
    assert not re.search(r"http|href|url\(|nan|inf", svg)
