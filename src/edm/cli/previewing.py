"""What a run of the library pipeline would do: counts and reasons, and nothing written."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edm.cli import console

if TYPE_CHECKING:
    from edm.library import Library
    from edm.pipeline.stage import Preview, RunRequest, Stage

__all__ = ["preview_run", "preview_words"]


def preview_run(database: Path, stages: Sequence[Stage], request: RunRequest) -> None:
    """Tell on standard output what each stage would do, and why.

    Raises
    ------
    EdmError
        If the library cannot be read, or a stage cannot work here.
    """
    from edm.pipeline.runner import preview_stages

    stream = console.data_stream()
    with _library(database) as library:
        previews = preview_stages(library, stages, request)
    found = sum(preview.reasons.get("new", 0) for preview in previews if preview.stage == "scan")
    for preview in previews:
        if found and preview.stage not in ("scan", "artifacts"):
            more = f"and up to {found} that the scan would find"
            preview = dataclasses.replace(preview, note=more)
        stream.write(preview_words(preview) + "\n")
    stream.flush()
    console.say("dry run: nothing was written")


def preview_words(preview: Preview) -> str:
    """A stage in one line."""
    words = ", ".join(f"{number} {reason}" for reason, number in preview.reasons.items()) or "nothing to do"
    if preview.note is not None:
        words += f"; {preview.note}"
    if preview.seconds is not None and preview.tracks:
        # What services allow is no matter of workers.
        span = _span(preview.seconds)
        words += f"; at least {span}" if preview.stage == "genres" else f"; about {span} with one worker"
    return f"{preview.stage}: {words}"


@contextmanager
def _library(database: Path) -> Iterator[Library]:
    from edm.library import open_library

    if database.exists():
        with open_library(database, mode="read") as library:
            yield library
        return
    # Where there is none yet, an empty one answers in its place.
    with (
        tempfile.TemporaryDirectory(prefix="edm-") as folder,
        open_library(Path(folder) / "library.db", mode="write") as library,
    ):
        yield library


def _span(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
