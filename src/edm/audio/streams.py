"""The two decoders behind one shape: a file opened for reading block by block, each block already mono.

`open_soundfile` (libsndfile) takes wav, aiff, flac, ogg, opus and mp3; `open_pyav` (FFmpeg's libraries) everything
else, and what the first refuses. Both skip the samples that an encoder put in front of the music, as far as the file
says how many (mp3: LAME header, mp4: edit list, opus: pre-skip), so instant 0 is the same whichever decoder reads it.
An mp3 without a LAME header says nothing and starts 1105 samples late in both.

An mp3 that is not frames from front to back goes to PyAV at once: the mpg123 inside libsndfile, a third faster, writes
its complaints to stderr.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from edm.audio.mpeg import is_seamless
from edm.model import FloatArray

if TYPE_CHECKING:
    import av

__all__ = ["DECODERS", "BrokenStreamError", "Decoder", "RefusedError", "SoundStream", "open_pyav", "open_soundfile"]

# Frames read at a time: larger is no faster, and a block of 8 channels stays at 2 MB.
_BLOCK_FRAMES = 65_536
# Packets that may be undecodable before the file counts as corrupt: strays such as a tag between two joined files.
_BAD_PACKETS = 3


class RefusedError(Exception):
    """A decoder does not take the file; the text says why."""


class BrokenStreamError(Exception):
    """A decoder took the file and failed in the middle of it; the text says why."""


@dataclass(slots=True)
class SoundStream:
    """An open file, read from front to back.

    Attributes
    ----------
    container
        The decoder's own word for what it reads ("wav", "ogg").
    sample_rate
        Hz.
    frames
        How many to expect; None if unknown. More or fewer may come.
    blocks
        Mono float32 arrays, shape (n,), valid until the next one is asked for; may raise `BrokenStreamError`.
    warnings
        What had to be mended, complete when ``blocks`` has ended.
    """

    container: str
    sample_rate: int
    frames: int | None
    blocks: Iterator[FloatArray]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Decoder:
    """A row of `DECODERS`: whether to ask it for an open file of some container, and how it opens a path."""

    suits: Callable[[BinaryIO, str | None], bool]
    open: Callable[[Path], AbstractContextManager[SoundStream]]


@contextmanager
def open_soundfile(path: Path) -> Iterator[SoundStream]:
    """Open ``path`` with libsndfile.

    Raises
    ------
    RefusedError
        If it does not recognise the content.
    """
    import soundfile

    try:
        # Bytes, because a name need not be valid UTF-8; Windows has names in UTF-16 instead.
        file = soundfile.SoundFile(str(path) if os.name == "nt" else os.fsencode(path))
    except (soundfile.LibsndfileError, OSError, ValueError) as exc:
        raise RefusedError(_one_line(getattr(exc, "error_string", exc))) from exc
    with file:
        yield SoundStream(
            container=file.format.lower(),
            sample_rate=int(file.samplerate),
            frames=int(file.frames) if 0 <= file.frames < 2**40 else None,
            blocks=_soundfile_blocks(file),
            warnings=[],
        )


def _soundfile_blocks(file: Any) -> Iterator[FloatArray]:
    import soundfile

    block = np.empty((_BLOCK_FRAMES, file.channels), np.float32)
    mono = block[:, 0] if file.channels == 1 else np.empty(_BLOCK_FRAMES, np.float32)
    try:
        while (count := int(file.buffer_read_into(block, "float32"))) > 0:
            if file.channels > 1:
                _mix_down(list(block[:count].T), mono[:count])
            yield mono[:count]
    except soundfile.LibsndfileError as exc:
        raise BrokenStreamError(_one_line(exc.error_string)) from exc


@contextmanager
def open_pyav(path: Path) -> Iterator[SoundStream]:
    """Open ``path`` with PyAV; content alone decides what it is.

    Raises
    ------
    RefusedError
        If FFmpeg's libraries do not recognise the content, or there is no sound in it.
    """
    import av
    import av.logging

    av.logging.set_level(av.logging.PANIC)
    try:
        with path.open("rb") as file, av.open(_Nameless(file), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise RefusedError("there is no sound in it")
            track = container.streams.audio[0]
            context = track.codec_context
            # One thread: the tracks of a library are what is spread over cores.
            context.thread_count = 1
            known = track.duration is not None and track.time_base is not None
            warnings: list[str] = []
            yield SoundStream(
                container=container.format.name,
                sample_rate=int(context.sample_rate),
                frames=round(track.duration * track.time_base * context.sample_rate) if known else None,
                blocks=_pyav_blocks(container, track, warnings),
                warnings=warnings,
            )
    except (av.FFmpegError, ValueError) as exc:
        raise RefusedError(_one_line(getattr(exc, "strerror", None) or exc)) from exc


def _pyav_blocks(
    container: av.container.InputContainer, track: av.AudioStream, warnings: list[str]
) -> Iterator[FloatArray]:
    import av

    mono = np.empty(_BLOCK_FRAMES, np.float32)
    filled, bad = 0, 0
    rate = track.codec_context.sample_rate
    packets = container.demux(track)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as exc:
            raise BrokenStreamError(_one_line(exc.strerror)) from exc
        if packet is None:
            break
        try:
            frames = track.decode(packet)
        except av.FFmpegError as exc:
            bad += 1
            if bad > _BAD_PACKETS:
                raise BrokenStreamError(_one_line(exc.strerror)) from exc
            continue
        for frame in frames:
            if frame.sample_rate != rate:
                raise BrokenStreamError(f"the sample rate changes from {rate} to {frame.sample_rate} Hz")
            if filled + frame.samples > len(mono):
                yield mono[:filled]
                filled = 0
                if frame.samples > len(mono):
                    mono = np.empty(frame.samples, np.float32)
            _mix_down(_planes(frame), mono[filled : filled + frame.samples])
            filled += frame.samples
    if filled:
        yield mono[:filled]
    if bad:
        warnings.append(f"{bad} packet{'s' if bad > 1 else ''} of the file could not be decoded")


# Sample formats of FFmpeg: numpy's type, offset, and full scale.
_SAMPLE_FORMATS: dict[str, tuple[str, int, float]] = {
    "u8": ("u1", 128, 2.0**7),
    "s16": ("i2", 0, 2.0**15),
    "s32": ("i4", 0, 2.0**31),
    "s64": ("i8", 0, 2.0**63),
    "flt": ("f4", 0, 1.0),
    "dbl": ("f8", 0, 1.0),
}


def _planes(frame: av.AudioFrame) -> list[FloatArray]:
    """Channels of a frame, each of shape (n,), full scale ±1."""
    kind, offset, full_scale = _SAMPLE_FORMATS[frame.format.name.removesuffix("p")]
    channels = frame.layout.nb_channels
    if frame.format.is_planar:
        raw = [np.frombuffer(plane, kind, frame.samples) for plane in frame.planes]  # type: ignore[call-overload]
    else:
        packed = np.frombuffer(frame.planes[0], kind, frame.samples * channels)  # type: ignore[call-overload]
        raw = list(packed.reshape(-1, channels).T)
    if kind == "f4":
        return raw
    return [(plane.astype(np.float32) - offset) / np.float32(full_scale) for plane in raw]


def _mix_down(channels: list[FloatArray], mono: FloatArray) -> None:
    """Mean of ``channels``, each of shape (n,), written into ``mono``."""
    if len(channels) == 1:
        mono[:] = channels[0]
        return
    np.add(channels[0], channels[1], out=mono)
    for channel in channels[2:]:
        mono += channel
    mono *= np.float32(1.0 / len(channels))


class _Nameless:
    """A file without its name, so that FFmpeg cannot take a suffix for the content."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


def _one_line(reason: object) -> str:
    return " ".join(str(reason).split()).rstrip(".") or "unreadable"


def _suits_soundfile(file: BinaryIO, container: str | None) -> bool:
    return container in {"wav", "aiff", "flac", "ogg", "caf", "au"} or (container == "mp3" and is_seamless(file))


DECODERS: dict[str, Decoder] = {
    "soundfile": Decoder(_suits_soundfile, open_soundfile),
    "pyav": Decoder(lambda file, container: True, open_pyav),
}
"""In the order in which they are asked."""
