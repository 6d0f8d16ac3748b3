"""Where files of ours live on this computer, by the platform's own customs."""

from __future__ import annotations

from pathlib import Path

import platformdirs

__all__ = ["cache_dir", "default_database", "kernel_cache_dir", "state_dir"]


def cache_dir() -> Path:
    """Folder for what can be made again: networks, compiled kernels."""
    return Path(platformdirs.user_cache_dir("edm", appauthor=False))


def kernel_cache_dir() -> Path:
    """Folder of compiled kernels."""
    return cache_dir() / "kernels"


def default_database() -> Path:
    """The library, where no other is named."""
    return Path(platformdirs.user_data_dir("edm", appauthor=False)) / "library.db"


def state_dir() -> Path:
    """Folder for what tells of the past: logs and reports of runs."""
    return Path(platformdirs.user_state_dir("edm", appauthor=False))
