"""What the program says without any work: help, version, settings, wrong usage; and how fast it starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edm.config import default_toml
from tests.integration.cli_program import clean_environment, edm

HEAVY = ("numpy", "scipy", "librosa", "numba", "soundfile", "av")


def loaded_by(code: str, home: Path) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=clean_environment(home)
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import edm",
        "import sys; sys.argv = ['edm', '--help']; from edm.cli.app import main; main()",
        "import sys; sys.argv = ['edm', 'analyze', '--help']; from edm.cli.app import main; main()",
        "import sys; sys.argv = ['edm', '--version']; from edm.cli.app import main; main()",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code: str, tmp_path: Path) -> None:
    assert loaded_by(code, tmp_path).isdisjoint(HEAVY)


def test_help_comes_at_once(tmp_path: Path) -> None:
    spans = []
    for _ in range(5):
        start = time.perf_counter()
        assert edm("--help", home=tmp_path).returncode == 0
        spans.append(time.perf_counter() - start)
    # The best of several: the others tell of what else the computer does.
    assert min(spans) < 0.6


def test_importing_the_names_brings_the_functions() -> None:
    from edm import __all__, analyze, analyze_many

    assert callable(analyze)
    assert callable(analyze_many)
    assert "analyze" in __all__


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    import edm as package

    with pytest.raises(AttributeError, match="nothing_such"):
        package.nothing_such  # noqa: B018


def test_version_is_one_line_on_stdout(tmp_path: Path) -> None:
    done = edm("--version", home=tmp_path)
    assert re.fullmatch(r"edm \d+\.\d+\.\d+\n", done.stdout)
    assert done.returncode == 0


@pytest.mark.parametrize("command", ["analyze", "demo", "doctor", "models", "config"])
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    done = edm(command, "--help", home=tmp_path)
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
def test_wrong_usage_says_what_is_right_and_exits_with_2(tmp_path: Path, args: list[str], said: str) -> None:
    done = edm(*args, home=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback_wherever_it_stands(tmp_path: Path) -> None:
    for args in (["--debug", "analyze"], ["analyze", "--debug"]):
        done = edm(*args, home=tmp_path)
        assert "Traceback" in done.stderr
        assert done.returncode != 0


def test_a_bad_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "edm.toml").write_text("[analysis]\ndetectr = 'flux'\n")
    done = edm("config", "show", home=tmp_path)
    assert done.returncode == 2
    assert "edm.toml" in done.stderr
    assert "did you mean detector?" in done.stderr


def test_config_init_writes_the_file_once(tmp_path: Path) -> None:
    assert edm("config", "init", "--dry-run", home=tmp_path).stdout == default_toml()
    assert not (tmp_path / "edm.toml").exists()
    assert edm("config", "init", home=tmp_path).returncode == 0
    assert (tmp_path / "edm.toml").read_text() == default_toml()
    again = edm("config", "init", home=tmp_path)
    assert again.returncode == 2
    assert "--force" in again.stderr
    (tmp_path / "edm.toml").write_text("")
    assert edm("config", "init", "--force", home=tmp_path).returncode == 0
    assert (tmp_path / "edm.toml").read_text() == default_toml()


def test_config_show_names_the_origin_of_every_value(tmp_path: Path) -> None:
    (tmp_path / "edm.toml").write_text("[analysis]\ndetector = 'flux'\n")
    done = edm("config", "show", "--json", home=tmp_path, env={"EDM_MAX_WORKERS": "3"})
    shown = json.loads(done.stdout)
    assert shown["analysis.detector"] == {"value": "flux", "origin": str(tmp_path / "edm.toml")}
    assert shown["analysis.max_workers"] == {"value": 3, "origin": "EDM_MAX_WORKERS"}
    assert shown["output.format"]["origin"] == "default"
    assert "# EDM_MAX_WORKERS" in edm("config", "show", home=tmp_path, env={"EDM_MAX_WORKERS": "3"}).stdout


def test_config_show_is_itself_a_settings_file(tmp_path: Path) -> None:
    shown = edm("config", "show", home=tmp_path).stdout
    (tmp_path / "edm.toml").write_text(shown)
    assert edm("config", "show", home=tmp_path).returncode == 0


def test_config_path_lists_files_strongest_first(tmp_path: Path) -> None:
    (tmp_path / "edm.toml").write_text("")
    assert edm("config", "path", home=tmp_path).stdout == f"{tmp_path / 'edm.toml'}\n"


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_completion_offers_names_of_formats(tmp_path: Path) -> None:
    env = {
        "_EDM_COMPLETE": "complete_bash",
        "COMP_WORDS": "edm analyze --format js",
        "COMP_CWORD": "3",
        "_TYPER_COMPLETE_ARGS": "edm analyze --format js",
    }
    code = "import sys; sys.argv = ['edm']; from edm.cli.app import app; app(prog_name='edm')"
    done = edm(home=tmp_path, env=env, command=[sys.executable, "-c", code])
    assert done.stdout.split() == ["json", "jsonl"]
