"""A track as a few lines of text: what it is, and a strip of its sections, its energy and its bars.

Lines are made of spans, each with a role; whoever writes them gives roles colours, or does not. With ``edges`` sections
are told apart without any colour. Every line is at most ``width`` cells wide: all but the name is one cell a character.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from edm.errors import InputError
from edm.model import Energy, Section, Structure, TimeArray, TrackAnalysis
from edm.model.keys import KeyNotation
from edm.pictures.facts import headline
from edm.pictures.picture import shown_time

__all__ = ["ASCII", "LEAST_WIDTH", "UNICODE", "Glyphs", "Line", "Span", "strip_lines"]

LEAST_WIDTH = 20
"""Cells; a narrower strip says nothing."""

_ROWS = 2  # of the curve of energy


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters that a strip is drawn with.

    Attributes
    ----------
    levels
        From empty to full, of one cell.
    drop, edge, dot
        Where a drop begins; where a section begins; between facts.
    """

    levels: str
    drop: str
    edge: str
    dot: str


UNICODE = Glyphs(" ▁▂▃▄▅▆▇█", "▼", "│", " · ")
ASCII = Glyphs(" .:-=+*#", "v", "|", ", ")


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one kind.

    Attributes
    ----------
    role
        ``name``, ``quiet``, ``mark``, the label of a section, or empty.
    filled
        Whether the colour lies under the text rather than on it.
    """

    text: str
    role: str = ""
    filled: bool = False


Line: TypeAlias = list[Span]


def strip_lines(
    analysis: TrackAnalysis,
    name: str,
    *,
    width: int,
    glyphs: Glyphs = UNICODE,
    edges: bool = False,
    key_notation: KeyNotation = "standard",
) -> list[Line]:
    """A track in lines.

    Parameters
    ----------
    analysis
        Of the track; without a structure there is no strip.
    name
        For the first line, no wider than ``width``.
    width
        Cells; `LEAST_WIDTH` or more.
    glyphs
        What to draw with.
    edges
        Whether the starts of sections are marked by a line rather than by their colour.
    key_notation
        Of the key.

    Raises
    ------
    InputError
        If it is to be narrower than that.
    """
    if width < LEAST_WIDTH:
        raise InputError(f"a strip of {width} columns says nothing", hint=f"use {LEAST_WIDTH} or more")
    lines: list[Line] = [[Span(name, "name")], *_facts(analysis, width, glyphs, key_notation)]
    if analysis.structure is not None and analysis.duration_s > 0:
        lines += _strip(_Layout(analysis.structure, analysis.duration_s, width), glyphs, edges=edges)
    return lines


@dataclass(slots=True)
class _Layout:
    """Where things stand: cells from the left."""

    structure: Structure
    duration_s: float
    width: int
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [self.cell(section.start_s) for section in self.structure.sections]

    def cell(self, time_s: float) -> int:
        return min(self.width - 1, max(0, int(time_s / self.duration_s * self.width)))

    def extents(self) -> list[tuple[Section, int, int]]:
        """Sections with their first cell and the one after their last; none where there is no room for it."""
        ends = [*self.starts[1:], self.width]
        placed = zip(self.structure.sections, self.starts, ends, strict=True)
        return [(section, start, end) for section, start, end in placed if end > start]


def _facts(analysis: TrackAnalysis, width: int, glyphs: Glyphs, notation: KeyNotation) -> list[Line]:
    """The headline, broken between facts where it is too long."""
    lines: list[str] = []
    for text in headline(analysis, key_notation=notation):
        if lines and len(lines[-1]) + len(glyphs.dot) + len(text) <= width:
            lines[-1] += glyphs.dot + text
        else:
            lines.append(text[:width])
    return [[Span(line)] for line in lines]


def _strip(layout: _Layout, glyphs: Glyphs, *, edges: bool) -> list[Line]:
    lines = [_labels(layout, glyphs, edges=edges)]
    if len(layout.structure.energy.curve):
        lines += _energy(layout, glyphs)
    if layout.structure.drops:
        marks = [" "] * layout.width
        for drop in layout.structure.drops:
            marks[layout.cell(drop.time_s)] = glyphs.drop
        lines.append([Span("".join(marks).rstrip(), "mark")])
    return [*lines, _numbers(layout)]


def _labels(layout: _Layout, glyphs: Glyphs, *, edges: bool) -> Line:
    line: Line = []
    for section, start, end in layout.extents():
        room = end - start
        edge = glyphs.edge if edges else ""
        text = (edge + section.label)[: room if edges else max(room - 1, 1)]
        line.append(Span(text.ljust(room), section.label, filled=True))
    return line


def _energy(layout: _Layout, glyphs: Glyphs) -> list[Line]:
    """The curve in rows of partly filled cells, the highest first."""
    full = len(glyphs.levels) - 1
    heights = np.round(_at_cells(layout.structure.energy, layout) * _ROWS * full).astype(int)
    lines: list[Line] = []
    for row in reversed(range(_ROWS)):
        # The lowest row is never empty: what is there has a foot.
        cells = [glyphs.levels[int(np.clip(height - row * full, 1 if row == 0 else 0, full))] for height in heights]
        lines.append([Span("".join(cells[start:end]), section.label) for section, start, end in layout.extents()])
    return lines


def _at_cells(energy: Energy, layout: _Layout) -> TimeArray:
    """The largest energy within each cell, 0..1."""
    edges_s = np.arange(layout.width + 1) * layout.duration_s / layout.width
    first = np.clip(np.searchsorted(energy.times_s, edges_s[:-1], side="right") - 1, 0, None)
    last = np.clip(np.searchsorted(energy.times_s, edges_s[1:], side="left"), first + 1, len(energy.curve))
    most = [float(energy.curve[a:b].max()) for a, b in zip(first, last, strict=True)]
    cells: TimeArray = np.clip(np.array(most), 0.0, 1.0)
    return cells


def _numbers(layout: _Layout) -> Line:
    """Where sections begin, in bars, or in minutes where there are none; those that have room."""
    text = ""
    for section, start, _ in layout.extents():
        number = shown_time(section.start_s) if section.start_bar is None else str(section.start_bar)
        if start >= len(text) + (1 if text else 0) and start + len(number) <= layout.width:
            text = text.ljust(start) + number
    return [Span(text, "quiet")]
