"""Files of playlists take the place of files, and of nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from edm.errors import InputError
from edm.pipeline.playlist_files import check_place, placed_whole, write_m3u
from edm.playlist.m3u import M3uTrack, read_m3u

TRACKS = [M3uTrack("/music/a.mp3", "A - One", 60.0)]


def test_a_list_and_its_reasons_lie_in_a_folder_that_is_made(tmp_path: Path) -> None:
    write_m3u(TRACKS, {"kind": "playlist"}, tmp_path / "a" / "b" / "set.m3u8", relative=False)
    assert read_m3u((tmp_path / "a" / "b" / "set.m3u8").read_bytes()) == TRACKS
    assert json.loads((tmp_path / "a" / "b" / "set.json").read_text()) == {"kind": "playlist"}


@pytest.mark.skipif(os.name == "nt", reason="has no pipes with names")
def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "set.m3u8"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is no file"):
        check_place(pipe)
    with pytest.raises(InputError, match="is no file"), placed_whole(pipe) as stream:
        stream.write(b"x")
    with pytest.raises(InputError, match="is no file"):
        write_m3u(TRACKS, {}, pipe, relative=False)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["set.m3u8"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        check_place(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "set.m3u8"
    link.symlink_to(tmp_path / "far" / "real.m3u8")
    for text in (b"first", b"second"):
        with placed_whole(link) as stream:
            stream.write(text)
        assert link.is_symlink()
        assert (tmp_path / "far" / "real.m3u8").read_bytes() == text


def test_a_place_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    path = tmp_path / "file" / "set.m3u8"
    with pytest.raises(InputError) as caught, placed_whole(path):
        pass
    assert caught.value.message == f"{path} cannot be written: {tmp_path / 'file'} is no folder"
    assert (tmp_path / "file").read_text() == "mine"
