"""Headers say how long a file is, to the sample."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sounds
from edm.audio.containers import container_of
from edm.audio.promises import ogg_ending, promised_s


def promise(path: Path) -> float | None:
    with path.open("rb") as file:
        return promised_s(file, container_of(file))


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".aifc", ".flac"])
@pytest.mark.parametrize(("rate", "channels"), [(44100, 1), (96000, 2), (8000, 6)])
def test_lossless_formats_promise_their_exact_length(suffix: str, rate: int, channels: int, tmp_path: Path) -> None:
    samples = sounds.noise(1.2345, rate=rate).repeat(channels).reshape(-1, channels)
    path = sounds.write_audio(tmp_path / f"a{suffix}", samples, rate)
    assert promise(path) == pytest.approx(len(samples) / rate, abs=1e-9)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "FLOAT", "DOUBLE", "ULAW", "IMA_ADPCM"])
def test_every_kind_of_wav_promises_its_length(subtype: str, tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "a.wav", sounds.noise(2.0), subtype=subtype)
    assert promise(path) == pytest.approx(2.0, abs=0.05)


def test_wma_promises_its_length(tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "a.wma", sounds.noise(2.0))
    assert promise(path) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("suffix", [".ogg", ".m4a", ".aac"])
def test_the_others_promise_nothing_in_their_first_bytes(suffix: str, tmp_path: Path) -> None:
    assert promise(sounds.write_audio(tmp_path / f"a{suffix}", sounds.noise(1.0))) is None


@pytest.mark.parametrize("suffix", [".ogg", ".opus"])
def test_an_ogg_file_is_closed_open_or_cut(suffix: str, tmp_path: Path) -> None:
    rate = 48000
    content = sounds.write_audio(tmp_path / f"a{suffix}", sounds.noise(6.0, rate=rate), rate).read_bytes()
    last_page = content.rindex(b"OggS")
    assert ogg_ending(io.BytesIO(content)) == "closed"
    assert ogg_ending(io.BytesIO(content[:last_page])) == "open"
    assert ogg_ending(io.BytesIO(content[: last_page + 10])) == "cut"
    assert ogg_ending(io.BytesIO(content[:-5])) == "cut"


@given(
    st.binary(max_size=400),
    st.sampled_from([b"RIFF\0\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"fLaC", b"\xff\xfb\x90\x64", b""]),
)
def test_no_bytes_upset_the_readers(junk: bytes, head: bytes) -> None:
    for container in ("wav", "aiff", "flac", "mp3", "asf", None):
        length_s = promised_s(io.BytesIO(head + junk), container)
        assert length_s is None or length_s >= 0
