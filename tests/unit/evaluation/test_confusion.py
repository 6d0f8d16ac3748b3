"""Wrong tempi are named by their ratio to the right one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.confusion import CONFUSIONS, confusion, confusion_matrix
from edm.evaluation.tempo import TEMPO_BANDS, score_tempo, tempo_band

tempi = st.floats(30, 400)


@pytest.mark.parametrize(
    ("estimate", "name"),
    [
        (40.0, "1/3"),
        (60.0, "1/2"),
        (80.0, "2/3"),
        (90.0, "3/4"),
        (120.0, "1"),
        (160.0, "4/3"),
        (180.0, "3/2"),
        (240.0, "2"),
        (360.0, "3"),
        (None, "none"),
        (124.8, "1"),  # 4 % of 120 are 4.8
        (124.9, "other"),
        (173.0, "3/2"),  # 180 - 7
        (167.0, "other"),  # 160 + 7: more than 4 %, and less than 3/2 by more
        (480.0, "other"),
        (20.0, "other"),
    ],
)
def test_a_ratio_is_named_within_the_tolerance(estimate: float | None, name: str) -> None:
    assert confusion(120.0, estimate) == name


def test_of_two_ratios_within_a_wide_tolerance_the_nearer_counts() -> None:
    # 170 is 6.25 % above 160 and 5.6 % below 180.
    assert confusion(120.0, 170.0, tolerance=0.1) == "3/2"
    assert confusion(120.0, 169.0, tolerance=0.1) == "4/3"


@given(tempi, st.none() | tempi, st.floats(0.001, 0.5))
def test_names_agree_with_the_accuracies(reference: float, estimate: float | None, tolerance: float) -> None:
    name = confusion(reference, estimate, tolerance=tolerance)
    scores = score_tempo(reference, estimate, tolerance=tolerance)
    assert name in CONFUSIONS
    if name == "1":
        assert scores["accuracy1"] == 1.0
    if name in {"other", "none"}:
        assert scores["accuracy2"] == 0.0
    if name in {"1/3", "1/2", "1", "2", "3"}:
        assert scores["accuracy2"] == 1.0


@given(tempi, tempi)
def test_at_four_percent_one_is_accuracy1_and_octaves_are_accuracy2(reference: float, estimate: float) -> None:
    name = confusion(reference, estimate)
    scores = score_tempo(reference, estimate)
    assert (name == "1") == (scores["accuracy1"] == 1.0)
    assert (name in {"1/3", "1/2", "1", "2", "3"}) == (scores["accuracy2"] == 1.0)


def test_a_matrix_by_hand() -> None:
    matrix = confusion_matrix(["<118", "150–180", "150–180", "<118"], ["2", "1/2", "1/2", "1"])
    assert matrix["ratios"] == ["1/3", "1/2", "2/3", "3/4", "1", "4/3", "3/2", "2", "3", "other", "none"]
    assert list(matrix["rows"]) == [*TEMPO_BANDS, "all"]
    assert matrix["rows"]["<118"] == [0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]
    assert matrix["rows"]["150–180"] == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert matrix["rows"][">180"] == [0] * 11
    assert matrix["rows"]["all"] == [0, 2, 0, 0, 1, 0, 0, 1, 0, 0, 0]


@given(st.lists(st.tuples(tempi, st.none() | tempi), max_size=30))
def test_the_row_of_all_is_the_sum_of_the_bands(pairs: list[tuple[float, float | None]]) -> None:
    rows = confusion_matrix([tempo_band(r) for r, _ in pairs], [confusion(r, e) for r, e in pairs])["rows"]
    sums = [sum(column) for column in zip(*(rows[band] for band in TEMPO_BANDS), strict=True)]
    assert rows["all"] == sums
    assert sum(sums) == len(pairs)


def test_strange_input_is_refused() -> None:
    with pytest.raises(InputError, match="1 tempo bands do not go with 2 ratios"):
        confusion_matrix(["<118"], ["1", "1"])
    with pytest.raises(InputError, match="called '5/4'"):
        confusion_matrix(["<118"], ["5/4"])
    with pytest.raises(InputError, match="reference"):
        confusion(0.0, None)
    with pytest.raises(InputError, match="estimate"):
        confusion(120.0, 0.0)
