"""Sections from files, lists and tables: right ones are read, wrong ones are named by place and value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.annotation import AnnotatedSection
from edm.evaluation.readers import read_annotations
from edm.evaluation.readers.sections import read_sections, sections_of

REUSES_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


def read(folder: Path, text: str) -> list[tuple[float | None, float | None, str | None]]:
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return [(one.start_s, one.end_s, one.label) for one in read_sections(folder / "a.txt")]


@pytest.mark.parametrize(
    "text",
    [
        "0\t10.5\tintro\n10.5\t20\tdrop 2\n",
        "0,10.5,intro\n10.5,20,drop 2",
        "# by hand\nstart end label\n0 10.5 intro\n\n10.5 20 drop 2\r\n",
        "0\tintro\n10.5\tdrop 2\n20\n",
        "0.0 intro\n10.5 drop 2\n20 End\n",
        "0\t10.5\tintro\t\t\n10.5\t20\tdrop 2\t\n",
    ],
)
def test_a_file_of_sections_is_read_however_its_cells_are_apart(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == [(0.0, 10.5, "intro"), (10.5, 20.0, "drop 2")]


def test_a_file_without_lines_has_no_sections(tmp_path: Path) -> None:
    assert read(tmp_path, "\n# nothing\n") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 5 a\nx 9 b\n", "a.txt, line 2: start 'x' is no number"),
        ("0 5 a\n-1 9 b\n", "line 2: start '-1' is negative"),
        ("5 5 a\n", "line 1: a section cannot end at 5 and start at 5"),
        ("0 5 a\n4 9 b\n", "line 2: this section begins before the one above it ends"),
        ("3 5 a\n0 2 b\n", "line 2: this section begins before"),
        ("0 5 a\n5 b\n", "line 2: nobody says where this section ends"),
        ("5 a\n4 b\n9\n", "line 1: this section begins at 5 s, and the next at 4 s"),
        ("nan 5 a\n0 1 b\n", "line 1: start 'nan' is not finite"),
        ("0 1e999 a\n", "is not finite"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in caught.value.message


def test_lists_of_json_are_read() -> None:
    assert sections_of([[0, 5], [5, 9, "drop"]], "sections", "here") == (
        AnnotatedSection(0.0, 5.0),
        AnnotatedSection(5.0, 9.0, "drop"),
    )
    told = [{"start_s": 0, "label": "x", "energy": 0.5, "confidence": 1}, {"start": 4, "end": 8}]
    assert sections_of(told, "sections", "here") == (
        AnnotatedSection(0.0, 4.0, "x", energy=0.5),
        AnnotatedSection(4.0, 8.0),
    )
    assert sections_of([{"start_bar": 1}, {"start_bar": 9, "end_bar": 16}], "sections", "here") == (
        AnnotatedSection(None, None, None, 1, 8),
        AnnotatedSection(None, None, None, 9, 16),
    )
    assert sections_of([[0, 5], {"start_s": 5}], "sections", "here", duration_s=7.0) == (
        AnnotatedSection(0.0, 5.0),
        AnnotatedSection(5.0, 7.0),
    )
    assert sections_of(None, "sections", "here") is None
    assert sections_of([], "sections", "here") == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("intro", "sections 'intro' is no list of sections"),
        ([3], "sections 1: 3 is no section"),
        ([{"label": "x"}], "sections 1: a section needs a start"),
        ([{"start_bar": 0, "end_bar": 4}], "start_bar 0 is no bar"),
        ([{"start_bar": 1.5, "end_bar": 4}], "start_bar 1.5 is no bar"),
        ([{"start_bar": 5, "end_bar": 4}], "cannot end at 4 and start at 5 (bar)"),
        ([{"start_bar": 1}], "nobody says in which bar this section ends"),
        ([{"start_bar": 1, "end_bar": 4}, {"start_bar": 4, "end_bar": 8}], "sections 2: this section begins before"),
        ([[0, 5], {"start_bar": 4, "end_bar": 8}], "some sections of this track are in seconds, some in bars"),
        ([{"start_s": 0, "end_s": 5, "energy": 7}], "energy 7 is not from 0 to 1"),
    ],
)
def test_a_wrong_list_is_named(value: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        sections_of(value, "sections", "refs.json, item 1")
    assert caught.value.message.startswith("refs.json, item 1")
    assert said in caught.value.message


def test_a_table_of_sections_is_one_annotation_a_track(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "path;start;end;label;genre;by\na.mp3;0;5;intro;house;me\nb.mp3;0;9;verse;;me\na.mp3;5;9;drop;house;you\n"
    )
    a, b = read_annotations(tmp_path / "s.csv", task="structure").annotations
    assert (a.path, a.origin, a.fields) == ("a.mp3", "s.csv, row 2", {"genre": "house"})
    assert a.sections == (AnnotatedSection(0.0, 5.0, "intro"), AnnotatedSection(5.0, 9.0, "drop"))
    assert (b.path, b.fields, b.sections) == ("b.mp3", {"by": "me"}, (AnnotatedSection(0.0, 9.0, "verse"),))


def test_a_table_in_bars_lays_its_own_grid(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "path,start_bar,end_bar,label,bpm,first_downbeat_s,beats_per_bar\na,1,2,intro,120,0.5,3\na,3,4,drop,,,\n"
    )
    (row,) = read_annotations(tmp_path / "s.csv", task="structure").annotations
    assert row.downbeats_s is not None
    assert row.downbeats_s.tolist() == [0.5, 2.0, 3.5, 5.0, 6.5]
    assert row.bpm == 120.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,start,end,label\na,0,5,x\na,4,9,y\n", "s.csv, row 3: this section begins before"),
        ("path,start,end,label\na,0,five,x\n", "s.csv, row 2: end 'five' is no number"),
        ("path,start,end,label\na,,5,x\n", "s.csv, row 2: a section needs a start"),
        ("path,start,end,label\n,0,5,x\n", "s.csv, row 2: names no track"),
        ("path,bpm\na,120\n", "no column is called start_s, start, start_bar, sections_file or drops_file"),
        ("path,start_bar,end_bar,bpm,first_downbeat_s,beats_per_bar\na,1,2,120,0,99\n", "beats_per_bar '99'"),
        ("path,start_bar,end_bar,bpm,first_downbeat_s\na,1,2,120,-1\n", "first_downbeat_s '-1' is negative"),
        ("path,sections_file\na,gone.txt\n", "row 2: sections_file 'gone.txt'"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_annotations(tmp_path / "s.csv", task="structure")
    assert said in caught.value.message


def test_our_own_records_are_estimates(tmp_path: Path) -> None:
    record = {
        "path": "a.mp3",
        "status": "ok",
        "sections": [{"start_s": 0, "end_s": 9, "start_bar": 1, "end_bar": 4, "label": "drop", "energy": 1}],
        "drops": [{"time_s": 0.5, "bar": 1, "confidence": 0.9}],
        "energy": 7,
        "energy_times_s": [0, 2],
        "energy_curve": [0.5, 1.0],
        "key": "F# minor",
        "key_confidence": 0.8,
        "key_runner_up": "A major",
    }
    (tmp_path / "e.jsonl").write_text(json.dumps(record))
    (row,) = read_annotations(tmp_path / "e.jsonl", task="structure").annotations
    assert row.sections == (AnnotatedSection(0.0, 9.0, "drop", 1, 4, 1.0),)
    assert row.drops_s is not None
    assert row.energy is not None
    assert (row.drops_s.tolist(), row.energy.times_s.tolist(), row.energy.values.tolist()) == ([0.5], [0, 2], [0.5, 1])
    (row,) = read_annotations(tmp_path / "e.jsonl", task="key").annotations
    assert row.key is not None
    assert row.key_runner_up is not None
    assert (row.key.name, row.key_confidence, row.key_runner_up.name) == ("F# minor", 0.8, "A major")
    for times, curve, said in (
        ([0], [0.5, 1.0], "line 1: 1 energy_times_s, and not as many values in energy_curve"),
        ([0, 2], [0.5, None], "line 1: energy_curve holds a value that is no number"),
        ([0, 2], [0.5, 7], "line 1: energy_curve 7 is not from 0 to 1"),
    ):
        (tmp_path / "e.jsonl").write_text(json.dumps(record | {"energy_times_s": times, "energy_curve": curve}))
        with pytest.raises(InputError, match=said):
            read_annotations(tmp_path / "e.jsonl", task="structure")


def test_a_plain_confidence_is_the_keys_where_there_is_no_tempo(tmp_path: Path) -> None:
    for columns, value in (("path,key,confidence\na,8A,0.5\n", 0.5), ("path,key,bpm,confidence\na,8A,120,0.5\n", None)):
        (tmp_path / "k.csv").write_text(columns)
        assert read_annotations(tmp_path / "k.csv", task="key").annotations[0].key_confidence == value


@pytest.mark.parametrize("value", ["none", "-", "N/A", "X"])
def test_what_is_no_key_is_none(tmp_path: Path, value: str) -> None:
    (tmp_path / "k.json").write_text(json.dumps({"a.mp3": value, "b.mp3": "Abm"}))
    first, second = read_annotations(tmp_path / "k.json", task="key").annotations
    assert first.key is None
    assert second.key is not None


def test_cues_of_rekordbox_begin_sections(tmp_path: Path) -> None:
    def of(marks: str, total: str = 'TotalTime="100"') -> tuple[AnnotatedSection, ...] | None:
        (tmp_path / "r.xml").write_text(
            f'<DJ_PLAYLISTS><COLLECTION><TRACK Location="a" {total}>{marks}</TRACK></COLLECTION></DJ_PLAYLISTS>'
        )
        return (
            read_annotations(tmp_path / "r.xml", task="structure", on_warning=warnings.append).annotations[0].sections
        )

    warnings: list[str] = []
    marks = (
        '<POSITION_MARK Name="Drop" Type="0" Start="60.01" Num="1"/>'
        '<POSITION_MARK Name="Intro" Type="0" Start="0.2" Num="-1"/>'
        '<POSITION_MARK Name="drop" Type="0" Start="60.02" Num="-1"/>'
        '<POSITION_MARK Name="Loop" Type="4" Start="80" End="84" Num="2"/>'
        '<POSITION_MARK Name="" Type="0" Start="90" Num="3"/>'
        '<POSITION_MARK Name="late" Type="0" Start="200" Num="4"/>'
    )
    assert of(marks) == (AnnotatedSection(0.2, 60.01, "Intro"), AnnotatedSection(60.01, 100.0, "Drop"))
    late = '<POSITION_MARK Name="Drop" Type="0" Start="60"/>'
    assert of(late) == (AnnotatedSection(0.0, 60.0), AnnotatedSection(60.0, 100.0, "Drop"))
    assert of("") is None
    assert warnings == []
    assert of(late, "") is None
    assert warnings == ["r.xml, line 1: has no TotalTime, so its last section has no end"]
    with pytest.raises(InputError, match="line 1: Start 'x' is no number"):
        of('<POSITION_MARK Name="Drop" Type="0" Start="x"/>')


def test_keys_of_jams_are_those_that_last_longest(tmp_path: Path) -> None:
    def key_of(*told: tuple[str, float]) -> str | None:
        data = [{"time": 0, "duration": seconds, "value": value, "confidence": 0.5} for value, seconds in told]
        (tmp_path / "a.jams").write_text(json.dumps({"annotations": [{"namespace": "key_mode", "data": data}]}))
        key = read_annotations(tmp_path / "a.jams", task="key").annotations[0].key
        return None if key is None else key.name

    assert key_of(("C:major", 10), ("A:minor", 20), ("C:major", 11)) == "C major"
    assert key_of(("A:aeolian", 5)) == "A minor"
    assert key_of(("D:dorian", 5), ("N", 9)) is None
    with pytest.raises(InputError, match="key_mode: value 'H:major' is no key"):
        key_of(("H:major", 5))


@REUSES_FOLDER
@given(st.text(alphabet="0123456789.\t ,-#\nendgoaxé", max_size=80))
def test_any_file_is_read_or_refused_in_one_line(tmp_path: Path, text: str) -> None:
    message, sections = "one line", []
    try:
        sections = read(tmp_path, text)
    except InputError as exc:
        message = exc.message
    assert len(message.splitlines()) == 1
    for start_s, end_s, _ in sections:
        assert start_s is not None
        assert end_s is not None
        assert 0 <= start_s < end_s


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["start_s", "end_s", "start", "end", "start_bar", "end_bar", "label", "energy", "x"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_any_list_is_read_or_refused_in_one_line(value: object) -> None:
    message = "one line"
    try:
        sections_of(value, "sections", "here")
    except InputError as exc:
        message = exc.message
    assert len(message.splitlines()) == 1


@REUSES_FOLDER
@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=10), st.sampled_from(["\t", ",", " "]))
def test_what_is_written_is_read_again(tmp_path: Path, lengths_ms: list[int], sign: str) -> None:
    edges = [sum(lengths_ms[:count]) / 1000 for count in range(len(lengths_ms) + 1)]
    told = [(edges[n], edges[n + 1], f"part {n}") for n in range(len(lengths_ms))]
    assert read(tmp_path, "".join(f"{a}{sign}{b}{sign}{name}\n" for a, b, name in told)) == told
