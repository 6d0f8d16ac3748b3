"""What stages found out comes back as it was."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edm.errors import InputError, LibraryError
from edm.library import Library, failures, results, roots, stages, tracks
from edm.library.records import FileStamp, SonicRow
from edm.library.rows import PAGE
from edm.model import FloatArray, Tags
from unit.library.made import MUSIC, SPANS, add_track, analysis, do, sonic, vectors

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


def only_row(library: Library) -> SonicRow:
    (row,) = results.iter_sonic_rows(library)
    return row


def test_an_analysis_comes_back_exactly(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    found = results.analysis(library, number)
    assert found is not None
    given_one = analysis()
    assert (found.tempo, found.grid, found.tag_bpm) == (given_one.tempo, given_one.grid, given_one.tag_bpm)
    assert (found.identity, found.detector, found.detector_version, found.fallback) == ("a.mp3", "network", "7", None)
    assert found.beats is not None
    assert given_one.beats is not None
    np.testing.assert_array_equal(found.beats.times_s, given_one.beats.times_s)
    np.testing.assert_array_equal(found.beats.positions, given_one.beats.positions)
    assert (found.beats.times_s.dtype, found.beats.positions.dtype) == (np.float64, np.int64)


def test_music_without_beats_comes_back_too(library: Library) -> None:
    number = add_track(library)
    silent = replace(analysis(None), beats=None, grid=None, fallback="no networks")
    results.store_sonic(library, number, sonic(analysis=silent), version=1, identity="a.mp3", fell_back="no networks")
    found = results.analysis(library, number)
    assert found is not None
    assert (found.tempo, found.beats, found.grid) == (silent.tempo, None, None)
    assert only_row(library).bpm is None
    assert results.analysis(library, number + 1) is None


def test_numbers_of_numpy_are_stored_like_others(library: Library) -> None:
    number = add_track(library)
    tempo = replace(analysis().tempo, bpm=np.float64(127.5), confidence=np.float32(0.5))  # type: ignore[type-var]
    results.store_sonic(library, number, sonic(analysis=replace(analysis(), tempo=tempo)), version=1, identity="a.mp3")
    found = tracks.get(library, number)
    assert found is not None
    assert (found.bpm, found.bpm_confidence) == (127.5, 0.5)


def test_the_track_says_what_was_found(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    found = tracks.get(library, number)
    assert found is not None
    assert (found.bpm, found.bpm_confidence, found.tempo_stability) == (128.0, 0.9, "constant")
    assert (found.sonic_version, found.sonic_mode) == ("1", "beat")
    assert (found.duration_s, found.audio_hash) == (240.0, "decoded")
    assert results.segment_spans(library, number) == SPANS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(full=arrays(np.float32, st.integers(1, 20), elements=FINITE))
def test_vectors_come_back_to_the_bit(library: Library, full: FloatArray) -> None:
    number = add_track(library)
    try:
        stored = sonic(vectors={"full": full, "start": -full})
        results.store_sonic(library, number, stored, version=1, identity="a.mp3")
        row = only_row(library)
        assert row.vectors["full"].tobytes() == full.tobytes()
        assert row.vectors["start"].tobytes() == (-full).tobytes()
        assert set(row.vectors) == {"full", "start"}
    finally:
        tracks.delete(library, [number])


def test_vectors_of_other_number_types_become_float32(library: Library) -> None:
    results.store_sonic(
        library,
        add_track(library),
        sonic(vectors={"full": np.array([1, 2], np.float64), "mid": np.array([3, 4], ">f4")}),
        version=1,
        identity="a.mp3",
    )
    row = only_row(library)
    assert {name: vector.tolist() for name, vector in row.vectors.items()} == {"full": [1.0, 2.0], "mid": [3.0, 4.0]}
    assert {vector.dtype for vector in row.vectors.values()} == {np.dtype(np.float32)}


def test_segments_are_not_mixed_up(library: Library) -> None:
    do(library, add_track(library), identity="a.mp3", seed=3)
    row = only_row(library)
    for name, vector in vectors(3).items():
        np.testing.assert_array_equal(row.vectors[name], vector)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"start": np.ones(3, np.float32)}, "lack the segment 'full'"),
        ({"full": np.ones(3, np.float32), "start": np.ones(4, np.float32)}, "'start' has shape"),
        ({"full": np.ones((1, 3), np.float32)}, "'full' has shape"),
        ({"full": np.ones(0, np.float32)}, "'full' has shape"),
        ({"full": np.array([1, np.nan], np.float32)}, "not finite"),
        ({"full": np.ones(3, np.float32), "bridge": np.ones(3, np.float32)}, "'bridge' has no span"),
    ],
)
def test_broken_vectors_are_refused_and_nothing_is_stored(
    library: Library, broken: dict[str, FloatArray], said: str
) -> None:
    number = add_track(library)
    with pytest.raises(InputError, match=said):
        results.store_sonic(library, number, sonic(vectors=broken), version=1, identity="a.mp3")
    assert results.analysis(library, number) is None
    assert stages.count_by_reason(library, "sonic", 1) == {"new": 1}


def test_a_result_for_no_track_is_refused(library: Library) -> None:
    with pytest.raises(LibraryError, match="FOREIGN KEY"):
        do(library, 99, identity="a.mp3")
    assert library.rows("SELECT * FROM stage_done") == []


def test_a_new_result_takes_the_place_of_the_old_one(library: Library) -> None:
    number = add_track(library)
    failures.store(library, number, "sonic", 1, "a.mp3", error_type="E", message="m")
    do(library, number, identity="a.mp3", seed=1)
    one_segment = sonic(vectors={"full": np.ones(4, np.float32)}, spec_version=2, mode="windowed")
    results.store_sonic(library, number, one_segment, version=2, identity="a.mp3")
    row = only_row(library)
    assert (set(row.vectors), row.mode) == ({"full"}, "windowed")
    assert failures.listed(library) == ()
    assert list(results.iter_sonic_rows(library, spec_version=1)) == []
    assert len(list(results.iter_sonic_rows(library, spec_version="2"))) == 1


def test_a_result_for_audio_that_is_no_longer_there_counts_not(library: Library) -> None:
    number = add_track(library)
    tracks.update(library, number, FileStamp(1, 1, "new"), Tags())
    do(library, number, identity="a.mp3")
    found = tracks.get(library, number)
    assert found is not None
    assert found.audio_hash is None
    assert list(results.iter_sonic_rows(library)) == []
    assert stages.count_by_reason(library, "sonic", 1) == {"changed": 1}


def test_missing_tracks_and_duplicates_are_left_out_unless_asked_for(library: Library) -> None:
    ids = [add_track(library, name, audio="x") for name in ("a", "b", "c")]
    for number in ids:
        do(library, number, identity="x")
    tracks.mark_missing(library, ids[1:2])
    tracks.set_duplicate(library, ids[2], ids[0])

    def found(**options: bool) -> list[int]:
        return [row.track_id for row in results.iter_sonic_rows(library, **options)]  # type: ignore[arg-type]

    assert (found(), found(only_present=False), found(duplicates=True)) == ([ids[0]], ids[:2], [ids[0], ids[2]])


def test_rows_say_all_that_artifacts_need(library: Library) -> None:
    tags = Tags("Title", "Artist", "Album", "Various", genres=("Dub", "Acid"), key="8A")
    number = add_track(library, "in/a.mp3", audio="x", tags=tags)
    do(library, number, identity="x")
    row = only_row(library)
    assert (row.track_id, row.path) == (number, MUSIC / "in" / "a.mp3")
    assert (row.title, row.artist, row.album, row.album_artist) == ("Title", "Artist", "Album", "Various")
    assert (row.bpm, row.bpm_confidence, row.duration_s) == (128.0, 0.9, 240.0)
    assert (row.key, row.key_confidence, row.tag_key) == ("F# minor", 0.75, "8A")
    assert (row.energy, row.loudness_lufs, row.energies) == (7, -9.5, {"start": 0.25, "end": 0.5})
    assert (row.mode, row.genres) == ("beat", ("Dub", "Acid"))


def test_sections_key_and_loudness_come_back_as_they_were(library: Library) -> None:
    number = add_track(library, audio="x")
    do(library, number, identity="x")
    found, stored = results.analysis(library, number), analysis()
    assert found is not None
    assert found.structure is not None
    assert stored.structure is not None
    assert found.structure.sections == stored.structure.sections
    assert found.structure.drops == stored.structure.drops
    assert (found.structure.kind, found.structure.source) == ("club", "bars")
    np.testing.assert_array_equal(found.structure.energy.curve, stored.structure.energy.curve)
    np.testing.assert_array_equal(found.structure.energy.times_s, stored.structure.energy.times_s)
    assert (found.key, found.loudness) == (stored.key, stored.loudness)


def test_what_was_not_asked_for_is_not_known(library: Library) -> None:
    number = add_track(library, audio="x")
    bare = replace(analysis(), structure=None, key=None, loudness=None)
    results.store_sonic(library, number, sonic(analysis=bare, segment_energy={}), version="1", identity="x")
    found, row = results.analysis(library, number), only_row(library)
    assert found is not None
    assert (found.structure, found.key, found.loudness) == (None, None, None)
    assert (row.key, row.energy, row.loudness_lufs, row.energies) == (None, None, None, {})


def test_rows_come_by_id_over_pages(library: Library) -> None:
    with library.transaction():
        ids = [add_track(library, f"{number}") for number in range(PAGE + 3)]
        for number in ids:
            do(library, number, identity=f"{number - ids[0]}", seed=number)
    rows = list(results.iter_sonic_rows(library))
    assert [row.track_id for row in rows] == ids
    for row in (rows[0], rows[PAGE - 1], rows[PAGE], rows[-1]):
        np.testing.assert_array_equal(row.vectors["end"], vectors(row.track_id)["end"])
    assert [row.track_id for row in results.iter_sonic_rows(library, within=[MUSIC / "1"])] == [ids[1]]


def test_the_query_of_the_readme_works_from_outside(library: Library) -> None:
    do(library, add_track(library), identity="a.mp3")
    add_track(library, "b.mp3")
    with sqlite3.connect(library.path) as other:
        count = other.execute("SELECT COUNT(*) FROM tracks WHERE sonic_features IS NOT NULL").fetchone()
    assert count == (1,)


def test_a_moved_root_moves_the_rows(library: Library) -> None:
    do(library, add_track(library), identity="a.mp3")
    roots.relocate(library, MUSIC, MUSIC / "new")
    assert only_row(library).path == MUSIC / "new" / "a.mp3"
