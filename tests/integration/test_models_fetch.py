"""``edm models`` as a program, against a real server with the real files."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.weights.catalogue import NETWORKS
from edm.weights.locate import candidate_stores
from fault_server import FaultServer, serving
from tests.integration.cli_program import COMMAND, clean_environment, edm

pytestmark = pytest.mark.weights

FIRST = NETWORKS[0]
CACHE = Path("cache") / "edm" / "models"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    store = next(store for store in candidate_stores() if store.origin == "madmom")
    return {network.path: store.path(network).read_bytes() for network in NETWORKS}


@pytest.fixture
def server(files: dict[str, bytes]) -> Iterator[FaultServer]:
    with serving(files) as running:
        yield running


def whole(folder: Path) -> int:
    """How many files are there and right."""
    good = 0
    for network in NETWORKS:
        path = folder / network.path
        good += path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == network.sha256
    return good


@pytest.mark.skipif(sys.platform != "linux", reason="the cache is elsewhere")
def test_fetch_fills_the_cache_through_faults_and_list_and_verify_agree(tmp_path: Path, server: FaultServer) -> None:
    server.faults[FIRST.path].extend(["cut:100000", "status:503"])
    server.faults[NETWORKS[1].path].append("corrupt")
    done = edm("models", "fetch", "--url", server.url, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert whole(tmp_path / CACHE) == len(NETWORKS)
    assert done.stdout == ""
    assert "CC BY-NC-SA" in done.stderr
    listed = edm("models", "list", home=tmp_path)
    assert "8 of 8 files" in listed.stdout
    verified = edm("models", "verify", home=tmp_path)
    assert verified.returncode == 0
    assert verified.stdout.count("ok ") == len(NETWORKS)
    (tmp_path / CACHE / FIRST.path).write_bytes(b"x" * FIRST.size)
    broken = edm("models", "verify", home=tmp_path)
    assert broken.returncode == 1
    assert f"corrupt  {FIRST.path}" in broken.stdout
    assert "edm models fetch" in broken.stderr


def test_offline_is_one_error_and_one_hint(tmp_path: Path) -> None:
    done = edm("models", "fetch", "--url", "http://127.0.0.1:9/", "-q", home=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("error: http://127.0.0.1:9/")
    assert lines[1].startswith("hint: ")


def test_dry_run_fetches_nothing(tmp_path: Path, server: FaultServer) -> None:
    done = edm("models", "fetch", "--dry-run", "--url", server.url, home=tmp_path)
    assert "would fetch 17 of 17" in done.stderr
    assert server.requests == []


def test_a_named_folder_is_filled_and_used(tmp_path: Path, server: FaultServer) -> None:
    env = {"EDM_MODELS__DIR": str(tmp_path / "nets"), "EDM_MODELS__URL": server.url}
    missing = edm("models", "verify", home=tmp_path, env=env)
    assert missing.returncode == 1
    assert "hint: `edm models fetch`" in missing.stderr
    assert edm("models", "fetch", home=tmp_path, env=env).returncode == 0
    assert whole(tmp_path / "nets") == len(NETWORKS)
    assert edm("models", "verify", home=tmp_path, env=env).returncode == 0


def test_two_programs_at_once_fetch_each_file_once(tmp_path: Path, server: FaultServer) -> None:
    for network in NETWORKS:
        server.faults[network.path].append("slow:0.002")
    arguments = [*COMMAND, "models", "fetch", "--url", server.url]
    environ = clean_environment(tmp_path)
    both = [subprocess.Popen(arguments, env=environ, cwd=tmp_path, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert len(server.requests) == len(NETWORKS)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_the_part_and_the_next_run_continues(
    tmp_path: Path, server: FaultServer, signum: int, code: int
) -> None:
    server.faults[FIRST.path].append("slow:0.2")
    env = {"EDM_MODELS__DIR": str(tmp_path / "nets"), "EDM_MODELS__URL": server.url}
    process = subprocess.Popen(
        [*COMMAND, "models", "fetch"],
        env=clean_environment(tmp_path, env),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    part = tmp_path / "nets" / (FIRST.path + ".part")
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signum)
    _, said = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in said
    assert 0 < part.stat().st_size < FIRST.size
    assert edm("models", "fetch", home=tmp_path, env=env).returncode == 0
    assert whole(tmp_path / "nets") == len(NETWORKS)
    assert (server.ranges(FIRST.path)[1] or "").startswith("bytes=")
