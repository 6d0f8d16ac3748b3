"""Opening, closing, copying and checking a library, and every way in which a file is not one."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edm.errors import LibraryBusyError, LibraryError
from edm.library import Library, backup, check, open_library, tracks
from edm.library.connection import connect_to_read, connect_to_write
from edm.library.migrations import APPLICATION_ID, NEWEST, pragma
from unit.library.made import add_track, do

MODES = ("read", "write")
NOBODY = 65534


def refused(path: Path, mode: str, said: str) -> LibraryError:
    """The one clear line that opening `path` gives."""
    with pytest.raises(LibraryError, match=said) as caught:
        open_library(path, mode=mode, wait_s=0.1)  # type: ignore[arg-type]
    assert "\n" not in caught.value.message
    assert str(path.name) in caught.value.message
    assert caught.value.hint
    return caught.value


def make(path: Path, count: int = 1) -> Path:
    with open_library(path, mode="write") as library:
        for number in range(count):
            add_track(library, f"{number}.mp3")
    return path


@contextmanager
def powerless() -> Iterator[None]:
    """As a user to whom the rights of files apply."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may see into."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place
        place.chmod(0o755)


needs_rights = pytest.mark.skipif(not hasattr(os, "setresuid"), reason="rights of files are otherwise here")


def test_a_library_is_made_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "library.db"
    with open_library(path, mode="write") as library:
        assert (library.path, library.mode, library.notes) == (path, "write", [])
        assert (library.setting("journal_mode"), library.setting("foreign_keys")) == ("wal", "1")
        assert library.setting("synchronous") == "1"
        assert int(library.setting("application_id")) == APPLICATION_ID
        assert int(library.setting("user_version")) == NEWEST


def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    path = make(tmp_path / "library.db")
    for mode in MODES:
        with open_library(path, mode=mode) as library:  # type: ignore[arg-type]
            assert len(tracks.snapshot(library)) == 1


def test_a_name_of_any_bytes_is_a_name(tmp_path: Path) -> None:
    path = make(tmp_path / os.fsdecode(b"caf\xe9 100%?#'\"\n.db"))
    with open_library(path, mode="read") as library:
        assert len(tracks.snapshot(library)) == 1
    assert path.exists()


def test_a_closed_library_leaves_one_file_and_can_be_closed_again(tmp_path: Path) -> None:
    library = open_library(tmp_path / "library.db", mode="write")
    add_track(library)
    library.close()
    library.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["library.db", "library.db.lock"]


@pytest.mark.parametrize("mode", MODES)
def test_a_closed_library_says_so(tmp_path: Path, mode: str) -> None:
    path = make(tmp_path / "library.db")
    library = open_library(path, mode=mode)  # type: ignore[arg-type]
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        tracks.snapshot(library)


def test_reading_never_makes_a_library(tmp_path: Path) -> None:
    refused(tmp_path / "gone" / "library.db", "read", "no library at")
    with pytest.raises(LibraryError, match="no library at"):
        open_library(tmp_path / "library.db", mode="write", create=False)
    assert list(tmp_path.iterdir()) == []


