"""Folders are walked and lists are read as people expect."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from edm.audio.containers import SUFFIXES
from edm.audio.decode import decode
from edm.audio.files import FoundFile, find_tracks, read_path_list, survey
from edm.errors import DecodeError, InputError

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(root: Path, **options: object) -> list[str]:
    return [path.relative_to(root).as_posix() for path in find_tracks([root], **options)]  # type: ignore[arg-type]


def test_every_suffix_is_found_in_small_and_capital_letters(tmp_path: Path) -> None:
    expected = [f"{suffix[1:]}{suffix}" for suffix in SUFFIXES] + [
        f"{suffix[1:]}-loud{suffix.upper()}" for suffix in SUFFIXES
    ]
    touch(tmp_path, *expected, "cover.jpg", "notes.txt", "noextension", "list.m3u")
    assert sorted(names(tmp_path)) == sorted(expected)


def test_order_is_by_name_within_folders_of_any_depth(tmp_path: Path) -> None:
    touch(tmp_path, "b/z.wav", "b/a.wav", "a.wav", "c.wav", "b/deep/er/x.wav")
    assert names(tmp_path) == ["a.wav", "b/a.wav", "b/deep/er/x.wav", "b/z.wav", "c.wav"]


def test_hidden_and_foreign_files_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "._a.mp3", ".hidden.mp3", ".git/b.mp3", "__MACOSX/a.mp3", "in/._b.wav", "in/b.wav")
    assert names(tmp_path) == ["a.mp3", "in/b.wav"]


def test_what_is_named_outright_is_taken_whatever_it_is(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden.mp3", "odd.xyz", ".folder/a.mp3")
    (tmp_path / ".edmignore").write_text("*\n")
    given = [tmp_path / "odd.xyz", tmp_path / ".hidden.mp3", tmp_path / ".folder"]
    assert find_tracks(given) == [tmp_path / "odd.xyz", tmp_path / ".hidden.mp3", tmp_path / ".folder" / "a.mp3"]


def test_a_track_given_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.mp3", "b.mp3")
    monkeypatch.chdir(tmp_path)
    given = [Path("b.mp3"), tmp_path, Path(), Path("a.mp3"), tmp_path / "x" / ".." / "b.mp3"]
    (tmp_path / "x").mkdir()
    assert find_tracks(given) == [Path("b.mp3"), tmp_path / "a.mp3"]


@needs_links
def test_loops_of_links_end(tmp_path: Path) -> None:
    touch(tmp_path, "a/one.wav", "b/two.wav")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b" / "across").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    assert names(tmp_path) == ["a/one.wav", "b/two.wav"]


@needs_links
def test_links_to_the_outside_are_followed_and_own_names_come_first(tmp_path: Path) -> None:
    touch(tmp_path, "music/z.wav", "elsewhere/far.wav")
    (tmp_path / "music" / "a_link.wav").symlink_to(tmp_path / "music" / "z.wav")
    (tmp_path / "music" / "link").symlink_to(tmp_path / "elsewhere")
    assert names(tmp_path / "music") == ["link/far.wav", "z.wav"]


@needs_links
def test_a_link_to_nothing_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "lost.wav").symlink_to(tmp_path / "gone.wav")
    warnings: list[str] = []
    assert names(tmp_path, on_warning=warnings.append) == []
    assert warnings == [f"{tmp_path / 'lost.wav'}: is a link to nothing"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_folder_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    touch(tmp_path, "open/a.wav", "shut/b.wav")
    (tmp_path / "shut").chmod(0)
    warnings: list[str] = []
    try:
        assert names(tmp_path, on_warning=warnings.append) == ["open/a.wav"]
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert "permission denied" in warnings[0]


def test_ignore_rules_are_those_of_git(tmp_path: Path) -> None:
    touch(
        tmp_path, "keep.wav", "loops/kick.wav", "a/loops/hat.wav", "a/draft 1.wav", "a/draft 2.wav", "stems/x/bass.wav"
    )
    (tmp_path / ".edmignore").write_text("# not music\nloops/\n*draft*\n!draft 2.wav\n/stems/**\n")
    assert names(tmp_path) == ["a/draft 2.wav", "keep.wav"]


def test_an_ignore_file_further_down_overrules(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "in/a.wav", "in/b.wav", "in/deep/b.wav", "out/b.wav")
    (tmp_path / ".edmignore").write_text("a.wav\n")
    (tmp_path / "in" / ".edmignore").write_text("!a.wav\n/b.wav\n")
    assert names(tmp_path) == ["in/a.wav", "in/deep/b.wav", "out/b.wav"]


def test_an_ignore_file_in_another_encoding_still_counts(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav")
    (tmp_path / ".edmignore").write_bytes(b"\xef\xbb\xbfa.wav\r\ncaf\xe9\r\n")
    assert names(tmp_path) == ["b.wav"]


def test_a_missing_path_is_an_error_or_kept_if_asked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        find_tracks([tmp_path / "gone"])
    assert caught.value.hint
    assert find_tracks([tmp_path / "gone"], keep_missing=True) == [tmp_path / "gone"]


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_an_impossible_name_is_missing_like_any_other(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        find_tracks([tmp_path / name])
    assert find_tracks([tmp_path / name], keep_missing=True) == [tmp_path / name]
    with pytest.raises(DecodeError):
        decode(tmp_path / name)
    file = tmp_path / "list.txt"
    file.write_bytes(name.encode())
    assert read_path_list(file) == [Path(name)]


def test_a_list_has_one_path_a_line(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(b"\xef\xbb\xbf/music/a.mp3\r\n\n  \n#1 hit.mp3\nlast one.mp3")
    assert read_path_list(file) == [Path("/music/a.mp3"), Path("#1 hit.mp3"), Path("last one.mp3")]


def test_comments_of_an_m3u_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "list.m3u8"
    file.write_bytes("#EXTM3U\n#EXTINF:123,Artist - Título\na/é.mp3\n".encode())
    assert read_path_list(file) == [Path("a/é.mp3")]


def test_null_separated_names_may_hold_line_breaks(tmp_path: Path) -> None:
    listed = read_path_list("-", null_separated=True, stdin=io.BytesIO(b"a\nb.mp3\0#c.mp3\0\0 d .mp3"))
    assert listed == [Path("a\nb.mp3"), Path("#c.mp3"), Path(" d .mp3")]


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are Unicode there")
def test_names_that_are_no_unicode_survive_a_list(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    Path(os.fsdecode(odd)).touch()
    (listed,) = read_path_list("-", stdin=io.BytesIO(odd + b"\n"))
    assert listed.exists()
    assert find_tracks([listed]) == [listed] == find_tracks([tmp_path])


def test_relative_paths_are_looked_for_here_and_then_beside_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "here/a.wav", "lists/a.wav", "lists/b.wav")
    file = tmp_path / "lists" / "list.txt"
    file.write_text("a.wav\nb.wav\ngone.wav\n")
    monkeypatch.chdir(tmp_path / "here")
    assert read_path_list(file) == [Path("a.wav"), tmp_path / "lists" / "b.wav", Path("gone.wav")]


def test_a_list_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the list"):
        read_path_list(tmp_path / "gone.txt")


def test_a_survey_tells_sizes_and_times_of_what_a_walk_finds(tmp_path: Path) -> None:
    touch(tmp_path, "b/a.wav", "a.wav", ".hidden.wav", "notes.txt")
    (tmp_path / "a.wav").write_bytes(b"12345")
    os.utime(tmp_path / "a.wav", ns=(0, 1_234_567_891))
    seen = survey(tmp_path)
    assert [file.path for file in seen.files] == find_tracks([tmp_path])
    assert seen.files[0] == FoundFile(tmp_path / "a.wav", 5, 1_234_567_891)
    assert seen.unseen == ()


@needs_links
def test_a_survey_tells_of_the_files_that_links_lead_to(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/far.wav", "music/near.wav")
    (tmp_path / "elsewhere" / "far.wav").write_bytes(b"123")
    (tmp_path / "music" / "link.wav").symlink_to(tmp_path / "elsewhere" / "far.wav")
    assert [(file.path.name, file.size) for file in survey(tmp_path / "music").files] == [
        ("link.wav", 3),
        ("near.wav", 0),
    ]


def test_a_survey_names_what_it_could_not_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "open/a.wav", "shut/b.wav")
    real = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    warnings: list[str] = []
    seen = survey(tmp_path, on_warning=warnings.append)
    assert [file.path.name for file in seen.files] == ["a.wav"]
    assert seen.unseen == (tmp_path / "shut",)
    assert len(warnings) == 1
