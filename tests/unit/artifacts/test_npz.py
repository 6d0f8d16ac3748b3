"""The file: written whole, read as it was, refused where it is not ours."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm import atomic
from edm.artifacts.matrices import Matrices
from edm.artifacts.members import MEMBERS
from edm.artifacts.npz import is_current, read_matrices, write_matrices
from edm.artifacts.rows import NUMBERS
from edm.artifacts.scaling import VARIANTS, Scaling, transform
from edm.artifacts.text import TextColumn
from edm.errors import ArtifactError
from unit.artifacts.made import build, give_genres, make_row, make_rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data_matrices.npz"
    write_matrices(build(make_rows(20)), path)
    return path


def plain(value: Any) -> Any:
    """Something that can be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind, value.shape, value.tobytes()
    if isinstance(value, TextColumn):
        return value.tolist()
    if isinstance(value, Matrices | Scaling):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and value and hasattr(value[0], "axes"):
        return [(one.name, one.source, one.target, plain(one.mean), plain(one.axes), one.weight) for one in value]
    return value


def rewrite(path: Path, **changes: Any) -> None:
    """Exchange members of a file; None takes one out."""
    with np.load(path) as loaded:
        members = {name: loaded[name] for name in loaded.files}
    members.update(changes)
    np.savez(path, **{name: value for name, value in members.items() if value is not None})


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("count", [0, 1, 20])
def test_what_is_read_is_what_was_written(tmp_path: Path, variant: str, count: int, *, mmap: bool) -> None:
    rows = [*make_rows(count), make_row(99, vectors={})]
    matrices = build(rows, variant=variant)
    write_matrices(matrices, tmp_path / "m.npz")
    assert plain(read_matrices(tmp_path / "m.npz", mmap=mmap)) == plain(matrices)


@settings(max_examples=30)
@given(
    names=st.sets(st.text(min_size=1).filter(lambda name: not name.endswith("\0")), max_size=5),
    count=st.integers(0, 7),
    mmap=st.booleans(),
)
def test_genres_survive_many_or_none(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], count: int, *, mmap: bool
) -> None:
    path = tmp_path_factory.mktemp("m") / "m.npz"
    matrices = give_genres(build(make_rows(count)), sorted(names))
    write_matrices(matrices, path)
    found = read_matrices(path, mmap=mmap)
    assert found.genre_vocab == tuple(sorted(names))
    assert plain(found) == plain(matrices)


@settings(max_examples=20)
@given(
    numbers=st.lists(
        st.dictionaries(st.sampled_from(NUMBERS), st.none() | st.floats(allow_nan=False), min_size=1), max_size=4
    )
)
def test_numbers_survive_known_or_not(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[dict[str, float | None]]
) -> None:
    path = tmp_path_factory.mktemp("m") / "m.npz"
    write_matrices(build([make_row(index, **fields) for index, fields in enumerate(numbers)]), path)
    found = read_matrices(path)
    for name in NUMBERS:
        expected = [np.nan if fields.get(name) is None else fields[name] for fields in numbers]
        np.testing.assert_array_equal(getattr(found, name), np.array(expected, dtype=np.float64))


