"""How a dance track is laid out: sections of whole bars, and who plays in which.

Sections come in phrases of eight, four or two bars, as long as the track allows.
"""

from __future__ import annotations

from dataclasses import dataclass

from edm.errors import InputError
from edm.model.layout import SectionLabel

__all__ = ["PLAYERS", "Part", "arrange"]

PLAYERS: dict[str, frozenset[str]] = {
    "intro": frozenset({"kick", "hat", "backbeat", "bass"}),
    "groove": frozenset({"kick", "hat", "open_hat", "backbeat", "bass", "pad"}),
    "breakdown": frozenset({"pad", "lead"}),
    "buildup": frozenset({"pad", "lead", "roll", "riser"}),
    "drop": frozenset({"kick", "hat", "open_hat", "backbeat", "bass", "pad", "lead"}),
    "outro": frozenset({"kick", "hat", "backbeat", "bass"}),
}
"""Instruments heard in a part, by its name."""

# Parts of a track, in order, with their share of its bars.
_SHARES = (
    ("intro", 0.12),
    ("groove", 0.24),
    ("breakdown", 0.14),
    ("buildup", 0.1),
    ("drop", 0.28),
    ("outro", 0.12),
)


@dataclass(frozen=True, slots=True)
class Part:
    """``bars`` bars from bar ``first_bar`` (from 0) with the players of ``name``."""

    name: str
    first_bar: int
    bars: int

    @property
    def label(self) -> SectionLabel:
        """What a listener would call it: the groove with its bass is a first drop, without the tune."""
        labels: dict[str, SectionLabel] = {
            "intro": "intro",
            "groove": "drop",
            "breakdown": "breakdown",
            "buildup": "buildup",
            "drop": "drop",
            "outro": "outro",
        }
        return labels[self.name]


def arrange(bars: int) -> tuple[Part, ...]:
    """Lay out a track of ``bars`` bars.

    Returns
    -------
    tuple of Part
        Without gaps, all of them ``bars`` long together. Fewer than twelve bars are one drop.

    Raises
    ------
    InputError
        If ``bars`` is below 1.
    """
    if bars < 1:
        raise InputError(f"a track needs at least one bar, not {bars}")
    if bars < 12:
        return (Part("drop", 0, bars),)
    phrase = next(length for length in (8, 4, 2, 1) if bars >= 7 * length)
    starts = [0]
    share_so_far = 0.0
    for _, share in _SHARES[:-1]:
        share_so_far += share
        starts.append(max(starts[-1] + phrase, phrase * round(share_so_far * bars / phrase)))
    ends = [*starts[1:], bars]
    return tuple(Part(name, start, end - start) for (name, _), start, end in zip(_SHARES, starts, ends, strict=True))
