"""How a database file is opened and found to be ours: `connect_to_write`, `connect_to_read`.

The caller of `connect_to_write` holds the writer's lock.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from edm.errors import LibraryBusyError, LibraryError
from edm.library.faults import ELSEWHERE, fault, translated
from edm.library.migrations import APPLICATION_ID, MIGRATIONS, NEWEST, Migration, migrate, pragma, version_of

__all__ = ["connect_to_read", "connect_to_write"]

_MAGIC = b"SQLite format 3\0"
# 32 MB of pages in memory (SQLite counts in KiB, negative); the log is cut back to 64 MB when it is written out.
_CACHE_KIB = 32 * 1024
_LOG_BYTES = 64 << 20

_NO_LOG = "its disk cannot hold a write-ahead log (a network share?): slower, and nobody can read while it writes"


def connect_to_write(
    path: Path, *, wait_s: float, vfs: str | None = None, migrations: Sequence[Migration] = MIGRATIONS
) -> tuple[sqlite3.Connection, list[str]]:
    """A connection in autocommit with the newest tables, and what is to be noted about it.

    Parameters
    ----------
    path
        Absolute; made if it is missing.
    wait_s
        How long a statement waits for a lock.
    vfs
        One of SQLite's ways to the file system; None is the usual one.
    migrations
        Of the tables.
    """
    _require_a_database(path)
    if path.exists() and not os.access(path, os.W_OK):
        raise LibraryError(f"{path}: the file is read-only", hint=ELSEWHERE)
    notes: list[str] = []
    with _opened(path, "mode=rwc" + (f"&vfs={vfs}" if vfs else ""), wait_s) as connection:
        _require_ours(path, connection, newest=len(migrations), new_ok=True)
        if not _use_log(path, connection):
            notes.append(f"{path}: {_NO_LOG}")
        migrate(connection, migrations=migrations, save=lambda version: _save(path, connection, version))
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
        return connection, notes


def connect_to_read(path: Path, *, wait_s: float) -> sqlite3.Connection:
    """A connection that changes nothing, to a file that exists."""
    _require_a_database(path)
    if path.stat().st_size == 0:
        raise LibraryError(f"{path} is empty, not a library", hint="`edm scan DIR` fills one")
    try:
        # Not "mode=ro": whoever closes a log last removes its files, and one that may not write leaves them lying.
        return _reader(path, "mode=rw", wait_s)
    except LibraryBusyError:
        raise
    except LibraryError as error:
        # A log needs two files beside the database, and a read-only folder takes none. Without a log nobody has it
        # open for writing, or will: then SQLite may be told that the file does not change.
        if os.access(path.parent, os.W_OK):
            raise
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise LibraryError(
                f"{path}: its folder is read-only, and the last changes are still in {log.name}",
                hint="open it once where its folder can be written",
            ) from error
    return _reader(path, "mode=ro&immutable=1", wait_s)


def _reader(path: Path, options: str, wait_s: float) -> sqlite3.Connection:
    with _opened(path, options, wait_s) as connection:
        _require_ours(path, connection, newest=NEWEST, new_ok=False)
        if version_of(connection) < NEWEST:
            raise LibraryError(
                f"{path} was made by an older edm (version {version_of(connection)}, now {NEWEST})",
                hint="any command that writes, such as `edm scan`, brings it up to date",
            )
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return connection


@contextmanager
def _opened(path: Path, options: str, wait_s: float) -> Iterator[sqlite3.Connection]:
    """A connection that is closed only if something goes wrong inside."""
    with translated(path):
        connection = sqlite3.connect(f"{path.as_uri()}?{options}", uri=True, timeout=wait_s, isolation_level=None)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise


def _require_a_database(path: Path) -> None:
    try:
        with path.open("rb") as handle:
            start = handle.read(len(_MAGIC))
    except FileNotFoundError:
        return
    except OSError as exc:
        raise LibraryError(f"{path}: cannot be read: {exc.strerror or exc}", hint=ELSEWHERE) from exc
    if start and start != _MAGIC:
        raise LibraryError(f"{path} is not a database", hint=ELSEWHERE)


def _require_ours(path: Path, connection: sqlite3.Connection, *, newest: int, new_ok: bool) -> None:
    try:
        mark = int(pragma(connection, "application_id"))
        tables = int(connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.OperationalError as exc:
        # A database with a log, on a disk that cannot do logs: nobody else writes, so one process can fold the log
        # in without the memory that it would share with others.
        if not new_ok or isinstance(fault(path, exc), LibraryBusyError):
            raise
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        mark = int(pragma(connection, "application_id"))
        tables = int(connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0])
    if mark != APPLICATION_ID and not (new_ok and mark == 0 and tables == 0):
        raise LibraryError(f"{path} is the database of another program", hint=ELSEWHERE)
    if version_of(connection) > newest:
        raise LibraryError(
            f"{path} was made by a newer edm (version {version_of(connection)}; this one knows {newest})",
            hint="update edm, or choose another database with --db",
        )


def _use_log(path: Path, connection: sqlite3.Connection) -> bool:
    """Set the journal up; whether it is a write-ahead log."""
    try:
        alone = pragma(connection, "locking_mode") == "exclusive"
        log = not alone and pragma(connection, "journal_mode = WAL") == "wal"
    except sqlite3.OperationalError as exc:
        if isinstance(fault(path, exc), LibraryBusyError):
            raise
        log = False
    if not log:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA locking_mode = NORMAL")
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if log else 'FULL'}")
    return log


def _save(path: Path, connection: sqlite3.Connection, version: int) -> None:
    copy = sqlite3.connect(path.with_name(f"{path.name}.version-{version}.backup"))
    try:
        connection.backup(copy)
    finally:
        copy.close()
