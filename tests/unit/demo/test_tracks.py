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
from edm.model.keys import parse_key


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
    columns = ["path", "bpm", "first_beat_s", "first_downbeat_s", "beats_per_bar", "genre", "key", "sections_file"]
    assert list(rows[0]) == columns
    assert [folder / row["path"] for row in rows] == [track.path for track in demo]
    assert [float(row["bpm"]) for row in rows] == [track.bpm for track in demo]
    assert [float(row["first_downbeat_s"]) for row in rows] == pytest.approx(
        [t.first_downbeat_s for t in demo], abs=1e-6
    )


def test_sections_are_written_with_their_labels_from_0_to_the_end(demo: list[DemoTrack]) -> None:
    folder = demo[0].path.parent
    with (folder / TRUTH_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for track, row in zip(demo, rows, strict=True):
        lines = [line.split("\t") for line in (folder / row["sections_file"]).read_text(encoding="utf-8").splitlines()]
        assert [label for _, _, label in lines] == ["intro", "drop", "breakdown", "buildup", "drop", "outro"]
        assert [start for start, _, _ in lines[1:]] == [end for _, end, _ in lines[:-1]]
        assert float(lines[0][0]) == 0.0
        assert float(lines[-1][1]) == pytest.approx(decode(track.path).duration_s, abs=0.01)
        bars = (np.array([float(start) for start, _, _ in lines[1:]]) - track.first_downbeat_s) * track.bpm / 240
        np.testing.assert_allclose(bars, np.round(bars), atol=1e-4)


def test_the_key_is_that_of_the_notes(demo: list[DemoTrack]) -> None:
    for track in demo:
        audio = decode(track.path)
        outro = track.sections[-1]
        # The outro has no chords: its bass opens every fourth bar, counted from the first one, with the tonic.
        bar_s = 240 / track.bpm
        first_bar = round((outro.start_s - track.first_downbeat_s) / bar_s)
        start_s = track.first_downbeat_s + bar_s * (first_bar + -first_bar % 4)
        beat = audio.samples[round(start_s * audio.sample_rate) :][: round(bar_s / 4 * audio.sample_rate)]
        spectrum = np.abs(np.fft.rfft(beat * np.hanning(len(beat)), 1 << 18))
        frequencies_hz = np.fft.rfftfreq(1 << 18, 1 / audio.sample_rate)
        tonic = parse_key(track.key)
        assert tonic is not None
        # Of the octave above the kick's tail, which the bass's second harmonic lies in.
        heard = [
            spectrum[np.abs(frequencies_hz / (440 * 2 ** ((note - 69) / 12)) - 1) < 0.01].max()
            for note in range(45, 57)
        ]
        assert (45 + int(np.argmax(heard))) % 12 == tonic.pitch_class


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError):
        write_demo(tmp_path / "taken" / "demo")
