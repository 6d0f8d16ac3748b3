"""The table of detectors, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from edm.analysis.beats.evidence import Evidence
from edm.errors import InputError, ModelsError
from edm.model import Audio

__all__ = ["DETECTORS", "Detect", "Detector", "choose_detector", "load_detector"]


class Detect(Protocol):
    """What a detector's module offers under the name ``detect``."""

    def __call__(self, audio: Audio, *, models_dir: Path | None = None) -> Evidence:
        """Evidence of a track at 44.1 kHz."""


@dataclass(frozen=True, slots=True)
class Detector:
    """One row: where its code is, what it is, and why it cannot be used here.

    Attributes
    ----------
    module
        Imported when first used; has a function ``detect``.
    summary
        One line for people.
    check
        Raises an `EdmError` if it cannot work on this machine.
    version
        Rises with every change of the detector, or of what is decided from its evidence, that alters an estimate.
    """

    module: str
    summary: str
    check: Callable[[Path | None], None]
    version: int = 1


def _needs_networks(models_dir: Path | None) -> None:
    from edm.weights.locate import find_networks

    find_networks(models_dir, ensembles=("downbeats",))


def _needs_nothing(models_dir: Path | None) -> None:
    pass


def _needs_librosa(models_dir: Path | None) -> None:
    if find_spec("librosa") is None:
        raise InputError("librosa is not installed", hint="pip install librosa")


# Best first: `auto` takes the first that works.
DETECTORS: dict[str, Detector] = {
    "network": Detector("edm.analysis.beats.network", "published beat and downbeat networks", _needs_networks),
    "flux": Detector("edm.analysis.beats.flux", "onsets of the spectrum; needs no networks", _needs_nothing),
    "librosa": Detector("edm.analysis.beats.librosa", "librosa's beat tracker, for comparison", _needs_librosa),
}


def choose_detector(name: str, models_dir: Path | None = None) -> tuple[str, str | None]:
    """Name of the detector to use, and why it is not the best one (None where it is, or was asked for).

    Raises
    ------
    InputError
        For an unknown name.
    ModelsError
        If the detector asked for by name cannot work here.
    """
    if name != "auto":
        _row(name).check(models_dir)
        return name, None
    reason: str | None = None
    for candidate, detector in DETECTORS.items():
        try:
            detector.check(models_dir)
        except ModelsError as exc:
            reason = reason or exc.message
            continue
        return candidate, reason
    raise InputError("no detector works here", hint="edm doctor")


def load_detector(name: str) -> Detect:
    """The detector's function."""
    detect: Detect = import_module(_row(name).module).detect
    return detect


def _row(name: str) -> Detector:
    if name not in DETECTORS:
        raise InputError(f"unknown detector {name!r}", hint=f"valid: auto, {', '.join(DETECTORS)}")
    return DETECTORS[name]
