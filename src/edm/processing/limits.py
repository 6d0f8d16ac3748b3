"""What the machine lets this process use: cores and memory, affinity and control groups included.

A container's limits are not visible in the number of cores or the free memory; they stand in files of the control
group (version 1 or 2) that the process is in, and of the groups around it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MachineLimits", "read_limits"]

# cgroup v1 says "no limit" with the largest page-aligned 63-bit number; nobody owns this much.
UNLIMITED_BYTES = 1 << 60


@dataclass(frozen=True, slots=True)
class MachineLimits:
    """What there is, and what of it may be used. None: no such limit is set, or it cannot be read.

    Attributes
    ----------
    cores
        Logical cores of the machine.
    affinity
        Cores that this process may be scheduled on.
    cpu_quota
        Cores' worth of time that the control group grants; 1.5 is one and a half.
    memory_available
        Bytes that the machine could give without swapping.
    memory_quota
        Bytes that the control group still grants: its limit less what is in use and could not be dropped.
    """

    cores: int
    affinity: int | None
    cpu_quota: float | None
    memory_available: int
    memory_quota: int | None


def read_limits(root: Path = Path("/")) -> MachineLimits:
    """Limits of this process, now.

    Parameters
    ----------
    root
        Folder that holds ``proc`` and ``sys``.
    """
    import psutil

    groups = _own_groups(root)
    quotas = [quota for folder in _folders(root, groups, "cpu") if (quota := _cpu_quota(folder)) is not None]
    rooms = [room for folder in _folders(root, groups, "memory") if (room := _memory_room(folder)) is not None]
    return MachineLimits(
        cores=os.cpu_count() or 1,
        affinity=_affinity(),
        cpu_quota=min(quotas, default=None),
        memory_available=int(psutil.virtual_memory().available),
        memory_quota=min(rooms, default=None),
    )


def _affinity() -> int | None:
    # Not on macOS and Windows; there psutil knows it on some.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    import psutil

    process = psutil.Process()
    return len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else None


def _own_groups(root: Path) -> dict[str, str]:
    """Path of our group by controller; the unified hierarchy (version 2) under the empty name."""
    groups = {}
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            groups[controller] = path
    return groups


def _folders(root: Path, groups: dict[str, str], controller: str) -> Iterator[Path]:
    """Folders of our group and all groups around it, in both versions' places, if they exist."""
    for mount, group in (("sys/fs/cgroup", groups.get("")), (f"sys/fs/cgroup/{controller}", groups.get(controller))):
        if group is None:
            continue
        top = root / mount
        # Inside a container the path is often the host's, and what is mounted is our own group already.
        folder = top / group.strip("/")
        while folder != top:
            yield folder
            folder = folder.parent
        yield top


def _cpu_quota(folder: Path) -> float | None:
    fields = _text(folder / "cpu.max").split()  # version 2: "150000 100000" or "max 100000"
    if len(fields) == 2:
        quota, period = fields
    else:
        quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
    if not (quota.isdigit() and period.isdigit() and int(period) > 0):
        return None  # "max", "-1" or no such file
    return int(quota) / int(period)


def _memory_room(folder: Path) -> int | None:
    for limit_name, usage_name, cache_name in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        limit, usage = _text(folder / limit_name), _text(folder / usage_name)
        if limit.isdigit() and usage.isdigit() and int(limit) < UNLIMITED_BYTES:
            # Cached file pages count as usage, but are dropped when memory is wanted.
            cache = _stat(folder / "memory.stat", cache_name)
            return max(0, int(limit) - max(0, int(usage) - cache))
    return None


def _stat(path: Path, name: str) -> int:
    for line in _lines(path):
        key, _, value = line.partition(" ")
        if key == name and value.isdigit():
            return int(value)
    return 0


def _text(path: Path) -> str:
    return "\n".join(_lines(path))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
