"""``edm analyze`` as a program, on real files: data, exit codes, streams, terminals, signals."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import jsonschema
import pytest
import yaml

from sounds import RATE, silence, track_at, write_audio
from tests.integration import cli_program
from tests.integration.cli_program import COMMAND, clean_environment

# The detector that needs no networks: these tests are about the program.
FLUX = ("--detector", "flux")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "track.schema.json").read_text(encoding="utf-8"))

edm = partial(cli_program.edm, own_cache=False)
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals, signals and names")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three good tracks in a folder, one of them silent."""
    folder = tmp_path_factory.mktemp("music")
    write_audio(folder / "a house.wav", track_at(124.3, 20.0).samples, RATE)
    write_audio(folder / "b [red]ärger.flac", track_at(128.0, 20.0).samples, RATE)
    write_audio(folder / "c silence.wav", silence(3.0), RATE)
    return folder


@pytest.fixture(scope="module")
def mixed(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a broken and an empty file among them."""
    folder = shutil.copytree(music, tmp_path_factory.mktemp("mixed") / "music")
    (folder / "d broken.mp3").write_text("this is no music")
    (folder / "e empty.flac").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def run_of_mixed(mixed: Path) -> subprocess.CompletedProcess[str]:
    """One run whose streams several tests look at."""
    return edm("analyze", mixed, *FLUX, "--workers", "2", home=mixed.parent)


def records(done: subprocess.CompletedProcess[str]) -> dict[str, dict]:
    """By name of the track."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(record["path"]).name: record for record in found}


def test_stdout_is_one_valid_record_for_each_track(run_of_mixed: subprocess.CompletedProcess[str]) -> None:
    found = records(run_of_mixed)
    assert len(found) == 5
    for record in found.values():
        jsonschema.Draft202012Validator(SCHEMA).validate(record)


def test_estimates_are_in_the_record(run_of_mixed: subprocess.CompletedProcess[str]) -> None:
    record = records(run_of_mixed)["a house.wav"]
    assert record["bpm"] == pytest.approx(124.3, abs=0.05)
    assert record["detector"] == "flux"
    assert len(record["beats_s"]) == len(record["beat_positions"]) > 20


def test_silence_is_a_plain_answer(run_of_mixed: subprocess.CompletedProcess[str]) -> None:
    record = records(run_of_mixed)["c silence.wav"]
    assert (record["status"], record["bpm"], record["tempo_stability"]) == ("ok", None, "none")


def test_some_failures_exit_with_3_and_each_has_a_reason(run_of_mixed: subprocess.CompletedProcess[str]) -> None:
    assert run_of_mixed.returncode == 3
    found = records(run_of_mixed)
    for name in ("d broken.mp3", "e empty.flac"):
        assert found[name]["status"] == "failed"
        assert "\n" not in found[name]["error"]["message"]
        assert name in run_of_mixed.stderr


def test_the_summary_is_on_stderr(run_of_mixed: subprocess.CompletedProcess[str]) -> None:
    assert "3 analysed, 2 failed" in run_of_mixed.stderr.splitlines()[-2]
    assert "× real time" in run_of_mixed.stderr
    assert "Traceback" not in run_of_mixed.stderr


def test_all_failures_exit_with_1(mixed: Path) -> None:
    done = edm("analyze", mixed / "d broken.mp3", *FLUX, home=mixed.parent)
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "failed"


def test_no_failure_exits_with_0_and_quiet_says_nothing(music: Path) -> None:
    done = edm("analyze", music, *FLUX, "-q", "--limit", "1", "--types", "bpm", home=music.parent)
    assert done.returncode == 0
    assert done.stderr == ""
    record = json.loads(done.stdout)
    assert "grid" not in record


def test_an_output_file_holds_the_tracks_and_stdout_nothing(music: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.yaml"
    done = edm("analyze", music, *FLUX, "-o", target, home=music.parent)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    rows = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert [Path(row["path"]).name for row in rows] == sorted(path.name for path in music.iterdir())


def test_paths_come_from_a_list_on_stdin(music: Path) -> None:
    listed = "\0".join(str(path) for path in sorted(music.iterdir())[:2])
    done = edm("analyze", "--from-file", "-", "-0", "--dry-run", home=music.parent, stdin=listed)
    assert done.stdout.splitlines() == listed.split("\0")
    assert "2 tracks" in done.stderr


def test_dry_run_analyses_and_writes_nothing(music: Path, tmp_path: Path) -> None:
    done = edm("analyze", music, "--dry-run", "-o", tmp_path / "out.json", home=music.parent)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--types", "bmp"], "did you mean bpm?"),
        (["--detector", "netwrk"], "valid: auto, network, flux, librosa"),
    ],
)
def test_unknown_names_list_the_valid_ones(music: Path, args: list[str], said: str) -> None:
    done = edm("analyze", music, *args, home=music.parent)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_an_empty_folder_and_a_missing_path_are_errors_with_hints(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        done = edm("analyze", path, *FLUX, home=tmp_path)
        assert done.returncode == 2
        assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_missing_networks_are_a_fallback_that_is_told(music: Path, tmp_path: Path) -> None:
    env = {"EDM_MODELS__DIR": str(tmp_path / "empty")}
    done = edm("analyze", music, "--limit", "1", home=music.parent, env=env)
    record = json.loads(done.stdout)
    assert record["detector"] != "network"
    assert "edm models fetch" in record["fallback"] or "not installed" in record["fallback"]
    assert "1 fell back" in done.stderr
    refused = edm("analyze", music, "--detector", "network", home=music.parent, env=env)
    assert refused.returncode == 1
    assert "edm models fetch" in refused.stderr


@posix_only
def test_a_reader_that_goes_away_is_no_error_message(music: Path) -> None:
    command = f"'{sys.executable}' -m edm analyze '{music}' --detector flux -q | head -c 10 >/dev/null"
    done = subprocess.run(
        ["sh", "-c", command],
        env=clean_environment(music.parent, own_cache=False),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""


@posix_only
def test_a_name_that_is_no_utf8_survives(music: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.wav")
    try:
        shutil.copy(music / "c silence.wav", tmp_path / name)
    except OSError:
        pytest.skip("this file system takes no such names")
    done = edm("analyze", tmp_path, *FLUX, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["path"].endswith("caf\\xe9.wav")


def on_terminal(args: list[str], folder: Path, *, data_too: bool) -> tuple[int, str, str]:
    """Run with standard error on a terminal of 80 columns, and standard output there too if `data_too`."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *args],
        cwd=folder,
        env=clean_environment(folder, {"TERM": "xterm-256color"}, own_cache=False),
        stdin=subprocess.DEVNULL,
        stdout=theirs if data_too else subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown: list[bytes] = []

    def read() -> None:
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:
                return
            if not block:
                return
            shown.append(block)

    reader = threading.Thread(target=read)
    reader.start()
    data = b"" if process.stdout is None else process.stdout.read()
    code = process.wait(timeout=60)
    reader.join(timeout=10)
    os.close(ours)
    return code, data.decode(), b"".join(shown).decode()


@posix_only
def test_json_parses_while_a_board_is_on_the_terminal(mixed: Path) -> None:
    args = ["analyze", str(mixed), *FLUX, "--format", "json"]
    code, data, shown = on_terminal(args, mixed.parent, data_too=False)
    assert code == 3
    assert len(json.loads(data)) == 5
    assert "\x1b[" in shown
    assert "5/5" in shown or "analysed" in shown


@posix_only
def test_a_terminal_gets_a_table_that_fits(mixed: Path) -> None:
    code, _, shown = on_terminal(["analyze", str(mixed), *FLUX, "--progress", "none"], mixed.parent, data_too=True)
    assert code == 3
    lines = shown.replace("\r", "").splitlines()
    assert any(line.startswith(("\x1b[1mtrack", "track")) for line in lines)
    assert "124.3" in shown
    assert "[red]ärger.flac" in shown


@posix_only
@pytest.mark.parametrize(
    ("signum", "code", "workers"), [(signal.SIGINT, 130, "1"), (signal.SIGINT, 130, "2"), (signal.SIGTERM, 143, "2")]
)
def test_a_signal_keeps_what_is_done(music: Path, tmp_path: Path, signum: int, code: int, workers: str) -> None:
    for number in range(60):
        shutil.copy(music / "a house.wav", tmp_path / f"{number:02d}.wav")
    target = tmp_path / "out.json"
    process = subprocess.Popen(
        [*COMMAND, "analyze", str(tmp_path), *FLUX, "-o", str(target), "-w", workers, "--progress", "json"],
        cwd=tmp_path,
        env=clean_environment(tmp_path, own_cache=False),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if '"item_finished"' in line:
            break
    process.send_signal(signum)
    started = time.monotonic()
    said = process.stderr.read()
    assert process.wait(timeout=20) == code
    assert time.monotonic() - started < 5.0
    kept = json.loads(target.read_text(encoding="utf-8"))
    assert 1 <= len(kept) < 60
    assert f"{len(kept)} analysed" in said
    assert "Traceback" not in said
    assert [path for path in tmp_path.iterdir() if path.suffix == ".part"] == []
