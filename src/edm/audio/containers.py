"""What kind of audio file this is, by suffix and by content.

A container is named by one lower-case word: ``wav``, ``aiff``, ``flac``, ``ogg``, ``mp3``, ``mp4``, ``adts`` (bare
AAC), ``asf`` (wma), ``caf``, ``au``. Content decides; a suffix only says what to expect.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

__all__ = ["SUFFIXES", "container_of", "expected_container", "skip_id3"]

SUFFIXES: dict[str, str] = {
    ".wav": "wav",
    ".flac": "flac",
    ".mp3": "mp3",
    ".ogg": "ogg",
    ".oga": "ogg",
    ".opus": "ogg",
    ".aiff": "aiff",
    ".aif": "aiff",
    ".aifc": "aiff",
    ".m4a": "mp4",
    ".mp4": "mp4",
    ".aac": "adts",
    ".wma": "asf",
}
"""The suffixes that a folder is searched for, in lower case, and the container each stands for."""

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def expected_container(path: Path) -> str | None:
    """Container that the suffix promises; None for a suffix that is not an audio file's."""
    return SUFFIXES.get(path.suffix.lower())


def container_of(file: BinaryIO) -> str | None:
    """Container by the first bytes, those after an ID3 tag where there is one; None for anything unknown.

    The file's position is left where the container starts.
    """
    start = skip_id3(file)
    file.seek(start)
    head = file.read(16)
    file.seek(start)
    if head[:4] in (b"RIFF", b"RF64", b"RIFX") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head == _ASF_HEADER:
        return "asf"
    for magic, container in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"caff", "caf"), (b".snd", "au")):
        if head.startswith(magic):
            return container
    # MPEG frames begin with eleven ones; layer 0 means AAC in ADTS frames.
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        if head[1] & 0xF6 == 0xF0:
            return "adts"
        if head[1] & 0x06 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C:
            return "mp3"
    # Some writers leave padding between tag and music; nothing else has a tag of this kind in front.
    return "mp3" if start else None


def skip_id3(file: BinaryIO) -> int:
    """Offset in bytes behind the ID3v2 tags at the start of ``file``; 0 without one."""
    offset = 0
    while True:
        file.seek(offset)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 0x7F:
            return offset
        # Seven bits a byte; bit 4 of the flags announces a footer as long as the header.
        size = (head[6] << 21) | (head[7] << 14) | (head[8] << 7) | head[9]
        offset += 10 + size + (10 if head[5] & 0x10 else 0)
