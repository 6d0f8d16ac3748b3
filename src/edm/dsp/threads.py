"""One core for one track: parallelism is over tracks, and threads inside of one would only get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Matrix products on one thread while inside, in every library that is loaded by then."""
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        yield
