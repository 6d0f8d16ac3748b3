"""The vocabulary is whole, and says no to files that contradict themselves."""

from __future__ import annotations

from typing import Any

import pytest

from edm.errors import InputError
from edm.genres.noise import load_noise
from edm.genres.spelling import key_of, tidy
from edm.genres.vocabulary import build_vocabulary, load_vocabulary

VOCABULARY = load_vocabulary()


def test_it_is_large_and_read_once() -> None:
    assert 600 <= len(VOCABULARY.genres) <= 1000
    assert load_vocabulary() is VOCABULARY


def test_genres_are_sorted_and_each_has_parents_that_are_genres() -> None:
    assert list(VOCABULARY.genres) == sorted(VOCABULARY.parents)
    assert {parent for parents in VOCABULARY.parents.values() for parent in parents} <= set(VOCABULARY.genres)


def test_every_name_is_tidy_and_no_two_share_a_key() -> None:
    assert [name for name in VOCABULARY.genres if tidy(name) != name] == []
    assert len({key_of(name) for name in VOCABULARY.genres}) == len(VOCABULARY.genres)


def test_no_alias_is_a_genre() -> None:
    assert set(VOCABULARY.aliases) & set(VOCABULARY.genres) == set()


def test_what_is_no_genre_is_not_in_the_vocabulary() -> None:
    assert set(load_noise()) & set(VOCABULARY.keys) == set()


@pytest.mark.parametrize(
    ("genre", "above"),
    [
        ("electronic", ()),
        ("house", ("electronic", "dance")),
        ("neurofunk", ("drum and bass", "electronic")),
        ("ragga jungle", ("jungle", "ragga", "drum and bass", "breakbeat", "reggae", "electronic")),
        ("dub techno", ("techno", "dub", "electronic", "dance", "reggae")),
        ("death metal", ("metal",)),
        ("no such genre", ()),
    ],
)
def test_ancestors_come_nearest_first(genre: str, above: tuple[str, ...]) -> None:
    assert VOCABULARY.ancestors(genre) == above


def test_membership_is_by_canonical_name() -> None:
    assert "drum and bass" in VOCABULARY
    assert "dnb" not in VOCABULARY


@pytest.mark.parametrize(
    "genre", ["house", "techno", "trance", "drum and bass", "hardcore", "breaks", "disco", "dubstep"]
)
def test_the_genres_of_our_users_have_subgenres(genre: str) -> None:
    assert sum(genre in VOCABULARY.ancestors(name) for name in VOCABULARY.genres) >= 5


def test_a_small_vocabulary_is_read_as_written() -> None:
    small = build_vocabulary(
        {
            "roots": {"a": [], "b": ["bee"]},
            "under": {"a": {"c and d": []}, "b": {"c and d": []}},
            "several": {"a/b": ["a", "b"]},
        }
    )
    assert small.genres == ("a", "b", "c and d")
    assert small.parents["c and d"] == ("a", "b")
    assert small.keys == {"a": ("a",), "b": ("b",), "bee": ("b",), "candd": ("c and d",), "cnd": ("c and d",)} | {
        "a/b": ("a", "b")
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"roots": {"a": ["x"], "b": ["x"]}}, "means both 'a' and 'b'"),
        ({"roots": {"a": ["X-y"], "b": ["xy"]}}, "means both 'a' and 'b'"),
        ({"roots": {"a": ["b"], "b": []}}, "means both 'b' and 'a'"),
        ({"roots": {"hip hop": [], "hip-hop": []}}, "are spellings of one"),
        ({"roots": {"a": []}, "under": {"gone": {"b": []}}}, "stands under 'gone', which is no genre"),
        ({"under": {"a": {"b": []}, "b": {"a": []}}}, "is its own ancestor"),
        ({"roots": {"a": []}, "under": {"a": {"a": []}}}, "is a root and stands under"),
        ({"roots": {"Techno": []}}, "must be in lower case"),
        ({"roots": {"a/b": []}}, "without separators"),
        ({"roots": {"!": []}}, "holds no letter"),
        ({"roots": {"a": []}, "several": {"x": ["a", "b"]}}, "means 'b', which is no genre"),
    ],
)
def test_a_vocabulary_that_contradicts_itself_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_vocabulary(data)


def test_a_line_in_the_file_says_something_that_its_key_does_not() -> None:
    keys = {key_of(name) for name in VOCABULARY.genres}
    assert [alias for alias in VOCABULARY.aliases if key_of(alias) in keys] == []
