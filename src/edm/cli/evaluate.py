"""``edm evaluate``: estimates held against references, runs held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options
from edm.errors import InputError

if TYPE_CHECKING:
    from edm.evaluation.metrics import Task

__all__ = ["app"]

app = typer.Typer(
    help="How right tempo, beats, structure and key are: scores against references, and runs compared.",
    no_args_is_help=True,
)


References = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        "-r",
        metavar="REF",
        help="References: a file, a folder, or the word tags; may be given several times. See edm evaluate formats.",
    ),
]
Source = Annotated[
    Path | None, typer.Option("--source", "-s", metavar="DIR", help="Folder of the tracks that references name.")
]
Estimates = Annotated[
    str | None,
    typer.Option(
        "--estimates", "-e", metavar="FILE", help="Score these, in any format of references, and analyse nothing."
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="CONDITION", help="Only references with genre=techno, constant!=0, bpm<=205 …"),
]
GroupBy = Annotated[
    list[str] | None,
    typer.Option("--group-by", metavar="COLUMN", help="Show the scores by this column of the references, too."),
]
SampleSize = Annotated[
    int | None, typer.Option("--sample-size", metavar="N", min=1, help="Score N tracks, drawn at random.")
]
Full = Annotated[bool, typer.Option("--full", help="Score all tracks; the default.")]
Seed = Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Of the sample and of the intervals.")]
OutputFolder = Annotated[
    Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of runs; each makes a folder in it, and latest.")
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        metavar="METRIC=LIMIT",
        help="Exit with 4 if a score is below, or an error above: acc1=0.95, f20=0.9, drift=20, f3=0.6 …; several.",
    ),
]
MinBpm = Annotated[float | None, typer.Option("--min-bpm", metavar="BPM", help="Hard lower limit of the analysis.")]
MaxBpm = Annotated[float | None, typer.Option("--max-bpm", metavar="BPM", help="Hard upper limit of the analysis.")]
ScoresFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        help="table (the summary), json or yaml (all of it), jsonl or csv (tracks). Default: a table on a terminal, "
        "else json.",
    ),
]


@app.command()
def bpm(
    ctx: typer.Context,
    reference: References = None,
    source: Source = None,
    estimates: Estimates = None,
    detector: options.Detector = None,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", metavar="SHARE", min=0, max=1, help="Of Accuracy1 and Accuracy2: 0.04 is 4 %."),
    ] = 0.04,
    where: Where = None,
    group_by: GroupBy = None,
    sample_size: SampleSize = None,
    full: Full = False,
    seed: Seed = 0,
    output: OutputFolder = Path("edm-evaluation"),
    format_name: ScoresFormat = None,
    fail_under: FailUnder = None,
    workers: options.Workers = None,
    timeout_s: options.Timeout = None,
    min_bpm: MinBpm = None,
    max_bpm: MaxBpm = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Tempo against references: accuracy, exactness, octave errors, drift, calibration."""
    _evaluate(ctx, "bpm", tolerance=tolerance)


