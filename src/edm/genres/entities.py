"""What services are asked about: each artist, album and track of a library once, however many files bear its name.

Names are compared by `edm.genres.sources.names.name_key`. An artist is a name; where its tags name one identifier of
MusicBrainz, the services are asked by it, and where they name several, it is several artists. An album belongs to its
album artist, else to its artist, and is known by its release group where that is tagged. A compilation belongs to
nobody.

The identifier that stands beside a name which joins several names ("A & B") is that of the first of them as often as
not, for a file names one for each; such artists are asked by name.

`make_catalogue` reads the tracks of a library; `question` is the text under which an answer is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from edm.genres.evidence import Entity, Source
from edm.genres.sources.names import askable, members, name_key
from edm.genres.sources.replies import as_mbid

__all__ = [
    "ENTITIES",
    "Catalogue",
    "Named",
    "Subject",
    "TrackSubjects",
    "is_nobody",
    "make_catalogue",
    "person_key",
    "question",
]

ENTITIES: tuple[Entity, ...] = ("artist", "album", "track")
"""In the order in which they are asked about: an answer about an artist serves the most tracks."""

# Keys of what stands in the tags where there is no artist; the identifier is MusicBrainz's own for "Various Artists".
_NOBODY = frozenset({"", "variousartists", "various", "va", "unknownartist", "noartist", "diverse", "verschiedene"})
_NOBODYS_MBIDS = frozenset({"89ad4ac3-39f7-470e-963a-56509c546377", "125ec42a-7229-4250-afc5-e057484327fe"})
_NOBODYS_NAMES = frozenset({"[unknown]", "<unknown>", "[no artist]", "unknown"})


class Named(Protocol):
    """A track as far as names go; `edm.library.genre_records.GenreTrack` is one."""

    @property
    def artist(self) -> str | None:
        """Who made it."""

    @property
    def album_artist(self) -> str | None:
        """Who made the album."""

    @property
    def album(self) -> str | None:
        """Title of the album."""

    @property
    def title(self) -> str | None:
        """Title of the track."""

    @property
    def musicbrainz(self) -> Mapping[str, str]:
        """Identifiers by kind: ``artist``, ``album_artist``, ``release_group``."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An artist, an album or a track that is asked about.

    Attributes
    ----------
    key
        Its own among those of its kind.
    name
        Name or title, in the spelling that most tracks have.
    artist
        Of an album or a track; empty for a compilation.
    mbid
        The artist's, or the album's release group; None where there is none to go by.
    shared
        Whether others in the library bear the same name.
    """

    entity: Entity
    key: str
    name: str
    artist: str = ""
    mbid: str | None = None
    shared: bool = False

    @property
    def label(self) -> str:
        """For people: "artist Jeff Mills", "album Jeff Mills: Waveform"."""
        return f"{self.entity} {self.artist}: {self.name}" if self.artist else f"{self.entity} {self.name}"

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names that say nothing of it when they come as tags."""
        return (self.name, self.artist) if self.artist else (self.name,)

    @property
    def person_key(self) -> str:
        """Under which a person's word about it is kept."""
        return person_key(self.entity, self.name if self.entity == "artist" else self.artist, self.name)


@dataclass(frozen=True, slots=True)
class TrackSubjects:
    """What a track belongs to; None where its tags do not say."""

    artist: Subject | None
    album: Subject | None
    track: Subject | None

    def __iter__(self) -> Iterator[Subject]:
        return (one for one in (self.track, self.album, self.artist) if one is not None)


class Catalogue:
    """Who and what is in a library; `make_catalogue` makes it."""

    def __init__(self, artists: Mapping[str, _Tally], albums: Mapping[str, _Tally], titles: Mapping[str, _Tally]):
        self._artists, self._albums, self._titles = artists, albums, titles
        self._made: dict[tuple[Entity, str, str | None], Subject] = {}

    def subjects(self, entity: Entity) -> list[Subject]:
        """All of one kind, those of most tracks first."""
        counted: Counter[Subject] = Counter()
        for key, tally in self._tallies(entity).items():
            for mbid, number in tally.tracks.items():
                counted[self._subject(entity, key, mbid)] += number
        return sorted(counted, key=lambda one: (-counted[one], one.key))

    def of(self, track: Named) -> TrackSubjects:
        """What a track belongs to; one of those that the catalogue was made of."""
        artist_key, album_key, title_key = _keys(track)
        return TrackSubjects(
            artist=self._subject("artist", artist_key, _artist_mbid(track)) if artist_key else None,
            album=self._subject("album", album_key, _album_mbid(track)) if album_key else None,
            track=self._subject("track", title_key, None) if title_key else None,
        )

    def members(self, subject: Subject) -> tuple[Subject, ...]:
        """Artists that an artist's name joins; empty for anything else."""
        if subject.entity != "artist":
            return ()
        return tuple(self._member(name) for name in _members(subject.name) if not is_nobody(name))

    def _member(self, name: str) -> Subject:
        key = _key(name)
        return self._subject("artist", key, None) if key in self._artists else Subject("artist", key, name)

    def _tallies(self, entity: Entity) -> Mapping[str, _Tally]:
        return {"artist": self._artists, "album": self._albums, "track": self._titles}[entity]

    def _subject(self, entity: Entity, key: str, mbid: str | None) -> Subject:
        place = (entity, key, mbid)
        if place not in self._made:
            subject = _with_mbid(entity, key, self._tallies(entity)[key], mbid)
            if entity == "album" and subject.mbid is not None:
                # An identifier may stand under several artists: a compilation without an album artist.
                tally = self._albums[subject.mbid]
                owner = "" if len(tally.owner_keys) > 1 else tally.owner()
                subject = Subject("album", subject.mbid, tally.spelling(), owner, subject.mbid)
            self._made[place] = subject
        return self._made[place]


