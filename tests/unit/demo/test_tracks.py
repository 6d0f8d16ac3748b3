"""The demo writes what it says."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from edm.audio.decode import decode
from edm.audio.tags import read_tags
from edm.demo.tracks import TRUTH_FILE, DemoTrack, write_demo
from edm.errors import InputError


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[DemoTrack]:
    return write_demo(tmp_path_factory.mktemp("demo") / "new folder")


def test_three_tracks_of_three_formats_and_tempi_are_written(demo: list[DemoTrack]) -> None:
    assert [track.path.suffix for track in demo][:2] == [".wav", ".flac"]
    assert demo[2].path.suffix in {".mp3", ".ogg"}
    assert 174.0 in {track.bpm for track in demo}
    assert len({track.bpm for track in demo}) == 3


def test_each_file_sounds_first_at_its_first_beat(demo: list[DemoTrack]) -> None:
    for track in demo:
        audio = decode(track.path)
        loud = np.flatnonzero(np.abs(audio.samples) > 0.1 * np.abs(audio.samples).max())
        # One millisecond is left to the lossy encoder.
        assert loud[0] / audio.sample_rate == pytest.approx(track.first_beat_s, abs=1e-3)
        assert audio.warnings == ()
        assert 60 <= audio.duration_s <= 75


def test_tags_are_written_and_one_track_has_a_rounded_bpm(demo: list[DemoTrack]) -> None:
    tags = [read_tags(track.path) for track in demo]
    assert [tag.genres for tag in tags] == [(track.genre,) for track in demo]
    assert {tag.artist for tag in tags} == {"edm demo"}
    assert [tag.bpm for tag in tags] == [None, None, 138.0]


def test_the_truth_is_a_reference_of_relative_paths(demo: list[DemoTrack]) -> None:
    folder = demo[0].path.parent
    with (folder / TRUTH_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["path", "bpm", "first_beat_s", "first_downbeat_s", "beats_per_bar", "genre"]
    assert [folder / row["path"] for row in rows] == [track.path for track in demo]
    assert [float(row["bpm"]) for row in rows] == [track.bpm for track in demo]
    assert [float(row["first_downbeat_s"]) for row in rows] == pytest.approx(
        [t.first_downbeat_s for t in demo], abs=1e-6
    )


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError):
        write_demo(tmp_path / "taken" / "demo")
