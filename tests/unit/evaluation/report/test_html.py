"""The page is well-formed, needs nothing from elsewhere, and no name gets out of its cell."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.report.contents import one_line
from edm.evaluation.report.html import to_html
from tests.unit.evaluation.report.sample import ODD_NAMES, sample

TASKS: list[Task] = list(METRICS)
VOID = {"meta", "br", "hr", "img", "input", "link"}
OUR_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "details", "summary"),
    *("h1", "h2", "p", "ul", "li", "b", "dl", "div", "dt", "dd", "figure", "small", "span", "bdi"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("svg", "rect", "line", "polyline", "circle", "text"),
}


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails where a tag is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.cells: dict[str, list[str]] = {}
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        self.cells.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.open, f"<{tag}/> is for SVG only"
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        for tag in set(self.open):
            self.cells[tag][-1] += data


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("tracks", "perfect"), [(0, False), (1, False), (60, False), (60, True)])
def test_a_page_is_well_formed_and_made_of_our_tags(task: Task, tracks: int, perfect: bool) -> None:
    html = to_html(sample(task, tracks=tracks, perfect=perfect))
    page = Page(html)
    assert set(page.tags) <= OUR_TAGS
    assert html.startswith("<!doctype html>")
    assert html.endswith("</html>\n")


@pytest.mark.parametrize("task", TASKS)
def test_a_page_needs_nothing_from_elsewhere(task: Task) -> None:
    html = to_html(sample(task))
    assert not re.search(r"https?:|//|url\(|@import|javascript:", html)
    names = {name for name, _ in Page(html).attributes}
    assert not names & {"src", "href", "srcset", "action", "data", "xlink:href"}
    assert not [name for name in names if name.startswith("on")]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in Page(html).attributes


@pytest.mark.parametrize("index", range(len(ODD_NAMES)))
@pytest.mark.parametrize("task", TASKS)
def test_an_odd_name_is_text_of_its_cell(task: Task, index: int) -> None:
    document = sample(task)
    # All at the head of the worst, as tracks that failed.
    odd = {**document["tracks"][3], "path": ODD_NAMES[index]}
    page = Page(to_html({**document, "tracks": [odd]}))
    assert page.cells["bdi"].count(one_line(ODD_NAMES[index])) == 2
    assert set(page.tags) <= OUR_TAGS


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("<>\"'&{}%#-")))
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    document = sample("bpm", tracks=4)
    row = document["tracks"][3]
    row |= {"path": text, "error": {"type": text, "message": text, "hint": text}}
    document["matching"]["unmatched"] = [{"path": text, "origin": text, "reason": text}]
    document["settings"]["reference"] = [text]
    document["settings"]["where"] = [text]
    document["versions"][text] = text
    document["groups"] = {text: {text: document["groups"]["genre"]["techno"]}}
    document["shown_groups"] = [text]
    page = Page(to_html(document))
    assert set(page.tags) <= OUR_TAGS
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    assert page.cells["bdi"].count(one_line(text)) >= 3


@pytest.mark.parametrize("task", TASKS)
def test_every_metric_is_on_the_page(task: Task) -> None:
    labels = " | ".join(Page(to_html(sample(task))).cells["th"])
    assert all(metric.label in labels for metric in METRICS[task].values())


def test_what_is_missing_is_a_dash_and_never_none() -> None:
    for task in TASKS:
        document = sample(task, tracks=4)
        for part in (document["summary"], document["intervals"]):
            part.update(dict.fromkeys(METRICS[task]))
        for row in document["tracks"]:
            row.update(dict.fromkeys(METRICS[task]))
        words = set(re.findall(r"\w+", " ".join(Page(to_html(document)).text)))
        assert not words & {"None", "nan", "NaN", "inf", "Undefined"}


def test_the_matrix_is_coloured_by_share_of_its_row() -> None:
    document = sample("bpm")
    counts = [0] * 11
    document["confusions"]["rows"]["<118"] = [*counts[:4], 30, *counts[5:9], 10, 0]
    html = to_html(document)
    row = html[html.index("&lt;118</th>") :].split("</tr>")[0]
    assert re.findall(r'class="(\w+)" style="--heat:(\d+)">(\d+)<', row) == [
        ("right", "64", "30"),
        ("wrong", "21", "10"),
    ]
    assert row.count('class="nothing"') == 9


@pytest.mark.parametrize("task", TASKS)
def test_charts_are_there_where_there_is_data(task: Task) -> None:
    images = [value for name, value in Page(to_html(sample(task))).attributes if (name, value) == ("role", "img")]
    assert len(images) == {"bpm": 3, "beats": 1, "structure": 1, "key": 1}[task]


def test_without_data_the_page_says_so_in_place_of_charts() -> None:
    text = " ".join(Page(to_html(sample("bpm", tracks=0))).text)
    assert "No track has a value." in text
    assert "No estimate came with a confidence." in text
    assert "None: all are perfect." in text


def test_long_lists_are_cut_and_say_so() -> None:
    document: dict[str, Any] = sample("beats")
    entry = {"path": "lost.wav", "origin": "x.csv, row 2", "reason": "no such file"}
    document["matching"]["unmatched"] = [entry] * 250
    page = Page(to_html(document))
    assert page.cells["bdi"].count("lost.wav") == 200
    assert "Not matched: 250" in page.cells["h2"]
    assert any("50 more are in results.json." in text for text in page.text)


def test_gates_say_whether_they_were_passed() -> None:
    page = Page(to_html(sample("bpm")))
    assert page.cells["b"] == ["missed"]
    assert "Accuracy1 is 90.0 %, asked for: at least 95.0 %" in page.cells["li"][0]
