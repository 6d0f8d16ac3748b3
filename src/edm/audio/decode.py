"""A file becomes samples: `decode`.

Whatever the file, the result is mono (the mean of its channels), float32, finite, at one rate, from the first sample
that belongs to the music on. It is put together block by block, so that the whole file never stands in memory with all
its channels, and resampled on the way.
"""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import numpy as np

from edm.audio.containers import SUFFIXES, container_of, expected_container
from edm.audio.promises import ogg_ending, promised_s
from edm.audio.streams import DECODERS, BrokenStreamError, Decoder, RefusedError, SoundStream
from edm.errors import DecodeError, EmptyAudioError, InputError
from edm.model import Audio, FloatArray

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["SoundMeter", "decode"]

# A file that ends earlier than promised by more than the larger of these is cut off; encoders' own padding and
# rounding stay below.
_SHORT_S = 0.5
_SHORT_SHARE = 0.01
# Shorter than this is not worth a word.
_SHORT_WARNED_S = 0.1
# Room set aside before a length is trusted no further: 20 minutes.
_TRUSTED_S = 1200
# Samples beyond this are no sound but damage (full scale is 1).
_DAMAGE = 1e6
# Float files may exceed full scale; 30 dB over it, they are scaled wrongly or damaged.
_LOUD = 32.0
# Above this share of samples beyond `_LOUD`, the scale is wrong; below, single samples are damaged.
_LOUD_SHARE = 1e-3

_CUT_HINT = "the file is cut off; copy or download it again"
_CORRUPT_HINT = "the file is damaged; copy or download it again"
_FORMAT_HINT = f"formats that are read: {', '.join(sorted(suffix[1:] for suffix in SUFFIXES))}"


class SoundMeter(Protocol):
    """Something that is to hear the sound as it is in the file, before it becomes mono and is resampled."""

    def start(self, sample_rate: int, channels: tuple[str, ...]) -> None:
        """Begin anew, at the file's rate in Hz, with a name for each channel ("" where unknown)."""

    def add(self, block: FloatArray) -> None:
        """Hear the next block, shape (frames, channels), finite; it may not be kept."""


def decode(path: Path, *, sample_rate: int | None = None, meter: SoundMeter | None = None) -> Audio:
    """Samples of a file.

    Parameters
    ----------
    path
        Any audio file; content decides what it is, not the suffix.
    sample_rate
        Hz of the result; None keeps the file's own.
    meter
        Hears all of the file's channels at its own rate on the way; samples that are no numbers are 0.

    Returns
    -------
    Audio
        ``warnings`` names what had to be mended: samples that were no numbers, a misleading suffix, a scale far beyond
        full, a few undecodable packets.

    Raises
    ------
    DecodeError
        If the file cannot be opened, no decoder takes it, it is damaged, or it ends clearly before its header says.
    EmptyAudioError
        If there are no samples in it.
    InputError
        If ``sample_rate`` is not above 0.
    """
    if sample_rate is not None and sample_rate <= 0:
        raise InputError(f"a sample rate must be above 0 Hz, not {sample_rate}")
    path = Path(path)
    container, promise_s, decoders, warnings = _examine(path)
    refusals: list[str] = []
    for decoder in decoders:
        collected = _Collected(sample_rate, promise_s, meter)
        try:
            with decoder.open(path) as stream:
                collected.take(stream)
        except RefusedError as exc:
            refusals.append(str(exc))
            continue
        except BrokenStreamError as exc:
            _raise_broken(path, collected, exc)
        except OSError as exc:
            raise DecodeError(path, _reason(exc)) from exc
        return _finished(path, collected, warnings)
    known = f"damaged {container} file" if container else "not an audio file that can be read"
    raise DecodeError(path, f"{known}: {refusals[0]}", hint=_CORRUPT_HINT if container else _FORMAT_HINT)


