"""Where files of ours live on this computer, by the platform's own customs."""

from __future__ import annotations

from pathlib import Path

import platformdirs

__all__ = ["cache_dir", "kernel_cache_dir"]


def cache_dir() -> Path:
    """Folder for what can be made again: networks, compiled kernels."""
    return Path(platformdirs.user_cache_dir("edm", appauthor=False))


def kernel_cache_dir() -> Path:
    """Folder of compiled kernels."""
    return cache_dir() / "kernels"
