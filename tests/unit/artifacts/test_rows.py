"""Names that are compared, and what a spec must be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.artifacts.rows import FeatureSpec, album_key, artist_key
from edm.errors import InputError


@pytest.mark.parametrize(
    ("artist", "key"),
    [
        ("The Beatles", "beatles"),
        ("Beatles, The", "beatles"),
        ("  DAFT   punk ", "daft punk"),
        ("Daft Punk feat. Pharrell Williams", "daft punk"),
        ("Daft Punk (ft. Pharrell)", "daft punk"),
        ("Daft Punk [Featuring Pharrell]", "daft punk"),
        ("ＤＪ Ｓｈａｄｏｗ", "dj shadow"),
        ("STRASSE", artist_key("Straße")),
        # Words that only look like it.
        ("Theo Parrish", "theo parrish"),
        ("Featherweight", "featherweight"),
        ("Little Feat", "little feat"),
        ("Kraft", "kraft"),
        ("feat. Nobody", "feat. nobody"),
        ("The", "the"),
        ("The The", "the"),
        ("Simon & Garfunkel", "simon & garfunkel"),
        ("", ""),
        (" \t\n", ""),
    ],
)
def test_an_artist_has_one_key(artist: str, key: str) -> None:
    assert artist_key(artist) == key


@given(st.text() | st.lists(st.sampled_from(["the ", "feat. ", "(ft ", "A", ", the", " "])).map("".join))
def test_the_key_of_a_key_is_itself(artist: str) -> None:
    assert artist_key(artist_key(artist)) == artist_key(artist)


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_case_makes_no_difference(artist: str) -> None:
    assert artist_key(artist.casefold()) == artist_key(artist)


def test_albums_of_one_name_by_two_artists_are_two() -> None:
    assert album_key("Greatest Hits", "Queen") != album_key("Greatest Hits", "ABBA")
    assert album_key(" greatest  HITS", "The Queen") == album_key("Greatest Hits", "queen feat. somebody")


def test_tracks_without_an_album_are_of_none() -> None:
    assert album_key(" ", "Queen") == ""


@pytest.mark.parametrize(
    ("families", "message"),
    [
        ({"a": slice(0, 2)}, "end at feature 2 of 3"),
        ({"a": slice(0, 2), "b": slice(1, 3)}, "'b'"),
        ({"a": slice(0, 3), "b": slice(3, 3)}, "'b'"),
        ({"a": slice(1, 3)}, "begin at feature 0"),
    ],
)
def test_families_cover_all_features_once(families: dict[str, slice], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FeatureSpec("1", ("x", "y", "z"), ("", "", ""), families)


def test_features_have_units_and_names_of_their_own() -> None:
    with pytest.raises(InputError, match="2 features have 1 units"):
        FeatureSpec("1", ("x", "y"), ("",), {"a": slice(0, 2)})
    with pytest.raises(InputError, match="called 'x'"):
        FeatureSpec("1", ("x", "x"), ("", ""), {"a": slice(0, 2)})
