"""From samples to a layout: every decision, in order.

1. Bars, or windows where none are heard (`spans`)  2. What plays in each (`spectrum`, `features`)  3. Where sections
begin (`cues`, `boundaries`)  4. What goes on in them (`labels`)  5. How much (`energy`)
"""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.boundaries import find_boundaries
from edm.analysis.structure.energy import energy_of
from edm.analysis.structure.features import bar_features
from edm.analysis.structure.labels import label_sections
from edm.analysis.structure.spans import Spans, spans_of
from edm.analysis.structure.spectrum import SAMPLE_RATE, Spectrum, spectrum_of
from edm.errors import InputError
from edm.model import Audio, BeatGrid, Beats, Drop, Energy, FloatArray, Section, Structure

__all__ = ["analyze_structure", "structure_of"]

_MIN_SPANS = 8  # fewer bars or windows have no layout to speak of
_SILENCE = 1e-7
_WINDOWS_TRUST = 0.6  # of what is found in windows rather than bars


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
        In windows of about 2 s (``source="windows"``, bars None) where no bars are heard or the tempo varies. One
        section ``other`` of kind ``unclear`` for silence and for tracks of fewer than eight bars.

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
    if len(spans) < _MIN_SPANS or float(spectrum.bands.max()) <= _SILENCE:
        return _undivided(spans, energy)
    bars, certainties = find_boundaries(features)
    labelled = label_sections(features, energy.curve, bars)
    trust = 1.0 if spans.are_bars else _WINDOWS_TRUST
    edges = [0, *bars.tolist(), len(spans)]
    starts = [1.0, *certainties.tolist()]
    sections = tuple(
        Section(
            start_s=float(spans.edges_s[a]),
            end_s=float(spans.edges_s[b]),
            start_bar=a + 1 if spans.are_bars else None,
            end_bar=b if spans.are_bars else None,
            label=label,
            confidence=float(trust * probability * certainty),
            energy=_mean_energy(energy.curve, spans, a, b),
        )
        for a, b, label, probability, certainty in zip(
            edges[:-1], edges[1:], labelled.labels, labelled.probabilities, starts, strict=True
        )
    )
    drops = tuple(
        Drop(section.start_s, section.start_bar, section.confidence)
        for before, section in zip((None, *sections[:-1]), sections, strict=True)
        if section.label == "drop" and (before is None or before.label != "drop")
    )
    lengths_s = [section.end_s - section.start_s for section in sections]
    confidence = float(np.average([section.confidence for section in sections], weights=lengths_s))
    return Structure(sections, drops, labelled.kind, "bars" if spans.are_bars else "windows", confidence, energy)


def _undivided(spans: Spans, energy: Energy) -> Structure:
    section = Section(
        start_s=0.0,
        end_s=float(spans.edges_s[-1]),
        start_bar=1 if spans.are_bars else None,
        end_bar=len(spans) if spans.are_bars else None,
        label="other",
        confidence=0.0,
        energy=_mean_energy(energy.curve, spans, 0, len(spans)),
    )
    return Structure((section,), (), "unclear", "bars" if spans.are_bars else "windows", 0.0, energy)


def _mean_energy(curve: FloatArray, spans: Spans, first: int, stop: int) -> float:
    lengths_s = np.diff(spans.edges_s)[first:stop]
    return float(np.average(curve[first:stop], weights=lengths_s))
