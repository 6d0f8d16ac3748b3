"""A run of many tracks as the person sees it: progress, records as they come, the summary at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edm.cli import console
from edm.cli.output import Writer

if TYPE_CHECKING:
    from edm.model import AnalysisOptions, Result, TrackAnalysis
    from edm.pipeline.summary import RunSummary
    from edm.settings import Settings

__all__ = ["gather_tracks", "list_tracks", "run_analysis", "worker_request"]


def gather_tracks(
    paths: Sequence[Path], *, from_file: Path | None, null_separated: bool, limit: int | None
) -> list[Path]:
    """Tracks that were asked for: folders walked, lists read, at most `limit`.

    Raises
    ------
    InputError
        If a path does not exist, or no track is found.
    """
    import sys

    from edm.audio.files import find_tracks, read_path_list
    from edm.errors import InputError

    named = list(paths)
    if from_file is not None:
        source: Path | Literal["-"] = "-" if str(from_file) == "-" else from_file
        named += read_path_list(source, null_separated=null_separated, stdin=sys.stdin.buffer)
    tracks = find_tracks(named, on_warning=lambda text: console.say(f"warning: {console.one_line(text)}"))
    if not tracks:
        where = ", ".join(map(str, named[:3])) + (", …" if len(named) > 3 else "")
        raise InputError(
            f"no audio files in {where or 'the list'}",
            hint="wav, flac, mp3, ogg, opus, aiff, m4a, aac and wma are looked for; without music at hand: `edm demo`",
        )
    return tracks[:limit]


def list_tracks(tracks: Sequence[Path], settings: Settings, output: Path | None, format_name: str) -> None:
    """What a run would do: its tracks on standard output, the rest in a line to the person.

    Raises
    ------
    InputError
        For a number of workers that a run would refuse.
    """
    from edm.audio.printable import printable
    from edm.pipeline.analyze import plan_for

    plan = plan_for(workers=worker_request(settings), max_workers=settings.analysis.max_workers)
    stream = console.data_stream()
    for track in tracks:
        stream.write(printable(track) + "\n")
    stream.flush()
    workers = min(plan.chosen, len(tracks))
    target = "standard output" if output is None else str(output)
    console.say(
        f"dry run: {_count(len(tracks), 'track')}, {_count(workers, 'worker')}, detector {settings.analysis.detector}; "
        f"would write {format_name} to {target}"
    )


def worker_request(settings: Settings) -> int | Literal["auto"]:
    """What the settings ask of the number of workers."""
    number = settings.analysis.default_workers
    return "auto" if number == -1 else number


def run_analysis(
    tracks: Sequence[Path],
    settings: Settings,
    options: AnalysisOptions,
    writer: Writer,
    *,
    quiet: bool,
    debug: bool = False,
    shares_terminal: bool = False,
    on_result: Callable[[Result[TrackAnalysis]], None] = lambda result: None,
) -> RunSummary:
    """Analyse `tracks`, write a record of each as it finishes, and tell how it went.

    Parameters
    ----------
    tracks, settings, options, writer
        What to analyse, how, and where the records go.
    quiet
        Say nothing but errors.
    debug
        Show where unexpected errors of tracks came from.
    shares_terminal
        Whether long lines of data go to the terminal that shows the progress.
    on_result
        Gets every result too.

    A run that is cut short is summed up all the same; then the interruption goes on its way.
    """
    from edm.cli.report import show_summary
    from edm.pipeline.analyze import analyze_many
    from edm.pipeline.records import to_record
    from edm.pipeline.summary import Tally
    from edm.processing.display import make_listener

    mode = settings.output.progress
    if mode == "auto" and shares_terminal:
        # Lines longer than the terminal is wide and a board that is drawn anew four times a second do not mix.
        mode = "plain"
    listener = make_listener(mode, quiet=quiet)
    results = analyze_many(
        tracks,
        options=options,
        workers=worker_request(settings),
        max_workers=settings.analysis.max_workers,
        timeout_s=settings.analysis.timeout_s,
        listener=listener,
        on_prepare=(lambda step: None) if quiet else (lambda step: console.say(f"{step} …")),
    )
    tally = Tally()
    try:
        for result in results:
            tally.add(result)
            writer.write(to_record(result, options.types, key_notation=settings.output.key_notation))
            on_result(result)
    finally:
        results.close()
        if not quiet or debug:
            show_summary(tally.summary(), debug=debug)
    return tally.summary()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
