"""Vectors of tracks: weighted by rarity, smoothed once, of length 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.genres.relations import Limits, cooccurrence, inverse_frequency, relate, similarity_matrix
from edm.genres.vectors import SPREAD, GenreVectors, genre_vectors
from edm.model import FloatArray

VOCAB = ["ambient", "dub", "techno"]
EVEN = dict.fromkeys(VOCAB, 1.0)
# techno is near dub, dub a little near ambient.
S = similarity_matrix({("dub", "techno"): 0.8, ("ambient", "dub"): 0.2}, VOCAB)
TRACKS = st.lists(st.dictionaries(st.sampled_from(VOCAB), st.floats(0, 1e6)), max_size=8)
SIMILARITIES = st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3).map(
    lambda values: similarity_matrix(
        dict(zip([("ambient", "dub"), ("ambient", "techno"), ("dub", "techno")], values, strict=True)), VOCAB
    )
)


def vectors(*tracks: dict[str, float], similarity: FloatArray = S) -> GenreVectors:
    return genre_vectors(tracks, VOCAB, similarity, EVEN)


def test_a_row_by_hand() -> None:
    found = genre_vectors([{"techno": 1.0, "ambient": 0.5}], VOCAB, S, {"ambient": 3.0, "dub": 1.0, "techno": 2.0})
    # 0.5 * 3 and 1 * 2: (1.5, 0, 2), of length 2.5.
    assert found.raw.tolist() == [pytest.approx([0.6, 0.0, 0.8])]
    # techno has neighbours of 0.8 in all and passes on 0.5 * 0.8 of 2 to dub; ambient 0.5 * 0.2 of 1.5:
    # (1.5, 0.95, 2), of length sqrt(2.25 + 0.9025 + 4).
    length = math.sqrt(7.1525)
    assert found.smoothed.tolist() == [pytest.approx([1.5 / length, 0.95 / length, 2 / length])]


def test_a_genre_with_many_neighbours_passes_on_half_of_its_weight_in_all() -> None:
    near = similarity_matrix({("dub", "techno"): 0.9, ("ambient", "techno"): 0.6}, VOCAB)
    row = vectors({"techno": 1.0}, similarity=near).smoothed[0]
    # 0.5 * 0.6 / 1.5 and 0.5 * 0.9 / 1.5.
    assert (row / row[2]).tolist() == pytest.approx([0.2, 0.3, 1.0])
    assert SPREAD == 0.5


def test_weight_is_passed_on_once() -> None:
    # ambient is two steps from techno.
    assert vectors({"techno": 1.0}).smoothed[0, 0] == 0.0


def test_without_similar_genres_smoothing_changes_nothing() -> None:
    found = vectors({"techno": 1.0, "dub": 0.3}, {"ambient": 0.2}, similarity=np.eye(3, dtype=np.float32))
    assert np.array_equal(found.raw, found.smoothed)


def test_a_track_without_genres_has_a_row_of_zeros() -> None:
    found = vectors({}, {"techno": 0.0}, {"techno": 1.0})
    assert not found.raw[:2].any()
    assert not found.smoothed[:2].any()
    assert found.raw[2].tolist() == [0, 0, 1]


def test_no_tracks_and_no_genres_have_empty_arrays() -> None:
    assert vectors().raw.shape == (0, 3)
    found = genre_vectors([{}, {}], [], np.zeros((0, 0), dtype=np.float32), {})
    assert found.smoothed.shape == (2, 0)


def test_tracks_are_in_their_order_also_where_there_are_many() -> None:
    tracks = [{VOCAB[index % 3]: 1.0} for index in range(20_000)]
    found = vectors(*tracks)
    assert np.array_equal(found.raw.argmax(axis=1), np.arange(20_000) % 3)
    assert np.array_equal(found.smoothed.argmax(axis=1), np.arange(20_000) % 3)
    assert found.raw.dtype == found.smoothed.dtype == np.float32


def test_styles_of_one_scene_are_nearer_than_strangers_though_they_share_no_genre() -> None:
    rng = np.random.default_rng(0)
    albums = [{f"{'abc'[i % 3]}{style}" for style in rng.choice(5, 2, replace=False)} for i in range(300)]
    relations = relate(cooccurrence(albums), Limits(1, 0.0, 20))
    vocab = list(relations.counts)
    tracks = [{genre: 1.0} for genre in vocab]
    found = genre_vectors(tracks, vocab, similarity_matrix(relations.pairs, vocab), inverse_frequency(relations, vocab))
    scene = np.array([genre[0] for genre in vocab])
    inside = (scene[:, None] == scene) & ~np.eye(len(vocab), dtype=bool)
    cosines = found.smoothed @ found.smoothed.T
    assert cosines[inside].min() > cosines[scene[:, None] != scene].max()
    assert not (found.raw @ found.raw.T)[inside].any()


def test_a_shared_rare_genre_says_more_than_a_shared_broad_one() -> None:
    tells = {"ambient": 1.0, "dub": 5.0, "techno": 1.0}
    tracks = [{"techno": 1.0, "dub": 1.0}, {"techno": 1.0, "ambient": 1.0}, {"ambient": 1.0, "dub": 1.0}]
    raw = genre_vectors(tracks, VOCAB, np.eye(3, dtype=np.float32), tells).raw
    assert raw[0] @ raw[2] > raw[0] @ raw[1]


@given(TRACKS, SIMILARITIES)
def test_rows_have_length_one_or_zero(tracks: list[dict[str, float]], similarity: FloatArray) -> None:
    found = vectors(*tracks, similarity=similarity)
    empty = np.array([not any(track.values()) for track in tracks], dtype=bool)
    for X in (found.raw, found.smoothed):
        lengths = np.linalg.norm(X, axis=1)
        assert np.all(X >= 0)
        assert not lengths[empty].any()
        assert lengths[~empty] == pytest.approx(1, abs=1e-6)


@given(TRACKS, SIMILARITIES)
def test_the_strongest_genre_stays_the_strongest(tracks: list[dict[str, float]], similarity: FloatArray) -> None:
    singles = [{max(track, key=lambda genre: track[genre]): 1.0} for track in tracks if any(track.values())]
    found = vectors(*singles, similarity=similarity)
    assert np.array_equal(found.smoothed.argmax(axis=1), found.raw.argmax(axis=1))


@given(TRACKS, SIMILARITIES, st.sampled_from([2.0**-40, 0.5, 1024.0]))
def test_only_the_shares_of_weights_matter(
    tracks: list[dict[str, float]], similarity: FloatArray, factor: float
) -> None:
    tracks = [{genre: weight for genre, weight in track.items() if weight == 0 or weight > 1e-6} for track in tracks]
    scaled = [{genre: weight * factor for genre, weight in track.items()} for track in tracks]
    found, again = vectors(*tracks, similarity=similarity), vectors(*scaled, similarity=similarity)
    assert np.array_equal(found.smoothed, again.smoothed)


@given(TRACKS, SIMILARITIES, st.permutations(range(3)))
def test_the_order_of_the_vocabulary_is_that_of_the_columns(
    tracks: list[dict[str, float]], similarity: FloatArray, order: list[int]
) -> None:
    found = vectors(*tracks, similarity=similarity)
    turned = genre_vectors(tracks, [VOCAB[place] for place in order], similarity[np.ix_(order, order)], EVEN)
    assert np.array_equal(turned.raw, found.raw[:, order])
    assert turned.smoothed == pytest.approx(found.smoothed[:, order], abs=1e-6)


@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf])
def test_a_weight_that_makes_no_sense_is_refused(weight: float) -> None:
    with pytest.raises(InputError, match=f"track 1 has a genre of weight {weight}"):
        vectors({"dub": 1.0}, {"techno": weight})


def test_a_genre_without_a_column_is_told_and_not_dropped() -> None:
    tracks: list[dict[str, float]] = [{}] * 9_000 + [{"polka": 1.0}]
    with pytest.raises(InputError, match="track 9000 has the genre 'polka'"):
        vectors(*tracks)


@pytest.mark.parametrize(
    ("vocab", "similarity", "idf", "words"),
    [
        (["dub", "dub"], np.eye(2), {"dub": 1.0}, "each must be there once"),
        (["dub"], np.eye(2), {"dub": 1.0}, r"shape \(2, 2\)"),
        (["dub", "techno"], np.full((2, 2), 1.5), {"dub": 1.0, "techno": 1.0}, "0 to 1"),
        (["dub", "techno"], np.full((2, 2), np.nan), {"dub": 1.0, "techno": 1.0}, "0 to 1"),
        (["dub"], np.eye(1), {}, "'dub' .* no inverse frequency"),
        (["dub"], np.eye(1), {"dub": 0.0}, "inverse frequency 0.0"),
        (["dub"], np.eye(1), {"dub": math.nan}, "inverse frequency nan"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    vocab: list[str], similarity: FloatArray, idf: dict[str, float], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        genre_vectors([{"dub": 1.0}], vocab, similarity, idf)
