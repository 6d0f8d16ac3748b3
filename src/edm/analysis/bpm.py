"""Tempo of a track, for those who want nothing else."""

from __future__ import annotations

from pathlib import Path

from edm.analysis.beats.detectors import choose_detector, load_detector
from edm.analysis.rhythm import Rhythm, analyze_rhythm
from edm.dsp.attacks import attack_strength
from edm.dsp.resample import resampled
from edm.dsp.threads import one_blas_thread
from edm.model import Audio, Tempo

__all__ = ["analyze_bpm", "hear_rhythm"]

_SAMPLE_RATE = 44100  # what the detectors were made for


def analyze_bpm(
    audio: Audio,
    *,
    detector: str = "auto",
    min_bpm: float | None = None,
    max_bpm: float | None = None,
    tag_bpm: float | None = None,
    models_dir: Path | None = None,
) -> Tempo:
    """How fast the music is, whatever its length.

    Parameters
    ----------
    audio
        Mono, any sample rate.
    detector
        Name from `edm.analysis.beats.DETECTORS`, or ``auto``.
    min_bpm, max_bpm
        Hard limits of the result; None leaves the usual range.
    tag_bpm
        What the file says; breaks ties between octaves.
    models_dir
        Folder of the networks; None looks in the usual places.

    Returns
    -------
    Tempo
        ``bpm`` None and stability ``none`` for silence, noise, speech and anything else without a beat.

    Raises
    ------
    InputError
        For an unknown detector.
    ModelsError
        If the detector asked for by name lacks its networks.
    """
    chosen, _ = choose_detector(detector, models_dir)
    return hear_rhythm(
        audio, detector=chosen, min_bpm=min_bpm, max_bpm=max_bpm, tag_bpm=tag_bpm, models_dir=models_dir
    ).tempo


def hear_rhythm(
    audio: Audio,
    *,
    detector: str,
    min_bpm: float | None = None,
    max_bpm: float | None = None,
    tag_bpm: float | None = None,
    models_dir: Path | None = None,
) -> Rhythm:
    """Tempo, beats and grid in one pass; `detector` is a name from the table. Otherwise as `analyze_bpm`."""
    audio = resampled(audio, _SAMPLE_RATE)
    with one_blas_thread():
        evidence = load_detector(detector)(audio, models_dir=models_dir)
        return analyze_rhythm(
            evidence,
            attack_strength(audio.samples),
            sample_rate=audio.sample_rate,
            min_bpm=min_bpm,
            max_bpm=max_bpm,
            tag_bpm=tag_bpm,
        )
