"""Limits of control groups, read from folders laid out like the kernel's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edm.processing.limits import read_limits

GB = 1_000_000_000


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return root


def test_without_control_groups_there_are_no_quotas(tmp_path: Path) -> None:
    limits = read_limits(tmp_path)
    assert (limits.cpu_quota, limits.memory_quota) == (None, None)
    assert limits.cores == os.cpu_count()
    assert limits.memory_available > 0


def test_this_machine_can_be_read() -> None:
    limits = read_limits()
    assert limits.cores >= 1
    assert limits.affinity is None or 1 <= limits.affinity <= limits.cores


def test_version_2_grants_shares_of_cores_and_memory(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        {
            "proc/self/cgroup": "0::/box",
            "sys/fs/cgroup/box/cpu.max": "150000 100000",
            "sys/fs/cgroup/box/memory.max": str(4 * GB),
            "sys/fs/cgroup/box/memory.current": str(3 * GB),
            "sys/fs/cgroup/box/memory.stat": f"anon 5\ninactive_file {GB}\nactive_file 7",
        },
    )
    limits = read_limits(root)
    assert limits.cpu_quota == 1.5
    assert limits.memory_quota == 2 * GB  # cached files can be dropped


def test_the_tightest_group_around_us_counts(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        {
            "proc/self/cgroup": "0::/outer/inner",
            "sys/fs/cgroup/outer/inner/cpu.max": "max 100000",
            "sys/fs/cgroup/outer/cpu.max": "200000 100000",
            "sys/fs/cgroup/outer/inner/memory.max": "max",
            "sys/fs/cgroup/outer/inner/memory.current": "5",
            "sys/fs/cgroup/outer/memory.max": str(GB),
            "sys/fs/cgroup/outer/memory.current": str(2 * GB),
        },
    )
    limits = read_limits(root)
    assert limits.cpu_quota == 2.0
    assert limits.memory_quota == 0


def test_version_1_is_read_too(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/box\n1:cpu,cpuacct:/box\n0::/",
            "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "300000",
            "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/box/memory.limit_in_bytes": str(2 * GB),
            "sys/fs/cgroup/memory/box/memory.usage_in_bytes": str(GB),
            "sys/fs/cgroup/memory/box/memory.stat": f"inactive_file 1\ntotal_inactive_file {GB // 2}",
        },
    )
    limits = read_limits(root)
    assert limits.cpu_quota == 3.0
    assert limits.memory_quota == 2 * GB - GB // 2


def test_a_container_sees_its_own_group_at_the_top(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        {"proc/self/cgroup": "0::/docker/123abc", "sys/fs/cgroup/cpu.max": "100000 100000"},
    )
    assert read_limits(root).cpu_quota == 1.0


@pytest.mark.parametrize("quota", ["-1", "max", "", "nonsense"])
def test_no_limit_is_no_limit(tmp_path: Path, quota: str) -> None:
    root = lay_out(
        tmp_path,
        {
            "proc/self/cgroup": "1:cpu,memory:/",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota,
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000",
        },
    )
    limits = read_limits(root)
    assert (limits.cpu_quota, limits.memory_quota) == (None, None)
