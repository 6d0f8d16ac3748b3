"""Scores on standard output, in the format that was asked for: a run of an evaluation, or two runs compared.

``table`` is for people, ``json`` and ``yaml`` are the whole document, ``jsonl`` and ``csv`` a line for each track.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from edm.cli import console

__all__ = ["chosen_format", "comparison_lines", "summary_lines", "write_comparison", "write_document", "write_formats"]

_GAP = "  "
_CHANGED_SHOWN = 5
# What the breakdown on the terminal shows, by task.
_GROUP_COLUMNS = {
    "bpm": ("accuracy1", "accuracy2", "within_0p01_octave"),
    "beats": ("f_measure", "f_measure_20ms", "downbeat_f_measure"),
    "structure": ("boundary_f_3s", "drop_f_3s"),
    "key": ("key_weighted", "key_accuracy", "key_compatible"),
}
_ERROR_COLUMNS = {"error_type": "type", "error_message": "message"}


def chosen_format(asked: str) -> str:
    """Format for standard output, from the settings; ``auto`` is a table on a terminal, else json."""
    if asked != "auto":
        return asked
    return "table" if console.is_terminal(console.data_stream()) else "json"


def write_document(document: Mapping[str, Any], format_name: str, stream: TextIO) -> None:
    """A run of ``edm evaluate bpm``, ``beats``, ``structure`` or ``key``."""
    if format_name == "table":
        _write_lines(summary_lines(document), stream)
    elif format_name == "jsonl":
        _write_lines((_json(row) for row in document["tracks"]), stream)
    elif format_name == "csv":
        _write_csv([_flat(row) for row in document["tracks"]], stream)
    else:
        _write_whole(document, format_name, stream)


def write_comparison(record: Mapping[str, Any], format_name: str, stream: TextIO) -> None:
    """A comparison of two runs; ``jsonl`` and ``csv`` have a line for each metric."""
    if format_name == "table":
        _write_lines(comparison_lines(record), stream)
    elif format_name in ("jsonl", "csv"):
        rows = [{"metric": name} | dict(metric) for name, metric in record["metrics"].items()]
        if format_name == "jsonl":
            _write_lines((_json(row) for row in rows), stream)
        else:
            _write_csv([_flat(row) for row in rows], stream)
    else:
        _write_whole(record, format_name, stream)


def write_formats(format_name: str, stream: TextIO) -> None:
    """The formats of references and estimates; a line for each in ``jsonl`` and ``csv``."""
    from edm.evaluation.readers import FORMATS

    records = [
        {
            "name": name,
            "summary": known.summary,
            "suffixes": list(known.suffixes),
            "carries": list(known.carries),
            "example": known.example,
        }
        for name, known in FORMATS.items()
    ]
    if format_name == "table":
        for record in records:
            _write_lines(_format_lines(record), stream)
    elif format_name == "jsonl":
        _write_lines((_json(record) for record in records), stream)
    elif format_name == "csv":
        _write_csv([_flat(record) for record in records], stream)
    else:
        _write_whole(records, format_name, stream)


def summary_lines(document: Mapping[str, Any]) -> list[str]:
    """The scores that matter most, with their intervals, and a breakdown beneath (tempo bands, modes …).

    80 columns wide at most.
    """
    from edm.evaluation.report.wording import headline, metric_rows

    rows = headline(document)
    if document.get("calibration") is not None:
        rows += metric_rows(document, ["expected_calibration_error"])
    level = f"{100 * document['settings']['confidence_level']:g} % interval"
    lines = _aligned([("", "value", level), *rows], right=(1, 2))
    groups = _group_rows(document)
    lines += ["", *_aligned(groups, right=range(1, len(groups[0])))]
    return lines


def comparison_lines(record: Mapping[str, Any]) -> list[str]:
    """Both runs side by side, and the tracks that changed most."""
    from edm.evaluation.report.wording import label, shown

    rows = [("", "a", "b", "p", "")]
    for name, metric in record["metrics"].items():
        p = "–" if metric["p_adjusted"] is None else f"{metric['p_adjusted']:.3f}"
        verdict = "" if metric["verdict"] == "no clear difference" else metric["verdict"]
        rows.append((label(name), shown(name, metric["a"]), shown(name, metric["b"]), p, verdict))
    lines = _aligned(rows, right=(1, 2, 3))
    for word in ("better", "worse"):
        changed = record[word]
        if changed:
            lines += ["", f"{word} in b:"]
            lines += [f"{_GAP}{_change(track)}" for track in changed[:_CHANGED_SHOWN]]
        if len(changed) > _CHANGED_SHOWN:
            lines.append(f"{_GAP}…")
    return lines


def _format_lines(record: Mapping[str, Any]) -> list[str]:
    import textwrap

    suffixes = f" ({', '.join(record['suffixes'])})" if record["suffixes"] else ""
    title = f"{record['name']}{suffixes}: {', '.join(record['carries'])}"
    words = textwrap.wrap(record["summary"], 78, initial_indent=_GAP, subsequent_indent=_GAP)
    return [title, *words, "", *(f"{_GAP}{_GAP}{line}" for line in record["example"].splitlines()), ""]


def _change(track: Mapping[str, Any]) -> str:
    from edm.cli.table import shorten_middle
    from edm.evaluation.report.wording import shown, shown_bpm

    a, b = track["a"], track["b"]
    if "reference_key" in a:
        words = f"{a['estimate_key'] or '–'} → {b['estimate_key'] or '–'}, in {b['reference_key']}"
    elif "boundary_f_3s" in a:
        name = "drop_f_3s" if a["boundary_f_3s"] is None else "boundary_f_3s"
        words = f"F {shown(name, a[name])} → {shown(name, b[name])}"
    elif "estimate_bpm" in a:
        words = f"{shown_bpm(a['estimate_bpm'])} → {shown_bpm(b['estimate_bpm'])} BPM"
    else:
        words = f"F {shown('f_measure', a['f_measure'])} → {shown('f_measure', b['f_measure'])}"
    return f"{shorten_middle(console.one_line(track['path']), 44)}: {words}"


def _group_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    from edm.evaluation.document import OWN_GROUPS
    from edm.evaluation.metrics import METRICS
    from edm.evaluation.report.wording import shown

    task = document["task"]
    name, columns = OWN_GROUPS[task][0], _GROUP_COLUMNS[task]
    heading = "BPM" if name == "tempo_band" else name.replace("_", " ")
    rows: list[tuple[str, ...]] = [(heading, "tracks", *(METRICS[task][key].label for key in columns))]
    for band, part in document["groups"][name].items():
        values = (shown(key, part["summary"][key]) for key in columns)
        rows.append((band, str(part["summary"]["tracks"]), *values))
    return rows


def _aligned(rows: Iterable[Sequence[str]], *, right: Sequence[int]) -> list[str]:
    table = [tuple(row) for row in rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        _GAP.join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def _flat(row: Mapping[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    ours = {*row, *_ERROR_COLUMNS}
    for key, value in row.items():
        if key == "fields":
            # A column of the reference must not hide one of ours.
            flat |= {(f"field_{name}" if name in ours else name): text for name, text in value.items()}
        elif key == "error":
            flat |= {column: None if value is None else value[part] for column, part in _ERROR_COLUMNS.items()}
        elif key == "label_seconds":
            pairs = ((label, name, seconds) for label, found in value.items() for name, seconds in found.items())
            flat[key] = "; ".join(f"{label} > {name}: {seconds}" for label, name, seconds in pairs)
        elif key == "alternatives":
            flat[key] = "; ".join(f"{other['bpm']}" for other in value)
        elif isinstance(value, list | tuple):
            flat[key] = "; ".join(str(part) for part in value)
        else:
            flat[key] = value
    return flat


def _write_csv(rows: Sequence[Mapping[str, object]], stream: TextIO) -> None:
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _write_whole(document: Mapping[str, Any] | list[dict[str, Any]], format_name: str, stream: TextIO) -> None:
    if format_name == "yaml":
        import yaml

        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        yaml.dump(document, stream, Dumper=dumper, allow_unicode=True, sort_keys=False, width=1000)
        return
    from edm.evaluation.report.folder import to_json

    if isinstance(document, list):
        stream.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        stream.write(to_json(document))


def _write_lines(lines: Iterable[str], stream: TextIO) -> None:
    for line in lines:
        stream.write(line + "\n")


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, allow_nan=False)
