"""What a picture of a track is drawn from, and the words and colours that all pictures share.

`TrackPicture` holds values alone: it is made by a worker and travels by pickle.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edm.audio.printable import printable
from edm.model import TimeArray, TrackAnalysis
from edm.model.keys import KeyNotation, format_key, parse_key
from edm.pictures.waveform import Waveform

__all__ = [
    "NONE",
    "SECTION_COLOURS",
    "TrackPicture",
    "display_name",
    "shown_bpm",
    "shown_key",
    "shown_loudness",
    "shown_time",
]

NONE = "–"

SECTION_COLOURS = {
    "intro": "#b8c2cc",
    "buildup": "#e69f00",
    "drop": "#e8702a",
    "breakdown": "#56b4e9",
    "outro": "#b8c2cc",
    "verse": "#35b28c",
    "other": "#cfc8b8",
}
"""Of the labels: after Okabe and Ito, "Color Universal Design" (2008), lightened so that black text can be read on
each (contrast above 6). Labels are always written, too."""


@dataclass(frozen=True, slots=True)
class TrackPicture:
    """One track, ready to be drawn.

    Attributes
    ----------
    analysis
        What was found out.
    waveform
        None where the sound was not at hand.
    title, artist
        From the tags; None without them.
    residuals_ms
        How late the sound at each beat begins, shape (beats,), NaN where none does; None where it was not measured.
    """

    analysis: TrackAnalysis
    waveform: Waveform | None = None
    title: str | None = None
    artist: str | None = None
    residuals_ms: TimeArray | None = None

    @property
    def name(self) -> str:
        """Artist and title, or the name of the file."""
        return display_name(self.analysis.path, self.title, self.artist)


def display_name(path: Path, title: str | None = None, artist: str | None = None) -> str:
    """``Artist – Title``, the title alone, or the name of the file, with what no encoding takes written out."""
    if title and artist:
        return printable(f"{artist} – {title}")
    return printable(title or path.name or str(path))


def shown_bpm(bpm: float | None, digits: int = 2) -> str:
    """``128.00``."""
    return NONE if bpm is None else f"{bpm:.{digits}f}"


def shown_key(name: str | None, notation: KeyNotation = "standard") -> str:
    """A key in canonical notation, in another; what names no key stays as it is."""
    if name is None:
        return NONE
    key = parse_key(name)
    return name if key is None else format_key(key, notation)


def shown_loudness(lufs: float | None) -> str:
    """``-8.3``."""
    return NONE if lufs is None else f"{lufs:.1f}"


def shown_time(seconds: float) -> str:
    """``4:07``, ``1:02:03``; rounded to seconds."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
