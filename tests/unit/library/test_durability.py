"""Nothing that was committed is lost: processes that are killed, disks that are full, readers beside writers."""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.errors import LibraryError
from edm.library import Library, check, open_library, results, stages, tracks
from unit.library.made import add_track, do
from unit.library.processes import writer

KILLS = 12


def committed_before_kill(database: Path, task: str, delay_s: float) -> list[int]:
    with writer(database, task) as process:
        timer = threading.Timer(delay_s, process.kill)
        timer.start()
        assert process.stdout is not None
        said = process.stdout.read()
        timer.join()
    # A line that was cut off was said in vain.
    return [int(line) for line in said.split("\n")[:-1]]


def add_many(library: Library, count: int) -> None:
    with library.transaction():
        for number in range(count):
            add_track(library, f"more {number}")


def finish_one_by_one(library: Library, count: int, promised: list[int]) -> None:
    for number in range(count):
        with library.transaction():
            track_id = add_track(library, f"{number}")
            do(library, track_id, identity=f"{number}")
        promised.append(track_id)


def test_a_killed_writer_loses_no_finished_track(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    rng = random.Random(4)
    promised: set[int] = set()
    for kill in range(KILLS):
        promised |= set(committed_before_kill(database, str(kill * 100_000), rng.uniform(0, 0.25)))
        with open_library(database, mode="write", wait_s=0) as library:
            assert check(library) == ()
            rows = list(results.iter_sonic_rows(library))
            found = {row.track_id for row in rows}
            assert promised <= found
            # All of a track or nothing of it.
            assert found == {track.id for track in tracks.iterate(library)}
            assert all(len(row.vectors) == 4 for row in rows)
            assert stages.counts(library, "sonic", 1)["done"] == len(found)
            assert len(library.rows("SELECT * FROM analyses")) == len(found)
    assert len(promised) > KILLS


def test_readers_see_whole_tracks_while_another_process_writes(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    seen = []
    with writer(database, "0") as process:
        assert process.stdout is not None
        for _ in range(5):
            promised = int(process.stdout.readline())
            with open_library(database, mode="read") as library:
                rows = list(results.iter_sonic_rows(library))
                assert {promised} <= {row.track_id for row in rows}
                assert all(len(row.vectors) == 4 for row in rows)
                seen.append(len(rows))
    assert seen == sorted(seen)


def test_a_reader_keeps_no_writer_waiting(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    with open_library(database, mode="write", wait_s=0) as library:
        first = add_track(library, "a")
        with open_library(database, mode="read") as reader:
            going = tracks.iterate(reader)
            assert next(going).id == first
            add_track(library, "b")
            assert len(tracks.snapshot(reader)) == 2


def test_a_full_disk_stores_nothing_by_halves(tmp_path: Path) -> None:
    with open_library(tmp_path / "library.db", mode="write") as library:
        number = add_track(library, "a")
        library.run(f"PRAGMA max_page_count = {int(library.setting('page_count')) + 8}")
        with pytest.raises(LibraryError, match="the disk is full") as caught:
            add_many(library, 2000)
        assert caught.value.hint
        assert [track.id for track in tracks.iterate(library)] == [number]
        assert check(library) == ()
        library.run("PRAGMA max_page_count = 100000")
        do(library, number, identity="a")
        assert stages.counts(library, "sonic", 1)["done"] == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_keeps_all_that_was_committed(small_disk: Path) -> None:
    database = small_disk / "library.db"
    promised: list[int] = []
    with open_library(database, mode="write") as library:
        with pytest.raises(LibraryError, match="disk") as caught:
            finish_one_by_one(library, 5000, promised)
        assert caught.value.hint
    assert promised
    with open_library(database, mode="read") as library:
        assert check(library) == ()
        assert [row.track_id for row in results.iter_sonic_rows(library)] == promised


def test_no_library_can_be_made_on_a_full_disk(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 390_000)
    with pytest.raises(LibraryError, match="disk") as caught:
        open_library(small_disk / "library.db", mode="write")
    assert caught.value.hint
