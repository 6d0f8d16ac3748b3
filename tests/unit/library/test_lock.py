"""One writer at a time, and it is named."""

from __future__ import annotations

import json
import os
import platform
import signal
import time
from pathlib import Path

import pytest

from edm.errors import LibraryBusyError
from edm.library import open_library, tracks
from edm.library.lock import Holder, lock_file
from unit.library.made import add_track
from unit.library.processes import writer


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with writer(database, "hold") as process:
        with pytest.raises(LibraryBusyError) as caught:
            open_library(database, mode="write", wait_s=0.2)
        assert f"{database} is in use by `writer.py" in caught.value.message
        assert f"(pid {process.pid}, since {time.strftime('%H:')}" in caught.value.message
        assert caught.value.hint


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with writer(database, "hold") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        open_library(database, mode="write", wait_s=0).close()


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with writer(database, "hold") as process:
        process.kill()
        with open_library(database, mode="write", wait_s=30) as library:
            add_track(library)


def test_two_writers_in_one_process_are_two(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with open_library(database, mode="write"), pytest.raises(LibraryBusyError, match=f"pid {os.getpid()}"):
        open_library(database, mode="write", wait_s=0)
    open_library(database, mode="write", wait_s=0).close()


def test_two_names_of_one_file_are_one_lock(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with open_library(database, mode="write"):
        (tmp_path / "link.db").symlink_to(database)
        with pytest.raises(LibraryBusyError):
            open_library(tmp_path / "link.db", mode="write", wait_s=0)


def test_two_libraries_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    with open_library(tmp_path / "a.db", mode="write"):
        open_library(tmp_path / "b.db", mode="write", wait_s=0).close()


def test_a_reader_needs_no_lock(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with open_library(database, mode="write") as library:
        add_track(library)
        with open_library(database, mode="read", wait_s=0) as reader:
            assert len(tracks.snapshot(reader)) == 1


@pytest.mark.parametrize("text", [b"", b"\0", b" {", b' {"pid": 1}', b" [1]", b" \xff"])
def test_a_holder_who_has_not_said_its_name_is_somebody(tmp_path: Path, text: bytes) -> None:
    database = tmp_path / "library.db"
    with open_library(database, mode="write"):
        lock_file(database).write_bytes(text)
        with pytest.raises(LibraryBusyError, match="in use by another process"):
            open_library(database, mode="write", wait_s=0)


def test_the_lock_file_is_empty_when_nobody_holds_it(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with open_library(database, mode="write"):
        holder = json.loads(lock_file(database).read_bytes()[1:])
        assert holder["pid"] == os.getpid()
    assert lock_file(database).read_bytes() == b""


def test_a_holder_elsewhere_and_long_ago_is_shown_so() -> None:
    here, there = platform.node(), platform.node() + "-other"
    then = time.mktime((2020, 1, 2, 3, 4, 5, 0, 0, -1))
    assert str(Holder(7, here, "edm run", then)) == "`edm run` (pid 7, since 2020-01-02 03:04)"
    assert str(Holder(7, there, "edm run", then)) == f"`edm run` (pid 7 on {there}, since 2020-01-02 03:04)"
