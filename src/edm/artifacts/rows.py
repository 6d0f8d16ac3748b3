"""What goes into the matrices: one record a track, and what the numbers of its vectors mean.

Both records are filled by the caller: this room knows no library and no extractor. Also what is compared where two
tracks are said to be by one artist or of one album: `artist_key` and `album_key`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from edm.errors import InputError
from edm.model import FloatArray

__all__ = ["NUMBERS", "SEGMENTS", "ArtifactRow", "FeatureSpec", "album_key", "artist_key"]

SEGMENTS = ("full", "start", "mid", "end")
"""Parts of a track that have a vector each."""

NUMBERS = (
    *("bpm", "bpm_confidence", "key_confidence", "energy", "energy_start", "energy_end", "loudness_lufs"),
    "duration_s",
)
"""Fields of `ArtifactRow` that are one number or None."""

# "A feat. B", "A (ft B)", "A [featuring B]"; a name that begins or ends so is left whole.
_FEATURED = re.compile(r"(?<=\S)[\s(\[]+(?:feat|ft|featuring)(?:\.\s*|\s+)[^\s)\]].*", re.DOTALL)
_LEADING_THE = re.compile(r"the\s+(?=\S)")
_TRAILING_THE = re.compile(r"(?<=\S)\s*,\s*the$")


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """One track.

    Attributes
    ----------
    track_id
        Of the library; different for all.
    vectors
        One of shape (d,) for each of `SEGMENTS`, d as in the spec. A row without one of them does not get into the
        matrices, and is counted.
    bpm, duration_s
        None where they are not known, as all that follows.
    key
        The analysis's ("A minor"), or else what the tag says ("8A").
    genres
        For conditions.
    bpm_confidence, key_confidence
        0..1.
    energy
        1..10.
    energy_start, energy_end
        0..1: mean of the energy curve over the segments ``start`` and ``end``.
    loudness_lufs
        Of the whole track; None for silence, too.
    spec_version
        What the vectors were made with; None leaves that to the caller.
    """

    track_id: int
    path: str
    artist: str = ""
    title: str = ""
    album: str = ""
    album_artist: str = ""
    bpm: float | None = None
    key: str | None = None
    duration_s: float | None = None
    genres: tuple[str, ...] = ()
    vectors: Mapping[str, FloatArray | None] = field(default_factory=dict)
    spec_version: str | None = None
    bpm_confidence: float | None = None
    key_confidence: float | None = None
    energy: float | None = None
    energy_start: float | None = None
    energy_end: float | None = None
    loudness_lufs: float | None = None


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """What the numbers of a vector are.

    Attributes
    ----------
    version
        Two that differ are never in one matrix.
    names, units
        One of each a dimension; names differ.
    families
        Name and the dimensions that belong to it; in order, without gaps, all of them.

    Raises
    ------
    InputError
        If these do not fit each other.
    """

    version: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    families: Mapping[str, slice]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.units):
            raise InputError(f"{len(self.names)} features have {len(self.units)} units")
        if len(set(self.names)) != len(self.names):
            twice = next(name for place, name in enumerate(self.names) if name in self.names[:place])
            raise InputError(f"two features are called {twice!r}")
        end = 0
        for name, part in self.families.items():
            if part.start != end or part.stop <= part.start or part.step not in (None, 1):
                raise InputError(f"family {name!r} is {part}, but must begin at feature {end}")
            end = part.stop
        if end != len(self.names):
            raise InputError(f"the families end at feature {end} of {len(self.names)}")


def artist_key(artist: str) -> str:
    """The name by which tracks of one artist are known to be of one: compatible characters, case, spaces, a leading or
    trailing "The" and featured guests make no difference.

    Empty for a name without anything in it. The key of a key is itself.
    """
    before, key = None, artist
    while key != before:
        before = key
        key = " ".join(normalize("NFKC", normalize("NFKC", key).casefold()).split())
        key = _FEATURED.sub("", key).strip()
        key = _TRAILING_THE.sub("", _LEADING_THE.sub("", key, count=1) if _LEADING_THE.match(key) else key)
    return key


def album_key(album: str, artist: str) -> str:
    """The name by which tracks are known to be of one album; `artist` is the album's, or else the track's.

    Empty without an album: such tracks are of no album, rather than of one together.
    """
    name = " ".join(normalize("NFKC", normalize("NFKC", album).casefold()).split())
    return f"{artist_key(artist)} / {name}" if name else ""
