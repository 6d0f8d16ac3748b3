"""The same audio is known again whatever the tags say; other audio never passes for it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import File
from mutagen.apev2 import APEv2
from mutagen.asf import ASF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TIT2, ID3NoHeaderError
from mutagen.mp4 import MP4, MP4Cover

import sounds
from edm.audio.containers import SUFFIXES
from edm.audio.identity import FileIdentity, audio_hash, identify, sample_hash
from edm.errors import AudioError

RATE = 48000  # the one that all codecs know
PICTURE = np.random.default_rng(1).bytes(300_000)
TITLE = "A title that is a good deal longer than the one before it " * 20


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One track of noise in each format, untagged; longer than the blocks that are sampled."""
    folder = tmp_path_factory.mktemp("originals")
    samples = sounds.noise(20.0, seed=1)
    return {suffix: sounds.write_audio(folder / f"track{suffix}", samples, rate=RATE) for suffix in SUFFIXES}


def picture_block() -> Picture:
    picture = Picture()
    picture.data, picture.mime, picture.type = PICTURE, "image/jpeg", 3
    return picture


def opened(path: Path) -> Any:
    if path.suffix != ".aac":
        return File(path)
    # Mutagen takes a tagged one for an mp3.
    file = ID3()
    try:
        file.load(path)
    except ID3NoHeaderError:
        pass
    return file


def write_title(path: Path, title: str) -> None:
    file = opened(path)
    if not isinstance(file, ID3) and file.tags is None:
        file.add_tags()
    frames = file if isinstance(file, ID3) else file.tags
    if isinstance(frames, ID3):
        frames.add(TIT2(3, [title]))
    else:
        file["©nam" if isinstance(file, MP4) else "Title"] = [title]
    save(file, path)


def write_picture(path: Path) -> None:
    file = opened(path)
    frames = file if isinstance(file, ID3) else file.tags
    if isinstance(frames, ID3):
        frames.add(APIC(3, "image/jpeg", 3, "", PICTURE))
    elif isinstance(file, MP4):
        file["covr"] = [MP4Cover(PICTURE)]
    elif isinstance(file, FLAC):
        file.add_picture(picture_block())
    elif isinstance(file, ASF):
        file["WM/Picture"] = PICTURE.hex()[:60_000]
    else:
        # A page is 64 kB at most: this renumbers all pages of the audio.
        file["metadata_block_picture"] = [picture_block().write().hex()]
    save(file, path)


def save(file: Any, path: Path) -> None:
    if isinstance(file, ID3):
        file.save(path)
    else:
        file.save()


def remove_tags(path: Path) -> None:
    file = opened(path)
    if isinstance(file, ID3):
        file.delete(path)
    else:
        file.delete()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_titles_pictures_and_no_tags_at_all_leave_the_hash(
    suffix: str, originals: dict[str, Path], tmp_path: Path
) -> None:
    path = Path(shutil.copy(originals[suffix], tmp_path))
    hashes, contents = [sample_hash(path)], {path.read_bytes()}
    for change in (
        lambda: write_title(path, "Short"),
        lambda: write_title(path, TITLE),
        lambda: write_picture(path),
        lambda: remove_tags(path),
    ):
        change()
        contents.add(path.read_bytes())
        hashes.append(sample_hash(path))
    assert len(contents) >= 4
    assert len(set(hashes)) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_another_track_has_another_hash(suffix: str, originals: dict[str, Path], tmp_path: Path) -> None:
    other = sounds.write_audio(tmp_path / f"track{suffix}", sounds.noise(20.0, seed=2), rate=RATE)
    assert sample_hash(other) != sample_hash(originals[suffix])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_track_cut_off_has_another_hash(suffix: str, originals: dict[str, Path], tmp_path: Path) -> None:
    content = originals[suffix].read_bytes()
    cut = tmp_path / f"track{suffix}"
    cut.write_bytes(content[: int(len(content) * 0.8)])
    assert sample_hash(cut) != sample_hash(originals[suffix])


def test_one_track_in_several_formats_has_several_hashes(originals: dict[str, Path]) -> None:
    # .oga is the same stream of Vorbis as .ogg, but each has its own random serial number; .aif differ in their form.
    assert len({sample_hash(originals[suffix]) for suffix in (".wav", ".flac", ".mp3", ".ogg", ".m4a")}) == 5


