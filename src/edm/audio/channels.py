"""Which channel of a file is which, where libsndfile decodes it and does not say.

The orders are those that the formats prescribe: WAVE and FLAC (Microsoft's order; RFC 9639, section 9.1.3), Vorbis
(Vorbis I, section 4.3.9) and Opus (RFC 7845, section 5.1.1.2, the same).
"""

from __future__ import annotations

__all__ = ["channel_names"]

_FRONT = {1: ("FC",), 2: ("FL", "FR")}
_WAVE = _FRONT | {6: ("FL", "FR", "FC", "LFE", "BL", "BR")}
_FLAC = _WAVE | {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
_VORBIS = _FRONT | {
    3: ("FL", "FC", "FR"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FC", "FR", "BL", "BR"),
    6: ("FL", "FC", "FR", "BL", "BR", "LFE"),
    7: ("FL", "FC", "FR", "SL", "SR", "BC", "LFE"),
    8: ("FL", "FC", "FR", "SL", "SR", "BL", "BR", "LFE"),
}
# A WAVE file of four channels may be anything; of six it is nearly always this.
_ORDERS = {"wav": _WAVE, "wavex": _WAVE, "rf64": _WAVE, "w64": _WAVE, "flac": _FLAC, "ogg": _VORBIS}


def channel_names(container: str, count: int) -> tuple[str, ...]:
    """FFmpeg's short names of ``count`` channels, in order; "" each where the format leaves it open.

    Parameters
    ----------
    container
        libsndfile's word for the format, in small letters.
    count
        How many channels; 1 or more.
    """
    return _ORDERS.get(container, _FRONT).get(count, ("",) * count)
