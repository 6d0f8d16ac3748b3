"""Matrix products on one thread, for as long as it lasts."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from edm.dsp.threads import one_blas_thread


def blas_threads() -> list[int]:
    np.dot(np.ones((4, 4)), np.ones((4, 4)))
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_there_is_one_thread_inside_and_as_many_as_before_after_it() -> None:
    if not blas_threads():
        pytest.skip("this numpy's BLAS cannot be asked")
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        with one_blas_thread():
            assert set(blas_threads()) == {1}
        assert blas_threads() == before


def test_threads_come_back_after_an_error() -> None:
    before = blas_threads()
    with pytest.raises(ValueError, match="inside"), one_blas_thread():
        raise ValueError("inside")
    assert blas_threads() == before
