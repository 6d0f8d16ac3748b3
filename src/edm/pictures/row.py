"""A track as a row of the page's table: what it is sorted and filtered by, small enough to keep for thousands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edm.audio.printable import printable
from edm.model import Failure, Result
from edm.model.keys import KeyName, KeyNotation, format_key, parse_key
from edm.pictures.facts import verdict_of
from edm.pictures.picture import NONE, TrackPicture, display_name, shown_key, shown_time

__all__ = ["TrackRow", "row_of"]


@dataclass(frozen=True, slots=True)
class TrackRow:
    """What the table says of one track; None: unknown, or not asked for.

    Attributes
    ----------
    index
        Place among the tracks that were asked for.
    name, path
        Printable.
    bpm, lufs, duration_s, energy
        As in the analysis.
    key, camelot
        In the notation of the page, and as the wheel counts.
    drops
        Bars at which drops begin, "12 44"; their number where there are no bars.
    first_drop
        Where the first one begins, in seconds.
    verdict
        ``locked``, ``variable``, ``unsure``, ``constant``, ``failed`` or a dash.
    fallbacks
        Why not the best methods were used.
    reason, hint
        Of a failure.
    """

    index: int
    name: str
    path: str
    verdict: str
    bpm: float | None = None
    key: str | None = None
    camelot: str | None = None
    energy: int | None = None
    lufs: float | None = None
    duration_s: float | None = None
    drops: str = NONE
    first_drop: float | None = None
    fallbacks: tuple[str, ...] = ()
    reason: str | None = None
    hint: str | None = None

    @property
    def failed(self) -> bool:
        """Whether there is nothing but a reason."""
        return self.reason is not None

    @property
    def length(self) -> str:
        """``4:07``."""
        return NONE if self.duration_s is None else shown_time(self.duration_s)

    @property
    def key_order(self) -> int | None:
        """Place on the wheel: 1A, 1B, 2A …"""
        return None if self.camelot is None else 2 * int(self.camelot[:-1]) + (self.camelot[-1] == "B")

    @property
    def text(self) -> str:
        """What a filter by text looks in, in small letters."""
        return f"{self.name}\n{self.path}".casefold()


def row_of(result: Result[TrackPicture], *, key_notation: KeyNotation = "standard") -> TrackRow:
    """The row of a track, or of one that failed."""
    if isinstance(result, Failure):
        path = Path(str(result.item))
        shown = printable(path)
        reason = printable(result.message).removeprefix(f"{shown}: ")
        hint = None if result.hint is None else printable(result.hint)
        return TrackRow(result.index, display_name(path), shown, "failed", reason=reason, hint=hint)
    picture = result.value
    analysis = picture.analysis
    key = None if analysis.key is None else parse_key(analysis.key.name)
    structure, loudness = analysis.structure, analysis.loudness
    return TrackRow(
        index=result.index,
        name=picture.name,
        path=printable(analysis.path),
        verdict=verdict_of(analysis),
        bpm=None if analysis.tempo is None else analysis.tempo.bpm,
        key=None if analysis.key is None else shown_key(analysis.key.name, key_notation),
        camelot=_camelot(key),
        energy=None if structure is None else structure.energy.level,
        lufs=None if loudness is None else loudness.integrated_lufs,
        duration_s=analysis.duration_s,
        drops=_drops(picture),
        first_drop=round(structure.drops[0].time_s, 3) if structure is not None and structure.drops else None,
        fallbacks=tuple(printable(reason) for reason in analysis.fallbacks),
    )


def _camelot(key: KeyName | None) -> str | None:
    return None if key is None else format_key(key, "camelot")


def _drops(picture: TrackPicture) -> str:
    structure = picture.analysis.structure
    if structure is None or not structure.drops:
        return NONE
    bars = [str(drop.bar) for drop in structure.drops if drop.bar is not None]
    return " ".join(bars) if bars else f"{len(structure.drops)}×"
