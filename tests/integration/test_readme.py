"""What the README says happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.weights.catalogue import NETWORKS
from edm.weights.locate import candidate_stores
from fault_server import serving
from sounds import RATE, track_at, write_audio
from tests.integration.cli_program import clean_environment
from tests.integration.readme_blocks import PAGES, ROOT, blocks

README = ROOT / "README.md"
# In this order; each of these has a test of its own.
ANALYZE, DEMO, TESTS, *OTHER_BLOCKS = blocks(README, "sh")
INSTALL = next(block for block in OTHER_BLOCKS if "edm models fetch" in block)
OTHER_BLOCKS.remove(INSTALL)
SCREEN = blocks(README, "console")[0]

# Making environments takes minutes and a network: `nox -s build` does that, and CI's clean clone. Here the commands
# run in the environment at hand, and the tests do not run themselves.
IN_THIS_ENVIRONMENT = {
    "pip install uv && ": "",
    "uv run nox": "nox --list",
    "uv run ": "",
    "pip install .": "pip --version",
}

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX shells")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's folder with some music, short, and the demo's files by name."""
    folder = tmp_path_factory.mktemp("home")
    samples = track_at(124.3, duration_s=12.0).samples
    for path in (
        "Music/a/one.flac",
        "Music/two.wav",
        "edm-demo/01 Paper Lanterns.wav",
        "edm-demo/02 Night Courier.flac",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_audio(folder / path, samples, RATE)
    return folder


@pytest.fixture(scope="module")
def environ(home: Path) -> Iterator[dict[str, str]]:
    """Of a shell in which `edm` and its tools are found, and networks are served by this computer."""
    stores = [store for store in candidate_stores() if not store.lacks(NETWORKS)]
    files = {network.path: stores[0].path(network).read_bytes() for network in NETWORKS} if stores else {}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with serving(files) as server:
        extra = {"PATH": path, "HOME": str(home), "XDG_CACHE_HOME": _cache_home()}
        yield clean_environment(home, {**extra, "EDM_MODELS__URL": server.url}, own_cache=False)


def _cache_home() -> str:
    # With another HOME the kernels would be compiled anew.
    return os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")


def shell(script: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for written, meant in IN_THIS_ENVIRONMENT.items():
        script = script.replace(written, meant)
    return subprocess.run(
        ["sh", "-e"], input=script, cwd=folder, env=environ, capture_output=True, text=True, timeout=240, check=False
    )


@posix_only
@pytest.mark.parametrize("script", OTHER_BLOCKS, ids=lambda block: block.splitlines()[0][:60])
def test_every_command_runs(script: str, environ: dict[str, str], tmp_path: Path) -> None:
    done = shell(script, tmp_path, environ)
    assert done.returncode == 0, done.stderr


@posix_only
def test_the_first_command_is_the_main_job(environ: dict[str, str], tmp_path: Path) -> None:
    done = shell(ANALYZE, tmp_path, environ)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    assert done.stdout.count('"status": "ok"') == 2


@posix_only
def test_the_demo_shows_the_screen(environ: dict[str, str], tmp_path: Path) -> None:
    shown = SCREEN.partition("$ edm analyze")[0].splitlines()
    done = shell(DEMO, tmp_path, environ)
    told, table = done.stderr.splitlines(), done.stdout.splitlines()
    assert told[0] == shown[1]
    assert [_without_figures(line) for line in told[-2:]] == [_without_figures(line) for line in shown[2:4]]
    assert table[0] == shown[4]
    # Names and truths; the estimates depend on whether the networks are there.
    assert [row[:36] for row in table[1:]] == [row[:36] for row in shown[5:]]


@posix_only
def test_the_test_command_lints_and_tests(environ: dict[str, str]) -> None:
    listed = shell(TESTS, ROOT, environ).stdout
    assert set(re.findall(r"^\* (\w+)", listed, re.MULTILINE)) == {"lint", "tests"}
    assert set(re.findall(r"^- (\w+)", listed, re.MULTILINE)) == {"lowest", "pythons", "build"}
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == TESTS.strip()


@posix_only
@pytest.mark.weights
def test_the_networks_are_fetched_into_a_plain_installation(environ: dict[str, str], tmp_path: Path) -> None:
    models = tmp_path / "models"
    done = shell(INSTALL, tmp_path, environ | {"EDM_MODELS__DIR": str(models)})
    assert done.returncode == 0, done.stderr
    assert len(list(models.rglob("*.pkl"))) == len(NETWORKS)
    assert done.stdout.count('"bpm_source": "network"') == 2


def _without_figures(line: str) -> str:
    return re.sub(r"\d+(\.\d+)?", "0", line)


def test_the_library_is_used_as_shown(home: Path, environ: dict[str, str]) -> None:
    printed = []
    for script in blocks(README, "python"):
        program = home / "program.py"
        program.write_text(script, encoding="utf-8")
        command = [sys.executable, str(program)]
        done = subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout.splitlines())
    one, many = printed
    assert float(one[0].split()[0]) == pytest.approx(124.3, abs=0.05)
    assert {row.rsplit(" ", 1)[0] for row in many} == {"01 Paper Lanterns.wav", "02 Night Courier.flac"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_every_option_that_pages_name_exists() -> None:
    reference = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    ours = {option for line in re.findall(r"(?:edm |`)[^`\n]*", text) for option in re.findall(r"--[a-z][a-z-]+", line)}
    assert ours
    assert {option for option in ours if option not in reference} == set()
