"""How the program starts: at once, loading little; and what a shell can complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def test_ctrl_c_while_the_program_loads_shows_no_traceback(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "class PressedWhileLoading:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'edm.cli.app':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, PressedWhileLoading())\n"
        "from edm.__main__ import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=clean_environment(tmp_path)
    )
    assert done.stderr == "interrupted\n"
    # A shell shows both as 130.
    assert done.returncode in (130, -2)


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
