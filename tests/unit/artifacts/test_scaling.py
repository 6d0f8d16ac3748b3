"""Ways of scaling: cases by hand, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.artifacts.scaling import VARIANTS, fit, transform
from edm.errors import InputError
from edm.model import FloatArray
from unit.artifacts.made import SIZES, SPEC

FAMILIES = SPEC.families
SEEDS = st.integers(0, 1000)


def cloud(seed: int, n: int = 60) -> FloatArray:
    """Correlated columns of different sizes, with a heavy tail."""
    rng = np.random.default_rng(seed)
    mixed = rng.standard_t(4, size=(n, 9)) @ (np.eye(9) + 0.5 * rng.normal(size=(9, 9)))
    return np.asarray(mixed * SIZES, dtype=np.float32)


def cosines(X: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(X, axis=1)
    return np.asarray(X @ X.T / np.outer(lengths, lengths))


def test_raw_changes_nothing() -> None:
    X = cloud(0)
    assert np.array_equal(transform(fit(X, FAMILIES, variant="raw"), X), X)


def test_zscore_by_hand() -> None:
    X = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]], dtype=np.float32)
    scaling = fit(X, {"a": slice(0, 2)}, variant="zscore")
    expected = [[-np.sqrt(1.5), -np.sqrt(0.5)], [0, -np.sqrt(0.5)], [np.sqrt(1.5), np.sqrt(2)]]
    assert transform(scaling, X) == pytest.approx(np.array(expected), abs=1e-6)


def test_robust_by_hand() -> None:
    # Median 3, quartiles 2 and 4: a step is 0.6745; 100 is clipped.
    X = np.array([[1], [2], [3], [4], [100]], dtype=np.float32)
    found = transform(fit(X, {"a": slice(0, 1)}, variant="robust"), X)
    assert found[:, 0] == pytest.approx([-1.349, -0.6745, 0, 0.6745, 3], abs=1e-6)


def test_a_column_with_one_value_almost_everywhere_is_scaled_by_its_deviation() -> None:
    X = np.array([[0]] * 16 + [[1]] * 4, dtype=np.float32)
    scaling = fit(X, {"a": slice(0, 1)}, variant="robust")
    assert scaling.constant == ()
    assert transform(scaling, X)[-1, 0] == pytest.approx(2.5)  # deviation 0.4


def test_tower_by_hand() -> None:
    # Each family has one direction: its block is plus or minus the weight.
    t = np.array([-2, -1, 0, 1, 2], dtype=np.float32)
    X = np.stack([t, 10 * t, -t], axis=1)
    families = {"a": slice(0, 2), "loudness": slice(2, 3)}
    scaling = fit(X, families, variant="tower")
    assert [block.target for block in scaling.blocks] == [slice(0, 1), slice(1, 2)]
    expected = [[-1, 0.3], [-1, 0.3], [0, 0], [1, -0.3], [1, -0.3]]
    assert transform(scaling, X) == pytest.approx(np.array(expected), abs=1e-6)


def test_tower_keeps_as_many_axes_as_the_variance_asks() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(500, 2))
    X = (np.concatenate([base, base @ rng.normal(size=(2, 6))], axis=1) + 0.01 * rng.normal(size=(500, 8))).astype("f4")
    scaling = fit(X, {"a": slice(0, 8)}, variant="tower")
    assert scaling.width == 2


@given(SEEDS)
def test_families_of_a_tower_have_their_weights_as_lengths(seed: int) -> None:
    X = cloud(seed)
    scaling = fit(X, FAMILIES, variant="tower", weights={"timbre": 2.0})
    Y = transform(scaling, X)
    for block, weight in zip(scaling.blocks, (1.0, 2.0, 1.0), strict=True):
        assert np.linalg.norm(Y[:, block.target], axis=1) == pytest.approx(weight, rel=1e-5)


@given(SEEDS)
def test_whitened_columns_have_variance_one_and_nothing_in_common(seed: int) -> None:
    X = cloud(seed)
    Y = transform(fit(X, FAMILIES, variant="robust_whiten"), X).astype(np.float64)
    assert Y.mean(axis=0) == pytest.approx(np.zeros(Y.shape[1]), abs=1e-5)
    assert Y.T @ Y / len(Y) == pytest.approx(np.eye(Y.shape[1]), abs=1e-4)


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_order_of_rows_permutes_the_result(variant: str, seed: int) -> None:
    X = cloud(seed)
    order = np.random.default_rng(seed).permutation(len(X))
    there = transform(fit(X, FAMILIES, variant=variant), X)[order]
    moved = transform(fit(X[order], FAMILIES, variant=variant), X[order])
    assert moved == pytest.approx(there, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "raw"])
@settings(max_examples=25)
@given(seed=SEEDS, factor=st.floats(1e-3, 1e3), shift=st.floats(-3, 3))
def test_unit_and_zero_of_a_column_do_not_matter(variant: str, seed: int, factor: float, shift: float) -> None:
    X = cloud(seed)
    other = X.astype(np.float64)
    other[:, 2] = (other[:, 2] + shift * SIZES[2]) * factor
    there = transform(fit(X, FAMILIES, variant=variant), X)
    found = transform(fit(other.astype(np.float32), FAMILIES, variant=variant), other.astype(np.float32))
    # Axes of almost equal variance may turn with the last bit; what is near what may not.
    assert cosines(found) == pytest.approx(cosines(there), abs=2e-3)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_mirrored_column_keeps_all_distances(variant: str) -> None:
    X = cloud(1)
    mirrored = X * np.where(np.arange(9) == 3, -1, 1).astype(np.float32)
    there, found = (cosines(transform(fit(Y, FAMILIES, variant=variant), Y)) for Y in (X, mirrored))
    assert found == pytest.approx(there, abs=1e-4)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_rows_give_the_same_numbers(variant: str) -> None:
    X = cloud(2)
    one, other = (transform(fit(X, FAMILIES, variant=variant), X) for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_a_row_becomes_does_not_depend_on_its_neighbours(variant: str) -> None:
    X = cloud(3, n=9000)  # more than a block
    scaling = fit(X, FAMILIES, variant=variant)
    assert transform(scaling, X[8190:8200]) == pytest.approx(transform(scaling, X)[8190:8200], abs=1e-5)


def test_signs_of_axes_are_fixed() -> None:
    scaling = fit(cloud(4), FAMILIES, variant="tower")
    for block in scaling.blocks:
        for axis in block.axes.T:
            assert axis[np.argmax(np.abs(axis))] > 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_constant_columns_are_named_and_nothing_breaks(variant: str) -> None:
    X = cloud(5)
    X[:, 1] = 7.3
    X[:, 7:] = -0.1  # a family without any variation
    scaling = fit(X, FAMILIES, variant=variant)
    assert scaling.constant == (1, 7, 8)
    Y = transform(scaling, X)
    assert np.isfinite(Y).all()
    if not scaling.blocks and variant != "raw":
        assert not Y[:, [1, 7, 8]].any()


@pytest.mark.parametrize("variant", VARIANTS)
def test_rounding_alone_is_no_variation(variant: str) -> None:
    X = cloud(6)
    X[:, 0] = 1e6 + np.random.default_rng(0).choice([0, 0.0625], size=len(X))
    assert fit(X, FAMILIES, variant=variant).constant == (0,)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("n", [0, 1])
def test_no_row_and_one_row_are_scaled(variant: str, n: int) -> None:
    X = cloud(7)[:n]
    scaling = fit(X, FAMILIES, variant=variant)
    assert scaling.constant == tuple(range(9))
    Y = transform(scaling, X)
    assert Y.shape == (n, scaling.width)
    assert np.isfinite(Y).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_refused_by_name(value: float) -> None:
    X = cloud(8)
    X[17, 4] = value
    with pytest.raises(InputError, match=f"row 17 has {value} as 'f4'"):
        fit(X, FAMILIES, names=SPEC.names)
    with pytest.raises(InputError, match="column 4"):
        fit(X, FAMILIES)


def test_an_unknown_variant_lists_those_that_there_are() -> None:
    with pytest.raises(InputError, match="'towel'") as caught:
        fit(cloud(0), FAMILIES, variant="towel")
    assert "tower" in str(caught.value.hint)


def test_vectors_of_another_size_are_refused() -> None:
    scaling = fit(cloud(0), FAMILIES)
    with pytest.raises(InputError, match="9 features"):
        transform(scaling, cloud(0)[:, :8])