def test_a_file_of_an_older_edm_says_what_to_do(file: Path) -> None:
    rewrite(file, schema_version=np.array(1), genre_vocab=None, X_genre_raw=None, energy=None)
    with pytest.raises(ArtifactError, match=r"built by an older edm \(schema 1, this one reads 2\)") as caught:
        read_matrices(file)
    assert caught.value.hint == "run edm artifacts"
    assert not is_current(file, "abc", {"where": []})


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(), st.text(st.characters())), max_size=4))
def test_all_names_survive(tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("m") / "m.npz"
    rows = [make_row(index, title=title, path=name) for index, (title, name) in enumerate(names)]
    write_matrices(build(rows), path)
    found = read_matrices(path)
    assert list(zip(found.track_titles.tolist(), found.track_paths.tolist(), strict=True)) == names


def test_a_text_that_is_cut_in_its_array_is_whole_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edm.artifacts.text.text_column.__kwdefaults__", {"wide_bytes": 0})
    rows = [*make_rows(20), make_row(99, path="/m/" + "ü" * 3000)]
    write_matrices(build(rows), tmp_path / "m.npz")
    found = read_matrices(tmp_path / "m.npz", mmap=True)
    assert found.track_paths.values.dtype.itemsize < 100
    assert found.track_paths[20] == "/m/" + "ü" * 3000


def test_any_numpy_reads_it_without_pickle(file: Path) -> None:
    with np.load(file, allow_pickle=False) as loaded:
        assert tuple(loaded.files) == MEMBERS
        assert all(not loaded[name].dtype.hasobject for name in loaded.files)
        assert loaded["track_paths"].tolist()[2] == "/m/2.mp3"
        assert loaded["family_names"].tolist() == ["rhythm", "timbre", "loudness"]
        assert loaded["family_slices"].tolist() == [[0, 4], [4, 7], [7, 9]]
        assert loaded["X_sonic_mid"].shape == loaded["X_sonic"].shape


def test_the_parameters_in_the_file_scale_as_those_of_the_build_did(file: Path) -> None:
    found = read_matrices(file, mmap=True)
    assert np.array_equal(transform(found.scaling, found.X_sonic_raw), found.X_sonic)


def test_mapped_arrays_lie_on_disk_in_line_and_cannot_be_changed(file: Path) -> None:
    write_matrices(give_genres(build(make_rows(20)), ["dub", "house"]), file)
    found = read_matrices(file, mmap=True)
    arrays = (found.X_sonic_raw, found.X_sonic, found.X_sonic_start, found.track_ids, found.track_paths.values)
    for X in (*arrays, found.X_genre_raw, found.X_genre_smoothed, found.energy):
        assert isinstance(X, np.memmap)
        assert X.ctypes.data % 64 == 0
        with pytest.raises(ValueError, match="read-only"):
            X[0] = X[1]


@pytest.mark.skipif(sys.platform == "win32", reason="a mapped file cannot be replaced there")
def test_mapped_arrays_stay_those_of_the_file_they_come_from(file: Path) -> None:
    found = read_matrices(file, mmap=True)
    before = np.array(found.X_sonic)
    write_matrices(build(make_rows(20, seed=5)), file)
    assert np.array_equal(found.X_sonic, before)
    assert not np.array_equal(read_matrices(file, mmap=True).X_sonic, before)


def test_a_compressed_copy_is_read_all_the_same(file: Path) -> None:
    there = plain(read_matrices(file))
    with np.load(file) as loaded:
        members = {name: loaded[name] for name in loaded.files}
    np.savez_compressed(file, **members)
    assert plain(read_matrices(file, mmap=True)) == there


def test_the_same_matrices_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        write_matrices(build(make_rows(10)), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_matrices(build(make_rows(3)), tmp_path / "new" / "folder" / "m.npz")
    assert [entry.name for entry in (tmp_path / "new" / "folder").iterdir()] == ["m.npz"]


@pytest.mark.skipif(sys.platform == "win32", reason="no umask there")
def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_matrices(build(make_rows(3)), tmp_path / "m.npz")
    finally:
        os.umask(before)
    assert (tmp_path / "m.npz").stat().st_mode & 0o777 == 0o644


def test_a_disk_that_fills_up_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(ArtifactError, match="cannot be written: no space left"):
        write_matrices(build(make_rows(5)), file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "m.npz").mkdir()
    with pytest.raises(ArtifactError, match="cannot be written"):
        write_matrices(build(make_rows(3)), tmp_path / "m.npz")
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_matrices(tmp_path / "m.npz")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_writer_that_is_killed_leaves_the_old_file(file: Path) -> None:
    before = file.read_bytes()
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from edm.artifacts import npz\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "path = Path(sys.argv[1]); npz.write_matrices(npz.read_matrices(path), path)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], timeout=60, check=False)
    assert done.returncode == -9
    assert file.read_bytes() == before
    write_matrices(build(make_rows(3)), file)
    assert len(read_matrices(file)) == 3


def test_a_file_that_is_not_there_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"there is no .*m\.npz") as caught:
        read_matrices(tmp_path / "m.npz")
    assert "edm artifacts" in str(caught.value.hint)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 3\0" * 100, b"\x93NUMPY\x01\0"])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ArtifactError, match="holds no matrices of edm"):
        read_matrices(tmp_path / "m.npz")
    assert not is_current(tmp_path / "m.npz", "abc", {})


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", X=np.zeros(3))
    with pytest.raises(ArtifactError, match="no schema_version"):
        read_matrices(tmp_path / "m.npz")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema_version": np.array(99)}, r"newer edm \(schema 99"),
        ({"schema_version": np.array(0)}, r"older edm \(schema 0"),
        ({"schema_version": np.array("1")}, "is no number"),
        ({"X_sonic_mid": None, "bpm": None}, "lacks X_sonic_mid, bpm"),
        ({"X_sonic_mid": np.zeros((19, 6), dtype=np.float32)}, r"X_sonic_mid has the shape"),
        ({"bpm": np.zeros(19)}, "bpm has the shape"),
        ({"energy_end": np.zeros(19)}, "energy_end has the shape"),
        ({"key_confidence": np.array(["1"] * 20)}, "key_confidence holds"),
        ({"genre_vocab": np.array(["dub"])}, "X_genre_raw has the shape"),
        ({"genre_idf": np.zeros(1)}, "genre_idf has the shape"),
        ({"genre_similarity": np.zeros(0)}, "genre_similarity has 1 dimensions"),
        ({"X_genre_smoothed": np.zeros((20, 0), dtype="U1")}, "X_genre_smoothed holds"),
        ({"bpm": np.array(["120"] * 20)}, "bpm holds"),
        ({"track_paths": np.zeros(20)}, "track_paths holds"),
        ({"track_titles": np.array([object()] * 20)}, "track_titles is not the array"),
        ({"exact_text": np.array("{")}, "holds no matrices"),
        ({"exact_text": np.array("[]")}, "holds no matrices"),
        ({"dropped": np.array("[[1]]")}, "holds no matrices"),
        ({"scaler_axes": np.zeros(2)}, "holds no matrices"),
        ({"settings": np.array("[]")}, "settings are no JSON object"),
        ({"scaler_center": np.zeros(8)}, "scaler_center has the shape"),
        ({"family_slices": np.zeros(3)}, "family_slices has 1 dimensions"),
        ({"feature_names": np.array("f0")}, "feature_names has 0 dimensions"),
        ({"track_ids": np.array(3)}, "track_ids has 0 dimensions"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(file: Path, changes: dict[str, Any], message: str) -> None:
    rewrite(file, **changes)
    for mmap in (False, True):
        with pytest.raises(ArtifactError, match=message):
            read_matrices(file, mmap=mmap)


@settings(max_examples=150)
@given(share=st.floats(0, 0.999), flipped=st.none() | st.tuples(st.floats(0, 0.9999), st.integers(1, 255)))
def test_a_damaged_file_is_an_error_or_is_read(
    tmp_path_factory: pytest.TempPathFactory, share: float, flipped: tuple[float, int] | None
) -> None:
    path = tmp_path_factory.mktemp("m") / "m.npz"
    write_matrices(build(make_rows(3)), path)
    data = bytearray(path.read_bytes())
    if flipped is None:
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ArtifactError):
            read_matrices(path)
        return
    place, mask = flipped
    data[int(place * len(data))] ^= mask
    path.write_bytes(data)
    for mmap in (False, True):
        try:
            read_matrices(path, mmap=mmap)
        except ArtifactError:
            pass


def test_an_array_that_promises_more_than_it_has_is_refused(file: Path) -> None:
    with np.load(file) as loaded:
        members = {name: loaded[name] for name in loaded.files}
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**6)})
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in members.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(f"{name}.npy", head.getvalue() if name == "X_sonic" else buffer.getvalue())
    for mmap in (False, True):
        with pytest.raises(ArtifactError, match="X_sonic is not the array that it says"):
            read_matrices(file, mmap=mmap)


def test_current_is_what_the_same_library_and_settings_would_give(file: Path) -> None:
    assert is_current(file, "abc", {"where": []})
    assert not is_current(file, "abd", {"where": []})
    assert not is_current(file, "abc", {"where": ["bpm>=120"]})
    assert not is_current(file.with_name("gone.npz"), "abc", {"where": []})


def test_the_order_of_settings_does_not_matter(tmp_path: Path) -> None:
    write_matrices(build(make_rows(3), settings={"b": 1, "a": [2]}), tmp_path / "m.npz")
    assert is_current(tmp_path / "m.npz", "abc", {"a": [2], "b": 1})


@pytest.mark.parametrize("name", ["scaling_version", "fingerprint", "settings"])
def test_a_file_with_something_odd_where_versions_are_is_not_current(file: Path, name: str) -> None:
    rewrite(file, **{name: np.arange(3)})
    assert not is_current(file, "abc", {"where": []})


@pytest.mark.parametrize("name", ["schema_version", "scaling_version"])
def test_a_file_of_another_version_is_not_current(file: Path, name: str) -> None:
    rewrite(file, **{name: np.array(0)})
    assert not is_current(file, "abc", {"where": []})
