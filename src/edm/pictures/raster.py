"""SVG becomes PNG, by resvg: no browser, no library of the system."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["has_fonts", "to_png"]

_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="0" y="16">{}</text></svg>'


def to_png(svg: str) -> bytes:
    """A PNG of the SVG's own size. Its texts need fonts of the system: see `has_fonts`."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, sans_serif_family="DejaVu Sans"))


@lru_cache(maxsize=1)
def has_fonts() -> bool:
    """Whether texts can be drawn here: a machine without a screen may have no font at all."""
    return to_png(_PROBE.format("edm")) != to_png(_PROBE.format(""))
