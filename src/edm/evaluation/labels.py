"""What people call the sections of a track, brought to our labels, and what a whole list of names can tell.

Annotations come from many hands: "Chorus 2", "pre-chorus", "climax", "bridge". `known_label` gives the label of ours
that means the same, or none; nothing is guessed. Two kinds of names are no labels and mean something else:

- ``gogo`` (charts of rhythm games) marks climaxes, and says nothing of what lies between them;
- ``playing-0.52`` says that 52 % of the instruments play: a boundary on either side, and an energy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from edm.model import SectionLabel

__all__ = ["LABELS", "ReferenceKind", "is_drop", "known_label", "playing_share", "reference_kind"]

LABELS: tuple[SectionLabel, ...] = get_args(SectionLabel)
"""Ours, in the order of tables."""

ReferenceKind: TypeAlias = Literal["labels", "boundaries", "energy", "drops"]
"""What a list of sections can be held against: labels and boundaries, boundaries alone, boundaries and how much plays,
or only where drops begin."""

_SAME_AS: dict[SectionLabel, tuple[str, ...]] = {
    "intro": ("intro", "introduction", "fadein", "mixin"),
    "buildup": ("buildup", "build", "riser", "rise", "up", "prechorus", "predrop"),
    "drop": ("drop", "chorus", "refrain", "hook", "climax", "peak", "gogo"),
    "breakdown": ("breakdown", "break", "bridge", "down"),
    "outro": ("outro", "coda", "ending", "fadeout", "mixout"),
    "verse": ("verse",),
    "other": ("other", "section", "instrumental", "inst", "interlude", "solo"),
}
_KNOWN = {name: label for label, names in _SAME_AS.items() for name in names}
# "Chorus 2", "verse_b", "Drop 1a", "verse'": which one it is, not what.
_WHICH = re.compile(r"[\W_]*(?:(?<![a-z])[a-z]|[0-9]+[a-z]?)?[\W_]*$")
_BETWEEN = re.compile(r"[\W_]+")
_PLAYING = re.compile(r"playing-([0-9]*\.?[0-9]+)")
_CHART = {"gogo", "other"}
_LONGEST = 40  # characters; no name of a section that we know is longer


def known_label(name: str | None) -> SectionLabel | None:
    """Label of ours that means the same; None for a name that has none, and for no name.

    Case, signs between words and a number or a single letter at the end make no difference.
    """
    if name is None:
        return None
    words = name.strip().casefold()[:_LONGEST]
    bare = _WHICH.sub("", words)
    return _KNOWN.get(_BETWEEN.sub("", words)) or _KNOWN.get(_BETWEEN.sub("", bare))


def is_drop(name: str | None) -> bool:
    """Whether a name means a drop."""
    return known_label(name) == "drop"


def playing_share(name: str | None) -> float | None:
    """0.52 of ``playing-0.52``; None of any other name."""
    found = None if name is None else _PLAYING.fullmatch(name.strip().casefold())
    return None if found is None else float(found[1])


def reference_kind(names: Sequence[str | None]) -> ReferenceKind | None:
    """What sections of these names can be held against; None where they say nothing at all.

    A list of nothing but ``gogo`` and ``other`` is a chart's. Where a single name is one of ours, the list is taken to
    be labelled, and a track without a drop in it has none.
    """
    if not names:
        return None
    plain = {(name or "").strip().casefold() for name in names}
    if plain <= _CHART:
        return "drops" if "gogo" in plain else None
    if all(playing_share(name) is not None for name in names):
        return "energy"
    return "labels" if any(known_label(name) is not None for name in names) else "boundaries"
