"""What plays in each bar (or window): levels of the bands, harmony, kick, bass, attacks.

All levels are decibels against the track itself, so that gain changes nothing. ``held`` levels are exceeded for three
quarters of a bar: what is sustained; ``struck`` levels for a tenth: what is struck. A kick over silence is struck and
not held, a bass is both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.structure.spans import Spans
from edm.analysis.structure.spectrum import BAND_EDGES_HZ, Spectrum
from edm.model import FloatArray, IntArray

__all__ = ["BarFeatures", "bar_features"]

_FLOOR_DB = -48.0  # below the loudest parts of a band: not heard beside them
_QUIET_DB = -75.0  # of a band below the whole track: nothing is there
_TONE_FLOOR_DB = -35.0
_HELD, _STRUCK = 0.25, 0.9
_LOUD = 0.95  # quantile of a band that counts as its own full level
_RISE_DB = 6.0  # within two frames (46 ms): an attack
_ATTACK_FLOOR_DB = -15.0  # an attack reaches this level below its band's full one

_NO_KICK_DB = -15.0  # of the lowest octaves below the whole track: there is no kick, only what other sounds leave there

_LOW = slice(0, 6)  # up to about 120 Hz: kick and bass
_KICK = slice(1, 5)  # 32 to 118 Hz
_MIDDLE = slice(10, 22)  # about 300 Hz to 2.5 kHz
_HIGH = slice(25, 32)  # from 4.9 kHz: hats, crashes, noise


@dataclass(frozen=True, slots=True)
class BarFeatures:
    """One row for each bar.

    Attributes
    ----------
    held, struck
        Levels of each band against its own full level, shape (n, 32), dB in -48..0.
    chroma
        Share of the power in each pitch class, C first, shape (n, 12); rows sum to 1, or to 0 in silence.
    tones
        Mean level of each semitone from A2 up against its own full level, shape (n, 48), dB in -35..0.
    loudness
        Power, dB against the loudest bars, shape (n,), at most about 0.
    kick
        Attacks of the low bands a beat, shape (n,), 0 to about 2.
    bass
        Held level of the low bands, shape (n,), dB as ``held``.
    attacks
        Attacks in the middle and high bands a beat, shape (n,).
    high_share
        Power above 5 kHz against all of it, shape (n,), dB.
    centroid
        Mean frequency of the spectrum, octaves above 30 Hz, shape (n,).
    """

    held: FloatArray
    struck: FloatArray
    chroma: FloatArray
    tones: FloatArray
    loudness: FloatArray
    kick: FloatArray
    bass: FloatArray
    attacks: FloatArray
    high_share: FloatArray
    centroid: FloatArray

    def __len__(self) -> int:
        return len(self.loudness)


def bar_features(spectrum: Spectrum, spans: Spans) -> BarFeatures:
    """Features of each of the spans; those shorter than a frame are as the frame that they lie in."""
    bands = spectrum.bands
    rows = _frames_of(spans, spectrum.bands_per_s, len(bands))
    power = _mean_rows(bands, rows)
    total = power.sum(axis=1)
    track_power = float(np.quantile(total, _LOUD)) + 1e-12
    full = np.maximum(np.quantile(bands, _LOUD, axis=0), track_power * 10 ** (_QUIET_DB / 10))
    relative = 10.0 * np.log10(bands / full + 10 ** (_FLOOR_DB / 10)).astype(np.float32)
    held, struck = _quantile_rows(relative, rows)
    beats = np.maximum(np.diff(spans.edges_s) / spans.beat_s, 0.25).astype(np.float32)
    attacks = sum(_attack_count(relative[:, part].mean(axis=1), rows) for part in (_MIDDLE, _HIGH))
    octaves = np.log2(np.sqrt(np.array(BAND_EDGES_HZ[:-1]) * np.array(BAND_EDGES_HZ[1:])) / 30.0)
    return BarFeatures(
        held=held,
        struck=struck,
        chroma=_chroma(spectrum, spans),
        tones=_tones(spectrum, spans),
        loudness=_decibels(total / track_power),
        kick=(_attack_count(_kick_level(bands, relative, track_power), rows) / beats).astype(np.float32),
        bass=held[:, _LOW].mean(axis=1),
        attacks=(attacks / beats).astype(np.float32),
        high_share=_decibels(power[:, _HIGH].sum(axis=1) / (total + 1e-12)),
        centroid=(power @ octaves / (total + 1e-12)).astype(np.float32),
    )


def _frames_of(spans: Spans, frames_per_s: float, frames: int) -> IntArray:
    """First frame and one past the last of each span, shape (n, 2); at least one frame each."""
    edges = np.clip(np.ceil(spans.edges_s * frames_per_s - 0.5).astype(np.int64), 0, frames)
    first = np.minimum(edges[:-1], frames - 1)
    rows: IntArray = np.stack([first, np.maximum(edges[1:], first + 1)], axis=1)
    return rows


def _mean_rows(values: FloatArray, rows: IntArray) -> FloatArray:
    return np.array([values[a:b].mean(axis=0) for a, b in rows], dtype=np.float32)


def _quantile_rows(values: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    held, struck = [], []
    for a, b in rows:
        ordered = np.sort(values[a:b], axis=0)
        held.append(ordered[int(_HELD * (b - a - 1))])
        struck.append(ordered[int(np.ceil(_STRUCK * (b - a - 1)))])
    return np.array(held, dtype=np.float32), np.array(struck, dtype=np.float32)


def _decibels(ratio: FloatArray) -> FloatArray:
    decibels: FloatArray = (10.0 * np.log10(ratio + 10 ** (_FLOOR_DB / 10))).astype(np.float32)
    return decibels


def _kick_level(bands: FloatArray, relative: FloatArray, track_power: float) -> FloatArray:
    """Mean level of the lowest octaves in each frame; flat where they hold next to nothing of the track."""
    power = float(np.quantile(bands[:, _KICK].sum(axis=1), _LOUD))
    level: FloatArray = relative[:, _KICK].mean(axis=1)
    return level if power >= track_power * 10 ** (_NO_KICK_DB / 10) else np.zeros_like(level)


def _attack_count(level: FloatArray, rows: IntArray) -> FloatArray:
    """How many frames begin something: a rise of the level (dB) over two frames that is the largest nearby."""
    rise = np.zeros_like(level)
    rise[2:] = level[2:] - level[:-2]
    peak = np.ones(len(rise), dtype=bool)
    peak[1:] &= rise[1:] > rise[:-1]
    peak[:-1] &= rise[:-1] >= rise[1:]
    ahead = level.copy()
    ahead[:-1] = np.maximum(level[:-1], level[1:])
    full = float(np.quantile(level, _LOUD))
    hits = peak & (rise >= _RISE_DB) & (ahead >= full + _ATTACK_FLOOR_DB)
    sums = np.concatenate([[0], np.cumsum(hits)])
    counts: FloatArray = (sums[rows[:, 1]] - sums[rows[:, 0]]).astype(np.float32)
    return counts


def _tones(spectrum: Spectrum, spans: Spans) -> FloatArray:
    full = np.maximum(np.quantile(spectrum.pitches, _LOUD, axis=0), 1e-7)
    levels = 10.0 * np.log10(spectrum.pitches / full + 10 ** (_TONE_FLOOR_DB / 10))
    return _mean_rows(levels.astype(np.float32), _frames_of(spans, spectrum.pitches_per_s, len(levels)))


def _chroma(spectrum: Spectrum, spans: Spans) -> FloatArray:
    rows = _frames_of(spans, spectrum.pitches_per_s, len(spectrum.pitches))
    pitches = _mean_rows(np.sqrt(spectrum.pitches), rows)
    # Above what surrounds it: noise and drums lie on all pitches alike.
    smooth = np.apply_along_axis(
        np.convolve, 1, np.pad(pitches, ((0, 0), (3, 3)), mode="edge"), np.ones(7) / 7, "valid"
    )
    tones = np.maximum(pitches - smooth, 0.0)
    # The first pitch is an A.
    folded = np.roll(tones.reshape(len(tones), -1, 12).sum(axis=1), -3, axis=1)
    sums = folded.sum(axis=1, keepdims=True)
    chroma: FloatArray = np.divide(folded, sums, out=np.zeros_like(folded), where=sums > 0).astype(np.float32)
    return chroma
