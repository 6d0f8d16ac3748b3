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
from edm.model import AnalysisOptions, Failure, Result, TrackAnalysis

if TYPE_CHECKING:
    from edm.evaluation.annotation import Annotation
    from edm.evaluation.document import Document
    from edm.pipeline.evaluation_plan import EvaluationPlan
    from edm.processing.progress import Listener

__all__ = ["evaluate"]


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
    from edm.evaluation.cases import beat_row, tempo_row
    from edm.evaluation.document import score_document, statistics_settings
    from edm.pipeline import provenance

    options = plan.options
    started, clock = datetime.now(timezone.utc), time.perf_counter()
    cases: Sequence[Case] = plan.cases
    detector = None
    asked = dataclasses.replace(analysis or AnalysisOptions(), types=("bpm", "beats"), metadata="ignore")
    if options.estimates is None:
        detector = provenance.detector_record(asked.detector, asked.models_dir)
        cases = _analysed(
            cases,
            asked,
            on_result,
            workers=workers,
            max_workers=max_workers,
            timeout_s=timeout_s,
            listener=listener,
            on_prepare=on_prepare,
        )
    if options.task == "bpm":
        rows = [tempo_row(_with_duration(case), tolerance=options.tolerance) for case in cases]
    else:
        rows = [beat_row(case, trim_s=options.trim_s) for case in cases]
    analysed = detector is not None
    return {
        **score_document(rows, options.task, group_by=options.group_by, seed=options.seed),
        "matching": plan.matching,
        "gates": [],
        "settings": {
            "reference": [printable(name) for name in options.references],
            "source": None if options.source is None else printable(options.source),
            "estimates": None if options.estimates is None else printable(options.estimates),
            "detector": asked.detector if analysed else None,
            "min_bpm": asked.min_bpm if analysed else None,
            "max_bpm": asked.max_bpm if analysed else None,
            "tolerance": options.tolerance,
            "trim_s": options.trim_s,
            "sample_size": options.sample_size,
            "where": [printable(text) for text in options.where],
            "group_by": [printable(name) for name in options.group_by],
            **statistics_settings(options.seed),
        },
        "detector": detector,
        "weights": None if detector is None else provenance.weights_record(detector["name"], asked.models_dir),
        "versions": provenance.versions(),
        "git": provenance.git_record(),
        "run": {
            "started": started.isoformat(timespec="seconds"),
            "elapsed_s": round(time.perf_counter() - clock, 3),
            "workers": _workers(workers, max_workers, len(cases)) if analysed else None,
        },
    }


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
    tempo, beats = analysis.tempo, analysis.beats
    return dataclasses.replace(
        reference,
        bpm=None if tempo is None else tempo.bpm,
        confidence=None if tempo is None else tempo.confidence,
        alternatives=() if tempo is None else tempo.alternatives,
        beats_s=None if beats is None else beats.times_s,
        downbeats_s=None if beats is None else beats.downbeats_s,
        duration_s=analysis.duration_s or None,
        fields={},
    )


def _workers(workers: int | Literal["auto"], max_workers: int | None, tracks: int) -> int:
    from edm.pipeline.analyze import plan_for

    return min(plan_for(workers=workers, max_workers=max_workers).chosen, tracks)
