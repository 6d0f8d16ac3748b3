"""Where networks are found, and what is said when they are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import edm.places
from edm.errors import ModelsCorruptError, ModelsMissingError
from edm.weights import locate
from edm.weights.catalogue import ENSEMBLES, NETWORKS, ensemble_files
from edm.weights.locate import NetworkStore, candidate_stores, find_networks, read_checked, verify


def fill(folder: Path) -> Path:
    """Files of the right length and wrong content."""
    for network in NETWORKS:
        path = folder / network.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as handle:
            handle.truncate(network.size)
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No cache and no madmom but what a test makes below this folder."""
    monkeypatch.setattr(locate, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages")])
    monkeypatch.delitem(sys.modules, "madmom", raising=False)
    return tmp_path


def install_madmom(place: Path) -> Path:
    package = place / "packages" / "madmom"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    return fill(package / "models")


def test_the_folder_that_is_named_is_taken(elsewhere: Path) -> None:
    fill(elsewhere / "cache" / "models")
    folder = fill(elsewhere / "mine")
    assert find_networks(folder) == NetworkStore(folder, "settings")


def test_the_cache_comes_before_madmom(elsewhere: Path) -> None:
    install_madmom(elsewhere)
    folder = fill(elsewhere / "cache" / "models")
    assert find_networks() == NetworkStore(folder, "cache")


def test_an_incomplete_cache_gives_way_to_madmom(elsewhere: Path) -> None:
    models = install_madmom(elsewhere)
    folder = fill(elsewhere / "cache" / "models")
    (folder / NETWORKS[0].path).write_bytes(b"short")
    assert find_networks() == NetworkStore(models, "madmom")


def test_madmom_is_found_and_not_imported(elsewhere: Path) -> None:
    install_madmom(elsewhere)
    assert find_networks().origin == "madmom"
    assert "madmom" not in sys.modules


def test_only_the_asked_ensembles_must_be_there(elsewhere: Path) -> None:
    folder = fill(elsewhere / "mine")
    (folder / ENSEMBLES["key"][0].path).unlink()
    assert find_networks(folder).folder == folder
    with pytest.raises(ModelsMissingError, match="lacks 1 of 1"):
        find_networks(folder, ensembles=("key",))


def test_a_named_folder_without_networks_is_an_error_though_the_cache_has_them(elsewhere: Path) -> None:
    fill(elsewhere / "cache" / "models")
    with pytest.raises(ModelsMissingError, match="mistyped does not exist") as caught:
        find_networks(elsewhere / "mistyped")
    assert "edm models fetch" in (caught.value.hint or "")


def test_nothing_anywhere_says_where_was_looked(elsewhere: Path) -> None:
    with pytest.raises(ModelsMissingError, match="madmom is not installed") as caught:
        find_networks()
    assert str(elsewhere / "cache") in caught.value.message


def test_verify_tells_missing_from_corrupt(elsewhere: Path) -> None:
    store = NetworkStore(fill(elsewhere / "mine"), "settings")
    store.path(NETWORKS[0]).unlink()
    states = dict(verify(store))
    assert states.pop(NETWORKS[0]) == "missing"
    assert set(states.values()) == {"corrupt"}


def test_a_wrong_file_is_not_read(elsewhere: Path) -> None:
    store = NetworkStore(fill(elsewhere / "mine"), "settings")
    with pytest.raises(ModelsCorruptError, match="SHA-256"):
        read_checked(store, NETWORKS[0])
    store.path(NETWORKS[0]).unlink()
    with pytest.raises(ModelsMissingError):
        read_checked(store, NETWORKS[0])


def test_the_catalogue_names_every_file_once() -> None:
    assert len({network.path for network in NETWORKS}) == len(NETWORKS) == 17
    assert len({network.sha256 for network in NETWORKS}) == 17
    assert ensemble_files(("beats",)) == ENSEMBLES["beats"]


def test_the_cache_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    assert locate.cached_networks_dir() == edm.places.cache_dir() / "models"


@pytest.mark.weights
def test_the_installed_package_holds_the_published_files() -> None:
    store = next(store for store in candidate_stores() if store.origin == "madmom")
    assert set(dict(verify(store)).values()) == {"ok"}
    assert len(read_checked(store, NETWORKS[0])) == NETWORKS[0].size


@pytest.mark.weights
def test_finding_them_loads_no_madmom() -> None:
    code = "import sys, edm.weights.locate as l; l.find_networks(); print([m for m in sys.modules if 'madmom' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
