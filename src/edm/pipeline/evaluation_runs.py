"""Runs of an evaluation that have been written, read again."""

from __future__ import annotations

import json
from pathlib import Path

from edm.errors import InputError
from edm.evaluation.document import Document

__all__ = ["read_run"]

_RESULTS = "results.json"


def read_run(path: Path) -> Document:
    """The document of a run.

    Parameters
    ----------
    path
        Its ``results.json``, its folder, or a folder of runs, of which the latest is taken.

    Raises
    ------
    InputError
        If there is none, or it is no JSON object.
    """
    places = [path / _RESULTS, path / "latest" / _RESULTS] if path.is_dir() else [path]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise InputError(f"{path}: there is no run here", hint="name the folder that holds its results.json")
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as exc:
        raise InputError(f"{file} is no results.json: {exc}") from exc
    except OSError as exc:
        raise InputError(f"{file} cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    if not isinstance(document, dict):
        raise InputError(f"{file} is no results.json: it should hold one object")
    return document
