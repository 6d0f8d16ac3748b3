"""One track as a still picture: SVG that needs nothing else, in light or dark.

From top to bottom: name and headline, sections, drops, the waveform in its three bands, energy, how far the sound lies
from the grid (or the tempo), and a ruler of bars and minutes. All lanes share one axis of time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from xml.sax.saxutils import escape

import numpy as np

from edm.errors import InputError
from edm.model.keys import KeyNotation
from edm.pictures.curves import BeatCurve, beat_curve
from edm.pictures.facts import headline
from edm.pictures.picture import SECTION_COLOURS, TrackPicture, shown_time
from edm.pictures.waveform import BANDS, pooled

__all__ = ["LEAST_HEIGHT", "LEAST_WIDTH", "THEMES", "Theme", "check_look", "track_svg"]

Theme: TypeAlias = Literal["light", "dark"]
THEMES: dict[Theme, dict[str, str]] = {
    "light": {
        "paper": "#ffffff",
        "wave": "#f8fafb",
        "ink": "#16202b",
        "quiet": "#53606d",
        "edge": "#8695a3",
        "fill": "#c9d3dd",
        "low": "#3a6fc4",
        "mid": "#f09a1a",
        "high": "#5d2b12",
    },
    "dark": {
        "paper": "#12171d",
        "wave": "#0c1015",
        "ink": "#e6ebf0",
        "quiet": "#9fadba",
        "edge": "#6d7c8b",
        "fill": "#3d4a58",
        "low": "#3f74d8",
        "mid": "#e69f00",
        "high": "#fff3d6",
    },
}
"""Colours by name; the same as the page's."""

LEAST_WIDTH, LEAST_HEIGHT = 320, 240

_MARGIN = 16.0
_TITLE, _FACTS = 22.0, 18.0
_SECTIONS, _MARKS, _ENERGY, _CURVE, _RULER = 26.0, 14.0, 44.0, 56.0, 36.0
_LEAST_WAVE = 48.0
# Of a letter, in font sizes; fonts differ, so that it is rather too much.
_LETTER = 0.62
_FONT = "'DejaVu Sans','Noto Sans','Segoe UI','Helvetica Neue',Arial,sans-serif"
_MINUTE_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_LABEL_ROOM = 52.0  # between numbers of the ruler
# A grid that fits looks flat: attacks themselves are told apart by 2 ms.
_LEAST_RESIDUAL_MS = 5.0
# Bars closer than this are a grey veil.
_LEAST_BAR = 5.0


def track_svg(
    picture: TrackPicture,
    *,
    width: int = 1600,
    height: int = 480,
    theme: Theme = "light",
    key_notation: KeyNotation = "standard",
) -> str:
    """The picture of a track.

    Parameters
    ----------
    picture
        Lanes that nothing is known for are left out, and the waveform takes their room.
    width, height
        Pixels; at least 320 by 240.
    theme
        ``light`` or ``dark``.
    key_notation
        Of the key.

    Returns
    -------
    str
        An SVG document; texts of tags and names are escaped.

    Raises
    ------
    InputError
        If it is to be smaller, or there is no such theme.
    """
    look = THEMES[check_look(width, height, theme)]
    return _Drawing(picture, float(width), float(height), look, key_notation).document()


