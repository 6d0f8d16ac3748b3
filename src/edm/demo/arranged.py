"""Tracks whose arrangement, key and level are drawn by lot, and therefore known.

`random_track` plays one. Its truth is right by construction: sections are whole bars of four beats on an exact line,
the key is the one that every chord was taken from, and gains are plain factors. Equal arguments give equal samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edm.demo.grooves import GROOVES, Groove, groove_named
from edm.demo.harmony import tonality_named
from edm.demo.instruments import noise_band
from edm.demo.layouts import Stretch, draw_ambient, draw_club, draw_song
from edm.demo.palette import draw_palette
from edm.demo.player import Tapes, perform
from edm.errors import InputError
from edm.model import FloatArray, TimeArray
from edm.model.keys import TONICS
from edm.model.layout import SectionLabel

__all__ = ["RANDOM_STYLES", "ArrangedSection", "ArrangedTrack", "random_track"]

RANDOM_STYLES: tuple[str, ...] = tuple(GROOVES)
"""Styles of `random_track`."""

# Shares in which styles are drawn when none is asked for: the styles with drops more often.
_CLUB_SHARE = 0.8
_DURATION_S = (150.0, 300.0)
_LEAST_DURATION_S = 60.0
# Peak of a finished track before its gain, full scale 1.
_PEAK = 0.89
# Lateness of the spread chords between the two channels.
_SPREAD_S = 0.011


@dataclass(frozen=True, slots=True)
class ArrangedSection:
    """A section and who plays in it.

    Attributes
    ----------
    start_s, end_s
        Seconds; the first starts at 0, the last ends with the track, the others meet on downbeats.
    start_bar, end_bar
        First and last bar, counted from 1, both included.
    label
        What a listener would call it.
    name
        The arranger's word, finer than the label: ``false buildup``, ``chorus``, ``bridge``.
    players
        Instruments heard in it, some from a later bar of it on.
    kick_rests
        Bars, counted from 1, in which its kick is silent.
    """

    start_s: float
    end_s: float
    start_bar: int
    end_bar: int
    label: SectionLabel
    name: str
    players: frozenset[str]
    kick_rests: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrangedTrack:
    """A synthesised track and the truth about it.

    Attributes
    ----------
    samples
        Shape (n,), or (n, 2) where a width was asked for; float32, of peak 0.89 before the gain.
    sample_rate
        Hz.
    bpm, first_beat_s
        Beats stand at ``first_beat_s + k * 60 / bpm``; the first one opens bar 1, bars have four.
    beats_s, downbeats_s
        Seconds, every beat of the bars, those without drums too.
    sections
        In order, from 0 to the end of the samples.
    drops_s, drop_bars
        Where drops begin: seconds, and bars counted from 1.
    key
        ``A minor``, ``F# major``.
    tuning_cents
        Above A4 = 440 Hz.
    kind
        ``club`` with drops, ``song`` without.
    style, genre
        One of `RANDOM_STYLES`; words for a tag.
    has_beat
        False: nothing in it lets a listener count beats.
    four_on_the_floor
        A kick stands on every beat of a drop.
    """

    samples: FloatArray
    sample_rate: int
    bpm: float
    first_beat_s: float
    beats_s: TimeArray
    downbeats_s: TimeArray
    sections: tuple[ArrangedSection, ...]
    drops_s: tuple[float, ...]
    drop_bars: tuple[int, ...]
    key: str
    tuning_cents: float
    kind: Literal["club", "song"]
    style: str
    genre: str
    has_beat: bool
    four_on_the_floor: bool

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


def random_track(
    seed: int,
    *,
    style: str | None = None,
    duration_s: float | None = None,
    bpm: float | None = None,
    key: str | None = None,
    tuning_cents: float | None = None,
    gain_db: float = 0.0,
    width: float = 0.0,
    sample_rate: int = 44100,
) -> ArrangedTrack:
    """Arrange and play a track; whatever is None is drawn by lot.

    Parameters
    ----------
    seed
        Of everything: arrangement, patterns, tunes, sound colours. 0 or more.
    style
        One of `RANDOM_STYLES`; by lot: four in five have drops.
    duration_s
        Wished length, 60 or more; the track is the whole number of bars near it that its phrases allow. By lot: 150
        to 300.
    bpm
        Exact; by lot: usual for the style, every other one a whole number.
    key
        In any notation that `edm.model.keys` reads.
    tuning_cents
        -50 to 50; by lot: 0 for most, within 30 for others.
    gain_db
        Of the finished samples. Samples above full scale stay as they are.
    width
        0: one channel. Above 0, to 1: two channels, the chords spread over them.
    sample_rate
        Hz.

    Raises
    ------
    InputError
        For an unknown style or key, or a number out of its range.
    """
    _validate(seed, duration_s=duration_s, bpm=bpm, tuning_cents=tuning_cents, width=width)
    rng = np.random.default_rng(seed)
    # All draws are made whether used or not, so that asking for a key changes nothing but the key.
    groove, drawn_duration_s, drawn_bpm, drawn_key, drawn_cents = _draw_frame(rng, style)
    bpm = drawn_bpm if bpm is None else bpm
    tonality = tonality_named(
        drawn_key if key is None else key, tuning_cents=drawn_cents if tuning_cents is None else tuning_cents
    )
    first_beat_s = float(rng.uniform(0.0, 0.6)) if rng.random() < 0.7 else 0.0
    bar_s = 240.0 / bpm
    bars = round((drawn_duration_s if duration_s is None else duration_s) / bar_s)
    arranging, colouring, playing = rng.spawn(3)
    stretches = _draw_stretches(arranging, groove, bars)
    total = stretches[-1].first_bar + stretches[-1].bars
    end_s = first_beat_s + total * bar_s + float(rng.uniform(0.0, 1.5))
    end_s = round(end_s * sample_rate) / sample_rate
    palette = draw_palette(colouring, tonality, hard=groove.hard, rate=sample_rate)
    tapes = perform(
        stretches,
        groove,
        tonality,
        palette,
        bpm=bpm,
        first_beat_s=first_beat_s,
        duration_s=end_s,
        rng=playing,
    )
    samples = _mix(tapes, rng, gain_db=gain_db, width=width, sample_rate=sample_rate)
    beats_s: TimeArray = np.asarray(first_beat_s + np.arange(4 * total) * (60.0 / bpm), np.float64)
    sections = tuple(_sections(stretches, first_beat_s=first_beat_s, bar_s=bar_s, end_s=end_s))
    drops = [section for section in sections if section.label == "drop"]
    return ArrangedTrack(
        samples=samples,
        sample_rate=sample_rate,
        bpm=bpm,
        first_beat_s=first_beat_s,
        beats_s=beats_s,
        downbeats_s=beats_s[::4],
        sections=sections,
        drops_s=tuple(section.start_s for section in drops),
        drop_bars=tuple(section.start_bar for section in drops),
        key=tonality.name,
        tuning_cents=tonality.tuning_cents,
        kind="club" if groove.club else "song",
        style=groove.name,
        genre=groove.genre,
        has_beat=bool(groove.kicks),
        four_on_the_floor=groove.four_on_the_floor,
    )


def _validate(
    seed: int, *, duration_s: float | None, bpm: float | None, tuning_cents: float | None, width: float
) -> None:
    if seed < 0:
        raise InputError(f"a seed is 0 or more, not {seed}")
    if duration_s is not None and not duration_s >= _LEAST_DURATION_S:
        raise InputError(f"an arrangement needs at least {_LEAST_DURATION_S:g} s, not {duration_s}")
    if bpm is not None and not 40.0 <= bpm <= 300.0:
        raise InputError(f"bpm must be from 40 to 300, not {bpm}")
    if tuning_cents is not None and not -50.0 <= tuning_cents <= 50.0:
        raise InputError(f"the tuning must be within 50 cents, not {tuning_cents}")
    if not 0.0 <= width <= 1.0:
        raise InputError(f"the width must be from 0 to 1, not {width}")


def _draw_frame(rng: np.random.Generator, style: str | None) -> tuple[Groove, float, float, str, float]:
    """Style, length, tempo, key and tuning."""
    club = rng.random() < _CLUB_SHARE
    names = [name for name, groove in GROOVES.items() if groove.club == club]
    drawn = names[int(rng.integers(len(names)))]
    groove = groove_named(drawn if style is None else style)
    duration_s = float(rng.uniform(*_DURATION_S))
    bpm = float(rng.uniform(*groove.bpm))
    bpm = float(round(bpm)) if rng.random() < 0.5 else round(bpm, 2)
    mode = "minor" if rng.random() < groove.minor else "major"
    key = f"{TONICS[int(rng.integers(len(TONICS)))]} {mode}"
    cents = float(rng.uniform(-30.0, 30.0))
    return groove, duration_s, bpm, key, cents if rng.random() < 0.3 else 0.0


def _draw_stretches(rng: np.random.Generator, groove: Groove, bars: int) -> tuple[Stretch, ...]:
    if groove.club:
        return draw_club(rng, groove, bars=bars)
    return draw_song(rng, groove, bars=bars) if groove.kicks else draw_ambient(rng, bars=bars)


def _mix(tapes: Tapes, rng: np.random.Generator, *, gain_db: float, width: float, sample_rate: int) -> FloatArray:
    """The sum, with a bed of noise in some tracks, more or less driven, at its level."""
    bed_db = float(rng.uniform(-75.0, -50.0)) if rng.random() < 0.4 else -np.inf
    drive = float(rng.uniform(0.7, 1.6))
    middle = tapes.drums
    middle += tapes.tones
    if np.isfinite(bed_db):
        bed = noise_band(rng, 1 << 18, sample_rate, low_hz=100.0, high_hz=9000.0)
        middle += np.float32(10 ** (bed_db / 20)) * np.resize(bed, len(middle))
    if width == 0.0:
        middle += tapes.chords
        return _levelled(middle, drive, gain_db)
    delay = round(_SPREAD_S * sample_rate)
    side = np.zeros_like(tapes.chords)
    side[delay:] = np.float32(width) * tapes.chords[:-delay]
    middle += tapes.chords
    return _levelled(np.stack([middle + side, middle - side], axis=1), drive, gain_db)


def _levelled(sound: FloatArray, drive: float, gain_db: float) -> FloatArray:
    sound *= np.float32(drive)
    np.tanh(sound, out=sound)
    sound *= np.float32(_PEAK * 10 ** (gain_db / 20) / max(float(np.abs(sound).max(initial=0.0)), 1e-9))
    return sound


def _sections(
    stretches: tuple[Stretch, ...], *, first_beat_s: float, bar_s: float, end_s: float
) -> list[ArrangedSection]:
    edges_s = [0.0, *(first_beat_s + stretch.first_bar * bar_s for stretch in stretches[1:]), end_s]
    return [
        ArrangedSection(
            start_s=start_s,
            end_s=stop_s,
            start_bar=stretch.first_bar + 1,
            end_bar=stretch.first_bar + stretch.bars,
            label=stretch.label,
            name=stretch.name,
            players=stretch.players,
            kick_rests=tuple(stretch.first_bar + bar + 1 for bar in stretch.kick_rests),
        )
        for stretch, start_s, stop_s in zip(stretches, edges_s[:-1], edges_s[1:], strict=True)
    ]
