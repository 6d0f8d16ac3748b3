"""Playlists of players: what is written is read again, and no name breaks the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.playlist.m3u import M3uTrack, m3u_bytes, possible_paths, read_m3u

posix_only = pytest.mark.skipif(os.name == "nt", reason="such names exist elsewhere")

HERE = Path("/music")
NAMES = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=12).filter(
    lambda name: name not in {".", ".."} and len(name.encode()) < 255
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))
ANY_TEXT = st.text(st.characters(codec=None), max_size=30)


def lines(*tracks: M3uTrack, relative_to: Path | None = None) -> list[str]:
    return m3u_bytes(tracks, relative_to=relative_to).decode().split("\n")


def test_a_track_is_its_length_its_name_and_its_place() -> None:
    track = M3uTrack("/music/Ä/one.flac", "Käthe - Eins", 241.6)
    assert lines(track) == ["#EXTM3U", "#EXTINF:242,Käthe - Eins", "/music/Ä/one.flac", ""]


def test_what_is_not_known_is_said_as_players_do() -> None:
    assert lines(M3uTrack("/music/one.flac"))[1] == "#EXTINF:-1,one"


def test_an_empty_list_is_a_list() -> None:
    assert m3u_bytes([]) == b"#EXTM3U\n"


@posix_only
@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/music/sets/a.mp3", "a.mp3"),
        ("/music/b.mp3", "../b.mp3"),
        ("/other/c d.mp3", "../../other/c d.mp3"),
        ("/music/sets/#1.mp3", "./#1.mp3"),
        ("/music/sets/Re: mix/a.mp3", "./Re: mix/a.mp3"),
        ("/music/sets/~/a.mp3", "./~/a.mp3"),
        ("/music/sets/a\nb.mp3", "file:///music/sets/a%0Ab.mp3"),
        ("/music/sets/ blank.mp3", "file:///music/sets/%20blank.mp3"),
        ("/music/sets/100%.mp3", "100%.mp3"),
    ],
)
def test_paths_may_be_told_from_where_the_list_lies(path: str, written: str) -> None:
    assert lines(M3uTrack(path), relative_to=HERE / "sets")[2] == written


@posix_only
@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/music/a\nb.mp3", "file:///music/a%0Ab.mp3"),
        ("/music/a\rb.mp3", "file:///music/a%0Db.mp3"),
        ("/music/a\u2028b ü.mp3", "file:///music/a%E2%80%A8b%20%C3%BC.mp3"),
        ("/music/tail .mp3 ", "file:///music/tail%20.mp3%20"),
        ("/music/AC\\DC.mp3", "file:///music/AC%5CDC.mp3"),
        (os.fsdecode(b"/music/\xe9t\xe9.mp3"), "file:///music/%E9t%E9.mp3"),
    ],
)
def test_a_path_that_a_player_would_cut_or_turn_round_is_a_url(path: str, written: str) -> None:
    data = m3u_bytes([M3uTrack(path, "A - B")])
    assert data.decode().split("\n")[2] == written
    assert [possible_paths(track.path, HERE)[0] for track in read_m3u(data)] == [path]


def test_a_tag_cannot_break_a_line() -> None:
    assert lines(M3uTrack("/music/a.mp3", "A\r\n#EXTM3U\x00\x85 - \u2029B\t"))[1:] == [
        "#EXTINF:-1,A #EXTM3U - B",
        "/music/a.mp3",
        "",
    ]


def test_comments_and_empty_lines_are_no_tracks() -> None:
    data = b'#EXTM3U\n\n#EXTVLCOPT:x\n#EXTINF:12.5 tvg-id="1",A, B - C\none.mp3\n# two.mp3\n#EXTINF:x\n  \nthree.mp3'
    assert read_m3u(data) == [M3uTrack("one.mp3", "A, B - C", 12.5), M3uTrack("three.mp3")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_old_and_foreign_lists_are_read(encoding: str, end: str) -> None:
    data = end.join(["#EXTM3U", "#EXTINF:3,Björk - Jóga", "Björk/Jóga – 1.mp3", ""]).encode(encoding)
    assert read_m3u(data) == [M3uTrack("Björk/Jóga – 1.mp3", "Björk - Jóga", 3.0)]


def test_a_byte_that_no_code_page_has_is_kept() -> None:
    assert read_m3u(b"\xe9\x81.mp3") == [M3uTrack("é\x81.mp3")]


@posix_only
@pytest.mark.parametrize(
    ("entry", "places"),
    [
        ("a.mp3", ["/music/a.mp3"]),
        ("../x/a.mp3", ["/x/a.mp3"]),
        ("/b/a.mp3", ["/b/a.mp3"]),
        ("sub\\a.mp3", ["/music/sub\\a.mp3", "/music/sub/a.mp3"]),
        ("C:\\Music\\a.mp3", ["C:\\Music\\a.mp3"]),
        ("\\\\nas\\Music\\a.mp3", ["\\\\nas\\Music\\a.mp3"]),
        ("file:///b/a%20b%C3%A9.mp3", ["/b/a bé.mp3"]),
        ("FILE://localhost/b/a.mp3", ["/b/a.mp3"]),
        ("file:/b/a.mp3", ["/b/a.mp3"]),
        ("file:///C:/Music/a%20b.mp3", ["C:/Music/a b.mp3"]),
        ("file:///C|/Music/a.mp3", ["C:/Music/a.mp3"]),
        ("file://nas/Music/a.mp3", ["//nas/Music/a.mp3"]),
        ("http://host/a.mp3", []),
        ("https://host/a.mp3?x#y", []),
        ("100%25.mp3", ["/music/100%25.mp3"]),
    ],
)
def test_where_a_line_points_to(entry: str, places: list[str]) -> None:
    assert possible_paths(entry, HERE) == places


@posix_only
@given(st.lists(st.tuples(PATHS, ANY_TEXT, st.none() | st.floats(0, 1e5)), max_size=5), st.booleans())
def test_what_is_written_is_read_again(given_tracks: list[tuple[str, str, float | None]], relative: bool) -> None:
    tracks = [M3uTrack(*given_track) for given_track in given_tracks]
    data = m3u_bytes(tracks, relative_to=HERE if relative else None)
    found = read_m3u(data)
    assert [possible_paths(track.path, HERE)[0] for track in found] == [track.path for track in tracks]
    assert [track.duration_s for track in found] == [
        None if track.duration_s is None else round(track.duration_s) for track in tracks
    ]
    assert len(data.decode("utf-8").split("\n")) == 2 + 2 * len(tracks)


@given(st.binary(max_size=200))
def test_whatever_is_read_is_an_answer(data: bytes) -> None:
    for track in read_m3u(data):
        assert track.path
        possible_paths(track.path, HERE)
