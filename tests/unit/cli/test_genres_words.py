"""What a person calls a genre."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.cli.genres_words import canonical_genres, near_genres
from edm.errors import InputError
from edm.genres.vocabulary import load_vocabulary


@pytest.mark.parametrize(
    ("texts", "genres"),
    [
        (["techno"], ("techno",)),
        (["  TECHNO\n"], ("techno",)),
        (["D&B", "drum'n'bass"], ("drum and bass",)),
        (["Hip-Hop", "techno", "hiphop"], ("hip hop", "techno")),
        ([], ()),
    ],
)
def test_any_spelling_is_stored_by_its_canonical_name(texts: list[str], genres: tuple[str, ...]) -> None:
    assert canonical_genres(texts) == genres


@given(st.sampled_from(load_vocabulary().genres))
def test_a_canonical_name_is_itself(genre: str) -> None:
    assert canonical_genres([genre]) == (genre,)


@given(st.sampled_from(sorted(load_vocabulary().aliases)))
def test_every_spelling_of_the_vocabulary_is_taken(alias: str) -> None:
    assert load_vocabulary().aliases[alias] in canonical_genres([alias.upper()])


def test_a_slip_gets_a_guess() -> None:
    with pytest.raises(InputError, match="'tehcno' is no genre") as told:
        canonical_genres(["house", "tehcno"])
    assert told.value.hint is not None
    assert told.value.hint.startswith("did you mean techno")


@pytest.mark.parametrize("text", ["", " ", "!!!", "german techno", "techno, and more", "x" * 300, "-", "\0", "\udcff"])
def test_what_names_no_genre_or_more_than_that_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no genre of the vocabulary"):
        canonical_genres([text])


def test_guesses_are_few_and_by_any_spelling() -> None:
    assert near_genres("zzzzqqqq") == ()
    assert near_genres("jungel")[0] == "jungle"
    assert len(near_genres("house")) <= 3


@given(st.text(max_size=40))
def test_any_text_is_a_genre_or_refused(text: str) -> None:
    try:
        found = canonical_genres([text])
    except InputError:
        return
    assert found
    assert all(genre in load_vocabulary() for genre in found)
