"""What the program says without any work: help, settings, wrong usage."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from edm.cli.app import main
from edm.config import default_toml

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def edm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Program]:
    """The program's entry, called in this process and in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("edm.config.user_settings_path", lambda: tmp_path / "person" / "edm.toml")

    def run(*args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["edm", *args])
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                main()
        code = left.value.code
        said = capsys.readouterr()
        return subprocess.CompletedProcess(args, code if isinstance(code, int) else 0, said.out, said.err)

    before = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("command", ["analyze", "demo", "doctor", "models", "config"])
def test_every_command_explains_itself(edm: Program, command: str) -> None:
    done = edm(command, "--help")
    assert done.returncode == 0
    assert "Usage: " in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["analyse"], "No such command"),
        (["analyze", "--formt", "json"], "No such option"),
        (["analyze", "--limit", "0", "x"], "--limit"),
        (["analyze", "--ignore-metadata", "--prefer-tags", "x"], "exclude each other"),
        (["analyze"], "edm analyze FOLDER"),
        (["analyze", "--workers", "0", "x"], "use 1 or more, or auto"),
        (["analyze", "--workers", "-1", "x"], "use 1 or more, or auto"),
        (["analyze", "--format", "xml", "x"], "jsonl"),
        (["analyze", "--progress", "loud", "x"], "'plain'"),
        (["analyze", "--timeout", "-3", "x"], "--timeout"),
        (["analyze", "--min-bpm", "180", "--max-bpm", "90", "x"], "less than max_bpm"),
        (["analyze", "--output", "x.xml", "x"], ".jsonl"),
    ],
)
def test_wrong_usage_says_what_is_right_and_exits_with_2(edm: Program, args: list[str], said: str) -> None:
    done = edm(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("args", [["--debug", "analyze"], ["analyze", "--debug"]])
def test_debug_shows_the_traceback_wherever_it_stands(edm: Program, args: list[str]) -> None:
    done = edm(*args)
    assert "Traceback" in done.stderr
    assert "error: no tracks named" in done.stderr
    assert done.returncode == 2


def test_a_bad_settings_file_is_named(edm: Program, tmp_path: Path) -> None:
    (tmp_path / "edm.toml").write_text("[analysis]\ndetectr = 'flux'\n")
    done = edm("config", "show")
    assert done.returncode == 2
    assert "edm.toml" in done.stderr
    assert "did you mean detector?" in done.stderr


def test_config_init_writes_the_file_once(edm: Program, tmp_path: Path) -> None:
    assert edm("config", "init", "--dry-run").stdout == default_toml()
    assert not (tmp_path / "edm.toml").exists()
    assert edm("config", "init").returncode == 0
    assert (tmp_path / "edm.toml").read_text() == default_toml()
    again = edm("config", "init")
    assert again.returncode == 2
    assert "--force" in again.stderr
    (tmp_path / "edm.toml").write_text("")
    assert edm("config", "init", "--force").returncode == 0
    assert (tmp_path / "edm.toml").read_text() == default_toml()


def test_config_show_names_the_origin_of_every_value(edm: Program, tmp_path: Path) -> None:
    (tmp_path / "edm.toml").write_text("[analysis]\ndetector = 'flux'\n")
    done = edm("config", "show", "--json", env={"EDM_MAX_WORKERS": "3"})
    shown = json.loads(done.stdout)
    assert shown["analysis.detector"] == {"value": "flux", "origin": str(tmp_path / "edm.toml")}
    assert shown["analysis.max_workers"] == {"value": 3, "origin": "EDM_MAX_WORKERS"}
    assert shown["output.format"]["origin"] == "default"
    assert "# EDM_MAX_WORKERS" in edm("config", "show", env={"EDM_MAX_WORKERS": "3"}).stdout


def test_config_show_is_itself_a_settings_file(edm: Program, tmp_path: Path) -> None:
    shown = edm("config", "show").stdout
    (tmp_path / "edm.toml").write_text(shown)
    assert edm("config", "show").returncode == 0


def test_config_path_lists_files_strongest_first(edm: Program, tmp_path: Path) -> None:
    (tmp_path / "edm.toml").write_text("")
    assert edm("config", "path").stdout == f"{tmp_path / 'edm.toml'}\n"
