"""Sections turned into sound: drums, tones and their sum.

Beats stand on an exact line. A drum starts in the sample nearest to its time; a tone is as long as its steps. Patterns
and tunes are drawn by lot, once a track for each variant, and repeat as music does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from edm.demo.grooves import Groove
from edm.demo.harmony import Tonality
from edm.demo.instruments import cut, noise_band, released
from edm.demo.layouts import Layer, Stretch
from edm.demo.palette import Palette
from edm.model import FloatArray

__all__ = ["Tapes", "perform"]

_STEPS_PER_BAR = 16
_VELOCITY = {"x": 1.0, "o": 0.55}
# Patterns of drums that every style shares.
_COMMON = {"ride": "x...x...x...x...", "shaker": "oxoooxoooxoooxoo", "soft_kick": "x...x...x...x..."}
_HALF_TIME = {"kick": "x.........o.....", "backbeat": "........x......."}
_PERCUSSION = ("...x..x....x..x.", "..x..x..x..x..x.", "......x......x..", "...x......x.....")
# Octaves of the voices.
_OCTAVES = {"bass": 1, "sub": 1, "pad": 3, "stab": 3, "lead": 4, "lead2": 4, "arp": 4, "vocal": 3}
_TUNE_RHYTHMS = ("x.....x.x...x...", "x..x..x..x..x.x.", "x...x.x...x.x...", "x.x.x...x.x.x.x.", "x.......x...x.x.")
_STAB_RHYTHMS = ("..x...x...x...x.", "x..x..x...x..x..", "x.....x...x.....", "x...x..x..x...x.")
_SLOW_RHYTHMS = ("x.......x.......", "x.......x...x...", "x...........x...")
_LOWEST_BASS = 4  # E, as a pitch class
_ECHO_GAIN = 0.3
# Chord notes of a broken chord; its root most often.
_ARP_NOTES = (0, 0, 3, 1, 2, 3, 4)
# Chord notes on which a tune comes to rest: roots.
_HOME = (0, 3)


@dataclass(frozen=True, slots=True)
class Tapes:
    """Drums, tones that stay in the middle, and chords that may be spread; each of shape (n,), unclipped."""

    drums: FloatArray
    tones: FloatArray
    chords: FloatArray


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What one variant of a groove plays: strings of sixteenths, and a tune of four bars."""

    drums: dict[str, str]
    fill: str
    bass: str
    stab: str
    chords: tuple[int, ...]
    tunes: dict[str, list[tuple[int, int]]]  # steps from the tune's start, and degrees above the bar's chord


def perform(
    stretches: tuple[Stretch, ...],
    groove: Groove,
    tonality: Tonality,
    palette: Palette,
    *,
    bpm: float,
    first_beat_s: float,
    duration_s: float,
    rng: np.random.Generator,
) -> Tapes:
    """Play an arrangement.

    Parameters
    ----------
    stretches
        In order, from bar 0 on.
    bpm, first_beat_s
        Beats stand at ``first_beat_s + k * 60 / bpm``; beat 0 opens bar 0, bars have four.
    duration_s
        Length of the tapes.
    rng
        Draws patterns and tunes.
    """
    length = round(duration_s * palette.rate)
    band = _Band(groove, tonality, palette, bpm=bpm, first_beat_s=first_beat_s, length=length, rng=rng)
    for stretch in stretches:
        band.play(stretch)
    return band.tapes()


