"""The best sequence of sections is the best of all sequences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.structure.decoding import Grammar, Piece, best_pieces, length_scores
from edm.analysis.structure.labels import CLUB_LABELS, SONG_LABELS, club_grammar, song_grammar
from edm.model import TimeArray

FREE = Grammar(np.zeros(1), np.zeros(1), np.zeros((1, 1)))
TWO = Grammar(np.zeros(2), np.zeros(2), np.array([[-1.0, 0.0], [0.0, -1.0]]))


def score(pieces: list[Piece], odds: TimeArray, evidence: TimeArray, grammar: Grammar, *, phrases: bool) -> float:
    """Of a sequence, by the definition."""
    n = len(evidence)
    inner, at_end = length_scores(n, phrases=phrases)
    total = grammar.first[pieces[0].label] + grammar.last[pieces[-1].label]
    for piece in pieces:
        total += (at_end if piece.first == 0 or piece.stop == n else inner)[piece.stop - piece.first]
        total += evidence[piece.first : piece.stop, piece.label].sum()
    for before, piece in itertools.pairwise(pieces):
        total += grammar.follows[before.label, piece.label] + odds[piece.first - 1]
    return float(total)


def every_sequence(n: int, labels: int) -> list[list[Piece]]:
    found = []
    for cuts in itertools.chain.from_iterable(itertools.combinations(range(1, n), k) for k in range(n)):
        edges = [0, *cuts, n]
        for named in itertools.product(range(labels), repeat=len(edges) - 1):
            found.append([Piece(a, b, label) for (a, b), label in zip(itertools.pairwise(edges), named, strict=True)])
    return found


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 7), seed=st.integers(0, 10_000), phrases=st.booleans())
def test_no_other_sequence_scores_more(n: int, seed: int, phrases: bool) -> None:
    rng = np.random.default_rng(seed)
    odds, evidence = rng.normal(0, 2, n - 1), rng.normal(0, 2, (n, 2))
    pieces = best_pieces(odds, evidence, TWO, phrases=phrases)
    best = max(score(other, odds, evidence, TWO, phrases=phrases) for other in every_sequence(n, 2))
    assert score(pieces, odds, evidence, TWO, phrases=phrases) == pytest.approx(best)


def test_a_certain_edge_is_a_boundary() -> None:
    odds = np.full(31, -5.0)
    odds[15] = 5.0
    assert best_pieces(odds, np.zeros((32, 1)), FREE, phrases=True) == [Piece(0, 16, 0), Piece(16, 32, 0)]


def test_phrases_draw_doubtful_boundaries() -> None:
    # Equal evidence for bar 15 and bar 16, after a boundary at bar 8.
    odds = np.full(39, -6.0)
    odds[[7, 14, 15]] = 4.0, 1.0, 1.0
    odds[[14, 15]] = 1.0
    starts = [piece.first for piece in best_pieces(odds, np.zeros((40, 1)), FREE, phrases=True)]
    assert starts == [0, 8, 16]


def test_labels_follow_the_evidence() -> None:
    evidence = np.full((24, len(CLUB_LABELS)), -4.0)
    truth = [0] * 8 + [2] * 8 + [4] * 8
    evidence[np.arange(24), truth] = 0.0
    pieces = best_pieces(np.zeros(23), evidence, club_grammar(together=4.0), phrases=True)
    assert [(piece.first, CLUB_LABELS[piece.label]) for piece in pieces] == [(0, "intro"), (8, "drop"), (16, "outro")]


def test_an_outro_is_never_followed() -> None:
    outro = CLUB_LABELS.index("outro")
    rest = [label for label in range(len(CLUB_LABELS)) if label != outro]
    assert (club_grammar(together=0.0).follows[outro, rest] < -15).all()
    last = SONG_LABELS.index("outro")
    assert (song_grammar().follows[last, :last] < -15).all()


def test_a_long_track_may_be_one_section() -> None:
    assert len(best_pieces(np.full(119, -9.0), np.zeros((120, 1)), FREE, phrases=True)) == 1
