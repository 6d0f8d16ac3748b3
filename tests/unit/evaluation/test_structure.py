"""Scores of a structure: by hand, perfect is 1, nothing is 0, and what is not told is not scored."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from edm.evaluation.annotation import EnergyCurve
from edm.evaluation.labels import LABELS, ReferenceKind
from edm.evaluation.layout import Layout, Span
from edm.evaluation.metrics import STRUCTURE_METRICS
from edm.evaluation.structure import NO_LABEL, StructureScore, label_seconds, rank_correlation, score_structure

SHARES = [key for key, metric in STRUCTURE_METRICS.items() if metric.unit == "%"]
GRID_S = np.arange(0.0, 400.0, 2.0)
TRUTH = Layout(
    (Span(0, 16, "intro"), Span(16, 32, "build"), Span(32, 64, "Chorus"), Span(64, 80, "break"), Span(80, 112, "drop")),
    np.array([32.0, 80.0]),
    GRID_S,
)
LENGTHS = st.lists(st.tuples(st.integers(1, 20), st.sampled_from([*LABELS, "???", None])), max_size=9)


def laid(sections: list[tuple[int, str | None]]) -> Layout:
    ends = np.cumsum([0] + [2 * bars for bars, _ in sections])
    spans = tuple(Span(float(a), float(b), name) for a, b, (_, name) in zip(ends[:-1], ends[1:], sections, strict=True))
    drops_s = [span.start_s for span in spans if span.label == "drop"]
    return Layout(spans, np.array(drops_s, dtype=np.float64), GRID_S)


def scored(
    estimate: Layout | None, reference: Layout = TRUTH, kind: ReferenceKind | None = "labels", *, drops: bool = True
) -> StructureScore:
    return score_structure(reference, estimate, kind=kind, tells_drops=drops, bar_s=2.0)


def test_the_truth_is_perfect() -> None:
    score = scored(TRUTH)
    assert [score.scores[key] for key in SHARES] == pytest.approx([1.0] * len(SHARES))
    assert score.scores["boundary_offset_ms"] == 0.0
    counts = (score.reference_boundaries, score.estimated_boundaries, score.reference_drops, score.estimated_drops)
    assert counts == (4, 4, 2, 2)


def test_no_estimate_is_wrong_in_all_that_is_told() -> None:
    score = scored(None)
    assert {key: score.scores[key] for key in SHARES} == dict.fromkeys(SHARES, 0.0)
    assert score.scores["boundary_offset_ms"] is score.scores["energy_correlation"] is None
    assert (score.reference_boundaries, score.reference_drops, score.estimated_drops) == (4, 2, 0)


def test_an_estimate_of_nothing_finds_nothing() -> None:
    score = scored(Layout()).scores
    assert {key: score[key] for key in SHARES if key != "boundaries_on_bars"} == dict.fromkeys(
        [key for key in SHARES if key != "boundaries_on_bars"], 0.0
    )


def test_by_hand() -> None:
    estimate = Layout(
        (Span(0, 16.4, "intro"), Span(16.4, 34, "buildup"), Span(34, 64, "drop"), Span(64, 112, "other")),
        np.array([34.0, 60.0]),
        GRID_S,
    )
    score = scored(estimate)
    values = score.scores
    # 16 and 64 within half a second, of three estimated and four true boundaries.
    assert (values["boundary_precision_0p5s"], values["boundary_recall_0p5s"]) == (pytest.approx(2 / 3), 0.5)
    assert values["boundary_f_half_bar"] == values["boundary_f_0p5s"] == pytest.approx(4 / 7)
    # A whole bar off is within a bar.
    assert values["boundary_f_1_bar"] == values["boundary_f_3s"] == pytest.approx(6 / 7)
    assert values["boundary_offset_ms"] == pytest.approx(400.0)
    assert values["boundaries_on_bars"] == pytest.approx(2 / 3)
    assert values["label_accuracy"] == pytest.approx((16 + 15.6 + 30) / 112)
    assert (values["drop_f_1_bar"], values["drop_precision_3s"], values["drop_recall_3s"]) == (0.5, 0.5, 0.5)
    assert score.label_seconds["drop"] == pytest.approx({"buildup": 2.0, "drop": 30.0, "other": 32.0})


@pytest.mark.parametrize("estimate", [TRUTH, Layout(), None])
@pytest.mark.parametrize(
    ("kind", "drops", "begin"),
    [
        ("drops", True, ("drop",)),
        ("boundaries", False, ("boundar", "pairwise")),
        ("energy", False, ("boundar", "energy")),
        (None, True, ("drop",)),
    ],
)
def test_only_what_the_reference_tells_is_scored(
    estimate: Layout | None, kind: ReferenceKind | None, drops: bool, begin: tuple[str, ...]
) -> None:
    score = scored(estimate, kind=kind, drops=drops)
    told = {key for key, value in score.scores.items() if value is not None}
    assert all(key.startswith(begin) for key in told)
    assert (score.reference_drops is None) != drops
    assert score.label_seconds == {}


def test_without_a_bar_nothing_is_scored_by_it() -> None:
    for estimate in (TRUTH, None):
        score = score_structure(TRUTH, estimate, kind="labels", tells_drops=True).scores
        assert [key for key in score if key.endswith("_bar") and score[key] is not None] == []


def test_a_track_without_drops_of_which_none_is_claimed_is_right() -> None:
    song = Layout((Span(0, 60, "verse"), Span(60, 90, "outro")), np.zeros(0))
    assert scored(song, song).scores["drop_f_1_bar"] == 1.0
    assert scored(TRUTH, song).scores["drop_f_1_bar"] == 0.0
    assert scored(None, song).scores["drop_f_1_bar"] == 0.0


def test_drops_outside_the_annotated_range_do_not_count() -> None:
    chart = Layout((Span(20, 40, "other"), Span(40, 60, "gogo")), np.array([40.0]))
    estimate = Layout(drops_s=np.array([5.0, 17.5, 40.5, 90.0]))
    score = scored(estimate, chart, "drops")
    assert (score.estimated_drops, score.scores["drop_precision_3s"]) == (2, 0.5)
    only = Layout((Span(40, 60, "gogo"),), np.array([40.0]))
    assert scored(estimate, only, "drops").estimated_drops == 4


def test_energy_is_ranked_against_how_much_plays() -> None:
    reference = Layout(tuple(Span(10 * n, 10 * n + 10, f"playing-0.{share}") for n, share in enumerate([1, 4, 9, 5])))
    curve = EnergyCurve(np.array([0.0, 10, 20, 30]), np.array([0.1, 0.2, 0.4, 0.3], dtype=np.float32))
    assert scored(Layout(energy=curve), reference, "energy").scores["energy_correlation"] == pytest.approx(1.0)
    spans = (Span(0, 20, None, 0.9), Span(20, 40, None, 0.1))
    expected = spearmanr([1, 4, 9, 5], [0.9, 0.9, 0.1, 0.1]).statistic
    assert scored(Layout(spans), reference, "energy").scores["energy_correlation"] == pytest.approx(expected)
    assert scored(Layout((Span(0, 40),)), reference, "energy").scores["energy_correlation"] is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=12))
def test_rank_correlation_is_scipys(pairs: list[tuple[int, int]]) -> None:
    one, other = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    found = rank_correlation(one, other)
    if len(set(one)) < 2:
        assert found is None
    elif len(set(other)) < 2:
        assert found == 0.0
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic)


def test_time_is_shared_out_among_labels() -> None:
    found = label_seconds([Span(0, 10, "drop"), Span(10, 20, "???")], [Span(2, 6, "Chorus"), Span(6, 15, "noise")])
    assert found == {"drop": {"drop": 4.0, NO_LABEL: 6.0}}


@settings(deadline=None, max_examples=150)
@given(LENGTHS, LENGTHS, st.sampled_from(["labels", "boundaries", "energy", "drops", None]))
def test_every_score_is_in_its_range(
    reference: list[tuple[int, str | None]], estimate: list[tuple[int, str | None]], kind: ReferenceKind | None
) -> None:
    score = scored(laid(estimate), laid(reference), kind)
    assert score.scores.keys() == STRUCTURE_METRICS.keys()
    for key, value in score.scores.items():
        assert value is None or math.isfinite(value)
        if value is not None and key in SHARES:
            assert -1e-9 <= value <= 1 + 1e-9


@settings(deadline=None, max_examples=80)
@given(LENGTHS)
def test_whoever_repeats_the_reference_is_perfect(sections: list[tuple[int, str | None]]) -> None:
    truth = laid(sections)
    score = scored(truth, truth).scores
    told = {key: score[key] for key in SHARES if score[key] is not None}
    # One frame has no pairs, and a label each time another has none that could be called alike.
    perfect = {key: value for key, value in told.items() if not key.startswith("pairwise")}
    assert perfect == pytest.approx(dict.fromkeys(perfect, 1.0))
