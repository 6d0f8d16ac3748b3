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
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from edm.audio.channels import channel_names
from edm.audio.mpeg import is_seamless
from edm.model import FloatArray

if TYPE_CHECKING:
    import av

__all__ = ["DECODERS", "BrokenStreamError", "Decoder", "RefusedError", "SoundStream", "open_pyav", "open_soundfile"]

# Frames read at a time: larger is no faster, and a block of 8 channels stays at 2 MB.
_BLOCK_FRAMES = 65_536
# libsndfile says 2**63 - 1 where it cannot know.
_UNKNOWN_FRAMES = 2**40
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
        How many the file promises; None if unknown.
    is_exact
        Whether ``frames`` was written by whoever made the file, rather than guessed from its size.
    blocks
        Mono float32 arrays, shape (n,), valid until the next one is asked for; may raise `BrokenStreamError`.
    bad_packets
        How many pieces could not be decoded; complete when ``blocks`` has ended.
    channels
        FFmpeg's short name of each channel of the file, in order ("FL", "LFE"); "" where nobody knows.
    on_block
        If set before ``blocks`` is read: called with each block before it becomes mono, shape (frames, channels), valid
        during the call.
    """

    container: str
    sample_rate: int
    frames: int | None = None
    is_exact: bool = False
    blocks: Iterator[FloatArray] = field(default_factory=lambda: iter(()))
    bad_packets: int = 0
    channels: tuple[str, ...] = ()
    on_block: Callable[[FloatArray], None] | None = None


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
        stream = SoundStream(file.format.lower(), int(file.samplerate))
        if 0 <= file.frames < _UNKNOWN_FRAMES:
            stream.frames, stream.is_exact = int(file.frames), True
        stream.channels = channel_names(stream.container, int(file.channels))
        stream.blocks = _soundfile_blocks(file, stream)
        yield stream


def _soundfile_blocks(file: Any, stream: SoundStream) -> Iterator[FloatArray]:
    import soundfile

    block = np.empty((_BLOCK_FRAMES, file.channels), np.float32)
    mono = block[:, 0] if file.channels == 1 else np.empty(_BLOCK_FRAMES, np.float32)
    try:
        while (count := int(file.buffer_read_into(block, "float32"))) > 0:
            if stream.on_block is not None:
                stream.on_block(block[:count])
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
        with path.open("rb") as file, av.open(_Nameless(file), **_tag_options()) as container:
            if not container.streams.audio:
                raise RefusedError("there is no sound in it")
            track = container.streams.audio[0]
            context = track.codec_context
            # One thread: the tracks of a library are what is spread over cores.
            context.thread_count = 1
            stream = SoundStream(container.format.name, int(context.sample_rate))
            frames = _pyav_frames(container, track, stream)
            try:
                first = next(frames, None)
            except BrokenStreamError as exc:
                raise RefusedError(str(exc)) from exc
            if first is None:
                raise RefusedError("there is no sound in it")
            # Headers of AAC may tell half of the rate that its decoder gives.
            stream.sample_rate = int(first.sample_rate)
            if track.duration is not None and track.time_base is not None:
                stream.frames = round(track.duration * track.time_base * stream.sample_rate)
                # The others' durations are made up from bit rates where the file has none.
                stream.is_exact = "mp4" in stream.container
            stream.channels = tuple(channel.name for channel in first.layout.channels)
            stream.blocks = _pyav_blocks(chain([first], frames), stream)
            yield stream
    except (av.FFmpegError, ValueError) as exc:
        raise RefusedError(_pyav_reason(exc)) from exc


def _tag_options() -> dict[str, Any]:
    import av

    # Before PyAV 19, a tag that is not UTF-8 keeps the file from being opened.
    return {"metadata_errors": "ignore"} if int(av.__version__.partition(".")[0]) < 19 else {}


def _pyav_blocks(frames: Iterable[av.AudioFrame], stream: SoundStream) -> Iterator[FloatArray]:
    mono = np.empty(_BLOCK_FRAMES, np.float32)
    # Frames are short; whoever listens gets as many at a time as the reader.
    native = np.empty((_BLOCK_FRAMES, len(stream.channels)), np.float32) if stream.on_block is not None else None
    filled = 0
    for frame in frames:
        if frame.sample_rate != stream.sample_rate:
            raise BrokenStreamError(f"the sample rate changes from {stream.sample_rate} to {frame.sample_rate} Hz")
        count = frame.samples
        if filled + count > len(mono):
            yield _heard(native, mono, filled, stream)
            filled = 0
            if count > len(mono):
                mono = np.empty(count, np.float32)
                native = None if native is None else np.empty((count, native.shape[1]), np.float32)
        planes = _planes(frame, count)
        _mix_down(planes, mono[filled : filled + count])
        if native is not None:
            # Some streams change their channels on the way; then each gets the mean.
            is_as_before = len(planes) == native.shape[1]
            for channel in range(native.shape[1]):
                native[filled : filled + count, channel] = planes[channel] if is_as_before else mono[filled:][:count]
        filled += count
    yield _heard(native, mono, filled, stream)


def _heard(native: FloatArray | None, mono: FloatArray, filled: int, stream: SoundStream) -> FloatArray:
    """The first ``filled`` samples of ``mono``, after whoever listens has had them with all channels."""
    if native is not None and stream.on_block is not None:
        stream.on_block(native[:filled])
    return mono[:filled]


def _pyav_frames(
    container: av.container.InputContainer, track: av.AudioStream, stream: SoundStream
) -> Iterator[av.AudioFrame]:
    """All frames of a track, past a few packets that cannot be decoded."""
    import av

    packets = container.demux(track)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as exc:
            raise BrokenStreamError(_pyav_reason(exc)) from exc
        if packet is None:
            return
        try:
            yield from track.decode(packet)
        except av.FFmpegError as exc:
            stream.bad_packets += 1
            if stream.bad_packets > _BAD_PACKETS:
                raise BrokenStreamError(_pyav_reason(exc)) from exc


# Sample formats of FFmpeg: numpy's type, offset, and full scale.
_SAMPLE_FORMATS: dict[str, tuple[str, int, float]] = {
    "u8": ("u1", 128, 2.0**7),
    "s16": ("i2", 0, 2.0**15),
    "s32": ("i4", 0, 2.0**31),
    "s64": ("i8", 0, 2.0**63),
    "flt": ("f4", 0, 1.0),
    "dbl": ("f8", 0, 1.0),
}


def _planes(frame: av.AudioFrame, count: int) -> list[FloatArray]:
    """Channels of a frame of ``count`` samples, each of shape (n,), full scale ±1."""
    name = frame.format.name
    if name == "fltp":
        # What most decoders give, once for every 20 ms of music: no detours.
        return [np.frombuffer(plane, np.float32, count) for plane in frame.planes]  # type: ignore[call-overload]
    kind, offset, full_scale = _SAMPLE_FORMATS[name.removesuffix("p")]
    if frame.format.is_planar:
        raw = [np.frombuffer(plane, kind, count) for plane in frame.planes]  # type: ignore[call-overload]
    else:
        channels = frame.layout.nb_channels
        packed = np.frombuffer(frame.planes[0], kind, count * channels)  # type: ignore[call-overload]
        raw = list(packed.reshape(-1, channels).T)
    return [(plane.astype(np.float32) - np.float32(offset)) / np.float32(full_scale) for plane in raw]


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


def _pyav_reason(exc: Exception) -> str:
    # The last line of FFmpeg's log says more than its error code.
    log = getattr(exc, "log", None)
    return _one_line(log[2] if log else getattr(exc, "strerror", None) or exc)


def _one_line(reason: object) -> str:
    return " ".join(str(reason).split()).removeprefix("Error : ").rstrip(".") or "unreadable"


def _suits_soundfile(file: BinaryIO, container: str | None) -> bool:
    return container in {"wav", "aiff", "flac", "ogg", "caf", "au"} or (container == "mp3" and is_seamless(file))


DECODERS: dict[str, Decoder] = {
    "soundfile": Decoder(_suits_soundfile, open_soundfile),
    "pyav": Decoder(lambda file, container: True, open_pyav),
}
"""In the order in which they are asked."""
