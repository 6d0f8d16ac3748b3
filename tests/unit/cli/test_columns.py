"""Lines of a table that fits its screen."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from edm.cli.columns import aligned, cut, screen_width


def test_columns_are_as_wide_as_they_need() -> None:
    rows = [("genre", "sure", "from"), ("drum and bass", "0.93", "Last.fm"), ("ビ", "1", "x")]
    assert aligned(rows, width=80) == [
        "genre          sure  from",
        "drum and bass  0.93  Last.fm",
        "ビ             1     x",
    ]


def test_no_rows_give_no_lines() -> None:
    assert aligned([], width=80) == []


def test_a_long_cell_is_cut_and_says_so() -> None:
    (line,) = aligned([("x" * 300, "ok", "y" * 300)], width=60, indent="  ")
    assert cell_len(line) == 60
    assert line.count("…") == 2
    assert "  ok  " in line


def test_a_long_last_column_may_go_on_below() -> None:
    lines = aligned([("techno", "said by one, and by another"), ("x", "")], width=24, wraps=True)
    assert lines == ["techno  said by one, and", "        by another", "x"]


def test_a_line_break_in_a_cell_breaks_no_line() -> None:
    assert aligned([("a\nb\x1b[31m", "c")], width=80) == ["a\\nb\\x1b[31m  c"]


def test_what_fits_is_not_cut() -> None:
    assert cut("house", 5) == "house"
    assert cut("house", 4) == "hou…"


def test_a_pipe_is_wider_than_a_screen() -> None:
    assert screen_width(io.StringIO()) == 120


@given(
    st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(st.text(max_size=60), min_size=n, max_size=n), min_size=1)),
    st.integers(60, 200),
    st.booleans(),
)
def test_no_line_is_wider_than_the_screen(rows: list[list[str]], width: int, wraps: bool) -> None:
    lines = aligned(rows, width=width, wraps=wraps)
    assert len(lines) == len(rows) or wraps
    assert all(cell_len(line) <= width and line.isprintable() for line in lines)
