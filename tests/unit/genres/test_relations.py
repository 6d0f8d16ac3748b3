"""How often genres meet, how similar that makes them, and how rare they are."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.genres.relations import (
    Limits,
    Relations,
    TrackGenres,
    album_groups,
    cooccurrence,
    inverse_frequency,
    relate,
    similarity_matrix,
)

ALL = Limits(min_together=1, min_similarity=0.0, top_k=1000)
GROUPS = st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=5), max_size=25)
TRACKS = st.lists(
    st.builds(
        TrackGenres,
        album=st.sampled_from(["", "one", "two"]),
        artist=st.sampled_from(["", "x", "y"]),
        genres=st.dictionaries(st.sampled_from("abcd"), st.floats(0.01, 1), max_size=4),
    ),
    max_size=12,
)
# Albums by hand: techno 4, dub 3, ambient 2, polka 1.
BY_HAND = [{"techno", "dub"}, {"techno", "dub"}, {"techno", "ambient"}, {"techno"}, {"dub", "ambient"}, {"polka"}]


def pairs_met(groups: list[set[str]]) -> dict[tuple[str, str], int]:
    found = cooccurrence(groups)
    return {
        (found.genres[a], found.genres[b]): together
        for a, b, together in zip(found.first.tolist(), found.second.tolist(), found.together.tolist(), strict=True)
    }


def planted_albums() -> list[set[str]]:
    """300 albums of three scenes of five styles each, an outsider on every tenth."""
    rng = np.random.default_rng(0)
    albums = []
    for index in range(300):
        scene = "abc"[index % 3]
        album = {f"{scene}{style}" for style in rng.choice(5, size=2, replace=False)}
        if index % 10 == 0:
            album.add(f"{'abc'[rng.integers(3)]}{rng.integers(5)}")
        albums.append(album)
    return albums


# --- Albums


def test_tracks_of_an_album_are_one_group() -> None:
    tracks = [TrackGenres("album", "x", {"techno": 1.0}), TrackGenres("album", "y", {"techno": 1.0, "dub": 0.5})]
    # dub: a mean share of (0 + 0.5) / 2 = 0.25, just enough.
    assert album_groups(tracks) == [{"techno", "dub"}]


def test_what_few_tracks_of_an_album_have_is_not_the_albums() -> None:
    tracks = [TrackGenres("album", "x", {"techno": 1.0})] * 4 + [TrackGenres("album", "x", {"dub": 1.0})]
    assert album_groups(tracks) == [{"techno"}]


def test_a_compilation_of_everything_relates_nothing() -> None:
    assert album_groups([TrackGenres("now 40", "", {f"style {i}": 1.0}) for i in range(40)]) == []


def test_the_tail_of_a_tracks_genres_is_not_the_albums() -> None:
    # 0.1 of 0.5 is a share of 0.2; 0.2 of 0.5 one of 0.4.
    assert album_groups([TrackGenres("album", "x", {"a": 0.5, "b": 0.1, "c": 0.2})]) == [{"a", "c"}]


def test_tracks_without_an_album_are_counted_once_an_artist() -> None:
    tracks = [TrackGenres("", "x", {"techno": 1.0})] * 50 + [TrackGenres("", "y", {"techno": 1.0, "dub": 1.0})]
    assert album_groups(tracks) == [{"dub", "techno"}, {"techno"}]


def test_an_artist_and_an_album_of_one_name_are_two_groups() -> None:
    tracks = [TrackGenres("x", "x", {"techno": 1.0}), TrackGenres("", "x", {"dub": 1.0})]
    assert album_groups(tracks) == [{"dub"}, {"techno"}]


def test_a_track_of_nobody_is_in_no_group() -> None:
    assert album_groups([TrackGenres("", "", {"techno": 1.0})]) == []


def test_a_track_without_genres_takes_no_share_of_others() -> None:
    tracks = [TrackGenres("album", "x", {"techno": 1.0})] + [TrackGenres("album", "x", {})] * 9
    assert album_groups(tracks) == [{"techno"}]


@pytest.mark.parametrize("weight", [0.0, -1.0, math.inf, math.nan])
def test_a_weight_that_makes_no_sense_is_refused(weight: float) -> None:
    with pytest.raises(InputError, match=r"'dub' has weight"):
        album_groups([TrackGenres("album", "x", {"techno": 1.0, "dub": weight})])


@pytest.mark.parametrize("shares", [(0.2, 0.7, 0.1), (0.2, 0.1, 0.7)])
def test_a_close_case_is_not_decided_by_rounding(shares: tuple[float, ...]) -> None:
    # Four tracks, a sum of 1: just enough. Added from the left, 0.2 + 0.7 + 0.1 makes 0.9999999999999999.
    tracks = [TrackGenres("album", "x", {"techno": 1.0, "dub": share}) for share in shares]
    assert album_groups([*tracks, TrackGenres("album", "x", {"techno": 1.0})]) == [{"dub", "techno"}]


@given(TRACKS, st.randoms(use_true_random=False))
def test_the_order_of_tracks_changes_no_album(tracks: list[TrackGenres], random: Random) -> None:
    assert album_groups(random.sample(tracks, len(tracks))) == album_groups(tracks)


# --- Meetings


def test_meetings_by_hand() -> None:
    found = cooccurrence(BY_HAND)
    assert found.genres == ("ambient", "dub", "polka", "techno")
    assert found.groups == 6
    assert found.counts.tolist() == [2, 3, 1, 4]
    assert pairs_met(BY_HAND) == {("ambient", "dub"): 1, ("ambient", "techno"): 1, ("dub", "techno"): 2}


def test_no_albums_have_no_genres() -> None:
    for groups in ([], [set(), set()]):
        found = cooccurrence(groups)
        assert (found.genres, found.groups, len(found.counts), len(found.together)) == ((), 0, 0, 0)
        assert relate(found) == Relations()


def test_a_genre_twice_in_an_album_counts_once_and_an_empty_album_not_at_all() -> None:
    found = cooccurrence([["dub", "dub", "techno"], [], ["dub"]])
    assert (found.groups, found.counts.tolist(), found.together.tolist()) == (2, [2, 1], [1])


@given(GROUPS)
def test_meetings_are_those_that_a_plain_count_finds(groups: list[set[str]]) -> None:
    genres = sorted(set().union(*groups))
    found = cooccurrence(groups)
    assert found.genres == tuple(genres)
    assert found.counts.tolist() == [sum(genre in group for group in groups) for genre in genres]
    together = {(a, b): sum(a in group and b in group for group in groups) for a in genres for b in genres if a < b}
    assert pairs_met(groups) == {pair: count for pair, count in together.items() if count}
    assert list(pairs_met(groups)) == sorted(pairs_met(groups))


# --- Similarity


def test_similarity_by_hand() -> None:
    relations = relate(cooccurrence(BY_HAND), ALL)
    # dub, techno: 2 of 3 + 4 - 2; ambient, dub: 1 of 2 + 3 - 1; ambient, techno: 1 of 2 + 4 - 1.
    assert relations.pairs == {("ambient", "dub"): 0.25, ("ambient", "techno"): 0.2, ("dub", "techno"): 0.4}
    assert relations.counts == {"ambient": 2, "dub": 3, "polka": 1, "techno": 4}
    assert relations.groups == 6


def test_genres_that_are_always_together_have_similarity_one() -> None:
    assert relate(cooccurrence([{"a", "b"}] * 3)).pairs == {("a", "b"): 1.0}


def test_a_pair_that_met_too_seldom_is_left_out() -> None:
    assert relate(cooccurrence([{"a", "b"}] * 2)).pairs == {}
    assert relate(cooccurrence(BY_HAND), Limits(2, 0.0, 10)).pairs == {("dub", "techno"): 0.4}


def test_a_pair_that_is_hardly_similar_is_left_out() -> None:
    pairs = relate(cooccurrence(BY_HAND), Limits(1, 0.25, 10)).pairs
    assert pairs == {("ambient", "dub"): 0.25, ("dub", "techno"): 0.4}


def test_a_similarity_that_rounds_to_nothing_is_nothing() -> None:
    # 1 of 30 001 is 0.00003.
    assert relate(cooccurrence([{"a", "b"}] + [{"a"}] * 30_000), ALL).pairs == {}


def test_a_rare_genre_keeps_its_parent_though_the_parent_has_nearer_children() -> None:
    # The parent's nearest is "big" (4 of 6); "small" (2 of 6) is not among its one nearest, but has no other.
    albums = [{"parent", "big"}] * 4 + [{"parent", "small"}] * 2
    assert relate(cooccurrence(albums), Limits(1, 0.0, 1)).pairs == {
        ("big", "parent"): 0.6667,
        ("parent", "small"): 0.3333,
    }


def test_a_pair_that_is_among_the_nearest_of_neither_is_left_out() -> None:
    # a-b 3 of 4, c-d 3 of 4, a-c 1 of 7.
    albums = [{"a", "b"}] * 3 + [{"c", "d"}] * 3 + [{"a", "c"}]
    assert set(relate(cooccurrence(albums), Limits(1, 0.0, 1)).pairs) == {("a", "b"), ("c", "d")}
    assert ("a", "c") in relate(cooccurrence(albums), Limits(1, 0.0, 2)).pairs


def test_of_equally_near_genres_those_with_more_albums_together_are_nearer() -> None:
    # hub-a and hub-b are 1 of 2, hub-z is 2 of 4; a and b have each other.
    albums = [{"hub", "z", "a", "b"}, {"hub", "z"}, {"z"}, {"z"}]
    assert set(relate(cooccurrence(albums), Limits(1, 0.0, 1)).pairs) == {("a", "b"), ("hub", "z")}


def test_of_genres_that_are_equally_near_in_all_the_first_by_name_is_nearer() -> None:
    # hub-a and hub-z are 2 of 6, a-b and y-z are 2 of 4.
    albums = [{"hub", "z"}, {"hub", "a"}, {"a", "b"}, {"z", "y"}] * 2
    assert set(relate(cooccurrence(albums), Limits(1, 0.0, 1)).pairs) == {("a", "b"), ("a", "hub"), ("y", "z")}


def test_subgenres_of_one_parent_are_nearer_than_strangers() -> None:
    genres = [f"{scene}{style}" for scene in "abc" for style in range(5)]
    S = similarity_matrix(relate(cooccurrence(planted_albums()), ALL).pairs, genres)
    scene = np.repeat(np.arange(3), 5)
    inside = (scene[:, None] == scene) & ~np.eye(15, dtype=bool)
    strangers = scene[:, None] != scene
    assert S[inside].min() > S[strangers].max()


@given(GROUPS, st.randoms(use_true_random=False), st.integers(1, 3), st.integers(1, 4))
def test_the_order_of_albums_changes_nothing(groups: list[set[str]], random: Random, support: int, top_k: int) -> None:
    limits = Limits(support, 0.05, top_k)
    shuffled = random.sample(groups, len(groups))
    assert relate(cooccurrence(shuffled), limits) == relate(cooccurrence(groups), limits)


@given(GROUPS, st.integers(1, 4))
def test_each_genre_keeps_its_nearest_and_limits_only_take_away(groups: list[set[str]], top_k: int) -> None:
    found = cooccurrence(groups)
    full, cut = relate(found, ALL).pairs, relate(found, Limits(1, 0.0, top_k)).pairs
    assert cut.items() <= full.items()
    for genre in found.genres:
        near = sorted((value for pair, value in full.items() if genre in pair), reverse=True)
        kept = sorted((value for pair, value in cut.items() if genre in pair), reverse=True)
        assert kept[:top_k] == near[:top_k]


@given(GROUPS)
def test_similarities_lie_in_0_to_1_and_pairs_are_in_order(groups: list[set[str]]) -> None:
    pairs = relate(cooccurrence(groups), ALL).pairs
    assert all(0 < value <= 1 and a < b for (a, b), value in pairs.items())
    assert list(pairs) == sorted(pairs)


@given(GROUPS)
def test_an_unrelated_album_changes_counts_alone(groups: list[set[str]]) -> None:
    before, after = relate(cooccurrence(groups), ALL), relate(cooccurrence([*groups, {"polka"}]), ALL)
    assert after.pairs == before.pairs
    assert after.counts == {**before.counts, "polka": 1}
    assert after.groups == before.groups + 1


@given(GROUPS)
def test_an_album_of_one_genre_lowers_the_similarities_of_that_genre_alone(groups: list[set[str]]) -> None:
    before, after = relate(cooccurrence(groups), ALL).pairs, relate(cooccurrence([*groups, {"a"}]), ALL).pairs
    assert before.keys() == after.keys()
    assert all(after[pair] < value if "a" in pair else after[pair] == value for pair, value in before.items())


@pytest.mark.parametrize(
    ("given_limits", "name"),
    [
        ({"min_together": 0}, "min_together is 0"),
        ({"min_similarity": 1.5}, "min_similarity is 1.5"),
        ({"min_similarity": math.nan}, "min_similarity is nan"),
        ({"top_k": 0}, "top_k is 0"),
    ],
)
def test_limits_that_make_no_sense_are_refused(given_limits: dict[str, float], name: str) -> None:
    with pytest.raises(InputError, match=name):
        Limits(**given_limits)  # type: ignore[arg-type]


# --- The matrix and rarity


def test_the_matrix_by_hand() -> None:
    S = similarity_matrix({("a", "b"): 0.5, ("b", "c"): 0.25, ("a", "elsewhere"): 1.0}, ["c", "b", "a"])
    assert S.dtype == np.float32
    assert S.tolist() == [[1, 0.25, 0], [0.25, 1, 0.5], [0, 0.5, 1]]


def test_a_matrix_names_no_genre_twice() -> None:
    with pytest.raises(InputError, match="'dub' is twice"):
        similarity_matrix({}, ["dub", "techno", "dub"])


def test_rarity_by_hand() -> None:
    relations = Relations(groups=99, counts={"electronic": 99, "techno": 24, "slip": 1})
    found = inverse_frequency(relations, ["electronic", "techno", "slip", "unseen"])
    # 1 + ln(100 / 100), 1 + ln(100 / 25), and 1 + ln(100 / 4) for what is rarer than three albums.
    assert found["electronic"] == 1.0
    assert found["techno"] == pytest.approx(1 + math.log(4))
    assert found["slip"] == found["unseen"] == pytest.approx(1 + math.log(25))


def test_without_albums_all_genres_tell_the_same() -> None:
    assert inverse_frequency(Relations(), ["a", "b"]) == {"a": 1.0, "b": 1.0}


@given(GROUPS)
def test_the_rarer_genre_tells_no_less(groups: list[set[str]]) -> None:
    relations = relate(cooccurrence(groups))
    tells = inverse_frequency(relations, relations.counts)
    by_count = sorted(relations.counts, key=lambda genre: relations.counts[genre])
    assert all(tells[rare] >= tells[common] >= 1 for rare, common in pairwise(by_count))
