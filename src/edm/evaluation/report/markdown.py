"""The report as Markdown: to read in a terminal, to paste into an issue, to compare with diff.

Names of tracks stand in code spans, where nothing but a backtick means anything; all other text from outside is
escaped. Tables are those of GitHub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edm.evaluation.report import contents
from edm.evaluation.report.tasks import TASK_REPORTS
from edm.evaluation.report.wording import (
    NONE,
    headline,
    label,
    metric_rows,
    shown,
    shown_bpm,
    shown_duration,
    shown_quantity,
    shown_share,
)

__all__ = ["code", "escape", "to_markdown"]

# All that can begin something in CommonMark or its tables; "." and ")" matter after a number at the start of a line
# only, where our own words stand.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&#!])")


def to_markdown(document: Mapping[str, Any]) -> str:
    """The whole report.

    Parameters
    ----------
    document
        As in ``results.json``.

    Returns
    -------
    str
        Ends with a newline.
    """
    blocks = [f"# {escape(contents.title(document))}"]
    blocks.append(" ".join(escape(sentence) for sentence in contents.introduction(document)))
    blocks += _gates(document)
    blocks.append(
        _table(["", "value", _level(document)], [[escape(row.label), *row[1:]] for row in headline(document)])
    )
    blocks += ["## All scores", _all_scores(document)]
    for group in contents.group_tables(document):
        blocks += [f"## By {escape(group.name)}", _group(document, group)]
    blocks += _confusions(document) + _calibration(document)
    blocks += _worst(document)
    blocks += _problems("Failed or missing", contents.failures(document), "status")
    blocks += _problems("Not matched", contents.unmatched(document), "written in")
    blocks += _problems("Estimates not used", contents.unused_estimates(document), "written in")
    blocks += ["## Where it comes from", _provenance(document)]
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """`text` on one line, without a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", contents.one_line(text))


def code(text: str) -> str:
    """`text` on one line as a code span that may stand in a table."""
    text = contents.one_line(text)
    if "\\|" in text:  # a table would take the backslash for its own, and a code span has no way to double it
        return escape(text)
    # The fence is longer than any row of backticks inside; a space keeps an outer backtick or blank from the fence.
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|") if text else NONE


def _gates(document: Mapping[str, Any]) -> list[str]:
    gates = contents.gate_lines(document)
    lines = [f"- {'passed' if passed else '**missed**'}: {escape(text)}" for passed, text in gates]
    return ["\n".join(lines)] if lines else []


def _all_scores(document: Mapping[str, Any]) -> str:
    keys = contents.metric_keys(document)
    rows = [
        [f"`{key}`", escape(row.label), row.value, row.interval, str(document["counts"].get(key, NONE))]
        for key, row in zip(keys, metric_rows(document, keys), strict=True)
    ]
    return _table(["key", "", "value", _level(document), "tracks"], rows, words=2)


def _group(document: Mapping[str, Any], group: contents.Group) -> str:
    keys = contents.GROUP_METRICS[document["task"]]
    rows = [
        [escape(name), str(part["summary"]["tracks"]), *(shown(key, part["summary"].get(key)) for key in keys)]
        for name, part in group.rows
    ]
    table = _table([escape(group.name), "tracks", *(escape(label(key, document)) for key in keys)], rows)
    return f"{table}\n\n{group.left_out} more are in results.json." if group.left_out else table


def _confusions(document: Mapping[str, Any]) -> list[str]:
    words = TASK_REPORTS[document["task"]].confusions
    if words is None:
        return []
    confusions, in_seconds = document["confusions"], words.right is None
    rows = [
        [escape(name), *((shown_duration(count) if in_seconds else str(count)) if count else NONE for count in counts)]
        for name, counts in confusions["rows"].items()
        if any(counts) or not in_seconds
    ]
    columns = [column.replace("_", " ") for column in confusions[words.columns]]
    return [f"## {words.title}", words.words, _table(["", *columns], rows)]


def _calibration(document: Mapping[str, Any]) -> list[str]:
    right = TASK_REPORTS[document["task"]].right
    if right is None:
        return []
    calibration = document["calibration"]
    if calibration is None:
        return ["## Calibration of confidence", "No estimate came with a confidence."]
    error = shown_share(calibration["expected_calibration_error"])
    bins = [
        [
            f"{row['low']:.1f} to {row['high']:.1f}",
            str(row["tracks"]),
            shown_share(row["confidence"]),
            shown_share(row[right[0]]),
        ]
        for row in calibration["bins"]
    ]
    return [
        "## Calibration of confidence",
        f"Expected calibration error {error}, over {calibration['tracks']} tracks with a confidence.",
        _table(["confidence", "tracks", "mean confidence", label(right[0])], bins),
    ]


def _worst(document: Mapping[str, Any]) -> list[str]:
    rows = contents.worst_tracks(document)
    if not rows:
        return ["## Worst tracks", "None: all are perfect."]
    if document["task"] == "bpm":
        header = ["track", "reference", "estimate", "error", "ratio", "confidence", "other tempos"]
        table = _table(header, [_tempo_row(row) for row in rows])
    else:
        header, cells = contents.worst_table(document)
        table = _table(header, [[code(row["path"]), *(escape(cell) for cell in texts)] for row, texts in cells])
    return [f"## Worst {len(rows)} tracks", table]


def _tempo_row(row: Mapping[str, Any]) -> list[str]:
    others = ", ".join(f"{shown_bpm(other['bpm'])} ({other['score']:.2f})" for other in row["alternatives"])
    confidence = NONE if row["confidence"] is None else f"{row['confidence']:.2f}"
    estimate = shown_bpm(row["estimate_bpm"]) if row["status"] == "ok" else row["status"]
    error = shown_quantity(row["error_bpm"], "bpm")
    numbers = [shown_bpm(row["reference_bpm"]), estimate, error, row["confusion"], confidence]
    return [code(row["path"]), *numbers, others or NONE]


def _problems(name: str, problems: Sequence[contents.Problem], kind: str) -> list[str]:
    if not problems:
        return []
    listed = problems[: contents.LISTED]
    rows = [[code(problem.path), escape(problem.kind), escape(problem.reason)] for problem in listed]
    blocks = [f"## {name}: {len(problems)}", _table(["track", kind, "reason"], rows, words=3)]
    more = len(problems) - len(rows)
    return [*blocks, f"{more} more are in results.json."] if more else blocks


def _provenance(document: Mapping[str, Any]) -> str:
    return _table(["", ""], [[escape(name), escape(text)] for name, text in contents.provenance(document)], words=2)


def _level(document: Mapping[str, Any]) -> str:
    return f"{document['settings']['confidence_level'] * 100:g} % interval"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """`words`: how many columns, from the left, are not numbers."""
    lines = [header, ["---" if column < words else "---:" for column in range(len(header))], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
