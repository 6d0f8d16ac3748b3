"""One table says what each number of a vector means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.sonic.spec import (
    DIMENSIONS,
    FAMILIES,
    SPEC_VERSION,
    assemble,
    names,
    require_version,
    values_by_name,
)

VALUES = {name: float(place) for place, name in enumerate(names())}


def test_names_are_unique_and_begin_with_their_family() -> None:
    assert len(set(names())) == len(DIMENSIONS)
    assert all(one.name.startswith(f"{one.family}.") for one in DIMENSIONS)


def test_every_dimension_says_its_unit_and_meaning() -> None:
    assert all(one.unit and one.meaning for one in DIMENSIONS)
    meanings = [(one.family, one.meaning) for one in DIMENSIONS if not one.name.endswith(("_x", "_y"))]
    assert len(set(meanings)) == len(meanings)


def test_families_cover_the_vector_without_overlap_and_hold_only_their_own() -> None:
    covered = np.concatenate([np.arange(len(DIMENSIONS))[part] for part in FAMILIES.values()])
    assert covered.tolist() == list(range(len(DIMENSIONS)))
    assert all({one.family for one in DIMENSIONS[part]} == {family} for family, part in FAMILIES.items())
    assert list(FAMILIES) == ["rhythm", "timbre", "harmony", "loudness"]


def test_a_vector_is_put_together_by_name_whatever_the_order() -> None:
    backwards = dict(reversed(VALUES.items()))
    vector = assemble(backwards)
    assert vector.dtype == np.float32
    assert vector.tolist() == list(VALUES.values())


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=len(DIMENSIONS), max_size=len(DIMENSIONS)))
def test_reading_a_vector_gives_back_what_was_put_in(numbers: list[float]) -> None:
    values = dict(zip(names(), numbers, strict=True))
    assert values_by_name(assemble(values)) == values


def test_a_missing_name_is_an_error_that_says_which() -> None:
    values = {name: value for name, value in VALUES.items() if name != "timbre.mfcc_1_median"}
    with pytest.raises(InputError, match=r"missing.*mfcc_1_median"):
        assemble(values)


def test_another_spelling_is_an_error_that_says_which() -> None:
    with pytest.raises(InputError, match=r"unknown.*mfcc_1_mean"):
        assemble(VALUES | {"timbre.mfcc_1_mean": 0.0})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_is_an_error_that_says_which(value: float) -> None:
    with pytest.raises(InputError, match=r"not finite.*loudness\.lufs"):
        assemble(VALUES | {"loudness.lufs": value})


def test_a_vector_of_another_length_is_not_read() -> None:
    with pytest.raises(InputError, match="dimensions"):
        values_by_name(np.zeros(3, np.float32))


def test_two_versions_refuse_to_be_compared() -> None:
    require_version(SPEC_VERSION)
    with pytest.raises(InputError, match=f"spec {SPEC_VERSION + 1}"):
        require_version(SPEC_VERSION + 1)
