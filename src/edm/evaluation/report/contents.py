"""What a report says, in which order: the parts that Markdown and HTML have in common, as plain text.

Text here is not escaped for either; names of tracks are made one line of printable characters, no more. Long lists
are cut, and say by how much: ``results.json`` has all of it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edm.evaluation.metrics import METRICS, Metric
from edm.evaluation.report.tasks import TASK_REPORTS
from edm.evaluation.report.wording import NONE, label, shown, shown_duration, shown_quantity
from edm.evaluation.tempo import signed_error

__all__ = [
    "GROUP_METRICS",
    "LISTED",
    "WORST",
    "Group",
    "Problem",
    "error_of",
    "failures",
    "gate_lines",
    "group_tables",
    "introduction",
    "metric_keys",
    "one_line",
    "provenance",
    "title",
    "unmatched",
    "unused_estimates",
    "worst_table",
    "worst_tracks",
]

WORST = 20
LISTED = 200
"""Failures, and tracks without a match, that a report names."""

_GROUPS_LISTED = 40

# Columns of the table of the worst tracks behind its metrics: heading and key of a row.
_WORST_COLUMNS: dict[str, dict[str, str]] = {
    "beats": {"beats": "reference_beats", "estimated": "estimated_beats"},
    "structure": {
        "boundaries": "reference_boundaries",
        "estimated": "estimated_boundaries",
        "drops": "reference_drops",
        "est. drops": "estimated_drops",
    },
    "key": {
        "estimate": "estimate_key",
        "reference": "reference_key",
        "relation": "relation",
        "confidence": "confidence",
        "runner-up": "runner_up",
    },
}
_KINDS = {
    "labels": "with labels",
    "boundaries": "with boundaries alone",
    "energy": "with boundaries and how much plays",
    "drops": "with drops alone",
}

# What a gate is on that is no metric of tracks: the calibration error.
_LESS = Metric("", "mean", "less", "%", "")

GROUP_METRICS: dict[str, tuple[str, ...]] = {task: report.groups for task, report in TASK_REPORTS.items()}
"""Columns of the tables of groups: as many as a page is wide."""


@dataclass(frozen=True, slots=True)
class Group:
    """One table of scores by group.

    Attributes
    ----------
    name
        What the groups differ in ("tempo band").
    rows
        Name of the group and its part of the document (``summary``, ``intervals``, ``counts``).
    left_out
        Groups that are not in `rows`.
    """

    name: str
    rows: tuple[tuple[str, Mapping[str, Any]], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A track that has no score of its own, and why."""

    path: str
    kind: str
    reason: str


def title(document: Mapping[str, Any]) -> str:
    """One line: what was measured against what."""
    what = TASK_REPORTS[document["task"]].name
    settings = document["settings"]
    who = settings.get("estimates") or settings.get("detector")
    references = settings["reference"]
    # One manifest is called like the next; their folders tell them apart.
    parts = 1 if len({_base(name) for name in references}) == len(references) else 2
    against = ", ".join(one_line(_base(name, parts=parts)) for name in references)
    return f"{what} of {one_line(_base(who))} against {against}" if who else f"{what} against {against}"


def introduction(document: Mapping[str, Any]) -> list[str]:
    """Sentences on what was measured and how."""
    task, settings = document["task"], document["settings"]
    summary, matching = document["summary"], document["matching"]
    sentences = [_who_sentence(document)]
    chosen = "" if matching["selected"] == matching["references"] else f"{matching['selected']} were chosen, "
    sentences.append(
        f"Of {_count(matching['references'], 'track')} in the reference, {chosen}{matching['with_reference']} "
        f"{'have' if matching['with_reference'] != 1 else 'has'} {TASK_REPORTS[task].told}, "
        f"{matching['matched']} matched and {matching['scored']} {_were(matching['scored'])} scored."
    )
    if settings.get("sample_size") is not None:
        sentences.append(f"They are a random sample of {settings['sample_size']}, drawn with seed {settings['seed']}.")
    if settings.get("where"):
        sentences.append(f"Only tracks with {', '.join(one_line(str(part)) for part in settings['where'])} were taken.")
    if summary["failed"] or summary["missing"]:
        sentences.append(
            f"{summary['failed']} of them failed and the estimates say nothing of {summary['missing']}: "
            "these count as wrong in every share and score."
        )
    replaced = sum(row["fallback"] is not None for row in document["tracks"])
    if replaced:
        sentences.append(f"For {_count(replaced, 'track')} a fallback was used; results.json says why.")
    if task == "bpm":
        sentences.append(
            f"Accuracy1 and Accuracy2 allow {_percent_words(settings['tolerance'])} of the reference tempo."
        )
    elif task == "structure":
        sentences.append(_structure_sentence(document))
    elif task == "beats" and settings.get("trim_s"):
        sentences.append(f"Beats of the first {settings['trim_s']:g} s of each track were left out of the scores.")
    elif task == "beats":
        sentences.append("No beats were trimmed from the start of tracks; only the annotated range is scored.")
    sentences.append(
        f"Intervals are {_percent_words(settings['confidence_level'])} bootstrap intervals over tracks "
        f"({settings['resamples']} resamples)."
    )
    return sentences


