"""Arrangements drawn by lot: sections of whole bars, and who plays in which bar of them.

`draw_club` lays out a track for a dance floor: an intro, then one to three drops with breakdowns and buildups before
them, and an outro. `draw_song` lays out verses and choruses, `draw_ambient` stretches without a beat. Sections are
multiples of eight bars for the most part. Inside a section instruments may enter gradually; only where one label or
one thing ends and another begins is there a boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from edm.demo.grooves import Groove
from edm.model.layout import SectionLabel

__all__ = ["Layer", "Stretch", "draw_ambient", "draw_club", "draw_song"]

# Bars below which nothing is drawn: an intro, a buildup, a drop and an outro must fit.
_LEAST_BARS = 24
# Of the first, second and third drop.
_VARIANTS = ((0, 0, 0), (0, 1, 1), (0, 1, 0), (0, 2, 3))


@dataclass(frozen=True, slots=True)
class Layer:
    """One instrument in one section.

    Attributes
    ----------
    player
        A drum or a voice of the palette, or ``roll`` or ``riser``.
    first_bar
        Bar of the section at which it enters, from 0.
    gain
        Factor.
    brightness
        0..1 at the section's first bar and at its last.
    """

    player: str
    first_bar: int = 0
    gain: float = 1.0
    brightness: tuple[float, float] = (0.6, 0.6)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A section to be played.

    Attributes
    ----------
    label
        What a listener would call it.
    name
        The arranger's own word: ``chorus`` and ``bridge`` share a label.
    first_bar, bars
        From 0, and how many.
    layers
        Who plays.
    variant
        Which of the drawn patterns: 0; 1, in which the bass alone is another; 2 and more, in which the tune is, too.
    crash
        A cymbal opens it.
    fills
        Bars of the section, from 0, that close with a fill.
    silent_beats
        Beats at its end in which the drums (the riser too) are silent.
    kick_rests
        Bars of the section, from 0, without a kick.
    half_time
        The backbeat on the third beat only.
    high_pass_hz
        Of the drums, at its first and last bar; None: untouched.
    """

    label: SectionLabel
    name: str
    first_bar: int
    bars: int
    layers: tuple[Layer, ...]
    variant: int = 0
    crash: bool = False
    fills: tuple[int, ...] = ()
    silent_beats: int = 0
    kick_rests: tuple[int, ...] = ()
    half_time: bool = False
    high_pass_hz: tuple[float, float] | None = None

    @property
    def players(self) -> frozenset[str]:
        """Who plays at some time in it."""
        return frozenset(layer.player for layer in self.layers)


@dataclass
class _Slot:
    """A section of which only the kind and the length are drawn."""

    name: str
    bars: int