@app.command()
def beats(
    ctx: typer.Context,
    reference: References = None,
    source: Source = None,
    estimates: Estimates = None,
    detector: options.Detector = None,
    trim_s: Annotated[
        float, typer.Option("--trim-s", metavar="S", min=0, help="Leave out beats before S; mir_eval's habit is 5.")
    ] = 0.0,
    where: Where = None,
    group_by: GroupBy = None,
    sample_size: SampleSize = None,
    full: Full = False,
    seed: Seed = 0,
    output: OutputFolder = Path("edm-evaluation"),
    format_name: ScoresFormat = None,
    fail_under: FailUnder = None,
    workers: options.Workers = None,
    timeout_s: options.Timeout = None,
    min_bpm: MinBpm = None,
    max_bpm: MaxBpm = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Beats and downbeats against references: the field's metrics, phase in milliseconds, drift."""
    _evaluate(ctx, "beats", trim_s=trim_s)


@app.command()
def structure(
    ctx: typer.Context,
    reference: References = None,
    source: Source = None,
    estimates: Estimates = None,
    detector: options.Detector = None,
    where: Where = None,
    group_by: GroupBy = None,
    sample_size: SampleSize = None,
    full: Full = False,
    seed: Seed = 0,
    output: OutputFolder = Path("edm-evaluation"),
    format_name: ScoresFormat = None,
    fail_under: FailUnder = None,
    workers: options.Workers = None,
    timeout_s: options.Timeout = None,
    min_bpm: MinBpm = None,
    max_bpm: MaxBpm = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Sections and drops against references: boundaries, labels, where drops begin, energy."""
    _evaluate(ctx, "structure")


@app.command()
def key(
    ctx: typer.Context,
    reference: References = None,
    source: Source = None,
    estimates: Estimates = None,
    where: Where = None,
    group_by: GroupBy = None,
    sample_size: SampleSize = None,
    full: Full = False,
    seed: Seed = 0,
    output: OutputFolder = Path("edm-evaluation"),
    format_name: ScoresFormat = None,
    fail_under: FailUnder = None,
    workers: options.Workers = None,
    timeout_s: options.Timeout = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Keys against references: MIREX weighted score, Camelot-compatible rate, relations, calibration."""
    _evaluate(ctx, "key")


@app.command()
def compare(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="Folder of a run, of runs (its latest), or a file.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="The run that is judged against it.")],
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Of the intervals.")] = 0,
    format_name: ScoresFormat = None,
) -> None:
    """Two runs, track by track: what got better, what got worse, and what may be chance."""
    from edm.cli.scores import chosen_format, write_comparison
    from edm.config import load_settings
    from edm.evaluation.comparison import compare_runs, comparison_record
    from edm.pipeline.evaluation_runs import read_run

    asked = load_settings({"output.format": ("--format", format_name)}).settings.output.format
    chosen = chosen_format(asked)
    record = comparison_record(compare_runs(read_run(Path(run_a)), read_run(Path(run_b)), seed=seed))
    for name, run in (("a", run_a), ("b", run_b)):
        console.say(console.one_line(f"{name}: {run}"))
    console.say(f"{record['tracks']} tracks in both; p by Holm over all metrics")
    for warning in record["warnings"] if isinstance(record["warnings"], list) else ():
        console.say(f"warning: {console.one_line(warning)}")
    write_comparison(record, chosen, console.data_stream())


@app.command()
def formats(format_name: ScoresFormat = None) -> None:
    """Formats of references and estimates, each with an example."""
    from edm.cli.scores import chosen_format, write_formats
    from edm.config import load_settings

    asked = load_settings({"output.format": ("--format", format_name)}).settings.output.format
    write_formats(chosen_format(asked), console.data_stream())


def _evaluate(ctx: typer.Context, task: Task, *, tolerance: float = 0.04, trim_s: float = 0.0) -> None:
    """What all tasks do with their flags, which are all in `ctx`."""
    from edm.cli.evaluating import Flags, run_evaluation
    from edm.pipeline.evaluation_plan import EvaluationOptions

    given = ctx.params
    if given["full"] and given["sample_size"] is not None:
        raise typer.BadParameter("--full and --sample-size exclude each other")
    if not given["reference"]:
        raise InputError("no reference named", hint="--reference FILE; edm evaluate formats shows what it may be")
    asked = EvaluationOptions(
        task=task,
        references=tuple(given["reference"]),
        source=given["source"],
        estimates=given["estimates"],
        where=tuple(given["where"] or ()),
        group_by=tuple(given["group_by"] or ()),
        tolerance=tolerance,
        trim_s=trim_s,
        sample_size=given["sample_size"],
        seed=given["seed"],
    )
    settings_flags = {
        "analysis.detector": ("--detector", given.get("detector")),
        "analysis.default_workers": ("--workers", options.parse_workers(given["workers"])),
        "analysis.timeout_s": ("--timeout", given["timeout_s"]),
        "analysis.min_bpm": ("--min-bpm", given.get("min_bpm")),
        "analysis.max_bpm": ("--max-bpm", given.get("max_bpm")),
        "output.format": ("--format", given["format_name"]),
        "output.progress": ("--progress", given["progress"]),
    }
    flags = Flags(
        settings=settings_flags,
        output=given["output"],
        fail_under=tuple(given["fail_under"] or ()),
        quiet=given["quiet"],
        dry_run=given["dry_run"],
        debug=ctx.find_root().params["debug"],
    )
    raise typer.Exit(run_evaluation(asked, flags))
