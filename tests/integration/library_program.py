"""`edm run` as a process that is watched from outside and killed: for the tests, and for ``benchmarks/library.py``.

The library is read by sqlite3 alone, as any other program would.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.integration.cli_program import COMMAND, clean_environment

_PAUSE_S = 0.02


def own_places(home: Path) -> dict[str, str]:
    """Settings for `clean_environment` that keep library and reports below `home`, and need no networks."""
    return {
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "EDM_ANALYSIS__DETECTOR": "flux",
        "EDM_ANALYSIS__DEFAULT_WORKERS": "1",
    }


def query(database: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Rows, by sqlite3 alone; none where there is no library yet."""
    if not database.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, values).fetchall()
    except sqlite3.OperationalError:  # no tables yet
        return []


def done_tracks(database: Path) -> dict[tuple[object, ...], object]:
    """Track, stage and version to the instant when it was done."""
    rows = query(database, "SELECT track_id, path, stage, version, at FROM stage_done JOIN tracks ON id = track_id")
    return {row[:-1]: row[-1] for row in rows}


def problems(database: Path) -> list[str]:
    """What SQLite finds damaged in the file."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        said += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return [line for line in said if line != "ok"]


class Running:
    """A program in a process group of its own."""

    def __init__(self, arguments: Sequence[str | Path], *, home: Path, env: Mapping[str, str] | None = None) -> None:
        self.errors = home / "stderr.txt"
        with self.errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*COMMAND, *map(os.fspath, arguments)],
                cwd=home,
                env=clean_environment(home, {**own_places(home), **(env or {})}, own_cache=False),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )

    def wait_for(self, database: Path, done: int, *, timeout_s: float = 60.0) -> bool:
        """Whether `done` results were stored before it ended."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if len(done_tracks(database)) >= done:
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(_PAUSE_S)
        raise AssertionError(f"no {done} results in {timeout_s:g} s: {self.said()}")

    def family(self) -> list[psutil.Process]:
        """It and all that it started."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.Error:
            return []

    def kill(self) -> None:
        """SIGKILL to the whole group, and to what has left it."""
        family = self.family()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        for process in family:
            try:
                process.kill()
            except psutil.Error:
                pass
        self.process.wait(30)

    def end(self, *, timeout_s: float = 120.0) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(timeout_s)

    def said(self) -> str:
        """What it wrote to stderr so far."""
        return self.errors.read_text(encoding="utf-8", errors="replace")


@dataclass
class Survival:
    """What became of a library whose runs were killed.

    Attributes
    ----------
    kills
        Results that were stored when each kill struck.
    lost, twice
        Results that were seen and were gone later, or had been done anew.
    damage
        What SQLite found broken after a kill.
    last
        Exit code of the run that was left alone.
    """

    kills: list[int] = field(default_factory=list)
    lost: int = 0
    twice: int = 0
    damage: list[str] = field(default_factory=list)
    last: int | None = None


def kill_and_resume(
    arguments: Sequence[str | Path],
    database: Path,
    *,
    home: Path,
    kills: int,
    seed: int,
    longest_s: float,
    wait_for_results: bool = False,
) -> Survival:
    """Start a command again and again, kill it each time, then let it end.

    Parameters
    ----------
    longest_s
        Each kill comes at a random instant of so many seconds after the start.
    wait_for_results
        Count them from when the first result of that start is stored: so that few kills strike at work.
    """
    generator = random.Random(seed)
    found = Survival()
    seen: dict[tuple[object, ...], object] = {}
    while len(found.kills) < kills:
        running = Running(arguments, home=home)
        if wait_for_results and not running.wait_for(database, len(seen) + 1):
            break
        until = time.monotonic() + generator.uniform(0, longest_s)
        while time.monotonic() < until and running.process.poll() is None:
            _compare(seen, done_tracks(database), found)
            time.sleep(_PAUSE_S)
        if running.process.poll() is not None:
            break
        running.kill()
        _compare(seen, done_tracks(database), found)
        found.kills.append(len(seen))
        if database.exists():
            found.damage += problems(database)
    found.last = Running(arguments, home=home).end()
    _compare(seen, done_tracks(database), found)
    found.damage += problems(database)
    return found


def _compare(seen: dict[tuple[object, ...], object], now: dict[tuple[object, ...], object], found: Survival) -> None:
    found.lost += len(seen.keys() - now.keys())
    found.twice += sum(now.get(key, at) != at for key, at in seen.items())
    seen.update(now)


if __name__ == "__main__":
    sys.exit(__doc__)
