"""Dance music from a seed: samples, and the exact truth about them.

A track is bars of four (or three) beats, each beat four sixteenths. A drum that belongs to a beat starts in the sample
nearest to that beat's time, with nothing of it before; steps between two beats divide their distance evenly, so any
list of beat times, straight or not, can be played. Equal arguments give equal samples.

`synthesise` plays a constant tempo, `synthesise_beats` a list of beat times, `constant_beats` and `ramped_beats` make
such lists.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edm.demo import instruments
from edm.demo.arrangement import PLAYERS, Part, arrange
from edm.demo.styles import STEPS_PER_BEAT, Style, style_named
from edm.errors import InputError
from edm.model import Beats, FloatArray, TimeArray
from edm.model.keys import TONICS
from edm.model.layout import SectionLabel

__all__ = ["SynthSection", "SynthTrack", "constant_beats", "ramped_beats", "synthesise", "synthesise_beats"]

# Semitones of natural minor above its root.
_MINOR = (0, 2, 3, 5, 7, 8, 10)
# Scale steps above a chord's root: third, fifth, octave.
_CHORD = (0, 2, 4, 7)
# A crash opens and a fill closes this many bars.
_PHRASE_BARS = 4
# Peak of a finished track, full scale 1.
_PEAK = 0.89
_LOUD, _SOFT = 1.0, 0.55


@dataclass(frozen=True, slots=True)
class SynthSection:
    """A stretch of whole bars and what a listener would call it."""

    start_s: float
    end_s: float
    label: SectionLabel


@dataclass(frozen=True, slots=True)
class SynthTrack:
    """A synthesised track and the truth about it.

    Attributes
    ----------
    samples
        Shape (n,), float32, peak 0.89; times count from sample 0.
    sample_rate
        Hz.
    beats
        Every beat of the track, those of breaks without drums too, with its position in the bar.
    bpm
        Exact tempo; for varying beats the one of their median distance.
    sections
        In order, without gaps, from the first downbeat on.
    style
        Key in `edm.demo.styles.STYLES`.
    key
        Canonical name of the key that its harmony is in: ``A minor``.
    """

    samples: FloatArray
    sample_rate: int
    beats: Beats
    bpm: float
    sections: tuple[SynthSection, ...]
    style: str
    key: str

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


def synthesise(
    style: str = "house",
    *,
    bpm: float,
    duration_s: float = 60.0,
    first_beat_s: float = 0.0,
    pickup_beats: int = 0,
    beats_per_bar: int = 4,
    seed: int = 0,
    sample_rate: int = 44100,
) -> SynthTrack:
    """Play ``duration_s`` seconds of a style at a constant tempo.

    Parameters
    ----------
    style
        Key in `edm.demo.styles.STYLES`.
    bpm
        Exact; beats stand at ``first_beat_s + k * 60 / bpm``.
    duration_s
        Length of the track in seconds.
    first_beat_s
        Silence before the first beat, in seconds.
    pickup_beats
        Beats before the first downbeat, 0 to ``beats_per_bar - 1``; they have drums only.
    beats_per_bar
        3 or 4.
    seed
        Of the key, the harmony's voices and the noise in the drums.
    sample_rate
        Hz.

    Raises
    ------
    InputError
        For an unknown style or a value that leaves no beat to play.
    """
    beat_times_s = constant_beats(bpm, duration_s=duration_s, first_beat_s=first_beat_s)
    return _perform(
        style_named(style),
        beat_times_s,
        bpm=bpm,
        duration_s=duration_s,
        pickup_beats=pickup_beats,
        beats_per_bar=beats_per_bar,
        seed=seed,
        sample_rate=sample_rate,
    )


def synthesise_beats(
    beat_times_s: TimeArray,
    style: str = "house",
    *,
    duration_s: float | None = None,
    pickup_beats: int = 0,
    beats_per_bar: int = 4,
    seed: int = 0,
    sample_rate: int = 44100,
) -> SynthTrack:
    """Play a style on given beats, as `synthesise` does on even ones.

    Parameters
    ----------
    beat_times_s
        Shape (n,), n >= 2, increasing, from 0 on.
    duration_s
        Length of the track; None ends it one beat after the last.

    Raises
    ------
    InputError
        If the beats are fewer than two, do not increase or start before 0.
    """
    times_s = np.asarray(beat_times_s, np.float64)
    if times_s.ndim != 1 or len(times_s) < 2 or times_s[0] < 0 or np.any(np.diff(times_s) <= 0):
        raise InputError("beats must be two or more increasing times from 0 on")
    return _perform(
        style_named(style),
        times_s,
        bpm=60.0 / float(np.median(np.diff(times_s))),
        duration_s=float(2 * times_s[-1] - times_s[-2]) if duration_s is None else duration_s,
        pickup_beats=pickup_beats,
        beats_per_bar=beats_per_bar,
        seed=seed,
        sample_rate=sample_rate,
    )


def constant_beats(bpm: float, *, duration_s: float, first_beat_s: float = 0.0) -> TimeArray:
    """Beat times ``first_beat_s + k * 60 / bpm`` before ``duration_s``, shape (n,).

    Raises
    ------
    InputError
        If ``bpm`` is not above 0, ``first_beat_s`` is below 0, or fewer than two beats fit.
    """
    if not bpm > 0 or first_beat_s < 0:
        raise InputError(f"bpm must be above 0 and the first beat at 0 s or later, not {bpm} and {first_beat_s}")
    count = math.ceil((duration_s - first_beat_s) * bpm / 60.0 - 1e-9)
    if count < 2:
        raise InputError(f"two beats at {bpm} BPM from {first_beat_s} s on do not fit into {duration_s} s")
    return np.asarray(first_beat_s + np.arange(count) * (60.0 / bpm), np.float64)


def ramped_beats(start_bpm: float, end_bpm: float, *, duration_s: float, first_beat_s: float = 0.0) -> TimeArray:
    """Beat times, shape (n,), of a tempo that goes evenly from one value to another in ``duration_s`` seconds."""
    if min(start_bpm, end_bpm) <= 0:
        raise InputError(f"tempi must be above 0, not {start_bpm} and {end_bpm}")
    # Beats passed at time t: a t + b t²/2, solved for t at each whole number.
    length_s = duration_s - first_beat_s
    a = start_bpm / 60.0
    b = (end_bpm - start_bpm) / 60.0 / length_s
    beats = np.arange(math.ceil(a * length_s + b * length_s**2 / 2 - 1e-9))
    # The stable form of the quadratic formula; b = 0 gives beats / a.
    return np.asarray(first_beat_s + 2 * beats / (a + np.sqrt(a * a + 2 * b * beats)), np.float64)


def _perform(
    style: Style,
    beat_times_s: TimeArray,
    *,
    bpm: float,
    duration_s: float,
    pickup_beats: int,
    beats_per_bar: int,
    seed: int,
    sample_rate: int,
) -> SynthTrack:
    if beats_per_bar not in (3, 4) or not 0 <= pickup_beats < beats_per_bar:
        raise InputError(f"no bars of {beats_per_bar} beats after a pickup of {pickup_beats}; bars have 3 or 4")
    bars = max(1, -(-(len(beat_times_s) - pickup_beats) // beats_per_bar))
    parts = arrange(bars)
    clock = _Clock(beat_times_s, pickup_beats, beats_per_bar)
    band = _Band(style, clock, seed=seed, sample_rate=sample_rate, length=round(duration_s * sample_rate))
    for beat in range(-pickup_beats, 0):
        band.strike("hat", 0, beat * STEPS_PER_BEAT, 0.3)
    for part in parts:
        band.play(part)
    edges_s = [clock.time_s(part.first_bar * clock.steps_per_bar) for part in parts] + [duration_s]
    sections = tuple(
        SynthSection(start_s, min(end_s, duration_s), part.label)
        for part, start_s, end_s in zip(parts, edges_s, edges_s[1:], strict=False)
    )
    positions = (np.arange(len(beat_times_s)) - pickup_beats) % beats_per_bar + 1
    inside = beat_times_s < duration_s
    beats = Beats(beat_times_s[inside], positions[inside].astype(np.int64))
    return SynthTrack(band.mix(), sample_rate, beats, bpm, sections, style.name, band.key)


class _Clock:
    """Time of each sixteenth, counted from the first downbeat; the last beat's length goes on past the end."""

    def __init__(self, beat_times_s: TimeArray, pickup_beats: int, beats_per_bar: int) -> None:
        last_s = beat_times_s[-1] - beat_times_s[-2]
        self._times_s = np.append(beat_times_s, beat_times_s[-1] + last_s * np.arange(1, beats_per_bar + 2))
        self._pickup_beats = pickup_beats
        self.steps_per_bar = beats_per_bar * STEPS_PER_BEAT

    def time_s(self, step: float) -> float:
        beat = min(step / STEPS_PER_BEAT + self._pickup_beats, len(self._times_s) - 1.0)
        whole = min(int(beat), len(self._times_s) - 2)
        before_s, after_s = float(self._times_s[whole]), float(self._times_s[whole + 1])
        return before_s + (beat - whole) * (after_s - before_s)