class _Lot:
    """A random generator with the few draws that are needed here."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def of(self, *values: int) -> int:
        return int(values[int(self.rng.integers(len(values)))])

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))


def draw_club(rng: np.random.Generator, groove: Groove, *, bars: int) -> tuple[Stretch, ...]:
    """Lay out about ``bars`` bars with drops; sections follow each other from bar 0 on."""
    lot = _Lot(rng)
    slots = _fitted(_club_slots(lot, bars), bars)
    # Later drops are the first one again, have another bass, or another tune.
    variants = _VARIANTS[int(rng.integers(len(_VARIANTS)))]
    stretches: list[Stretch] = []
    first_bar = drops = 0
    for number, slot in enumerate(slots):
        following = slots[number + 1].name if number + 1 < len(slots) else ""
        make = {"intro": _intro, "buildup": _buildup, "drop": _drop, "breakdown": _breakdown, "outro": _outro}
        stretch = make[slot.name](lot, groove, slot.bars, following, stretches)
        variant = variants[min(drops, len(variants) - 1)]
        stretches.append(replace(stretch, first_bar=first_bar, variant=variant))
        drops += slot.name == "drop"
        first_bar += slot.bars
    return tuple(stretches)


def draw_song(rng: np.random.Generator, groove: Groove, *, bars: int) -> tuple[Stretch, ...]:
    """Lay out about ``bars`` bars of verses and choruses, without any drop."""
    lot = _Lot(rng)
    verse, chorus = lot.of(8, 8, 16) if bars >= 60 else 8, 8
    bridge = lot.chance(0.7)
    slots = [_Slot("song intro", lot.of(4, 4, 8))]
    while len(slots) == 1 or sum(slot.bars for slot in slots) + verse + chorus <= bars - 4:
        slots += [_Slot("verse", verse), _Slot("chorus", chorus)]
        if bridge and len(slots) == 5:
            slots += [_Slot("bridge", 8), _Slot("chorus", chorus)]
    if bars - sum(slot.bars for slot in slots) >= 20:
        slots += [_Slot("bridge", 8), _Slot("chorus", chorus)]
    slots.append(_Slot("song outro", lot.of(4, 8)))
    drums = ["kick", "hat", groove.drum, "bass"]
    busy = lot.chance(0.5)
    stretches: list[Stretch] = []
    first_bar = 0
    for slot in slots:
        label: SectionLabel
        if slot.name == "verse":
            label, players = "verse", [*drums, "vocal", *(["arp"] if busy else [])]
        elif slot.name == "chorus":
            label, players = "other", [*drums, "open_hat", "ride", "pad", "stab", "lead", "vocal"]
        elif slot.name == "bridge":
            label, players = "other", ["pad", "vocal", *(["hat"] if busy else [])]
        elif slot.name == "song intro":
            label, players = "intro", ["stab", *(["hat"] if busy else ["pad"])]
        else:
            label, players = "outro", ["stab", "pad"]
        bright = 0.75 if slot.name == "chorus" else 0.4
        layers = tuple(Layer(player, brightness=(bright, bright)) for player in players)
        fills = (slot.bars - 1,) if slot.name in {"verse", "bridge"} or lot.chance(0.3) else ()
        crash = slot.name == "chorus" and lot.chance(0.8)
        stretches.append(Stretch(label, slot.name, first_bar, slot.bars, layers, 0, crash, fills))
        first_bar += slot.bars
    return tuple(stretches)


def draw_ambient(rng: np.random.Generator, *, bars: int) -> tuple[Stretch, ...]:
    """Lay out about ``bars`` bars of pads, without drums."""
    lot = _Lot(rng)
    stretches = [Stretch("intro", "intro", 0, 8, (Layer("pad", brightness=(0.1, 0.3)),))]
    full = lot.chance(0.5)
    while (first_bar := stretches[-1].first_bar + stretches[-1].bars) < max(bars - 12, 9):
        players = ["pad", "sub", "arp", "vocal"] if full else ["pad", "sub"]
        bright = 0.7 if full else 0.35
        layers = tuple(Layer(player, brightness=(bright, bright)) for player in players)
        stretches.append(Stretch("other", "full" if full else "thin", first_bar, lot.of(8, 16), layers))
        full = not full
    stretches.append(Stretch("outro", "outro", first_bar, 8, (Layer("pad", gain=0.6, brightness=(0.3, 0.1)),)))
    return tuple(stretches)


def _club_slots(lot: _Lot, bars: int) -> list[_Slot]:
    """Kinds and wished lengths, in order."""
    intro = lot.of(16, 16, 32, 24) if lot.chance(0.6) else lot.of(4, 8, 8, 16)
    slots = [_Slot("intro", intro)]
    least, most = (1, 1) if bars < 56 else (1, 2) if bars < 88 else (2, 2) if bars < 120 else (2, 3)
    for drop in range(int(lot.rng.integers(least, most + 1))):
        if drop > 0 or lot.chance(0.6):
            slots.append(_Slot("breakdown", lot.of(8, 16, 16, 24, 32)))
            if lot.chance(0.15):
                slots += [_Slot("buildup", lot.of(4, 8)), _Slot("breakdown", lot.of(8, 16))]
        if lot.chance(0.92) or slots[-1].name == "intro":
            slots.append(_Slot("buildup", lot.of(4, 8, 8, 8, 16)))
        # Now and then a phrase is longer than it should be.
        slots.append(_Slot("drop", lot.of(16, 16, 32, 32) + (lot.of(2, 4) if lot.chance(0.06) else 0)))
    slots.append(_Slot("outro", lot.of(16, 16, 32) if lot.chance(0.65) else lot.of(4, 8, 8)))
    return slots


def _fitted(slots: list[_Slot], bars: int) -> list[_Slot]:
    """The same kinds, longer or shorter by phrases of eight until they come near ``bars``."""
    wanted = max(bars, _LEAST_BARS)
    while (excess := sum(slot.bars for slot in slots) - wanted) >= 6:
        # The ends are shortened last: a mix needs them.
        longest = max(slots, key=lambda slot: slot.bars - 8 * (slot.name in {"intro", "outro"}))
        if longest.bars >= 16:
            longest.bars -= 8
        elif longest.bars >= 8 and excess >= 4:
            longest.bars -= 4
        else:
            break
    while sum(slot.bars for slot in slots) - wanted <= -6:
        growing = [slot for slot in slots if slot.name == "drop" or (slot.name == "breakdown" and slot.bars < 24)]
        min(growing, key=lambda slot: slot.bars).bars += 8
    return slots


def _intro(lot: _Lot, groove: Groove, bars: int, following: str, before: Sequence[Stretch]) -> Stretch:
    layers: list[Layer]
    if bars >= 12 or (lot.chance(0.5) and following != "breakdown"):
        entering = [player for player in ("hat", groove.drum, "shaker", "perc", "open_hat") if lot.chance(0.75)]
        step = 8 if bars > 16 else 4
        layers = [Layer("kick")]
        layers += [Layer(player, first_bar=min(step * n, bars - step)) for n, player in enumerate(entering)]
        if bars >= 16 and lot.chance(0.3):
            layers.append(Layer("arp", first_bar=bars // 2, gain=0.5, brightness=(0.1, 0.3)))
    else:
        layers = [Layer("hat", gain=0.7), Layer("arp", brightness=(0.2, 0.5))]
    return Stretch("intro", "intro", 0, bars, tuple(layers), fills=_fills(lot, bars, 0.4))


def _breakdown(lot: _Lot, groove: Groove, bars: int, following: str, before: Sequence[Stretch]) -> Stretch:
    layers = [Layer("pad", gain=lot.between(0.9, 1.5), brightness=(lot.between(0.1, 0.4), lot.between(0.4, 0.7)))]
    singing = ("lead", "vocal", "arp")[int(lot.rng.integers(3))]
    layers.append(Layer(singing, first_bar=lot.of(0, 0, bars // 2), gain=0.8, brightness=(0.3, 0.5)))
    if lot.chance(0.2):
        layers.append(Layer("hat", first_bar=bars // 2, gain=0.5))
    if lot.chance(0.15):
        layers.append(Layer("soft_kick"))
    if lot.chance(0.15):
        layers.append(Layer("sub", gain=0.4))
    earlier = [stretch for stretch in before if stretch.label == "breakdown"]
    if earlier and lot.chance(0.5):
        layers = _fitting(earlier[-1].layers, bars)
    return Stretch("breakdown", "breakdown", 0, bars, tuple(layers), crash=lot.chance(0.6))


def _buildup(lot: _Lot, groove: Groove, bars: int, following: str, before: Sequence[Stretch]) -> Stretch:
    layers = [Layer("roll", gain=lot.between(0.7, 1.1))]
    if lot.chance(0.85):
        layers.append(Layer("riser", gain=lot.between(0.7, 1.4)))
    kick = lot.chance(0.5)
    if kick:
        layers.append(Layer("kick", gain=0.8))
    rise = (lot.between(0.2, 0.4), lot.between(0.8, 1.0))
    if before[-1].label == "breakdown" and lot.chance(0.5):
        # What the breakdown played goes on, and opens.
        tonal = [layer for layer in before[-1].layers if layer.player not in {"soft_kick", "sub", "hat"}]
        layers += [replace(layer, first_bar=0, brightness=(layer.brightness[1], rise[1])) for layer in tonal]
    else:
        layers.append(Layer("pad" if lot.chance(0.7) else "stab", gain=lot.between(1.0, 1.4), brightness=rise))
        if lot.chance(0.6):
            layers.append(Layer("lead" if lot.chance(0.5) else "arp", gain=0.8, brightness=rise))
    return Stretch(
        "buildup",
        "buildup" if following == "drop" else "false buildup",
        0,
        bars,
        tuple(layers),
        crash=lot.chance(0.3),
        silent_beats=lot.of(0, 0, 1, 2, 4),
        kick_rests=(bars - 1,) if kick and lot.chance(0.8) else (),
        high_pass_hz=(30.0, lot.between(250.0, 700.0)) if lot.chance(0.5) else None,
    )


def _drop(lot: _Lot, groove: Groove, bars: int, following: str, before: Sequence[Stretch]) -> Stretch:
    bright = lot.between(0.6, 0.9)
    layers = [Layer(player) for player in ("kick", groove.drum, "hat")]
    layers += [Layer("bass", brightness=(bright, bright)), Layer("open_hat", first_bar=lot.of(0, 0, 8) % bars)]
    for player, share in (("sub", 0.4), ("ride", 0.4), ("shaker", 0.4), ("perc", 0.3)):
        if lot.chance(share):
            layers.append(Layer(player, first_bar=lot.of(0, 8) % bars))
    chords = "stab" if lot.chance(0.5) else "pad"
    earlier = [stretch for stretch in before if stretch.label == "drop"]
    lead = "lead2" if earlier and lot.chance(0.5) else "lead"
    if lot.chance(0.9):
        layers.append(Layer(chords, brightness=(bright, bright)))
    if lot.chance(0.75):
        # In a long drop the tune may join for its second half.
        layers.append(Layer(lead, first_bar=lot.of(0, 0, bars // 2), brightness=(bright, bright)))
    if earlier and lot.chance(0.5):
        layers = _fitting(earlier[-1].layers, bars)
    return Stretch(
        "drop",
        "drop",
        0,
        bars,
        tuple(layers),
        crash=lot.chance(0.75),
        fills=_fills(lot, bars, 0.8),
        # A bar in which the kick holds its breath opens nothing.
        kick_rests=tuple(bar for bar in range(15, bars - 1, 16) if lot.chance(0.25)),
        half_time=groove.drum == "snare" and bool(earlier) and lot.chance(0.25),
    )


def _outro(lot: _Lot, groove: Groove, bars: int, following: str, before: Sequence[Stretch]) -> Stretch:
    if bars >= 12 or lot.chance(0.5):
        layers = [Layer("kick"), Layer("hat")]
        layers += [Layer(player) for player in (groove.drum, "shaker", "perc") if lot.chance(0.5)]
        if lot.chance(0.25):
            layers.append(Layer("arp", gain=0.4, brightness=(0.3, 0.0)))
    else:
        layers = [Layer("pad", gain=0.6, brightness=(0.4, 0.0))]
    return Stretch("outro", "outro", 0, bars, tuple(layers), crash=lot.chance(0.5))


def _fitting(layers: Sequence[Layer], bars: int) -> list[Layer]:
    """The same layers in a section of another length: whoever would come too late is there from its start."""
    return [replace(layer, first_bar=layer.first_bar if layer.first_bar < bars else 0) for layer in layers]


def _fills(lot: _Lot, bars: int, share: float) -> tuple[int, ...]:
    """Last bars of phrases of eight, each with a chance."""
    ends = [*range(7, bars - 1, 8), bars - 1]
    return tuple(bar for bar in ends if lot.chance(share))
