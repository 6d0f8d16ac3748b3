"""Kernels compiled once, by one process, before anybody runs them.

Several processes that compile into one folder at once get in each other's way (and crash, in trackers of programs like
ours). So whoever comes first compiles in a child process under a lock, into a folder that gets its name when it is
complete; the others wait, and from then on everybody only reads.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from edm.dsp.native import code_folder, is_complete
from edm.errors import EdmError
from edm.locking import folder_lock

__all__ = ["ensure_compiled"]


def ensure_compiled(*, on_compile: Callable[[], None] = lambda: None) -> None:
    """Return when all kernels are on disk.

    Parameters
    ----------
    on_compile
        Called if that will take a while (some seconds, once for each version).

    Raises
    ------
    EdmError
        If they cannot be compiled.
    """
    folder = code_folder()
    if is_complete():
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder_lock(folder.parent):
            if not is_complete():
                on_compile()
                _compile_into(folder)
    except OSError:
        # A cache that cannot be written is no obstacle: every process compiles for itself, in memory.
        return


def _compile_into(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="new-") as name:
        fresh = Path(name) / "code"
        fresh.mkdir()
        command = [sys.executable, "-m", "edm.dsp.compile", str(fresh)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
            raise EdmError(f"the inner loops cannot be compiled: {last}", hint="edm doctor")
        fresh.rename(folder)
