"""Rhythms and harmonies by style, written as a drum machine shows them.

A pattern has one letter for each sixteenth of a bar of four beats: ``x`` loud, ``o`` soft, ``.`` silent. A melodic
pattern has digits, which are steps of the chord (0 its root, 1 its third, 2 its fifth, 3 the octave). Chords are scale
degrees of natural minor, one a bar, counted from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edm.errors import InputError

__all__ = ["STEPS_PER_BEAT", "STYLES", "Style", "style_named"]

STEPS_PER_BEAT = 4


@dataclass(frozen=True, slots=True)
class Style:
    """What a band plays in one bar.

    Attributes
    ----------
    name, genre
        Key in the table `STYLES`; words for a genre tag.
    drums
        Pattern by instrument: ``kick``, ``snare``, ``clap``, ``hat``, ``open_hat``.
    fill
        Snare pattern of the last bar of a section, in place of the usual one.
    bass, lead
        Melodic patterns; an empty one is silent.
    chords
        Scale degrees, one a bar, repeated.
    pumping
        0..1, how far the kick pushes the pads down.
    """

    name: str
    genre: str
    drums: dict[str, str]
    fill: str
    bass: str
    chords: tuple[int, ...]
    lead: str = ""
    pumping: float = 0.0
    backbeat: str = field(default="clap")


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            name="house",
            genre="House",
            drums={
                "kick": "x...x...x...x...",
                "clap": "....x.......x...",
                "hat": "o.ooo.ooo.ooo.oo",
                "open_hat": "..x...x...x...x.",
            },
            fill="....x.......x.xx",
            bass="0.....0.0...2...",
            chords=(0, 3, 0, 4),
            pumping=0.6,
        ),
        Style(
            name="techno",
            genre="Techno",
            drums={
                "kick": "x...x...x...x...",
                "clap": "....x.......x...",
                "hat": "x.o.x.o.x.o.x.o.",
                "open_hat": "..x...x...x...x.",
            },
            fill="....x..x..x.x.x.",
            bass="0.0...0...0...03",
            chords=(0, 0, 0, 6),
            lead="3..2..1.....0...",
            pumping=0.4,
        ),
        Style(
            name="trance",
            genre="Trance",
            drums={
                "kick": "x...x...x...x...",
                "clap": "....x.......x...",
                "hat": "o.o.o.o.o.o.o.o.",
                "open_hat": "..x...x...x...x.",
            },
            fill="....x...x.x.xxxx",
            bass="0.00.000.000.020",
            chords=(0, 5, 0, 4),
            lead="3..2..1.0..1..2.",
            pumping=0.8,
        ),
        Style(
            name="dnb",
            genre="Drum & Bass",
            drums={
                "kick": "x.........x.....",
                "snare": "....x..o.o..x...",
                "hat": "x.o.x.o.x.o.x.o.",
                "open_hat": "..............x.",
            },
            fill="....x..x.x..x.xx",
            bass="0.....0.0...2...",
            chords=(0, 0, 3, 4),
            backbeat="snare",
        ),
        Style(
            name="hiphop",
            genre="Hip-Hop",
            drums={
                "kick": "x......x..x.....",
                "snare": "....x.......x...",
                "hat": "x.o.x.o.x.o.x.oo",
            },
            fill="....x.......x.xx",
            bass="0......0..0...2.",
            chords=(0, 3, 5, 4),
            backbeat="snare",
        ),
    )
}


def style_named(name: str) -> Style:
    """Entry of `STYLES`.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in STYLES:
        raise InputError(f"unknown style {name!r}", hint=f"styles are {', '.join(sorted(STYLES))}")
    return STYLES[name]
