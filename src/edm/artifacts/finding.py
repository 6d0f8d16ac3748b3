"""One thing that a check looked at."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its name, whether it is as it should be, and what was seen."""

    name: str
    ok: bool
    seen: str
