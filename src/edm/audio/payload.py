"""Where in a file the audio is: what stays when somebody writes tags.

`payload_of` finds, by the headers alone, the bytes that hold sound, for every container that we read. A retag moves
them, renumbers them (Ogg) or puts other things around them, and leaves them as they are. Offsets are bytes from the
start of the file; a length that a header gives and the file does not have is cut to what is there.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from edm.audio.containers import container_of, skip_id3

__all__ = ["Payload", "payload_of"]

_MAX_CHUNKS = 4096  # of one file: a broken or hostile header must not keep us walking
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA_HEADER_BYTES = 50
_OGG_HEADER_BYTES = 27
# Granule positions of pages without audio: header pages have 0, pages on which no packet ends have -1.
_OGG_NO_AUDIO = (0, 0xFFFFFFFFFFFFFFFF)
_ID3V1_BYTES = 128
_ID3V1_EXTENDED_BYTES = 227
_APE_BYTES = 32  # of an APEv2 header or footer
_LYRICS3_V1_BYTES = 5100 + 11 + 9  # at most: text and both marks
# A terabyte; what damaged headers point at beyond it, some systems refuse to look for.
_FARTHEST = 1 << 40


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of a file that hold its sound.

    Attributes
    ----------
    extents
        Start and end of each stretch, in order, none empty.
    format
        Header bytes that say how to read them (FLAC's STREAMINFO, the format chunks of wav and aiff); may be empty.
    in_pages
        The stretches are Ogg pages, whose numbers and checksums a retag changes.
    """

    extents: tuple[tuple[int, int], ...]
    format: bytes = b""
    in_pages: bool = False

    @property
    def length(self) -> int:
        """Bytes of all stretches together."""
        return sum(end - start for start, end in self.extents)