class _Band:
    """The tapes while they are recorded."""

    def __init__(
        self,
        groove: Groove,
        tonality: Tonality,
        palette: Palette,
        *,
        bpm: float,
        first_beat_s: float,
        length: int,
        rng: np.random.Generator,
    ) -> None:
        self._groove, self._tonality, self._palette, self._rng = groove, tonality, palette, rng
        self._first_beat_s, self._step_s = first_beat_s, 15.0 / bpm
        self._swing = float(rng.uniform(0.0, groove.swing))
        self._drums, self._tones, self._chords, self._echoed = (np.zeros(length, np.float32) for _ in range(4))
        self._sidechain = np.ones(length, np.float32)
        dip = np.linspace(0.0, 1.0, round(0.22 * palette.rate), dtype=np.float32)
        self._dip = np.float32(1.0) - np.float32(rng.uniform(*groove.pumping)) * (1 - dip) ** 2
        chords = tonality.progressions[int(rng.integers(len(tonality.progressions)))]
        self._patterns: list[_Patterns] = []
        for _ in range(4):
            self._patterns.append(_draw_patterns(rng, groove, chords, self._patterns))
        # The second differs from the first in nothing but its bass.
        self._patterns[1] = replace(self._patterns[0], bass=self._patterns[1].bass)

    def play(self, stretch: Stretch) -> None:
        """Record one section."""
        first_step = stretch.first_bar * _STEPS_PER_BAR
        patterns = self._patterns[stretch.variant % len(self._patterns)]
        end = stretch.bars * _STEPS_PER_BAR - 4 * stretch.silent_beats
        if stretch.crash:
            self._strike("crash", first_step, 1.0)
            if stretch.label == "drop" and self._rng.random() < 0.4:
                self._strike("impact", first_step, 0.8)
        for layer in stretch.layers:
            for bar in range(layer.first_bar, stretch.bars):
                start = bar * _STEPS_PER_BAR
                if layer.player in _OCTAVES:
                    progress = bar / max(1, stretch.bars - 1)
                    bright = layer.brightness[0] + progress * (layer.brightness[1] - layer.brightness[0])
                    self._play_tones(layer, patterns, stretch.first_bar + bar, bright)
                elif layer.player not in {"roll", "riser"}:
                    if layer.player == "kick" and bar in stretch.kick_rests:
                        continue
                    for step, velocity in self._hits(layer.player, patterns, stretch, bar):
                        if start + step < end:
                            self._strike(layer.player, first_step + start + step, layer.gain * velocity)
            if layer.player == "roll":
                self._roll(first_step, stretch.bars * _STEPS_PER_BAR, end, layer.gain)
            if layer.player == "riser":
                self._rise(first_step, end, layer.gain)
        for bar in stretch.fills:
            if stretch.label == "drop" and self._rng.random() < 0.3:
                for step in (8, 10, 12, 14):
                    self._strike("tom", first_step + bar * _STEPS_PER_BAR + step, 0.6)
        if stretch.high_pass_hz is not None:
            self._thin_out(first_step, stretch.bars * _STEPS_PER_BAR, stretch.high_pass_hz)

    def tapes(self) -> Tapes:
        """What was recorded, chords and tones pushed down by the kick, tunes with their echo."""
        delay = round(3 * self._step_s * self._palette.rate)
        for repeat in (1, 2):
            if repeat * delay < len(self._tones):
                self._tones[repeat * delay :] += np.float32(_ECHO_GAIN**repeat) * self._echoed[: -repeat * delay]
        self._tones += self._echoed
        self._tones *= self._sidechain
        self._chords *= self._sidechain
        return Tapes(self._drums, self._tones, self._chords)

    def _hits(self, player: str, patterns: _Patterns, stretch: Stretch, bar: int) -> Iterator[tuple[int, float]]:
        """Steps of a bar of a section and velocities."""
        pattern = patterns.drums[player]
        backbeat = player == self._groove.drum
        if stretch.half_time and (backbeat or player == "kick"):
            pattern = _HALF_TIME["backbeat" if backbeat else "kick"]
        if bar in stretch.fills and backbeat:
            pattern = patterns.fill
        for step in range(_STEPS_PER_BAR):
            letter = pattern[((stretch.first_bar + bar) * _STEPS_PER_BAR + step) % len(pattern)]
            if letter in _VELOCITY:
                yield step, _VELOCITY[letter]

    def _play_tones(self, layer: Layer, patterns: _Patterns, bar: int, brightness: float) -> None:
        player = layer.player
        degree = patterns.chords[bar % len(patterns.chords)]
        # The basses of C to Eb lie above E1 (41 Hz), too, where loudspeakers still sound.
        lift = int(player in {"bass", "sub"} and self._tonality.tonic < _LOWEST_BASS)
        notes = self._tonality.chord(degree, _OCTAVES[player] + lift)
        first = bar * _STEPS_PER_BAR
        if player in {"pad", "sub"}:
            for note in notes if player == "pad" else notes[:1]:
                self._note(player, note, first, _STEPS_PER_BAR, layer.gain, brightness)
        elif player == "stab":
            for step, steps in _lengths(patterns.stab, most=3):
                for note in notes:
                    self._note(player, note, first + step, steps, layer.gain, brightness)
        elif player == "bass":
            chord = (*notes, notes[0] + 12)
            for step, steps in _lengths(patterns.bass):
                note = chord[int(patterns.bass[step % len(patterns.bass)])]
                self._note(player, note, first + step, steps, layer.gain, brightness)
        else:
            tune = [(step, above) for step, above in patterns.tunes[player] if step // _STEPS_PER_BAR == bar % 4]
            ends = [*(step for step, _ in tune[1:]), (bar % 4 + 1) * _STEPS_PER_BAR]
            for (step, above), following in zip(tune, ends, strict=False):
                octave, place = divmod(above, 3)
                note = notes[place] + 12 * octave
                self._note(player, note, first + step % _STEPS_PER_BAR, following - step, layer.gain, brightness)

    def _note(self, voice: str, midi: int, step: int, steps: int, gain: float, brightness: float) -> None:
        start, end = self._sample(step), self._sample(step + steps)
        sound = self._palette.tone(
            voice,
            self._tonality.hz(midi),
            length_s=(end - start) / self._palette.rate,
            brightness=brightness,
        )
        tape = self._chords if voice in {"pad", "stab"} else self._echoed if voice in {"lead", "lead2"} else self._tones
        _add(tape, cut(sound, end - start, self._palette.rate), start, gain * self._palette.gains[voice])

    def _strike(self, drum: str, step: int, gain: float) -> None:
        start = self._sample(step)
        _add(self._drums, self._palette.drums[drum], start, gain * self._palette.gains[drum])
        if drum == "kick" and start < len(self._sidechain):
            room = self._sidechain[start : start + len(self._dip)]
            np.minimum(room, self._dip[: len(room)], out=room)

    def _roll(self, first_step: int, steps: int, end: int, gain: float) -> None:
        """Quarters, then eighths, then sixteenths, louder and louder."""
        drum = "snare" if self._groove.drum == "snare" or self._rng.random() < 0.6 else "clap"
        for step in range(end):
            every = 4 if step < steps / 2 else 2 if step < 3 * steps / 4 else 1
            if step % every == 0:
                swell = 0.45 + 0.55 * step / steps
                self._strike(drum, first_step + step, gain * swell * self._palette.gains["roll"] / 0.5)

    def _rise(self, first_step: int, steps: int, gain: float) -> None:
        """Noise that swells over the section, its band moving up."""
        start, end = self._sample(first_step), self._sample(first_step + steps)
        count = end - start
        low_hz = float(self._rng.uniform(500.0, 2000.0))
        rise = np.linspace(0.0, 1.0, count, dtype=np.float32)
        dull = noise_band(self._rng, count, self._palette.rate, low_hz=low_hz, high_hz=3 * low_hz)
        bright = noise_band(self._rng, count, self._palette.rate, low_hz=3 * low_hz, high_hz=14000.0)
        swell = released((dull * (1 - rise) + bright * rise) * rise**2, self._palette.rate)
        _add(self._drums, swell, start, gain * self._palette.gains["riser"])

    def _thin_out(self, first_step: int, steps: int, ends_hz: tuple[float, float]) -> None:
        """High-pass the drums of a section, higher with every beat."""
        from scipy.signal import butter, sosfilt

        state = np.zeros((1, 2), np.float32)
        for step in range(0, steps, 4):
            cutoff_hz = ends_hz[0] * (ends_hz[1] / ends_hz[0]) ** (step / steps)
            sections = butter(2, cutoff_hz, "highpass", fs=self._palette.rate, output="sos").astype(np.float32)
            room = self._drums[self._sample(first_step + step) : self._sample(first_step + step + 4)]
            room[:], state = sosfilt(sections, room, zi=state)

    def _sample(self, step: int) -> int:
        late = self._swing if step % 2 else 0.0
        return round((self._first_beat_s + (step + late) * self._step_s) * self._palette.rate)


def _draw_patterns(
    rng: np.random.Generator, groove: Groove, chords: tuple[int, ...], before: list[_Patterns]
) -> _Patterns:
    """Patterns of the next variant: drums mostly as ``before``, bass and tune anew."""

    def one(patterns: tuple[str, ...]) -> str:
        return patterns[int(rng.integers(len(patterns)))] if patterns else "." * _STEPS_PER_BAR

    drums = {
        **_COMMON,
        "kick": one(groove.kicks),
        groove.drum: one(groove.backbeats),
        "hat": _varied(rng, one(groove.hats)),
        "open_hat": one(groove.opens),
        "perc": one(_PERCUSSION),
    }
    if before:
        drums = {**drums, **{drum: before[0].drums[drum] for drum in ("kick", groove.drum, "hat")}}
    backbeat = drums[groove.drum][:_STEPS_PER_BAR]
    fill = backbeat[:8] + one(("x..x..xx", "x.x.x.xx", "....xxxx", "x...x.xx"))
    tunes = {
        "lead": _draw_tune(rng, one(_TUNE_RHYTHMS)),
        "lead2": _draw_tune(rng, one(_TUNE_RHYTHMS)),
        "arp": [(step, _ARP_NOTES[int(rng.integers(len(_ARP_NOTES)))]) for step in range(0, 64, 2)],
        "vocal": _draw_tune(rng, one(_SLOW_RHYTHMS)),
    }
    return _Patterns(drums, fill, one(groove.basses), one(_STAB_RHYTHMS), chords, tunes)


def _draw_tune(rng: np.random.Generator, rhythm: str) -> list[tuple[int, int]]:
    """Four bars of chord notes that wander; the second half answers the first."""
    steps = [step for step, letter in enumerate(2 * rhythm) if letter == "x"]
    place = 0
    half: list[tuple[int, int]] = []
    for step in steps:
        # The first note of a bar is the root of its chord, here or an octave up.
        if step % _STEPS_PER_BAR == 0:
            place = _HOME[int(rng.integers(len(_HOME)))]
        half.append((step, place))
        place = int(np.clip(place + rng.integers(-2, 3), 0, 6))
    answer = [(step + 32, place if step < 16 else max(0, place - 1)) for step, place in half[:-1]]
    return [*half, *answer, (half[-1][0] + 32, _HOME[0])]


def _varied(rng: np.random.Generator, pattern: str) -> str:
    """``pattern`` with a soft note added or taken here and there."""
    letters = list(pattern)
    for step in range(len(letters)):
        if step % 4 and rng.random() < 0.08:
            letters[step] = "." if letters[step] == "o" else "o" if letters[step] == "." else "x"
    return "".join(letters)


def _lengths(pattern: str, *, most: int = _STEPS_PER_BAR) -> Iterator[tuple[int, int]]:
    """Steps at which ``pattern`` has a note, and how many each lasts: to the next, at most ``most``."""
    steps = [step for step, letter in enumerate(pattern) if letter != "."]
    for step, following in zip(steps, [*steps[1:], len(pattern)], strict=True):
        yield step, min(most, following - step)


def _add(tape: FloatArray, sound: FloatArray, start: int, gain: float) -> None:
    room = tape[start : start + len(sound)]
    room += np.float32(gain) * sound[: len(room)]
