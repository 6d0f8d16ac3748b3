"""A run of an evaluation as the person sees it: progress, what was matched, scores, where the report is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.cli import console, options

if TYPE_CHECKING:
    from edm.model import AnalysisOptions, Result, TrackAnalysis
    from edm.pipeline.evaluation_plan import EvaluationOptions, EvaluationPlan
    from edm.settings import Settings

__all__ = ["Flags", "run_evaluation"]

_GATE_MISSED = 4
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says beside what is to be scored.

    Attributes
    ----------
    settings
        For `edm.config.load_settings`.
    output
        Folder of runs.
    fail_under
        Gates, as they were written.
    """

    settings: Mapping[str, tuple[str, object]]
    output: Path
    fail_under: tuple[str, ...]
    quiet: bool
    dry_run: bool
    debug: bool


def run_evaluation(asked: EvaluationOptions, flags: Flags) -> int:
    """Score, write the report, show the scores; returns the exit code.

    Raises
    ------
    EdmError
        As `plan_evaluation`, `evaluate` and `write_run`; before any track is analysed where that can be.
    """
    from edm.cli.scores import chosen_format, write_document
    from edm.config import load_settings
    from edm.evaluation.gates import check_gates, parse_gates
    from edm.evaluation.report.folder import check_output, run_name, write_run
    from edm.pipeline.evaluation_plan import plan_evaluation

    settings = load_settings(flags.settings).settings
    chosen = chosen_format(settings.output.format)
    # First of all, even where nothing will be analysed: a misspelt name should never pass.
    analysis = options.analysis_options(settings)
    gates = parse_gates(flags.fail_under, asked.task)
    plan = plan_evaluation(asked)
    if not flags.quiet:
        _tell_matching(plan)
    if flags.dry_run:
        _list_tracks(plan, flags)
        return 0
    check_output(flags.output)
    document, exit_code = _score(plan, analysis, settings, flags)
    document["gates"] = check_gates(gates, document["summary"], asked.task)
    folder = write_run(document, flags.output, name=run_name(document))
    if not flags.quiet:
        _tell_outcome(document, folder, chosen)
    write_document(document, chosen, console.data_stream())
    missed = [gate for gate in document["gates"] if not gate["passed"]]
    _tell_gates(document)
    return _GATE_MISSED if missed else exit_code


def _score(
    plan: EvaluationPlan, analysis: AnalysisOptions, settings: Settings, flags: Flags
) -> tuple[dict[str, Any], int]:
    from edm.cli.report import show_summary
    from edm.cli.running import worker_request
    from edm.pipeline.evaluate import evaluate
    from edm.pipeline.summary import Tally
    from edm.processing.display import make_listener

    if plan.options.estimates is not None:
        return evaluate(plan), 0
    tally = Tally()
    analysed: list[Result[TrackAnalysis]] = []

    def on_result(result: Result[TrackAnalysis]) -> None:
        tally.add(result)
        analysed.append(result)

    try:
        document = evaluate(
            plan,
            analysis=analysis,
            workers=worker_request(settings),
            max_workers=settings.analysis.max_workers,
            timeout_s=settings.analysis.timeout_s,
            listener=make_listener(settings.output.progress, quiet=flags.quiet),
            on_prepare=(lambda step: None) if flags.quiet else (lambda step: console.say(f"{step} …")),
            on_result=on_result,
        )
    except KeyboardInterrupt:
        _keep_estimates(analysed, plan, flags)
        raise
    finally:
        summary = tally.summary()
        # Where nothing has begun, whatever stopped it says all there is to say.
        if (not flags.quiet or flags.debug) and (summary.analysed or summary.failed):
            show_summary(summary, debug=flags.debug)
    return document, tally.summary().exit_code


def _keep_estimates(analysed: Sequence[Result[TrackAnalysis]], plan: EvaluationPlan, flags: Flags) -> None:
    """What was found out before an interruption, as estimates: a part of the tracks is no report."""
    from edm.cli.output import open_writer
    from edm.pipeline.evaluate import TYPES_OF_TASK
    from edm.pipeline.records import to_record

    types = TYPES_OF_TASK[plan.options.task]
    file = flags.output / f"interrupted-{datetime.now():%Y-%m-%dT%H-%M-%S}.jsonl"
    if not analysed:
        return
    with open_writer(file, "jsonl", types) as writer:
        for result in analysed:
            writer.write(to_record(result, types))
    console.say(f"kept {len(analysed)} estimates in {file}; --estimates takes them")


def _tell_matching(plan: EvaluationPlan) -> None:
    for warning in plan.warnings:
        console.say(f"warning: {console.one_line(warning)}")
    matching = plan.matching
    _tell_list("not matched", matching["unmatched"])
    _tell_list("estimate not used", matching["unused_estimates"])
    chosen = "" if matching["selected"] == matching["references"] else f"{matching['selected']} chosen, "
    console.say(
        f"{matching['references']} references, {chosen}{matching['matched']} matched, {matching['scored']} to score"
    )


def _tell_list(what: str, entries: list[dict[str, str]]) -> None:
    for one in entries[:_LISTED]:
        console.say(console.one_line(f"{what}: {one['path']}: {one['reason']}"))
    if len(entries) > _LISTED:
        console.say(f"… and {len(entries) - _LISTED} more {what}; all are in results.json")


def _list_tracks(plan: EvaluationPlan, flags: Flags) -> None:
    from edm.audio.printable import printable

    stream = console.data_stream()
    for case in plan.cases:
        stream.write(console.one_line(printable(case.reference.path if case.audio is None else case.audio)) + "\n")
    stream.flush()
    how = "from stored estimates" if plan.options.estimates is not None else "after an analysis"
    console.say(f"dry run: would score these {how}, and write a report below {flags.output}")


def _tell_outcome(document: Mapping[str, Any], folder: Path, chosen: str) -> None:
    from edm.cli.scores import summary_lines

    summary = document["summary"]
    if chosen != "table":
        for line in summary_lines(document):
            console.say(line)
    failed, missing = summary["failed"], summary["missing"]
    if failed or missing:
        console.say(f"{failed} failed and {missing} without an estimate count as wrong")
    console.say(console.one_line(f"report: {folder / 'report.html'}"))


def _tell_gates(document: Mapping[str, Any]) -> None:
    from edm.evaluation.report.contents import gate_lines

    for passed, text in gate_lines(document):
        if not passed:
            console.say(f"gate missed: {text}")
