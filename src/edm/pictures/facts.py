"""What is written beside a picture: the estimates of a track as pairs of a name and a text.

All texts are plain: whoever shows them escapes them.
"""

from __future__ import annotations

from typing import TypeAlias

from edm.audio.printable import printable
from edm.model import BeatGrid, Key, Loudness, Structure, Tempo, TrackAnalysis
from edm.model.keys import KeyNotation
from edm.pictures.picture import NONE, shown_bpm, shown_key, shown_loudness, shown_time

__all__ = ["Fact", "headline", "track_facts", "verdict_of"]

Fact: TypeAlias = tuple[str, str]
"""A name and a text."""

# Shown in whole percent, less is none.
_LEAST_SCORE = 0.005


def verdict_of(analysis: TrackAnalysis) -> str:
    """``locked``, ``variable``, ``unsure``; without a grid the stability of the tempo; else a dash."""
    if analysis.grid is not None:
        return analysis.grid.verdict
    if analysis.tempo is not None:
        return {"constant": "constant", "variable": "variable", "none": "unsure"}[analysis.tempo.stability]
    return NONE


def headline(analysis: TrackAnalysis, *, key_notation: KeyNotation = "standard") -> list[str]:
    """What a DJ asks first: tempo, key, loudness, energy, verdict, length; without what was not asked for."""
    words: list[str] = []
    if analysis.tempo is not None:
        words.append("no beat" if analysis.tempo.bpm is None else f"{shown_bpm(analysis.tempo.bpm, 3)} BPM")
    if analysis.key is not None:
        words.append(shown_key(analysis.key.name, key_notation))
    if analysis.loudness is not None:
        integrated = analysis.loudness.integrated_lufs
        words.append("silent" if integrated is None else f"{shown_loudness(integrated)} LUFS")
    if analysis.structure is not None:
        words.append(f"energy {analysis.structure.energy.level}")
    if verdict_of(analysis) != NONE:
        words.append(verdict_of(analysis))
    return [*words, shown_time(analysis.duration_s)]


def track_facts(analysis: TrackAnalysis, *, key_notation: KeyNotation = "standard") -> list[Fact]:
    """Everything about a track that fits into words, in the order of a picture from top to bottom."""
    facts = _tempo(analysis.tempo, analysis.tag_bpm) + _grid(analysis.grid)
    facts += _structure(analysis.structure) + _key(analysis.key, analysis.tag_key, key_notation)
    facts += _loudness(analysis.loudness)
    facts.append(("file", f"{shown_time(analysis.duration_s)}, {analysis.sample_rate} Hz"))
    if analysis.detector is not None:
        facts.append(("beats by", analysis.detector))
    facts += [("fell back", printable(reason)) for reason in analysis.fallbacks]
    facts += [("mended", printable(warning)) for warning in analysis.warnings]
    return facts


def _tempo(tempo: Tempo | None, tag_bpm: float | None) -> list[Fact]:
    if tempo is None:
        return []
    if tempo.bpm is None:
        return [("tempo", "no beat")]
    text = f"{shown_bpm(tempo.bpm, 3)} BPM, {tempo.stability}, confidence {_percent(tempo.confidence)}"
    facts = [("tempo", text)]
    others = [
        f"{shown_bpm(other.bpm)} ({_percent(other.score)})" for other in tempo.alternatives if other.score >= 0.005
    ]
    if others:
        facts.append(("or", ", ".join(others)))
    if tag_bpm is not None:
        facts.append(("tag", f"{tag_bpm:g} BPM"))
    return facts


def _grid(grid: BeatGrid | None) -> list[Fact]:
    if grid is None:
        return []
    text: str = grid.verdict
    if grid.max_residual_ms is not None:
        text += f", beats within {grid.max_residual_ms:.1f} ms"
    if grid.end_drift_ms is not None:
        text += f", drift at the end {grid.end_drift_ms:.1f} ms"
    if len(grid.segments) > 1:
        text += f", {len(grid.segments)} stretches of tempo"
    facts = [("grid", text)]
    if grid.first_downbeat_s is not None:
        bar = f", {grid.beats_per_bar} beats a bar" if grid.beats_per_bar else ""
        facts.append(("first bar", f"at {grid.first_downbeat_s:.3f} s{bar}"))
    return facts


def _structure(structure: Structure | None) -> list[Fact]:
    if structure is None:
        return []
    kind = {"club": "laid out for a dance floor", "song": "laid out as a song", "unclear": "layout unclear"}
    where = "" if structure.source == "bars" else ", without bars"
    return [
        ("sections", f"{kind[structure.kind]}{where}, confidence {_percent(structure.confidence)}"),
        ("energy", f"{structure.energy.level} of 10"),
    ]


def _key(key: Key | None, tag_key: str | None, notation: KeyNotation) -> list[Fact]:
    facts: list[Fact] = []
    if key is not None:
        runner_up = shown_key(key.runner_up, notation)
        facts.append(
            (
                "key",
                f"{shown_key(key.name, notation)} ({_percent(key.confidence)}), "
                f"then {runner_up} ({_percent(key.runner_up_confidence)}), by {key.source}",
            )
        )
        if key.tuning_cents is not None:
            facts.append(("tuning", f"{key.tuning_cents:+.0f} cents"))
    if tag_key is not None:
        facts.append(("key tag", shown_key(tag_key, notation)))
    return facts


def _loudness(loudness: Loudness | None) -> list[Fact]:
    if loudness is None:
        return []
    if loudness.integrated_lufs is None:
        return [("loudness", "silent")]
    text = f"{shown_loudness(loudness.integrated_lufs)} LUFS"
    if loudness.range_lu is not None:
        text += f", range {loudness.range_lu:.1f} LU"
    if loudness.true_peak_dbtp is not None:
        text += f", peak {loudness.true_peak_dbtp:+.1f} dBTP"
    facts = [("loudness", text)]
    if loudness.replaygain_db is not None:
        facts.append(("ReplayGain", f"{loudness.replaygain_db:+.2f} dB"))
    return facts


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
