"""Runs of the commands that write: one row each, with its report."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from typing import Any

from edm.library.paths import storable
from edm.library.records import Run
from edm.library.store import Library, now

__all__ = ["DIED", "begin", "finish", "recent"]

DIED = "died"


def begin(library: Library, command: str) -> int:
    """The id of a new run of this process.

    There is one writer at a time, so an earlier run that has not finished never will: its outcome becomes ``died``.
    """
    with library.transaction():
        library.run("UPDATE runs SET outcome = ? WHERE finished_at IS NULL AND outcome IS NULL", (DIED,))
        done = library.run(
            "INSERT INTO runs (started_at, command, pid, host) VALUES (?, ?, ?, ?)",
            (now(), storable(command), os.getpid(), platform.node()),
        )
    assert done.lastrowid is not None
    return done.lastrowid


def finish(library: Library, run_id: int, outcome: str, report: Mapping[str, Any]) -> None:
    """Note how a run ended; `report` must be fit for JSON."""
    library.run(
        "UPDATE runs SET finished_at = ?, outcome = ?, report = ? WHERE id = ?",
        (now(), outcome, json.dumps(report), run_id),
    )


def recent(library: Library, *, limit: int = 10) -> tuple[Run, ...]:
    """The last runs, the latest first."""
    rows = library.rows(
        "SELECT id, started_at, finished_at, command, pid, host, outcome, report FROM runs ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return tuple(Run(*(*row[:7], json.loads(row[7] or "{}"))) for row in rows)
