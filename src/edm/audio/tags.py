"""A file's tags, whatever their kind: `read_tags`.

Each kind of tag (ID3, Vorbis comments, MP4 atoms, ASF attributes, APEv2) is first brought to one table, field to texts,
by a table of its names; MusicBrainz identifiers are found where MusicBrainz Picard writes them. What the texts mean is
said in `edm.audio.tag_values`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from edm.audio.containers import container_of
from edm.audio.tag_values import parse_bpm, parse_uuid, parse_year, split_genres
from edm.model import Tags

__all__ = ["read_tags"]

# What mutagen lets through from broken tags, beside its own error.
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, EOFError)

_MUSICBRAINZ = ("track", "recording", "release", "release_group", "artist", "album_artist")

# Field to names, the better ones first. A decimal BPM in a free field is more exact than the whole number beside it.
_ID3_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("TIT2",),
    "artist": ("TPE1",),
    "album": ("TALB",),
    "album_artist": ("TPE2",),
    "year": ("TDRC", "TYER", "TDRL", "TDOR"),
    "genre": ("TCON",),
    "bpm": ("TXXX:BPM", "TBPM", "TXXX:TEMPO"),
    "key": ("TKEY", "TXXX:INITIALKEY", "TXXX:KEY"),
    "track": ("TXXX:MUSICBRAINZ RELEASE TRACK ID",),
    "recording": ("UFID:HTTP://MUSICBRAINZ.ORG", "TXXX:MUSICBRAINZ TRACK ID"),
    "release": ("TXXX:MUSICBRAINZ ALBUM ID",),
    "release_group": ("TXXX:MUSICBRAINZ RELEASE GROUP ID",),
    "artist_id": ("TXXX:MUSICBRAINZ ARTIST ID",),
    "album_artist_id": ("TXXX:MUSICBRAINZ ALBUM ARTIST ID",),
}
_VORBIS_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("TITLE",),
    "artist": ("ARTIST",),
    "album": ("ALBUM",),
    "album_artist": ("ALBUMARTIST", "ALBUM ARTIST", "ALBUM_ARTIST"),
    "year": ("DATE", "YEAR", "ORIGINALDATE", "ORIGINALYEAR"),
    "genre": ("GENRE",),
    "bpm": ("BPM", "TBPM", "TEMPO"),
    "key": ("INITIALKEY", "INITIAL KEY", "KEY"),
    "track": ("MUSICBRAINZ_RELEASETRACKID",),
    "recording": ("MUSICBRAINZ_TRACKID",),
    "release": ("MUSICBRAINZ_ALBUMID",),
    "release_group": ("MUSICBRAINZ_RELEASEGROUPID",),
    "artist_id": ("MUSICBRAINZ_ARTISTID",),
    "album_artist_id": ("MUSICBRAINZ_ALBUMARTISTID",),
}
_MP4_FREE = "----:COM.APPLE.ITUNES:"
_MP4_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("©NAM",),
    "artist": ("©ART",),
    "album": ("©ALB",),
    "album_artist": ("AART",),
    "year": ("©DAY",),
    "genre": ("©GEN",),
    "bpm": (_MP4_FREE + "BPM", _MP4_FREE + "TEMPO", "TMPO"),
    "key": (_MP4_FREE + "INITIALKEY", _MP4_FREE + "KEY"),
    "track": (_MP4_FREE + "MUSICBRAINZ RELEASE TRACK ID",),
    "recording": (_MP4_FREE + "MUSICBRAINZ TRACK ID",),
    "release": (_MP4_FREE + "MUSICBRAINZ ALBUM ID",),
    "release_group": (_MP4_FREE + "MUSICBRAINZ RELEASE GROUP ID",),
    "artist_id": (_MP4_FREE + "MUSICBRAINZ ARTIST ID",),
    "album_artist_id": (_MP4_FREE + "MUSICBRAINZ ALBUM ARTIST ID",),
}
_ASF_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("TITLE",),
    "artist": ("AUTHOR", "WM/AUTHOR"),
    "album": ("WM/ALBUMTITLE",),
    "album_artist": ("WM/ALBUMARTIST",),
    "year": ("WM/YEAR", "WM/ORIGINALRELEASEYEAR"),
    "genre": ("WM/GENRE",),
    "bpm": ("BPM", "WM/BEATSPERMINUTE"),
    "key": ("WM/INITIALKEY",),
    "track": ("MUSICBRAINZ/RELEASE TRACK ID",),
    "recording": ("MUSICBRAINZ/TRACK ID",),
    "release": ("MUSICBRAINZ/ALBUM ID",),
    "release_group": ("MUSICBRAINZ/RELEASE GROUP ID",),
    "artist_id": ("MUSICBRAINZ/ARTIST ID",),
    "album_artist_id": ("MUSICBRAINZ/ALBUM ARTIST ID",),
}


def read_tags(path: Path) -> Tags:
    """What a file says of itself.

    Parameters
    ----------
    path
        Any audio file; content decides how it is read, not the suffix.

    Returns
    -------
    Tags
        Empty for a file without tags, with tags too broken to read, or that is not there: never an error. Several
        artists are joined by a comma, of several titles the first is taken.
    """
    from mutagen import MutagenError

    try:
        with Path(path).open("rb") as file:
            reader = _READERS.get(_kind_of(file) or "")
            if reader is None:
                return Tags()
            file.seek(0)
            return _understood(*reader(file))
    except (MutagenError, struct.error, *_BROKEN):
        return Tags()


_Texts = Mapping[str, list[str]]
_Names = Mapping[str, tuple[str, ...]]


def _understood(texts: _Texts, names: _Names) -> Tags:
    def all_of(field: str) -> list[str]:
        """Texts of the first name that has any, then of the others."""
        return [text for name in names[field] for text in texts.get(name, [])]

    def first(field: str, understand: Callable[[str], Any]) -> Any:
        return next((value for text in all_of(field) if (value := understand(text)) is not None), None)

    def artists(field: str) -> str | None:
        for name in names[field]:
            parts = [clean for text in texts.get(name, []) for part in text.split("\0") if (clean := _clean(part))]
            if parts:
                return ", ".join(dict.fromkeys(parts))
        return None

    ids = {
        name: identifier
        for name in _MUSICBRAINZ
        if (identifier := first({"artist": "artist_id", "album_artist": "album_artist_id"}.get(name, name), parse_uuid))
    }
    return Tags(
        title=first("title", _clean),
        artist=artists("artist"),
        album=first("album", _clean),
        album_artist=artists("album_artist"),
        year=first("year", parse_year),
        genres=split_genres(all_of("genre")),
        bpm=first("bpm", parse_bpm),
        key=first("key", _clean),
        musicbrainz=ids,
    )


def _clean(text: str) -> str | None:
    return " ".join(text.split("\0")[0].split()) or None


def _kind_of(file: BinaryIO) -> str | None:
    """Container, with the codec where an Ogg file's tags depend on it."""
    container = container_of(file)
    if container != "ogg":
        return container
    # The first page holds nothing but the codec's header.
    head = file.read(64)
    codecs = {b"OpusHead": "opus", b"\x01vorbis": "vorbis", b"\x7fFLAC": "oggflac"}
    return next((codec for magic, codec in codecs.items() if magic in head), None)