def test_another_sample_rate_is_another_audio(tmp_path: Path) -> None:
    samples = sounds.noise(2.0)
    for suffix in (".wav", ".aiff"):
        fast = sounds.write_audio(tmp_path / f"fast{suffix}", samples, rate=48000)
        slow = sounds.write_audio(tmp_path / f"slow{suffix}", samples, rate=44100)
        assert sample_hash(fast) != sample_hash(slow)


def test_one_sample_in_the_middle_of_a_flac_is_noticed(tmp_path: Path) -> None:
    samples = sounds.noise(20.0)
    one = sounds.write_audio(tmp_path / "one.flac", samples)
    samples[400_000] = 0.0
    other = sounds.write_audio(tmp_path / "other.flac", samples)
    assert sample_hash(one) != sample_hash(other)


def end_tags() -> dict[str, Callable[[bytes], bytes]]:
    lyrics = b"LYRICSBEGININD0000200" + b"LYR00011some lyrics"
    id3 = b"\x03\0\x10" + bytes([0, 0, 0, 30])
    extended = b"TAG+" + bytes(223)
    return {
        "id3v1": lambda audio: audio + b"TAG" + bytes(125),
        "extended id3v1": lambda audio: audio + extended + b"TAG" + bytes(125),
        "lyrics3 v2": lambda audio: audio + lyrics + b"%06dLYRICS200" % len(lyrics),
        "lyrics3 v2 and id3v1": lambda audio: audio + lyrics + b"%06dLYRICS200" % len(lyrics) + b"TAG" + bytes(125),
        "lyrics3 v1": lambda audio: audio + b"LYRICSBEGINla la laLYRICSEND" + b"TAG" + bytes(125),
        "id3v2 at the end": lambda audio: audio + b"ID3" + id3[0:2] + id3[2:] + bytes(30) + b"3DI" + id3,
        "id3v2 with a footer in front": lambda audio: b"ID3" + b"\x04\0\x10\0\0\0\x1e" + bytes(30) + bytes(10) + audio,
        "two id3v2 in front": lambda audio: 2 * (b"ID3" + b"\x03\0\0\0\0\0\x1e" + bytes(30)) + audio,
        "zeros behind id3v2": lambda audio: b"ID3" + b"\x03\0\0\0\0\0\x1e" + bytes(30 + 9000) + audio,
    }


@pytest.mark.parametrize("kind", end_tags())
def test_every_kind_of_tag_around_an_mp3_is_passed_over(kind: str, originals: dict[str, Path], tmp_path: Path) -> None:
    tagged = tmp_path / "tagged.mp3"
    tagged.write_bytes(end_tags()[kind](originals[".mp3"].read_bytes()))
    assert sample_hash(tagged) == sample_hash(originals[".mp3"])


def test_ape_tags_behind_and_before_an_id3v1_are_passed_over(originals: dict[str, Path], tmp_path: Path) -> None:
    tagged = Path(shutil.copy(originals[".mp3"], tmp_path / "tagged.mp3"))
    ape = APEv2()
    ape["Title"] = TITLE
    ape.save(tagged)
    tags = ID3()
    tags.add(COMM(3, "eng", "", "here too"))
    tags.save(tagged, v1=2)
    assert sample_hash(tagged) == sample_hash(originals[".mp3"])


def test_an_mp4_whose_index_moved_to_the_front_is_the_same(originals: dict[str, Path], tmp_path: Path) -> None:
    content = originals[".m4a"].read_bytes()
    boxes, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        boxes.append(content[at : at + length])
        at += length
    names = [box[4:8] for box in boxes]
    assert names.index(b"moov") > names.index(b"mdat")
    moved = tmp_path / "moved.m4a"
    moved.write_bytes(b"".join(sorted(boxes, key=lambda box: box[4:8] == b"mdat")))
    assert sample_hash(moved) == sample_hash(originals[".m4a"])


def test_a_hash_is_of_content_and_not_of_names(originals: dict[str, Path], tmp_path: Path) -> None:
    renamed = shutil.copy(originals[".mp3"], tmp_path / "other.wav")
    assert sample_hash(Path(renamed)) == sample_hash(originals[".mp3"])


