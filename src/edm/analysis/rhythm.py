"""From evidence to tempo, beats and grid: every decision, in order.

1. Is there a pulse? (`edm.analysis.periodicity`)  2. Which tempo do people count? (`edm.analysis.octave`)
3. How fast exactly, and where is the beat? (`edm.analysis.beats.align`)  4. Does one tempo hold, or must beats be
followed? (`edm.analysis.beats.piecewise`)  5. Where do bars begin? (`edm.analysis.beats.bars`)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.beats.bars import bar_phase
from edm.analysis.beats.evidence import Evidence
from edm.analysis.beats.grid import Line, beats_of_segments, constant_line, piecewise_segments, segment_of
from edm.analysis.beats.piecewise import contradicted_share, follow, stretches
from edm.analysis.octave import Candidate, best_offset, candidates, cues, is_within, probabilities, weights_for
from edm.analysis.periodicity import PULSE_STRENGTH, Periodicity, periodicity
from edm.model import BeatGrid, Beats, FloatArray, GridSegment, IntArray, Stability, Tempo, TempoAlternative, TimeArray

__all__ = ["DEFAULT_BPM_RANGE", "Rhythm", "analyze_rhythm", "no_rhythm"]

DEFAULT_BPM_RANGE = (55.0, 210.0)
"""What is reported unless limits are given: slower and faster music is counted at the next level by most people."""

_PULSE_RANGE = (50.0, 240.0)
_PULSE_CENTRE_BPM = 135.0
_PULSE_WIDTH_OCTAVES = 0.9
_MIN_DURATION_S = 3.0
_LOCAL_S = 8  # noise and speech stay below 12 in stretches of this length too, and a ramp of 20 BPM a minute reaches 18
_MAX_ALTERNATIVES = 3
_VARIABLE_SHARE = 0.06  # of the track off the grid: ten seconds in three minutes
_LOCKED_AGREEMENT = 0.4  # mean correlation of the blocks of a track with each other
_LOCKED_TRUST = 0.6  # share of the blocks on the line
_LOCKED_CONFIDENCE = 0.5
_FULL_AGREEMENT = 0.5  # below this the confidence in the tempo shrinks with the agreement


@dataclass(frozen=True, slots=True)
class Rhythm:
    """All about the beat of a track."""

    tempo: Tempo
    beats: Beats
    grid: BeatGrid


def analyze_rhythm(
    evidence: Evidence,
    attacks: FloatArray,
    *,
    sample_rate: int,
    min_bpm: float | None = None,
    max_bpm: float | None = None,
    tag_bpm: float | None = None,
) -> Rhythm:
    """Tempo, beats and grid of a track.

    Parameters
    ----------
    evidence
        From a detector.
    attacks
        From `edm.dsp.attacks.attack_strength`, of the same samples.
    sample_rate
        Of these, Hz.
    min_bpm, max_bpm
        Hard limits; None is the end of `DEFAULT_BPM_RANGE`.
    tag_bpm
        A BPM tag that may break a tie between octaves.

    Returns
    -------
    Rhythm
        Without a pulse: ``tempo.bpm`` None, stability ``none``, no beats.
    """
    low_bpm, high_bpm = _limits(min_bpm, max_bpm)
    if evidence.duration_s < _MIN_DURATION_S:
        return no_rhythm(evidence.source)
    onset_lines = periodicity(evidence.onsets.total, frames_per_s=evidence.frames_per_s)
    beat_lines = periodicity(evidence.beat, frames_per_s=evidence.frames_per_s)
    pulse_bpm = _pulse(beat_lines, *_PULSE_RANGE)
    if max(onset_lines.harmonic_strength(pulse_bpm), _local_strength(evidence)) < PULSE_STRENGTH:
        return no_rhythm(evidence.source)
    tempos = candidates(pulse_bpm, evidence, min_bpm=low_bpm, max_bpm=high_bpm)
    if not tempos:
        # Limits that no ratio of the pulse meets: another pulse within them, if there is one.
        pulse_bpm = _pulse(beat_lines, low_bpm, high_bpm)
        if onset_lines.harmonic_strength(pulse_bpm) < PULSE_STRENGTH:
            return no_rhythm(evidence.source)
        tempos = [Candidate(pulse_bpm, best_offset(evidence.beat, pulse_bpm, frames_per_s=evidence.frames_per_s))]
    bpms = np.array([candidate.bpm for candidate in tempos])
    table = np.array([cues(candidate, evidence, beat_lines, onset_lines) for candidate in tempos])
    likelihood = probabilities(bpms, table, weights_for(evidence.source), tag_bpm=tag_bpm)
    order = np.argsort(-likelihood)
    line = constant_line(evidence, attacks, float(bpms[order[0]]), sample_rate=sample_rate)

    if not is_within(line.bpm, low_bpm, high_bpm):
        # The flank of a pulse beyond the limits looked like one within.
        return no_rhythm(evidence.source)
    followed_s = follow(evidence, line.bpm, min_bpm=low_bpm, max_bpm=high_bpm)
    lines = stretches(followed_s)
    variable = contradicted_share(evidence, followed_s, lines, bpm=line.bpm, offset_s=line.offset_s) > _VARIABLE_SHARE
    segments: tuple[GridSegment, ...] = (segment_of(line, evidence.duration_s),)
    if variable:
        pieces = piecewise_segments(evidence, attacks, followed_s, lines, sample_rate=sample_rate)
        variable = is_within(_lasting_bpm(pieces), low_bpm, high_bpm)
        segments = pieces if variable else segments
    beats = _numbered(evidence, beats_of_segments(segments))
    bpm = float(np.clip(_lasting_bpm(segments), low_bpm, high_bpm))
    confidence = float(likelihood[order[0]]) * _agreement_factor(line)
    alternatives = tuple(
        TempoAlternative(float(bpms[i]) * line.bpm / float(bpms[order[0]]), float(likelihood[i]))
        for i in order[1 : _MAX_ALTERNATIVES + 1]
        if likelihood[i] > 0
    )
    stability: Stability = "variable" if variable else "constant"
    tempo = Tempo(bpm, confidence, evidence.source, alternatives, stability)
    return Rhythm(tempo, beats, _grid(bpm, segments, beats, line, confidence, variable, evidence.duration_s))


def no_rhythm(source: str) -> Rhythm:
    """What is said of sound without a beat."""
    return Rhythm(
        Tempo(None, 0.0, source, (), "none"),
        Beats(np.zeros(0), np.zeros(0, dtype=np.int64)),
        BeatGrid(None, None, None, None, None, None, "unsure"),
    )


def _limits(min_bpm: float | None, max_bpm: float | None) -> tuple[float, float]:
    low, high = DEFAULT_BPM_RANGE
    if min_bpm is not None:
        low, high = min_bpm, max(high, 2 * min_bpm)
    if max_bpm is not None:
        low, high = min(low, max_bpm / 2) if min_bpm is None else low, max_bpm
    return low, high


def _pulse(lines: Periodicity, low_bpm: float, high_bpm: float) -> float:
    rough = lines.strongest(low_bpm, high_bpm, centre_bpm=_PULSE_CENTRE_BPM, width_octaves=_PULSE_WIDTH_OCTAVES)
    return float(np.clip(lines.refined(rough), low_bpm, high_bpm))


def _local_strength(evidence: Evidence) -> float:
    """Median over stretches of 8 s of the strongest pulse there: what is left where the tempo wanders."""
    size = _LOCAL_S * evidence.frames_per_s
    strengths = []
    for start in range(0, len(evidence.beat) - size + 1, size):
        lines = periodicity(evidence.onsets.total[start : start + size], frames_per_s=evidence.frames_per_s)
        strengths.append(lines.harmonic_strength(_pulse(lines, *_PULSE_RANGE)))
    return float(np.median(strengths)) if strengths else 0.0


def _lasting_bpm(segments: tuple[GridSegment, ...]) -> float:
    """Tempo that lasts longest in all, segments within 1 % of each other counted together."""
    lengths = np.array([segment.end_s - segment.start_s for segment in segments])
    bpms = np.array([segment.bpm for segment in segments])
    together = [lengths[np.abs(bpms / bpm - 1) < 0.01].sum() for bpm in bpms]
    group = np.abs(bpms / bpms[int(np.argmax(together))] - 1) < 0.01
    return float(bpms[group][lengths[group].argmax()])


def _numbered(evidence: Evidence, beats_s: TimeArray) -> Beats:
    beats_s = beats_s[beats_s < evidence.duration_s]
    bars = bar_phase(evidence, beats_s)
    positions: IntArray = np.zeros(len(beats_s), dtype=np.int64)
    if bars is not None:
        positions = (np.arange(len(beats_s)) - bars.first) % bars.beats_per_bar + 1
    return Beats(beats_s, positions)


def _agreement_factor(line: Line) -> float:
    """How far the constancy of the music supports its tempo, 0..1."""
    if line.alignment is None:
        return 0.9
    return float(np.clip(line.alignment.agreement.mean() / _FULL_AGREEMENT, 0.3, 1.0))


def _grid(
    bpm: float,
    segments: tuple[GridSegment, ...],
    beats: Beats,
    line: Line,
    confidence: float,
    variable: bool,
    duration_s: float,
) -> BeatGrid:
    downbeats_s = beats.downbeats_s
    residual_ms = drift_ms = None
    steady = False
    if line.alignment is not None and not variable:
        alignment = line.alignment
        residual_ms = float(1e3 * np.abs(alignment.lags_s[alignment.trusted]).max())
        drift_ms = float(1e3 * alignment.slope_error * duration_s)
        steady = (
            alignment.agreement.mean() > _LOCKED_AGREEMENT
            and alignment.trusted.mean() > _LOCKED_TRUST
            and confidence > _LOCKED_CONFIDENCE
        )
    return BeatGrid(
        bpm=bpm,
        first_beat_s=float(beats.times_s[0]) if len(beats.times_s) else None,
        first_downbeat_s=float(downbeats_s[0]) if len(downbeats_s) else None,
        beats_per_bar=int(beats.positions.max()) if len(downbeats_s) else None,
        max_residual_ms=residual_ms,
        end_drift_ms=drift_ms,
        verdict="variable" if variable else ("locked" if steady else "unsure"),
        segments=segments,
    )
