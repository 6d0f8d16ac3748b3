"""One value of a row: numbers, tempos, shares, durations, as text or as JSON has them.

Each function takes the value, what it is called and where it stands ("refs.csv, row 3"), and raises `InputError` with
all three where it makes no sense. None and empty text are None: not given.
"""

from __future__ import annotations

import math
import re

from edm.errors import InputError
from edm.model.keys import KeyName, parse_key

__all__ = [
    "MAX_BPM",
    "as_text",
    "parse_bpm",
    "parse_duration",
    "parse_key_name",
    "parse_number",
    "parse_share",
    "shown",
]

MAX_BPM = 1000.0
"""More than that is no tempo, but another number in its place."""

# `float` takes more than people write: "1_000", "infinity", digits of other scripts.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
_NOT_FINITE = {"nan", "inf", "infinity"}
_SHOWN_LENGTH = 40
# What programs and people write where there is no key.
_NO_KEY = {"", "-", "?", "n", "x", "o", "none", "null", "n/a", "off", "atonal", "unknown", "no key"}


def parse_number(value: object, what: str, origin: str) -> float | None:
    """A finite number; also from text ("128.0")."""
    if isinstance(value, float):
        number = value
    elif value is None:
        return None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = float(value) if abs(value) < 1e300 else math.inf
    elif isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            number = float(text)
        elif text.lstrip("+-").lower() in _NOT_FINITE:
            number = math.nan
        else:
            hint = "write a point, not a comma" if _DECIMAL_COMMA.fullmatch(text) else None
            raise InputError(f"{origin}: {what} {shown(value)} is no number", hint=hint)
    else:
        raise InputError(f"{origin}: {what} {shown(value)} is no number")
    if not math.isfinite(number):
        raise InputError(f"{origin}: {what} {shown(value)} is not finite")
    return number


def parse_bpm(value: object, what: str, origin: str) -> float | None:
    """Beats per minute, more than 0 and at most `MAX_BPM`; None also for 0: no tempo."""
    bpm = parse_number(value, what, origin)
    if not bpm:
        return None
    if bpm < 0:
        raise InputError(f"{origin}: {what} {shown(value)} is negative", hint="0, or nothing, stands for no tempo")
    if bpm > MAX_BPM:
        raise InputError(f"{origin}: {what} {shown(value)} is more than {MAX_BPM:g}")
    return bpm


def parse_share(value: object, what: str, origin: str) -> float | None:
    """A number from 0 to 1."""
    share = parse_number(value, what, origin)
    if share is not None and not 0.0 <= share <= 1.0:
        hint = f"rename {what}, and it is kept as a field"
        raise InputError(f"{origin}: {what} {shown(value)} is not from 0 to 1", hint=hint)
    return share


def parse_duration(value: object, what: str, origin: str) -> float | None:
    """Seconds, more than 0; None also for 0: not known."""
    duration_s = parse_number(value, what, origin)
    if duration_s is not None and duration_s < 0:
        raise InputError(f"{origin}: {what} {shown(value)} is negative")
    return duration_s or None


def parse_key_name(value: object, what: str, origin: str) -> KeyName | None:
    """A key in any notation that `edm.model.keys.parse_key` reads; None also for "none", "-" and the like: no key."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(f"{origin}: {what} {shown(value)} is no key", hint='write it like "A minor", "Am" or "8A"')
    if value.strip().lower() in _NO_KEY:
        return None
    key = parse_key(value)
    if key is None:
        raise InputError(f"{origin}: {what} {shown(value)} is no key", hint='write it like "A minor", "Am" or "8A"')
    return key


def as_text(value: object) -> str | None:
    """A single value as a field's text; None for nothing, and for lists and objects, which are no fields."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return shown(value)
    return (value.strip() or None) if isinstance(value, str) else None


def shown(value: object) -> str:
    """A value for a message: on one line, and not too long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # A whole number of thousands of digits, or lists in lists without end.
        return "(too long to show)"
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"
