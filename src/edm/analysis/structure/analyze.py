"""From samples to a layout: every decision, in order.

1. Bars, or windows where none are heard (`spans`)  2. What plays in each (`spectrum`, `features`)  3. How likely a
section begins there (`cues`, `boundaries`)  4. What goes on in each (`context`, `labels`)  5. Is it laid out for a
dance floor? (`kinds`)  6. The best sequence of sections (`decoding`, `changes`)  7. How much goes on (`energy`)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.structure.boundaries import edge_log_odds
from edm.analysis.structure.changes import CHANGE_ODDS, change_pieces
from edm.analysis.structure.context import bar_context
from edm.analysis.structure.cues import edge_cues
from edm.analysis.structure.decoding import Piece, best_pieces
from edm.analysis.structure.energy import energy_of
from edm.analysis.structure.features import bar_features
from edm.analysis.structure.kinds import club_probability, kind_of, signs_of
from edm.analysis.structure.labels import (
    CLUB_LABELS,
    SONG_LABELS,
    club_evidence,
    club_grammar,
    opened_and_closed,
    song_evidence,
    song_grammar,
)
from edm.analysis.structure.spans import Spans, spans_of
from edm.analysis.structure.spectrum import SAMPLE_RATE, Spectrum, spectrum_of
from edm.errors import InputError
from edm.model import (
    Audio,
    BeatGrid,
    Beats,
    Drop,
    Energy,
    MusicKind,
    Section,
    SectionLabel,
    Structure,
    TimeArray,
)

__all__ = ["analyze_structure", "structure_of"]

_MIN_SPANS = 8  # fewer bars or windows have no layout to speak of
_LABEL_SHARE = 0.5  # bars of one section are not independent witnesses
_CLUB_ODDS = 1.0  # log-odds by which an edge is more of a boundary where labels make sections
_TOGETHER = 4.0  # log-odds against a boundary inside one label
_SURE = 0.5  # probability of club music from which labels alone make sections
_DROP = CLUB_LABELS.index("drop")
_AT_DROP = 10.0  # log-odds for a boundary where a drop begins
_WINDOWS_TRUST = 0.6  # of what is found in windows rather than bars
_UNCLEAR_TRUST = 0.5  # of the sections and drops of a track that is neither club music nor a song


@dataclass(frozen=True, slots=True)
class _Layout:
    """Pieces with their labels and the probability of each, and where drops begin (bars from 0, probability)."""

    pieces: list[Piece]
    labels: tuple[SectionLabel, ...]
    certainties: list[float]
    drops: list[tuple[int, float]]


def analyze_structure(audio: Audio, *, beats: Beats | None, grid: BeatGrid | None) -> Structure:
    """Sections, drops and energy of a track.

    Parameters
    ----------
    audio
        Mono, 44.1 kHz.
    beats
        None or empty where there are none.
    grid
        None where nothing is known of the constancy of the tempo.

    Returns
    -------
    Structure
        In windows of about 2 s (``source="windows"``, bars None) where no bars are heard or the tempo varies; there
        confidence is lower. Kind ``club`` has the labels ``intro``, ``buildup``, ``drop``, ``breakdown`` and
        ``outro``; ``song`` has ``verse``, ``other`` (choruses, bridges), ``intro`` and ``outro``, and no drops;
        ``unclear`` (music with the drive of a dance floor, but not its layout) has ``other`` only, and drops where the
        fullest parts begin, all with half the confidence. One section ``other`` of kind ``unclear`` for silence and
        for tracks of fewer than eight bars.

    Raises
    ------
    InputError
        If the samples are not at 44.1 kHz, or there are none.
    """
    if audio.sample_rate != SAMPLE_RATE:
        raise InputError(f"structure is heard at {SAMPLE_RATE} Hz, not at {audio.sample_rate}")
    if len(audio.samples) == 0:
        raise InputError("no samples")
    return structure_of(spectrum_of(audio.samples), spans_of(audio.duration_s, beats, grid))


def structure_of(spectrum: Spectrum, spans: Spans) -> Structure:
    """The same from spectra and spans that are known already."""
    features = bar_features(spectrum, spans)
    energy = energy_of(features, spans)
    if len(spans) < _MIN_SPANS or not energy.curve.any():
        piece = Piece(0, len(spans), 0)
        return _structure(spans, energy, _Layout([piece], ("other",), [0.0], []), "unclear", trust=1.0)
    odds = edge_log_odds(edge_cues(features))
    context = bar_context(features, energy.curve)
    signs = signs_of(features, energy.curve, club_evidence(context), spans)
    kind = kind_of(signs)
    sure = club_probability(signs)
    if kind == "song":
        layout = _song_layout(odds, song_evidence(context), spans)
    else:
        layout = _club_layout(odds, club_evidence(context), spans, sure=sure)
        if kind == "unclear":
            layout = _unnamed_layout(odds, layout, spans)
    trust = (1.0 if spans.are_bars else _WINDOWS_TRUST) * (0.5 + abs(sure - 0.5))
    return _structure(spans, energy, layout, kind, trust=trust)


def _club_layout(odds: TimeArray, evidence: TimeArray, spans: Spans, *, sure: float) -> _Layout:
    """Sections are what the labels make them; where club music is doubtful, changes of arrangement, then labelled."""
    grammar = club_grammar(together=_TOGETHER)
    labelled = best_pieces(odds + _CLUB_ODDS, _LABEL_SHARE * evidence, grammar, phrases=spans.are_bars)
    begun = [piece for piece in labelled if piece.label == _DROP]
    pieces, certain = labelled, odds + _CLUB_ODDS
    if sure < _SURE:
        odds = odds.copy()
        odds[[piece.first - 1 for piece in begun if piece.first > 0]] += _AT_DROP
        pieces, certain = _named_after(change_pieces(odds, phrases=spans.are_bars), labelled), odds + CHANGE_ODDS
    certainties = _certainties(pieces, certain, evidence)
    starts = {piece.first: certainty for piece, certainty in zip(pieces, certainties, strict=True)}
    drops = [
        (piece.first, starts[piece.first])
        for before, piece in zip([None, *labelled[:-1]], labelled, strict=True)
        if piece.label == _DROP and piece.first in starts and (before is None or before.label != _DROP)
    ]
    return _Layout(pieces, opened_and_closed([CLUB_LABELS[piece.label] for piece in pieces]), certainties, drops)


def _song_layout(odds: TimeArray, evidence: TimeArray, spans: Spans) -> _Layout:
    """Sections are changes of arrangement, named after the labels that fit them best."""
    certain = odds + CHANGE_ODDS
    labelled = best_pieces(certain, _LABEL_SHARE * evidence, song_grammar(), phrases=spans.are_bars)
    pieces = _named_after(change_pieces(odds, phrases=spans.are_bars), labelled)
    labels = tuple(SONG_LABELS[piece.label] for piece in pieces)
    return _Layout(pieces, labels, _certainties(pieces, certain, evidence), [])


def _unnamed_layout(odds: TimeArray, club: _Layout, spans: Spans) -> _Layout:
    """Changes of the arrangement, without labels; of the labels of a dance floor only the beginnings of drops stay."""
    odds = odds.copy()
    for bar, _ in club.drops:
        if bar > 0:
            odds[bar - 1] += _AT_DROP
    nothing = np.zeros((len(spans), 1))
    pieces = change_pieces(odds, phrases=spans.are_bars)
    starts = {piece.first for piece in pieces}
    drops = [(bar, _UNCLEAR_TRUST * certainty) for bar, certainty in club.drops if bar in starts]
    other: SectionLabel = "other"
    certainties = [_UNCLEAR_TRUST * certainty for certainty in _certainties(pieces, odds + CHANGE_ODDS, nothing)]
    return _Layout(pieces, (other,) * len(pieces), certainties, drops)


def _named_after(pieces: list[Piece], labelled: list[Piece]) -> list[Piece]:
    """The same pieces, each with the label that most of its bars have."""
    named = np.concatenate([np.full(piece.stop - piece.first, piece.label) for piece in labelled])
    return [
        Piece(piece.first, piece.stop, int(np.bincount(named[piece.first : piece.stop]).argmax())) for piece in pieces
    ]


def _certainties(pieces: list[Piece], odds: TimeArray, evidence: TimeArray) -> list[float]:
    """Mean probability of the label over the bars of each piece, times that of the edge that it begins at."""
    certainties = []
    for piece in pieces:
        label = float(np.exp(evidence[piece.first : piece.stop, piece.label]).mean())
        edge = 1.0 if piece.first == 0 else 1.0 / (1.0 + float(np.exp(-odds[piece.first - 1])))
        certainties.append(label * edge)
    return certainties


def _structure(spans: Spans, energy: Energy, layout: _Layout, kind: MusicKind, *, trust: float) -> Structure:
    lengths_s = np.diff(spans.edges_s)
    sections = []
    for piece, label, certainty in zip(layout.pieces, layout.labels, layout.certainties, strict=True):
        inside = slice(piece.first, piece.stop)
        sections.append(
            Section(
                start_s=float(spans.edges_s[piece.first]),
                end_s=float(spans.edges_s[piece.stop]),
                start_bar=piece.first + 1 if spans.are_bars else None,
                end_bar=piece.stop if spans.are_bars else None,
                label=label,
                confidence=trust * certainty,
                energy=min(float(np.average(energy.curve[inside], weights=lengths_s[inside])), 1.0),
            )
        )
    drops = tuple(
        Drop(float(spans.edges_s[bar]), bar + 1 if spans.are_bars else None, trust * certainty)
        for bar, certainty in layout.drops
    )
    confidence = np.average([one.confidence for one in sections], weights=[one.end_s - one.start_s for one in sections])
    return Structure(
        sections=tuple(sections),
        drops=drops,
        kind=kind,
        source="bars" if spans.are_bars else "windows",
        confidence=min(float(confidence), 1.0),
        energy=energy,
    )
