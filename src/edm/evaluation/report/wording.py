"""How a value is written for people: one place for the terminal, for Markdown and for HTML.

A value has its unit beside it ("96.0 %", "0.012 BPM", "+0.3 ms"); what has no value is an en dash. Rounding never
makes a perfect score of one that is not: 0.9999 is ">99.9 %". A minus is U+2212, thousands are apart by U+00A0; no
other character outside ASCII is used but the dash.

Offers `shown`, `shown_interval`, `headline`, `metric_rows`, `label`, and for values that are no metric `shown_bpm`,
`shown_share`, `shown_quantity` and `shown_duration`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from edm.evaluation.metrics import METRICS, Metric

__all__ = [
    "NONE",
    "MetricRow",
    "headline",
    "label",
    "metric_rows",
    "shown",
    "shown_bpm",
    "shown_duration",
    "shown_interval",
    "shown_quantity",
    "shown_share",
]

NONE = "–"
"""Stands where there is no value."""

_CALIBRATION = "expected_calibration_error"
_ALL: dict[str, Metric] = {
    **{key: metric for metrics in METRICS.values() for key, metric in metrics.items()},
    # No metric of a track, and so not in the tables of metrics.
    _CALIBRATION: Metric("calibration error", "mean", "less", "%", "Mean distance of confidence from accuracy."),
}
_UNITS = {"%": "%", "bpm": "BPM", "ms": "ms", "octaves": "octaves", "beats": "beats", "rho": ""}

# Smallest absolute value and the decimals from there on, by unit. Tempo needs most where it is nearly right: 0.005 BPM
# is 16 ms at the end of a track.
_DECIMALS: dict[str, tuple[tuple[float, int], ...]] = {
    "bpm": ((100.0, 1), (10.0, 2), (0.01, 3), (0.0, 4)),
    "ms": ((100.0, 0), (0.0, 1)),
    "octaves": ((0.0, 3),),
    "beats": ((0.0, 2),),
    "rho": ((0.0, 2),),
}
_ZERO_DECIMALS = {"bpm": 3, "ms": 1, "octaves": 3, "beats": 2, "rho": 2}


class MetricRow(NamedTuple):
    """One line of a table of scores, as text.

    Attributes
    ----------
    label
        Name of the metric.
    value
        With its unit, or a dash.
    interval
        With its unit, or a dash.
    """

    label: str
    value: str
    interval: str


def shown(metric: str, value: float | None, *, of_track: bool = False) -> str:
    """`value` of the metric with its unit, or a dash.

    Parameters
    ----------
    metric
        Key of `edm.evaluation.metrics`, or ``expected_calibration_error``.
    value
        In the metric's unit; shares are 0..1. None and what is not finite are a dash.
    of_track
        Whether it is the value of one track: an error that a summary gives without its sign has one there.
    """
    if value is None or not math.isfinite(value):
        return NONE
    return f"{_number(metric, value, of_track=of_track)} {_UNITS[_ALL[metric].unit]}".rstrip()


def shown_interval(metric: str, interval: Sequence[float] | None, *, with_unit: bool = True) -> str:
    """Both ends of `interval` with the metric's unit ("94.1 to 97.8 %"), or a dash."""
    if interval is None or not all(math.isfinite(end) for end in interval):
        return NONE
    low, high = (_number(metric, end) for end in interval)
    return f"{low} to {high} {_UNITS[_ALL[metric].unit]}".rstrip() if with_unit else f"{low} to {high}"


def headline(document: Mapping[str, Any]) -> list[MetricRow]:
    """The scores that stand at the top of a report, in the order of the table of metrics."""
    return metric_rows(document, [key for key, metric in METRICS[document["task"]].items() if metric.headline])


def metric_rows(document: Mapping[str, Any], metrics: Sequence[str]) -> list[MetricRow]:
    """One row for each key of `metrics`, from the summary of `document`."""
    summary, intervals = document["summary"], document["intervals"]
    return [
        MetricRow(label(key, document), shown(key, summary.get(key)), shown_interval(key, intervals.get(key)))
        for key in metrics
    ]


def label(metric: str, document: Mapping[str, Any] | None = None) -> str:
    """Name of the metric for people; with a `document`, the tolerance where it is not the usual 4 %."""
    name = _ALL[metric].label
    tolerance = (document or {}).get("settings", {}).get("tolerance")
    if metric in ("accuracy1", "accuracy2") and tolerance is not None and tolerance != 0.04:
        return f"{name} ({tolerance * 100:g} %)"
    return name


def shown_bpm(value: float | None) -> str:
    """A tempo, to 0.001 BPM, without the unit: for columns that are headed with it."""
    return NONE if value is None or not math.isfinite(value) else f"{value:.3f}"


def shown_share(value: float | None) -> str:
    """A share of 0..1 in percent."""
    return NONE if value is None or not math.isfinite(value) else f"{_percent(value)} %"


def shown_quantity(value: float | None, unit: str, *, signed: bool = True) -> str:
    """`value` in `unit` (``bpm``, ``ms``, ``octaves`` or ``beats``), with the unit; a dash for None."""
    return NONE if value is None or not math.isfinite(value) else f"{_plain(value, unit, signed=signed)} {_UNITS[unit]}"


def shown_duration(seconds: float | None) -> str:
    """A span as people say it: "4:05", "1:02:03", below a minute "12.3 s"; a dash for None."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _number(metric: str, value: float, *, of_track: bool = False) -> str:
    row = _ALL[metric]
    if row.unit == "%":
        return _percent(value)
    without_sign = row.aggregate in ("mean_absolute", "median_absolute") and not of_track
    signed = row.unit == "rho" or (row.better == "near_zero" and not without_sign)
    return _plain(value, row.unit, signed=signed)


def _percent(share: float) -> str:
    text = f"{share * 100:.1f}"
    if text == "100.0" and share < 1:
        return ">99.9"
    if text == "0.0" and share > 0:
        return "<0.1"
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def _plain(value: float, unit: str, *, signed: bool) -> str:
    if value == 0:
        return f"{0:.{_ZERO_DECIMALS[unit]}f}"
    decimals = next(count for start, count in _DECIMALS[unit] if abs(value) >= start)
    text = f"{abs(value):,.{decimals}f}".replace(",", "\u00a0")
    if not text.strip("0."):  # nothing but zeros is left
        # A rounded zero has no sign. That it is not zero is said where it may count: of a tempo.
        return f"<{text[:-1]}1" if unit == "bpm" and not signed else text
    if value < 0:
        return "−" + text
    return "+" + text if signed else text
