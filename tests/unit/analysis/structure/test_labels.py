"""Labels and kinds come from tables that fit what they are multiplied with."""

from __future__ import annotations

import numpy as np
import pytest

from edm.analysis.structure import weights
from edm.analysis.structure.context import CONTEXT, bar_context
from edm.analysis.structure.cues import CUES
from edm.analysis.structure.features import bar_features
from edm.analysis.structure.kinds import SIGNS, club_probability, kind_of
from edm.analysis.structure.labels import CLUB_LABELS, SONG_LABELS, club_evidence, opened_and_closed, song_evidence
from edm.analysis.structure.spans import spans_of
from edm.analysis.structure.spectrum import spectrum_of
from sounds import noise


def test_every_column_has_its_weights() -> None:
    assert set(weights.EDGE) == set(CUES)
    assert set(weights.KIND) == set(SIGNS)
    for table, bias, labels in (
        (weights.CLUB, weights.CLUB_BIAS, CLUB_LABELS),
        (weights.SONG, weights.SONG_BIAS, SONG_LABELS),
    ):
        assert set(table) == set(CONTEXT)
        assert {len(row) for row in table.values()} == {len(bias)} == {len(labels)}


def test_evidence_is_log_probability() -> None:
    context = np.random.default_rng(0).uniform(0, 1, (30, len(CONTEXT)))
    for evidence in (club_evidence(context), song_evidence(context)):
        np.testing.assert_allclose(np.exp(evidence).sum(axis=1), 1.0)


@pytest.mark.parametrize("seconds", [2.0, 30.0])
def test_context_is_finite_and_bounded(seconds: float) -> None:
    spans = spans_of(seconds, None, None)
    features = bar_features(spectrum_of(noise(seconds)), spans)
    context = bar_context(features, np.linspace(0, 1, len(features), dtype=np.float32))
    assert context.shape == (len(features), len(CONTEXT))
    assert np.isfinite(context).all()
    assert np.abs(context).max() <= 1.5


def test_context_looks_ahead_and_back() -> None:
    spans = spans_of(60.0, None, None)
    features = bar_features(spectrum_of(noise(60.0)), spans)
    energy = np.zeros(30, dtype=np.float32)
    energy[10:] = 1.0
    context = dict(zip(CONTEXT, bar_context(features, energy).T, strict=True))
    assert context["energy 0..1"][9] == 0
    assert context["energy 1..4"][9] == 1
    assert context["energy -3..0"][10] == 0
    assert context["energy so far"][5] == 0
    assert context["energy to come"][5] == 1


@pytest.mark.parametrize(
    ("signs", "kind"),
    [
        ((0.93, 0.6, 0.5, 13.0), "club"),
        ((0.70, 0.05, 0.0, 2.0), "song"),
        ((0.70, 0.05, 0.0, 13.0), "unclear"),
    ],
)
def test_kinds_are_told_by_their_signs(signs: tuple[float, ...], kind: str) -> None:
    assert kind_of(np.array(signs)) == kind
    assert 0 <= club_probability(np.array(signs)) <= 1


@pytest.mark.parametrize("sign", range(len(SIGNS)))
def test_every_sign_speaks_for_club_music(sign: int) -> None:
    less, more = np.array([0.8, 0.3, 0.2, 8.0]), np.array([0.8, 0.3, 0.2, 8.0])
    more[sign] *= 1.2
    assert club_probability(more) > club_probability(less)


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        ("breakdown buildup drop breakdown", "intro buildup drop outro"),
        ("breakdown breakdown drop breakdown drop", "intro intro drop breakdown drop"),
        ("intro breakdown drop outro", "intro breakdown drop outro"),
        ("drop", "drop"),
        ("breakdown breakdown", "breakdown breakdown"),
    ],
)
def test_what_is_sparse_is_named_by_its_place(labels: str, named: str) -> None:
    assert opened_and_closed(labels.split()) == tuple(named.split())  # type: ignore[arg-type]
