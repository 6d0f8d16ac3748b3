"""The one way in which we compile: numba, with a cache of our own that is filled once and then only read.

Several processes that compile the same function into one cache directory at the same time can crash. So kernels are
compiled by `edm.dsp.warm.ensure_compiled` in a single child process, under a lock, before anything else runs them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from edm.places import kernel_cache_dir

__all__ = ["inline", "kernel"]

F = TypeVar("F", bound=Callable[..., Any])

# numba reads this when a function is decorated, hence before the first @kernel.
numba.config.CACHE_DIR = str(kernel_cache_dir())


def kernel(*signatures: str) -> Callable[[F], F]:
    """Decorator: compiled ahead for the given signatures, cached on disk, without bounds checks or error state.

    Arithmetic may be reordered (``fastmath``), so inputs must be finite.
    """
    compiled: Callable[[F], F] = numba.njit(
        list(signatures), cache=True, fastmath=True, error_model="numpy", boundscheck=False, nogil=True
    )
    return compiled


def inline(function: F) -> F:
    """Decorator: compiled into each kernel that calls it."""
    compiled: F = numba.njit(fastmath=True, error_model="numpy", inline="always")(function)
    return compiled
