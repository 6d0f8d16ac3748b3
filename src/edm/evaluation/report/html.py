"""The report as one HTML page that needs nothing else: no network, no script, no font, no picture.

The page is the template ``page.html.j2`` and the style sheet ``page.css`` beside this module. All text is escaped by
the template; what is marked as safe are our charts, which hold numbers and our own words, and the style sheet.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from edm.evaluation.metrics import METRICS
from edm.evaluation.report import charts, contents, wording
from edm.evaluation.report.tasks import TASK_REPORTS
from edm.evaluation.report.wording import NONE, label, shown, shown_interval

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

__all__ = ["to_html"]

_CALIBRATION = "How far confidence is from the share of right tracks, on average."

# Percent of the full colour that a cell with all tracks of its row gets: text on it is readable in both schemes.
_FULL_HEAT = 85


def to_html(document: Mapping[str, Any]) -> str:
    """The whole page.

    Parameters
    ----------
    document
        As in ``results.json``.

    Returns
    -------
    str
        Ends with a newline.
    """
    task = document["task"]
    report = TASK_REPORTS[task]
    lists = {
        "Failed or missing": contents.failures(document),
        "Not matched": contents.unmatched(document),
        "Estimates not used": contents.unused_estimates(document),
    }
    return _template().render(
        document=document,
        task=task,
        title=contents.title(document),
        introduction=contents.introduction(document),
        gates=contents.gate_lines(document),
        cards=wording.metric_rows(document, report.cards),
        scores=_score_rows(document),
        group_metrics=[(key, label(key, document)) for key in contents.GROUP_METRICS[task]],
        groups=contents.group_tables(document),
        charts=_charts(document),
        report=report,
        confusions=_heat(document),
        worst=contents.worst_tracks(document),
        worst_table=None if task == "bpm" else contents.worst_table(document),
        lists=lists,
        listed=contents.LISTED,
        provenance=contents.provenance(document),
        dash=NONE,
        level=f"{document['settings']['confidence_level'] * 100:g} %",
        shown=shown,
        shown_interval=shown_interval,
        wording=wording,
        one_line=contents.one_line,
    )


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    folder = resources.files("edm.evaluation.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.globals["style"] = Markup(folder.joinpath("page.css").read_text(encoding="utf-8"))
    return environment.from_string(folder.joinpath("page.html.j2").read_text(encoding="utf-8"))


def _score_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All metrics, each with what it means and, where it is a share, a bar."""
    from markupsafe import Markup

    keys, metrics = contents.metric_keys(document), METRICS[document["task"]]
    rows = []
    for key, row in zip(keys, wording.metric_rows(document, keys), strict=True):
        value = document["summary"].get(key)
        share = key in metrics and metrics[key].unit == "%" and value is not None
        rows.append(
            {
                "key": key,
                "label": row.label,
                "meaning": metrics[key].meaning if key in metrics else _CALIBRATION,
                "value": row.value,
                "interval": row.interval,
                "bar": Markup(charts.interval_bar(value, document["intervals"].get(key))) if share else "",
                "count": document["counts"].get(key, NONE),
            }
        )
    return rows


def _charts(document: Mapping[str, Any]) -> dict[str, Markup]:
    """The charts that the document has data for, by name."""
    from markupsafe import Markup

    report = TASK_REPORTS[document["task"]]
    drawn: dict[str, str] = {}
    histogram = document.get("error_histogram")
    if histogram and report.histogram and sum(histogram["counts"]):
        unit = "BPM" if histogram["unit"] == "bpm" else histogram["unit"]
        name = f"{report.histogram[1]}: number of tracks by error in {unit}"
        drawn["histogram"] = charts.histogram(histogram["edges"], histogram["counts"], unit=unit, title=name)
    curve = document.get("tolerance_curve")
    if curve and curve["tolerance"]:
        named = {"Accuracy1": curve["accuracy1"], "Accuracy2": curve["accuracy2"]}
        drawn["tolerance"] = charts.tolerance_curve(curve["tolerance"], named, mark=document["settings"]["tolerance"])
    calibration = document.get("calibration")
    if calibration is not None and report.right:
        error = wording.shown_share(calibration["expected_calibration_error"])
        name = f"Share of right tracks by confidence; expected calibration error {error}"
        drawn["reliability"] = charts.reliability(calibration["bins"], title=name, metric=report.right[0])
    return {name: Markup(svg) for name, svg in drawn.items()}


def _heat(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The matrix of confusions: for each cell its text and how strong its colour is, 0 to 100, by share of its row.

    Rows without anything in them are left out where rows are labels, of which most tracks have a few.
    """
    words = TASK_REPORTS[document["task"]].confusions
    if words is None:
        return None
    confusions = document["confusions"]
    columns = confusions[words.columns]
    in_seconds = words.right is None
    rows = []
    for band, counts in confusions["rows"].items():
        total = sum(counts)
        if in_seconds and not total:
            continue
        cells = [
            {
                "text": (wording.shown_duration(count) if in_seconds else str(count)) if count else "",
                "heat": round(_FULL_HEAT * count / total) if total else 0,
                "right": column == (words.right or band),
            }
            for column, count in zip(columns, counts, strict=True)
        ]
        rows.append({"name": band, "cells": cells, "total": wording.shown_duration(total) if in_seconds else total})
    return {
        "title": words.title,
        "words": words.words,
        "of": words.rows,
        "total": "time" if in_seconds else "tracks",
        "columns": [column.replace("_", " ") for column in columns],
        "rows": rows,
    }
