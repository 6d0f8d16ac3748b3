"""What comes out of a file: its sound, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from edm.model.arrays import FloatArray

__all__ = [
    "Audio",
    "Tags",
]


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded sound, mono.

    Attributes
    ----------
    samples
        Shape (n,), float32, full scale ±1, finite.
    sample_rate
        Hz, of ``samples``.
    native_sample_rate
        Hz, of the file before resampling.
    warnings
        What the decoder had to mend, one sentence each.
    """

    samples: FloatArray
    sample_rate: int
    native_sample_rate: int
    warnings: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says of itself. None or empty: it says nothing.

    Attributes
    ----------
    bpm
        Beats per minute, plausible (20 to 400) or None.
    key
        As written in the file ("8A", "Am", "F#m").
    genres
        In the file's order, split at the format's separators.
    musicbrainz
        Identifiers by name: ``track``, ``recording``, ``release``, ``release_group``, ``artist``, ``album_artist``.
    """

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    bpm: float | None = None
    key: str | None = None
    musicbrainz: dict[str, str] = field(default_factory=dict)
