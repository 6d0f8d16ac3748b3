"""JAMS files are read in both of their layouts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.readers.jams import read_jams
from edm.model import TempoAlternative


def tempo(*pairs: tuple[float, float | None]) -> dict[str, Any]:
    data = [{"time": 0.0, "duration": 9.0, "value": value, "confidence": confidence} for value, confidence in pairs]
    return {"namespace": "tempo", "data": data}


def beats(namespace: str, *pairs: tuple[float, object]) -> dict[str, Any]:
    return {
        "namespace": namespace,
        "data": [{"time": time, "duration": 0.0, "value": value, "confidence": None} for time, value in pairs],
    }


def read(folder: Path, *annotations: object, on_warning: Any = None, **metadata: object) -> Annotation:
    path = folder / "1030011.LOFI.jams"
    path.write_text(json.dumps({"annotations": annotations, "file_metadata": metadata, "sandbox": {}}))
    return read_jams(path, on_warning=on_warning)


def test_the_most_confident_tempo_counts(tmp_path: Path) -> None:
    row = read(tmp_path, tempo((87.0, 0.22), (174.0, 0.78)), duration=120)
    assert (row.bpm, row.confidence, row.duration_s) == (174.0, 0.78, 120.0)
    assert row.alternatives == (TempoAlternative(87.0, 0.22),)


def test_of_equal_confidences_the_first_counts(tmp_path: Path) -> None:
    assert read(tmp_path, tempo((87.0, 0.5), (174.0, 0.5))).bpm == 87.0
    assert read(tmp_path, tempo((87.0, None), (174.0, None))).bpm == 87.0


def test_a_tempo_of_zero_is_none(tmp_path: Path) -> None:
    row = read(tmp_path, tempo((0.0, 1.0)))
    assert (row.bpm, row.confidence) == (None, None)


def test_the_track_is_named_by_its_identifier_or_by_the_file(tmp_path: Path) -> None:
    named = read(tmp_path, identifiers={"filename": "music/a.mp3"}, title="A", artist="B", release="C")
    assert (named.path, named.named_by_stem) == ("music/a.mp3", False)
    assert named.fields == {"title": "A", "artist": "B"}
    bare = read(tmp_path, identifiers={}, title="", artist="")
    assert (bare.path, bare.named_by_stem, bare.fields) == ("1030011.LOFI", True, {})


def test_beats_with_places_in_the_bar(tmp_path: Path) -> None:
    row = read(tmp_path, beats("beat", (0.5, 4), (1.0, 1.0), (1.5, None)))
    assert row.beats_s is not None
    assert row.beats_s.tolist() == [0.5, 1.0, 1.5]
    assert row.downbeats_s is not None
    assert row.downbeats_s.tolist() == [1.0]


def test_beats_without_places_have_no_downbeats(tmp_path: Path) -> None:
    row = read(tmp_path, beats("beat", (0.5, None), (1.0, None)))
    assert row.beats_s is not None
    assert row.downbeats_s is None


def test_beat_positions_are_preferred(tmp_path: Path) -> None:
    place = [{"position": number, "measure": 1, "num_beats": 4, "beat_units": 4} for number in (1, 2)]
    row = read(tmp_path, beats("beat", (9.0, None)), beats("beat_position", (0.5, place[0]), (1.0, place[1])))
    assert row.beats_s is not None
    assert row.beats_s.tolist() == [0.5, 1.0]
    assert row.downbeats_s is not None
    assert row.downbeats_s.tolist() == [0.5]


def test_the_old_layout_has_lists(tmp_path: Path) -> None:
    columns = {"time": [0.5, 1.0], "duration": [0.0, 0.0], "value": [1, 2], "confidence": [None, None]}
    row = read(tmp_path, {"namespace": "beat", "data": columns})
    assert row.beats_s is not None
    assert row.beats_s.tolist() == [0.5, 1.0]
    assert row.downbeats_s is not None
    assert row.downbeats_s.tolist() == [0.5]


def test_of_several_annotations_the_first_counts_and_the_rest_are_told(tmp_path: Path) -> None:
    warnings: list[str] = []
    row = read(tmp_path, tempo((100.0, 1.0)), tempo((101.0, 1.0)), tempo((102.0, 1.0)), on_warning=warnings.append)
    assert row.bpm == 100.0
    assert warnings == ["1030011.LOFI.jams: 3 annotations of tempo; the first is taken"]


def test_a_genre_is_a_field(tmp_path: Path) -> None:
    row = read(tmp_path, {"namespace": "tag_open", "data": [{"time": 0, "value": "techno"}]})
    assert row.fields == {"genre": "techno"}


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (tempo((-3.0, 0.5)), "1030011.LOFI.jams, tempo: value -3.0 is negative"),
        (tempo((128.0, 3.0)), "tempo: confidence 3.0 is not from 0 to 1"),
        (beats("beat", (1.0, 1), (0.5, 2)), "1030011.LOFI.jams, beat: time must increase"),
        (beats("beat", (1.0, "x")), "beat: value 'x' is no number"),
        ({"namespace": "beat", "data": {"time": [1.0], "value": []}}, "differ in length"),
        ({"namespace": "beat", "data": 3}, "data 3 is no list"),
        ({"namespace": "beat", "data": [3]}, "observation 1 3 is no object"),
        ({"namespace": "beat", "data": [{}]}, "time holds None"),
        (3, "annotation 1 3 is no object"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, annotation: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, annotation)


def test_other_json_is_no_jams(tmp_path: Path) -> None:
    path = tmp_path / "a.jams"
    path.write_text('[{"path": "a.mp3"}]')
    with pytest.raises(InputError, match=r"a\.jams: no JAMS file"):
        read_jams(path)