def _id3(file: BinaryIO) -> tuple[_Texts, _Names]:
    from mutagen.id3 import ID3NoHeaderError

    try:
        return _id3_texts(_mutagen("id3", "ID3", file)), _ID3_NAMES
    except ID3NoHeaderError:
        file.seek(0)
        # Named as in Vorbis comments.
        return _texts(_mutagen("apev2", "APEv2", file).items()), _VORBIS_NAMES


def _id3_in_chunk(module: str, kind: str) -> Callable[[BinaryIO], tuple[_Texts, _Names]]:
    def read(file: BinaryIO) -> tuple[_Texts, _Names]:
        frames = _mutagen(module, kind, file).tags
        return (_id3_texts(frames) if frames is not None else {}), _ID3_NAMES

    return read


def _comments(module: str, kind: str, names: _Names) -> Callable[[BinaryIO], tuple[_Texts, _Names]]:
    def read(file: BinaryIO) -> tuple[_Texts, _Names]:
        tags = _mutagen(module, kind, file).tags
        # Vorbis comments are a list of pairs, the others mappings; both have items.
        return _texts(tags.items() if tags is not None else ()), names

    return read


def _mutagen(module: str, kind: str, file: BinaryIO) -> Any:
    from importlib import import_module

    return getattr(import_module(f"mutagen.{module}"), kind)(file)


def _id3_texts(frames: Any) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for name, frame in frames.items():
        if name == "TCON":
            # Knows the numbers of ID3v1: "(17)" is Rock.
            values = list(frame.genres)
        elif name.startswith("UFID:"):
            values = [frame.data.decode("ascii", "replace")]
        elif hasattr(frame, "text"):
            values = [str(text) for text in frame.text]
        else:
            continue
        texts.setdefault(name.upper(), []).extend(values)
    return texts


def _texts(items: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for name, values in items:
        several = values if isinstance(values, (list, tuple)) else [values]
        for value in several:
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            texts.setdefault(name.upper(), []).append(text)
    return texts


_READERS: dict[str, Callable[[BinaryIO], tuple[_Texts, _Names]]] = {
    "mp3": _id3,
    "adts": _id3,
    "wav": _id3_in_chunk("wave", "WAVE"),
    "aiff": _id3_in_chunk("aiff", "AIFF"),
    "flac": _comments("flac", "FLAC", _VORBIS_NAMES),
    "vorbis": _comments("oggvorbis", "OggVorbis", _VORBIS_NAMES),
    "opus": _comments("oggopus", "OggOpus", _VORBIS_NAMES),
    "oggflac": _comments("oggflac", "OggFLAC", _VORBIS_NAMES),
    "mp4": _comments("mp4", "MP4", _MP4_NAMES),
    "asf": _comments("asf", "ASF", _ASF_NAMES),
}
