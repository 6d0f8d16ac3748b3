"""The page: every track once, nothing from outside, no markup from tracks."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest

from edm.model import Result
from edm.pictures.page import FEWEST_COLUMNS, ReportPage, columns_for
from edm.pictures.picture import TrackPicture
from tests.unit.pictures import samples
from tests.unit.pictures.test_block import NASTY
from tests.unit.pictures.test_facts import contrast


def page_of(results: Iterable[Result[TrackPicture]], **given: object) -> str:
    page = ReportPage(io.BytesIO())
    for result in results:
        page.add(result)
    stream = io.BytesIO()
    page.write(stream, **given)  # type: ignore[arg-type]
    return stream.getvalue().decode("utf-8")


class Elements(HTMLParser):
    """All elements of a page with their attributes, and its text outside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.text += data

    def all(self, tag: str, of_class: str = "") -> list[dict[str, str | None]]:
        return [a for t, a in self.found if t == tag and (not of_class or of_class in (a.get("class") or "").split())]


def test_tracks_stand_in_the_order_in_which_they_were_asked_for() -> None:
    html = page_of([samples.done(2, path="/m/c.wav"), samples.failed(1, "/m/b.wav"), samples.done(0, path="/m/a.wav")])
    rows = Elements(html).all("tr", "track")
    assert [row["data-i"] for row in rows] == ["0", "1", "2"]
    assert [row["data-verdict"] for row in rows] == ["locked", "failed", "locked"]


def test_every_track_but_a_failed_one_has_its_block() -> None:
    html = page_of([samples.done(0), samples.failed(1), samples.done(7, title="Last")])
    blocks = re.findall(r'<script type="application/json" id="t(\d+)">(.*)</script>', html)
    assert [place for place, _ in blocks] == ["0", "7"]
    assert json.loads(blocks[1][1])["name"] == "Last"


def test_a_failure_is_listed_with_its_reason_and_what_to_do() -> None:
    text = Elements(page_of([samples.failed(0, "/m/b.wav", "is cut off")])).text
    assert "1 failed" in text
    assert "is cut off" in text
    assert "copy it again" in text


def test_fallbacks_are_counted() -> None:
    text = Elements(page_of([samples.done(i, fallback="no networks") for i in range(3)])).text
    assert re.search(r"3 tracks\s+no networks", text)


@pytest.mark.parametrize("text", NASTY)
def test_no_text_becomes_markup(text: str) -> None:
    plain = Elements(page_of([samples.done(0), samples.failed(1)]))
    nasty = Elements(
        page_of(
            [
                samples.done(0, path=f"/m/{text}.wav", title=text, artist=text, fallback=text, warnings=(text,)),
                samples.failed(1, f"/m/{text}.wav", text),
            ],
            title=text,
        )
    )
    extra = {"details", "summary", "ul", "li", "b", "abbr"}
    assert [tag for tag, _ in nasty.found if tag not in extra] == [tag for tag, _ in plain.found if tag not in extra]
    assert not any(name.startswith("on") for _, attributes in nasty.found for name in attributes)


def test_the_page_asks_nobody_for_anything() -> None:
    elements = Elements(page_of([samples.done(0)]))
    for tag, attributes in elements.found:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not {"src", "href", "action", "data"} & set(attributes)
    html = page_of([samples.done(0)])
    assert "url(" not in html
    assert "@import" not in html


def test_only_the_pages_own_script_may_run() -> None:
    elements = Elements(page_of([samples.done(0)]))
    policy = next(a["content"] for a in elements.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    own = max(elements.scripts, key=len)
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_columns_that_nothing_is_known_for_are_left_out() -> None:
    heads = [a.get("data-sort") for a in Elements(page_of([_bare()])).all("th") if a.get("scope") == "col"]
    assert heads == ["name", "length", "verdict"]


def test_an_interrupted_run_says_so() -> None:
    assert "2 more tracks were asked for" in page_of([samples.done(0)], missing=2)
    assert "interrupted" not in page_of([samples.done(0)])


def test_keys_are_written_in_one_notation() -> None:
    page = ReportPage(io.BytesIO(), key_notation="camelot")
    page.add(samples.done(0))
    stream = io.BytesIO()
    page.write(stream)
    text = Elements(stream.getvalue().decode()).text
    assert "8A" in text
    assert "A minor" not in text.replace("8A, A minor: 1 track", "")


def test_waveforms_shrink_where_tracks_are_very_many() -> None:
    assert columns_for(1) == columns_for(400) == 9600
    assert columns_for(800) == 4800
    assert columns_for(100_000) == FEWEST_COLUMNS
    assert columns_for(0) == 9600


def test_colours_of_text_can_be_read() -> None:
    from importlib import resources

    css = resources.files("edm.pictures").joinpath("page.css").read_text(encoding="utf-8")
    palettes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", rule)) for rule in re.findall(r":root[^{]*\{([^}]*)\}", css)
    ]
    palettes = [palette for palette in palettes if len(palette) > 12]
    assert len(palettes) == 3
    assert palettes[1] == palettes[2]
    for palette in palettes:
        for text in ("ink", "quiet", "blue", "orange", "bad", "good"):
            assert contrast(palette[text], palette["paper"]) > 4.5, text
            assert contrast(palette[text], palette["panel"]) > 4.5, text
        assert contrast(palette["ink"], palette["heat"]) > 4.5


def _bare() -> Result[TrackPicture]:
    from edm.model import Success

    made = samples.bare()
    return Success(0, made.analysis.path, made, 1.0)
