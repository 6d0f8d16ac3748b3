"""Records onto a stream, in the format that was asked for, each as soon as it is there.

Whatever is written stays valid when a run is cut short: `Writer.close` ends what has been begun. A file appears under
its name only as a whole.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

from edm.cli import console
from edm.errors import InputError

__all__ = ["FORMATS", "SUFFIXES", "Writer", "choose_format", "open_writer"]

SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".txt": "table",
}


class Writer(Protocol):
    """Takes records one by one."""

    def write(self, record: Mapping[str, Any]) -> None:
        """Add one record."""

    def close(self) -> None:
        """End the document; the stream stays open."""


class _JsonLines:
    def __init__(self, stream: TextIO, types: Iterable[str]) -> None:
        self._stream = stream

    def write(self, record: Mapping[str, Any]) -> None:
        self._stream.write(_json(record) + "\n")
        self._stream.flush()

    def close(self) -> None:
        self._stream.flush()


class _JsonArray:
    def __init__(self, stream: TextIO, types: Iterable[str]) -> None:
        self._stream = stream
        self._empty = True

    def write(self, record: Mapping[str, Any]) -> None:
        self._stream.write(("[\n" if self._empty else ",\n") + _json(record))
        self._empty = False
        self._stream.flush()

    def close(self) -> None:
        self._stream.write("[]\n" if self._empty else "\n]\n")
        self._stream.flush()


class _CsvRows:
    def __init__(self, stream: TextIO, types: Iterable[str]) -> None:
        from edm.pipeline.records import csv_columns

        self._stream = stream
        self._rows = csv.DictWriter(stream, csv_columns(types), extrasaction="ignore", lineterminator="\n")
        self._rows.writeheader()

    def write(self, record: Mapping[str, Any]) -> None:
        from edm.pipeline.records import flatten

        self._rows.writerow(flatten(record))
        self._stream.flush()

    def close(self) -> None:
        self._stream.flush()


class _YamlList:
    def __init__(self, stream: TextIO, types: Iterable[str]) -> None:
        import yaml

        self._stream = stream
        self._empty = True
        self._dump: Callable[..., Any] = yaml.dump
        # The one in C is ten times faster; not every build of the library has it.
        self._dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    def write(self, record: Mapping[str, Any]) -> None:
        # None lets short lists of numbers stand on one line; wide lines keep thousands of beats together.
        self._dump(
            [dict(record)],
            self._stream,
            Dumper=self._dumper,
            default_flow_style=None,
            allow_unicode=True,
            sort_keys=False,
            width=1000,
        )
        self._empty = False
        self._stream.flush()

    def close(self) -> None:
        if self._empty:
            self._stream.write("[]\n")
        self._stream.flush()


def _table(stream: TextIO, types: Iterable[str]) -> Writer:
    from edm.cli.table import TableRows

    return TableRows(stream, types)


FORMATS: dict[str, Callable[[TextIO, Iterable[str]], Writer]] = {
    "table": _table,
    "json": _JsonArray,
    "jsonl": _JsonLines,
    "csv": _CsvRows,
    "yaml": _YamlList,
}


def choose_format(asked: str, output: Path | None, *, flag_given: bool) -> str:
    """Name from `FORMATS`.

    Parameters
    ----------
    asked
        From the settings: a name, or ``auto``.
    output
        The file to write, None for standard output.
    flag_given
        Whether `asked` comes from the command line, which is stronger than a suffix; other settings are weaker.

    Raises
    ------
    InputError
        If the suffix of `output` says nothing and no format was named.
    """
    if output is None or str(output) == "-":
        if asked != "auto":
            return asked
        return "table" if console.is_terminal(console.data_stream()) else "jsonl"
    if flag_given and asked != "auto":
        return asked
    name = SUFFIXES.get(output.suffix.lower())
    if name is None:
        raise InputError(f"{output}: the suffix names no format", hint=f"valid: {', '.join(SUFFIXES)}; or say --format")
    return name


@contextmanager
def open_writer(output: Path | None, format_name: str, types: Iterable[str]) -> Iterator[Writer]:
    """A writer onto standard output, or onto a file that appears when the block ends.

    A file is written also when the block is left by an exception, with what is done; unless nothing is done.

    Raises
    ------
    InputError
        If `output` cannot be written; before any work is begun.
    """
    writer: _FileWriter | _StreamWriter
    if output is None or str(output) == "-":
        writer = _StreamWriter(console.data_stream(), format_name, types)
    else:
        writer = _FileWriter(output, format_name, types)
    try:
        yield writer
    except BrokenPipeError:
        # Nobody is left to read the end of the document.
        writer.discard()
        raise
    except BaseException:
        if writer.records:
            writer.close()
        else:
            writer.discard()
        raise
    writer.close()


class _StreamWriter:
    """Counts what goes through to a stream of somebody else."""

    def __init__(self, stream: TextIO, format_name: str, types: Iterable[str]) -> None:
        self._writer = FORMATS[format_name](stream, types)
        self.records = 0

    def write(self, record: Mapping[str, Any]) -> None:
        self._writer.write(record)
        self.records += 1

    def close(self) -> None:
        self._writer.close()

    def discard(self) -> None:
        pass


class _FileWriter(_StreamWriter):
    """Writes beside the target and moves the whole into its place."""

    def __init__(self, output: Path, format_name: str, types: Iterable[str]) -> None:
        if output.is_dir():
            raise InputError(f"{output} is a folder", hint="name a file")
        # A device or a pipe is not to be replaced by a file.
        self._in_place = output.exists() and not output.is_file()
        # Through a link to what it means: a rename would replace the link itself.
        self._target = output if self._in_place else output.resolve()
        self._partial = self._target if self._in_place else self._target.with_name(f".edm-{os.getpid()}.part")
        try:
            self._stream = self._partial.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        except OSError as exc:
            raise InputError(f"{output} cannot be written: {exc.strerror}", hint="its folder must exist") from exc
        super().__init__(self._stream, format_name, types)

    def close(self) -> None:
        super().close()
        with self._stream:
            self._stream.flush()
            if not self._in_place:
                os.fsync(self._stream.fileno())
        if not self._in_place:
            self._partial.replace(self._target)

    def discard(self) -> None:
        self._stream.close()
        if not self._in_place:
            self._partial.unlink(missing_ok=True)


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False)
