"""Conditions as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.conditions import Condition, parse_condition
from edm.errors import InputError

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "column", "sign", "value"),
    [
        ("genre=techno", "genre", "=", "techno"),
        ("  bpm <= 205 ", "bpm", "<=", "205"),
        ("bpm>=120.5", "bpm", ">=", "120.5"),
        ("bpm<9", "bpm", "<", "9"),
        ("bpm>-1e3", "bpm", ">", "-1e3"),
        ("constant!=0", "constant", "!=", "0"),
        ("genre=drum & bass", "genre", "=", "drum & bass"),
        ("title=a=b", "title", "=", "a=b"),
        ("title=<3", "title", "=", "<3"),
        ("artist=", "artist", "=", ""),
        ("two words=1", "two words", "=", "1"),
        ("title=one\ntwo", "title", "=", "one\ntwo"),
    ],
)
def test_a_condition_is_read(text: str, column: str, sign: str, value: str) -> None:
    assert parse_condition(text) == Condition(column, sign, value)


@pytest.mark.parametrize("text", ["", "genre", "=techno", " = 3", "!=", "genre!techno", "<="])
def test_what_is_no_condition_is_an_error_that_shows_one(text: str) -> None:
    with pytest.raises(InputError, match="is no condition") as caught:
        parse_condition(text)
    assert "bpm<=205" in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["bpm<fast", "bpm>=", "bpm>nan", "bpm<inf"])
def test_sizes_are_compared_with_numbers_alone(text: str) -> None:
    with pytest.raises(InputError, match="no number"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("text", "found", "met"),
    [
        ("genre=Techno", ["house", " techno "], True),
        ("genre=techno", ["house"], False),
        ("genre=techno", [], False),
        ("genre!=techno", ["house", "TECHNO"], False),
        ("genre!=techno", ["house"], True),
        ("genre!=techno", [], True),
        ("bpm=128", ["128.0"], True),
        ("bpm=128", ["128.01"], False),
        ("bpm>=128", ["127", "128"], True),
        ("bpm>128", ["128"], False),
        ("bpm<128", [""], False),
        ("bpm>=128", [""], False),
        ("bpm=", [""], True),
        ("bpm=", ["128"], False),
        ("bpm!=", ["128"], True),
        ("bpm<=1e3", ["nan", "inf"], False),
        ("key=0x10", ["16"], False),
        ("artist=straße", ["STRASSE"], True),
    ],
)
def test_what_meets_a_condition(text: str, found: list[str], met: bool) -> None:
    assert parse_condition(text).met_by(found) is met


@given(left=NUMBERS, right=NUMBERS)
def test_the_signs_agree_with_each_other(left: float, right: float) -> None:
    met = {sign: Condition("x", sign, repr(right)).met_by([repr(left)]) for sign in ("=", "!=", "<", "<=", ">", ">=")}
    assert [met["<"], met["="], met[">"]].count(True) == 1
    assert met["!="] is not met["="]
    assert met["<="] is (met["<"] or met["="])
    assert met[">="] is (met[">"] or met["="])


@given(found=st.lists(WORDS, max_size=4), value=WORDS)
def test_not_is_the_opposite_of_is(found: list[str], value: str) -> None:
    assert Condition("x", "=", value).met_by(found) is not Condition("x", "!=", value).met_by(found)


@given(column=WORDS, sign=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), number=NUMBERS)
def test_what_is_written_is_read(column: str, sign: str, number: float) -> None:
    assert parse_condition(f"{column}{sign}{number!r}") == Condition(column, sign, repr(number))
