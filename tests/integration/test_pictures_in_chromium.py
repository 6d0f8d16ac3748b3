"""The page of ``edm report`` in a real browser: opened from the disk, filtered, sorted, zoomed, printed, in silence."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.model import Key, Tempo
from edm.pictures.page import ReportPage
from tests.integration.chromium import Tab, browser, find_chromium
from tests.unit.pictures import samples

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

NASTY = "<img src=x onerror=document.title='caught'></script><script>document.title='caught'</script>"
NAMES = "[...document.querySelectorAll('tr.track:not([hidden]) bdi')].map(e => e.textContent)"
VIEW = "document.querySelector('.tools output').textContent"


def page(folder: Path) -> Path:
    def tempo(bpm: float) -> Tempo:
        return Tempo(bpm, 0.9, "network")

    made = ReportPage(io.BytesIO())
    made.add(samples.done(0, path="/m/alpha.wav", tempo=tempo(128.0)))
    made.add(
        samples.done(1, path="/m/Track 10.wav", tempo=tempo(174.0), key=Key("E", "minor", 0.8, "G major", 0.1, "x"))
    )
    made.add(
        samples.done(2, path="/m/Track 9.wav", tempo=tempo(90.0), key=Key("F#", "major", 0.8, "C major", 0.1, "x"))
    )
    made.add(samples.done(3, path=f"/m/{NASTY}.wav", title=NASTY, artist=NASTY, fallback=NASTY))
    made.add(samples.failed(4, f"/m/{NASTY}", NASTY))
    path = folder / "report.html"
    with path.open("wb") as stream:
        made.write(stream, title=NASTY)
    return path


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tab, Path]]:
    assert CHROMIUM is not None
    folder = tmp_path_factory.mktemp("page")
    with browser(CHROMIUM, folder / "profile") as tab:
        yield tab, page(folder)


@pytest.fixture
def tab(opened: tuple[Tab, Path]) -> Iterator[Tab]:
    tab, path = opened
    tab.complaints.clear()
    tab.requests.clear()
    tab.size(1280, 900)
    tab.scheme("light")
    tab.open(path)
    tab.js("localStorage.clear()")
    tab.open(path)
    yield tab
    tab.settle()
    assert tab.complaints == []
    assert {url for url in tab.requests if not url.startswith("file:")} == set()
    assert tab.js("document.title") != "caught"


def chosen(tab: Tab, name: str, value: str) -> None:
    tab.js(
        f"(() => {{ const e = document.getElementById({name!r}); e.value = {value!r}; "
        "e.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    tab.settle()


def drawn(tab: Tab) -> str:
    """What the first picture looks like."""
    return str(tab.js("document.querySelector('canvas').toDataURL()"))


def test_all_tracks_are_there_and_names_are_text(tab: Tab) -> None:
    names = tab.js(NAMES)
    assert names[:3] == ["alpha.wav", "Track 10.wav", "Track 9.wav"]
    assert names[3] == f"{NASTY} – {NASTY}"
    assert tab.js("document.querySelectorAll('img').length") == 0
    assert tab.js("document.getElementById('count').textContent") == "5 tracks"


def test_text_is_found_from_the_keyboard(tab: Tab) -> None:
    tab.press("/")
    tab.type("track 9")
    assert tab.js(NAMES) == ["Track 9.wav"]
    assert tab.js("document.getElementById('count').textContent") == "1 of 5"
    tab.press("Escape")
    assert len(tab.js(NAMES)) == 5


def test_a_range_of_tempo_leaves_what_lies_in_it(tab: Tab) -> None:
    chosen(tab, "low", "100")
    chosen(tab, "high", "174")
    assert tab.js(NAMES)[0] == "alpha.wav"
    assert len(tab.js(NAMES)) == 2
    chosen(tab, "high", "174.1")
    assert "Track 10.wav" in tab.js(NAMES)


def test_a_key_and_what_goes_with_it(tab: Tab) -> None:
    # E minor is 9A, beside A minor, 8A; F# major is across the wheel.
    chosen(tab, "key", "9A")
    assert tab.js(NAMES) == ["Track 10.wav"]
    tab.js("document.getElementById('fits').click()")
    tab.settle()
    assert [name[:8] for name in tab.js(NAMES)] == ["alpha.wa", "Track 10", NASTY[:8]]


def test_a_verdict_is_chosen_and_nothing_is_said_to_be_left(tab: Tab) -> None:
    chosen(tab, "verdict", "failed")
    assert len(tab.js(NAMES)) == 1
    chosen(tab, "find", "nothing like that")
    assert tab.js("document.getElementById('nothing').hidden") is False


def test_a_bar_of_the_histogram_filters_and_again_does_not(tab: Tab) -> None:
    tab.js("document.querySelector('.pick[data-key=\"9A\"]').focus()")
    tab.press("Enter")
    assert tab.js(NAMES) == ["Track 10.wav"]
    tab.press("Enter")
    assert len(tab.js(NAMES)) == 5
    tab.js("document.querySelector('.pick[data-low]').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert 0 < len(tab.js(NAMES)) < 5


def test_a_click_on_a_heading_sorts_and_the_third_restores(tab: Tab) -> None:
    head = "document.querySelector('th[data-sort=bpm] button').click()"
    order = "[...document.querySelectorAll('tr.track')].map(e => e.dataset.bpm || '')"
    tab.js(head)
    assert tab.js(order) == ["90.0000", "120.0000", "128.0000", "174.0000", ""]
    assert tab.js("document.querySelector('th[data-sort=bpm]').getAttribute('aria-sort')") == "ascending"
    tab.js(head)
    assert tab.js(order) == ["174.0000", "128.0000", "120.0000", "90.0000", ""]
    tab.js(head)
    assert tab.js(NAMES)[:3] == ["alpha.wav", "Track 10.wav", "Track 9.wav"]


def test_names_are_sorted_as_people_count(tab: Tab) -> None:
    tab.js("document.querySelector('th[data-sort=name] button').click()")
    names = [name for name in tab.js(NAMES) if name.endswith(".wav") and "<" not in name]
    assert names == ["alpha.wav", "Track 9.wav", "Track 10.wav"]


def test_a_picture_is_opened_zoomed_moved_and_closed_by_keys_alone(tab: Tab) -> None:
    tab.press("/")
    tab.press("ArrowDown")
    tab.press("ArrowDown")
    assert tab.js("document.activeElement.textContent") == "Track 10.wav"
    tab.press("Enter")
    assert tab.js("document.querySelectorAll('canvas').length") == 1
    tab.js("document.querySelector('canvas').focus()")
    whole = drawn(tab)
    assert tab.js(VIEW) == "whole track"
    tab.press("+")
    assert tab.js(VIEW) == "0:32.0 to 1:36.0"
    assert drawn(tab) != whole
    tab.press("ArrowRight")
    assert tab.js(VIEW) == "0:48.0 to 1:52.0"
    tab.press("-")
    assert tab.js(VIEW) == "whole track"
    assert drawn(tab) == whole
    for _ in range(12):
        tab.press("+")
    start, end = (float(text.split(":")[1]) for text in tab.js(VIEW).split(" to "))
    assert end - start == pytest.approx(1.5, abs=0.11)
    tab.press("Escape")
    assert tab.js(VIEW) == "whole track"
    tab.press("Escape")
    assert tab.js("document.querySelectorAll('canvas').length") == 0
    assert tab.js("document.activeElement.textContent") == "Track 10.wav"


def test_a_section_can_be_chosen(tab: Tab) -> None:
    tab.js("document.querySelector('tr.track button').click()")
    tab.js("document.querySelectorAll('.sections button')[2].click()")
    tab.settle()
    assert tab.js(VIEW) == "0:32.0 to 1:04.0"


def test_the_wheel_zooms_where_the_pointer_is(tab: Tab) -> None:
    tab.js("document.querySelector('tr.track button').click()")
    tab.js("document.querySelector('canvas').scrollIntoView()")
    tab.settle()
    box = tab.js("(r => [r.x, r.y, r.width])(document.querySelector('canvas').getBoundingClientRect())")
    tab.js("document.querySelector('canvas').focus({preventScroll: true})")
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", x=box[0] + box[2] / 3, y=box[1] + 60)
    tab.settle()
    before = tab.js(VIEW)
    assert before.startswith("0:42.")
    assert "bar 22 · drop (80 %)" in before
    tab.send("Input.dispatchMouseEvent", type="mouseWheel", x=box[0] + box[2] / 3, y=box[1] + 60, deltaX=0, deltaY=-300)
    tab.settle()
    assert tab.js(VIEW) == before
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", x=box[0] + box[2] / 3 + 100, y=box[1] + 60)
    tab.settle()
    # A hundred pixels were 10 s, and are fewer.
    assert tab.js(VIEW)[:5] in ("0:45.", "0:46.", "0:47.")


def test_a_picture_shows_its_three_bands_and_its_labels(tab: Tab) -> None:
    tab.js("document.querySelector('tr.track button').click()")
    tab.settle()
    colours = tab.js(
        "(() => { const c = document.querySelector('canvas'), all = c.getContext('2d').getImageData(0, 0, c.width, "
        "c.height).data, seen = new Set(); for (let i = 0; i < all.length; i += 4) "
        "seen.add([all[i], all[i + 1], all[i + 2]].join()); return [...seen]; })()"
    )
    for colour in ("58,111,196", "240,154,26", "93,43,18", "232,112,42", "86,180,233"):
        assert colour in colours
    assert "drop from 0:32" in tab.js("document.querySelector('canvas').getAttribute('aria-label')")


def test_the_theme_follows_the_system_until_it_is_chosen(tab: Tab) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab.js(ground) == "rgb(255, 255, 255)"
    tab.scheme("dark")
    assert tab.js(ground) == "rgb(18, 23, 29)"
    tab.js("document.getElementById('theme').click()")
    assert tab.js(ground) == "rgb(255, 255, 255)"
    tab.scheme("light")
    tab.js("document.getElementById('theme').click()")
    assert tab.js(ground) == "rgb(18, 23, 29)"


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_nothing_is_wider_than_the_window(tab: Tab, width: int) -> None:
    tab.size(width, 800)
    tab.js("document.querySelector('tr.track button').click()")
    tab.settle()
    assert tab.js("document.documentElement.scrollWidth") <= width
    assert tab.js("document.querySelector('canvas').width") > width / 2


def test_what_is_pressed_on_has_a_name(tab: Tab) -> None:
    tab.js("document.querySelector('tr.track button').click()")
    unnamed = tab.js(
        "[...document.querySelectorAll('button, input, select, [role=button], canvas')].filter(e => "
        "!(e.textContent.trim() || e.getAttribute('aria-label') || e.labels && e.labels.length)).length"
    )
    assert unnamed == 0


def test_it_is_printed_in_light_whatever_the_screen(tab: Tab) -> None:
    tab.scheme("dark")
    tab.js("document.querySelector('tr.track button').click()")
    tab.settle()
    tab.js("dispatchEvent(new Event('beforeprint'))")
    assert tab.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.js("document.querySelector('canvas').width") == 3 * 690
    tab.js("dispatchEvent(new Event('afterprint'))")
    tab.settle()
    assert tab.js("document.querySelector('canvas').width") < 1280
    assert tab.pdf().startswith(b"%PDF")
    tab.settle()
    assert tab.js("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 29)"


def test_a_page_of_one_track_opens_it(tab: Tab, tmp_path: Path) -> None:
    made = ReportPage(io.BytesIO())
    made.add(samples.done(0))
    path = tmp_path / "one.html"
    with path.open("wb") as stream:
        made.write(stream)
    tab.open(path)
    tab.settle()
    assert tab.js("document.querySelectorAll('canvas').length") == 1
