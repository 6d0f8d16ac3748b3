"""Old tables become new ones, or stay as they were."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from edm.library import open_library, results, stages
from edm.library.connection import connect_to_write
from edm.library.migrations import APPLICATION_ID, MIGRATIONS, NEWEST, Migration, migrate, pragma, version_of

ADDED = Migration(("ALTER TABLE tracks ADD COLUMN colour TEXT", "INSERT INTO meta VALUES ('colour', 'red')"))
BROKEN = Migration(("ALTER TABLE tracks ADD COLUMN colour TEXT", "INSERT INTO nowhere VALUES (1)"))
LOSING = Migration(("DROP TABLE runs",), destructive=True)


def empty() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def schema(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOTNULL ORDER BY name")]


@pytest.mark.parametrize("version", range(NEWEST + 1))
def test_every_older_version_becomes_the_newest(version: int) -> None:
    old, new = empty(), empty()
    migrate(old, migrations=MIGRATIONS[:version])
    assert version_of(old) == version
    migrate(old)
    migrate(new)
    assert schema(old) == schema(new)
    assert (version_of(old), int(pragma(old, "application_id"))) == (NEWEST, APPLICATION_ID)
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_the_first_version_found_is_still_known_and_still_counts(tmp_path: Path) -> None:
    path, vector = tmp_path / "library.db", np.arange(3, dtype="<f4").tobytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        migrate(old, migrations=MIGRATIONS[:1])
        for statement, values in (
            ("INSERT INTO roots VALUES (1, '/music')", ()),
            (
                "INSERT INTO tracks (id, root_id, path, size, mtime_ns, sample_hash, added_at, seen_at, bpm, "
                "sonic_version, sonic_mode, sonic_features) "
                "VALUES (1, 1, 'a.mp3', 9, 9, 'h', '', '', 128, 1, 'beat', ?)",
                (vector,),
            ),
            (
                "INSERT INTO analyses (track_id, identity, detector, record) VALUES (1, 'h', 'flux', "
                '\'{"tempo": null, "grid": null, "tag_bpm": 127.0}\')',
                (),
            ),
            ("INSERT INTO sonic_segments VALUES (1, 'start', 0, 30, ?)", (vector,)),
            ("INSERT INTO stage_done VALUES (1, 'sonic', '1/flux1/auto', 'h', '', 2.5, NULL)", ()),
        ):
            old.execute(statement, values)
    with open_library(path, mode="write") as library:
        found = results.analysis(library, 1)
        assert found is not None
        assert (found.tag_bpm, found.structure, found.key, found.loudness) == (127.0, None, None, None)
        (row,) = results.iter_sonic_rows(library)
        assert (row.bpm, row.key, row.energy, row.energies) == (128.0, None, None, {})
        assert set(row.vectors) == {"full", "start"}
        assert stages.counts(library, "sonic", "1/flux1/auto")["done"] == 1
        assert stages.counts(library, "sonic", "1/flux1/auto/1-network")["pending"] == 1


def test_a_further_version_is_one_entry() -> None:
    connection = empty()
    migrate(connection)
    migrate(connection, migrations=(*MIGRATIONS, ADDED))
    assert version_of(connection) == NEWEST + 1
    assert connection.execute("SELECT value FROM meta").fetchall() == [("red",)]


def test_the_newest_version_is_left_alone() -> None:
    connection = empty()
    migrate(connection, migrations=(*MIGRATIONS, ADDED))
    migrate(connection, migrations=(*MIGRATIONS, ADDED))
    assert version_of(connection) == NEWEST + 1


def test_a_migration_that_fails_leaves_the_version_before() -> None:
    connection = empty()
    migrate(connection)
    before = schema(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, migrations=(*MIGRATIONS, BROKEN))
    assert (schema(connection), version_of(connection)) == (before, NEWEST)
    assert not connection.in_transaction


def test_a_destructive_migration_leaves_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    first, _ = connect_to_write(path, wait_s=1)
    first.execute("INSERT INTO meta VALUES ('a', 'b')")
    first.close()
    second, _ = connect_to_write(path, wait_s=1, migrations=(*MIGRATIONS, ADDED, LOSING))
    assert version_of(second) == NEWEST + 2
    second.close()
    with sqlite3.connect(tmp_path / f"library.db.version-{NEWEST + 1}.backup") as saved:
        assert version_of(saved) == NEWEST + 1
        assert saved.execute("SELECT COUNT(*) FROM runs").fetchone() == (0,)
        assert ("a", "b") in saved.execute("SELECT * FROM meta").fetchall()


def test_a_harmless_migration_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    connect_to_write(path, wait_s=1)[0].close()
    connect_to_write(path, wait_s=1, migrations=(*MIGRATIONS, ADDED))[0].close()
    assert list(tmp_path.glob("*.backup")) == []
