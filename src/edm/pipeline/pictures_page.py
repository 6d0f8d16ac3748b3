"""A page of many tracks, written as their results come: `write_report`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

from edm.atomic import written_whole
from edm.errors import InputError
from edm.model import Failure, Result, Success, TrackAnalysis
from edm.model.keys import KeyNotation
from edm.pictures.page import ReportPage
from edm.pictures.picture import TrackPicture
from edm.pipeline.summary import RunSummary, Tally

__all__ = ["check_target", "write_report"]


def check_target(output: Path, suffixes: tuple[str, ...]) -> Path:
    """Where a picture is to be written, through links to what they mean.

    Raises
    ------
    InputError
        If that is a folder, its folder is missing or takes no files, or the name ends otherwise: a slip must not
        replace a track.
    """
    if output.suffix.lower() not in suffixes:
        raise InputError(f"{output}: the name should end in {' or '.join(suffixes)}")
    target = output.resolve()
    if target.is_dir():
        raise InputError(f"{output} is a folder", hint="name a file")
    if not target.parent.is_dir():
        raise InputError(f"{output} cannot be written: its folder does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"{output} cannot be written: its folder takes no files")
    return target


def write_report(
    results: Generator[Result[TrackPicture], None, None],
    output: Path,
    *,
    title: str,
    total: int,
    key_notation: KeyNotation = "standard",
    on_result: Callable[[Result[TrackPicture]], None] = lambda result: None,
    on_summary: Callable[[RunSummary], None] = lambda summary: None,
) -> RunSummary:
    """Take all results and write their page, whole or not at all.

    A run that is cut short leaves a page of what was done, and goes on its way; unless nothing was done.

    Parameters
    ----------
    results
        From `edm.pipeline.pictures.picture_many`; closed in the end. Memory does not grow with their pictures.
    output
        From `check_target`.
    title
        Heading of the page.
    total
        How many results there should be.
    key_notation
        Of all keys.
    on_result, on_summary
        Told each result, and how it went, also of a run that is cut short.

    Raises
    ------
    OSError
        If the page cannot be written.
    """
    tally = Tally()
    # Beside the page: a folder for temporary files may be small, and in memory.
    with tempfile.TemporaryFile(dir=output.parent) as spool:
        page = ReportPage(spool, key_notation=key_notation)
        try:
            for result in results:
                tally.add(_analysis_of(result))
                page.add(result)
                on_result(result)
        finally:
            results.close()
            summary = tally.summary()
            on_summary(summary)
            if page.tracks:
                with written_whole(output) as stream:
                    page.write(stream, title=title, missing=total - page.tracks)
    return summary


def _analysis_of(result: Result[TrackPicture]) -> Result[TrackAnalysis]:
    if isinstance(result, Failure):
        return result
    return Success(result.index, result.item, result.value.analysis, result.elapsed_s)
