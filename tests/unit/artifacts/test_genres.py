"""Genres are put beside the tracks that they are of, or refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from edm.artifacts.genres import with_genres
from edm.artifacts.matrices import Matrices
from edm.errors import ArtifactError
from unit.artifacts.made import build, make_rows

GENRE_FIELDS = {"genre_vocab", "genre_idf", "genre_similarity", "X_genre_raw", "X_genre_smoothed"}


def given(matrices: Matrices | None = None, **changes: Any) -> Matrices:
    asked: dict[str, Any] = {
        "vocab": ["dub", "house"],
        "idf": np.array([2.0, 1.0]),
        "similarity": np.eye(2, dtype=np.float32),
        "raw": np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32),
        "smoothed": np.array([[0.8, 0.6], [0.6, 0.8], [0, 0]], dtype=np.float32),
    }
    return with_genres(matrices or build(make_rows(3)), **(asked | changes))


def test_matrices_have_no_genres_at_first() -> None:
    matrices = build(make_rows(3))
    assert matrices.genre_vocab == ()
    assert matrices.X_genre_raw.shape == matrices.X_genre_smoothed.shape == (3, 0)
    assert matrices.genre_similarity.shape == (0, 0)
    assert matrices.genre_idf.shape == (0,)


def test_genres_stand_beside_all_else() -> None:
    plain = build(make_rows(3))
    matrices = given(plain)
    assert matrices.genre_vocab == ("dub", "house")
    assert matrices.genre_idf.tolist() == [2.0, 1.0]
    assert matrices.X_genre_raw.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert matrices.X_genre_smoothed[0].tolist() == pytest.approx([0.8, 0.6])
    others = {field.name for field in fields(plain)} - GENRE_FIELDS
    assert all(getattr(matrices, name) is getattr(plain, name) for name in others)
    assert plain.genre_vocab == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"idf": np.ones(3)}, r"3 tracks and 2 genres have idf of the shape \(3,\), not \(2,\)"),
        ({"similarity": np.eye(3)}, "have similarity of the shape"),
        ({"raw": np.zeros((2, 2))}, "have raw of the shape"),
        ({"smoothed": np.zeros((3, 1))}, "have smoothed of the shape"),
        ({"vocab": ["house", "dub"]}, "not sorted"),
        ({"vocab": ["dub", "dub"]}, "there twice"),
        ({"vocab": ["", "dub"]}, "'' cannot be the name"),
        ({"vocab": ["dub", "dub\0"]}, "cannot be the name"),
    ],
)
def test_what_does_not_fit_is_an_error(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ArtifactError, match=said):
        given(**changes)
