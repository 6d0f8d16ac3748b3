"""Records of genres in the format that is asked for: lines for people, or data."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from edm.cli import console
from edm.cli.columns import aligned, screen_width

__all__ = ["write_one", "write_rows"]


def write_one(record: Mapping[str, Any], format_name: str, stream: TextIO, lines: Sequence[str]) -> None:
    """One record: `lines` as a table, one object as JSON or YAML; as CSV one row of all that is in it.

    CSV names what lies deeper by the way there (``by_source_lastfm``); a list is a JSON text in its cell.
    """
    name = _chosen(format_name, stream, otherwise="json")
    if name == "table":
        for line in lines:
            stream.write(line + "\n")
    elif name == "csv":
        flat = dict(_flat(record, ""))
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([list(flat), list(flat.values())])
    elif name == "yaml":
        _write_yaml(record, stream)
    else:
        stream.write(json.dumps(record, ensure_ascii=False, indent=1 if name == "json" else None) + "\n")


def write_rows(
    records: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    format_name: str,
    stream: TextIO,
    rows: Iterable[Sequence[str]],
) -> None:
    """Records of one kind: `rows` as a table, an object a line, an array, or rows of CSV.

    Parameters
    ----------
    columns
        Keys of every record; CSV has them although there is no record.
    """
    name = _chosen(format_name, stream, otherwise="jsonl")
    if name == "table":
        for line in aligned(rows, width=screen_width(stream)):
            stream.write(line + "\n")
    elif name == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_cell(record[column]) for column in columns] for record in records])
    elif name == "yaml":
        _write_yaml(list(records), stream)
    elif name == "json":
        stream.write(json.dumps(list(records), ensure_ascii=False, indent=1) + "\n")
    else:
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def _chosen(format_name: str, stream: TextIO, *, otherwise: str) -> str:
    if format_name != "auto":
        return format_name
    return "table" if console.is_terminal(stream) else otherwise


def _flat(record: Mapping[str, Any], before: str) -> Iterator[tuple[str, object]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}_")
        else:
            yield before + name, _cell(value)


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple) else value


def _write_yaml(value: object, stream: TextIO) -> None:
    import yaml

    yaml.safe_dump(value, stream, allow_unicode=True, sort_keys=False)
