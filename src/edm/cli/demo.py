"""``edm demo``: tracks with known truth, written, analysed and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edm.pipeline.demo import Comparison

__all__ = ["demo"]


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the tracks.")] = Path("edm-demo"),
    no_analyze: Annotated[bool, typer.Option("--no-analyze", help="Write the tracks only.")] = False,
    detector: options.Detector = None,
    workers: options.Workers = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Write three synthesised tracks, analyse them, and show truth beside estimate."""
    from edm.cli.running import run_analysis
    from edm.config import load_settings
    from edm.demo.tracks import write_demo
    from edm.pipeline.demo import compare

    flags = {
        "analysis.detector": ("--detector", detector),
        "analysis.default_workers": ("--workers", options.parse_workers(workers)),
        "output.progress": ("--progress", progress),
    }
    settings = load_settings(flags).settings
    asked = options.analysis_options(settings)
    if dry_run:
        console.say(f"dry run: would write three tracks and truth.csv to {folder}")
        return
    truths = {track.path: track for track in write_demo(folder)}
    if not quiet:
        console.say(f"wrote {len(truths)} tracks and truth.csv to {folder}")
    if no_analyze:
        return
    rows: list[Comparison] = []
    summary = run_analysis(
        list(truths),
        settings,
        asked,
        _NoRecords(),
        quiet=quiet,
        on_result=lambda result: rows.append(compare(truths[result.item], result)),
    )
    rows.sort(key=lambda row: row.truth.path)
    console.data_stream().write("\n".join(_lines(rows)) + "\n")
    raise typer.Exit(summary.exit_code)


class _NoRecords:
    """A writer for results that are shown in another form."""

    def write(self, record: object) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def _lines(rows: Iterable[Comparison]) -> list[str]:
    lines = [f"{'track':<26}  {'true BPM':>8}  {'BPM':>8}  {'error':>8}  {'beat error':>10}  downbeat"]
    for row in rows:
        start = f"{row.truth.path.name[:26]:<26}  {row.truth.bpm:8.3f}"
        if row.problem is not None:
            lines.append(f"{start}  failed: {row.problem}")
            continue
        bpm = "–" if row.bpm is None else f"{row.bpm:.3f}"
        error = "–" if row.bpm_error is None else f"{row.bpm_error:+.4f}"
        late = "–" if row.beat_error_ms is None else f"{row.beat_error_ms:+.1f} ms"
        lines.append(f"{start}  {bpm:>8}  {error:>8}  {late:>10}  {_downbeat(row.downbeats_off)}")
    return lines


def _downbeat(beats_off: int | None) -> str:
    if beats_off is None:
        return "–"
    return "right" if beats_off == 0 else f"off by {beats_off:+d}"
