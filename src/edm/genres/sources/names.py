"""Names as they are asked for, as they are compared, and who stands in one.

Comparing is for telling another entity's answer from ours: spelling, accents and punctuation do not matter, words do.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["askable", "members", "name_key"]

# A name longer than this is a mistake in the tags; services answer it with an error.
_LONGEST_NAME = 1000
# Letters that are one piece in Unicode, as people type them without the key for it.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_SEPARATORS = re.compile(
    r"""
      \s+ (?: & | \+ | / | x | × | and | with | meets | b2b | vs\.? | versus | pres\.? | presents
            | feat\.? | ft\.? | featuring ) \s+
    | \s* [(\[] \s* (?: feat\.? | ft\.? | featuring | with | vs\.? ) \s+
    | \s* ; \s*
    | \s* 、 \s*
    # Not "Harry Connick, Jr.", not "Prodigy, The", not "10,000 Maniacs".
    | \s* , \s+ (?! (?: jr | sr | inc | ltd | the )\b )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LEADING_AND = re.compile(r"^(?:and|&)\s+", re.IGNORECASE)


def askable(name: str) -> str:
    """`name` as a service understands it: NFC, one space between words, no control characters.

    Returns
    -------
    str
        Empty where there is nothing to ask for: blank, or longer than 1000 characters.
    """
    # Half a surrogate pair stands for a byte that no encoding knew.
    whole = name.encode("utf-8", "replace").decode("utf-8")
    kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in whole)
    asked = " ".join(unicodedata.normalize("NFC", kept).split())
    return asked if len(asked) <= _LONGEST_NAME else ""


def name_key(name: str) -> str:
    """What two spellings of one name have in common.

    Case, width, accents of Latin letters, punctuation, spaces, a leading "the" and the difference between "&" and
    "and" are gone; symbols that make a name ("+", "$") and all other scripts stay. Idempotent.

    Returns
    -------
    str
        Empty only for a blank name: one of nothing but punctuation ("!!!") stays as it is.
    """
    key = _folded(name)
    # Taking a space out can bring a letter and an accent together, which is an accented letter then.
    while (again := _folded(key)) != key:
        key = again
    return key


def members(name: str) -> tuple[str, ...]:
    """Who a name that joins several names consists of, in order.

    "A & B feat. C", "A x B", "A vs. B", "A, B and C" and their like. A band may be called so ("Simon & Garfunkel"):
    ask for the whole name first.

    Returns
    -------
    tuple of str
        Two or more different names; empty for a name that joins nothing ("AC/DC").
    """
    parts = _SEPARATORS.split(askable(name))
    found: dict[str, str] = {}
    for part in parts:
        # A bracket that opened before "feat." closes here.
        bare = part.strip()
        for opening, closing in ("()", "[]"):
            if bare.endswith(closing) and bare.count(closing) > bare.count(opening):
                bare = bare[:-1].strip()
        bare = _LEADING_AND.sub("", bare).strip(" ,")
        if bare:
            found.setdefault(name_key(bare), bare)
    return tuple(found.values()) if len(found) > 1 else ()


def _folded(name: str) -> str:
    plain = " ".join(_plain(name).replace("&", " and ").split())
    words = "".join(c if _is_kept(c) else " " if c in " /-_,;:–—" else "" for c in plain).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return "".join(words) or plain.replace(" ", "")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_PLAIN_LETTERS)
    kept: list[str] = []
    for c in unicodedata.normalize("NFD", folded):
        # Elsewhere a mark makes another letter (が and か, й and и).
        if unicodedata.combining(c) and kept and ("a" <= kept[-1] <= "z"):
            continue
        kept.append(c)
    return unicodedata.normalize("NFKC", "".join(kept))


def _is_kept(c: str) -> bool:
    return unicodedata.category(c)[0] in "LNMS"
