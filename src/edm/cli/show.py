"""``edm show``: one track in the terminal."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options
from edm.errors import InputError

if TYPE_CHECKING:
    from typing import TextIO

    from edm.model import TrackAnalysis
    from edm.model.keys import KeyNotation
    from edm.pictures.strip import Span

__all__ = ["show"]

_FORMATS = ("text", "json")
_WIDTH_ELSEWHERE = 80


def _format_names() -> list[str]:
    return list(_FORMATS)


def show(
    track: Annotated[Path, typer.Argument(metavar="TRACK", show_default=False, help="An audio file.")],
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            autocompletion=_format_names,
            help="text, or json: the record as of edm analyze. Default: text.",
        ),
    ] = "text",
    detector: options.Detector = None,
    key_notation: options.KeyNotation = None,
    ignore_metadata: Annotated[bool, typer.Option("--ignore-metadata", help="Read no tags.")] = False,
) -> None:
    """One track in the terminal: tempo, key, loudness, and a strip of its sections, energy and drops."""
    from edm.config import load_settings
    from edm.model import AnalysisOptions, Success
    from edm.pipeline.analyze import analyze
    from edm.pipeline.records import to_record

    if format_name not in _FORMATS:
        raise InputError(f"there is no format {format_name!r}", hint=f"one of {', '.join(_FORMATS)}")
    flags = {
        "analysis.detector": ("--detector", detector),
        "analysis.metadata": options.metadata_flag(ignore=ignore_metadata, prefer=False),
        "output.key_notation": ("--key-notation", key_notation),
    }
    settings = load_settings(flags).settings
    notation = settings.output.key_notation
    # A picture shows all that there is, whatever the settings make of records.
    asked = replace(options.analysis_options(settings), types=AnalysisOptions().types)
    analysis = analyze(
        track,
        asked.types,
        detector=asked.detector,
        min_bpm=asked.min_bpm,
        max_bpm=asked.max_bpm,
        metadata=asked.metadata,
        models_dir=asked.models_dir,
    )
    stream = console.data_stream()
    if format_name == "json":
        record = to_record(Success(0, track, analysis, analysis.elapsed_s), asked.types, key_notation=notation)
        stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
        return
    stream.write(_drawn(analysis, notation, names=asked.metadata != "ignore"))
    for reason in analysis.fallbacks:
        console.say(f"fell back: {console.one_line(reason)}")


def _drawn(analysis: TrackAnalysis, notation: KeyNotation, *, names: bool) -> str:
    """The lines, as wide as the terminal, in colours where it has some."""
    from rich.console import Console
    from rich.text import Text

    from edm.audio.tags import read_tags
    from edm.cli.table import shorten_middle
    from edm.model import Tags
    from edm.pictures.picture import display_name
    from edm.pictures.strip import ASCII, LEAST_WIDTH, UNICODE, strip_lines

    stream = console.data_stream()
    columns = shutil.get_terminal_size().columns if console.is_terminal(stream) else _WIDTH_ELSEWHERE
    width = max(LEAST_WIDTH, columns)
    terminal = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    coloured = terminal.color_system is not None and not terminal.no_color
    tags = read_tags(analysis.path) if names else Tags()
    name = display_name(analysis.path, tags.title, tags.artist)
    glyphs = UNICODE if _takes_blocks(stream) else ASCII
    lines = strip_lines(
        analysis,
        shorten_middle(console.one_line(name), width),
        width=width,
        glyphs=glyphs,
        edges=not coloured,
        key_notation=notation,
    )
    with terminal.capture() as captured:
        for line in lines:
            text = Text(no_wrap=True)
            for span in line:
                text.append(span.text, _style(span))
            if not coloured:
                text.rstrip()
            terminal.print(text, soft_wrap=True)
    return captured.get()


def _style(span: Span) -> str:
    from edm.pictures.picture import SECTION_COLOURS

    colour = SECTION_COLOURS.get(span.role)
    if colour is None:
        return {"name": "bold", "quiet": "dim", "mark": "bold"}.get(span.role, "")
    return f"black on {colour}" if span.filled else colour


def _takes_blocks(stream: TextIO) -> bool:
    """Whether the characters of a strip can be written; a dumb terminal may have the encoding, but not the font."""
    from edm.pictures.strip import UNICODE

    if os.environ.get("TERM") == "dumb" and console.is_terminal(stream):
        return False
    try:
        (UNICODE.levels + UNICODE.drop + UNICODE.edge + UNICODE.dot).encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
