"""Rhythms to choose from by style, for tracks whose arrangement is drawn by lot.

Patterns have one letter for each sixteenth, as in `edm.demo.styles`, over one bar of four beats or two: ``x`` loud,
``o`` soft, ``.`` silent; in bass patterns digits are steps of the chord (0 its root, 1 third, 2 fifth, 3 octave).
"""

from __future__ import annotations

from dataclasses import dataclass

from edm.errors import InputError

__all__ = ["GROOVES", "Groove", "groove_named"]

_FOUR = "x...x...x...x..."
_BACK = "....x.......x..."
_OFF = "..x...x...x...x."
_EIGHTHS = "x.o.x.o.x.o.x.o."
_SIXTEENTHS = "xoooxoooxoooxooo"
_ROCK = ("x.......x.x.....", "x.....x.x.......", "x..x....x.x.....", "x.......x.......")


@dataclass(frozen=True, slots=True)
class Groove:
    """What a style's band can play.

    Attributes
    ----------
    name, genre
        Key in `GROOVES`; words for a genre tag.
    bpm
        Slowest and fastest.
    kicks, backbeats, hats, opens, basses
        Patterns, one of which is drawn; none: that instrument does not play.
    drum
        Of the backbeat: ``clap`` or ``snare``.
    club
        Laid out for a dance floor, with drops; else as a song.
    minor
        Share of minor keys.
    pumping
        Least and most that the kick pushes the tones down, 0..1.
    swing
        Most that a second sixteenth is late, as a share of a sixteenth.
    hard
        0..1, distortion of kick and bass.
    """

    name: str
    genre: str
    bpm: tuple[float, float]
    kicks: tuple[str, ...]
    backbeats: tuple[str, ...]
    hats: tuple[str, ...]
    opens: tuple[str, ...]
    basses: tuple[str, ...]
    drum: str = "clap"
    club: bool = True
    minor: float = 0.6
    pumping: tuple[float, float] = (0.0, 0.3)
    swing: float = 0.0
    hard: float = 0.0

    @property
    def four_on_the_floor(self) -> bool:
        """A kick on every beat, whatever is drawn."""
        return bool(self.kicks) and all(kick[::4] == "x" * (len(kick) // 4) for kick in self.kicks)


GROOVES: dict[str, Groove] = {
    groove.name: groove
    for groove in (
        Groove(
            "house",
            "House",
            bpm=(118.0, 128.0),
            kicks=(_FOUR,),
            backbeats=(_BACK, "....x.......x..o"),
            hats=("o.ooo.ooo.ooo.oo", _EIGHTHS, "..o...o...o...oo"),
            opens=(_OFF,),
            basses=("0.....0.0...2...", "..0...0...0..00.", "0..0..3.0..0..2.", "0.0...0..0.3...."),
            minor=0.5,
            pumping=(0.3, 0.8),
            swing=0.25,
        ),
        Groove(
            "techno",
            "Techno",
            bpm=(126.0, 142.0),
            kicks=(_FOUR, "x...x...x...x..o"),
            backbeats=(_BACK, "............x..."),
            hats=("x.o.x.o.x.o.x.o.", _SIXTEENTHS, "oooooooooooooooo"),
            opens=(_OFF,),
            basses=("..0...0...0...0.", ".000.000.000.000", "0.0...0...0...03", "..00..00..00..03"),
            minor=0.85,
            pumping=(0.2, 0.6),
            hard=0.2,
        ),
        Groove(
            "trance",
            "Trance",
            bpm=(130.0, 142.0),
            kicks=(_FOUR,),
            backbeats=(_BACK,),
            hats=(_EIGHTHS, _SIXTEENTHS),
            opens=(_OFF,),
            basses=(".000.000.000.000", "..0...0...0...0.", ".003.003.003.003"),
            minor=0.65,
            pumping=(0.5, 0.9),
        ),
        Groove(
            "hardstyle",
            "Hardstyle",
            bpm=(146.0, 158.0),
            kicks=(_FOUR,),
            backbeats=(_BACK, "....x.......x.x."),
            hats=(_EIGHTHS, _OFF),
            opens=(_OFF,),
            basses=("..0...0...0...0.", ".00..00..00..00."),
            minor=0.8,
            pumping=(0.4, 0.8),
            hard=0.9,
        ),
        Groove(
            "dnb",
            "Drum & Bass",
            bpm=(168.0, 178.0),
            kicks=("x.........x.....", "x.x.......x.....", "x.........x.....x..x......x....."),
            backbeats=(_BACK, "....x..o.o..x...", "....x..o....x..o"),
            hats=(_EIGHTHS, "x.oox.oox.oox.oo", _SIXTEENTHS),
            opens=("..............x.", "..........x....."),
            basses=("0.....0.0...2...", "0.........0.3...", "0..0..0.....0.0.", "0.......0..0...."),
            drum="snare",
            minor=0.75,
            hard=0.3,
        ),
        Groove(
            "dubstep",
            "Dubstep",
            bpm=(138.0, 148.0),
            kicks=("x...............", "x.........o.....", "x.....x........."),
            backbeats=("........x.......",),
            hats=(_EIGHTHS, "x..o..o.x..o..o.", "x.o.x.o.x.o.xooo"),
            opens=("............x...",),
            basses=("0..0..0.0.0..0..", "0.....0...0.0.0.", "0.0.0.0.0...3..."),
            drum="snare",
            minor=0.85,
            pumping=(0.1, 0.4),
            hard=0.6,
        ),
        Groove(
            "breaks",
            "Breaks",
            bpm=(124.0, 140.0),
            kicks=("x.....x...x.....", "x.x.......x..x..", "x.........x..x.."),
            backbeats=(_BACK, "....x..o.o..x..."),
            hats=(_EIGHTHS, "x.oox.o.x.oox.o."),
            opens=("......x.......x.", "..............x."),
            basses=("0..0..0...0.....", "0.....0.0...2...", "0.0.....0..3...."),
            drum="snare",
            pumping=(0.0, 0.3),
            swing=0.2,
            hard=0.2,
        ),
        Groove(
            "hiphop",
            "Hip-Hop",
            bpm=(78.0, 102.0),
            kicks=("x......x..x.....", "x..x......x.....", "x.......x.x....."),
            backbeats=(_BACK,),
            hats=(_EIGHTHS, "x.o.x.o.x.o.x.oo"),
            opens=("..............x.",),
            basses=("0......0..0...2.", "0..0......0.....", "0.......0.0....."),
            drum="snare",
            club=False,
            minor=0.7,
            swing=0.3,
        ),
        Groove(
            "pop",
            "Pop",
            bpm=(84.0, 128.0),
            kicks=(*_ROCK, _FOUR),
            backbeats=(_BACK,),
            hats=(_EIGHTHS, "x...x...x...x..."),
            opens=("..............x.",),
            basses=("0...0...0...0...", "0.0.0.0.0.0.0.0.", "0.......0...2..."),
            drum="snare",
            club=False,
            minor=0.35,
        ),
        Groove(
            "ambient",
            "Ambient",
            bpm=(70.0, 100.0),
            kicks=(),
            backbeats=(),
            hats=(),
            opens=(),
            basses=("0...............",),
            club=False,
            minor=0.5,
        ),
    )
}
"""By name."""


def groove_named(name: str) -> Groove:
    """Entry of `GROOVES`.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in GROOVES:
        raise InputError(f"unknown style {name!r}", hint=f"styles are {', '.join(sorted(GROOVES))}")
    return GROOVES[name]
