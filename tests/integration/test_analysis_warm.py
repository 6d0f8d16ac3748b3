"""The first runs on a computer: kernels compiled once, whoever comes first, whatever the cache is like."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sounds import track_at, write_audio

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the cache's place cannot be set from outside there"),
]

WARM_PROGRAM = "from edm.dsp.warm import ensure_compiled\nensure_compiled(on_compile=lambda: print('compiling'))\n"
ATTACKS_PROGRAM = (
    "import numpy as np\n"
    "from edm.dsp.attacks import attack_strength\n"
    "print(round(float(attack_strength(np.arange(9000, dtype=np.float32) % 700).sum()), 3))\n"
)


def with_cache(folder: Path) -> dict[str, str]:
    """An environment whose caches lie below this folder."""
    return {**os.environ, "XDG_CACHE_HOME": str(folder), "HOME": str(folder)}


def start_analyze(track: Path, cache: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "edm", "analyze", str(track), "--detector", "flux", "--format", "jsonl"]
    return subprocess.Popen(
        [*command, "--workers", "1"],
        env=with_cache(cache),
        cwd=track.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(program: str, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], env=with_cache(cache), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_audio(tmp_path_factory.mktemp("music") / "a.wav", track_at(126.5, 15.0, "techno", 0.2, 1).samples)


@pytest.fixture(scope="module")
def cold_runs(track: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, str, str]]]:
    """Two runs that start at the same moment on an empty cache: the cache, and what they ended with."""
    cache = tmp_path_factory.mktemp("cache")
    runs = [start_analyze(track, cache) for _ in range(2)]
    ended = []
    for run in runs:
        output, errors = run.communicate(timeout=120)
        ended.append((run.returncode, output, errors))
    return cache, ended


def kernel_folder(cache: Path) -> Path:
    (index,) = cache.rglob("index.json")
    return index.parent


def test_two_cold_runs_at_the_same_moment_both_succeed(cold_runs: tuple) -> None:
    _, ended = cold_runs
    for code, output, errors in ended:
        assert code == 0, errors
        record = json.loads(output)
        assert record["status"] == "ok"
        assert record["bpm"] == pytest.approx(126.5, abs=0.01)


def test_two_cold_runs_compile_once(cold_runs: tuple) -> None:
    cache, ended = cold_runs
    assert sum("compiling" in errors for _, _, errors in ended) == 1
    folder = kernel_folder(cache)
    # Nothing half-made is left beside it.
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]


def test_a_warm_run_compiles_nothing(cold_runs: tuple) -> None:
    cache, _ = cold_runs
    before = {path: path.stat().st_mtime_ns for path in kernel_folder(cache).iterdir()}
    done = run(WARM_PROGRAM, cache)
    assert (done.returncode, done.stdout) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in kernel_folder(cache).iterdir()} == before


def test_a_cache_that_cannot_be_written_is_no_obstacle(cold_runs: tuple, tmp_path: Path) -> None:
    cache, _ = cold_runs
    # A file where a folder should be stops everybody, root too.
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    done = run(ATTACKS_PROGRAM, blocked)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run(ATTACKS_PROGRAM, cache).stdout


@pytest.mark.parametrize("damaged", ["code", "index"])
def test_a_damaged_cache_is_no_obstacle(cold_runs: tuple, tmp_path: Path, damaged: str) -> None:
    # As a full disk or a power cut leaves it.
    cache, _ = cold_runs
    copy = tmp_path / "cache"
    shutil.copytree(cache, copy)
    (file,) = kernel_folder(copy).glob("*difference_energy*" if damaged == "code" else "index.json")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = run(ATTACKS_PROGRAM, copy)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run(ATTACKS_PROGRAM, cache).stdout
