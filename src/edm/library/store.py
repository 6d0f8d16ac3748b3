"""The database file: `open_library`, `Library`, `backup`, `check`.

**Writing** takes a lock beside the file for as long as the library is open, so that there is one writer. **Reading**
needs no lock, works while another process writes, sees what that one has committed, and changes nothing.

The journal is a write-ahead log with ``synchronous=NORMAL``: a process that is killed at any instant loses no committed
transaction; a power cut may undo the last few, and damages nothing. Where the disk cannot do that (network shares),
it is SQLite's rollback journal with ``synchronous=FULL``, and ``notes`` says so.

Never copy the file with ``cp`` while it is in use: parts of it are in ``-wal``. `backup` makes a copy that is whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias

from edm.errors import LibraryError
from edm.library.connection import connect_to_read, connect_to_write
from edm.library.faults import ELSEWHERE, fault, translated
from edm.library.lock import command_line, writer_lock
from edm.library.migrations import pragma

__all__ = ["Library", "Mode", "Row", "backup", "check", "now", "open_library"]

Mode: TypeAlias = Literal["write", "read"]
Row: TypeAlias = tuple[Any, ...]

_MAX_PROBLEMS = 20


class Library:
    """An open library; `open_library` makes it, ``with`` or `close` ends it.

    Its methods that take SQL are for the modules of this room alone.

    Attributes
    ----------
    path
        Of the database, resolved.
    mode
        ``write`` or ``read``.
    notes
        What is not as it should be, one sentence each, for the log.
    """

    def __init__(self, path: Path, mode: Mode, connection: sqlite3.Connection, closing: ExitStack) -> None:
        self.path = path
        self.mode: Mode = mode
        self.notes: list[str] = []
        self._connection = connection
        self._closing = closing
        self._depth = 0

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._closing.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing of it.

        Inside another one it is a part of that: undone alone if it fails, kept when the outer one ends well. Keep
        them small: what is committed is what a killed process leaves.

        Raises
        ------
        LibraryError
            If the library is open for reading, or the disk does not take it; then nothing is kept.
        """
        if self.mode == "read":
            raise LibraryError(f"{self.path} is open for reading only")
        name = f"level_{self._depth}"
        begin, commit, undo = (
            ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
            if self._depth == 0
            else (f"SAVEPOINT {name}", f"RELEASE {name}", (f"ROLLBACK TO {name}", f"RELEASE {name}"))
        )
        self.run(begin)
        self._depth += 1
        try:
            yield
            self.run(commit)
        except BaseException:
            # After some errors (a full disk) SQLite has undone the whole transaction itself.
            for statement in undo if self._connection.in_transaction else ():
                self.run(statement)
            raise
        finally:
            self._depth -= 1

    def run(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as exc:
            raise fault(self.path, exc) from exc

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of `rows`."""
        with translated(self.path):
            self._connection.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query. Long ones are asked for in pages, so that no open query holds up the log."""
        with translated(self.path):
            found: list[Row] = self._connection.execute(sql, values).fetchall()
        return found

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """First row of a query, or None."""
        with translated(self.path):
            found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def setting(self, name: str) -> str:
        """Value of one of SQLite's settings."""
        with translated(self.path):
            return pragma(self._connection, name)

    def copy_into(self, target: sqlite3.Connection) -> None:
        """Copy every page, as of one instant."""
        with translated(self.path):
            self._connection.backup(target)


def open_library(path: Path, *, mode: Mode, create: bool = True, wait_s: float = 5.0) -> Library:
    """The library at `path`, to be closed with ``with``.

    Parameters
    ----------
    path
        The database file.
    mode
        ``write`` for the one process that writes: makes the file and its folders where they are missing, brings old
        tables to the present version. ``read`` for any number of others: makes and changes nothing, and works on a
        read-only disk.
    create
        False: a missing library is an error in ``write``, too.
    wait_s
        How long ``write`` waits for another writer; also how long any statement waits for a lock of SQLite.

    Raises
    ------
    LibraryBusyError
        If another process writes; it says which.
    LibraryError
        If there is none, or it cannot be used: a folder, no database, one of another program or a newer edm, damaged,
        read-only.
    """
    resolved = _resolved(path)
    _require_a_file(resolved, must_exist=mode == "read" or not create)
    with ExitStack() as stack:
        if mode == "read":
            connection = connect_to_read(resolved, wait_s=wait_s)
            stack.callback(connection.close)
            notes: list[str] = []
        else:
            _make_folder_of(resolved)
            stack.enter_context(writer_lock(resolved, command=command_line(), wait_s=wait_s))
            connection, notes = connect_to_write(resolved, wait_s=wait_s)
            stack.callback(connection.close)
        library = Library(resolved, mode, connection, stack.pop_all())
        library.notes += notes
        return library


def backup(library: Library, target: Path) -> Path:
    """A copy of the whole library as of now, also while it is in use; gives back `target`.

    Written beside `target` first, so that `target` is never half a copy. An older file there is replaced.

    Raises
    ------
    LibraryError
        If it cannot be written.
    """
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            _copy(library, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as exc:
        raise LibraryError(f"{target}: cannot write the backup: {exc.strerror or exc}") from exc
    return target


def check(library: Library) -> tuple[str, ...]:
    """What is damaged in the file, one sentence each, at most 20; empty if it is whole. Reads all of it."""
    try:
        said = [str(row[0]) for row in library.rows(f"PRAGMA integrity_check({_MAX_PROBLEMS})")]
        strangers = library.rows("PRAGMA foreign_key_check")
    except LibraryError as error:
        return (error.message,)
    problems = [line for line in said if line != "ok"]
    problems += [f"{table}: row {row} belongs to nothing in {parent}" for table, row, parent, _ in strangers]
    return tuple(problems[:_MAX_PROBLEMS])


def now() -> str:
    """This instant as the database holds instants: ISO 8601, UTC, to the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _copy(library: Library, target: Path) -> None:
    with translated(target):
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            library.copy_into(copy)
            # One file, that can be read where nothing can be written.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as exc:
        raise LibraryError(f"{path}: no path for a database: {exc}", hint=ELSEWHERE) from exc


def _require_a_file(path: Path, *, must_exist: bool) -> None:
    try:
        if path.is_dir():
            raise LibraryError(
                f"{path} is a folder, not a database", hint=f"name a file, such as {path / 'library.db'}"
            )
        missing = not path.exists()
    except OSError as exc:
        raise LibraryError(f"{path}: {exc.strerror or exc}", hint=ELSEWHERE) from exc
    if missing and must_exist:
        raise LibraryError(f"no library at {path}", hint="`edm scan DIR` makes one, or name another with --db")


def _make_folder_of(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise LibraryError(f"{path}: cannot make its folder: {exc.strerror or exc}", hint=ELSEWHERE) from exc
