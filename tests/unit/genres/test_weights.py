"""What is said of a track, its album and its artist becomes one weight a genre."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.genres.weights import CLOSENESS, INHERITED, MIN_WEIGHT, TRUST, Claim, SourceWeight, WeightedGenre, weigh

SOURCES = [source for source in TRUST if source != "person"]
CLAIMS = st.builds(
    Claim,
    genre=st.sampled_from(["techno", "house", "dub"]),
    weight=st.floats(0, 1),
    source=st.sampled_from(SOURCES),
    entity=st.sampled_from(list(CLOSENESS)),
    inherited=st.booleans(),
)
WORDS = st.builds(
    Claim,
    genre=st.sampled_from(["techno", "ambient"]),
    weight=st.floats(0.01, 1),
    source=st.just("person"),
    entity=st.sampled_from(list(CLOSENESS)),
)


def weights(*claims: Claim) -> dict[str, float]:
    return {genre.genre: genre.weight for genre in weigh(claims)}


def test_nothing_said_is_no_genre() -> None:
    assert weigh([]) == ()


def test_one_claim_by_hand() -> None:
    # 0.5 of Last.fm (0.9) about the artist (0.5): 0.5 * 0.9 * 0.5 = 0.225.
    (found,) = weigh([Claim("techno", 0.5, "lastfm", "artist")])
    assert found == WeightedGenre("techno", 0.225, (SourceWeight("lastfm", "artist", 0.225),))


def test_two_voices_by_hand() -> None:
    # File tag of the track: 0.8. Last.fm of the artist: 0.9 * 0.5 = 0.45. Together 1 - 0.2 * 0.55 = 0.89.
    (found,) = weigh([Claim("techno", 1, "lastfm", "artist"), Claim("techno", 1, "tags", "track")])
    assert found.weight == pytest.approx(0.89)
    assert [(voice.source, voice.weight) for voice in found.sources] == [("tags", 0.8), ("lastfm", 0.45)]


def test_what_a_collaboration_inherits_counts_half() -> None:
    (own,) = weigh([Claim("techno", 1, "lastfm", "artist")])
    (inherited,) = weigh([Claim("techno", 1, "lastfm", "artist", inherited=True)])
    assert inherited.weight == pytest.approx(INHERITED * own.weight)
    assert inherited.sources[0].inherited


def test_two_members_of_a_collaboration_are_one_voice() -> None:
    # The stronger of both: 0.9 * 0.5 * 0.5.
    claims = [Claim("techno", weight, "lastfm", "artist", inherited=True) for weight in (0.3, 1.0)]
    (found,) = weigh(claims)
    assert found.weight == pytest.approx(0.225)
    assert len(found.sources) == 1


def test_two_spellings_of_one_genre_in_one_source_are_one_voice() -> None:
    claims = [Claim("drum and bass", weight, "lastfm", "artist") for weight in (1.0, 0.6)]
    assert weights(*claims) == {"drum and bass": pytest.approx(0.45)}


@pytest.mark.parametrize(("near", "far"), list(product(SOURCES, SOURCES)))
def test_evidence_closer_to_the_track_weighs_more_whatever_its_source(near: Any, far: Any) -> None:
    track = weights(Claim("techno", 1, near, "track"))["techno"]
    album = weights(Claim("techno", 1, far, "album"))["techno"]
    artist = weights(Claim("techno", 1, far, "artist"))["techno"]
    assert track > album > artist
    assert weights(Claim("techno", 1, near, "album"))["techno"] > artist


def test_a_persons_word_beats_all() -> None:
    claims = [
        Claim("techno", 1, "tags", "track"),
        Claim("techno", 1, "lastfm", "track"),
        Claim("ambient", 0.7, "person", "artist"),
    ]
    (found,) = weigh(claims)
    assert found == WeightedGenre("ambient", 0.7, (SourceWeight("person", "artist", 0.7),))


def test_of_a_persons_words_the_closest_count() -> None:
    claims = [
        Claim("techno", 1, "person", "artist"),
        Claim("house", 1, "person", "album"),
        Claim("dub", 1, "person", "track"),
        Claim("ambient", 0.4, "person", "track"),
    ]
    assert weights(*claims) == {"dub": 1, "ambient": 0.4}
    assert weights(*claims[:2]) == {"house": 1}


def test_a_weak_genre_is_left_out_unless_a_person_said_it() -> None:
    # 0.1 * 0.9 * 0.5 = 0.045, and 0.12 * 0.9 * 0.5 = 0.054.
    tail = [Claim("polka", 0.1, "lastfm", "artist"), Claim("techno", 0.12, "lastfm", "artist")]
    assert weights(*tail) == {"techno": pytest.approx(0.054)}
    assert weights(Claim("polka", 0.01, "person", "track")) == {"polka": 0.01}


def test_weak_voices_that_agree_are_heard() -> None:
    # 0.045 and 0.1 * 0.7 * 0.5 = 0.035: 1 - 0.955 * 0.965 = 0.0784.
    claims = [Claim("polka", 0.1, "lastfm", "artist"), Claim("polka", 0.1, "musicbrainz", "artist")]
    assert weights(*claims) == {"polka": pytest.approx(0.078425)}


def test_a_claim_of_weight_zero_says_nothing() -> None:
    claims = [Claim("techno", 1, "tags", "track"), Claim("techno", 0, "lastfm", "artist")]
    assert len(weigh(claims)[0].sources) == 1
    assert weights(Claim("techno", 0, "person", "track")) == {}


def test_genres_come_surest_first_and_then_by_name() -> None:
    claims = [Claim(genre, weight, "tags", "track") for genre, weight in (("b", 0.5), ("a", 0.5), ("c", 1))]
    assert [genre.genre for genre in weigh(claims)] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim("techno", 1.1, "tags", "track"), "weight 1.1"),
        (Claim("techno", -0.1, "tags", "track"), "weight -0.1"),
        (Claim("techno", float("nan"), "tags", "track"), "weight nan"),
        (Claim("", 1, "tags", "track"), "names no genre"),
        (Claim("techno", 1, "radio", "track"), "'radio'"),  # type: ignore[arg-type]
        (Claim("techno", 1, "tags", "label"), "'label'"),  # type: ignore[arg-type]
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(claim: Claim, words: str) -> None:
    with pytest.raises(InputError, match=words):
        weigh([claim])


@given(st.lists(CLAIMS | WORDS), st.randoms(use_true_random=False))
def test_the_order_of_claims_changes_nothing(claims: list[Claim], random: Random) -> None:
    shuffled = random.sample(claims, len(claims))
    assert weigh(shuffled) == weigh(claims)
    assert weigh(claims * 2) == weigh(claims)


@given(st.lists(CLAIMS), CLAIMS)
def test_another_claim_never_weakens_a_genre(claims: list[Claim], another: Claim) -> None:
    before, after = weights(*claims), weights(*claims, another)
    assert all(after[genre] >= weight - 1e-12 for genre, weight in before.items())
    assert all(MIN_WEIGHT <= weight <= 1 for weight in after.values())


@given(st.lists(CLAIMS), st.lists(WORDS, min_size=1))
def test_where_a_person_spoke_nothing_else_matters(claims: list[Claim], words: list[Claim]) -> None:
    assert weigh(claims + words) == weigh(words)
    assert all(voice.source == "person" for genre in weigh(claims + words) for voice in genre.sources)
