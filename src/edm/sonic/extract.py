"""One track's samples and beats -> its sonic vectors: one for the whole, one each for start, middle and end.

Frames are analysed once, in blocks of seconds; the segments only sum up different stretches of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from edm.errors import InputError
from edm.model import Audio, Beats, FloatArray, Tempo
from edm.sonic.frames import HARMONY, SAMPLE_RATE, TIMBRE, level_of
from edm.sonic.harmony import chroma_frames, harmony_values
from edm.sonic.loudness import loudness_steps, loudness_values
from edm.sonic.rhythm import onset_strength, onsets_of, pulse_without_beats, rhythm_values
from edm.sonic.spans import MIN_BEATS, beat_spans, continued_beats, segment_bounds, window_spans
from edm.sonic.spec import SPEC_VERSION, assemble
from edm.sonic.timbre import LEVEL_COLUMN, timbre_frames, timbre_values

__all__ = ["AskedMode", "Mode", "SonicFeatures", "extract"]

Mode: TypeAlias = Literal["beat", "windowed"]
AskedMode: TypeAlias = Literal["auto", "beat", "windowed"]


@dataclass(frozen=True, slots=True)
class SonicFeatures:
    """What a track sounds like.

    Attributes
    ----------
    spec_version
        Of the table in `edm.sonic.spec` that says what each number means.
    mode
        ``beat``: frames were summed up from beat to beat; ``windowed``: second by second.
    vectors
        By segment (``full``, ``start``, ``mid``, ``end``): shape (dimensions,), finite.
    spans
        By segment: start and end in seconds. All the same for a track under 45 s.
    fallback
        Why the mode is ``windowed`` though beats were wanted; None otherwise.
    """

    spec_version: int
    mode: Mode
    vectors: dict[str, FloatArray]
    spans: dict[str, tuple[float, float]]
    fallback: str | None = None


def extract(
    audio: Audio,
    *,
    tempo: Tempo | None = None,
    beats: Beats | None = None,
    mode: AskedMode = "auto",
    parts: Mapping[str, tuple[float, float]] | None = None,
) -> SonicFeatures:
    """Sonic vectors of one track.

    Parameters
    ----------
    audio
        Mono at 44.1 kHz, of any length down to one sample; silence is allowed.
    tempo, beats
        As `edm.analysis` finds them; None where there is nothing known.
    mode
        ``auto`` and ``beat`` go by the beats where there are at least 8 of them and the tempo is not ``none``, else by
        windows, and say why in ``fallback``; ``windowed`` goes by windows in any case. In either mode the rhythm is
        told relative to the beats where they can be had, else to the tempo, else to half seconds.
    parts
        Start and end in seconds of segments that are known better than by the clock (`edm.sonic.spans.mix_parts`).

    Raises
    ------
    InputError
        For another sample rate, no samples, samples or beats that are not finite, beats that do not increase, an
        unknown mode.
    """
    from edm.dsp.threads import one_blas_thread

    if mode not in ("auto", "beat", "windowed"):
        raise InputError(f"unknown mode {mode!r}", hint="valid: auto, beat, windowed")
    if audio.sample_rate != SAMPLE_RATE:
        raise InputError(f"sonic features are made from {SAMPLE_RATE} Hz, not {audio.sample_rate} Hz")
    reason = _why_no_beats(tempo, beats)
    bpm = None if tempo is None else tempo.bpm
    samples, duration_s = audio.samples, audio.duration_s
    level = level_of(samples)
    strength = onset_strength(samples, level)
    with one_blas_thread():
        timbre = timbre_frames(samples, level)
        chroma = chroma_frames(samples, level)
    onsets_s = onsets_of(strength)
    steps = loudness_steps(samples)
    if reason is None and beats is not None:
        pulse_s = continued_beats(beats.times_s, duration_s)
    else:
        pulse_s = pulse_without_beats(strength, bpm, duration_s)
    if reason is None and beats is not None and mode != "windowed":
        chosen: Mode = "beat"
        spans = beat_spans(beats.times_s, duration_s)
    else:
        chosen = "windowed"
        spans = window_spans(duration_s)
    timbre_by_span = spans.medians(timbre, TIMBRE.frames_per_s)
    chroma_by_span = spans.means(chroma, HARMONY.frames_per_s)
    segments = segment_bounds(duration_s, parts)
    vectors: dict[str, FloatArray] = {}
    for segment, (start_s, end_s) in segments.items():
        part = spans.within(start_s, end_s)
        lower, upper = np.percentile(timbre_by_span[part, LEVEL_COLUMN], [25, 75])
        families = {
            "rhythm": rhythm_values(strength, onsets_s, pulse_s, bpm, start_s, end_s),
            "timbre": timbre_values(timbre_by_span[part]),
            "harmony": harmony_values(chroma_by_span[part]),
            "loudness": loudness_values(steps.within(start_s, end_s)) | {"level_spread": float(upper - lower)},
        }
        vectors[segment] = assemble(
            {f"{family}.{name}": value for family, values in families.items() for name, value in values.items()}
        )
    fallback = reason if mode != "windowed" else None
    return SonicFeatures(SPEC_VERSION, chosen, vectors, segments, fallback)


def _why_no_beats(tempo: Tempo | None, beats: Beats | None) -> str | None:
    """Why beats cannot be gone by; None where they can."""
    if beats is not None:
        times_s = beats.times_s
        if not np.isfinite(times_s).all() or (np.diff(times_s) <= 0).any():
            raise InputError("beats must be finite and increase")
    if beats is None or not len(beats.times_s):
        return "no beats"
    if len(beats.times_s) < MIN_BEATS:
        return f"only {len(beats.times_s)} beats"
    if tempo is not None and (tempo.bpm is None or tempo.stability == "none"):
        return "no stable tempo"
    return None
