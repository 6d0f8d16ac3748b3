"""How many workers, and in what surroundings they begin.

The sum, all of whose terms `edm doctor` shows: *auto* is the smaller of (cores we may use - 1, at least 1) and (memory
we may use / need of a worker, at least 1); a cap lowers it and never raises it. A number that was asked for is taken,
with a warning where it is more than the machine can carry.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from edm.errors import InputError
from edm.processing.limits import MachineLimits, read_limits

__all__ = ["ONE_THREAD", "WORKER_NEED_BYTES", "WorkerPlan", "one_thread_environment", "plan_workers"]

# Bytes: peak resident memory that a worker may reach on a five-minute track; the benchmark's limit.
WORKER_NEED_BYTES = 400 * 1000 * 1000

# n processes times n threads of linear algebra make n cores slower than one; results also depend on the number.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """How many workers, and why.

    Attributes
    ----------
    requested
        A number, or ``auto``.
    limits
        What the machine has and grants.
    usable_cores
        The smallest of cores, affinity and quota, rounded down, at least 1.
    usable_memory, need
        Bytes that may be used, and that a worker needs.
    by_cores, by_memory
        Workers that each of the two alone would allow.
    cap
        The most that the settings allow, or None.
    chosen
        The answer.
    warnings
        One sentence each.
    """

    requested: int | Literal["auto"]
    limits: MachineLimits
    usable_cores: int
    usable_memory: int
    need: int
    by_cores: int
    by_memory: int
    cap: int | None
    chosen: int
    warnings: tuple[str, ...] = ()


def plan_workers(
    requested: int | Literal["auto"] = "auto",
    *,
    cap: int | None = None,
    need: int = WORKER_NEED_BYTES,
    limits: MachineLimits | None = None,
) -> WorkerPlan:
    """How many workers to start.

    Parameters
    ----------
    requested
        1 or more, or ``auto``.
    cap
        The most that is allowed, 1 or more; None for no cap.
    need
        Bytes of memory that a worker needs.
    limits
        Of the machine; read from it when None.

    Raises
    ------
    InputError
        If `requested` or `cap` is 0 or less.
    """
    if requested != "auto" and requested < 1:
        raise InputError(f"{requested} workers cannot do anything", hint="use 1 or more, or auto")
    if cap is not None and cap < 1:
        raise InputError(f"at most {cap} workers cannot do anything", hint="set the cap to 1 or more, or leave it out")
    limits = read_limits() if limits is None else limits
    cores = max(1, int(min(x for x in (limits.cores, limits.affinity, limits.cpu_quota) if x is not None)))
    memory = min(x for x in (limits.memory_available, limits.memory_quota) if x is not None)
    by_cores, by_memory = max(1, cores - 1), max(1, memory // need)
    chosen = min(by_cores, by_memory) if requested == "auto" else requested
    if cap is not None:
        chosen = min(chosen, cap)
    warnings = []
    if chosen > cores:
        warnings.append(f"{chosen} workers share {cores} {'core' if cores == 1 else 'cores'}: more only costs memory")
    if chosen * need > memory:
        warnings.append(
            f"{chosen} {'worker' if chosen == 1 else 'workers'} may need {chosen * need / 1e9:.1f} GB "
            f"of memory, {memory / 1e9:.1f} GB may be used"
        )
    return WorkerPlan(requested, limits, cores, memory, need, by_cores, by_memory, cap, chosen, tuple(warnings))


@contextmanager
def one_thread_environment() -> Iterator[None]:
    """Set the variables of `ONE_THREAD` inside the block, for processes that are started in it, and put them back."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