def payload_of(file: BinaryIO) -> Payload:
    """Where the audio of an open file is; the whole file where the headers are broken or unknown.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    size = file.seek(0, os.SEEK_END)
    finder = _FINDERS.get(container_of(file) or "")
    if finder is not None:
        try:
            payload = finder(file, size)
        except (struct.error, IndexError, ValueError, OverflowError):
            payload = None
        if payload is not None and payload.length > 0:
            return payload
    return Payload(((0, size),) if size else ())


def _one(start: int, end: int, size: int, format: bytes = b"") -> Payload | None:
    end = min(end, size)
    return Payload(((start, end),), format) if start < end else None


def _mpeg(file: BinaryIO, size: int) -> Payload | None:
    start = skip_id3(file)
    while head := _at(file, start, 4096):
        # Some writers leave zeros between tag and music.
        stripped = head.lstrip(b"\0")
        start += len(head) - len(stripped)
        if stripped:
            break
    head = _at(file, start, _APE_BYTES)
    if head[:8] == b"APETAGEX":
        start += _APE_BYTES + int(struct.unpack("<I", head[12:16])[0])
    return _one(start, _before_tags(file, start, size), size)


def _flac(file: BinaryIO, size: int) -> Payload | None:
    at = skip_id3(file) + 4
    info = b""
    for _ in range(_MAX_CHUNKS):
        kind, *length = struct.unpack(">BBBB", _at(file, at, 4))
        length_bytes = length[0] << 16 | length[1] << 8 | length[2]
        if kind & 0x7F == 0:
            info = _at(file, at + 4, min(length_bytes, 64))
        at += 4 + length_bytes
        if kind & 0x80:
            return _one(at, _before_tags(file, at, size), size, info)
    return None


def _wav(file: BinaryIO, size: int) -> Payload | None:
    at = skip_id3(file)
    order = ">" if _at(file, at, 4) == b"RIFX" else "<"
    at += 12
    format, long_bytes = b"", None
    for _ in range(_MAX_CHUNKS):
        name, length = struct.unpack(order + "4sI", _at(file, at, 8))
        at += 8
        if name == b"ds64":
            long_bytes = struct.unpack("<8xQ", _at(file, at, 16))[0]
        elif name == b"fmt ":
            format = _at(file, at, min(length, 64))
        elif name == b"data":
            if length == 0xFFFFFFFF and long_bytes is not None:
                length = long_bytes
            # Programs that write into a pipe leave 0 or all ones.
            return _one(at, at + (length or size), size, format)
        at += length + length % 2
    return None


def _aiff(file: BinaryIO, size: int) -> Payload | None:
    at = skip_id3(file) + 12
    format, sound = b"", None
    for _ in range(_MAX_CHUNKS):
        head = _at(file, at, 8)
        if len(head) < 8:
            break
        name, length = struct.unpack(">4sI", head)
        at += 8
        if name == b"COMM":
            format = _at(file, at, min(length, 64))
        elif name == b"SSND":
            sound = (at, at + (length or size))
        at += length + length % 2
        # The format may stand behind the sound.
        if sound and format:
            break
    return _one(*sound, size, format) if sound else None


def _mp4(file: BinaryIO, size: int) -> Payload | None:
    at = skip_id3(file)
    extents: list[tuple[int, int]] = []
    while at + 8 <= size and len(extents) < _MAX_CHUNKS:
        length, name = struct.unpack(">I4s", _at(file, at, 8))
        head_bytes = 8
        if length == 1:
            length, head_bytes = struct.unpack(">Q", _at(file, at + 8, 8))[0], 16
        elif length == 0:
            length = size - at
        if length < head_bytes:
            break
        if name == b"mdat" and (start := at + head_bytes) < (end := min(at + length, size)):
            extents.append((start, end))
        at += length
    return Payload(tuple(extents))


def _asf(file: BinaryIO, size: int) -> Payload | None:
    at = 0
    for _ in range(_MAX_CHUNKS):
        kind, length = struct.unpack("<16sQ", _at(file, at, 24))
        if kind == _ASF_DATA:
            return _one(at + _ASF_DATA_HEADER_BYTES, at + (length or size), size)
        if length < 24:
            return None
        at += length
    return None


def _ogg(file: BinaryIO, size: int) -> Payload | None:
    at = skip_id3(file)
    # A large picture among the comments takes a page for each 64 kB.
    for _ in range(_MAX_CHUNKS):
        head = _at(file, at, _OGG_HEADER_BYTES + 255)
        magic, granule, segments = struct.unpack("<4s2xQ12xB", head[:_OGG_HEADER_BYTES])
        if magic != b"OggS":
            return None
        if granule not in _OGG_NO_AUDIO:
            return Payload(((at, size),), in_pages=True)
        at += _OGG_HEADER_BYTES + segments + sum(head[_OGG_HEADER_BYTES : _OGG_HEADER_BYTES + segments])
    return None


def _before_tags(file: BinaryIO, start: int, end: int) -> int:
    """Where the audio ends that begins at ``start``: in front of all tags at the end, whatever their kind and order."""
    while True:
        before = next((at for find in _END_TAGS if (at := find(file, end)) is not None and at >= start), None)
        if before is None or before >= end:
            return end
        end = before


def _id3v1(file: BinaryIO, end: int) -> int | None:
    if _at(file, end - _ID3V1_BYTES, 3) != b"TAG":
        return None
    at = end - _ID3V1_BYTES
    return at - _ID3V1_EXTENDED_BYTES if _at(file, at - _ID3V1_EXTENDED_BYTES, 4) == b"TAG+" else at


def _ape(file: BinaryIO, end: int) -> int | None:
    foot = _at(file, end - _APE_BYTES, _APE_BYTES)
    if foot[:8] != b"APETAGEX":
        return None
    length, flags = struct.unpack("<I4xI", foot[12:24])
    return end - int(length) - (_APE_BYTES if flags & 0x80000000 else 0)


def _id3v2_footer(file: BinaryIO, end: int) -> int | None:
    foot = _at(file, end - 10, 10)
    if foot[:3] != b"3DI" or max(foot[6:]) > 0x7F:
        return None
    return end - 20 - ((foot[6] << 21) | (foot[7] << 14) | (foot[8] << 7) | foot[9])


def _lyrics3(file: BinaryIO, end: int) -> int | None:
    mark = _at(file, end - 15, 15)
    if mark[6:] == b"LYRICS200" and mark[:6].isdigit():
        return end - 15 - int(mark[:6])
    if mark[6:] == b"LYRICSEND":
        start = max(0, end - _LYRICS3_V1_BYTES)
        found = _at(file, start, end - start).find(b"LYRICSBEGIN")
        return start + found if found >= 0 else None
    return None


_END_TAGS: tuple[Callable[[BinaryIO, int], int | None], ...] = (_id3v1, _ape, _lyrics3, _id3v2_footer)


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    """Bytes from ``offset`` on, fewer at the end of the file; none in front of it, or farther than files go."""
    if not 0 <= offset < _FARTHEST:
        return b""
    file.seek(offset)
    return file.read(length)


_FINDERS: dict[str, Callable[[BinaryIO, int], Payload | None]] = {
    "mp3": _mpeg,
    "adts": _mpeg,
    "flac": _flac,
    "wav": _wav,
    "aiff": _aiff,
    "mp4": _mp4,
    "asf": _asf,
    "ogg": _ogg,
}
