"""Text of fixed width, and what does not fit in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edm.artifacts.text import CUT_MARK, text_column


@given(st.lists(st.text(st.characters())), st.sampled_from([0, 40, 2**20]))
def test_whatever_goes_in_comes_out(texts: list[str], wide_bytes: int) -> None:
    column = text_column(texts, wide_bytes=wide_bytes)
    assert column.tolist() == texts
    assert [column[row] for row in range(len(column))] == texts
    assert not column.values.dtype.hasobject


def test_nothing_is_cut_while_there_is_room() -> None:
    column = text_column(["a", "b" * 5000])
    assert column.exact == {}
    assert column.values.tolist() == ["a", "b" * 5000]


def test_one_endless_path_does_not_widen_all() -> None:
    texts = [f"/music/{row:06d}.mp3" for row in range(20_000)]
    texts[7] = "/music/" + "x" * 100_000
    column = text_column(texts)
    assert column.values.dtype == np.dtype("<U17")
    assert column.exact == {7: texts[7]}
    assert column.values[7] == texts[7][:16] + CUT_MARK
    assert column[7] == texts[7]
    assert column.tolist() == texts


def test_the_width_is_the_cheapest() -> None:
    # 4 rows of 10 characters (40, all fit) against 4 of 2 and one of 10 beside them (18).
    assert text_column(["ab", "ab", "ab", "x" * 10], wide_bytes=0).values.dtype == np.dtype("<U2")
    # 4 of 10 against 4 of 9 and 20 beside them.
    assert text_column(["x" * 9, "x" * 9, "x" * 10, "x" * 10], wide_bytes=0).values.dtype == np.dtype("<U10")


def test_names_that_are_no_unicode_and_nul_at_the_end_survive() -> None:
    texts = ["/m/caf\udce9.mp3", "title\0", "\0", "🎛️", ""]
    assert text_column(texts).tolist() == texts
