"""What the library has, shown: totals, runs, failures, the check of the matrices; as tables or as JSON and its kin."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from edm.cli import console

if TYPE_CHECKING:
    from edm.library.records import FailedTrack, Run
    from edm.library.stats import Stats

__all__ = ["failure_record", "run_record", "stats_record", "write_check", "write_records", "write_stats"]

_GAP = "  "
_WIDTH = 80
# Column of the check's table: its head. What chance finds stands beside what was found.
_RETRIEVAL = {
    "variant": "variant",
    "label": "same",
    "queries": "tracks",
    "map": "MAP",
    "shuffled_map": "chance",
    "recall": "recall@10",
    "shuffled_recall": "chance",
}


def stats_record(stats: Stats, runs: Sequence[Run], *, database: str) -> dict[str, Any]:
    """Totals and recent runs, ready for JSON."""
    return {
        "database": database,
        "database_bytes": stats.bytes,
        "tracks": stats.tracks,
        "present": stats.present,
        "missing": stats.missing,
        "duplicates": stats.duplicates,
        "analysed": stats.analysed,
        "stages": {name: dict(counts) for name, counts in stats.stages.items()},
        "detectors": dict(stats.detectors),
        "modes": dict(stats.modes),
        "layouts": dict(stats.layouts),
        "keys": dict(stats.keys),
        "fallbacks": {stage: dict(reasons) for stage, reasons in stats.fallbacks.items()},
        "failures": {stage: dict(kinds) for stage, kinds in stats.failures.items()},
        "with_genres": stats.with_genres,
        "genres": dict(stats.genres),
        "runs": [run_record(run) for run in runs],
    }


def run_record(run: Run) -> dict[str, Any]:
    """One run, ready for JSON."""
    return {
        "run": run.id,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "command": run.command,
        "outcome": run.outcome,
        "stages": list(run.report.get("stages", [])),
        "seconds": run.report.get("seconds"),
        "peak_memory_mb": run.report.get("peak_memory_mb"),
    }


def failure_record(failure: FailedTrack) -> dict[str, Any]:
    """One failure, ready for JSON."""
    from edm.audio.printable import printable

    return {
        "id": failure.track_id,
        "path": printable(failure.path),
        "stage": failure.stage,
        "error_type": failure.error_type,
        "message": failure.message,
        "hint": failure.hint,
        "attempts": failure.attempts,
        "retry": failure.retry,
        "at": failure.at,
    }


def write_stats(record: Mapping[str, Any], format_name: str, stream: TextIO) -> None:
    """Totals; any format but ``table`` is one object."""
    if _asked(format_name, stream) != "table":
        _write_object(record, _asked(format_name, stream), stream)
        return
    counts = [("tracks", record["tracks"]), ("present", record["present"]), ("missing", record["missing"])]
    counts += [("duplicates", record["duplicates"]), ("analysed", record["analysed"])]
    lines = [f"library     {record['database']} ({_size(record['database_bytes'])})"]
    lines += [f"{name:<12}{number}" for name, number in counts]
    lines.append(f"{'with genres':<12}{record['with_genres']}")
    for stage, states in record["stages"].items():
        lines.append(f"{stage:<12}" + ", ".join(f"{number} {state}" for state, number in states.items()))
    lines += _counted("detectors", record["detectors"])
    for name in ("modes", "layouts", "keys"):
        lines += _counted(name, record[name])
    for title in ("fallbacks", "failures"):
        for stage, kinds in record[title].items():
            lines += [f"{title}, {stage}: {number} × {console.one_line(kind)}" for kind, number in kinds.items()]
    if record["runs"]:
        lines += ["", *_run_lines(record["runs"])]
    for line in lines:
        stream.write(line + "\n")


def write_records(
    records: Sequence[Mapping[str, Any]], columns: Sequence[str], format_name: str, stream: TextIO
) -> None:
    """Records of one kind: a table of some columns, one object a line, an array, rows."""
    asked = _asked(format_name, stream)
    if asked == "table":
        for line in _aligned([columns, *([_cell(record[name]) for name in columns] for record in records)]):
            stream.write(line + "\n")
    elif asked == "jsonl":
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    elif asked == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        names = list(records[0]) if records else list(columns)
        writer.writerow(names)
        # Nothing is an empty cell to a program, and a dash to a person.
        writer.writerows(
            [["" if record[name] is None else _cell(record[name]) for name in names] for record in records]
        )
    else:
        _write_object(list(records), asked, stream)


def write_check(record: Mapping[str, Any], format_name: str, stream: TextIO) -> None:
    """The check of the matrices."""
    if _asked(format_name, stream) != "table":
        _write_object(record, _asked(format_name, stream), stream)
        return
    lines = [
        f"{record['tracks']} tracks, {record['features']} features, {record['variant']}: {record['width']} columns"
    ]
    for finding in record["findings"]:
        said = f"{'ok ' if finding['ok'] else 'BAD'} {finding['name']}: {console.one_line(finding['seen'])}"
        lines += textwrap.wrap(said, _WIDTH, subsequent_indent="    ")
    if record["retrieval"]:
        rows = [[_cell(one[name]) for name in _RETRIEVAL] for one in record["retrieval"]]
        lines += ["", *_aligned([list(_RETRIEVAL.values()), *rows])]
    for line in lines:
        stream.write(line + "\n")


def _run_lines(runs: Iterable[Mapping[str, Any]]) -> list[str]:
    rows: list[Sequence[str]] = [("run", "started", "outcome", "done", "failed", "seconds", "command")]
    for run in runs:
        stages = run["stages"]
        rows.append(
            (
                str(run["run"]),
                str(run["started_at"])[:19].replace("T", " "),
                run["outcome"] or "running",
                "/".join(str(stage["done"]) for stage in stages) or "–",
                str(sum(stage["failed"] for stage in stages)),
                "–" if run["seconds"] is None else f"{run['seconds']:.1f}",
                _short(console.one_line(run["command"])),
            )
        )
    return _aligned(rows)


def _counted(title: str, counts: Mapping[str, int]) -> list[str]:
    return [f"{title:<12}" + ", ".join(f"{number} {name}" for name, number in counts.items())] if counts else []


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    table = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    return console.one_line(str(value))


def _plain_cell(value: object) -> str:
    # Nothing is a dash to a person, and an empty cell to a program.
    return "" if value is None else _cell(value)


def _short(text: str, width: int = 22) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB" if number >= 1e5 else f"{number / 1e3:.0f} kB"


def _asked(format_name: str, stream: TextIO) -> str:
    if format_name != "auto":
        return format_name
    return "table" if console.is_terminal(stream) else "json"


def _write_object(value: object, format_name: str, stream: TextIO) -> None:
    if format_name == "yaml":
        import yaml

        yaml.safe_dump(value, stream, allow_unicode=True, sort_keys=False)
        return
    stream.write(json.dumps(value, ensure_ascii=False, indent=None if format_name == "jsonl" else 1) + "\n")
