"""A folder of small tracks and a library beside it, for the tests of the scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

import sounds
from edm.library import Library, open_library, tracks
from edm.library.records import Track
from edm.pipeline.scan import ScanReport, scan

__all__ = ["counts", "library_at", "named", "rescan", "song", "table"]


def song(path: Path, seed: int, *, seconds: float = 0.05) -> Path:
    """Another piece of audio for each seed."""
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * 8000)).astype(np.float32)
    return sounds.write_audio(path, samples, rate=8000)


@contextmanager
def library_at(path: Path) -> Iterator[Library]:
    """The library, open for writing."""
    with open_library(path, mode="write") as library:
        yield library


def rescan(library: Library, *folders: Path, **options: Any) -> ScanReport:
    """A scan, and a check that every file counts once."""
    report = scan(library, folders, **options)
    kinds = ("new", "changed", "moved", "retagged", "returned", "duplicates", "unchanged", "failed")
    assert report.files == sum(getattr(report, kind) for kind in kinds) + report.left
    return report


def counts(report: ScanReport) -> dict[str, int]:
    """The numbers of a report that are not zero, without the number of files."""
    values = {field.name: getattr(report, field.name) for field in fields(report)}
    return {name: value for name, value in values.items() if type(value) is int and value and name != "files"}


def table(library: Library) -> dict[str, tuple[int, str, int | None]]:
    """Path inside the root to id, status and original, of all tracks."""
    listed = list(tracks.iterate(library))
    assert max(Counter(track.path for track in listed).values(), default=1) == 1
    return {track.relative: (track.id, track.status, track.duplicate_of) for track in listed}


def named(library: Library, relative: str) -> Track:
    """The one track with this path inside its root."""
    (found,) = (track for track in tracks.iterate(library) if track.relative == relative)
    return found
