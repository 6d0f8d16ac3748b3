"""What is wrong with a file is one line; what can be mended is mended and told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sounds
from edm.audio.decode import decode
from edm.errors import AudioError, DecodeError, EmptyAudioError
from edm.model import FloatArray

FORMATS = [".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".m4a", ".wma"]
NOISE = np.random.default_rng(0).bytes(150_000)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file of eight seconds in each format."""
    folder = tmp_path_factory.mktemp("whole")
    music = sounds.track_at(124.3, 8.0, rate=48000).samples
    return {suffix: sounds.write_audio(folder / f"music{suffix}", music, 48000) for suffix in FORMATS}


def refusal(path: Path) -> AudioError:
    with pytest.raises(AudioError) as caught:
        decode(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return caught.value


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_whole_file_gives_no_warning(suffix: str, whole: dict[str, Path]) -> None:
    assert decode(whole[suffix]).warnings == ()


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_cut_off_is_an_error(suffix: str, share: float, whole: dict[str, Path], tmp_path: Path) -> None:
    content = whole[suffix].read_bytes()
    error = refusal(written(tmp_path / f"cut{suffix}", content[: round(len(content) * share)]))
    assert isinstance(error, DecodeError)
    assert error.hint is not None


def test_a_cut_wav_tells_how_much_of_it_is_there(whole: dict[str, Path], tmp_path: Path) -> None:
    content = whole[".wav"].read_bytes()
    error = refusal(written(tmp_path / "cut.wav", content[: len(content) // 2]))
    assert error.reason == "ends after 4.0 s of 8.0 s"


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".m4a"])
def test_a_file_damaged_in_the_middle_is_an_error(suffix: str, whole: dict[str, Path], tmp_path: Path) -> None:
    content = bytearray(whole[suffix].read_bytes())
    # Music in each format; the index of an mp4 is behind it.
    third = len(content) // 3
    content[third : third + 4000] = NOISE[:4000]
    error = refusal(written(tmp_path / f"damaged{suffix}", bytes(content)))
    assert "of 8.0 s" in error.reason


@pytest.mark.parametrize("suffix", [*FORMATS, ".aac"])
@pytest.mark.parametrize(
    "content",
    [b"These are words.\n" * 500, b"<html>404</html>", NOISE, bytes(50_000), b"\xff\xd8\xff\xe0" + NOISE, b"R"],
)
def test_what_is_no_sound_is_an_error_whatever_its_name(suffix: str, content: bytes, tmp_path: Path) -> None:
    error = refusal(written(tmp_path / f"fake{suffix}", content))
    assert "not an audio file" in error.reason


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_file_is_empty(suffix: str, tmp_path: Path) -> None:
    assert isinstance(refusal(written(tmp_path / f"empty{suffix}", b"")), EmptyAudioError)


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".flac"])
def test_a_header_without_samples_is_empty(suffix: str, tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / f"header{suffix}", sounds.silence(0))
    assert isinstance(refusal(path), EmptyAudioError)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "gone.wav").reason


def test_a_folder_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder.wav"
    folder.mkdir()
    assert "folder" in refusal(folder).reason


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs permissions that hold")
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    path = sounds.write_audio(tmp_path / "secret.wav", sounds.sine(440.0, 0.2))
    path.chmod(0)
    assert "permission denied" in refusal(path).reason


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_a_named_pipe_is_an_error_and_not_a_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert "not a regular file" in refusal(tmp_path / "pipe.wav").reason


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    clean = sounds.sine(440.0, 1.0)
    spoilt = sounds.with_nan(clean, count=90)
    audio = decode(sounds.write_audio(tmp_path / "spoilt.wav", spoilt, subtype="FLOAT"))
    bad = ~np.isfinite(spoilt)
    assert not audio.samples[bad].any()
    np.testing.assert_array_equal(audio.samples[~bad], clean[~bad])
    assert audio.warnings == ("90 samples of no value became silence",)


def test_not_a_number_does_not_spread_by_resampling(tmp_path: Path) -> None:
    spoilt = sounds.with_nan(sounds.sine(440.0, 1.0), count=3)
    audio = decode(sounds.write_audio(tmp_path / "spoilt.wav", spoilt, subtype="FLOAT"), sample_rate=22050)
    assert np.isfinite(audio.samples).all()
    assert np.abs(audio.samples).max() < 1


def test_a_float_file_scaled_to_integers_is_scaled_down(tmp_path: Path) -> None:
    tone = sounds.sine(440.0, 1.0)
    audio = decode(sounds.write_audio(tmp_path / "loud.wav", (tone * 32768).astype(np.float32), subtype="FLOAT"))
    np.testing.assert_allclose(audio.samples, tone / np.abs(tone).max(), atol=1e-6)
    assert "scaled down" in audio.warnings[0]


@pytest.mark.parametrize(("spike", "word"), [(5000.0, "clipped"), (1e30, "silence")])
def test_a_single_spike_costs_a_sample_and_no_more(spike: float, word: str, tmp_path: Path) -> None:
    tone: FloatArray = sounds.sine(440.0, 1.0)
    tone[20000] = spike
    audio = decode(sounds.write_audio(tmp_path / "spike.wav", tone, subtype="FLOAT"))
    np.testing.assert_array_equal(np.delete(audio.samples, 20000), np.delete(tone, 20000))
    assert abs(audio.samples[20000]) <= 1
    assert word in audio.warnings[0]


def test_a_wav_of_unknown_length_from_a_pipe_is_read_to_its_end(whole: dict[str, Path], tmp_path: Path) -> None:
    content = bytearray(whole[".wav"].read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    assert decode(written(tmp_path / "piped.wav", bytes(content))).duration_s == pytest.approx(8.0)


def test_an_ogg_file_whose_last_page_does_not_close_it_is_read_with_a_warning(
    whole: dict[str, Path], tmp_path: Path
) -> None:
    content = whole[".ogg"].read_bytes()
    shorter = content[: content.rindex(b"OggS")]
    audio = decode(written(tmp_path / "open.ogg", shorter))
    assert "may be missing" in audio.warnings[0]


def test_decoders_are_silent_about_damage(whole: dict[str, Path], tmp_path: Path) -> None:
    content = bytearray(whole[".mp3"].read_bytes())
    content[20_000:24_000] = NOISE[:4000]
    files = [
        written(tmp_path / "damaged.mp3", bytes(content)),
        written(tmp_path / "cut.mp3", whole[".mp3"].read_bytes()[:30_000]),
        written(tmp_path / "cut.flac", whole[".flac"].read_bytes()[:30_000]),
        written(tmp_path / "words.mp3", b"These are words.\n" * 500),
        written(tmp_path / "noise.mp3", NOISE),
        written(tmp_path / "junk_behind.mp3", whole[".mp3"].read_bytes() + NOISE[:5000]),
    ]
    program = (
        "import sys; from pathlib import Path; from edm.audio.decode import decode; from edm.errors import AudioError\n"
        "for name in sys.argv[1:]:\n"
        "    try: decode(Path(name))\n"
        "    except AudioError: pass\n"
    )
    run = subprocess.run([sys.executable, "-c", program, *map(str, files)], capture_output=True, timeout=60, check=True)
    assert run.stderr == b""
    assert run.stdout == b""
