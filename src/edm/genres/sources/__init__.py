"""The services that know genres, each behind its own wire format; they know no database and no settings.

`LastFm` and `MusicBrainz` answer with a `Reply` (found, or none) or raise: `SourceError` for one question without an
answer, `SourceStoppedError` for a service that is out for this run. Nothing that raised may be stored as none.
"""

from edm.genres.sources.bucket import LASTFM_PER_S, MUSICBRAINZ_PER_S, TokenBucket
from edm.genres.sources.http import HttpClient
from edm.genres.sources.lastfm import LASTFM_URL, LastFm
from edm.genres.sources.musicbrainz import MUSICBRAINZ_URL, MusicBrainz
from edm.genres.sources.names import members, name_key
from edm.genres.sources.service import Patience

__all__ = [
    "LASTFM_PER_S",
    "LASTFM_URL",
    "MUSICBRAINZ_PER_S",
    "MUSICBRAINZ_URL",
    "HttpClient",
    "LastFm",
    "MusicBrainz",
    "Patience",
    "TokenBucket",
    "members",
    "name_key",
]
