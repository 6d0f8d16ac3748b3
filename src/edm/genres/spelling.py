"""One key for all spellings of a phrase: what two tags are compared by.

A key holds letters and digits only, in lower case, without accents and blanks; ``and`` stands for every way to join
two words ("&", "+", "n", "'n'"), ``/`` for every separator. "Drum & Bass", "drum-n-bass" and "DRUM AND BASS" share the
key ``drumandbass``. Blanks are gone, so that "hip hop" is "hiphop"; separators are kept, so that "acid / house" is not
"acid house".

All functions are pure and never fail, whatever the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["AND", "SLASH", "entries", "joined", "key_of", "key_of_words", "tidy", "words"]

AND = "and"
SLASH = "/"

# Letters that no decomposition takes apart.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    | {chr(code): None for code in range(0x300, 0x370)}
)
_QUOTES = str.maketrans(dict.fromkeys("’‘‛ʼʻ`´′ʹ", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
# Control signs, zero-width signs and the marks that say how the sign before is drawn.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
_BLANKS = re.compile(r"\s+")
_JOINED_N = re.compile(r"(?<=\w)\s*(?:'n'|'n(?=\s)|(?<=\s)n')\s*(?=\w)")
_JOINER = re.compile(r"\s*[&+]\s*")
# Vowel signs of Hebrew, Arabic, the Indic scripts and Thai are part of their words, though no letters.
_WORD = re.compile(r"/|(?:[^\W_]|[\u0591-\u05c7\u064b-\u0655\u0900-\u0dff\u0e31-\u0e4e\u3099\u309a])+")
# Signs that set the entries of a list apart. A dash does so between blanks or tripled, a full stop never.
_SEPARATOR = re.compile(r"[/\\|;,<>•·●→»«#()\[\]{}、，；／｜・:]+|\s-+\s|---?")


def tidy(text: str) -> str:
    """``text`` in compatibility form and lower case, with plain quotes and dashes, one blank where there were several.

    Tidying a tidy text changes nothing. What cannot be seen becomes a blank, a line break or a NUL a separator.
    """
    text = re.sub(r"[\n\r\0\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+", ";", text)
    if text.isascii():
        return _BLANKS.sub(" ", _INVISIBLE.sub(" ", text.lower().replace("`", "'"))).strip(" ;")
    for _ in range(4):  # a fixed point in two steps; the rare third one is for signs whose lower case is composed
        before = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).casefold())
        text = text.translate(_QUOTES).translate(_DASHES)
        text = _BLANKS.sub(" ", _INVISIBLE.sub(" ", text)).strip(" ;")
        if text == before:
            break
    return text


def words(text: str) -> tuple[str, ...]:
    """Words of a tidy text without accents, with ``and`` for all joiners and ``/`` for all separators.

    Joiners and separators at the edges are left out, and of several in a row one stays (a separator, where there is
    one).
    """
    plain = _SEPARATOR.sub(SLASH, text)
    plain = _JOINER.sub(" and ", plain)
    plain = _JOINED_N.sub(" and ", plain)
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", plain).translate(_PLAIN))
    found = _WORD.findall(plain.replace("'", ""))
    result: list[str] = []
    for place, word in enumerate(found):
        joins = word in (AND, SLASH) or (word == "n" and 0 < place < len(found) - 1)
        if not joins:
            result.append(word)
        elif result and result[-1] not in (AND, SLASH):
            result.append(SLASH if word == SLASH else AND)
        elif result and word == SLASH:
            result[-1] = SLASH
    while result and result[-1] in (AND, SLASH):
        result.pop()
    return tuple(result)


def key_of_words(parts: Sequence[str]) -> str:
    """Key of a phrase that `words` took apart."""
    return "".join(parts)


def key_of(text: str) -> str:
    """Key of any text; empty where it holds no letter and no digit."""
    return key_of_words(words(tidy(text)))


def entries(text: str) -> list[str]:
    """Entries of a tidy text that is a list, tidy themselves; those without a letter or digit are left out."""
    return [entry for entry in map(tidy, _SEPARATOR.split(text)) if words(entry)]


def joined(parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Words between the joiners, in order: ``("house",), ("techno",)`` of "house and techno"."""
    pieces: list[tuple[str, ...]] = []
    start = 0
    for place, word in enumerate((*parts, AND)):
        if word == AND:
            pieces.append(tuple(parts[start:place]))
            start = place + 1
    return [piece for piece in pieces if piece]
