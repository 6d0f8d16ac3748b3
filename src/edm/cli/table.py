"""Records as lines of a table, as wide as the terminal, each line as soon as its track is done.

The columns have fixed widths, so that no line waits for a later one; the name of the track, shortened in its middle,
and the note share what the others leave.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from edm.cli import console

__all__ = ["TableRows", "shorten_middle"]

_GAP = 2
# Title, width, aligned to the right.
_COLUMNS = {
    "bpm": ("BPM", 7, True),
    "confidence": ("conf", 4, True),
    "stability": ("tempo", 8, False),
    "first_beat": ("1st beat", 8, True),
    "verdict": ("grid", 8, False),
    "drops": ("drops", 7, False),
    "energy": ("E", 2, True),
    "key": ("key", 3, False),
    "loudness": ("LUFS", 5, True),
}
_TYPE_COLUMNS = {
    "bpm": ("bpm", "confidence", "stability"),
    "beats": ("first_beat", "verdict"),
    "structure": ("drops", "energy"),
    "key": ("key",),
    "loudness": ("loudness",),
}
# Left out, in this order, where there is no room for them: the grid's verdict tells most of it.
_DISPENSABLE = ("stability", "first_beat")
_NARROWEST_TRACK = 20
_WIDEST_TRACK = 60
_NARROWEST_NOTE = 8
# A file or a pipe has no width.
_WIDTH_ELSEWHERE = 120
_BEST_DETECTOR = "network"
_STYLES = {"locked": "green", "variable": "yellow", "unsure": "magenta", "failed": "red"}


class TableRows:
    """A `Writer` (see `edm.cli.output`) for people."""

    def __init__(self, stream: TextIO, types: Iterable[str]) -> None:
        self._stream = stream
        self._terminal = console.is_terminal(stream)
        width = shutil.get_terminal_size().columns if self._terminal else _WIDTH_ELSEWHERE
        self._console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
        self._columns = _fitting([column for name in types for column in _TYPE_COLUMNS.get(name, ())], width)
        room = max(width - _fixed_width(self._columns), _NARROWEST_TRACK + _NARROWEST_NOTE)
        self._track_width = max(_NARROWEST_TRACK, min(_WIDEST_TRACK, round(room * 0.7)))
        self._note_width = room - self._track_width
        self._begun = False

    def write(self, record: Mapping[str, Any]) -> None:
        """Add one line; the titles before the first."""
        if not self._begun:
            self._begun = True
            self._titles()
        line = Text(no_wrap=True)
        line.append(_fit(shorten_middle(_name(record["path"]), self._track_width), self._track_width))
        if record["status"] == "failed":
            reason = console.one_line(_without_path(record["error"]["message"], record["path"]))
            width = self._console.width - self._track_width - _GAP
            line.append(" " * _GAP + _cut(f"failed: {reason}", width), _STYLES["failed"])
        else:
            cells = _cells(record)
            for column in self._columns:
                _, width, right = _COLUMNS[column]
                line.append(" " * _GAP + _fit(cells[column], width, right=right), _STYLES.get(cells[column], ""))
            line.append(" " * _GAP + _cut(_note(record), self._note_width), "dim")
        line.rstrip()
        self._print(line)

    def close(self) -> None:
        """Nothing is open."""
        self._stream.flush()

    def _titles(self) -> None:
        line = Text(no_wrap=True, style="bold")
        line.append(_fit("track", self._track_width))
        for column in self._columns:
            title, width, right = _COLUMNS[column]
            line.append(" " * _GAP + _fit(title, width, right=right))
        line.append(" " * _GAP + "note")
        self._print(line)

    def _print(self, line: Text) -> None:
        with self._console.capture() as rendered:
            self._console.print(line, soft_wrap=True)
        # A live board on the same terminal puts itself in the place of sys.stdout, to let lines pass above it.
        stream = sys.stdout if self._terminal else self._stream
        stream.write(rendered.get())
        stream.flush()


def shorten_middle(text: str, width: int) -> str:
    """`text` in at most `width` cells: its beginning and its end, which tells tracks of one album apart."""
    if cell_len(text) <= width:
        return text
    head = set_cell_size(text, (width - 1) // 2).rstrip()
    tail_width = width - 1 - cell_len(head)
    tail = text[-tail_width:] if tail_width else ""
    while cell_len(tail) > tail_width:
        tail = tail[1:]
    return f"{head}…{tail}"


def _fixed_width(columns: Iterable[str]) -> int:
    return sum(_COLUMNS[column][1] + _GAP for column in columns) + _GAP


def _fitting(columns: list[str], width: int) -> list[str]:
    for column in _DISPENSABLE:
        if column in columns and width - _fixed_width(columns) < _NARROWEST_TRACK + _NARROWEST_NOTE:
            columns = [other for other in columns if other != column]
    return columns


def _name(path: str) -> str:
    return console.one_line(PurePath(path).name or path)


def _cells(record: Mapping[str, Any]) -> dict[str, str]:
    grid = record.get("grid") or {}
    bpm, confidence, first = record.get("bpm"), record.get("bpm_confidence"), grid.get("first_beat_s")
    energy, loudness = record.get("energy"), record.get("loudness_lufs")
    return {
        "bpm": "–" if bpm is None else f"{bpm:.3f}",
        "confidence": "–" if confidence is None else f"{confidence:.2f}",
        "stability": record.get("tempo_stability") or "–",
        "first_beat": "–" if first is None else f"{first:.3f}",
        "verdict": grid.get("verdict") or "–",
        "drops": _drops(record.get("drops") or ()),
        "energy": "–" if energy is None else str(energy),
        "key": _short_key(record.get("key")),
        "loudness": "–" if loudness is None else f"{loudness:.1f}",
    }


def _drops(drops: Sequence[Mapping[str, Any]]) -> str:
    """Where they begin, in bars; the first ones, where there are many."""
    bars = [str(drop["bar"]) for drop in drops if drop["bar"] is not None]
    width = _COLUMNS["drops"][1]
    while bars and len(" ".join(bars)) > width - (len(bars) < len(drops)):
        bars.pop()
    if not bars:
        return str(len(drops)) + "×" if drops else "–"
    return " ".join(bars) + ("…" if len(bars) < len(drops) else "")


def _short_key(key: str | None) -> str:
    """``Am`` for ``A minor``, ``A`` for ``A major``; other notations are short."""
    return "–" if key is None else key.removesuffix(" major").replace(" minor", "m")


def _note(record: Mapping[str, Any]) -> str:
    notes = []
    if record["fallback"] and record["detector"] not in (None, _BEST_DETECTOR):
        notes.append(f"{record['detector']}!")
    if record.get("bpm_source") == "tag":
        notes.append("from tag")
    elif record.get("tag_bpm") is not None:
        notes.append(f"tag {record['tag_bpm']:g}")
    notes += record["warnings"]
    return console.one_line(", ".join(notes))


def _without_path(message: str, path: str) -> str:
    return message.removeprefix(f"{path}: ")


def _fit(text: str, width: int, *, right: bool = False) -> str:
    padding = " " * max(0, width - cell_len(text))
    return padding + text if right else text + padding


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip() + "…"
