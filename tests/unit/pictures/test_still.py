"""The still picture: a document, with everything in its place, at any size."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from edm.errors import InputError
from edm.model import Beats
from edm.pictures.picture import SECTION_COLOURS, TrackPicture
from edm.pictures.raster import has_fonts, to_png
from edm.pictures.still import THEMES, Theme, track_svg
from edm.pictures.waveform import Waveform
from tests.unit.pictures import samples
from tests.unit.pictures.test_facts import contrast

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: TrackPicture, **given: object) -> ET.Element:
    return ET.fromstring(track_svg(picture, **given))  # type: ignore[arg-type]


def words(svg: ET.Element) -> list[str]:
    return ["".join(node.itertext()) for node in svg.iter(f"{SVG}text")]


def test_sections_lie_where_they_are() -> None:
    svg = drawn(samples.picture(), width=1312)
    bands = [node for node in svg.iter(f"{SVG}rect") if node.get("fill") in SECTION_COLOURS.values()]
    # 128 s on 1280 pixels, beginning at 16.
    starts = [float(node.get("x", "")) - 0.5 for node in bands]
    assert starts == pytest.approx([16, 176, 336, 656, 816, 1136], abs=0.1)
    assert len(list(svg.iter(f"{SVG}polygon"))) == 2


def test_what_is_known_is_written() -> None:
    said = words(drawn(samples.picture(title="Night", artist="Day"), key_notation="camelot"))
    assert said[0] == "Day – Night"
    assert said[1] == "120.000 BPM · 8A · -8.2 LUFS · energy 7 · locked · 2:08"
    assert "drop 80 %" in said
    assert "energy" in said
    assert "sound off the grid, ±5 ms" in said
    assert {"1", "33"} <= set(said)
    assert "1:00" in said


def test_a_track_of_changing_tempo_has_its_curve() -> None:
    made = samples.analysis()
    assert made.grid is not None
    times_s = np.cumsum(np.linspace(0.55, 0.45, 240))
    made = replace(made, beats=Beats(times_s, np.arange(240) % 4 + 1), grid=replace(made.grid, verdict="variable"))
    said = words(drawn(TrackPicture(made, samples.waveform())))
    assert any(text.startswith("tempo, ") for text in said)


@pytest.mark.parametrize(("width", "height"), [(320, 240), (360, 640), (1600, 480), (4000, 300)])
def test_nothing_is_drawn_beyond_the_edge(width: int, height: int) -> None:
    svg = drawn(samples.picture(title="N" * 500, artist="宽" * 300), width=width, height=height)
    for node in svg.iter(f"{SVG}rect"):
        x, y, wide, tall = (float(node.get(name, "")) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + wide <= width + 1
        assert y + tall <= height + 0.1
    for node in svg.iter(f"{SVG}text"):
        assert 0 < float(node.get("y", "")) <= height
        # As the letters of most fonts are wide.
        size = float(node.get("font-size", "12"))
        letters = sum(2 if letter == "宽" else 1 for letter in "".join(node.itertext()))
        assert float(node.get("x", "")) + 0.55 * size * letters <= width


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "&amp; ]]>", "a\x00b\x1b[31m", "\u2028"])
def test_names_are_text(text: str) -> None:
    svg = drawn(samples.picture(title=text))
    assert {node.tag for node in svg.iter()} <= {
        SVG + name for name in ("svg", "title", "rect", "text", "path", "polygon")
    }
    assert not any(name.startswith("on") for node in svg.iter() for name in node.attrib)


@pytest.mark.parametrize("types", [("bpm",), ("beats",), ("key", "loudness")])
def test_a_track_of_which_little_is_known_is_a_picture(types: tuple[str, ...]) -> None:
    assert "no waveform" in words(drawn(samples.bare(types=types)))


def test_an_empty_track_is_a_picture() -> None:
    made = replace(samples.bare().analysis, duration_s=0.0)
    assert drawn(TrackPicture(made, Waveform(0.0, np.zeros((3, 1), np.uint8)))) is not None


@pytest.mark.parametrize(("width", "height"), [(319, 400), (400, 239)])
def test_a_picture_too_small_is_refused(width: int, height: int) -> None:
    with pytest.raises(InputError):
        track_svg(samples.picture(), width=width, height=height)


def test_there_are_two_themes() -> None:
    with pytest.raises(InputError, match="neon"):
        track_svg(samples.picture(), theme="neon")  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_and_bands_are_told_apart(theme: Theme) -> None:
    colours = THEMES[theme]
    for text, ground in itertools.product(("ink", "quiet"), ("paper", "wave")):
        assert contrast(colours[text], colours[ground]) > 4.5
    for one, other in itertools.pairwise(("low", "mid", "high")):
        assert contrast(colours[one], colours[other]) > 1.5


def test_a_png_has_the_size_asked_for() -> None:
    png = to_png(track_svg(samples.picture(), width=640, height=300))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (640, 300)


def test_whether_there_are_fonts_can_be_told() -> None:
    assert has_fonts() in (True, False)