def make_catalogue(tracks: Iterable[Named]) -> Catalogue:
    """Who and what some tracks name; they are gone through once, and only their names are kept."""
    artists: dict[str, _Tally] = {}
    albums: dict[str, _Tally] = {}
    titles: dict[str, _Tally] = {}
    known: dict[str, Counter[str]] = {}
    for track in tracks:
        artist_key, album_key, title_key = _keys(track)
        if track.album_artist and (mbid := _mbid_beside(track.album_artist, track.musicbrainz.get("album_artist"))):
            known.setdefault(_key(track.album_artist), Counter())[mbid] += 1
        if artist_key:
            artists.setdefault(artist_key, _Tally()).add(track.artist or "", "", _artist_mbid(track))
        if album_key:
            mbid, owner = _album_mbid(track), _owner(track)
            albums.setdefault(album_key, _Tally()).add(track.album or "", owner, mbid)
            if mbid is not None:
                albums.setdefault(mbid, _Tally(is_alias=True)).add(track.album or "", owner, mbid)
        if title_key:
            titles.setdefault(title_key, _Tally()).add(track.title or "", track.artist or "", None)
    for key, mbids in known.items():
        if key in artists:
            artists[key].mbids.update(mbids)
    return Catalogue(artists, albums, titles)


def question(subject: Subject, source: Source) -> str | None:
    """Text under which the answer of a source is kept; None where it cannot be asked.

    Last.fm knows names only: it cannot tell artists of one name apart, nor find an album that belongs to nobody.
    MusicBrainz is not asked for tracks.
    """
    if source == "tags" or not _askable(subject.name):
        return None
    if subject.entity == "artist":
        if source == "lastfm" and subject.shared:
            return None
        key = _key(subject.name)
        return key if subject.mbid is None else f"{key} {subject.mbid}"
    if source == "musicbrainz" and (subject.mbid is not None or subject.entity == "track"):
        return subject.mbid
    return f"{_key(subject.artist)} {_key(subject.name)}" if _askable(subject.artist) else None


def person_key(entity: Entity, artist: str, title: str = "") -> str:
    """Under which a person's word is kept: about an artist, or about an album or a track of one.

    An album of nobody (a compilation) has "Various Artists" or nothing in the place of the artist.
    """
    by = "" if is_nobody(artist) else _key(artist)
    return by if entity == "artist" else f"{by} {_key(title)}"


def is_nobody(name: str | None) -> bool:
    """Whether a name is blank or says that there is no one artist ("Various Artists")."""
    said = (name or "").strip()
    return not said or said.casefold() in _NOBODYS_NAMES or _key(said) in _NOBODY


class _Tally:
    """Spellings, owners and identifiers of one name, and how many tracks have each."""

    __slots__ = ("is_alias", "mbids", "owner_keys", "owners", "spellings", "tracks")

    def __init__(self, *, is_alias: bool = False) -> None:
        self.spellings: Counter[str] = Counter()
        self.owners: Counter[str] = Counter()
        self.owner_keys: set[str] = set()
        self.mbids: Counter[str] = Counter()
        self.tracks: Counter[str | None] = Counter()
        self.is_alias = is_alias

    def add(self, name: str, owner: str, mbid: str | None) -> None:
        self.spellings[_askable(name)] += 1
        self.owners[_askable(owner)] += 1
        self.owner_keys.add(_key(owner))
        if mbid is not None:
            self.mbids[mbid] += 1
        if not self.is_alias:
            self.tracks[mbid] += 1

    def spelling(self) -> str:
        return _most(self.spellings)

    def owner(self) -> str:
        return _most(self.owners)


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda text: (-counts[text], text))


def _with_mbid(entity: Entity, key: str, tally: _Tally, mbid: str | None) -> Subject:
    """The one of this name that a track means which has `mbid` in its tags."""
    name, owner = tally.spelling(), tally.owner()
    if len(tally.mbids) == 1:
        return Subject(entity, key, name, owner, next(iter(tally.mbids)))
    shared = len(tally.mbids) > 1
    return Subject(entity, key if mbid is None else f"{key} {mbid}", name, owner, mbid, shared)


def _keys(track: Named) -> tuple[str, str, str]:
    """Keys of artist, album and track; empty where there is none."""
    artist = "" if is_nobody(track.artist) else _key(track.artist or "")
    album, title = _key(track.album or ""), _key(track.title or "")
    owner = _key(_owner(track))
    # A compilation without an identifier may be any of its name.
    known_album = bool(album) and (bool(owner) or _album_mbid(track) is not None)
    return artist, f"{owner} {album}" if known_album else "", f"{artist} {title}" if artist and title else ""


def _owner(track: Named) -> str:
    owner = track.album_artist if (track.album_artist or "").strip() else track.artist
    return "" if is_nobody(owner) else owner or ""


def _artist_mbid(track: Named) -> str | None:
    return _mbid_beside(track.artist, track.musicbrainz.get("artist"))


def _album_mbid(track: Named) -> str | None:
    return as_mbid(track.musicbrainz.get("release_group"))


def _mbid_beside(name: str | None, mbid: str | None) -> str | None:
    given = as_mbid(mbid)
    return None if given is None or given in _NOBODYS_MBIDS or _members(name or "") else given


_key = lru_cache(maxsize=1 << 16)(name_key)
_askable = lru_cache(maxsize=1 << 16)(askable)
_members = lru_cache(maxsize=1 << 14)(members)
