"""Whoever listens while a file is decoded hears its own channels at its own rate, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from edm.audio.channels import channel_names
from edm.audio.decode import decode
from edm.audio.streams import DECODERS, open_pyav, open_soundfile
from edm.dsp.loudness_meter import LoudnessMeter, measure_loudness
from edm.model import FloatArray
from sounds import noise, sine


class Listener:
    """Keeps all that it hears."""

    def __init__(self) -> None:
        self.started: list[tuple[int, tuple[str, ...]]] = []
        self.blocks: list[FloatArray] = []

    def start(self, sample_rate: int, channels: tuple[str, ...]) -> None:
        self.started.append((sample_rate, channels))
        self.blocks = []

    def add(self, block: FloatArray) -> None:
        self.blocks.append(block.copy())

    @property
    def heard(self) -> FloatArray:
        return np.concatenate(self.blocks)


def several(channels: int, rate: int, duration_s: float = 3.5) -> FloatArray:
    """A different sound on each channel, some out of phase."""
    sounds = [noise(duration_s, rate=rate, level=0.1), sine(220.0, duration_s, rate=rate)]
    return np.stack([(-1) ** k * sounds[k % 2] * (0.9 - 0.1 * k) for k in range(channels)], axis=1).astype(np.float32)


def written(path: Path, samples: FloatArray, rate: int, **options) -> Path:
    soundfile.write(path, samples, rate, **options)
    return path


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_blocks_are_the_samples_of_the_file(channels, rate, tmp_path):
    samples = several(channels, rate)
    path = written(tmp_path / "a.wav", samples, rate, subtype="FLOAT")
    listener = Listener()
    decode(path, sample_rate=44100, meter=listener)
    assert listener.started == [(rate, channel_names("wav", channels))]
    assert np.array_equal(listener.heard, samples)


@pytest.mark.parametrize("decoder", ["soundfile", "pyav"])
def test_both_decoders_hand_over_the_same(decoder, tmp_path):
    samples = several(2, 44100)
    path = written(tmp_path / "a.flac", samples, 44100)
    heard: list[FloatArray] = []
    with DECODERS[decoder].open(path) as stream:
        stream.on_block = lambda block: heard.append(block.copy())
        mono = np.concatenate([block.copy() for block in stream.blocks])
    assert np.abs(np.concatenate(heard) - samples).max() < 1e-4
    assert np.abs(np.concatenate(heard).mean(axis=1) - mono).max() < 1e-6


# FFmpeg takes those behind to be at the sides; they weigh alike.
@pytest.mark.parametrize(("opened", "last"), [(open_soundfile, ("BL", "BR")), (open_pyav, ("SL", "SR"))])
def test_channels_have_the_names_of_their_places(opened, last, tmp_path):
    path = written(tmp_path / "a.flac", several(6, 48000, 0.5), 48000)
    with opened(path) as stream:
        assert stream.channels == ("FL", "FR", "FC", "LFE", *last)


def test_a_vorbis_file_has_its_own_order_of_channels(tmp_path):
    # Only the fourth channel of a WAVE is for low effects; of Vorbis it is the last.
    samples = np.zeros((48000, 6), np.float32)
    samples[:, 5] = sine(50.0, 1.0, rate=48000)
    meter = LoudnessMeter()
    decode(written(tmp_path / "a.ogg", samples, 48000, format="OGG", subtype="VORBIS"), meter=meter)
    assert meter.loudness().integrated_lufs is None
    assert meter.loudness().true_peak_dbtp == pytest.approx(-5, abs=2)


def test_names_are_as_many_as_channels():
    for container in ("wav", "flac", "ogg", "aiff", "caf", "mp3"):
        for count in range(1, 10):
            names = channel_names(container, count)
            assert len(names) == count
            assert names[0] in {"FL", "FC", ""}


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".m4a"])
def test_listening_changes_no_sample_and_no_warning(suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    samples = several(2, 44100, 5.0)
    if suffix == ".m4a":
        with av.open(path, "w") as container:
            stream = container.add_stream("aac", rate=44100)
            stream.layout = "stereo"
            for start in range(0, len(samples) - 1024, 1024):
                part = np.ascontiguousarray(samples[start : start + 1024].T)
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
                frame.sample_rate = 44100
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    else:
        soundfile.write(path, samples[:44100], 44100)
    plain, listener = decode(path), Listener()
    heard = decode(path, meter=listener)
    assert np.array_equal(plain.samples, heard.samples)
    assert plain.warnings == heard.warnings
    assert np.abs(listener.heard.mean(axis=1) - plain.samples).max() < 1e-6


def test_loudness_is_that_of_two_channels_and_not_of_their_mean(tmp_path):
    # Out of phase, the mean is silent.
    tone = sine(1000.0, 5.0, level=0.1)
    path = written(tmp_path / "a.wav", np.stack([tone, -tone], axis=1), 44100)
    meter = LoudnessMeter()
    audio = decode(path, sample_rate=22050, meter=meter)
    assert np.abs(audio.samples).max() < 1e-4
    assert meter.loudness().integrated_lufs == pytest.approx(-20.0, abs=0.1)


def test_samples_of_no_value_are_silence_to_whoever_listens(tmp_path):
    samples = several(2, 44100)
    samples[1000:1010, 0] = np.nan
    samples[5000, 1] = np.inf
    meter = LoudnessMeter()
    audio = decode(written(tmp_path / "a.wav", samples, 44100, subtype="FLOAT"), meter=meter)
    assert any("no value" in warning for warning in audio.warnings)
    mended = np.nan_to_num(samples, posinf=0.0)
    assert meter.loudness() == measure_loudness(mended, 44100)


def test_a_file_that_one_decoder_refuses_is_begun_anew(tmp_path):
    path = written(tmp_path / "a.wav", several(2, 44100, 1.0), 44100)
    listener = Listener()
    decode(path, meter=listener)
    decode(path, meter=listener)
    assert len(listener.started) == 2
    assert len(listener.heard) == 44100