def _examine(path: Path) -> tuple[str | None, float | None, list[Decoder], list[str]]:
    """Container by content, the length it promises in seconds, who is to decode it, and warnings."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DecodeError(path, "is a folder, not a file")
        if not stat.S_ISREG(mode):
            # Opening a named pipe would wait for a writer.
            raise DecodeError(path, "is not a regular file")
        with path.open("rb") as file:
            if not file.read(1):
                raise EmptyAudioError(path, "is empty (0 bytes)", hint=_CUT_HINT)
            container = container_of(file)
            promise_s = promised_s(file, container)
            decoders = [decoder for decoder in DECODERS.values() if decoder.suits(file, container)]
            warnings = _ogg_warnings(path, file) if container == "ogg" else []
    except (OSError, ValueError) as exc:
        raise DecodeError(path, _reason(exc)) from exc
    expected = expected_container(path)
    if container is not None and expected not in (None, container):
        warnings.append(f"named {path.suffix}, but holds {container}")
    return container, promise_s, decoders, warnings


def _ogg_warnings(path: Path, file: BinaryIO) -> list[str]:
    ending = ogg_ending(file)
    if ending == "cut":
        raise DecodeError(path, "ends in the middle of a page", hint=_CUT_HINT)
    return ["its last page does not close the stream; the end may be missing"] if ending == "open" else []


class _Collected:
    """Blocks of a stream, put end to end at the wanted rate."""

    def __init__(self, sample_rate: int | None, promise_s: float | None, meter: SoundMeter | None = None) -> None:
        self._wanted_rate = sample_rate
        self._meter = meter
        self.promise_s = promise_s
        self.bad_packets = 0
        self._samples: FloatArray = np.empty(0, np.float32)
        self._filled = 0
        self.frames = 0
        self.native_rate = 0
        self.sample_rate = 0
        self.damaged = 0
        self.loud = False

    @property
    def seconds(self) -> float:
        """Length of what the decoder gave so far."""
        return self.frames / self.native_rate if self.native_rate else 0.0

    def take(self, stream: SoundStream) -> None:
        self.native_rate = stream.sample_rate
        self.sample_rate = self._wanted_rate or stream.sample_rate
        if self.promise_s is None and stream.frames is not None and stream.is_exact:
            self.promise_s = stream.frames / stream.sample_rate
        expected = stream.frames or round((self.promise_s or 0) * stream.sample_rate) or 60 * stream.sample_rate
        expected = min(expected, _TRUSTED_S * stream.sample_rate)
        self._samples = np.empty(expected * self.sample_rate // stream.sample_rate + 2, np.float32)
        if self._meter is not None:
            self._meter.start(stream.sample_rate, stream.channels)
            stream.on_block = partial(_hand_over, self._meter)
        self._read(stream)
        self.bad_packets = stream.bad_packets

    def finished(self) -> FloatArray:
        """All samples, in an array of just their size."""
        # Shrinks in place; nobody else holds the array.
        self._samples.resize(self._filled, refcheck=False)
        return self._samples

    def _read(self, stream: SoundStream) -> None:
        if self.sample_rate == stream.sample_rate:
            for block in stream.blocks:
                self._append(self._mended(block))
            return
        import soxr

        resampler = soxr.ResampleStream(stream.sample_rate, self.sample_rate, 1, dtype="float32", quality="HQ")
        for block in stream.blocks:
            self._append(resampler.resample_chunk(self._mended(block)))
        self._append(resampler.resample_chunk(np.empty(0, np.float32), last=True))

    def _append(self, block: FloatArray) -> None:
        end = self._filled + len(block)
        if end > len(self._samples):
            # Grown by the allocator, which moves pages rather than copies them.
            self._samples.resize(end + end // 2, refcheck=False)
        self._samples[self._filled : end] = block
        self._filled = end

    def _mended(self, block: FloatArray) -> FloatArray:
        self.frames += len(block)
        # False for a sample that is not a number, too.
        if max(block.max(initial=0.0), -block.min(initial=0.0)) <= _LOUD:
            return block
        damaged = ~(np.abs(block) <= _DAMAGE)
        if damaged.any():
            self.damaged += int(damaged.sum())
            block = np.where(damaged, np.float32(0), block)
        self.loud = self.loud or bool(np.abs(block).max() > _LOUD)
        return block


def _hand_over(meter: SoundMeter, block: FloatArray) -> None:
    # False where a sample is not a number, too.
    if not max(block.max(initial=0.0), -block.min(initial=0.0)) <= _DAMAGE:
        block = np.where(np.abs(block) <= _DAMAGE, block, np.float32(0))
    meter.add(block)


def _finished(path: Path, collected: _Collected, warnings: list[str]) -> Audio:
    if not collected.frames:
        raise EmptyAudioError(path, "holds no samples", hint=_CUT_HINT if collected.promise_s else None)
    _check_length(path, collected, warnings)
    samples = collected.finished()
    if collected.damaged:
        warnings.append(f"{_counted(collected.damaged, 'sample')} of no value became silence")
    if collected.loud:
        warnings.append(_tame(samples))
    return Audio(samples, collected.sample_rate, collected.native_rate, tuple(warnings))


def _check_length(path: Path, collected: _Collected, warnings: list[str]) -> None:
    """Refuse what is clearly shorter than promised, and what is damaged and therefore shorter at all."""
    promise_s, decoded_s = collected.promise_s, collected.seconds
    missing_s = 0.0 if promise_s is None else promise_s - decoded_s
    if promise_s is not None and missing_s > max(_SHORT_S, _SHORT_SHARE * promise_s):
        raise DecodeError(path, f"ends after {decoded_s:.1f} s of {promise_s:.1f} s", hint=_CUT_HINT)
    if collected.bad_packets:
        if missing_s > _SHORT_WARNED_S:
            # Nobody can say where it is missing; whatever comes after that place is out of time.
            raise DecodeError(path, f"{missing_s:.2f} s of {promise_s:.1f} s cannot be decoded", hint=_CORRUPT_HINT)
        warnings.append(f"{_counted(collected.bad_packets, 'piece')} could not be decoded")
    elif missing_s > _SHORT_WARNED_S:
        warnings.append(f"{missing_s:.2f} s of the {promise_s:.1f} s that its header promises are missing")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _tame(samples: FloatArray) -> str:
    """Bring samples far beyond full scale back to it, in place; says how."""
    peak = float(np.abs(samples).max())
    if np.count_nonzero(np.abs(samples) > _LOUD) > _LOUD_SHARE * len(samples):
        samples *= np.float32(1.0 / peak)
        return f"samples reached {peak:.4g} times full scale and were scaled down"
    np.clip(samples, -1.0, 1.0, out=samples)
    return f"single samples reached {peak:.4g} times full scale and were clipped"


def _raise_broken(path: Path, collected: _Collected, exc: BrokenStreamError) -> NoReturn:
    promise_s = collected.promise_s
    at = f"{collected.seconds:.1f} s"
    if promise_s is not None and promise_s > collected.seconds:
        raise DecodeError(
            path, f"cannot be decoded beyond {at} of {promise_s:.1f} s: {exc}", hint=_CORRUPT_HINT
        ) from exc
    raise DecodeError(path, f"cannot be decoded beyond {at}: {exc}", hint=_CORRUPT_HINT) from exc


def _reason(exc: OSError | ValueError) -> str:
    return (getattr(exc, "strerror", None) or str(exc)).lower()
