"""The stage of the matrices: built when there is something new to build them of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edm.artifacts.npz import read_matrices
from edm.errors import ArtifactError, InputError
from edm.library import Library, open_library, results, tracks
from edm.pipeline.artifacts import ArtifactsStage, matrices_path
from edm.sonic.spec import DIMENSIONS, FAMILIES, SPEC_VERSION
from unit.pipeline.matrix_library import ask, put, reasons, run, store

PROMISED = {
    "schema_version",
    *("track_ids", "track_paths", "track_artists", "track_titles", "artist_keys"),
    *("X_sonic_raw", "X_sonic", "X_sonic_start", "X_sonic_mid", "X_sonic_end"),
    *("family_names", "family_slices", "feature_names", "feature_units"),
    *("bpm", "key", "duration_s", "scaler_variant", "settings", "fingerprint"),
    *("bpm_confidence", "key_confidence", "energy", "energy_start", "energy_end", "loudness_lufs"),
    *("genre_vocab", "genre_idf", "genre_similarity", "X_genre_raw", "X_genre_smoothed"),
}
NAMES = [f"{number:02}.mp3" for number in range(12)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        for seed, name in enumerate(NAMES):
            put(opened, name, seed)
        yield opened


def test_the_matrices_are_those_of_the_library(library: Library, tmp_path: Path) -> None:
    report = run(library, tmp_path)
    assert (report.done, report.failed) == (len(NAMES), 0)
    path = matrices_path(ask(tmp_path))
    assert report.details["path"] == str(path)
    made = read_matrices(path)
    rows = list(results.iter_sonic_rows(library))
    np.testing.assert_array_equal(made.X_sonic_raw, np.stack([row.vectors["full"] for row in rows]))
    assert [Path(name) for name in made.track_paths] == [row.path for row in rows]
    assert list(made.track_ids) == [row.track_id for row in rows]
    assert list(made.bpm) == [row.bpm for row in rows]
    assert list(made.track_artists.values[:4]) == ["Artist 0"] * 3 + ["Artist 1"]


def test_the_file_has_the_promised_keys_and_needs_no_pickle(library: Library, tmp_path: Path) -> None:
    run(library, tmp_path)
    with np.load(matrices_path(ask(tmp_path)), allow_pickle=False) as made:
        arrays = {name: made[name] for name in made.files}
    assert arrays.keys() >= PROMISED
    assert len(arrays["feature_names"]) == len(arrays["feature_units"]) == len(DIMENSIONS)
    assert all(len(arrays[name]) == len(NAMES) for name in PROMISED if name.startswith(("X_", "track_", "bpm")))
    assert all(array.dtype.kind != "O" for array in arrays.values())


def test_they_are_built_again_only_when_something_changed(library: Library, tmp_path: Path) -> None:
    assert reasons(library, tmp_path) == {"new": 1}
    run(library, tmp_path)
    assert reasons(library, tmp_path) == {}
    before = matrices_path(ask(tmp_path)).stat()
    again = run(library, tmp_path)
    assert (again.done, again.skipped, again.details["up_to_date"]) == (0, 1, True)
    assert matrices_path(ask(tmp_path)).stat().st_mtime_ns == before.st_mtime_ns
    store(library, 1, 0)
    assert reasons(library, tmp_path) == {"changed": 1}
    put(library, "new.mp3", 40)
    assert run(library, tmp_path).done == len(NAMES) + 1


@pytest.mark.parametrize(
    "asked", [{"variant": "raw"}, {"where": ("bpm>105",)}, {"include": ("rhythm",)}, {"exclude": ("timbre",)}]
)
def test_other_settings_build_them_again(library: Library, tmp_path: Path, asked: dict[str, Any]) -> None:
    run(library, tmp_path)
    assert reasons(library, tmp_path, **asked) == {"changed": 1}
    assert run(library, tmp_path, **asked).done > 0
    assert reasons(library, tmp_path, **asked) == {}
    assert reasons(library, tmp_path) == {"changed": 1}


def test_force_builds_them_although_nothing_changed(library: Library, tmp_path: Path) -> None:
    assert reasons(library, tmp_path, force=True) == {"new": 1}
    run(library, tmp_path)
    assert reasons(library, tmp_path, force=True) == {"forced": 1}
    assert run(library, tmp_path, force=True).done == len(NAMES)


def test_conditions_choose_tracks(library: Library, tmp_path: Path) -> None:
    assert run(library, tmp_path, where=("bpm>=103", "bpm<106")).done == 3
    assert list(read_matrices(matrices_path(ask(tmp_path))).bpm) == [103.0, 104.0, 105.0]
    assert run(library, tmp_path, where=("artist=artist 2",)).done == 3


def test_families_choose_columns(library: Library, tmp_path: Path) -> None:
    run(library, tmp_path, include=("rhythm", "harmony"), exclude=("harmony",), variant="raw")
    part = FAMILIES["rhythm"]
    assert read_matrices(matrices_path(ask(tmp_path))).X_sonic.shape[1] == part.stop - part.start


def test_conditions_that_no_track_meets_leave_the_old_matrices(library: Library, tmp_path: Path) -> None:
    run(library, tmp_path)
    with pytest.raises(ArtifactError, match="no track meets bpm>900"):
        run(library, tmp_path, where=("bpm>900",))
    assert reasons(library, tmp_path) == {}


@pytest.mark.parametrize(
    "asked",
    [{"where": ("bpm",)}, {"where": ("bmp>3",)}, {"variant": "towr"}, {"include": ("rythm",)}, {"exclude": ("x",)}],
)
def test_what_does_not_exist_is_an_error_and_writes_nothing(
    library: Library, tmp_path: Path, asked: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        run(library, tmp_path, **asked)
    with pytest.raises(InputError):
        ArtifactsStage().check(ask(tmp_path, **asked))
    assert not matrices_path(ask(tmp_path)).exists()


def test_a_drive_that_is_away_does_not_cost_the_matrices(library: Library, tmp_path: Path) -> None:
    run(library, tmp_path)
    tracks.mark_missing(library, [track.id for track in tracks.iterate(library)])
    report = run(library, tmp_path)
    assert report.done == 0
    assert any("was not built" in warning for warning in report.warnings)
    assert len(read_matrices(matrices_path(ask(tmp_path)))) == len(NAMES)


def test_vectors_of_another_spec_stay_out(library: Library, tmp_path: Path) -> None:
    put(library, "old.mp3", 30, spec=f"{SPEC_VERSION}0")
    assert run(library, tmp_path).done == len(NAMES)


def test_what_is_no_file_of_matrices_is_replaced(library: Library, tmp_path: Path) -> None:
    path = matrices_path(ask(tmp_path))
    path.parent.mkdir(parents=True)
    path.write_text("half a file")
    assert reasons(library, tmp_path) == {"changed": 1}
    assert run(library, tmp_path).done == len(NAMES)


def test_a_folder_that_cannot_be_made_is_one_clear_error(library: Library, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises((ArtifactError, OSError)):
        run(library, tmp_path)


def test_the_library_may_be_open_for_reading(library: Library, tmp_path: Path) -> None:
    with open_library(library.path, mode="read") as reader:
        assert run(reader, tmp_path).done == len(NAMES)
