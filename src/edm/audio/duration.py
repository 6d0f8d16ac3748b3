"""How long a track is, by its headers: no sound is decoded."""

from __future__ import annotations

from pathlib import Path

__all__ = ["header_duration_s"]


def header_duration_s(path: Path) -> float | None:
    """Seconds that the file claims to last, more than 0; None where it cannot be read or says nothing.

    The length of an mp3 without a header of its own is an estimate by bit rate.
    """
    import mutagen

    try:
        file = mutagen.File(path)
    except (mutagen.MutagenError, OSError, ValueError, LookupError, TypeError, ArithmeticError, EOFError):
        # Broken headers break mutagen in as many ways.
        return None
    length = getattr(getattr(file, "info", None), "length", None)
    return float(length) if isinstance(length, int | float) and 0 < length < float("inf") else None
