"""The program `edm`: its commands, and how errors become a line on standard error and an exit code.

Exit codes: 0 done; 1 the command, or every track, failed; 2 wrong usage or settings; 3 done, but some tracks failed;
4 a `--fail-under` gate was missed; 130 and 143 interrupted and terminated, with the work so far kept; 141 the reader of
the output went away.
"""

from __future__ import annotations

import signal
import threading
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from edm.cli import artifacts, config, console, evaluate, failures, genres, library, models, playlist
from edm.cli.analyze import analyze
from edm.cli.demo import demo
from edm.cli.doctor import doctor
from edm.cli.plot import plot
from edm.cli.report_page import report
from edm.cli.run import run, scan, sonic
from edm.cli.show import show
from edm.cli.similar import similar
from edm.cli.stats import stats
from edm.errors import EdmError, InputError, Interrupted, SettingsError

__all__ = ["app", "main"]

_USAGE_ERRORS = (InputError, SettingsError)
_FAILED, _WRONG_USAGE, _INTERRUPTED, _READER_GONE = 1, 2, 130, 141
_DEBUG = "--debug"


class _Commands(TyperGroup):
    """The group of all commands: takes ``--debug`` anywhere, and turns what is raised on purpose into an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        own = args[: args.index("--")] if "--" in args else args
        if _DEBUG in own:
            # Whoever has just seen an error adds it at the end of the line.
            args.remove(_DEBUG)
            args.insert(0, _DEBUG)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (EdmError, OSError, KeyboardInterrupt) as exc:
            if ctx.params.get("debug"):
                traceback.print_exc()
            raise typer.Exit(_exit_code(exc)) from exc


app = typer.Typer(
    cls=_Commands,
    name="edm",
    help="Know a music library: exact tempo and beat grids, sonic features, and honest scores of both.",
    no_args_is_help=True,
    # Help drawn by Rich takes a second to load.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(analyze)
app.command()(show)
app.command()(plot)
app.command()(report)
app.add_typer(evaluate.app, name="evaluate")
app.command()(run)
app.command()(scan)
app.add_typer(genres.app, name="genres")
app.command()(sonic)
app.add_typer(artifacts.app, name="artifacts")
app.add_typer(playlist.app, name="playlist")
app.command()(similar)
app.command()(stats)
app.add_typer(failures.app, name="failures")
app.add_typer(library.app, name="library")
app.command()(demo)
app.command()(doctor)
app.add_typer(models.app, name="models")
app.add_typer(config.app, name="config")


def main() -> None:
    """Run the program on the process's arguments; does not return."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)
    app()


def _terminated(signum: int, frame: object) -> None:
    # As an exception it lets half-written files and worker processes be cleared away.
    raise Interrupted(signum)


def _exit_code(exc: BaseException) -> int:
    if isinstance(exc, EdmError):
        console.fail(exc.message, exc.hint)
        return _WRONG_USAGE if isinstance(exc, _USAGE_ERRORS) else _FAILED
    if isinstance(exc, BrokenPipeError):
        console.drop_data_stream()
        return _READER_GONE
    if isinstance(exc, OSError):
        name = f"{exc.filename}: " if exc.filename else ""
        console.fail(f"{name}{exc.strerror or exc}")
        return _FAILED
    if isinstance(exc, Interrupted):
        console.say("interrupted" if exc.signum == signal.SIGINT else "terminated")
        return exc.exit_code
    console.say("interrupted")
    return _INTERRUPTED


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"edm {version('edm')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option(_DEBUG, help="Show tracebacks of errors.")] = False,
) -> None:
    """Know a music library: exact tempo and beat grids, sonic features, and honest scores of both."""
