"""Conditions hold or do not; a sample has its size, and is the same whatever the order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.conditions import Condition, parse_condition
from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.selection import check_columns, draw_sample, holds


def track(bpm: float | None = 128.0, path: str = "a/b.mp3", **fields: str) -> Annotation:
    return Annotation(path, "row 2", Path("/refs"), bpm=bpm, fields=fields)


@pytest.mark.parametrize(
    ("text", "column", "sign", "value"),
    [
        ("genre=techno", "genre", "=", "techno"),
        ("constant!=0", "constant", "!=", "0"),
        ("bpm<=205", "bpm", "<=", "205"),
        ("bpm >= 60.5", "bpm", ">=", "60.5"),
        ("year<2000", "year", "<", "2000"),
        ("year>1999", "year", ">", "1999"),
        (" a column = a value ", "a column", "=", "a value"),
        ("genre=", "genre", "=", ""),
        ("title=a=b", "title", "=", "a=b"),
        ("title=two\nlines", "title", "=", "two\nlines"),
    ],
)
def test_a_condition_has_a_column_a_sign_and_a_value(text: str, column: str, sign: str, value: str) -> None:
    assert parse_condition(text) == Condition(column, sign, value)


@pytest.mark.parametrize("text", ["", "genre", "=techno", " = x", "bpm<", "bpm<=fast", "bpm>nan", "bpm<inf", "a<b=c"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_condition(text)
    assert repr(text) in caught.value.message


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("genre=techno", True),
        ("genre=TECHNO ", True),
        ("genre=tech", False),
        ("genre!=house", True),
        ("genre!=Techno", False),
        ("year=1999", True),
        ("year=1999.0", True),
        ("year!=1999.0", False),
        ("year<1999", False),
        ("year<=1999", True),
        ("year>1998.5", True),
        ("genre<5", False),
        ("genre>5", False),
        ("bpm=128", True),
        ("bpm<128.0001", True),
        ("bpm>128", False),
        ("path=a/b.mp3", True),
        ("label=x", False),
        ("label!=x", True),
        ("label<5", False),
        ("label=", True),
    ],
)
def test_numbers_compare_as_numbers_and_words_without_case(condition: str, expected: bool) -> None:
    assert holds(parse_condition(condition), track(genre="Techno", year="1999", label="")) is expected


def test_a_reference_without_tempo_is_neither_more_nor_less() -> None:
    assert not any(holds(parse_condition(f"bpm{sign}0"), track(None)) for sign in ("<", "<=", ">", ">=", "="))
    assert holds(parse_condition("bpm!=0"), track(None))


@given(value=st.floats(-1e9, 1e9), limit=st.floats(-1e9, 1e9))
def test_of_two_opposite_conditions_one_holds(value: float, limit: float) -> None:
    reference = track(level=repr(value))
    for sign, opposite in (("<", ">="), (">", "<="), ("=", "!=")):
        one, other = (holds(parse_condition(f"level{s}{limit!r}"), reference) for s in (sign, opposite))
        assert one is not other


def test_a_column_that_nobody_has_is_refused_and_guessed() -> None:
    check_columns(["genre", "bpm", "path"], [track(), track(genre="x")])
    with pytest.raises(InputError) as caught:
        check_columns(["genr"], [track(), track(genre="x", year="1")])
    assert caught.value.message == "no reference has a column 'genr'"
    assert caught.value.hint == "did you mean genre? there are: bpm, path, genre, year"


def test_the_own_columns_are_for_conditions_only() -> None:
    with pytest.raises(InputError) as caught:
        check_columns(["bpm"], [track(genre="x")], own=False)
    assert caught.value.hint == "there are: genre"


names = st.lists(st.text(max_size=8), unique=True, max_size=40)


@given(names=names, size=st.integers(1, 50), seed=st.integers(0, 2**32))
def test_a_sample_has_its_size_and_keeps_the_order(names: list[str], size: int, seed: int) -> None:
    drawn = draw_sample(names, size, seed=seed, key=str)
    assert len(drawn) == min(size, len(names))
    assert [name for name in names if name in set(drawn)] == drawn


@given(names=names, size=st.integers(1, 50), seed=st.integers(0, 2**32))
def test_a_sample_does_not_depend_on_the_order(names: list[str], size: int, seed: int) -> None:
    shuffled = random.Random(seed).sample(names, len(names))
    one, other = (draw_sample(given, size, seed=seed, key=str) for given in (names, shuffled))
    assert set(one) == set(other)


def test_seeds_draw_different_samples_and_every_track_has_its_chance() -> None:
    tracks = [f"{number}.mp3" for number in range(20)]
    drawn = [tuple(draw_sample(tracks, 5, seed=seed, key=str)) for seed in range(100)]
    assert drawn[3] == tuple(draw_sample(tracks, 5, seed=3, key=str))
    assert len(set(drawn)) > 90
    assert {track for sample in drawn for track in sample} == set(tracks)


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    tracks = [f"{number}.mp3" for number in range(50)]
    small, large = (set(draw_sample(tracks, size, seed=1, key=str)) for size in (10, 30))
    assert small < large
