"""Tags of every kind are brought to one record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import File
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2
from mutagen.asf import ASF, ASFUnicodeAttribute
from mutagen.id3 import ID3, TALB, TBPM, TCON, TDRC, TIT2, TKEY, TPE1, TPE2, TXXX, UFID
from mutagen.mp4 import MP4, MP4FreeForm
from mutagen.wave import WAVE

import sounds
from edm.audio.tags import read_tags
from edm.model import Tags

IDS = {
    name: f"{number}383dadf-2a4e-4d10-a46a-e9e041da8eb3"
    for number, name in enumerate(["track", "recording", "release", "release_group", "artist", "album_artist"])
}
EXPECTED = Tags(
    title="Ōne (Edit)",
    artist="Somebody",
    album="Album",
    album_artist="Various",
    year=2019,
    genres=("House", "Deep House"),
    bpm=127.97,
    key="8A",
    musicbrainz=IDS,
)


def id3_frames() -> list[Any]:
    described = {
        "MusicBrainz Release Track Id": "track",
        "MusicBrainz Album Id": "release",
        "MusicBrainz Release Group Id": "release_group",
        "MusicBrainz Artist Id": "artist",
        "MusicBrainz Album Artist Id": "album_artist",
    }
    return [
        TIT2(3, [EXPECTED.title]),
        TPE1(3, ["Somebody"]),
        TALB(3, ["Album"]),
        TPE2(3, ["Various"]),
        TDRC(3, ["2019-05-01"]),
        TCON(3, ["House", "Deep House"]),
        TBPM(3, ["127,97"]),
        TKEY(3, ["8A"]),
        UFID("http://musicbrainz.org", IDS["recording"].encode()),
        *(TXXX(3, desc, [IDS[name]]) for desc, name in described.items()),
    ]


def tag_mp3(path: Path) -> None:
    tags = ID3()
    for frame in id3_frames():
        tags.add(frame)
    tags.save(path)


def tag_chunk(kind: type[WAVE] | type[AIFF]) -> Callable[[Path], None]:
    def tag(path: Path) -> None:
        file = kind(path)
        file.add_tags()
        for frame in id3_frames():
            file.tags.add(frame)
        file.save()

    return tag


def tag_comments(path: Path) -> None:
    file = File(path)
    file.update(
        {
            "title": EXPECTED.title,
            "artist": "Somebody",
            "album": "Album",
            "albumartist": "Various",
            "date": "2019-05-01",
            "genre": ["House", "Deep House"],
            "bpm": "127.97",
            "initialkey": "8A",
            "musicbrainz_releasetrackid": IDS["track"],
            "musicbrainz_trackid": IDS["recording"],
            "musicbrainz_albumid": IDS["release"],
            "musicbrainz_releasegroupid": IDS["release_group"],
            "musicbrainz_artistid": IDS["artist"],
            "musicbrainz_albumartistid": IDS["album_artist"],
        }
    )
    file.save()


def tag_mp4(path: Path) -> None:
    file = MP4(path)
    file.update(
        {
            "©nam": EXPECTED.title,
            "©ART": "Somebody",
            "©alb": "Album",
            "aART": "Various",
            "©day": "2019-05-01T00:00:00Z",
            "©gen": ["House", "Deep House"],
            "tmpo": [128],
        }
    )
    free = {
        "BPM": "127.97",
        "initialkey": "8A",
        "MusicBrainz Release Track Id": IDS["track"],
        "MusicBrainz Track Id": IDS["recording"],
        "MusicBrainz Album Id": IDS["release"],
        "MusicBrainz Release Group Id": IDS["release_group"],
        "MusicBrainz Artist Id": IDS["artist"],
        "MusicBrainz Album Artist Id": IDS["album_artist"],
    }
    for name, text in free.items():
        file[f"----:com.apple.iTunes:{name}"] = [MP4FreeForm(text.encode())]
    file.save()


def tag_wma(path: Path) -> None:
    file = ASF(path)
    texts = {
        "Title": EXPECTED.title,
        "Author": "Somebody",
        "WM/AlbumTitle": "Album",
        "WM/AlbumArtist": "Various",
        "WM/Year": "2019",
        "WM/BeatsPerMinute": "127.97",
        "WM/InitialKey": "8A",
        "MusicBrainz/Release Track Id": IDS["track"],
        "MusicBrainz/Track Id": IDS["recording"],
        "MusicBrainz/Album Id": IDS["release"],
        "MusicBrainz/Release Group Id": IDS["release_group"],
        "MusicBrainz/Artist Id": IDS["artist"],
        "MusicBrainz/Album Artist Id": IDS["album_artist"],
    }
    for name, text in texts.items():
        file[name] = [ASFUnicodeAttribute(text)]
    file["WM/Genre"] = [ASFUnicodeAttribute("House"), ASFUnicodeAttribute("Deep House")]
    file.save()


WRITERS: dict[str, Callable[[Path], None]] = {
    ".mp3": tag_mp3,
    ".aac": tag_mp3,
    ".wav": tag_chunk(WAVE),
    ".aiff": tag_chunk(AIFF),
    ".flac": tag_comments,
    ".ogg": tag_comments,
    ".opus": tag_comments,
    ".m4a": tag_mp4,
    ".wma": tag_wma,
}


def tone(path: Path) -> Path:
    return sounds.write_audio(path, sounds.sine(440.0, 0.3, rate=48000), 48000)


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_gives_the_same_record(suffix: str, tmp_path: Path) -> None:
    path = tone(tmp_path / f"a{suffix}")
    WRITERS[suffix](path)
    assert read_tags(path) == EXPECTED


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_file_without_tags_gives_an_empty_record(suffix: str, tmp_path: Path) -> None:
    path = tone(tmp_path / f"a{suffix}")
    # Encoders leave their own name, nothing of what we ask for.
    assert read_tags(path) == Tags()


@pytest.mark.parametrize("suffix", WRITERS)
def test_broken_files_give_what_they_can_and_never_an_error(suffix: str, tmp_path: Path) -> None:
    path = tone(tmp_path / f"a{suffix}")
    WRITERS[suffix](path)
    content = path.read_bytes()
    for length in range(0, 2000, 37):
        path.write_bytes(content[:length])
        read_tags(path)
    for at in range(0, min(len(content), 3000), 61):
        path.write_bytes(content[:at] + b"\xff\x00\xfe\x7f" + content[at + 4 :])
        read_tags(path)


def test_missing_files_folders_and_words_give_an_empty_record(tmp_path: Path) -> None:
    words = tmp_path / "words.mp3"
    words.write_text("words")
    assert read_tags(tmp_path / "gone.mp3") == read_tags(tmp_path) == read_tags(words) == Tags()


def test_the_whole_number_of_an_mp4_counts_where_there_is_no_better(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.m4a")
    file = MP4(path)
    file["tmpo"] = [174]
    file.save()
    assert read_tags(path).bpm == 174.0
    file["tmpo"] = [0]
    file.save()
    assert read_tags(path).bpm is None


def test_numbered_genres_have_names(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3")
    tags = ID3()
    tags.add(TCON(3, ["(17)"]))
    tags.save(path)
    assert read_tags(path).genres == ("Rock",)


def test_the_old_tag_at_the_end_of_an_mp3_is_read(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3")
    old = (
        b"TAG"
        + b"Old Title".ljust(30, b"\0")
        + b"Old Artist".ljust(30, b"\0")
        + b"\0" * 30
        + b"1999"
        + b"\0" * 30
        + b"\x1f"
    )
    path.write_bytes(path.read_bytes() + old)
    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.year, tags.genres) == ("Old Title", "Old Artist", 1999, ("Trance",))


def test_an_mp3_with_an_ape_tag_only_is_read(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3")
    ape = APEv2()
    ape.update({"Title": "Ape", "Year": "2004", "BPM": "140"})
    ape.save(path)
    tags = read_tags(path)
    assert (tags.title, tags.year, tags.bpm) == ("Ape", 2004, 140.0)


def test_several_artists_are_joined_and_other_suffixes_do_not_matter(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.flac")
    file = File(path)
    file.update({"artist": ["One", "Two"], "title": ["First", "Second"]})
    file.save()
    tags = read_tags(path.rename(tmp_path / "a.mp3"))
    assert (tags.artist, tags.title) == ("One, Two", "First")
