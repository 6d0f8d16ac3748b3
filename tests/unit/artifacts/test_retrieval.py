"""What a space finds: by hand, planted, and by chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.artifacts.retrieval import RECALL_AT, Retrieval, retrieval
from edm.model import FloatArray


def angles(*degrees: float) -> FloatArray:
    turns = np.radians(degrees)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


def find(X: FloatArray, labels: list[str], **options: int) -> Retrieval:
    (found,) = retrieval(X, {"album": labels}, variant="raw", **options)
    return found


def test_precision_by_hand() -> None:
    # From 0°: b, a; from 10°: a, a; from 30° a (20° away), a (30°).
    found = find(angles(0, 10, 30), ["a", "b", "a"])
    assert found.queries == 2
    assert found.map == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert found.recall == 1
    # Companions of 0° at ranks 1 and 3: (1/1 + 2/3) / 2; of 5°: 1 and 3; of 40°: 2 and 3: (1/2 + 2/3) / 2.
    found = find(angles(0, 5, 20, 40), ["a", "a", "b", "a"])
    assert found.queries == 3
    assert found.map == pytest.approx((2 * (1 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 3)


def test_recall_counts_the_nearest_ten() -> None:
    near = np.linspace(1, 9, RECALL_AT)
    assert find(angles(0, *near, 20), ["a", *"b" * RECALL_AT, "a"]).recall == pytest.approx(RECALL_AT / 12)
    assert find(angles(0, *near[:-1], 20), ["a", *"b" * (RECALL_AT - 1), "a"]).recall == 1
    # Of more than ten companions, ten are all that can be found.
    assert find(angles(*range(30)), ["a"] * 30).recall == 1


def test_length_does_not_matter_but_direction_does() -> None:
    X = angles(0, 2, 90, 92) * np.array([[1], [1000], [0.001], [5]], dtype=np.float32)
    assert find(X, ["a", "a", "b", "b"]).map == 1
    assert find(X, ["a", "b", "b", "a"]).map < 0.5


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_vectors_that_are_all_alike_find_nothing(value: float) -> None:
    found = find(np.full((40, 3), value, dtype=np.float32), ["a", "b"] * 20)
    assert found.map < 0.55  # of the half that is right by chance
    found = find(np.full((40, 3), value, dtype=np.float32), [str(index // 2) for index in range(40)])
    assert found.map == pytest.approx(1 / 39)


def test_planted_clusters_are_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    labels = [str(index // 8) for index in range(400)]
    centres = np.repeat(rng.normal(size=(50, 20)), 8, axis=0)
    planted = find((centres + 0.2 * rng.normal(size=centres.shape)).astype("f4"), labels)
    assert planted.map > 0.99
    assert planted.recall > 0.99
    assert planted.shuffled_map < 0.05
    noise = find(rng.normal(size=(400, 20)).astype("f4"), labels)
    assert noise.map == pytest.approx(noise.shuffled_map, abs=0.01)


def test_tracks_without_company_do_not_ask() -> None:
    assert find(angles(0, 1, 2, 3, 4), ["a", "a", "", "", "c"]).queries == 2
    assert find(angles(0, 1), ["a", "b"]) == Retrieval("raw", "album", 0, 0, 0, 0, 0)
    assert find(angles(), []).queries == 0


def test_of_many_tracks_a_part_asks() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(300, 4)).astype("f4"), [str(index // 3) for index in range(300)]
    part, all_of_them = find(X, labels, most_queries=50), find(X, labels)
    assert (part.queries, all_of_them.queries) == (50, 300)
    assert part == find(X, labels, most_queries=50)
    assert part != find(X, labels, most_queries=50, seed=1)
    assert part.map == pytest.approx(all_of_them.map, abs=0.05)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(90, 4)).astype("f4"), [str(index // 3) for index in range(90)]
    there = find(X, labels)
    monkeypatch.setattr("edm.artifacts.retrieval._BLOCK_BYTES", 4 * 90 * 7)
    found = find(X, labels)
    assert (found.queries, found.recall) == (there.queries, there.recall)
    assert found.map == pytest.approx(there.map)


def test_an_artist_is_found_on_other_albums_without_help_from_the_same() -> None:
    labels = {"album": ["x", "x", "y", "z"], "artist": ["a", "a", "a", "b"], "elsewhere": ["a", "a", "a", "b"]}
    _, artist, elsewhere = retrieval(angles(0, 1, 10, 30), labels, variant="raw", apart={"elsewhere": "album"})
    # From 0° and 1° only 10° is left to find, before 30°; from 10°, 1° and 0° are as with all.
    assert (elsewhere.queries, elsewhere.map) == (3, 1)
    assert (artist.queries, artist.map) == (3, 1)
    _, artist, elsewhere = retrieval(angles(0, 1, 10, 5), labels, variant="raw", apart={"elsewhere": "album"})
    # 5° stands before 10° for two; for 10° it stands before both.
    assert artist.map == pytest.approx((2 * (1 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 3)
    assert elsewhere.map == pytest.approx((1 / 2 + 1 / 2 + (1 / 2 + 2 / 3) / 2) / 3)


@given(st.integers(0, 200))
def test_it_agrees_with_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(25, 3)).astype("f4")
    labels = rng.choice(list("abc"), size=25).tolist()
    precisions = []
    for row in range(25):
        cosines = X @ X[row] / np.linalg.norm(X, axis=1)
        right = [labels[other] == labels[row] for other in np.argsort(-cosines) if other != row]
        hits = np.flatnonzero(right) + 1
        if len(hits):
            precisions.append(np.mean(np.arange(1, len(hits) + 1) / hits))
    assert find(X, labels).map == pytest.approx(np.mean(precisions), abs=1e-6)
