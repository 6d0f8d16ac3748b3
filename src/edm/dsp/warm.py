"""Kernels compiled once, by one process, before anybody runs them.

numba keeps compiled code on disk, but several processes that fill its cache at once can crash (and do, in trackers of
programs like ours). So whoever comes first compiles in a child process of its own under a lock, and leaves a mark; with
the mark in place the cache is only read.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from edm.errors import EdmError
from edm.locking import folder_lock
from edm.places import kernel_cache_dir

__all__ = ["KERNEL_MODULES", "compile_kernels", "ensure_compiled"]

KERNEL_MODULES = ("edm.dsp.kernels", "edm.analysis.beats.blstm_kernel", "edm.analysis.beats.path_kernel")
"""Modules that compile when they are imported."""


def ensure_compiled(*, on_compile: Callable[[], None] = lambda: None) -> None:
    """Return when all kernels are in the cache.

    Parameters
    ----------
    on_compile
        Called if that will take a while (some ten seconds, once for each version).

    Raises
    ------
    EdmError
        If they cannot be compiled.
    """
    folder = kernel_cache_dir()
    mark = folder / f"complete-{_fingerprint()}"
    if mark.exists():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A cache that cannot be written is no obstacle: every process compiles for itself, in memory.
        return
    with folder_lock(folder):
        if mark.exists():
            return
        on_compile()
        command = [sys.executable, "-c", "from edm.dsp.warm import compile_kernels; compile_kernels()"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise EdmError(f"the inner loops cannot be compiled: {last}", hint="edm doctor")
        mark.touch()


def compile_kernels() -> None:
    """Compile all kernels in this process; what is in the cache is loaded instead."""
    for name in KERNEL_MODULES:
        import_module(name)


def _fingerprint() -> str:
    """Changes with whatever the compiled code depends on."""
    parts = [version("numba"), version("numpy"), platform.python_version(), platform.machine(), platform.processor()]
    root = Path(__file__).parents[2]
    for name in (*KERNEL_MODULES, "edm.dsp.jit"):
        source = root / Path(*name.split(".")).with_suffix(".py")
        parts.append(hashlib.sha256(source.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join([str(root), *parts]).encode()).hexdigest()[:16]
