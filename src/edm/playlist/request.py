"""What is asked of a playlist.

Rules are hard. Where they cannot all be met, they give way one at a time, in the order of `GIVES_WAY`, only where they
must, and the playlist says where and why. Four things never give way: no track twice, no two versions of one title, and
the limits of tempo and of length that say which tracks are meant at all. If these leave too few tracks, the list is
short, and says that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from edm.errors import InputError
from edm.model.keys import KeyRelation
from edm.playlist.arcs import Arc
from edm.playlist.scores import Weights

__all__ = [
    "GIVES_WAY",
    "KEY_RULES",
    "MODES",
    "MOST_TRACKS",
    "RULES",
    "KeyRule",
    "Mode",
    "ModeLimits",
    "Request",
    "Rule",
    "Rules",
]

KeyRule: TypeAlias = Literal["off", "compatible", "strict"]
KEY_RULES: tuple[KeyRule, ...] = get_args(KeyRule)
"""``compatible``: at most one step on the Camelot wheel, or the relative key; ``strict``: the same, or the relative."""

Rule: TypeAlias = Literal[
    "mode", "floor", "key_rule", "energy_arc", "bpm_arc", "max_stretch", "min_gap", "max_per_artist"
]
RULES: tuple[Rule, ...] = get_args(Rule)
"""``mode``: how near to the seeds; ``floor``: the least score of a transition, which no search gives up anything for:
the weakest transition is as strong as can be anyway; the rest as in `Rules`.
"""

GIVES_WAY: Mapping[bool, tuple[Rule, ...]] = {
    False: ("mode", "floor", "key_rule", "energy_arc", "bpm_arc", "max_stretch", "min_gap", "max_per_artist"),
    True: ("mode", "floor", "energy_arc", "bpm_arc", "key_rule", "max_stretch", "min_gap", "max_per_artist"),
}
"""In which order rules give way, by whether the rule of keys was asked for: first how near the seeds and how smooth,
last who plays. An arc is always asked for, so only a rule of keys that is asked for, too, stands above it."""

Mode: TypeAlias = Literal["narrow", "dynamic", "discover"]

_ALLOWED: Mapping[KeyRule, frozenset[KeyRelation] | None] = {
    "off": None,
    "compatible": frozenset[KeyRelation](("same", "relative", "fifth_up", "fifth_down")),
    "strict": frozenset[KeyRelation](("same", "relative")),
}

MOST_TRACKS = 1000
"""In one playlist."""


@dataclass(frozen=True, slots=True)
class ModeLimits:
    """Quantiles of what random pairs of this library have.

    Attributes
    ----------
    reach
        A track's nearness to the nearest seed is at least this quantile.
    too_near
        And at most this one.
    floor
        A transition's score is at least this quantile.
    """

    reach: float
    too_near: float
    floor: float


MODES: Mapping[Mode, ModeLimits] = {
    "narrow": ModeLimits(reach=0.95, too_near=1.0, floor=0.90),
    "dynamic": ModeLimits(reach=0.75, too_near=1.0, floor=0.75),
    "discover": ModeLimits(reach=0.40, too_near=0.98, floor=0.50),
}
"""``narrow`` stays with the nearest twentieth, ``dynamic`` with the nearest quarter; ``discover`` goes far, and leaves
out what is nearest: that one knows already."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What no playlist may break unless it says so.

    Attributes
    ----------
    mode
        How far from the seeds, and how smooth.
    max_stretch_pct
        By which a track is sped up or slowed down to follow another, halved or doubled at will; None for any.
    key_rule
        Between tracks that follow each other, after the pitch shift.
    key_rule_asked
        Whether somebody asked for that rule for this playlist: then arcs give way before it, else it before them.
    max_per_artist
        Tracks with one artist in their credits; None for any number.
    min_gap
        Other tracks between two by one artist.
    bpm_range
        Tempo of every track; None for any. A track of unknown tempo is then left out.
    duration_range_s
        Length of every track; one of unknown length passes.
    bpm_arc, energy_arc
        What tempo and energy do over the list.
    aliases
        Another name of an artist, and the name it stands for; both as `edm.artifacts.rows.artist_key` makes them.

    Raises
    ------
    InputError
        For a value that makes no sense.
    """

    mode: Mode = "dynamic"
    max_stretch_pct: float | None = 6.0
    key_rule: KeyRule = "compatible"
    key_rule_asked: bool = False
    max_per_artist: int | None = 2
    min_gap: int = 4
    bpm_range: tuple[float, float] | None = None
    duration_range_s: tuple[float, float] = (30.0, 1200.0)
    bpm_arc: Arc | None = None
    energy_arc: Arc | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"no mode is called {self.mode!r}", hint=f"one of {', '.join(MODES)}")
        if self.key_rule not in KEY_RULES:
            raise InputError(f"no key rule is called {self.key_rule!r}", hint=f"one of {', '.join(KEY_RULES)}")
        if self.max_stretch_pct is not None and not 0 <= self.max_stretch_pct < math.inf:
            raise InputError(f"a stretch of at most {self.max_stretch_pct} % makes no sense: it must be 0 or more")
        if self.max_per_artist is not None and self.max_per_artist < 1:
            raise InputError(f"{self.max_per_artist} tracks an artist leave none: it must be 1 or more")
        if self.min_gap < 0:
            raise InputError(f"a gap of {self.min_gap} tracks makes no sense: it must be 0 or more")
        for what, limits in (("tempo", self.bpm_range), ("length", self.duration_range_s)):
            if limits is not None and not 0 <= limits[0] <= limits[1]:
                raise InputError(f"no {what} lies between {limits[0]:g} and {limits[1]:g}")

    @property
    def allowed_relations(self) -> frozenset[KeyRelation] | None:
        """Relations of keys that may follow each other; None for all."""
        return _ALLOWED[self.key_rule]

    @property
    def gives_way(self) -> tuple[Rule, ...]:
        """All rules, in the order in which they give way here."""
        return GIVES_WAY[self.key_rule_asked]


@dataclass(frozen=True, slots=True)
class Request:
    """How long a playlist is to be, by what rules, and what counts in a transition.

    Attributes
    ----------
    count
        Tracks, seeds included; None to go by `minutes` alone.
    minutes
        Length of the tracks together; what is reached first, this or `count`, ends the list.
    rules, weights
        See there.
    reorder
        Whether seeds may change places.
    seed
        Of what is drawn.

    Raises
    ------
    InputError
        For a length that makes no sense.
    """

    count: int | None = 25
    minutes: float | None = None
    rules: Rules = field(default_factory=Rules)
    weights: Weights = field(default_factory=Weights)
    reorder: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count is None and self.minutes is None:
            raise InputError("a playlist needs a number of tracks or of minutes")
        if self.count is not None and not 1 <= self.count <= MOST_TRACKS:
            raise InputError(f"a playlist of {self.count} tracks is not made: 1 to {MOST_TRACKS} are")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise InputError(f"a playlist of {self.minutes} minutes is not made: it must be above 0")
