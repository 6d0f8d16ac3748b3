"""The frames of an mp3: how long its header says it is, and whether it is whole frames from front to back.

A frame of layer III starts with four bytes: eleven ones, version, layer, bit rate, sample rate, padding, channel mode.
The first one may hold no sound but a Xing (or "Info") or VBRI header with the number of frames.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from edm.audio.containers import skip_id3

__all__ = ["is_seamless", "mp3_promised_s"]

_BLOCK_BYTES = 1 << 20
_ID3V1_BYTES = 128
# Bit rates in kbit/s by index; index 0 is "free", 15 is forbidden.
_KBPS_V1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBPS_V2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
# By version bits: 3 is MPEG 1, 2 is MPEG 2, 0 is MPEG 2.5; 1 is forbidden.
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class _FirstFrame:
    offset: int
    header: bytes
    version: int
    rate_hz: int
    mono: bool
    frames: int | None
    stream_bytes: int | None

    @property
    def samples_per_frame(self) -> int:
        return 1152 if self.version == 3 else 576


def mp3_promised_s(file: BinaryIO) -> float | None:
    """Seconds that the header in the first frame promises, the encoder's padding included; None without one."""
    first = _first_frame(file)
    if first is None or not first.frames:
        return None
    return first.frames * first.samples_per_frame / first.rate_hz


def is_seamless(file: BinaryIO) -> bool:
    """Whether a file is frames of one kind without a gap, between an ID3v2 tag and an ID3v1 tag at most.

    libsndfile's decoder reads such files without a complaint, and complains about others on stderr.
    """
    first = _first_frame(file)
    if first is None:
        return False
    size = file.seek(0, os.SEEK_END)
    if size >= _ID3V1_BYTES:
        file.seek(size - _ID3V1_BYTES)
        if file.read(3) == b"TAG":
            size -= _ID3V1_BYTES
    stream_bytes = size - first.offset
    # It also complains where a Xing header is off by more than 1 %.
    if first.stream_bytes and abs(first.stream_bytes - stream_bytes) > 0.009 * stream_bytes:
        return False
    return _end_of_frames(file, first) == size


def _end_of_frames(file: BinaryIO, first: _FirstFrame) -> int:
    """Offset behind the last of the frames that follow each other from the first one on."""
    lengths = _frame_lengths(first)
    # Version and layer, but not the protection bit.
    kind = first.header[1] & 0xFE
    at, block, index = first.offset, b"", 0
    while True:
        if index + 4 > len(block):
            at += index
            file.seek(at)
            block, index = file.read(_BLOCK_BYTES), 0
            if len(block) < 4:
                return at
        if block[index] != 0xFF or block[index + 1] & 0xFE != kind or (block[index + 3] >> 6 == 3) != first.mono:
            return at + index
        length = lengths[block[index + 2]]
        if not length:
            return at + index
        index += length


def _frame_lengths(first: _FirstFrame) -> list[int]:
    """Length in bytes of a frame by the third byte of its header; 0 for a byte that does not belong here."""
    kbps = _KBPS_V1 if first.version == 3 else _KBPS_V2
    rate_bits = first.header[2] & 0x0C
    lengths = []
    for byte in range(256):
        bytes_per_frame = first.samples_per_frame // 8 * 1000 * kbps[byte >> 4] // first.rate_hz
        fits = bytes_per_frame and byte & 0x0C == rate_bits
        lengths.append(bytes_per_frame + (byte >> 1 & 1) if fits else 0)
    return lengths


def _first_frame(file: BinaryIO) -> _FirstFrame | None:
    offset = skip_id3(file)
    file.seek(offset)
    head = file.read(4096)
    # Some writers leave zeros between tag and music.
    stripped = head.lstrip(b"\0")
    offset += len(head) - len(stripped)
    head = stripped
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, rate_index = (head[1] >> 3) & 3, (head[2] >> 2) & 3
    if version not in _RATES_HZ or rate_index == 3:
        return None
    mono = head[3] >> 6 == 3
    frames, stream_bytes = _frame_count(head, version=version, mono=mono)
    return _FirstFrame(offset, head[:4], version, _RATES_HZ[version][rate_index], mono, frames, stream_bytes)


def _frame_count(head: bytes, *, version: int, mono: bool) -> tuple[int | None, int | None]:
    """Number of frames and of bytes that a Xing or VBRI header tells."""
    side_info = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    xing, vbri = head[4 + side_info :], head[36:]
    try:
        if xing[:4] in (b"Xing", b"Info"):
            flags = struct.unpack(">4xI", xing[:8])[0]
            values = struct.unpack(">II", xing[8:16])
            frames = values[0] if flags & 1 else None
            stream_bytes = values[1 if flags & 1 else 0] if flags & 2 else None
            return frames, stream_bytes
        if vbri[:4] == b"VBRI":
            stream_bytes, frames = struct.unpack(">10xII", vbri[:18])
            return frames, stream_bytes
    except struct.error:
        pass
    return None, None
