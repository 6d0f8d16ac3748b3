"""What a run was made with: the versions here, the networks here, and the commit only of our own checkout."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

import edm
from edm.analysis.beats import DETECTORS
from edm.errors import EdmError
from edm.pipeline import provenance
from edm.weights.catalogue import COMMIT

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *args: str) -> str:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *name, *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A package in a repository with one commit, as ours lies in its own."""
    package = tmp_path / "a ä checkout" / "src" / "edm"
    package.mkdir(parents=True)
    (package / "model.py").write_text("x = 1\n")
    git(package, "init", "-q", str(package.parents[1]))
    git(package, "add", "-A")
    git(package, "commit", "-q", "-m", "begin")
    return package


def test_versions_are_those_of_this_process() -> None:
    found = provenance.versions()
    assert found["edm"] == importlib.metadata.version("edm")
    assert found["python"] == platform.python_version()
    assert found["numpy"] == importlib.metadata.version("numpy")
    assert all(version is None or version for version in found.values())


def test_a_package_that_is_missing_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "_PACKAGES", ("no-such-package-of-ours",))
    assert provenance.versions()["no-such-package-of-ours"] is None


@pytest.mark.parametrize("name", ["flux", "librosa"])
def test_a_detector_is_named_with_its_version(name: str) -> None:
    record = provenance.detector_record(name, None)
    assert record == {"name": name, "version": DETECTORS[name].version, "fallback": None}


def test_auto_names_what_is_used_and_why_it_is_not_the_best(tmp_path: Path) -> None:
    record = provenance.detector_record("auto", tmp_path)
    assert record["name"] in DETECTORS
    assert record["name"] != "network"
    assert record["fallback"]


def test_a_detector_that_cannot_work_here_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EdmError):
        provenance.detector_record("network", tmp_path)


def test_a_detector_without_networks_has_no_weights() -> None:
    assert provenance.weights_record("flux", None) is None


def test_missing_networks_have_no_record(tmp_path: Path) -> None:
    assert provenance.weights_record("network", tmp_path) is None


def test_networks_have_an_origin_a_commit_and_one_checksum() -> None:
    record = provenance.weights_record("network", None)
    if record is None:
        pytest.skip("no networks are installed")
    assert record["commit"] == COMMIT
    assert record["origin"]
    assert len(bytes.fromhex(record["sha256"])) == 32


@needs_git
def test_a_checkout_has_its_commit_and_is_clean(checkout: Path) -> None:
    assert provenance.git_record(checkout) == {"commit": git(checkout, "rev-parse", "HEAD"), "dirty": False}


@needs_git
@pytest.mark.parametrize("change", ["src/edm/model.py", "src/edm/new.py", "notes.txt"])
def test_a_change_or_a_new_file_makes_it_dirty(checkout: Path, change: str) -> None:
    (checkout.parents[1] / change).write_text("x = 2\n")
    record = provenance.git_record(checkout)
    assert record is not None
    assert record["dirty"] is True


@needs_git
def test_an_edm_inside_somebody_elses_repository_is_no_checkout(checkout: Path) -> None:
    installed = checkout.parents[1] / "env" / "lib" / "edm"
    shutil.copytree(checkout, installed)
    assert provenance.git_record(installed) is None


@needs_git
def test_a_repository_without_a_commit_and_no_repository_have_no_record(tmp_path: Path) -> None:
    package = tmp_path / "src" / "edm"
    package.mkdir(parents=True)
    assert provenance.git_record(package) is None
    git(package, "init", "-q", str(tmp_path))
    assert provenance.git_record(package) is None


def test_without_git_there_is_no_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.git_record(Path(edm.__file__).parent) is None