def check_look(width: int, height: int, theme: str) -> Theme:
    """The theme, where that and the size can be drawn.

    Raises
    ------
    InputError
        As `track_svg`.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        least = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"
        raise InputError(f"a picture of {width}x{height} is too small to read", hint=f"use {least} or more")
    for name in THEMES:
        if name == theme:
            return name
    raise InputError(f"there is no theme {theme!r}", hint=f"one of: {', '.join(THEMES)}")


@dataclass(slots=True)
class _Drawing:
    picture: TrackPicture
    width: float
    height: float
    colours: dict[str, str]
    key_notation: KeyNotation

    def document(self) -> str:
        analysis = self.picture.analysis
        curve = beat_curve(analysis.beats, analysis.grid, self.picture.residuals_ms)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}" height="{self.height:g}" '
            f'viewBox="0 0 {self.width:g} {self.height:g}" font-family="{_FONT}" font-size="12">',
            f"<title>{_escaped(self.picture.name)}</title>",
            self.rect(0, 0, self.width, self.height, "paper"),
        ]
        y = _MARGIN
        parts += self.words(y)
        y += _TITLE + _FACTS
        structure = analysis.structure
        lanes: list[tuple[str, float]] = []
        if structure is not None:
            lanes.append(("sections", _SECTIONS))
            if structure.drops:
                lanes.append(("marks", _MARKS))
        lanes.append(("wave", 0.0))
        if structure is not None and len(structure.energy.curve):
            lanes.append(("energy", _ENERGY))
        if curve is not None:
            lanes.append(("curve", _CURVE))
        lanes.append(("ruler", _RULER))
        room = self.height - y - _MARGIN - sum(tall for _, tall in lanes)
        if room < _LEAST_WAVE:
            # A small picture keeps what is asked first.
            lanes = [lane for lane in lanes if lane[0] not in ("energy", "curve")]
            room = self.height - y - _MARGIN - sum(tall for _, tall in lanes)
        places: dict[str, tuple[float, float]] = {}
        for name, tall in lanes:
            bottom = y + (room if name == "wave" else tall)
            places[name] = (y, bottom)
            y = bottom
        top, bottom = places["wave"][0], places["ruler"][0]
        parts.append(self.rect(_MARGIN, top, self.inner, bottom - top, "wave"))
        drawers = {
            "energy": self.energy,
            "wave": self.wave,
            "sections": self.sections,
            "marks": self.drops,
            "ruler": self.ruler,
        }
        for name, draw in drawers.items():
            if name in places:
                parts += draw(*places[name])
        parts += self.lines(places["sections"][0] if "sections" in places else top, top, bottom)
        if curve is not None and "curve" in places:
            parts += self.curve(curve, *places["curve"])
        return "\n".join([*parts, "</svg>\n"])

    @property
    def inner(self) -> float:
        return self.width - 2 * _MARGIN

    def x(self, seconds: float) -> float:
        return _MARGIN + self.inner * seconds / max(self.picture.analysis.duration_s, 1e-9)

    def rect(self, x: float, y: float, width: float, height: float, colour: str, opacity: float = 1.0) -> str:
        see = "" if opacity == 1.0 else f' fill-opacity="{opacity:g}"'
        fill = self.colours.get(colour, colour)
        return f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0.0):.2f}" height="{height:.2f}" fill="{fill}"{see}/>'

    def text(self, x: float, y: float, words: str, colour: str = "ink", more: str = "") -> str:
        fill = self.colours.get(colour, colour)
        return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}"{more}>{_escaped(words)}</text>'

    def words(self, y: float) -> list[str]:
        said = " · ".join(headline(self.picture.analysis, key_notation=self.key_notation))
        title = _cut(self.picture.name, self.inner, 17)
        return [
            self.text(_MARGIN, y + 14, title, more=' font-size="17" font-weight="600"'),
            self.text(_MARGIN, y + 33, _cut(said, self.inner, 13), "quiet", ' font-size="13"'),
        ]

    def wave(self, top: float, bottom: float) -> list[str]:
        waveform = self.picture.waveform
        middle, half = (top + bottom) / 2, (bottom - top) / 2 - 4
        if waveform is None:
            return [self.text(self.width / 2, middle, "no waveform", "quiet", ' text-anchor="middle"')]
        # Two columns a pixel are more than anybody sees.
        fewer = pooled(waveform, max(1, min(waveform.columns, round(self.inner * 2))))
        step = self.inner / fewer.columns
        parts = []
        for band, levels in zip(BANDS, fewer.levels, strict=True):
            heights = (levels / 255.0) ** 2 * half
            x = _MARGIN + step * (np.arange(fewer.columns) + 0.5)
            there = [f"{a:.1f} {middle - h:.1f}" for a, h in zip(x, heights, strict=True)]
            back = [f"{a:.1f} {middle + h:.1f}" for a, h in zip(x[::-1], heights[::-1], strict=True)]
            parts.append(f'<path fill="{self.colours[band]}" d="M{"L".join(there + back)}Z"/>')
        return [*parts, self.rect(_MARGIN, middle - 0.25, self.inner, 0.5, "edge")]

    def sections(self, top: float, bottom: float) -> list[str]:
        structure = self.picture.analysis.structure
        parts = []
        for section in structure.sections if structure is not None else ():
            left, right = self.x(section.start_s), self.x(section.end_s)
            colour = SECTION_COLOURS[section.label]
            parts.append(self.rect(left + 0.5, top, right - left - 1, bottom - top - 1, colour))
            texts = (
                f"{section.label} {100 * section.confidence:.0f} %",
                section.label,
                section.label[:4],
                section.label[:1],
            )
            text = next((one for one in texts if len(one) * 12 * _LETTER <= right - left - 6), "")
            if text:
                parts.append(self.text(left + 5, top + 17, text, "#000000", ' font-weight="600"'))
        return parts

    def drops(self, top: float, bottom: float) -> list[str]:
        structure = self.picture.analysis.structure
        parts = []
        for drop in structure.drops if structure is not None else ():
            x = self.x(drop.time_s)
            points = f"{x - 6:.1f},{top + 2:.1f} {x + 6:.1f},{top + 2:.1f} {x:.1f},{bottom - 1:.1f}"
            parts.append(f'<polygon points="{points}" fill="{self.colours["ink"]}"/>')
        return parts

    def energy(self, top: float, bottom: float) -> list[str]:
        structure = self.picture.analysis.structure
        assert structure is not None
        energy = structure.energy
        starts = [0.0, *(float(time) for time in energy.times_s[1:]), self.picture.analysis.duration_s]
        corners = [f"{self.x(0):.1f} {bottom:.1f}"]
        for value, start, end in zip(energy.curve, starts[:-1], starts[1:], strict=True):
            y = bottom - float(np.clip(value, 0, 1)) * (bottom - top - 8)
            corners += [f"{self.x(start):.1f} {y:.1f}", f"{self.x(end):.1f} {y:.1f}"]
        corners.append(f"{self.x(starts[-1]):.1f} {bottom:.1f}")
        path = f'<path fill="{self.colours["fill"]}" d="M{"L".join(corners)}Z"/>'
        return [path, self.text(_MARGIN + 4, top + 12, "energy", "quiet", ' font-size="11"')]

    def lines(self, high: float, top: float, bottom: float) -> list[str]:
        """Bars where there is room for them, and where sections begin."""
        structure, bars = self.picture.analysis.structure, self.bars()
        parts = []
        apart = self.apart(bars)
        every = 1 if apart >= _LEAST_BAR else 4
        if len(bars) > 1 and apart * every >= _LEAST_BAR:
            places = (self.x(bar) for bar in bars[::every])
            drawn = "".join(f"M{x:.1f} {top:.1f}V{bottom:.1f}" for x in places)
            parts.append(f'<path stroke="{self.colours["ink"]}" stroke-opacity="0.13" d="{drawn}"/>')
        if structure is not None:
            places = (self.x(section.start_s) for section in structure.sections[1:])
            drawn = "".join(f"M{x:.1f} {high:.1f}V{bottom:.1f}" for x in places)
            if drawn:
                parts.append(f'<path stroke="{self.colours["ink"]}" stroke-opacity="0.4" d="{drawn}"/>')
        return parts

    def curve(self, curve: BeatCurve, top: float, bottom: float) -> list[str]:
        beats = self.picture.analysis.beats
        assert beats is not None
        known = np.isfinite(curve.values)
        times, values = beats.times_s[known], curve.values[known]
        low, high = (float(value) for value in np.percentile(values, (2, 98)))
        if curve.kind == "tempo":
            rim = max(0.5, 0.1 * (high - low))
            low, high = low - rim, high + rim
            name = f"tempo, {low:.1f} to {high:.1f} BPM"
        else:
            high = max(_LEAST_RESIDUAL_MS, math.ceil(1.2 * max(abs(low), abs(high))))
            low, name = -high, f"sound off the grid, ±{high:g} ms"
        y = np.clip(bottom - 4 - (values - low) / (high - low) * (bottom - top - 8), top + 4, bottom - 4)
        points = [f"{self.x(float(a)):.1f} {b:.1f}" for a, b in zip(times, y, strict=True)]
        ink = self.colours["ink"]
        if curve.kind == "tempo":
            parts = [f'<path fill="none" stroke="{ink}" stroke-width="1.3" d="M{"L".join(points)}"/>']
        else:
            dots = "".join(f"M{point}h0" for point in points)
            parts = [
                self.rect(_MARGIN, (top + bottom) / 2 - 0.25, self.inner, 0.5, "edge"),
                f'<path stroke="{ink}" stroke-width="2.2" stroke-linecap="round" d="{dots}"/>',
            ]
        under = self.rect(_MARGIN + 2, top + 2, len(name) * 11 * _LETTER, 14, "wave", 0.8)
        return [*parts, under, self.text(_MARGIN + 4, top + 12, name, "quiet", ' font-size="11"')]

    def ruler(self, top: float, bottom: float) -> list[str]:
        bars = self.bars()
        parts = []
        if len(bars) > 1:
            every = 1
            while self.apart(bars) * every < _LABEL_ROOM:
                every *= 2
            for number in range(0, len(bars), every):
                x = self.x(bars[number])
                parts.append(self.rect(x - 0.5, top, 1, 5, "ink"))
                if x + 30 < self.width:
                    parts.append(self.text(x + 3, top + 14, str(number + 1), "ink", ' font-size="11"'))
        duration = self.picture.analysis.duration_s
        fitting = (step for step in _MINUTE_STEPS_S if self.x(step) - _MARGIN >= _LABEL_ROOM + 10)
        step = next(fitting, _MINUTE_STEPS_S[-1])
        for second in range(0, int(duration) + 1, step):
            x = self.x(second)
            parts.append(self.rect(x - 0.5, bottom - 15, 1, 4, "quiet"))
            if x + 30 < self.width:
                parts.append(self.text(x + 3, bottom - 4, shown_time(second), "quiet", ' font-size="11"'))
        return parts

    def bars(self) -> Sequence[float]:
        beats = self.picture.analysis.beats
        return [] if beats is None else [float(time) for time in beats.downbeats_s]

    def apart(self, bars: Sequence[float]) -> float:
        """Of two bars, in pixels; 0 where there are fewer."""
        return (self.x(bars[-1]) - self.x(bars[0])) / (len(bars) - 1) if len(bars) > 1 else 0.0


def _cut(text: str, width: float, size: float) -> str:
    """`text` as far as it has room; wide letters count twice."""
    room = width / (size * _LETTER)
    if _cells(text) <= room:
        return text
    while text and _cells(text) > room - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _cells(letters: Iterable[str]) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in letters)


def _escaped(text: str) -> str:
    """Text for XML, which takes no control characters, escaped or not."""
    return escape("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text))
