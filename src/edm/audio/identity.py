"""Which audio a file holds: known again after a move or a retag, without reading the whole file.

Three answers, dearer from one to the next: size and time of change (`os.stat`), a hash over samples of the payload
(`sample_hash`, at most 200 kB read), a hash over everything that was decoded (`audio_hash`). All hashes are 32
hexadecimal digits.

What `sample_hash` cannot see: a change of single bytes between the sampled blocks that leaves the length of the payload
as it was and stands in no header. FLAC's header has a checksum of all samples, so there it sees everything. It takes a
file whose Ogg pages were laid out anew for another one.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from edm.audio.payload import Payload, payload_of
from edm.errors import AudioError
from edm.model import FloatArray

__all__ = ["FileIdentity", "audio_hash", "identify", "sample_hash"]

_BLOCKS = 8
_BLOCK_BYTES = 16 * 1024
_HASH_BYTES = 16
# Of an Ogg page's header: page number and checksum, which a retag of the first pages changes in all others.
_PAGE_NUMBER_START = 18
_PAGE_NUMBER_END = 26
# Samples hashed at a time: bounds the memory that the quantised copy takes.
_SAMPLES_AT_ONCE = 1 << 20
_FULL_SCALE = 32767.0


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What a file is, outside and inside.

    Attributes
    ----------
    size
        Bytes.
    mtime_ns
        Time of the last change, in nanoseconds since 1970.
    sample_hash
        See `sample_hash`.
    """

    size: int
    mtime_ns: int
    sample_hash: str


def identify(path: Path) -> FileIdentity:
    """Size, time of change and sample hash of one file, all of the same moment.

    Raises
    ------
    AudioError
        If the file cannot be read.
    """
    try:
        # Unbuffered: we read few places, and exactly what we need.
        with path.open("rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            return FileIdentity(status.st_size, status.st_mtime_ns, _hash_of(file))
    except OSError as exc:
        raise AudioError(path, f"cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    except ValueError as exc:  # a name that no file can have
        raise AudioError(path, f"cannot be read: {exc}") from exc


def sample_hash(path: Path) -> str:
    """Hash over a few blocks of a file's audio, its length and its format; tags leave it as it is.

    Eight blocks of 16 KiB, spread evenly from the first to the last byte of the payload (`edm.audio.payload`), or all
    of it where it is no longer than that. A file whose headers make no sense is sampled as a whole.

    Raises
    ------
    AudioError
        If the file cannot be read.
    """
    return identify(path).sample_hash


def audio_hash(samples: FloatArray) -> str:
    """Hash over decoded samples.

    Parameters
    ----------
    samples
        Shape (n,), full scale ±1, finite. Rounded to 16 bits first, so that the last bits of a float do not matter.
    """
    digest = hashlib.blake2b(digest_size=_HASH_BYTES, person=b"edm audio 1")
    for start in range(0, len(samples), _SAMPLES_AT_ONCE):
        block = np.clip(samples[start : start + _SAMPLES_AT_ONCE], -1.0, 1.0)
        digest.update(np.rint(block * _FULL_SCALE).astype("<i2").tobytes())
    return digest.hexdigest()


def _hash_of(file: BinaryIO) -> str:
    payload = payload_of(file)
    length = payload.length
    digest = hashlib.blake2b(digest_size=_HASH_BYTES, person=b"edm sample 1")
    digest.update(length.to_bytes(8, "little") + len(payload.format).to_bytes(2, "little") + payload.format)
    if length <= _BLOCKS * _BLOCK_BYTES:
        digest.update(_read(file, payload, 0, length))
    else:
        for index in range(_BLOCKS):
            digest.update(_read(file, payload, index * (length - _BLOCK_BYTES) // (_BLOCKS - 1), _BLOCK_BYTES))
    return digest.hexdigest()


def _read(file: BinaryIO, payload: Payload, offset: int, length: int) -> bytes:
    """Bytes of the payload as if its stretches were one, from ``offset`` on, without what a retag changes in them."""
    if payload.in_pages:
        # Headers that reach over the edge of the block are recognised by what stands around it.
        first = max(0, offset - _PAGE_NUMBER_END)
        around = _without_page_numbers(_joined(file, payload, first, offset + length + _PAGE_NUMBER_END - first))
        return around[offset - first : offset - first + length]
    return _joined(file, payload, offset, length)


def _joined(file: BinaryIO, payload: Payload, offset: int, length: int) -> bytes:
    parts = []
    for start, end in payload.extents:
        extent = end - start
        if offset >= extent:
            offset -= extent
            continue
        file.seek(start + offset)
        parts.append(file.read(min(length, extent - offset)))
        length -= extent - offset
        offset = 0
        if length <= 0:
            break
    return b"".join(parts)


def _without_page_numbers(data: bytes) -> bytes:
    blanked = bytearray(data)
    at = data.find(b"OggS")
    while at >= 0:
        start, end = at + _PAGE_NUMBER_START, min(at + _PAGE_NUMBER_END, len(data))
        blanked[start:end] = bytes(max(0, end - start))
        at = data.find(b"OggS", at + 4)
    return bytes(blanked)
