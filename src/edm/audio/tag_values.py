"""What people and programs write into tags, understood: tempo, year, genres, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["MAX_TAG_BPM", "MIN_TAG_BPM", "parse_bpm", "parse_uuid", "parse_year", "split_genres"]

MIN_TAG_BPM = 20.0
MAX_TAG_BPM = 400.0

# A number, with at most a few signs before it ("~", "ca. ", "BPM: ") and anything but digits right behind it.
_NUMBER = re.compile(r"[^\d\-]{0,5}(\d{1,8})(?:[.,](\d+))?(?:\D.*)?", re.DOTALL)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|2[01]\d\d)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# A bare slash or comma belongs to names ("R&B/Soul", "Folk, World, & Country").
_GENRE_SEPARATOR = re.compile(r"\0|;|\s+/\s+")


def parse_bpm(text: str) -> float | None:
    """Tempo that a tag's text means; None for none, for 0 and for anything outside of 20 to 400.

    A comma may stand for the point, words may follow ("128 BPM"), and a whole number of four digits or more has lost
    its point: 1745 is 174.5, 14525 is 145.25.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    whole, fraction = match.groups()
    bpm = float(f"{whole}.{fraction or 0}")
    if fraction is None and bpm >= 1000:
        while bpm > MAX_TAG_BPM:
            bpm /= 10
    return round(bpm, 6) if MIN_TAG_BPM <= bpm <= MAX_TAG_BPM else None


def parse_year(text: str) -> int | None:
    """Year in a date, wherever it stands in it ("2019-05-01", "1.5.2019"); None without one from 1500 to 2199."""
    match = _YEAR.search(text)
    return int(match[1]) if match else None


def parse_uuid(text: str) -> str | None:
    """MusicBrainz identifier in ``text``, in lower case; None without one."""
    match = _UUID.search(text)
    return match[0].lower() if match else None


def split_genres(texts: Iterable[str]) -> tuple[str, ...]:
    """Genres of a list of tags, split where a NUL, a semicolon or a slash between spaces stands, each once."""
    genres: dict[str, str] = {}
    for text in texts:
        for part in _GENRE_SEPARATOR.split(text):
            genre = " ".join(part.split())
            if genre:
                genres.setdefault(genre.casefold(), genre)
    return tuple(genres.values())
