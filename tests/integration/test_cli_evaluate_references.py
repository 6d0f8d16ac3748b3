"""References of every kind, through ``edm evaluate`` as a program; nothing is analysed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from mutagen.flac import FLAC

from edm.evaluation.readers import FORMATS, TAGS
from sounds import RATE, silence, write_audio
from tests.integration import cli_program

NAME = "a 100% ä"
BPM = 124.5
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "results.schema.json").read_text(encoding="utf-8"))
SECONDS = 12.0
BEATS_S = [float(time) for time in np.round(np.arange(0.25, SECONDS, 60 / BPM), 6)]
POSITIONS = [number % 4 + 1 for number in range(len(BEATS_S))]

edm = partial(cli_program.edm, own_cache=False)


# A section a bar, in seconds and in bars; the first bar begins late.
BARS_S = [*BEATS_S[::4], SECONDS]
OURS = {"intro": "intro", "Chorus 1": "drop", "break": "breakdown"}
NAMES = ["intro", "Chorus 1", "break"]
LABELS = [NAMES[number % 3] for number in range(len(BARS_S) - 1)]
SECTIONS = [(BARS_S[number], BARS_S[number + 1], name) for number, name in enumerate(LABELS)]


def as_csv(folder: Path) -> str:
    (folder / "a.beats.txt").write_text("".join(f"{time}\n" for time in BEATS_S))
    (folder / "a.downbeats.txt").write_text("".join(f"{time}\n" for time in BEATS_S[::4]))
    (folder / "a.sections.txt").write_text("".join(f"{start}\t{end}\t{name}\n" for start, end, name in SECTIONS))
    text = (
        "path,bpm,key,beats_file,downbeats_file,sections_file\n"
        f"{NAME}.flac,{BPM},8A,a.beats.txt,a.downbeats.txt,a.sections.txt\n"
    )
    (folder / "ref.csv").write_text(text, encoding="utf-8")
    return "ref.csv"


def as_json(folder: Path) -> str:
    row = {"path": f"{NAME}.flac", "bpm": BPM, "beats_s": BEATS_S, "downbeats_s": BEATS_S[::4], "key": "Am"}
    row["sections"] = [list(section) for section in SECTIONS]
    (folder / "ref.json").write_text(json.dumps([row]))
    return "ref.json"


def as_jsonl(folder: Path) -> str:
    row = {"path": f"{NAME}.flac", "bpm": BPM, "beats_s": BEATS_S, "beat_positions": POSITIONS, "key": "1m"}
    row["sections"] = [{"start_s": start, "end_s": end, "label": name} for start, end, name in SECTIONS]
    (folder / "ref.jsonl").write_text(json.dumps(row) + "\n")
    return "ref.jsonl"


def as_rekordbox(folder: Path) -> str:
    (folder / "ref.xml").write_text(
        '<DJ_PLAYLISTS Version="1.0.0"><COLLECTION Entries="1">'
        '<TRACK Location="file://localhost/C:/Music/a%20100%25%20%C3%A4.flac" TotalTime="12" '
        f'AverageBpm="{BPM}" Tonality="Am"><TEMPO Inizio="0.250" Bpm="{BPM}" Metro="4/4" Battito="1"/>'
        + "".join(f'<POSITION_MARK Name="{name}" Type="0" Start="{start}" Num="-1"/>' for start, _, name in SECTIONS)
        + "</TRACK>"
        "</COLLECTION></DJ_PLAYLISTS>"
    )
    return "ref.xml"


def as_jams(folder: Path) -> str:
    beats = [
        {"time": time, "duration": 0.0, "value": position, "confidence": None}
        for time, position in zip(BEATS_S, POSITIONS, strict=True)
    ]
    tempo = [{"time": 0.0, "duration": SECONDS, "value": BPM, "confidence": 1.0}]
    segments = [{"time": start, "duration": end - start, "value": name} for start, end, name in SECTIONS]
    key = [{"time": 0.0, "duration": SECONDS, "value": "A:minor"}]
    document = {
        "file_metadata": {"duration": SECONDS, "identifiers": {"filename": f"{NAME}.flac"}},
        "annotations": [
            {"namespace": "tempo", "data": tempo},
            {"namespace": "beat", "data": beats},
            {"namespace": "segment_open", "data": segments},
            {"namespace": "key_mode", "data": key},
        ],
    }
    (folder / "ref.jams").write_text(json.dumps(document))
    return "ref.jams"


def as_folder_of_bpm(folder: Path) -> str:
    (folder / "tempi").mkdir()
    # As a Mac stores it.
    (folder / "tempi" / (unicodedata.normalize("NFD", NAME) + ".bpm")).write_text(f"{BPM}\n")
    return "tempi"


def as_folder_of_beats(folder: Path) -> str:
    (folder / "beats").mkdir()
    text = "".join(f"{time} {position}\n" for time, position in zip(BEATS_S, POSITIONS, strict=True))
    (folder / "beats" / f"{NAME}.beats.txt").write_text(text)
    return "beats"


def as_folder_of_keys(folder: Path) -> str:
    (folder / "keys").mkdir()
    (folder / "keys" / f"{NAME}.key").write_text("A minor\n")
    return "keys"


def as_tags(folder: Path) -> str:
    tagged = FLAC(folder / "music" / f"{NAME}.flac")
    tagged["bpm"] = str(BPM)
    tagged["initialkey"] = "8A"
    tagged.save()
    return TAGS


WRITERS: dict[str, Callable[[Path], str]] = {
    "csv": as_csv,
    "json": as_json,
    "jsonl": as_jsonl,
    "rekordbox": as_rekordbox,
    "jams": as_jams,
    "bpm": as_folder_of_bpm,
    "key": as_folder_of_keys,
    "beats": as_folder_of_beats,
    TAGS: as_tags,
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """One track, and estimates of it that are right but for the octave."""
    write_audio(tmp_path / "music" / f"{NAME}.flac", silence(SECONDS), RATE)
    estimate = {"path": f"{NAME}.flac", "bpm": 2 * BPM, "beats_s": BEATS_S, "beat_positions": POSITIONS}
    drops = [{"time_s": start, "bar": 1, "confidence": 0.5} for start, _, name in SECTIONS if name == "Chorus 1"]
    sections = [
        {"start_s": start, "end_s": end, "label": OURS[name], "energy": 0.5, "confidence": 1.0}
        for start, end, name in SECTIONS
    ]
    estimate |= {"sections": sections, "drops": drops, "key": "C major", "key_confidence": 0.75}
    estimate |= {"key_runner_up": "A minor"}
    (tmp_path / "est.jsonl").write_text(json.dumps(estimate) + "\n")
    return tmp_path


def scored(place: Path, task: str, *references: str) -> tuple[int, dict[str, Any], str]:
    named = [part for reference in references for part in ("-r", reference)]
    done = edm("evaluate", task, *named, "-s", "music", "-e", "est.jsonl", "-q", "-f", "json", home=place)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def test_every_format_of_the_table_is_tested_here() -> None:
    assert set(WRITERS) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_tempo_of_every_format_that_carries_it(place: Path, name: str) -> None:
    code, document, said = scored(place, "bpm", WRITERS[name](place))
    if "bpm" not in FORMATS[name].carries:
        assert (code, "gives no tempo" in said) == (2, True)
        return
    assert (code, said) == (0, "")
    (row,) = document["tracks"]
    assert (row["reference_bpm"], row["confusion"], row["accuracy2"]) == (BPM, "2", 1.0)
    assert row["duration_s"] == pytest.approx(SECONDS)
    assert row["audio"].endswith(f"{NAME}.flac")


@pytest.mark.parametrize("name", FORMATS)
def test_beats_of_every_format_that_carries_them(place: Path, name: str) -> None:
    code, document, said = scored(place, "beats", WRITERS[name](place))
    if "beats" not in FORMATS[name].carries:
        assert (code, "gives no beats" in said) == (2, True)
        return
    assert (code, said) == (0, "")
    (row,) = document["tracks"]
    assert (row["f_measure_20ms"], row["downbeat_f_measure"], row["downbeat_position_error"]) == (1.0, 1.0, 0.0)
    assert row["reference_beats"] == len(BEATS_S)


@pytest.mark.parametrize("name", FORMATS)
def test_structure_of_every_format_that_carries_it(place: Path, name: str) -> None:
    code, document, said = scored(place, "structure", WRITERS[name](place))
    if "sections" not in FORMATS[name].carries:
        assert code == 2
        assert "gives no sections" in said or "tell nothing of structure" in said
        return
    assert (code, said) == (0, "")
    (row,) = document["tracks"]
    assert (row["boundary_f_0p5s"], row["drop_f_1_bar"], row["drop_precision_3s"]) == (1.0, 1.0, 1.0)
    assert row["label_accuracy"] == pytest.approx(1.0)
    assert row["boundaries_on_bars"] == 1.0
    jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize("name", FORMATS)
def test_keys_of_every_format_that_carries_them(place: Path, name: str) -> None:
    code, document, said = scored(place, "key", WRITERS[name](place))
    if "key" not in FORMATS[name].carries:
        assert code == 2
        assert "gives no key" in said
        return
    assert (code, said) == (0, "")
    (row,) = document["tracks"]
    assert (row["reference_key"], row["relation"], row["key_weighted"]) == ("A minor", "relative", 0.3)
    assert (row["key_compatible"], row["key_in_top2"], row["confidence"]) == (1.0, 1.0, 0.75)
    jsonschema.validate(document, SCHEMA)


def test_a_table_may_have_a_row_for_each_section_in_seconds_or_in_bars(place: Path) -> None:
    seconds = "".join(f"{NAME}.flac,{start},{end},{name},house\n" for start, end, name in SECTIONS)
    (place / "s.csv").write_text(f"path,start,end,label,genre\n{seconds}", encoding="utf-8")
    bars = "".join(f"{NAME}.flac,{bar},{bar},{name}\n" for bar, (_, _, name) in enumerate(SECTIONS, 1))
    (place / "bars.csv").write_text(f"path,start_bar,end_bar,label\n{bars}", encoding="utf-8")
    for reference in ("s.csv", "bars.csv"):
        code, document, said = scored(place, "structure", reference)
        assert (code, said) == (0, "")
        (row,) = document["tracks"]
        assert (row["reference_sections"], row["boundary_f_half_bar"], row["drop_f_1_bar"]) == (len(SECTIONS), 1.0, 1.0)


def test_several_references_are_scored_together_and_apart(place: Path) -> None:
    (place / "two.csv").write_text("path,bpm\nb.mp3,100\n")
    rows = [{"path": f"{NAME}.flac", "bpm": BPM}, {"path": "b.mp3", "bpm": 150.0}]
    (place / "est.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, document, _ = scored(place, "bpm", as_json(place), "two.csv")
    assert code == 0
    assert [row["reference"] for row in document["tracks"]] == ["ref.json", "two.csv"]
    assert document["summary"]["accuracy1"] == 0.5
    apart = {name: part["summary"]["accuracy1"] for name, part in document["groups"]["reference"].items()}
    assert apart == {"ref.json": 1.0, "two.csv": 0.0}


def test_a_track_that_two_references_name_has_a_reason_and_is_not_scored_twice(place: Path) -> None:
    (place / "two.csv").write_text(f"path,bpm\n{NAME}.flac,100\nb.mp3,100\n", encoding="utf-8")
    rows = [{"path": f"{NAME}.flac", "bpm": BPM}, {"path": "b.mp3", "bpm": 100.0}]
    (place / "est.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, document, _ = scored(place, "bpm", as_json(place), "two.csv")
    assert code == 0
    assert document["matching"]["matched"] == 1
    assert {one["path"] for one in document["matching"]["unmatched"]} == {f"{NAME}.flac"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("path,bpm\n", "no track in it"),
        ("path,bpm\na.flac,fast\n", "row 2: bpm 'fast'"),
        ("path,bpm\na.flac,-3\n", "row 2: bpm '-3'"),
        ("path,bpm\na.flac,1e300\n", "row 2: bpm '1e300'"),
        ("path,bpm\na.flac,120\na.flac,121\n", "row 3"),
        ("path,bpm,beats_file\na.flac,120,gone.txt\n", "gone.txt"),
    ],
)
def test_a_bad_reference_is_named_by_row_and_value(place: Path, text: str, said: str) -> None:
    (place / "bad.csv").write_text(text)
    code, document, told = scored(place, "beats", "bad.csv")
    assert (code, document) == (2, {})
    assert said in told


def test_a_folder_called_like_a_table_is_no_table(place: Path) -> None:
    (place / "folder.csv").mkdir()
    code, _, said = scored(place, "bpm", "folder.csv")
    assert code == 2
    assert "no kind that we read" in said


@pytest.mark.parametrize("format_name", ["json", "yaml", "jsonl", "csv", "table"])
def test_formats_are_shown(tmp_path: Path, format_name: str) -> None:
    done = edm("evaluate", "formats", "--format", format_name, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in FORMATS)
