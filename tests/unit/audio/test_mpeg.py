"""The frames of an mp3, and the samples that its encoder put in front."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

import sounds
from edm.audio.decode import decode
from edm.audio.mpeg import is_seamless, mp3_promised_s
from edm.model import FloatArray

# What LAME delays by, with what a decoder adds: 576 + 529 samples.
DELAY_FRAMES = 1105


def write_mp3(path: Path, samples: FloatArray, rate: int, *, tag: bool, bit_rate: int = 128_000) -> Path:
    options = {} if tag else {"write_xing": "0", "id3v2_version": "0"}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono")
        stream.bit_rate = bit_rate
        for start in range(0, len(samples), 1152):
            block = np.ascontiguousarray(samples[None, start : start + 1152])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def onset(samples: FloatArray) -> int:
    return int(np.argmax(np.abs(samples) > np.abs(samples).max() / 3))


@pytest.mark.parametrize("rate", [22050, 32000, 44100, 48000])
def test_with_a_lame_header_the_encoder_delay_is_gone(rate: int, tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "tagged.mp3", sounds.clicks_at([0.5], 2.0, rate=rate), rate, tag=True)
    audio = decode(path)
    assert onset(audio.samples) == pytest.approx(0.5 * rate, abs=2)
    assert len(audio.samples) == 2 * rate


def test_without_one_the_music_starts_late_by_the_delay(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "bare.mp3", sounds.clicks_at([0.5], 2.0), 44100, tag=False)
    assert onset(decode(path).samples) == pytest.approx(22050 + DELAY_FRAMES, abs=2)


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
@pytest.mark.parametrize("tag", [True, False])
def test_a_file_of_frames_is_seamless(rate: int, tag: bool, tmp_path: Path) -> None:
    bit_rate = 32_000 if rate == 8000 else 128_000
    path = write_mp3(tmp_path / "a.mp3", sounds.sine(440.0, 2.0, rate=rate), rate, tag=tag, bit_rate=bit_rate)
    with path.open("rb") as file:
        assert is_seamless(file)
        promise_s = mp3_promised_s(file)
    assert promise_s == (pytest.approx(2.0, abs=0.3) if tag else None)


@pytest.mark.parametrize("tail", [b"TAG" + bytes(125), b""])
def test_tags_in_front_and_behind_are_no_seam(tail: bytes, tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "a.mp3", sounds.sine(440.0, 2.0))
    path.write_bytes(b"ID3\x04\0\0\0\0\x01\0" + bytes(128) + path.read_bytes() + tail)
    with path.open("rb") as file:
        assert is_seamless(file)


@pytest.mark.parametrize("place", ["middle", "end"])
def test_foreign_bytes_are_a_seam(place: str, tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "a.mp3", sounds.sine(440.0, 2.0), 44100, tag=False)
    content = path.read_bytes()
    at = len(content) // 2 if place == "middle" else len(content)
    path.write_bytes(content[:at] + b"something else" + content[at:])
    with path.open("rb") as file:
        assert not is_seamless(file)


def test_a_stray_tag_between_joined_files_costs_nothing(tmp_path: Path) -> None:
    music = sounds.track_at(128.0, 3.0).samples
    path = write_mp3(tmp_path / "a.mp3", music, 44100, tag=False)
    content = path.read_bytes()
    path.write_bytes(content + b"TAG" + bytes(125) + content)
    audio = decode(path)
    assert audio.duration_s == pytest.approx(6.0, abs=0.15)
