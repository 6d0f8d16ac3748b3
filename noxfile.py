"""What is checked, and how.

``uv run nox`` lints and runs all tests in the environment that ``uv run`` has made, so that madmom is built once.
The other sessions make environments of their own: ``uv run nox -s lowest pythons build``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "tests"]

OLDEST = "3.10"
OTHER_PYTHONS = ["3.10", "3.12", "3.13"]
# What is published holds neither music nor the networks of others, nor the names of package hosts.
NEVER_PUBLISHED = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".m4a", ".wma", ".pkl", ".onnx", ".lock"}
EXPECTED_IN_WHEEL = {"edm/__init__.py", "edm/py.typed", "edm/cli/app.py", "edm/weights/catalogue.py"}
EXPECTED_IN_SDIST = {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "src/edm/py.typed", "tests/sounds.py"}


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Style, format, types and layers."""
    session.run(_tool("ruff"), "check")
    session.run(_tool("ruff"), "format", "--check")
    session.run(_tool("mypy"))
    session.run(_tool("lint-imports"), silent=True)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """All tests, those that need the published networks included."""
    session.run(sys.executable, "-m", "pytest", *session.posargs)


@nox.session(venv_backend="uv", python=OLDEST, default=False)
def lowest(session: nox.Session) -> None:
    """The oldest dependencies that `pyproject.toml` allows, without madmom and its networks."""
    groups = nox.project.load_toml("pyproject.toml")["dependency-groups"]
    session.install("--resolution", "lowest-direct", "-e", ".", *groups["test"])
    session.run("python", "-m", "pytest", "-m", "not weights", *session.posargs)


@nox.session(venv_backend="none", default=False)
@nox.parametrize("version", OTHER_PYTHONS)
def pythons(session: nox.Session, version: str) -> None:
    """All tests on the other Pythons, which uv brings where they are missing; madmom is built for each."""
    command = ("uv", "run", "--isolated", "--python", version, "python", "-m", "pytest", *session.posargs)
    session.run(*command, external=True, env={"VIRTUAL_ENV": None})


@nox.session(venv_backend="none", default=False)
def build(session: nox.Session) -> None:
    """What is published: built, looked into, installed by plain pip into an empty environment, and run there."""
    folder = Path(session.create_tmp())
    shutil.rmtree(folder / "dist", ignore_errors=True)
    session.run("uv", "build", "--out-dir", str(folder / "dist"), external=True)
    (wheel,), (sdist,) = (list((folder / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    with zipfile.ZipFile(wheel) as archive:
        _check_content(session, wheel, set(archive.namelist()), EXPECTED_IN_WHEEL)
    with tarfile.open(sdist) as archive:
        # The first part of each name is that of the package and its version.
        names = {name.partition("/")[2] for name in archive.getnames()}
        _check_content(session, sdist, names, EXPECTED_IN_SDIST)

    session.run(sys.executable, "-m", "venv", "--clear", str(folder / "venv"))
    python, edm = (_program(folder / "venv", name) for name in ("python", "edm"))
    # Nobody should need a compiler.
    session.run(python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", str(wheel), external=True)
    session.run(edm, "--help", external=True, silent=True)
    session.run(edm, "demo", str(folder / "music"), "--no-analyze", external=True)
    session.run(edm, "analyze", str(folder / "music"), "--detector", "flux", "--types", "bpm", external=True)


def _tool(name: str) -> str:
    """A program of the environment that nox runs in."""
    return str(Path(sys.executable).with_name(name))


def _check_content(session: nox.Session, archive: Path, names: set[str], expected: set[str]) -> None:
    if missing := sorted(expected - names):
        session.error(f"{archive.name} lacks {', '.join(missing)}")
    if strays := sorted(name for name in names if Path(name).suffix in NEVER_PUBLISHED):
        session.error(f"{archive.name} should not hold {', '.join(strays)}")
    session.log(f"{archive.name}: {len(names)} files, {archive.stat().st_size / 1000:.0f} kB")


def _program(environment: Path, name: str) -> str:
    windows = os.name == "nt"
    return str(environment / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name))
