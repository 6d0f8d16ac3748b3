"""Spellings of one phrase share a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.genres.spelling import entries, joined, key_of, tidy, words


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Drum & Bass", "drumandbass"),
        ("Drum&Bass", "drumandbass"),
        ("drum'n'bass", "drumandbass"),
        ("Drum ‘n’ Bass", "drumandbass"),
        ("DRUM-N-BASS", "drumandbass"),
        ("drum n", "drumn"),
        ("n-type", "ntype"),
        ("Children's", "childrens"),
        ("in'n out", "inandout"),
        ("Hip-Hop", "hiphop"),
        ("hip_hop", "hiphop"),
        ("Électronique", "electronique"),
        ("E\u0301lectronique", "electronique"),
        ("Røyksopp", "royksopp"),
        ("Straße", "strasse"),
        ("ﬁeld", "field"),
        ("ｊａｚｚ", "jazz"),
        ("ﾊｳｽ", "ハウス"),
        ("हिन्दी", "हिन्दी"),
        ("acid / house", "acid/house"),
        ("a, & b", "a/b"),
        ("a & / b", "a/b"),
        ("& a &", "a"),
        ("/a/", "a"),
        ("techno\u200b", "techno"),
        ("te\u00adchno", "techno"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_a_key_holds_what_counts(text: str, key: str) -> None:
    assert key_of(text) == key


@given(st.text(max_size=60))
def test_tidying_twice_changes_nothing(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once


@given(st.text(max_size=60))
def test_entries_are_tidy_and_whole(text: str) -> None:
    listed = entries(tidy(text))
    assert [tidy(entry) for entry in listed] == listed
    assert all(len(entries(entry)) == 1 and words(entry) for entry in listed)


def test_entries_stand_between_separators() -> None:
    assert entries("a/b; c|d - e---f > (g) #h") == ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert entries("lo-fi & co.") == ["lo-fi & co."]
    assert entries("/ - ;") == []


def test_joined_words_come_apart() -> None:
    assert joined(words("deep house & techno n trance")) == [("deep", "house"), ("techno",), ("trance",)]
    assert joined(()) == []
