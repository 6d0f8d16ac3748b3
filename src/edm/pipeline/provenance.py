"""What a run was made with: versions, detector, networks, and the commit where edm runs from a checkout."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from edm.errors import ModelsError

__all__ = ["detector_record", "git_record", "versions", "weights_record"]

# What can change a number.
_PACKAGES = ("numpy", "scipy", "numba", "librosa", "soundfile", "av", "soxr", "mir_eval")
_GIT_TIMEOUT_S = 10.0


def versions() -> dict[str, str | None]:
    """Of edm, Python and the packages whose version can change a number; None for one that is not installed."""
    found: dict[str, str | None] = {"edm": metadata.version("edm"), "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def detector_record(asked: str, models_dir: Path | None) -> dict[str, Any]:
    """Name and version of the detector that `asked` means here, and why it is not the best one.

    Raises
    ------
    EdmError
        As `edm.analysis.beats.choose_detector`.
    """
    from edm.analysis.beats import DETECTORS, choose_detector

    name, fallback = choose_detector(asked, models_dir)
    return {"name": name, "version": DETECTORS[name].version, "fallback": fallback}


def weights_record(detector: str, models_dir: Path | None) -> dict[str, str] | None:
    """Where the networks of a detector come from, and one checksum over them; None for a detector without any."""
    from edm.weights.catalogue import COMMIT, ENSEMBLES
    from edm.weights.locate import find_networks, read_checked

    if detector != "network":
        return None
    try:
        store = find_networks(models_dir)
        digest = hashlib.sha256()
        for network in ENSEMBLES["downbeats"]:
            digest.update(hashlib.sha256(read_checked(store, network)).digest())
    except ModelsError:
        return None
    return {"origin": store.origin, "commit": COMMIT, "sha256": digest.hexdigest()}


def git_record(package: Path | None = None) -> dict[str, str | bool] | None:
    """Commit of the checkout that edm runs from, and whether it holds changes; None for an installed edm.

    Parameters
    ----------
    package
        Folder of the package; None takes our own.
    """
    folder = Path(__file__).resolve().parents[1] if package is None else package.resolve()
    top = _git(folder, "rev-parse", "--show-toplevel")
    # An environment inside somebody's repository is no checkout of ours.
    if top is None or Path(top).resolve() / "src" / "edm" != folder:
        return None
    commit, changes = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain")
    if commit is None or changes is None:
        return None
    return {"commit": commit, "dirty": bool(changes)}


def _git(folder: Path, *args: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *args],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_GIT_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
