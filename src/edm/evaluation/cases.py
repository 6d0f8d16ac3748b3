"""One track of an evaluation: its reference, its estimate, and the row of scores that comes of the two.

A row's keys are those of ``results.json`` (``docs/results.schema.json``); its numbers are rounded and finite. A track
whose analysis failed, or of which the estimates say nothing, has a row like all others: its hits and scores are 0, its
errors None, and its status says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from edm.audio.printable import printable
from edm.evaluation.annotation import Annotation
from edm.evaluation.beats import score_beats
from edm.evaluation.confusion import confusion
from edm.evaluation.key import relation_name, score_key
from edm.evaluation.labels import ReferenceKind, reference_kind
from edm.evaluation.layout import bar_length_s, layout_of
from edm.evaluation.metrics import METRICS, Metric, Task
from edm.evaluation.structure import score_structure
from edm.evaluation.summary import Status, rounded
from edm.evaluation.tempo import score_tempo, tempo_band

__all__ = ["Case", "Row", "beat_row", "key_row", "structure_row", "tempo_row", "why_no_reference"]

Row: TypeAlias = dict[str, Any]

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Case:
    """One track to be scored.

    Attributes
    ----------
    reference
        The truth.
    reference_name
        Which of the reference files it is from.
    audio
        The audio file, where it was found.
    estimate
        What was found out; None where the track failed, or nothing was estimated of it.
    error
        ``type``, ``message`` and ``hint`` of why the track failed.
    fallback
        Why the detector is not the best one.
    duration_s
        Length of the track, where it is known.
    """

    reference: Annotation
    reference_name: str
    audio: Path | None = None
    estimate: Annotation | None = None
    error: Mapping[str, str | None] | None = None
    fallback: str | None = None
    duration_s: float | None = None

    @property
    def status(self) -> Status:
        """``ok``, ``failed`` or ``missing``."""
        if self.error is not None:
            return "failed"
        return "missing" if self.estimate is None else "ok"


def why_no_reference(reference: Annotation, task: Task, *, trim_s: float = 0.0) -> str | None:
    """Why a reference cannot be scored for a task, in a few words; None if it can."""
    if task == "bpm":
        return None if reference.bpm is not None else "the reference gives no tempo"
    if task == "key":
        return None if reference.key is not None else "the reference gives no key"
    if task == "structure":
        if reference.sections is None and reference.drops_s is None:
            return "the reference gives no sections and no drops"
        told = reference.drops_s is not None or _kind(reference) is not None
        return None if told else "the reference's sections say nothing: none has a name that we know"
    if reference.beats_s is None or not len(reference.beats_s):
        return "the reference gives no beats"
    if trim_s > 0 and reference.beats_s[-1] < trim_s:
        return f"the reference has no beats after the first {trim_s:g} s"
    return None


def tempo_row(case: Case, *, tolerance: float) -> Row:
    """Row of ``edm evaluate bpm``; the reference must have a tempo.

    Parameters
    ----------
    tolerance
        Of Accuracy1 and Accuracy2, 0.04 for 4 %.
    """
    reference_bpm = case.reference.bpm
    assert reference_bpm is not None
    estimate = case.estimate
    bpm = None if estimate is None else estimate.bpm
    scores = score_tempo(reference_bpm, bpm, duration_s=case.duration_s, tolerance=tolerance)
    return {
        **_common(case, tempo_band(reference_bpm)),
        "reference_bpm": _rounded(reference_bpm),
        "estimate_bpm": _rounded(bpm),
        "error_bpm": None if bpm is None else _rounded(bpm - reference_bpm),
        "confusion": confusion(reference_bpm, bpm, tolerance=tolerance),
        "confidence": None if estimate is None else _rounded(estimate.confidence),
        "alternatives": []
        if estimate is None
        else [{"bpm": _rounded(other.bpm), "score": _rounded(other.score)} for other in estimate.alternatives],
        **_scores(scores, METRICS["bpm"]),
    }


def beat_row(case: Case, *, trim_s: float) -> Row:
    """Row of ``edm evaluate beats``; the reference must have a beat at or after `trim_s`."""
    reference, estimate = case.reference, case.estimate
    assert reference.beats_s is not None
    beats_s = None if estimate is None else estimate.beats_s
    score = score_beats(
        reference.beats_s,
        np.zeros(0) if beats_s is None else beats_s,
        reference_downbeats_s=reference.downbeats_s,
        # Whoever gives no estimate at all finds no downbeat either; whoever tells of beats alone is not asked for more.
        estimate_downbeats_s=np.zeros(0) if estimate is None else estimate.downbeats_s,
        trim_s=trim_s,
    )
    bpm = reference.bpm
    if bpm is None and len(reference.beats_s) > 1:
        # Good enough to sort tracks by speed, and not scored.
        bpm = 60 / float(np.median(np.diff(reference.beats_s)))
    return {
        **_common(case, None if bpm is None else tempo_band(bpm)),
        "reference_bpm": _rounded(bpm),
        "reference_beats": score.reference_beats,
        "estimated_beats": score.estimated_beats,
        "reference_downbeats": score.reference_downbeats,
        "estimated_downbeats": score.estimated_downbeats,
        "range_s": [_rounded(instant) for instant in score.range_s],
        **_scores(score.scores, METRICS["beats"]),
    }


def structure_row(case: Case) -> Row:
    """Row of ``edm evaluate structure``; the reference must have sections or drops."""
    reference, estimate = case.reference, case.estimate
    kind = _kind(reference)
    bar_s = bar_length_s(reference, estimate)
    truth = layout_of(reference, downbeats_s=None if estimate is None else estimate.downbeats_s)
    score = score_structure(
        truth,
        None if estimate is None else layout_of(estimate, downbeats_s=reference.downbeats_s),
        kind=kind,
        tells_drops=reference.drops_s is not None or kind in ("labels", "drops"),
        bar_s=bar_s,
    )
    return {
        **_common(case, None if reference.bpm is None else tempo_band(reference.bpm)),
        "reference_kind": kind or "drops",
        "reference_sections": len(reference.sections or ()),
        "estimated_sections": 0 if estimate is None else len(estimate.sections or ()),
        "reference_boundaries": score.reference_boundaries,
        "estimated_boundaries": score.estimated_boundaries,
        "reference_drops": score.reference_drops,
        "estimated_drops": score.estimated_drops,
        "bar_s": _rounded(bar_s),
        "label_seconds": {
            label: {name: round(seconds, 3) for name, seconds in found.items()}
            for label, found in score.label_seconds.items()
        },
        **_scores(score.scores, METRICS["structure"]),
    }


def key_row(case: Case) -> Row:
    """Row of ``edm evaluate key``; the reference must have a key."""
    reference, estimate = case.reference.key, case.estimate
    assert reference is not None
    key = None if estimate is None else estimate.key
    runner_up = None if estimate is None else estimate.key_runner_up
    bpm = case.reference.bpm
    return {
        **_common(case, None if bpm is None else tempo_band(bpm)),
        "mode": reference.mode,
        "reference_key": reference.name,
        "estimate_key": None if key is None else key.name,
        "relation": relation_name(reference, key),
        "confidence": None if key is None or estimate is None else _rounded(estimate.key_confidence),
        "runner_up": None if runner_up is None else runner_up.name,
        **_scores(score_key(reference, key, runner_up=runner_up), METRICS["key"]),
    }


def _kind(reference: Annotation) -> ReferenceKind | None:
    return reference_kind([section.label for section in reference.sections or ()])


def _common(case: Case, band: str | None) -> Row:
    return {
        "path": printable(case.reference.path),
        "reference": printable(case.reference_name),
        "audio": None if case.audio is None else printable(case.audio),
        "status": case.status,
        "error": None if case.error is None else dict(case.error),
        "fallback": case.fallback,
        "fields": {printable(name): printable(value) for name, value in case.reference.fields.items()},
        "tempo_band": band,
        "duration_s": _rounded(case.duration_s),
    }


def _scores(scores: Mapping[str, float | None], metrics: Mapping[str, Metric]) -> Row:
    return {key: rounded(scores[key], metric) for key, metric in metrics.items()}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(float(number), _DIGITS)