def test_reading_changes_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "library.db")
    before = path.read_bytes()
    with open_library(path, mode="read") as library:
        with pytest.raises(LibraryError, match="reading only"):
            add_track(library)
        with pytest.raises(LibraryError, match="read-only"):
            library.run("DELETE FROM tracks")
        assert check(library) == ()
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("content", [b"ID3 no database", b"SQLite format 2\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, mode: str, content: bytes) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    refused(path, mode, "is not a database")
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", MODES)
def test_garbage_behind_the_right_first_bytes_is_refused(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xaa" * 5000)
    refused(path, mode, "not a database|damaged")


@pytest.mark.parametrize("mode", MODES)
def test_the_database_of_another_program_is_refused(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (id)")
    other.close()
    before = path.read_bytes()
    refused(path, mode, "another program")
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", MODES)
def test_a_library_of_a_newer_edm_is_refused(tmp_path: Path, mode: str) -> None:
    path = make(tmp_path / "library.db")
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {NEWEST + 1}")
    other.close()
    error = refused(path, mode, f"newer edm .version {NEWEST + 1}; this one knows {NEWEST}.")
    assert "update edm" in (error.hint or "")


def test_a_library_of_an_older_edm_is_brought_up_to_date_by_writing(tmp_path: Path) -> None:
    path = make(tmp_path / "library.db")
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 0")
    other.close()
    refused(path, "read", "older edm")


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_is_no_database(tmp_path: Path, mode: str) -> None:
    error = refused(tmp_path, mode, "is a folder")
    assert str(tmp_path / "library.db") in (error.hint or "")


def test_an_empty_file_becomes_a_library_only_by_writing(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.touch()
    refused(path, "read", "is empty")
    make(path)


@pytest.mark.parametrize("mode", MODES)
def test_a_file_in_the_place_of_a_folder_is_in_the_way(tmp_path: Path, mode: str) -> None:
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "library.db", mode, "no library|cannot make its folder: File exists")


@pytest.mark.parametrize("mode", MODES)
def test_an_impossible_name_is_refused(tmp_path: Path, mode: str) -> None:
    refused(tmp_path / ("x" * 300), mode, "too long")


def test_a_library_that_was_cut_off_is_damaged(tmp_path: Path) -> None:
    path = make(tmp_path / "library.db", count=300)
    with path.open("r+b") as handle:
        handle.truncate(path.stat().st_size // 2)
    with pytest.raises(LibraryError, match="damaged") as caught, open_library(path, mode="read") as library:
        list(tracks.iterate(library))
    assert "backup" in (caught.value.hint or "")


def test_damage_inside_is_found_by_a_check(tmp_path: Path) -> None:
    path = make(tmp_path / "library.db", count=300)
    with open_library(path, mode="read") as library:
        assert check(library) == ()
        page, pages = int(library.setting("page_size")), int(library.setting("page_count"))
    with path.open("r+b") as handle:
        handle.seek((pages // 2) * page)
        handle.write(b"\xff" * page)
    with open_library(path, mode="read") as library:
        assert check(library)


def test_rows_without_their_track_are_found_by_a_check(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    library.run("PRAGMA foreign_keys = OFF")
    library.run("DELETE FROM tracks")
    assert any("belongs to nothing in tracks" in problem for problem in check(library))


@needs_rights
def test_a_library_in_a_read_only_folder_can_be_read_and_not_written(folder: Path) -> None:
    path = make(folder / "library.db")
    folder.chmod(0o555)
    with powerless():
        with open_library(path, mode="read") as library:
            assert len(tracks.snapshot(library)) == 1
        refused(path, "write", "cannot write in its folder: Permission denied")


@needs_rights
def test_a_log_that_cannot_be_read_is_told(folder: Path) -> None:
    path = folder / "library.db"
    with open_library(path, mode="write") as library:
        add_track(library)
        log, data = path.with_name("library.db-wal").read_bytes(), path.read_bytes()
    path.write_bytes(data)
    path.with_name("library.db-wal").write_bytes(log)
    folder.chmod(0o555)
    with powerless():
        error = refused(path, "read", "the last changes are still in library.db-wal")
    assert "open it once" in (error.hint or "")


@needs_rights
def test_a_read_only_file_is_not_written(folder: Path) -> None:
    path = make(folder / "library.db")
    path.chmod(0o444)
    folder.chmod(0o777)
    path.with_name("library.db.lock").unlink()
    with powerless():
        refused(path, "write", "the file is read-only")


@needs_rights
def test_a_file_that_nobody_may_read_says_so(folder: Path) -> None:
    path = make(folder / "library.db")
    path.chmod(0o000)
    with powerless():
        refused(path, "read", "Permission denied")


@pytest.mark.skipif(sys.platform == "win32", reason="SQLite has another way to files there")
def test_a_disk_without_shared_memory_gets_the_old_journal(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    connection, notes = connect_to_write(path, wait_s=1, vfs="unix-none")
    assert (pragma(connection, "journal_mode"), pragma(connection, "synchronous")) == ("delete", "2")
    assert "network share" in notes[0]
    connection.execute("INSERT INTO roots (path) VALUES ('/music')")
    connection.close()
    reader = connect_to_read(path, wait_s=1)
    assert reader.execute("SELECT path FROM roots").fetchall() == [("/music",)]
    reader.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SQLite has another way to files there")
def test_a_library_with_a_log_still_opens_on_a_disk_that_cannot_do_logs(tmp_path: Path) -> None:
    path = make(tmp_path / "library.db")
    connection, notes = connect_to_write(path, wait_s=1, vfs="unix-none")
    assert (pragma(connection, "journal_mode"), len(notes)) == ("delete", 1)
    assert connection.execute("SELECT COUNT(*) FROM tracks").fetchone() == (1,)
    connection.close()
    with open_library(path, mode="write") as library:
        assert (library.setting("journal_mode"), library.notes) == ("wal", [])


def test_another_program_that_holds_the_database_is_waited_for_and_then_told(library: Library) -> None:
    library.run("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusyError, match="another program has it locked"):
        add_track(library)
    other.close()
    add_track(library)


def test_a_transaction_is_all_or_nothing(library: Library) -> None:
    def fail() -> None:
        with library.transaction():
            add_track(library, "a")
            add_track(library, "b")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert tracks.snapshot(library) == {}
    add_track(library, "a")


def test_an_inner_transaction_is_undone_alone(library: Library) -> None:
    with library.transaction():
        add_track(library, "a")
        with pytest.raises(LibraryError):
            add_track(library, "a")
        with library.transaction():
            add_track(library, "b")
    assert {name for _, name in tracks.snapshot(library)} == {"a", "b"}


def test_an_outer_transaction_undoes_the_inner_ones(library: Library) -> None:
    def fail() -> None:
        with library.transaction():
            with library.transaction():
                add_track(library, "a")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert tracks.snapshot(library) == {}


def test_a_backup_is_whole_while_the_library_is_in_use(library: Library, tmp_path: Path) -> None:
    do(library, add_track(library), identity="a.mp3")
    target = tmp_path / "safe" / "copy.db"
    assert backup(library, target) == target
    add_track(library, "later.mp3")
    assert [file.name for file in target.parent.iterdir()] == ["copy.db"]
    with open_library(target, mode="read") as copy:
        assert check(copy) == ()
        assert {name for _, name in tracks.snapshot(copy)} == {"a.mp3"}


def test_a_backup_takes_the_place_of_an_older_one(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    backup(library, target)
    add_track(library)
    backup(library, target)
    with open_library(target, mode="write") as copy:
        assert len(tracks.snapshot(copy)) == 1


def test_a_backup_that_cannot_be_written_is_an_error(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "file" / "copy.db", tmp_path / "folder"):
        with pytest.raises(LibraryError, match="cannot write the backup"):
            backup(library, target)
    assert not list(tmp_path.glob("*.part"))
