"""A run of the library pipeline as the person sees it: what is pending, progress, log, and what came of each stage."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.cli import console, options

if TYPE_CHECKING:
    from edm.library import Library
    from edm.pipeline.stage import RunRequest, StageReport
    from edm.processing.progress import Event, Listener
    from edm.settings import Settings

__all__ = ["RunFlags", "database_path", "make_request", "open_for_reading", "run_pipeline", "stage_line"]

# An hour of work in one worker: more than that is not thrown away without a word.
_DEAR_S = 3600.0
_WARNINGS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RunFlags:
    """What the command line says of how a run goes.

    Attributes
    ----------
    yes
        Answer to every question.
    """

    quiet: bool = False
    dry_run: bool = False
    yes: bool = False
    debug: bool = False


def database_path(settings: Settings) -> Path:
    """The library that the settings name."""
    from edm.places import default_database

    return settings.library.database or default_database()


def open_for_reading(settings: Settings) -> Library:
    """The library, for a command that changes nothing.

    Raises
    ------
    LibraryError
        If there is none, or it cannot be used.
    """
    from edm.library import open_library

    return open_library(database_path(settings), mode="read")


def make_request(settings: Settings, folders: Sequence[Path], **further: Any) -> RunRequest:
    """What the settings and flags ask of a run.

    Raises
    ------
    InputError
        For names that are in no table, and folders that are not there.
    """
    from edm.cli.running import worker_request
    from edm.errors import InputError
    from edm.pipeline.genre_request import genre_sources
    from edm.pipeline.stage import RunRequest

    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder", hint="check the spelling, or whether a drive is missing")
    database = database_path(settings)
    return RunRequest(
        folders=tuple(folder.absolute() for folder in folders),
        analysis=options.analysis_options(settings),
        mode=settings.sonic.mode,
        artifacts_dir=settings.library.artifacts_dir or database.with_name("artifacts"),
        variant=settings.artifacts.variant,
        workers=worker_request(settings),
        max_workers=settings.analysis.max_workers,
        timeout_s=settings.analysis.timeout_s,
        genres=genre_sources(settings.genres),
        **further,
    )


def run_pipeline(names: Sequence[str], settings: Settings, request: RunRequest, flags: RunFlags) -> int:
    """Run the stages `names`, or say what they would do; returns the exit code.

    Raises
    ------
    EdmError
        If the library cannot be used, or a stage cannot work here.
    """
    from edm.library import open_library
    from edm.pipeline.runner import check_stages, run_stages
    from edm.pipeline.stage import Telling
    from edm.pipeline.stages import load_stage
    from edm.places import state_dir

    path = database_path(settings)
    stages = [load_stage(name) for name in names]
    # Before a library is made, and before a copy of it.
    check_stages(stages, request)
    if flags.dry_run:
        from edm.cli.previewing import preview_run

        preview_run(path, stages, request)
        return 0
    with open_library(path, mode="write") as library:
        _require_something(library, request)
        for note in library.notes:
            console.say(f"warning: {console.one_line(note)}")
        if request.force and any(stage.name != "artifacts" for stage in stages):
            _save_before_force(library, stages, request, flags)
        with _log(state_dir() / "logs", flags) as log:
            several = len(stages) > 1 and not flags.quiet

            def begin(name: str) -> None:
                log.say(f"{name} …")
                if several:
                    console.say(f"{name} …")

            telling = Telling(
                listener=_all_of([log.listener, _on_screen(settings, flags)]),
                on_stage=begin,
                on_prepare=(lambda step: None) if flags.quiet else (lambda step: console.say(f"{step} …")),
                on_warning=lambda text: console.say(f"warning: {console.one_line(text)}"),
                on_report=(lambda report: None) if flags.quiet else _tell_stage,
            )
            command = shlex.join(["edm", *sys.argv[1:]])
            report = run_stages(library, stages, request, telling, command=command, reports=state_dir() / "runs")
    return report.exit_code


def _require_something(library: Library, request: RunRequest) -> None:
    from edm.errors import InputError
    from edm.library.roots import all_roots

    if not request.folders and not all_roots(library):
        raise InputError("the library is empty, and no folder is named", hint="edm run FOLDER")


def _save_before_force(library: Library, stages: Sequence[Any], request: RunRequest, flags: RunFlags) -> None:
    from edm.errors import InputError
    from edm.library import backup

    previews = [stage.preview(library, request) for stage in stages if stage.name != "scan"]
    seconds = sum(preview.seconds or 0.0 for preview in previews)
    if seconds > _DEAR_S and not flags.yes:
        question = f"--force does {seconds / 3600:.1f} hours of work again. Go on? [y/N] "
        if not (sys.stdin.isatty() and console.is_terminal(sys.stderr)):
            raise InputError(f"--force would do {seconds / 3600:.1f} hours of work again", hint="say --yes if it shall")
        sys.stderr.write(question)
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise InputError("nothing was done")
    target = library.path.with_name(f"{library.path.stem}-{datetime.now():%Y%m%d-%H%M%S}.backup.db")
    backup(library, target)
    if not flags.quiet:
        console.say(f"backup: {target}")


@dataclass(frozen=True, slots=True)
class _Log:
    """The file of a run: who writes its progress, and how a line gets into it."""

    listener: Listener | None = None
    say: Callable[[str], object] = lambda line: None


@contextmanager
def _log(folder: Path, flags: RunFlags) -> Iterator[_Log]:
    """The log of this run; one that keeps nothing where no file can be made."""
    from rich.console import Console

    from edm.processing.display import make_listener

    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / f"{datetime.now():%Y-%m-%dT%H-%M-%S}.log").open("a", encoding="utf-8", errors="replace")
    except OSError as exc:
        console.say(f"warning: no log: {console.one_line(str(exc))}")
        yield _Log()
        return
    with stream:
        listener = make_listener("plain", console=Console(file=stream, width=200))
        yield _Log(listener, lambda line: stream.write(line + "\n"))
    if flags.debug:
        console.say(f"log: {stream.name}")


def _on_screen(settings: Settings, flags: RunFlags) -> Listener:
    from edm.processing.display import make_listener

    return make_listener(settings.output.progress, quiet=flags.quiet)


def _all_of(listeners: Sequence[Listener | None]) -> Listener:
    heard = [listener for listener in listeners if listener is not None]

    def listen(event: Event) -> None:
        for listener in heard:
            listener(event)

    return listen


def _tell_stage(stage: StageReport) -> None:
    for warning in stage.warnings[:_WARNINGS_SHOWN]:
        console.say(f"warning: {console.one_line(warning)}")
    if len(stage.warnings) > _WARNINGS_SHOWN:
        console.say(f"… and {len(stage.warnings) - _WARNINGS_SHOWN} more warnings, in the report of the run")
    console.say(stage_line(stage))


def stage_line(stage: StageReport) -> str:
    """What a stage did: counts, time, and what it has to tell beside, a line each."""
    if stage.details.get("up_to_date"):
        return f"{stage.stage}: up to date"
    counts = f"{stage.done} done, {stage.failed} failed, {stage.skipped} skipped"
    fell_back = sum(stage.fell_back.values())
    if fell_back:
        counts += f", {fell_back} fell back"
    speed = f" ({stage.done / stage.seconds:.1f} a second)" if stage.done and stage.seconds > 0 else ""
    # The first line fits in 80 columns, whatever the numbers.
    lines = [f"{stage.stage}: {counts} in {stage.seconds:.1f} s{speed}"]
    if extra := _words(stage.details):
        lines.append(f"  {console.one_line(extra)}")
    lines += [f"  fell back: {number} × {console.one_line(reason)}" for reason, number in stage.fell_back.items()]
    return "\n".join(lines)


def _words(details: Mapping[str, Any]) -> str:
    counts = [_number_of(value, name) for name, value in details.items() if type(value) is int and value]
    places = [str(value) for value in details.values() if isinstance(value, str)]
    return ", ".join([*counts, *places])


def _number_of(count: int, name: str) -> str:
    """``3 tracks with genres``, ``1 track with genres``; what is no plural stays (``1 new``)."""
    noun, *rest = name.split("_")
    return " ".join([str(count), noun.removesuffix("s") if count == 1 else noun, *rest])