def test_little_is_read_of_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import edm.audio.identity as identity

    path = sounds.write_audio(tmp_path / "long.wav", sounds.noise(60.0))
    real, lengths = Path.open, []

    class Counting:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Counting:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def read(self, size: int = -1) -> bytes:
            data: bytes = self.file.read(size)
            lengths.append(len(data))
            return data

    monkeypatch.setattr(identity.Path, "open", lambda self, *a, **k: Counting(real(self, *a, **k)))
    sample_hash(path)
    assert 128 * 1024 <= sum(lengths) <= 200_000


def test_identity_is_size_time_and_hash(originals: dict[str, Path]) -> None:
    path = originals[".wav"]
    status = path.stat()
    assert identify(path) == FileIdentity(status.st_size, status.st_mtime_ns, sample_hash(path))


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name in ("gone.mp3", "a\0b.mp3"):
        with pytest.raises(AudioError, match="cannot be read"):
            sample_hash(tmp_path / name)
    with pytest.raises(AudioError, match="directory"):
        sample_hash(tmp_path)


def test_empty_and_unknown_files_have_a_hash_of_all_they_hold(tmp_path: Path) -> None:
    contents = [b"", b"\0", b"\0\0", b"text", b"ID3\x03\0\0\x7f\x7f\x7f\x7f", b"OggS", b"fLaC", b"RIFF\0\0\0\0WAVE"]
    hashes = set()
    for content in contents:
        (tmp_path / "file").write_bytes(content)
        hashes.add(sample_hash(tmp_path / "file"))
    assert len(hashes) == len(contents)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_headers_broken_anywhere_are_never_an_error(
    data: st.DataObject, originals: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    suffix = data.draw(st.sampled_from(sorted(SUFFIXES)))
    content = bytearray(originals[suffix].read_bytes()[: data.draw(st.integers(0, 5000))])
    for _ in range(data.draw(st.integers(0, 12))):
        if content:
            content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "broken"
    path.write_bytes(bytes(content))
    assert len(sample_hash(path)) == 32


def test_a_header_that_points_beyond_all_files_is_no_error(originals: dict[str, Path], tmp_path: Path) -> None:
    content = bytearray(originals[".wma"].read_bytes()[:24])
    content[22] = 1  # 2**48 in the length of the header
    (tmp_path / "broken").write_bytes(content)
    assert len(sample_hash(tmp_path / "broken")) == 32


def test_the_hash_of_decoded_audio_ignores_what_16_bits_cannot_tell() -> None:
    samples = sounds.noise(2.0)
    assert audio_hash(samples) == audio_hash(samples.copy()) != audio_hash(samples[:-1])
    quantised = np.rint(samples * 32767).astype(np.float32) / np.float32(32767)
    assert audio_hash(quantised) == audio_hash(quantised + np.float32(2e-6))
    louder = samples.copy()
    louder[1000] += np.float32(1e-3)
    assert audio_hash(louder) != audio_hash(samples)


def test_long_audio_is_hashed_in_blocks_as_if_it_were_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import edm.audio.identity as identity

    samples = sounds.noise(1.0)
    whole = audio_hash(samples)
    monkeypatch.setattr(identity, "_SAMPLES_AT_ONCE", 1000)
    assert audio_hash(samples) == whole
    assert audio_hash(np.zeros(0, np.float32)) == audio_hash(np.zeros(0, np.float32)) != whole


def ogg(first_number: int, body_bytes: int) -> bytes:
    """Pages by hand: one of headers, then audio, numbered from ``first_number``; checksums as good as random."""
    bodies = np.random.default_rng(0).bytes(200 * body_bytes)
    pages = []
    for index in range(201):
        lacing = bytes([255] * (body_bytes // 255) + [body_bytes % 255])
        number = (first_number + index).to_bytes(4, "little")
        granule = (index * 960).to_bytes(8, "little")
        head = b"OggS\0\0" + granule + b"same" + number + hashlib.md5(number).digest()[:4] + bytes([len(lacing)])
        pages.append(head + lacing + bodies[max(0, index - 1) * body_bytes :][:body_bytes])
    return b"".join(pages)


@given(body_bytes=st.integers(700, 4000), shift=st.integers(1, 10_000))
@settings(max_examples=80, deadline=None)
def test_ogg_pages_count_without_their_numbers_wherever_blocks_cut_them(
    body_bytes: int, shift: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "pages.ogg"
    path.write_bytes(ogg(1, body_bytes))
    before = sample_hash(path)
    path.write_bytes(ogg(1 + shift, body_bytes))
    assert sample_hash(path) == before