def worst_tracks(document: Mapping[str, Any], limit: int = WORST) -> list[Mapping[str, Any]]:
    """Rows of the tracks to look at first.

    Tracks without a result come first. For tempo, then tracks that miss Accuracy2, those that miss Accuracy1, and the
    rest by the error with the octave forgiven; for beats, by F at 70 ms; for structure, by the mean of the scores in
    the table; for keys, by the weighted score, the most confident first. A perfect track is never among them.
    """
    if document["task"] == "structure":
        rows = [row for row in document["tracks"] if row["status"] != "ok" or _mean_score(row) < 1]
        rows.sort(key=lambda row: (row["status"] == "ok", _mean_score(row)))
        return rows[:limit]
    if document["task"] == "key":
        rows = [row for row in document["tracks"] if row["status"] != "ok" or not row["key_accuracy"]]
        rows.sort(key=lambda row: (row["status"] == "ok", row["key_weighted"] or 0.0, -(row["confidence"] or 0.0)))
        return rows[:limit]
    if document["task"] == "beats":
        rows = [row for row in document["tracks"] if row["status"] != "ok" or (row["f_measure"] or 0.0) < 1]
        rows.sort(key=lambda row: (row["status"] == "ok", row["f_measure"] or 0.0, row["f_measure_20ms"] or 0.0))
        return rows[:limit]
    ranked = [(error_of(row), row) for row in document["tracks"]]
    ranked = [(error, row) for error, row in ranked if row["status"] != "ok" or not row["accuracy1"] or error > 0]
    ranked.sort(
        key=lambda pair: (pair[1]["status"] == "ok", pair[1]["accuracy2"] or 0, pair[1]["accuracy1"] or 0, -pair[0])
    )
    return [row for _, row in ranked[:limit]]


def worst_table(document: Mapping[str, Any]) -> tuple[list[str], list[tuple[Mapping[str, Any], list[str]]]]:
    """Headings and rows of the table of the worst tracks, for all tasks but ``bpm``, which has one of its own.

    Returns
    -------
    headings, rows
        The first heading is that of the track. A row is the track's and its other cells as text; the first cell is the
        status where that is not ``ok``.
    """
    task = document["task"]
    metrics = TASK_REPORTS[task].worst
    headings = ["track", *(label(key) for key in metrics), *_WORST_COLUMNS[task]]
    rows = []
    for row in worst_tracks(document):
        cells = [shown(key, row[key], of_track=True) for key in metrics]
        cells += [_cell(row[key]) for key in _WORST_COLUMNS[task].values()]
        if row["status"] != "ok":
            cells[0] = row["status"]
        rows.append((row, cells))
    return headings, rows


def error_of(row: Mapping[str, Any]) -> float:
    """Absolute error of a tempo row in BPM, the octave forgiven; infinite without an estimate."""
    if row["estimate_bpm"] is None or row["reference_bpm"] is None:
        return math.inf
    return abs(signed_error(row["reference_bpm"], row["estimate_bpm"], octave_free=True))


def failures(document: Mapping[str, Any]) -> list[Problem]:
    """Tracks that failed or that the estimates do not mention, all of them."""
    return [
        Problem(one_line(row["path"]), row["status"], _error_words(row))
        for row in document["tracks"]
        if row["status"] != "ok"
    ]


def unmatched(document: Mapping[str, Any]) -> list[Problem]:
    """References without an audio file or an estimate, all of them."""
    return _entries(document["matching"]["unmatched"])


def unused_estimates(document: Mapping[str, Any]) -> list[Problem]:
    """Estimates that no reference asks for, all of them."""
    return _entries(document["matching"]["unused_estimates"])


def group_tables(document: Mapping[str, Any]) -> list[Group]:
    """The groupings that are worth a table."""
    tables = []
    for name in document["shown_groups"]:
        members = list(document["groups"][name].items())
        rows = tuple((one_line(member), part) for member, part in members[:_GROUPS_LISTED])
        tables.append(Group(one_line(name.replace("_", " ")), rows, len(members) - len(rows)))
    return tables


