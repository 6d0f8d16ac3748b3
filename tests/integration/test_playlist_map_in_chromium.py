"""The map of ``edm similar --plot`` in a real browser: opened from the disk, pointed at, filtered, in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edm.playlist.map_page import MapTrack, map_page
from tests.integration.chromium import Tab, browser, find_chromium

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

NASTY = "<img src=x onerror=document.title='caught'></script><script>document.title='caught'</script>"
TRACKS = [
    MapTrack("A – One", 128.04, "8A", 6.0, "techno"),
    MapTrack(NASTY, 90.0, "10B", 2.0, "ambient"),
    MapTrack("C – Three"),
]
PLACES = np.array([[0, 0], [-1, 1], [1, -1]], dtype=np.float32)
SAID = "document.getElementById('said').textContent"
TIP = "document.getElementById('tip')"
LEGEND = "[...document.querySelectorAll('#legend li')].map(item => item.textContent)"
# How much is drawn at the points of a line from above the middle of the map to it.
LINE = "[...pen.getImageData(630, 250, 1, 101).data].filter((_, place) => place % 4 === 3)"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    assert CHROMIUM is not None
    with browser(CHROMIUM, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(tab: Tab, tmp_path: Path) -> Iterator[Path]:
    """The map, open on a screen as wide as a desk's; no complaint and no request but for itself."""
    path = tmp_path / "map.html"
    path.write_text(map_page(TRACKS, PLACES, title="A & B", marked=0, near=[1]), encoding="utf-8")
    tab.size(1000, 700)
    tab.scheme("light")
    tab.complaints.clear()
    tab.requests.clear()
    tab.open(path)
    tab.settle()
    yield path
    assert tab.complaints == []
    assert set(tab.requests) == {path.as_uri()}


def test_a_map_is_drawn_with_its_legend(tab: Tab, page: Path) -> None:
    assert tab.js("document.title") == "A & B"
    assert tab.js(SAID) == "3 tracks; ringed: A – One and its neighbours"
    assert tab.js(LEGEND) == ["ambient1", "techno1", "unknown1"]
    # A point in the middle, beside the panel, where the first track is.
    line = tab.js(LINE)
    assert line[-1] > 0
    assert line[0] == 0


def test_names_come_up_under_the_pointer_and_stay_words(tab: Tab, page: Path) -> None:
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", x=630, y=350)
    tab.settle()
    assert tab.js(f"{TIP}.innerText").splitlines() == ["A – One", "128 BPM · 8A · energy 6 · techno · asked about"]
    x, y = tab.js("place(1)")
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    tab.settle()
    assert NASTY in tab.js(f"{TIP}.textContent")
    assert tab.js("document.title") == "A & B"
    assert tab.js("document.querySelectorAll('img').length") == 0


def test_the_field_filters_and_the_colours_change(tab: Tab, page: Path) -> None:
    tab.js("document.getElementById('filter').focus()")
    tab.type("10b")
    assert tab.js(SAID).startswith("1 of 3 tracks")
    tab.js("colour.value = 'key'; colour.dispatchEvent(new Event('change'))")
    assert tab.js(LEGEND) == ["8A1", "10B1", "unknown1"]
    tab.js("colour.value = 'bpm'; colour.dispatchEvent(new Event('change'))")
    assert tab.js(LEGEND)[-2:] == ["128 BPM", "unknown1"]


def test_the_page_is_dark_where_that_is_wanted(tab: Tab, page: Path) -> None:
    back = "getComputedStyle(document.body).backgroundColor"
    light = tab.js(back)
    tab.scheme("dark")
    tab.settle()
    assert light == "rgb(251, 251, 250)"
    assert tab.js(back) == "rgb(21, 21, 23)"


def test_on_a_narrow_screen_the_panel_is_folded_and_opens(tab: Tab, page: Path) -> None:
    assert tab.js("panel.open")
    tab.size(400, 700)
    tab.open(page)
    tab.settle()
    assert not tab.js("panel.open")
    assert tab.js("panel.getBoundingClientRect().height") < 80
    tab.js("document.querySelector('#panel summary').click()")
    tab.settle()
    assert tab.js("panel.open")
    assert tab.js("panel.getBoundingClientRect().height") > 200
