"""Lengths by header: right for every format that we write here, none for what is no sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from edm.audio.duration import header_duration_s
from sounds import noise, silence, write_audio

SECONDS = 3.0


@pytest.mark.parametrize(
    ("suffix", "within_s"),
    [
        (".wav", 0.0),
        (".flac", 0.0),
        (".aiff", 0.0),
        (".ogg", 0.001),
        (".oga", 0.001),
        (".opus", 0.01),
        # Frames of 1152 or 1024 samples, and what the encoder adds before and after.
        (".mp3", 0.1),
        (".m4a", 0.1),
        (".wma", 0.3),
        # No header tells: the length is an estimate by bit rate.
        (".aac", 1.0),
    ],
)
def test_the_length_is_that_of_the_sound(tmp_path: Path, suffix: str, within_s: float) -> None:
    path = write_audio(tmp_path / f"a{suffix}", noise(SECONDS, rate=48000), 48000)
    found = header_duration_s(path)
    assert found == pytest.approx(SECONDS, abs=within_s + 1e-9)


@pytest.mark.parametrize(
    "content", [b"", b"this is no music", b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS", b"ID3", b"\0" * 99]
)
@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".flac", ".ogg", ".m4a", ".wma", ".aiff"])
def test_what_is_no_sound_has_no_length(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert header_duration_s(path) is None


def test_a_file_that_is_not_there_and_a_folder_have_no_length(tmp_path: Path) -> None:
    assert header_duration_s(tmp_path / "nothing.mp3") is None
    assert header_duration_s(tmp_path) is None


def test_a_sound_without_samples_has_no_length(tmp_path: Path) -> None:
    assert header_duration_s(write_audio(tmp_path / "a.wav", silence(0.0))) is None


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".m4a", ".wma", ".aiff"])
def test_a_header_cut_anywhere_is_no_crash(tmp_path: Path, suffix: str) -> None:
    whole = write_audio(tmp_path / f"a{suffix}", noise(0.2)).read_bytes()
    path = tmp_path / f"cut{suffix}"
    for length in range(0, min(len(whole), 600), 7):
        path.write_bytes(whole[:length])
        found = header_duration_s(path)
        assert found is None or 0 < found < 1e9


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".m4a", ".wma", ".aiff"])
def test_a_header_with_spoilt_bytes_is_no_crash(tmp_path: Path, suffix: str) -> None:
    whole = bytearray(write_audio(tmp_path / f"a{suffix}", noise(0.2)).read_bytes())
    path = tmp_path / f"spoilt{suffix}"
    for place in range(0, min(len(whole), 400), 3):
        spoilt = whole.copy()
        spoilt[place] ^= 0xFF
        path.write_bytes(spoilt)
        found = header_duration_s(path)
        assert found is None or 0 < found < float("inf")