class _Band:
    """Instruments in tune, and the tape they play onto."""

    def __init__(self, style: Style, clock: _Clock, *, seed: int, sample_rate: int, length: int) -> None:
        rng = np.random.default_rng(seed)
        self._style, self._clock, self._rate, self._rng = style, clock, sample_rate, rng
        self._drums = np.zeros(length, np.float32)
        self._tones = np.zeros(length, np.float32)
        self._sidechain = np.ones(length, np.float32)
        self._kit = {
            "kick": instruments.kick(rng, sample_rate),
            "snare": instruments.snare(rng, sample_rate),
            "clap": instruments.clap(rng, sample_rate),
            "hat": instruments.hat(rng, sample_rate),
            "open_hat": instruments.hat(rng, sample_rate, decay_s=0.07),
            "crash": instruments.crash(rng, sample_rate),
        }
        dip = np.linspace(0.0, 1.0, round(0.22 * sample_rate), dtype=np.float32)
        self._dip = 1.0 - style.pumping * (1.0 - dip) ** 2
        self._root = 33 + int(rng.integers(0, 12))  # MIDI: A1 to G#2
        self._tunes: dict[tuple[str, int], FloatArray] = {}

    @property
    def key(self) -> str:
        return f"{TONICS[self._root % 12]} minor"

    def play(self, part: Part) -> None:
        players = PLAYERS[part.name]
        for bar in range(part.first_bar, part.first_bar + part.bars):
            if (bar - part.first_bar) % _PHRASE_BARS == 0 and part.name in {"groove", "drop", "breakdown"}:
                self.strike("crash", bar, 0, 0.3 if bar == part.first_bar else 0.2)
            last = bar - part.first_bar in {part.bars - 1, *range(_PHRASE_BARS - 1, part.bars, _PHRASE_BARS)}
            self._play_drums(bar, players, fill=last and "backbeat" in players)
            self._play_tones(bar, players)
        if "roll" in players:
            self._play_build(part)

    def mix(self) -> FloatArray:
        self._tones *= self._sidechain
        self._drums += self._tones
        np.tanh(self._drums, out=self._drums)
        self._drums *= _PEAK / max(float(np.abs(self._drums).max(initial=0.0)), 1e-9)
        return self._drums

    def strike(self, drum: str, bar: int, step: int, gain: float) -> None:
        """Hit ``drum`` at ``step`` of ``bar``; one sample array, placed to the sample."""
        start = self._sample(bar * self._clock.steps_per_bar + step)
        _add(self._drums, self._kit[drum], start, gain)
        if drum == "kick" and 0 <= start < len(self._sidechain):
            stretch = self._sidechain[start : start + len(self._dip)]
            np.minimum(stretch, self._dip[: len(stretch)], out=stretch)

    def _play_drums(self, bar: int, players: frozenset[str], *, fill: bool) -> None:
        gains = {"kick": 0.95, "snare": 0.6, "clap": 0.5, "hat": 0.22, "open_hat": 0.25}
        for drum, pattern in self._style.drums.items():
            backbeat = drum in {"snare", "clap"}
            if ("backbeat" if backbeat else drum) not in players:
                continue
            letters = self._style.fill if fill and drum == self._style.backbeat else pattern
            for step in range(self._clock.steps_per_bar):
                velocity = {"x": _LOUD, "o": _SOFT}.get(letters[step % len(letters)])
                if velocity is not None:
                    self.strike(drum, bar, step, gains[drum] * velocity)

    def _play_tones(self, bar: int, players: frozenset[str]) -> None:
        degree = self._style.chords[bar % len(self._style.chords)]
        if "pad" in players:
            self._note("pad", degree, bar, 0, self._clock.steps_per_bar, 0.32)
        for voice, pattern, gain in (("bass", self._style.bass, 0.42), ("lead", self._style.lead, 0.2)):
            if voice not in players or not pattern:
                continue
            steps = [s for s in range(self._clock.steps_per_bar) if pattern[s % len(pattern)] != "."]
            for step, following in zip(steps, [*steps[1:], self._clock.steps_per_bar], strict=True):
                above = _CHORD[int(pattern[step % len(pattern)])]
                accent = 1.3 if step == 0 else 1.0
                self._note(voice, degree + above, bar, step, following - step, gain * accent)

    def _play_build(self, part: Part) -> None:
        first = part.first_bar * self._clock.steps_per_bar
        steps = part.bars * self._clock.steps_per_bar
        for step in range(steps):
            # Quarters, then eighths, then sixteenths.
            every = 4 if step < steps / 2 else 2 if step < 3 * steps / 4 else 1
            if step % every == 0:
                self.strike(self._style.backbeat, 0, first + step, 0.15 + 0.35 * step / steps)
        start_s, end_s = self._clock.time_s(first), self._clock.time_s(first + steps)
        swell = instruments.riser(self._rng, self._rate, length_s=end_s - start_s)
        _add(self._drums, swell, self._sample(first), 0.25)

    def _note(self, voice: str, degree: int, bar: int, step: int, steps: int, gain: float) -> None:
        first = bar * self._clock.steps_per_bar + step
        start, end = self._sample(first), self._sample(first + steps)
        if start < len(self._tones):
            sound = instruments.cut(self._tune(voice, degree, end - start), end - start, self._rate)
            _add(self._tones, sound, start, gain)

    def _tune(self, voice: str, degree: int, length: int) -> FloatArray:
        """Sound of a scale degree, at least ``length`` samples long unless it is shorter by nature; made once."""
        known = self._tunes.get((voice, degree))
        if known is None or (len(known) < length and voice == "pad"):
            make: Callable[[], FloatArray]
            longest_s = 1.02 * length / self._rate + 0.01
            make = {
                "bass": lambda: instruments.bass(self._pitch_hz(degree, 0), self._rate, length_s=0.9),
                "lead": lambda: instruments.pluck(self._pitch_hz(degree, 36), self._rate, length_s=0.5),
                "pad": lambda: instruments.pad(
                    [self._pitch_hz(degree + third, 24) for third in _CHORD[:3]], self._rate, length_s=longest_s
                ),
            }[voice]
            known = self._tunes[voice, degree] = make()
        return known

    def _pitch_hz(self, degree: int, transpose: int) -> float:
        octave, step = divmod(degree, len(_MINOR))
        return float(440.0 * 2.0 ** ((self._root + 12 * octave + _MINOR[step] + transpose - 69) / 12.0))

    def _sample(self, step: float) -> int:
        return round(self._clock.time_s(step) * self._rate)


def _add(tape: FloatArray, sound: FloatArray, start: int, gain: float) -> None:
    room = tape[start : start + len(sound)]
    room += np.float32(gain) * sound[: len(room)]
