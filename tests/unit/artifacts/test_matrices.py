"""Rows become matrices; nothing is left out in silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.artifacts.matrices import build_matrices
from edm.artifacts.rows import SEGMENTS
from edm.artifacts.scaling import VARIANTS, transform
from edm.errors import ArtifactError, InputError
from unit.artifacts.made import SPEC, build, make_row, make_rows


def test_each_row_stands_in_its_place() -> None:
    rows = make_rows(12)
    matrices = build(rows, variant="raw")
    assert matrices.track_ids.tolist() == list(range(12))
    assert matrices.track_paths[3] == "/m/3.mp3"
    assert matrices.track_titles.tolist()[11] == "Title 11"
    assert matrices.track_artists[11] == "Artist 1"
    assert matrices.artist_keys[11] == "artist 1"
    assert matrices.album_keys[11] == "artist 1 / album 2"
    assert matrices.bpm[3] == 103
    assert matrices.key[0] == "8A"
    for name, X in zip(
        SEGMENTS,
        (matrices.X_sonic, matrices.X_sonic_start, matrices.X_sonic_mid, matrices.X_sonic_end),
        strict=True,
    ):
        assert X.dtype == np.float32
        assert np.array_equal(X, np.stack([row.vectors[name] for row in rows]))  # type: ignore[misc]


@pytest.mark.parametrize("variant", VARIANTS)
def test_segments_are_scaled_as_whole_tracks_are(variant: str) -> None:
    rows = make_rows(30)
    matrices = build(rows, variant=variant)
    starts = np.stack([row.vectors["start"] for row in rows])  # type: ignore[misc]
    assert np.array_equal(matrices.X_sonic_start, transform(matrices.scaling, starts))
    assert np.array_equal(matrices.X_sonic, transform(matrices.scaling, matrices.X_sonic_raw))
    assert not np.array_equal(matrices.X_sonic_start, matrices.X_sonic_mid)


@settings(max_examples=20)
@given(st.permutations(range(25)))
def test_the_order_of_rows_is_kept(order: list[int]) -> None:
    rows = make_rows(25)
    there = build(rows)
    found = build([rows[index] for index in order])
    assert found.track_ids.tolist() == order
    assert found.X_sonic == pytest.approx(there.X_sonic[order], abs=1e-4)


def test_more_rows_than_fit_at_first_come_through() -> None:
    vectors = {name: np.full(9, 1, dtype=np.float32) for name in SEGMENTS}
    rows = (replace(make_row(index), vectors=vectors | {"full": np.full(9, index, "f4")}) for index in range(9001))
    matrices = build_matrices(rows, SPEC, fingerprint="", settings={}, variant="raw")
    assert np.array_equal(matrices.X_sonic_raw[:, 4], np.arange(9001))


def test_a_row_without_a_vector_is_left_out_and_listed() -> None:
    rows = make_rows(6)
    rows[1] = replace(rows[1], vectors={})
    rows[4] = replace(rows[4], vectors=dict(rows[4].vectors) | {"mid": None})
    matrices = build(rows)
    assert matrices.track_ids.tolist() == [0, 2, 3, 5]
    assert [(row.track_id, row.path, row.reason) for row in matrices.dropped] == [
        (1, "/m/1.mp3", "no vectors"),
        (4, "/m/4.mp3", "no vector of mid"),
    ]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_a_row_with_a_number_that_is_none_is_left_out_and_listed(segment: str) -> None:
    rows = make_rows(6)
    broken = np.array(rows[2].vectors[segment])
    broken[5] = np.nan
    rows[2] = replace(rows[2], vectors=dict(rows[2].vectors) | {segment: broken})
    matrices = build(rows)
    assert matrices.track_ids.tolist() == [0, 1, 3, 4, 5]
    assert matrices.track_titles.tolist() == [f"Title {index}" for index in (0, 1, 3, 4, 5)]
    assert matrices.bpm.tolist() == [100, 101, 103, 104, 105]
    assert [(row.track_id, row.reason) for row in matrices.dropped] == [(2, f"f5 of {segment} is nan")]
    without = build([row for row in rows if row.track_id != 2])
    assert np.array_equal(matrices.X_sonic_end, without.X_sonic_end)


def test_a_broken_number_of_a_family_that_is_left_out_does_not_matter() -> None:
    rows = make_rows(6)
    np.asarray(rows[2].vectors["full"])[8] = np.inf
    assert build(rows, exclude=["loudness"]).dropped == ()


def test_what_is_not_known_is_nan_or_empty() -> None:
    matrices = build([make_row(1)])
    assert np.isnan(matrices.bpm[0])
    assert np.isnan(matrices.duration_s[0])
    assert matrices.key[0] == matrices.artist_keys[0] == matrices.album_keys[0] == ""


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row_make_matrices(variant: str, count: int) -> None:
    matrices = build(make_rows(count), variant=variant)
    assert len(matrices) == count
    assert matrices.X_sonic.shape == matrices.X_sonic_mid.shape == (count, matrices.scaling.width)
    assert np.isfinite(matrices.X_sonic).all()


def test_families_are_included_and_excluded() -> None:
    rows = make_rows(10)
    whole = build(rows)
    for options in ({"include": ["loudness", "rhythm"]}, {"exclude": ["timbre"]}):
        matrices = build(rows, **options)
        assert matrices.feature_names == ("f0", "f1", "f2", "f3", "f7", "f8")
        assert dict(matrices.families) == {"rhythm": slice(0, 4), "loudness": slice(4, 6)}
        assert list(matrices.sonic_families) == ["rhythm", "loudness"]
        assert np.array_equal(matrices.X_sonic_raw, whole.X_sonic_raw[:, [0, 1, 2, 3, 7, 8]])


def test_a_variant_that_mixes_families_says_so() -> None:
    matrices = build(make_rows(20), variant="robust_whiten")
    assert dict(matrices.sonic_families) == {"all": slice(0, matrices.X_sonic.shape[1])}


@pytest.mark.parametrize("options", [{"include": ["rythm"]}, {"exclude": ["rythm"]}])
def test_a_family_that_does_not_exist_is_an_error(options: dict[str, list[str]]) -> None:
    with pytest.raises(InputError, match="'rythm'") as caught:
        build(make_rows(3), **options)
    assert "rhythm, timbre, loudness" in str(caught.value.hint)


def test_something_must_be_left() -> None:
    with pytest.raises(InputError, match="no family"):
        build(make_rows(3), include=["rhythm"], exclude=["rhythm"])


def test_vectors_of_another_version_are_never_mixed_in() -> None:
    rows = make_rows(3)
    with pytest.raises(ArtifactError, match=r"/m/1.mp3: .* version 2 .* not version 3"):
        build([rows[0], replace(rows[1], spec_version="2")])
    with pytest.raises(ArtifactError, match=r"/m/9.mp3: .* shape \(8,\)"):
        build([*rows, make_row(9, np.zeros(8))])


def test_an_id_that_is_there_twice_is_an_error() -> None:
    with pytest.raises(ArtifactError, match=r"/m/5.mp3 and /other.mp3 both have the id 5"):
        build([*make_rows(6), make_row(5, path="/other.mp3")])
