"""Whatever a file holds, it is read as annotations that make sense or refused in one line; no row is mixed up."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.readers import FORMATS, read_annotations
from edm.evaluation.readers.rows import NAMES, NAMES_OF_TASK
from edm.evaluation.readers.sections import SECTION_NAMES
from edm.evaluation.readers.values import MAX_BPM

# The folder is emptied of what an example wrote by the next one, which writes the same names.
REUSES_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)

FILES = {
    "csv": "refs.csv",
    "json": "refs.json",
    "jsonl": "refs.jsonl",
    "rekordbox": "refs.xml",
    "jams": "a.jams",
    "bpm": "f/a.bpm",
    "beats": "f/a.beats.txt",
    "key": "f/a.key",
    "unknown": "refs",
}
EXAMPLES = {name: row.example.encode() for name, row in FORMATS.items()} | {"unknown": b""}
MORE = {
    "csv": b"path;bpm;confidence;bpm_alternatives;duration_s;status;error_type\na;1;0.5;64; 0;ok;\n",
    "json": b'{"a": {"beats": [1, 2.5], "beat_positions": [1, 2]}, "b": 3}',
    "jams": b'{"annotations": [{"namespace": "beat", "data": {"time": [1, 2], "value": [1, 2]}}]}',
    "rekordbox": b'<DJ_PLAYLISTS><COLLECTION><TRACK Location="a" TotalTime="9"><TEMPO Inizio="1" Bpm="99"/>'
    b'<TEMPO Inizio="2" Bpm="9" Metro="3/4" Battito="2"/></TRACK></COLLECTION></DJ_PLAYLISTS>',
}
OF_LAYOUT = {
    "csv": b"path,start,end,label,energy,key\na,0,5,intro,0.5,8A\na,5,9,drop,1,8A\nb,0,9,x,,\n",
    "json": b'{"a": {"sections": [{"start_bar": 1, "end_bar": 4}], "drops": [1, 2.5], "key": "Am"}, "b": "8A"}',
    "jsonl": b'{"path": "a", "sections": [[0, 5, "x"]], "energy_times_s": [0, 1], "energy_curve": [0, 1], "key": "1m"}',
    "jams": b'{"annotations": [{"namespace": "segment_open", "data": [{"time": 0, "duration": 3, "value": "x"}]}, '
    b'{"namespace": "key_mode", "data": [{"time": 0, "duration": 3, "value": "A:minor"}]}]}',
    "rekordbox": b'<DJ_PLAYLISTS><COLLECTION><TRACK Location="a" TotalTime="9" Tonality="Am">'
    b'<POSITION_MARK Name="x" Type="0" Start="3"/></TRACK></COLLECTION></DJ_PLAYLISTS>',
}
TASKS = st.sampled_from(sorted(METRICS))
# What turns good files into odd ones.
WORDS = rb"9999999 1e999 NaN null true &x; \ud800 \u0000 path bpm beats_s <!DOCTYPE 1_0".split()
MARKS = [b"", b"\0", b"\n", b"\r", b" ", b"\t", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"9" * 400]
SIGNS = [bytes([sign]) for sign in b"\"',;#-0[]{}<>&.:/"]
TOKENS = st.sampled_from([*WORDS, *MARKS, *SIGNS])


def sane(annotation: Annotation) -> bool:
    """Whether every number is one, and within its limits."""
    instants = (annotation.beats_s, annotation.downbeats_s, annotation.drops_s)
    times = [times for times in instants if times is not None]
    sections = annotation.sections or ()
    shares = [annotation.confidence, *(other.score for other in annotation.alternatives)]
    tempos = [annotation.bpm, *(other.bpm for other in annotation.alternatives)]
    return (
        bool(annotation.path.strip())
        and "\0" not in annotation.path
        and all(bpm is None or 0 < bpm <= MAX_BPM for bpm in tempos)
        and all(share is None or 0 <= share <= 1 for share in shares)
        and (annotation.duration_s is None or 0 < annotation.duration_s < math.inf)
        and all(np.all(np.isfinite(one)) and np.all(one >= 0) and np.all(np.diff(one) > 0) for one in times)
        and all(one.start_bar is not None or one.start_s is not None for one in sections)
        and all(one.start_s is None or 0 <= one.start_s < (one.end_s or 0) < math.inf for one in sections)
        and all(isinstance(text, str) and text for text in annotation.fields.values())
    )


def read_or_refuse(folder: Path, kind: str, content: bytes, task: Task = "beats") -> None:
    path = folder / FILES[kind]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    try:
        found = read_annotations(path.parent if kind in ("bpm", "beats", "key") else path, task=task)
    except InputError as exc:
        message = exc.message
        found = None
    if found is None:
        assert len(message.splitlines()) == 1
        return
    assert all(sane(annotation) for annotation in found.annotations)
    assert len({annotation.path for annotation in found.annotations}) == len(found.annotations)


@pytest.mark.parametrize("kind", FILES)
@REUSES_FOLDER
@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    task=TASKS,
)
def test_arbitrary_content_is_read_or_refused(kind: str, content: bytes, task: Task, tmp_path: Path) -> None:
    read_or_refuse(tmp_path, kind, content, task)


@pytest.mark.parametrize("kind", FILES)
@REUSES_FOLDER
@given(data=st.data())
def test_good_files_with_damage_are_read_or_refused(kind: str, data: st.DataObject, tmp_path: Path) -> None:
    good = [example for example in (EXAMPLES[kind], MORE.get(kind), OF_LAYOUT.get(kind)) if example is not None]
    content = data.draw(st.sampled_from(good if kind != "unknown" else list(EXAMPLES.values())))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 6)))
        content = content[:start] + data.draw(TOKENS) + content[end:]
    read_or_refuse(tmp_path, kind, content, data.draw(TASKS))


JAMS_KEYS = ["annotations", "data", "namespace", "time", "value", "file_metadata", "identifiers", "filename"]
ALL_NAMES = [NAMES, SECTION_NAMES, *NAMES_OF_TASK.values()]
KEYS = [
    *(alias for names in ALL_NAMES for aliases in names.values() for alias in aliases),
    *JAMS_KEYS,
    "score",
    "type",
    "tracks",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("kind", ["json", "jsonl", "jams"])
@REUSES_FOLDER
@given(content=JSON, task=TASKS)
def test_arbitrary_json_is_read_or_refused(kind: str, content: object, task: Task, tmp_path: Path) -> None:
    read_or_refuse(tmp_path, kind, json.dumps(content).encode(), task)


# Signs that an XML attribute keeps as they are.
PLAIN = st.characters(min_codepoint=32, exclude_categories=("Cs", "Co", "Cn"), exclude_characters="\x7f") | st.just(
    "\n"
)
PATHS = st.text(PLAIN, min_size=1, max_size=12).filter(lambda text: text.strip() != "")
BPMS = st.none() | st.integers(1, 100_000).map(lambda value: value / 100)
ROWS = st.dictionaries(PATHS, BPMS, min_size=1, max_size=12)


def as_csv(rows: dict[str, float | None]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([("path", "bpm", "id"), *((path, bpm, f"id of {path}") for path, bpm in rows.items())])
    return file.getvalue()


def as_objects(rows: dict[str, float | None]) -> list[dict[str, object]]:
    return [{"path": path, "bpm": bpm, "id": f"id of {path}"} for path, bpm in rows.items()]


def as_rekordbox(rows: dict[str, float | None]) -> str:
    def escaped(path: str) -> str:
        return "file://localhost/Users/" + "".join(f"%{byte:02X}" for byte in path.encode())

    tracks = [
        f'<TRACK Location="{escaped(path)}" AverageBpm="{bpm or 0}" id={quoteattr(f"id of {path}")}/>'
        for path, bpm in rows.items()
    ]
    return f"<DJ_PLAYLISTS><COLLECTION>{''.join(tracks)}</COLLECTION></DJ_PLAYLISTS>"


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("refs.csv", as_csv),
        ("refs.json", lambda rows: json.dumps(as_objects(rows))),
        ("refs.jsonl", lambda rows: "\n".join(json.dumps(row, ensure_ascii=False) for row in as_objects(rows))),
        ("refs.xml", as_rekordbox),
    ],
)
@REUSES_FOLDER
@given(rows=ROWS)
def test_every_path_keeps_its_own_row(
    name: str, write: Callable[[dict[str, float | None]], str], rows: dict[str, float | None], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(write(rows).encode())
    found = read_annotations(path).annotations
    assert [row.path.removeprefix("/Users/") for row in found] == [path.removeprefix("/Users/") for path in rows]
    assert [row.bpm for row in found] == list(rows.values())
    assert [row.fields["id"] for row in found] == [f"id of {path}".strip() for path in rows]
