"""The strip: within its width, sections in their places, readable without colour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.pictures.strip import ASCII, LEAST_WIDTH, UNICODE, Line, strip_lines
from tests.unit.pictures import samples


def plain(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def test_a_strip_of_eighty_columns_shows_all() -> None:
    # 64 bars on 64 cells: a cell is a bar.
    lines = plain(strip_lines(samples.analysis(), "Night", width=64, edges=True))
    assert lines[0] == "Night"
    assert lines[1] == "120.000 BPM · A minor · -8.2 LUFS · energy 7 · locked · 2:08"
    assert lines[2] == "│intro  │buildup│drop           │breakdo│drop           │outro  "
    assert lines[3] == " " * 8 + "▂" * 8 + "█" * 16 + " " * 8 + "▆" * 16 + " " * 8
    assert lines[4] == "▅" * 8 + "█" * 24 + "▆" * 8 + "█" * 16 + "▃" * 8
    assert [at for at, mark in enumerate(lines[5]) if mark == "▼"] == [16, 40]
    assert lines[6] == "1       9       17              33      41              57"


@given(st.integers(LEAST_WIDTH, 300), st.booleans(), st.sampled_from([UNICODE, ASCII]))
def test_no_line_is_wider_than_asked(width: int, edges: bool, glyphs: object) -> None:
    lines = plain(strip_lines(samples.analysis(), "x", width=width, edges=edges, glyphs=glyphs))  # type: ignore[arg-type]
    assert max(map(len, lines)) <= width


def test_ascii_is_ascii() -> None:
    lines = plain(strip_lines(samples.analysis(), "x", width=80, glyphs=ASCII, edges=True))
    assert all(line.isascii() for line in lines)
    assert "v" in lines[-2]


def test_sections_are_filled_with_their_own_colour() -> None:
    labels = strip_lines(samples.analysis(), "x", width=80)[2]
    assert [span.role for span in labels] == [label for label, _, _ in samples.LAYOUT]
    assert all(span.filled for span in labels)
    assert sum(len(span.text) for span in labels) == 80


def test_without_bars_the_ruler_is_in_minutes() -> None:
    made = samples.structure()
    sections = tuple(replace(one, start_bar=None, end_bar=None) for one in made.sections)
    lines = plain(strip_lines(samples.analysis(structure=replace(made, sections=sections)), "x", width=80))
    assert lines[-1].split() == ["0:00", "0:16", "0:32", "1:04", "1:20", "1:52"]


def test_numbers_that_have_no_room_are_left_out() -> None:
    lines = plain(strip_lines(samples.analysis(), "x", width=LEAST_WIDTH))
    numbers = [int(text) for text in lines[-1].split()]
    assert numbers == sorted(set(numbers) & {1, 9, 17, 33, 41, 57})


def test_without_structure_there_is_no_strip() -> None:
    assert plain(strip_lines(samples.bare().analysis, "x", width=80)) == ["x", "0:12"]


def test_a_strip_too_narrow_is_refused() -> None:
    with pytest.raises(InputError):
        strip_lines(samples.analysis(), "x", width=LEAST_WIDTH - 1)
