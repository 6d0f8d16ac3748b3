"""Starting and ending `unit.library.writer`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parents[2]


@contextmanager
def writer(database: Path, task: str) -> Iterator[subprocess.Popen[str]]:
    """A writer that has the library open; killed in the end at the latest."""
    command = [sys.executable, "-m", "unit.library.writer", str(database), task]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.kill()
