"""Where the published networks are on this computer, and whether they are whole.

Looked for, in this order: the folder that the caller names (``[models] dir``), our cache (filled by
``edm models fetch``), the installed madmom package. The package is found and never imported: importing it would run
code that current Pythons refuse, and all we want is its files.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from edm.errors import ModelsCorruptError, ModelsMissingError
from edm.places import cache_dir
from edm.weights.catalogue import NETWORKS, NetworkFile, ensemble_files

__all__ = [
    "FETCH_HINT",
    "FileState",
    "NetworkStore",
    "StoreOrigin",
    "cached_networks_dir",
    "candidate_stores",
    "find_networks",
    "read_checked",
    "verify",
]

StoreOrigin: TypeAlias = Literal["settings", "cache", "madmom"]
FileState: TypeAlias = Literal["ok", "missing", "corrupt"]

FETCH_HINT = "`edm models fetch` downloads them once (9 MB); or name their folder: [models] dir"
_REPAIR_HINT = "`edm models fetch --force` replaces it"
# All that the detector needs; a folder without the rest is as good.
_BEAT_ENSEMBLES = ("downbeats",)


@dataclass(frozen=True, slots=True)
class NetworkStore:
    """A folder of networks, laid out like the repository.

    Attributes
    ----------
    origin
        ``settings`` (named by the caller), ``cache`` (fetched) or ``madmom`` (the installed package).
    """

    folder: Path
    origin: StoreOrigin

    def path(self, network: NetworkFile) -> Path:
        """Place of one file of the catalogue, whether or not it is there."""
        return self.folder / network.path

    def lacks(self, networks: Iterable[NetworkFile]) -> list[NetworkFile]:
        """Which of `networks` are absent or of the wrong length; their content is not read."""
        return [network for network in networks if _size(self.path(network)) != network.size]


def cached_networks_dir() -> Path:
    """Folder that ``edm models fetch`` fills."""
    return cache_dir() / "models"


def candidate_stores(models_dir: Path | None = None) -> list[NetworkStore]:
    """Folders to look in, in order, whether or not they exist.

    A folder that the caller names is the only one: falling through to another would hide a mistyped setting.
    """
    if models_dir is not None:
        return [NetworkStore(models_dir, "settings")]
    stores = [NetworkStore(cached_networks_dir(), "cache")]
    package = _installed_madmom()
    if package is not None:
        stores.append(NetworkStore(package / "models", "madmom"))
    return stores


def find_networks(models_dir: Path | None = None, *, ensembles: tuple[str, ...] = _BEAT_ENSEMBLES) -> NetworkStore:
    """The first folder that has all files of the asked ensembles, in full length.

    Parameters
    ----------
    models_dir
        Folder that must have them; None looks in our cache, then in the installed madmom package.
    ensembles
        Names from `edm.weights.catalogue.ENSEMBLES`.

    Raises
    ------
    ModelsMissingError
        If no folder has them; says what the nearest one lacks.
    """
    needed = ensemble_files(ensembles)
    looked: list[str] = []
    for store in candidate_stores(models_dir):
        lacking = store.lacks(needed)
        if not lacking:
            return store
        if not store.folder.is_dir():
            looked.append(f"{store.folder} does not exist")
        else:
            looked.append(f"{store.folder} lacks {len(lacking)} of {len(needed)} files")
    if models_dir is None and _installed_madmom() is None:
        looked.append("madmom is not installed")
    raise ModelsMissingError(f"the networks are not installed ({'; '.join(looked)})", hint=FETCH_HINT)


def verify(store: NetworkStore, networks: Iterable[NetworkFile] = NETWORKS) -> list[tuple[NetworkFile, FileState]]:
    """State of each file: ``ok``, ``missing`` (or unreadable), or ``corrupt``: not the published SHA-256."""
    return [(network, _state(store.path(network), network)) for network in networks]


def read_checked(store: NetworkStore, network: NetworkFile) -> bytes:
    """Content of one file, proven to be the published one.

    Raises
    ------
    ModelsMissingError
        If it cannot be read.
    ModelsCorruptError
        If its SHA-256 is wrong.
    """
    path = store.path(network)
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ModelsMissingError(f"{path} cannot be read: {exc.strerror}", hint=FETCH_HINT) from exc
    if hashlib.sha256(content).hexdigest() != network.sha256:
        raise ModelsCorruptError(f"{path} is not the published network: wrong SHA-256", hint=_REPAIR_HINT)
    return content


def _state(path: Path, network: NetworkFile) -> FileState:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "missing"
    return "ok" if digest == network.sha256 else "corrupt"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _installed_madmom() -> Path | None:
    # For a top-level name `find_spec` only searches; it would import the parent of a dotted one.
    try:
        spec = importlib.util.find_spec("madmom")
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))
