"""Flags that several commands share, and how flags become settings.

A flag that is not given is None, so that the environment and the settings files may speak.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edm.errors import InputError

if TYPE_CHECKING:
    from edm.model import AnalysisOptions
    from edm.settings import Settings

__all__ = [
    "Detector",
    "DryRun",
    "Force",
    "Format",
    "KeyNotation",
    "Output",
    "Progress",
    "Quiet",
    "Timeout",
    "Workers",
    "analysis_options",
    "metadata_flag",
    "parse_workers",
]

_FORMATS = ("table", "json", "jsonl", "csv", "yaml")
_PROGRESS = ("auto", "plain", "json", "none")
_DETECTORS = ("auto", "network", "flux", "librosa")
_NOTATIONS = ("standard", "camelot", "openkey")


def _format_names() -> list[str]:
    return list(_FORMATS)


def _progress_names() -> list[str]:
    return list(_PROGRESS)


def _detector_names() -> list[str]:
    return list(_DETECTORS)


def _notation_names() -> list[str]:
    return list(_NOTATIONS)


Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        autocompletion=_format_names,
        help="table, json, jsonl, csv or yaml. Default: a table on a terminal, else jsonl.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write there instead, in one piece; the suffix chooses the format."
    ),
]
Workers = Annotated[
    str | None, typer.Option("--workers", "-w", metavar="auto|N", help="Worker processes. Default: auto.")
]
Detector = Annotated[
    str | None,
    typer.Option(
        "--detector",
        "-d",
        metavar="NAME",
        autocompletion=_detector_names,
        help="auto, network, flux or librosa. Default: auto, the best one installed.",
    ),
]
KeyNotation = Annotated[
    str | None,
    typer.Option(
        "--key-notation",
        metavar="NAME",
        autocompletion=_notation_names,
        help="standard (A minor), camelot (8A) or openkey (1m). Default: standard.",
    ),
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="S", help="Seconds that one track may take; 0: no limit.")
]
Progress = Annotated[
    str | None,
    typer.Option(
        "--progress",
        metavar="HOW",
        autocompletion=_progress_names,
        help="auto, plain, json or none; on standard error. Default: auto.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary; errors only.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def parse_workers(text: str | None) -> int | None:
    """Number from ``--workers``, -1 for ``auto``, None where it was not given.

    Raises
    ------
    InputError
        For anything but ``auto`` and whole numbers from 1.
    """
    if text is None:
        return None
    if text == "auto":
        return -1
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise InputError(f"--workers {text} makes no sense", hint="use 1 or more, or auto")
    return number


def analysis_options(settings: Settings) -> AnalysisOptions:
    """What to ask of each track, by these settings.

    Raises
    ------
    InputError
        For names that are in no table; it lists the valid ones.
    """
    from edm.model import AnalysisOptions
    from edm.pipeline.analyze import plain_types, validate_options

    asked = settings.analysis
    asked_options = AnalysisOptions(
        types=plain_types(asked.types),
        detector=asked.detector,
        min_bpm=asked.min_bpm,
        max_bpm=asked.max_bpm,
        metadata=asked.metadata,
        models_dir=settings.models.dir,
    )
    validate_options(asked_options)
    return asked_options


def metadata_flag(*, ignore: bool, prefer: bool) -> tuple[str, str | None]:
    """What ``--ignore-metadata`` and ``--prefer-tags`` say of ``[analysis] metadata``."""
    if ignore:
        return "--ignore-metadata", "ignore"
    return "--prefer-tags", "prefer" if prefer else None