def gate_lines(document: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """Whether each gate was passed, and a sentence on it."""
    lines = []
    for gate in document["gates"]:
        key = gate["metric"]
        metric = METRICS[document["task"]].get(key, _LESS)
        limit = f"at most {shown(key, gate['limit'])}"
        if metric.better == "more":
            limit = f"at least {shown(key, gate['limit'])}"
        elif metric.better == "near_zero":
            limit = f"at most ±{shown_quantity(gate['limit'], metric.unit, signed=False)}"
        text = f"{label(key, document)} is {shown(key, gate['value'])}, asked for: {limit}"
        lines.append((gate["passed"], text))
    return lines


def provenance(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Settings, versions and the run, as name and text."""
    pairs: list[tuple[str, str]] = []
    for name, value in document["settings"].items():
        pairs.append((name.replace("_", " "), _words(value)))
    for part in ("detector", "weights", "git"):
        if document[part] is not None:
            pairs += [(f"{part} {name}".replace("_", " "), _words(value)) for name, value in document[part].items()]
    pairs += [(f"version of {name}", _words(value)) for name, value in document["versions"].items()]
    run = document["run"]
    pairs += [
        ("started", _words(run["started"])),
        ("took", shown_duration(run["elapsed_s"])),
        ("workers", _words(run["workers"])),
    ]
    return pairs


def one_line(text: str) -> str:
    """`text` on one line: line breaks are ↵, other characters that steer or cannot be printed are U+FFFD.

    Marks of direction are among those: a name with one can turn the rest of a line round.
    """
    if text.isprintable() and text.isascii():
        return text
    return "".join(_visible(char) for char in text.replace("\r\n", "\n"))


def metric_keys(document: Mapping[str, Any]) -> Sequence[str]:
    """All metrics of the task, in the order of the table of metrics."""
    keys = list(METRICS[document["task"]])
    return [*keys, "expected_calibration_error"] if "calibration" in document else keys


def _structure_sentence(document: Mapping[str, Any]) -> str:
    kinds = [row["reference_kind"] for row in document["tracks"]]
    told = [f"{_count(kinds.count(kind), 'track')} {words}" for kind, words in _KINDS.items() if kind in kinds]
    return (
        f"The reference tells {', '.join(told) or 'nothing'}; the first and the last boundary of a track never count."
    )


def _mean_score(row: Mapping[str, Any]) -> float:
    values = [row[key] for key in TASK_REPORTS["structure"].worst if row[key] is not None]
    return sum(values) / len(values) if values else 1.0


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return NONE if value is None else one_line(str(value))


def _visible(char: str) -> str:
    if char in "\n\r\u2028\u2029":
        return "↵"
    # Cc controls, Cs halves of characters, Zl and Zp breaks; of the Cf only joiners, which emoji are made with, stay.
    if unicodedata.category(char) in ("Cc", "Cs") or (unicodedata.category(char) == "Cf" and char != "\u200d"):
        return "\ufffd"
    return char


def _who_sentence(document: Mapping[str, Any]) -> str:
    settings, detector = document["settings"], document["detector"]
    reference = ", ".join(one_line(name) for name in settings["reference"])
    if settings.get("estimates"):
        return (
            f"The estimates of {one_line(settings['estimates'])} were scored against {reference}; nothing was analysed."
        )
    name = detector["name"] if detector else settings.get("detector") or "edm"
    sentence = f"edm analysed the tracks with the detector {one_line(name)} and was scored against {reference}."
    if detector and detector.get("fallback"):
        sentence += f" It stands in for a better one: {one_line(detector['fallback'])}."
    return sentence


def _error_words(row: Mapping[str, Any]) -> str:
    if row["error"] is None:
        return "the estimates do not name it" if row["status"] == "missing" else NONE
    hint = row["error"].get("hint")
    text = one_line(f"{row['error']['type']}: {row['error']['message']}")
    return f"{text} ({one_line(hint)})" if hint else text


def _entries(entries: Iterable[Mapping[str, Any]]) -> list[Problem]:
    return [Problem(one_line(e["path"]), one_line(e["origin"]), one_line(e["reason"])) for e in entries]


def _words(value: object) -> str:
    if value is None or value == []:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_words(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    return one_line(str(value))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _percent_words(share: float) -> str:
    return f"{share * 100:g} %"


def _base(name: str, *, parts: int = 1) -> str:
    """Last part of a path of either kind, or the last few."""
    return "/".join(name.replace("\\", "/").rstrip("/").split("/")[-parts:]) or name
