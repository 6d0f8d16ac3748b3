"""What an evaluation will score: references read, matched with tracks or stored estimates, and sampled."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.audio.printable import printable
from edm.errors import InputError
from edm.evaluation.cases import Case, why_no_reference
from edm.evaluation.matching import Unmatched, find_audio, pair_estimates
from edm.evaluation.metrics import Task

if TYPE_CHECKING:
    from edm.evaluation.annotation import Annotation

__all__ = ["EvaluationOptions", "EvaluationPlan", "plan_evaluation"]

_REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What to score, and how.

    Attributes
    ----------
    task
        ``bpm``, ``beats``, ``structure`` or ``key``.
    references
        Files and folders of references, or the word ``tags``.
    source
        Folder of the tracks; None looks beside the references only.
    estimates
        File or folder of another system's estimates; None analyses the tracks.
    where
        Conditions that a reference must meet (`edm.conditions`).
    group_by
        Columns of the references to break the scores down by, beside those that suggest themselves.
    tolerance
        Of Accuracy1 and Accuracy2, relative.
    trim_s
        Seconds at the beginning of each track in which beats are not scored.
    sample_size
        How many tracks to draw; None takes all.
    seed
        Of the sample and of the intervals.
    """

    task: Task
    references: tuple[str, ...]
    source: Path | None = None
    estimates: str | None = None
    where: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    tolerance: float = 0.04
    trim_s: float = 0.0
    sample_size: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What a run will score.

    Attributes
    ----------
    cases
        In the order of the references; without estimates if there is something to analyse.
    matching
        Counts, and what was not matched, as in ``results.json``.
    warnings
        What the readers passed over, one sentence each.
    """

    options: EvaluationOptions
    cases: tuple[Case, ...]
    matching: dict[str, Any]
    warnings: tuple[str, ...]


def plan_evaluation(options: EvaluationOptions) -> EvaluationPlan:
    """Read references and estimates, match them with tracks or with each other, and draw the sample.

    Raises
    ------
    InputError
        For options, references or estimates that make no sense, and if nothing is left to score.
    """
    from edm.conditions import parse_condition
    from edm.evaluation.selection import check_columns, draw_sample, holds

    _validate(options)
    warnings: list[str] = []
    conditions = [parse_condition(text) for text in options.where]
    named = _read_references(options, warnings)
    check_columns((condition.column for condition in conditions), (reference for _, reference in named))
    check_columns(options.group_by, (reference for _, reference in named), own=False)
    cases: list[Case] = []
    unmatched: list[dict[str, str]] = []
    selected = with_reference = 0
    matches, unused = _match(named, options, warnings)
    repeats = _repeats(named)
    for index, ((name, reference), match) in enumerate(zip(named, matches, strict=True)):
        if not all(holds(condition, reference) for condition in conditions):
            continue
        selected += 1
        reason = why_no_reference(reference, options.task, trim_s=options.trim_s)
        with_reference += reason is None
        reason = reason or repeats.get(index)
        if reason is None and isinstance(match, Case):
            cases.append(match)
            reason = "the estimates do not name it" if _is_missing(match, options) else None
        elif reason is None and isinstance(match, Unmatched):
            reason = match.reason
        if reason is not None:
            origin = reference.origin if len(set(options.references)) == 1 else f"{reference.origin} of {name}"
            unmatched.append(_entry(reference.path, origin, reason))
    matched = sum(not _is_missing(case, options) for case in cases)
    if not matched:
        raise _nothing_to_score(options, named, unmatched)
    if options.sample_size is not None:
        if options.sample_size > len(cases):
            warnings.append(f"a sample of {options.sample_size} was asked for, and {len(cases)} tracks are there: all")
        cases = draw_sample(
            cases,
            options.sample_size,
            seed=options.seed,
            key=lambda case: f"{case.reference.path}\0{case.reference_name}",
        )
    matching = {
        "references": len(named),
        "selected": selected,
        "with_reference": with_reference,
        "matched": matched,
        "scored": len(cases),
        "unmatched": unmatched,
        "unused_estimates": [_entry(one.path, one.origin, one.reason) for one in unused],
    }
    return EvaluationPlan(options, tuple(cases), matching, tuple(warnings))


def _validate(options: EvaluationOptions) -> None:
    if not options.references:
        raise InputError("no reference named", hint="see edm evaluate formats")
    if not 0 <= options.tolerance <= 1:
        raise InputError(f"the tolerance should be from 0 to 1, not {options.tolerance:g}", hint="0.04 stands for 4 %")
    if not 0 <= options.trim_s < float("inf"):
        raise InputError(f"cannot trim {options.trim_s:g} seconds")
    if options.sample_size is not None and options.sample_size < 1:
        raise InputError(f"a sample of {options.sample_size} tracks makes no sense")
    if options.seed < 0:
        raise InputError(f"a seed is a whole number from 0, not {options.seed}")


def _read_references(options: EvaluationOptions, warnings: list[str]) -> list[tuple[str, Annotation]]:
    from edm.evaluation.readers import read_annotations

    named = []
    for name in dict.fromkeys(options.references):
        read = read_annotations(name, folder=options.source, task=options.task, on_warning=warnings.append)
        named += [(name, annotation) for annotation in read.annotations]
    return named


def _repeats(named: Sequence[tuple[str, Annotation]]) -> dict[int, str]:
    """References that name one place, by index, and what is wrong: nobody knows which of them is right."""
    by_place: dict[tuple[bool, str], list[int]] = {}
    for index, (_, one) in enumerate(named):
        by_place.setdefault((one.named_by_stem, os.path.normpath(one.folder / one.path)), []).append(index)
    reasons = {}
    for indices in by_place.values():
        for index in indices if len(indices) > 1 else ():
            name, other = named[indices[1] if index == indices[0] else indices[0]]
            reasons[index] = f"{other.origin} of {name} is a reference of the same track"
    return reasons


def _match(
    named: Sequence[tuple[str, Annotation]], options: EvaluationOptions, warnings: list[str]
) -> tuple[list[Case | Unmatched], list[Unmatched]]:
    """What becomes of each reference, selected or not, and the estimates that no reference uses."""
    from edm.evaluation.readers import read_annotations

    references = [reference for _, reference in named]
    found, missing = find_audio(references, options.source)
    # Not by origin: several references may be called manifest.csv.
    audio = {id(one.annotation): one.audio for one in found}
    if options.estimates is None:
        lost = iter(missing)
        return [Case(one, name, audio[id(one)]) if id(one) in audio else next(lost) for name, one in named], []
    estimates = read_annotations(
        options.estimates, folder=options.source, task=options.task, on_warning=warnings.append
    )
    pairs, unused = pair_estimates(references, estimates.annotations, options.source)
    return [
        _stored(one, name, audio.get(id(one)), pair.estimate) for (name, one), pair in zip(named, pairs, strict=True)
    ], unused


def _is_missing(case: Case, options: EvaluationOptions) -> bool:
    return options.estimates is not None and case.status == "missing"


def _stored(reference: Annotation, name: str, audio: Path | None, estimate: Annotation | None) -> Case:
    if estimate is None or estimate.error is None:
        return Case(reference, name, audio, estimate, duration_s=_known_duration(reference, estimate))
    kind, _, message = printable(estimate.error).partition(": ")
    error = {"type": kind if message else "Error", "message": message or kind, "hint": None}
    return Case(reference, name, audio, error=error, duration_s=_known_duration(reference, estimate))


def _known_duration(reference: Annotation, estimate: Annotation | None) -> float | None:
    if estimate is not None and estimate.duration_s is not None:
        return estimate.duration_s
    return reference.duration_s


def _nothing_to_score(
    options: EvaluationOptions, named: Sequence[tuple[str, Annotation]], unmatched: Sequence[dict[str, str]]
) -> InputError:
    if not named:
        return InputError(f"{', '.join(options.references)}: there is no track in it")
    if not unmatched:
        return InputError(f"no reference meets {', '.join(options.where)}")
    what = "an estimate" if options.estimates is not None else "an audio file"
    shown = "; ".join(f"{one['path']}: {one['reason']}" for one in unmatched[:_REASONS_SHOWN])
    more = f"; … and {len(unmatched) - _REASONS_SHOWN} more" if len(unmatched) > _REASONS_SHOWN else ""
    lost = options.source is None and options.estimates is None
    hint = "--source FOLDER says where the tracks are" if lost else None
    return InputError(f"none of {len(named)} references can be scored with {what}: {shown}{more}", hint=hint)


def _entry(path: str, origin: str, reason: str) -> dict[str, str]:
    return {"path": printable(path), "origin": printable(origin), "reason": printable(reason)}
