"""``edm plot``: a still picture of one track."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from edm.cli import console, options
from edm.errors import InputError

__all__ = ["plot"]

_THEMES = ("light", "dark")
_LARGEST = 10_000  # pixels a side; a PNG of more fills the memory


def _theme_names() -> list[str]:
    return list(_THEMES)


def plot(
    track: Annotated[Path, typer.Argument(metavar="TRACK", show_default=False, help="An audio file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The picture; .png or .svg.", show_default=False)
    ],
    size: Annotated[
        str, typer.Option("--size", metavar="WxH", help="Width and height in pixels. Default: 1600x480.")
    ] = "1600x480",
    theme: Annotated[
        str,
        typer.Option("--theme", metavar="NAME", autocompletion=_theme_names, help="light or dark. Default: light."),
    ] = "light",
    detector: options.Detector = None,
    key_notation: options.KeyNotation = None,
    ignore_metadata: Annotated[bool, typer.Option("--ignore-metadata", help="Read no tags.")] = False,
    dry_run: options.DryRun = False,
) -> None:
    """One track as a picture: sections, waveform by frequency, energy, grid, key and loudness."""
    from edm.atomic import written_whole
    from edm.config import load_settings
    from edm.model import AnalysisOptions
    from edm.pictures.still import check_look, track_svg
    from edm.pipeline.pictures import picture_track
    from edm.pipeline.pictures_page import check_target

    flags = {
        "analysis.detector": ("--detector", detector),
        "analysis.metadata": options.metadata_flag(ignore=ignore_metadata, prefer=False),
        "output.key_notation": ("--key-notation", key_notation),
    }
    settings = load_settings(flags).settings
    target = check_target(output, (".png", ".svg"))
    width, height = _size(size)
    look = check_look(width, height, theme)
    if dry_run:
        console.say(f"dry run: would draw {track} as {output}, {width} by {height} pixels")
        return
    # A picture shows all that there is, whatever the settings make of records.
    asked = replace(options.analysis_options(settings), types=AnalysisOptions().types)
    picture = picture_track(track, asked)
    svg = track_svg(picture, width=width, height=height, theme=look, key_notation=settings.output.key_notation)
    with written_whole(target) as stream:
        stream.write(_png(svg) if target.suffix.lower() == ".png" else svg.encode("utf-8"))


def _png(svg: str) -> bytes:
    from edm.pictures.raster import has_fonts, to_png

    if not has_fonts():
        console.say("warning: no font was found here, so that the picture has no words; an .svg keeps them")
    return to_png(svg)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text.strip().lower())
    if found is None:
        raise InputError(f"--size {text} is no size", hint="width and height in pixels: 1600x480")
    width, height = int(found[1]), int(found[2])
    if max(width, height) > _LARGEST:
        raise InputError(f"--size {text} is too large", hint=f"at most {_LARGEST} pixels a side")
    return width, height
