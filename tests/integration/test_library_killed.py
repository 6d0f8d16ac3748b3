"""A run that is killed, interrupted or loses a worker keeps all that was finished; the next one goes on from there."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import sounds
from tests.integration.cli_program import edm
from tests.integration.library_program import Running, done_tracks, kill_and_resume, own_places, problems, query

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")

TRACKS = 12


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for seed in range(TRACKS):
        samples = sounds.click_track(100.0 + 3 * seed, 6.0) + sounds.noise(6.0, seed=seed, level=0.05)
        sounds.write_audio(folder / f"artist {seed % 3}" / f"{seed:02}.wav", samples)
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def test_killed_again_and_again_nothing_is_lost_or_done_twice(music: Path, database: Path, tmp_path: Path) -> None:
    command = ["run", music, "--db", database, "--workers", "2"]
    found = kill_and_resume(command, database, home=tmp_path, kills=4, seed=5, longest_s=0.12, wait_for_results=True)
    assert (found.lost, found.twice, found.damage, found.last) == (0, 0, [], 0)
    assert len(found.kills) >= 2
    assert found.kills == sorted(found.kills)
    assert query(database, "SELECT COUNT(*) FROM tracks WHERE sonic_features IS NOT NULL") == [(TRACKS,)]
    outcomes = [row[0] for row in query(database, "SELECT outcome FROM runs ORDER BY id")]
    assert outcomes[-1] == "done"
    assert outcomes.count("died") >= len(found.kills) - 1  # the last may strike between the end and the exit
    with np.load(tmp_path / "artifacts" / "data_matrices.npz", allow_pickle=False) as made:
        assert made["X_sonic_raw"].shape[0] == TRACKS


def test_killed_while_it_starts_and_scans_it_begins_again(music: Path, database: Path, tmp_path: Path) -> None:
    command = ["run", music, "--db", database, "--stages", "scan", "--workers", "2"]
    found = kill_and_resume(command, database, home=tmp_path, kills=3, seed=1, longest_s=0.7)
    assert (found.lost, found.twice, found.damage, found.last) == (0, 0, [], 0)
    assert query(database, "SELECT COUNT(*), COUNT(DISTINCT path) FROM tracks") == [(TRACKS, TRACKS)]


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_that_keeps_what_is_done(
    music: Path, database: Path, tmp_path: Path, signum: signal.Signals, code: int
) -> None:
    running = Running(["run", music, "--db", database, "--workers", "2"], home=tmp_path)
    assert running.wait_for(database, 2)
    family = running.family()
    os.killpg(running.process.pid, signum)
    assert running.end() == code
    done = done_tracks(database)
    assert 2 <= len(done) < TRACKS
    assert query(database, "SELECT outcome FROM runs") == [("interrupted",)]
    assert f"sonic: {len(done)} done" in running.said()
    assert "Traceback" not in running.said()
    psutil.wait_procs(family, timeout=10)
    assert not any(process.is_running() for process in family)
    again = edm("run", "--db", database, home=tmp_path, env=own_places(tmp_path), own_cache=False)
    assert again.returncode == 0
    assert f"sonic: {TRACKS - len(done)} done, 0 failed, {len(done)} skipped" in again.stderr
    assert done.items() <= done_tracks(database).items()


def test_a_worker_that_is_killed_costs_its_track_alone(music: Path, database: Path, tmp_path: Path) -> None:
    running = Running(["run", music, "--db", database, "--workers", "2"], home=tmp_path)
    assert running.wait_for(database, 2)
    # The fork server and what tracks resources work for nobody: a worker is what uses the processor.
    time.sleep(0.1)
    busiest = max(running.family()[1:], key=lambda process: sum(process.cpu_times()[:2]))
    busiest.kill()
    assert running.end() == 3
    assert query(database, "SELECT stage, error_type FROM failures") == [("sonic", "WorkerLostError")]
    assert len(done_tracks(database)) == TRACKS - 1
    assert query(database, "SELECT outcome FROM runs") == [("done",)]
    again = edm("run", "--retry-failed", "--db", database, home=tmp_path, env=own_places(tmp_path), own_cache=False)
    assert again.returncode == 0
    assert len(done_tracks(database)) == TRACKS


def test_the_second_of_two_runs_says_who_is_at_work(music: Path, database: Path, tmp_path: Path) -> None:
    first = Running(["run", music, "--db", database, "--workers", "1"], home=tmp_path)
    assert first.wait_for(database, 1)
    os.kill(first.process.pid, signal.SIGSTOP)  # so that it works for as long as the second one waits
    try:
        second = edm("run", music, "--db", database, home=tmp_path, env=own_places(tmp_path), own_cache=False)
        stats = edm("stats", "--db", database, home=tmp_path, env=own_places(tmp_path), own_cache=False)
        preview = edm("run", "--dry-run", "--db", database, home=tmp_path, env=own_places(tmp_path), own_cache=False)
    finally:
        os.kill(first.process.pid, signal.SIGCONT)
    assert second.returncode == 1
    assert f"pid {first.process.pid}, since " in second.stderr
    assert "`edm run`" in second.stderr
    assert "Traceback" not in second.stderr
    assert len(second.stderr.splitlines()) == 2
    assert (stats.returncode, preview.returncode) == (0, 0)
    assert first.end() == 0
    assert problems(database) == []
    assert len(done_tracks(database)) == TRACKS
