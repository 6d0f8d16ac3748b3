"""Tracks analysed where they must be, scored, and summed up: the library's front door to evaluation.

`edm.pipeline.evaluation_plan.plan_evaluation` says what is to be scored; `evaluate` gives the document that is
``results.json``. With stored estimates nothing is analysed.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal

from edm.audio.printable import printable
from edm.evaluation.cases import Case
from edm.evaluation.metrics import Task
from edm.model import AnalysisOptions, Failure, Result, TimeArray, TrackAnalysis

if TYPE_CHECKING:
    from edm.evaluation.annotation import AnnotatedSection, Annotation, EnergyCurve
    from edm.evaluation.cases import Row
    from edm.evaluation.document import Document
    from edm.pipeline.evaluation_plan import EvaluationOptions, EvaluationPlan
    from edm.processing.progress import Listener

__all__ = ["TYPES_OF_TASK", "evaluate"]

TYPES_OF_TASK: dict[Task, tuple[str, ...]] = {
    "bpm": ("bpm", "beats"),
    "beats": ("bpm", "beats"),
    # Its bars are those of the beats.
    "structure": ("beats", "structure"),
    "key": ("key",),
}
"""What is analysed for each task."""


def evaluate(
    plan: EvaluationPlan,
    *,
    analysis: AnalysisOptions | None = None,
    workers: int | Literal["auto"] = "auto",
    max_workers: int | None = None,
    timeout_s: float | None = None,
    listener: Listener | None = None,
    on_prepare: Callable[[str], None] = lambda step: None,
    on_result: Callable[[Result[TrackAnalysis]], None] = lambda result: None,
) -> Document:
    """Analyse and score the tracks of a plan.

    Parameters
    ----------
    plan
        Of `plan_evaluation`.
    analysis
        Detector and limits; tags are never read, whatever it says, for they are often what is to be judged. None takes
        the best detector. Without effect where there are estimates.
    workers, max_workers, timeout_s, listener, on_prepare
        As for `edm.pipeline.analyze.analyze_many`.
    on_result
        Gets each analysis as it is done.

    Returns
    -------
    dict
        Everything of ``results.json`` but its gates, which is an empty list. Equal inputs give equal documents, but
        for ``run``, whatever the number of workers.

    Raises
    ------
    InputError
        For options that make no sense.
    ModelsError
        If the detector that was asked for cannot work here.
    """
    from edm.evaluation.document import score_document, statistics_settings
    from edm.pipeline import provenance

    options = plan.options
    started, clock = datetime.now(timezone.utc), time.perf_counter()
    cases: Sequence[Case] = plan.cases
    detector = None
    asked = dataclasses.replace(analysis or AnalysisOptions(), types=TYPES_OF_TASK[options.task], metadata="ignore")
    analysed = options.estimates is None
    beats_are_asked = analysed and options.task != "key"
    if analysed:
        if beats_are_asked:
            detector = provenance.detector_record(asked.detector, asked.models_dir)
        key_methods: set[str] = set()

        def on_analysis(result: Result[TrackAnalysis]) -> None:
            if not isinstance(result, Failure) and result.value.key is not None:
                key_methods.add(result.value.key.source)
            on_result(result)

        cases = _analysed(
            cases,
            asked,
            on_analysis,
            workers=workers,
            max_workers=max_workers,
            timeout_s=timeout_s,
            listener=listener,
            on_prepare=on_prepare,
        )
        if options.task == "key" and key_methods:
            detector = {"name": " and ".join(sorted(key_methods)), "version": None, "fallback": None}
    return {
        **score_document(_rows(cases, options), options.task, group_by=options.group_by, seed=options.seed),
        "matching": plan.matching,
        "gates": [],
        "settings": {
            "reference": [printable(name) for name in options.references],
            "source": None if options.source is None else printable(options.source),
            "estimates": None if options.estimates is None else printable(options.estimates),
            "detector": asked.detector if beats_are_asked else None,
            "min_bpm": asked.min_bpm if beats_are_asked else None,
            "max_bpm": asked.max_bpm if beats_are_asked else None,
            "tolerance": options.tolerance,
            "trim_s": options.trim_s,
            "sample_size": options.sample_size,
            "where": [printable(text) for text in options.where],
            "group_by": [printable(name) for name in options.group_by],
            **statistics_settings(options.seed),
        },
        "detector": detector,
        "weights": None
        if detector is None or not beats_are_asked
        else provenance.weights_record(detector["name"], asked.models_dir),
        "versions": provenance.versions(),
        "git": provenance.git_record(),
        "run": {
            "started": started.isoformat(timespec="seconds"),
            "elapsed_s": round(time.perf_counter() - clock, 3),
            "workers": _workers(workers, max_workers, len(cases)) if analysed else None,
        },
    }


def _rows(cases: Sequence[Case], options: EvaluationOptions) -> list[Row]:
    from edm.evaluation.cases import beat_row, key_row, structure_row, tempo_row

    if options.task == "bpm":
        return [tempo_row(_with_duration(case), tolerance=options.tolerance) for case in cases]
    if options.task == "beats":
        return [beat_row(case, trim_s=options.trim_s) for case in cases]
    if options.task == "structure":
        return [structure_row(case) for case in cases]
    return [key_row(case) for case in cases]


def _with_duration(case: Case) -> Case:
    """With the length that the file tells, where nobody else has told it: the drift needs it."""
    from edm.audio.duration import header_duration_s

    if case.duration_s is not None or case.audio is None:
        return case
    return dataclasses.replace(case, duration_s=header_duration_s(case.audio))


def _analysed(
    cases: Sequence[Case],
    options: AnalysisOptions,
    on_result: Callable[[Result[TrackAnalysis]], None],
    **how: Any,
) -> list[Case]:
    from edm.pipeline.analyze import analyze_many

    done = list(cases)
    results = analyze_many([case.audio for case in cases if case.audio is not None], options=options, **how)
    try:
        for result in results:
            done[result.index] = _with_result(cases[result.index], result)
            on_result(result)
    finally:
        results.close()
    return done


def _with_result(case: Case, result: Result[TrackAnalysis]) -> Case:
    if isinstance(result, Failure):
        hint = None if result.hint is None else printable(result.hint)
        error = {"type": result.error_type, "message": printable(result.message), "hint": hint}
        return dataclasses.replace(case, error=error, duration_s=case.reference.duration_s)
    analysis = result.value
    estimate = _as_annotation(case.reference, analysis)
    return dataclasses.replace(
        case, estimate=estimate, fallback=analysis.fallback, duration_s=analysis.duration_s or None
    )


def _as_annotation(reference: Annotation, analysis: TrackAnalysis) -> Annotation:
    from edm.model.keys import parse_key

    tempo, beats, key = analysis.tempo, analysis.beats, analysis.key
    return dataclasses.replace(
        reference,
        bpm=None if tempo is None else tempo.bpm,
        confidence=None if tempo is None else tempo.confidence,
        alternatives=() if tempo is None else tempo.alternatives,
        beats_s=None if beats is None else beats.times_s,
        downbeats_s=None if beats is None else beats.downbeats_s,
        duration_s=analysis.duration_s or None,
        sections=_sections(analysis),
        drops_s=_drops(analysis),
        energy=_energy(analysis),
        key=None if key is None else parse_key(key.name),
        key_runner_up=None if key is None else parse_key(key.runner_up),
        key_confidence=None if key is None else key.confidence,
        fields={},
    )


def _sections(analysis: TrackAnalysis) -> tuple[AnnotatedSection, ...] | None:
    from edm.evaluation.annotation import AnnotatedSection

    if analysis.structure is None:
        return None
    return tuple(
        AnnotatedSection(one.start_s, one.end_s, one.label, one.start_bar, one.end_bar, one.energy)
        for one in analysis.structure.sections
    )


def _drops(analysis: TrackAnalysis) -> TimeArray | None:
    import numpy as np

    if analysis.structure is None:
        return None
    return np.array(sorted({drop.time_s for drop in analysis.structure.drops}), dtype=np.float64)


def _energy(analysis: TrackAnalysis) -> EnergyCurve | None:
    from edm.evaluation.annotation import EnergyCurve

    if analysis.structure is None:
        return None
    return EnergyCurve(analysis.structure.energy.times_s, analysis.structure.energy.curve)


def _workers(workers: int | Literal["auto"], max_workers: int | None, tracks: int) -> int:
    from edm.pipeline.analyze import plan_for

    return min(plan_for(workers=workers, max_workers=max_workers).chosen, tracks)
