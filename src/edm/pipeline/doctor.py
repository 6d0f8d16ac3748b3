"""What this installation can do, and what stands in its way: the facts behind ``edm doctor``."""

from __future__ import annotations

import dataclasses
import os
import platform
import sys
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from edm.errors import EdmError
from edm.places import cache_dir, kernel_cache_dir

if TYPE_CHECKING:
    from edm.processing.workers import WorkerPlan

__all__ = ["Examination", "examine"]

_PACKAGES = ("numpy", "scipy", "numba", "librosa", "soundfile", "av", "soxr", "mutagen", "pebble", "madmom")


@dataclasses.dataclass(frozen=True, slots=True)
class Examination:
    """Findings, ready for JSON.

    Attributes
    ----------
    versions
        Of edm, Python, the platform and the packages that matter; None for one that is not installed.
    detectors
        By name, why it cannot be used; None if it can.
    chosen_detector, fallback
        What ``auto`` takes, and why it is not the best; None where nothing can be taken, or nothing stands in the way.
    networks
        ``folder``, ``origin`` and the count of files by state; or ``error``.
    decoders
        By name, their version, or None for one that does not load.
    workers
        Terms of the sum (see `edm.processing.workers.WorkerPlan`), or ``error``.
    kernels
        Cache of compiled kernels: ``folder``, ``files``, ``bytes``, ``writable``.
    cache
        Folder of caches.
    problems
        What to do something about, one line each.
    """

    versions: dict[str, str | None]
    detectors: dict[str, str | None]
    chosen_detector: str | None
    fallback: str | None
    networks: dict[str, Any]
    decoders: dict[str, str | None]
    workers: dict[str, Any]
    kernels: dict[str, Any]
    cache: str
    problems: tuple[str, ...]


def examine(
    *,
    detector: str = "auto",
    models_dir: Path | None = None,
    workers: int | Literal["auto"] = "auto",
    max_workers: int | None = None,
) -> Examination:
    """Look at everything an analysis needs; changes nothing and raises nothing that it can report.

    Parameters
    ----------
    detector, models_dir, workers, max_workers
        As the settings have them.
    """
    problems: list[str] = []
    detectors, chosen, fallback = _detectors(detector, models_dir, problems)
    return Examination(
        versions=_versions(),
        detectors=detectors,
        chosen_detector=chosen,
        fallback=fallback,
        networks=_networks(models_dir, problems),
        decoders=_decoders(problems),
        workers=_workers(workers, max_workers, problems),
        kernels=_kernels(problems),
        cache=str(cache_dir()),
        problems=tuple(problems),
    )


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {
        "edm": metadata.version("edm"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "executable": sys.executable,
    }
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return versions


def _detectors(
    asked: str, models_dir: Path | None, problems: list[str]
) -> tuple[dict[str, str | None], str | None, str | None]:
    from edm.analysis.beats import DETECTORS, choose_detector

    reasons: dict[str, str | None] = {}
    for name in DETECTORS:
        try:
            choose_detector(name, models_dir)
            reasons[name] = None
        except EdmError as exc:
            reasons[name] = exc.message
    try:
        chosen, fallback = choose_detector(asked, models_dir)
    except EdmError as exc:
        problems.append(f"detector {asked}: {exc.message}")
        return reasons, None, None
    return reasons, chosen, fallback


def _networks(models_dir: Path | None, problems: list[str]) -> dict[str, Any]:
    from edm.weights.locate import find_networks, verify

    try:
        store = find_networks(models_dir)
    except EdmError as exc:
        # No problem of its own: there is a detector that needs none, and `fallback` tells of it.
        return {"error": exc.message, "hint": exc.hint}
    states = Counter(state for _, state in verify(store))
    if states["corrupt"]:
        problems.append(
            f"{states['corrupt']} networks in {store.folder} are corrupt; `edm models fetch` gets good ones"
        )
    counts = {state: states[state] for state in ("ok", "missing", "corrupt")}
    return {"folder": str(store.folder), "origin": store.origin, **counts}


def _decoders(problems: list[str]) -> dict[str, str | None]:
    versions: dict[str, str | None] = {"soundfile": None, "av": None}
    # A package can be there and its native library not fit: only loading tells.
    try:
        import soundfile

        versions["soundfile"] = f"{soundfile.__version__} (libsndfile {soundfile.__libsndfile_version__})"
    except (ImportError, OSError) as exc:
        problems.append(f"the decoder soundfile does not load: {exc}")
    try:
        import av

        versions["av"] = f"{av.__version__} (libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))})"
    except (ImportError, OSError) as exc:
        problems.append(f"the decoder av does not load: {exc}")
    return versions


def _workers(asked: int | Literal["auto"], cap: int | None, problems: list[str]) -> dict[str, Any]:
    from edm.processing.workers import plan_workers

    try:
        plan: WorkerPlan = plan_workers(asked, cap=cap)
    except EdmError as exc:
        problems.append(exc.message)
        return {"error": exc.message}
    problems += plan.warnings
    return dataclasses.asdict(plan)


def _kernels(problems: list[str]) -> dict[str, Any]:
    folder = kernel_cache_dir()
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    writable = os.access(nearest, os.W_OK)
    if not writable:
        problems.append(f"{folder} cannot be written: every run compiles its kernels anew")
    return {
        "folder": str(folder),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "writable": writable,
    }
