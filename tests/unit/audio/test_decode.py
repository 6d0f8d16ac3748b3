"""Every format decodes to the same sound, at the same time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

import sounds
from edm.audio.containers import SUFFIXES
from edm.audio.decode import decode
from edm.audio.streams import DECODERS, open_pyav
from edm.errors import InputError
from edm.model import FloatArray

LOSSLESS = [".wav", ".flac", ".aiff", ".aif", ".aifc"]
LOSSY = [".mp3", ".ogg", ".oga", ".opus", ".m4a", ".mp4"]
CLICKS_S = (0.5, 1.0, 2.25)


def onset_s(samples: FloatArray, rate: int, near_s: float) -> float:
    """Time of the first sample above a third of the peak, within 100 ms of ``near_s``."""
    start = round((near_s - 0.1) * rate)
    window = np.abs(samples[start : start + round(0.2 * rate)])
    return (start + int(np.argmax(window > window.max() / 3))) / rate


@pytest.mark.parametrize("suffix", [*LOSSLESS, *LOSSY])
def test_a_click_is_at_its_time_in_every_format(suffix: str, tmp_path: Path) -> None:
    rate = 48000 if suffix == ".opus" else 44100
    path = sounds.write_audio(tmp_path / f"clicks{suffix}", sounds.clicks_at(list(CLICKS_S), 3.0, rate=rate), rate)
    audio = decode(path)
    assert audio.sample_rate == audio.native_sample_rate == rate
    tolerance_s = 0 if suffix in LOSSLESS else 2e-3
    for click_s in CLICKS_S:
        assert onset_s(audio.samples, rate, click_s) == pytest.approx(click_s, abs=tolerance_s + 1e-9)


def test_bare_aac_starts_late_by_the_frame_that_nothing_tells_of(tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "clicks.aac", sounds.clicks_at([0.5], 2.0))
    assert onset_s(decode(path).samples, 44100, 0.5) == pytest.approx(0.5 + 1024 / 44100, abs=2e-3)


def test_wma_of_ffmpeg_starts_early_by_the_frame_that_it_pads_less(tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "clicks.wma", sounds.clicks_at([0.5], 2.0))
    assert onset_s(decode(path).samples, 44100, 0.5) == pytest.approx(0.5 - 2048 / 44100, abs=2e-3)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".mp3", ".ogg", ".opus"])
def test_two_decoders_agree(suffix: str, tmp_path: Path) -> None:
    rate = 48000 if suffix == ".opus" else 44100
    music = sounds.track_at(128.0, 3.0, rate=rate).samples
    path = sounds.write_audio(tmp_path / f"music{suffix}", music, rate)
    first = decode(path).samples
    with open_pyav(path) as stream:
        second = np.concatenate([block.copy() for block in stream.blocks])
    # PyAV leaves out the last, partial block of an Ogg Vorbis file.
    shared = min(len(first), len(second))
    assert shared > len(first) - 1024
    np.testing.assert_allclose(second[:shared], first[:shared], atol=1e-3 if suffix == ".opus" else 2e-5)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000, 192000])
def test_every_rate_is_kept(suffix: str, rate: int, tmp_path: Path) -> None:
    tone = sounds.sine(440.0, 0.5, rate=rate)
    audio = decode(sounds.write_audio(tmp_path / f"tone{suffix}", tone, rate))
    assert audio.sample_rate == rate
    np.testing.assert_allclose(audio.samples, tone, atol=2 / 32768)


@pytest.mark.parametrize(
    ("suffix", "subtype", "step"),
    [
        (".wav", "PCM_U8", 2 / 128),
        (".wav", "PCM_16", 2 / 2**15),
        (".wav", "PCM_24", 2 / 2**23),
        (".wav", "PCM_32", 2 / 2**23),
        (".wav", "FLOAT", 0),
        (".wav", "DOUBLE", 1e-7),
        (".flac", "PCM_16", 2 / 2**15),
        (".flac", "PCM_24", 2 / 2**23),
        (".aiff", "PCM_16", 2 / 2**15),
        (".aiff", "PCM_24", 2 / 2**23),
        (".aiff", "PCM_32", 2 / 2**23),
        (".aiff", "FLOAT", 0),
    ],
)
def test_every_depth_is_scaled_to_one(suffix: str, subtype: str, step: float, tmp_path: Path) -> None:
    tone = sounds.sine(440.0, 0.3, level=0.9)
    audio = decode(sounds.write_audio(tmp_path / f"tone{suffix}", tone, subtype=subtype))
    np.testing.assert_allclose(audio.samples, tone, atol=step)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff"])
@pytest.mark.parametrize("channels", range(1, 9))
def test_channels_are_averaged(suffix: str, channels: int, tmp_path: Path) -> None:
    several = np.stack([sounds.sine(200.0 * (k + 1), 0.3) for k in range(channels)], axis=1)
    audio = decode(sounds.write_audio(tmp_path / f"chord{suffix}", several))
    np.testing.assert_allclose(audio.samples, several.mean(axis=1), atol=2 / 32768)


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".opus", ".m4a", ".wma"])
def test_stereo_of_lossy_formats_is_averaged(suffix: str, tmp_path: Path) -> None:
    rate = 48000 if suffix == ".opus" else 44100
    left, right = sounds.sine(440.0, 1.0, rate=rate), sounds.sine(440.0, 1.0, rate=rate, level=0.1)
    audio = decode(sounds.write_audio(tmp_path / f"tone{suffix}", np.stack([left, right], axis=1), rate))
    middle = audio.samples[rate // 4 : rate // 2]
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a"])
@pytest.mark.parametrize(("rate", "wanted"), [(48000, 44100), (44100, 22050), (22050, 44100), (96000, 44100)])
def test_resampling_keeps_the_time_of_a_click(suffix: str, rate: int, wanted: int, tmp_path: Path) -> None:
    if rate == 96000 and suffix == ".mp3":
        rate = 32000
    path = sounds.write_audio(tmp_path / f"clicks{suffix}", sounds.clicks_at(list(CLICKS_S), 3.0, rate=rate), rate)
    audio = decode(path, sample_rate=wanted)
    assert (audio.sample_rate, audio.native_sample_rate) == (wanted, rate)
    assert audio.duration_s == pytest.approx(3.0, abs=0.03)
    for click_s in CLICKS_S:
        assert onset_s(audio.samples, wanted, click_s) == pytest.approx(click_s, abs=2e-3)


def test_resampling_block_by_block_equals_resampling_at_once(tmp_path: Path) -> None:
    import soxr

    music = sounds.track_at(120.0, 8.0).samples
    path = sounds.write_audio(tmp_path / "music.wav", music, subtype="FLOAT")
    at_once = soxr.resample(music, 44100, 22050, quality="HQ")
    streamed = decode(path, sample_rate=22050).samples
    assert len(streamed) == len(at_once)
    np.testing.assert_allclose(streamed, at_once, atol=1e-6)


def test_capitals_in_a_suffix_are_as_good(tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "LOUD.WAV", sounds.sine(440.0, 0.2))
    assert decode(path).warnings == ()


@pytest.mark.parametrize("held", [".wav", ".flac", ".mp3", ".ogg", ".m4a"])
def test_content_counts_and_a_misleading_suffix_is_told(held: str, tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / f"tone{held}", sounds.sine(440.0, 0.5))
    disguise = path.rename(tmp_path / "tone.wma")
    audio = decode(disguise)
    assert audio.duration_s == pytest.approx(0.5, abs=0.05)
    assert audio.warnings == (f"named .wma, but holds {SUFFIXES[held]}",)


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are Unicode there")
@pytest.mark.parametrize("suffix", [b".wav", b".m4a"])
def test_a_name_that_is_no_unicode_is_opened(suffix: bytes, tmp_path: Path) -> None:
    plain = sounds.write_audio(tmp_path / f"plain{suffix.decode()}", sounds.sine(440.0, 0.5))
    odd = os.fsencode(tmp_path) + b"/caf\xe9\n" + suffix
    assert decode(plain.rename(os.fsdecode(odd))).duration_s == pytest.approx(0.5, abs=0.05)


def test_a_rate_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        decode(tmp_path / "any.wav", sample_rate=0)


def test_soundfile_is_asked_before_pyav() -> None:
    assert list(DECODERS) == ["soundfile", "pyav"]
