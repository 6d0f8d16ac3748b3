"""Who a track is by, and which title it is a version of.

Artists are known by `edm.artifacts.rows.artist_key`. A name that joins several ("A & B", "A vs. B", "A feat. B",
"A, B and C") is that name and each of its parts: tracks are by one artist if any of these is the same. That takes
"Above & Beyond" apart as well, which costs nothing: all of its tracks are taken apart alike.

A version of a title is what is left without remarks in brackets or after a dash that say which version it is:
"Title (Original Mix)", "Title [X Remix]", "Title - Radio Edit" and "Title" are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

from edm.artifacts.rows import artist_key

__all__ = ["artist_keys", "base_title", "is_nobody"]

# What programs write where an artist is not known, or not one; as `artist_key` makes them.
_NOBODY = frozenset({"unknown artist", "[unknown]", "various artists", "various", "va", "v.a."})

_JOINED = re.compile(
    r"\s*(?:,|;|/|\||\+|&)\s*|\s+(?:and|vs\.?|versus|with|x|×|feat\.?|ft\.?|featuring|pres\.?|presents)\s+|\s+b2b\s+"
)
_GUEST = re.compile(r"(?:^|[\s(\[])(?:feat|ft|featuring)\.?\s+([^)\]]+)")
_REMARK = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_DASH = re.compile(r"\s+[-–—]\s+([^-–—]+)$")
_VERSION = re.compile(
    r"\b(?:mix|remix|rmx|edit|version|remaster(?:ed)?|rework|bootleg|dub|instrumental|acapella|acappella|vip|live|demo"
    r"|extended|original|radio|club|flip|refix|re-?edit|mono|stereo|bonus|explicit|clean|reprise|mashup|album|single|take)\b"
)
_FEATURED = re.compile(r"\s(?:feat|ft|featuring)\.?\s.*$")


def artist_keys(artist: str, title: str = "", *, aliases: Mapping[str, str] | None = None) -> frozenset[str]:
    """Names by which tracks are known to be by one artist; none for a track without one, or by "Various Artists".

    Parameters
    ----------
    title
        Guests may stand there.
    aliases
        Another name and the name it stands for, both as `artist_key` makes them.
    """
    whole = _folded(artist)
    names = [whole, *_JOINED.split(whole.replace("(", " ").replace(")", " "))]
    guests = _GUEST.search(_folded(title))
    if guests is not None and whole:
        names += _JOINED.split(guests[1])
    keys = {artist_key(name) for name in names}
    known = aliases or {}
    return frozenset(known.get(key, key) for key in keys if key and key not in _NOBODY)


def is_nobody(artist: str) -> bool:
    """Whether there is no name, or one that stands for anybody: two of these are not by one artist."""
    key = artist_key(artist)
    return not key or key in _NOBODY


def base_title(title: str) -> str:
    """What versions of one title share; empty for a title without anything in it.

    The base of a base is itself.
    """
    before, base = None, _folded(title)
    while base != before:
        before = base
        for remark in reversed(list(_REMARK.finditer(base))):
            if _says_version(remark[1]):
                base = (base[: remark.start()] + " " + base[remark.end() :]).strip()
        dash = _DASH.search(base)
        if dash is not None and _says_version(dash[1]):
            base = base[: dash.start()]
        base = " ".join(_FEATURED.sub("", base).split())
    # A title that is all remark, "(Live)", is that.
    return base or " ".join(_folded(title).split())


def _says_version(remark: str) -> bool:
    return _VERSION.search(remark) is not None or _FEATURED.search(f" {remark} ") is not None


def _folded(text: str) -> str:
    return " ".join(normalize("NFKC", normalize("NFKC", text).casefold()).split())
