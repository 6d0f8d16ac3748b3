"""Content tells what a file is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import sounds
from edm.audio.containers import SUFFIXES, container_of, expected_container, skip_id3


@pytest.mark.parametrize(("suffix", "container"), SUFFIXES.items())
def test_the_content_of_every_suffix_is_known(suffix: str, container: str, tmp_path: Path) -> None:
    rate = 48000
    path = sounds.write_audio(tmp_path / f"a{suffix}", sounds.sine(440.0, 0.3, rate=rate), rate)
    with path.open("rb") as file:
        assert container_of(file) == container


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".wav"])
def test_an_id3_tag_in_front_is_passed_over(suffix: str, tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / f"a{suffix}", sounds.sine(440.0, 0.3))
    tag = b"ID3\x03\0\0\0\0\x02\x05" + bytes(2 * 128 + 5)
    file = io.BytesIO(tag + path.read_bytes())
    assert skip_id3(file) == len(tag)
    assert container_of(file) == SUFFIXES[suffix]


@pytest.mark.parametrize(
    "content", [b"", b"RIFF\0\0\0\0AVI ", b"\xff\xd8\xff\xe0\0\x10JFIF", b"\xff\xff\xff\xff", b"words"]
)
def test_anything_else_is_unknown(content: bytes) -> None:
    assert container_of(io.BytesIO(content)) is None


def test_capitals_do_not_matter() -> None:
    assert expected_container(Path("A.M4A")) == "mp4"
    assert expected_container(Path("A.txt")) is None
