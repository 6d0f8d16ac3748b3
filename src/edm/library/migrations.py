"""From any older version of the tables to the newest: `migrate`.

A new version is one entry at the end of `MIGRATIONS`. Each is applied in a transaction of its own together with its
number, so that a process killed on the way leaves one version or the next. The number is SQLite's ``user_version``;
``application_id`` says that the database is ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edm.library.schema import VERSION_1, VERSION_2, VERSION_3

__all__ = ["APPLICATION_ID", "MIGRATIONS", "NEWEST", "Migration", "migrate", "pragma", "version_of"]

# "EDM1" in ASCII.
APPLICATION_ID = 0x45444D31


@dataclass(frozen=True, slots=True)
class Migration:
    """The statements that lead to one version from the one before; a ``destructive`` one is preceded by a backup."""

    statements: tuple[str, ...]
    destructive: bool = False


MIGRATIONS: tuple[Migration, ...] = (Migration(VERSION_1), Migration(VERSION_2), Migration(VERSION_3))
"""The first leads from nothing to version 1, and so on."""
NEWEST = len(MIGRATIONS)


def migrate(
    connection: sqlite3.Connection,
    *,
    migrations: Sequence[Migration] = MIGRATIONS,
    save: Callable[[int], None] = lambda version: None,
) -> None:
    """Bring the tables to the newest version; does nothing where they are.

    Parameters
    ----------
    connection
        In autocommit, of an empty database or one of ours, of no newer version.
    migrations
        From the first version on.
    save
        Told the version at hand before a destructive migration; makes the backup.
    """
    for number in range(version_of(connection) + 1, len(migrations) + 1):
        migration = migrations[number - 1]
        if migration.destructive:
            save(number - 1)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def version_of(connection: sqlite3.Connection) -> int:
    """Version of the tables; 0 for an empty database."""
    return int(pragma(connection, "user_version"))


def pragma(connection: sqlite3.Connection, name: str) -> str:
    """Value of one of SQLite's settings; "" for one that this SQLite lacks."""
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return "" if row is None else str(row[0])
