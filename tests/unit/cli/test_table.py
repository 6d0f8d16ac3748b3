"""The table: aligned, within its width, whatever the names."""

from __future__ import annotations

import dataclasses
import io

import pytest
from rich.cells import cell_len

from edm.cli import table
from edm.cli.table import TableRows, shorten_middle
from edm.model import Drop
from edm.pipeline.records import to_record
from tests.unit.pipeline.samples import LAYOUT, analysed, failed, silent

BOTH = ("bpm", "beats")
ALL = (*BOTH, "structure", "key", "loudness")
NAMES = [
    "a.wav",
    "a very long name that goes on and on until nothing is left of the line (extended mix).flac",
    "日本語のとても長い名前のトラックがここにあります、そしてまだ続く.mp3",
    "[red]not markup[/red].wav",
    "new\nline and \x1b[31mescape.wav",
]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("types", [ALL, BOTH, ("bpm",), ("beats",), ("structure", "key")])
@pytest.mark.parametrize("name", NAMES)
def test_every_line_fits(monkeypatch: pytest.MonkeyPatch, width: int, types: tuple[str, ...], name: str) -> None:
    monkeypatch.setattr(table, "_WIDTH_ELSEWHERE", width)
    stream = io.StringIO()
    rows = TableRows(stream, types)
    for result in (analysed(name, fallback="no networks"), silent(), failed(name)):
        rows.write(to_record(result, types))
    rows.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4
    assert max(cell_len(line) for line in lines) <= width
    assert all(char.isprintable() for line in lines for char in line)


def test_the_numbers_are_under_their_titles() -> None:
    stream = io.StringIO()
    TableRows(stream, BOTH).write(to_record(analysed(), BOTH))
    titles, line = stream.getvalue().splitlines()
    assert line.index("125.000") + 7 == titles.index("BPM") + 3
    assert line.index("constant") == titles.index("tempo")
    assert line.index("locked") == titles.index("grid")
    assert line.startswith("track.flac")
    assert "tag 125" in line


def test_drops_energy_key_and_loudness_have_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_WIDTH_ELSEWHERE", 80)
    stream = io.StringIO()
    TableRows(stream, ALL).write(to_record(analysed(), ALL))
    titles, line = stream.getvalue().splitlines()
    assert titles.split() == ["track", "BPM", "conf", "grid", "drops", "E", "key", "LUFS", "note"]
    assert line.split()[:8] == ["track.flac", "125.000", "0.99", "locked", "2", "7", "F#m", "-9.9"]


@pytest.mark.parametrize(
    ("bars", "text"),
    [([], "–"), ([33], "33"), ([33, 97], "33 97"), ([33, 97, 161], "33 97…"), ([None, None], "2×"), ([12345678], "1×")],
)
def test_drops_are_told_by_their_bars_as_far_as_there_is_room(bars: list[int | None], text: str) -> None:
    drops = tuple(Drop(1.0 + number, bar, 0.5) for number, bar in enumerate(bars))
    result = dataclasses.replace(
        analysed(), value=dataclasses.replace(analysed().value, structure=dataclasses.replace(LAYOUT, drops=drops))
    )
    stream = io.StringIO()
    TableRows(stream, ("structure",)).write(to_record(result, ("structure",)))
    titles, line = stream.getvalue().splitlines()
    start = titles.index("drops")
    assert line[start : start + 7].strip() == text


def test_silence_shows_dashes_and_failure_its_reason() -> None:
    stream = io.StringIO()
    rows = TableRows(stream, BOTH)
    rows.write(to_record(silent(), BOTH))
    rows.write(to_record(failed(), BOTH))
    _, quiet, bad = stream.getvalue().splitlines()
    assert "–" in quiet
    assert "none" in quiet
    assert bad.split(maxsplit=1)[1] == "failed: no decoder takes it"


def test_a_fallback_is_noted() -> None:
    stream = io.StringIO()
    result = analysed(fallback="no networks")
    result = dataclasses.replace(result, value=dataclasses.replace(result.value, detector="flux"))
    TableRows(stream, BOTH).write(to_record(result, BOTH))
    assert "flux!" in stream.getvalue()


@pytest.mark.parametrize("name", NAMES[:3])
@pytest.mark.parametrize("width", [1, 2, 5, 20, 33])
def test_a_shortened_name_keeps_both_ends(name: str, width: int) -> None:
    short = shorten_middle(name, width)
    assert cell_len(short) <= width
    if 5 < width < cell_len(name):
        assert short[0] == name[0]
        assert short[-1] == name[-1]
