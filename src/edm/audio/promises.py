"""How long a file says it is, read from its headers without decoding, to tell a whole file from one cut off.

Decoders trim what they promise to what is there (libsndfile for wav and aiff) or guess it from the file's size, so the
headers are read here. Each reader takes an open file and returns seconds, or None where nothing exact is promised.
Broken headers promise nothing: the decoder says what is wrong with them.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from typing import BinaryIO

from edm.audio.containers import skip_id3
from edm.audio.mpeg import mp3_promised_s

__all__ = ["ogg_ending", "promised_s"]

# Length fields that mean "not known", as programs that write into a pipe leave them.
_UNKNOWN_LENGTHS = {0, 0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0x80000000}
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
# An Ogg page is at most 65 307 bytes long.
_OGG_PAGE_BYTES = 65_307


def promised_s(file: BinaryIO, container: str | None) -> float | None:
    """Length in seconds that the headers of ``file`` promise, to the sample; None where they do not."""
    reader = _READERS.get(container or "")
    if reader is None:
        return None
    try:
        return reader(file)
    except (struct.error, IndexError, ValueError, ZeroDivisionError, OverflowError):
        return None


def ogg_ending(file: BinaryIO) -> str:
    """How an Ogg file ends: ``closed``, ``open`` (no page says that it is the last) or ``cut`` (in mid-page)."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 2 * _OGG_PAGE_BYTES)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0:
        return "open"
    head = tail[at : at + 27]
    if len(head) < 27 or len(tail) < at + 27 + head[26]:
        return "cut"
    segments = tail[at + 27 : at + 27 + head[26]]
    if at + 27 + len(segments) + sum(segments) > len(tail):
        return "cut"
    return "closed" if head[5] & 0x04 else "open"


def _wav_s(file: BinaryIO) -> float | None:
    file.seek(0)
    magic = file.read(12)[:4]
    order = ">" if magic == b"RIFX" else "<"
    byte_rate, long_size = 0, None
    while True:
        name, size = struct.unpack(order + "4sI", file.read(8))
        if name == b"ds64":
            long_size = struct.unpack("<8xQ", file.read(16))[0]
            file.seek(size - 16 + size % 2, os.SEEK_CUR)
        elif name == b"fmt ":
            code, channels, rate, byte_rate, _, bits = struct.unpack(order + "HHIIHH", file.read(16))
            if code in (1, 3):
                # Writers get the rate in bytes wrong, nobody notices.
                byte_rate = channels * rate * (-(-bits // 8))
            file.seek(size - 16 + size % 2, os.SEEK_CUR)
        elif name == b"data":
            if size == 0xFFFFFFFF and long_size is not None:
                size = long_size
            return None if size in _UNKNOWN_LENGTHS else size / byte_rate
        else:
            file.seek(size + size % 2, os.SEEK_CUR)


def _aiff_s(file: BinaryIO) -> float | None:
    file.seek(12)
    while True:
        name, size = struct.unpack(">4sI", file.read(8))
        if name == b"COMM":
            frames, exponent, mantissa = struct.unpack(">2xI2xHQ", file.read(18))
            # An 80-bit float: sign and exponent, then 64 bits with the leading one.
            rate = mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63)
            return None if frames in _UNKNOWN_LENGTHS else frames / rate
        file.seek(size + size % 2, os.SEEK_CUR)


def _flac_s(file: BinaryIO) -> float | None:
    file.seek(skip_id3(file) + 8)
    packed = struct.unpack(">10xQ", file.read(18))[0]
    rate, frames = packed >> 44, packed & 0xFFFFFFFFF
    return frames / rate if frames else None


def _asf_s(file: BinaryIO) -> float | None:
    file.seek(0)
    head = file.read(8192)
    at = head.find(_ASF_FILE_PROPERTIES)
    if at < 0:
        return None
    # Behind GUID, size, file id, file size, date and packet count: play time in 100 ns, and the preroll in it in ms.
    play, _, preroll_ms, flags = struct.unpack("<QQQI", head[at + 64 : at + 92])
    broadcast = flags & 1
    return None if broadcast or not play else play / 1e7 - preroll_ms / 1e3


_READERS: dict[str, Callable[[BinaryIO], float | None]] = {
    "wav": _wav_s,
    "aiff": _aiff_s,
    "flac": _flac_s,
    "mp3": mp3_promised_s,
    "asf": _asf_s,
}
