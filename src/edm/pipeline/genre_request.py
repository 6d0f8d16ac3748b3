"""Which services are asked for genres, and how; from the settings to the stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from edm.settings import GenresSettings

__all__ = ["DEFAULT_CONTACT", "GenreSources", "genre_sources"]

DEFAULT_CONTACT: Final = "a private music library"
"""What the services are told where the person gives no contact: they want to know what kind of caller it is."""


@dataclass(frozen=True, slots=True)
class GenreSources:
    """Services and their rules; by default nobody is asked.

    Attributes
    ----------
    lastfm_api_key
        Empty: Last.fm is not asked. Never shown.
    lastfm_url, musicbrainz_url
        Where they are; empty: where the services themselves are.
    musicbrainz
        Whether MusicBrainz is asked.
    contact
        For the User-Agent; empty: `DEFAULT_CONTACT`.
    none_expires_days, found_expires_days
        After how many days a service is asked again that knew nothing, or something; None: never.
    lastfm_per_s, musicbrainz_per_s
        Requests a second; at the services themselves never more than they allow. None: what they allow.
    """

    lastfm_api_key: str = field(default="", repr=False)
    lastfm_url: str = ""
    musicbrainz: bool = False
    musicbrainz_url: str = ""
    contact: str = ""
    none_expires_days: float | None = 30.0
    found_expires_days: float | None = None
    lastfm_per_s: float | None = None
    musicbrainz_per_s: float | None = None


def genre_sources(settings: GenresSettings) -> GenreSources:
    """What the section ``[genres]`` of the settings says."""
    return GenreSources(
        lastfm_api_key=settings.lastfm_api_key.get_secret_value().strip(),
        lastfm_url=settings.lastfm_url,
        musicbrainz=settings.musicbrainz,
        musicbrainz_url=settings.musicbrainz_url,
        contact=settings.contact,
        none_expires_days=settings.none_expires_days,
        found_expires_days=settings.found_expires_days,
        lastfm_per_s=settings.lastfm_per_s,
        musicbrainz_per_s=settings.musicbrainz_per_s,
    )
