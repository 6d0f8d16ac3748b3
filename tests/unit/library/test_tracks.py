"""Adding, changing and finding tracks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edm.errors import LibraryError
from edm.library import Library, failures, results, roots, stages, tracks
from edm.library.records import FileStamp, KnownFile
from edm.library.rows import PAGE
from edm.model import Tags
from unit.library.made import MUSIC, add_track, do

TEXTS = st.none() | st.text()
TAGS = st.builds(
    Tags,
    title=TEXTS,
    artist=TEXTS,
    album=TEXTS,
    album_artist=TEXTS,
    year=st.none() | st.integers(0, 9999),
    genres=st.lists(st.text(), unique=True, max_size=4).map(tuple),
    bpm=st.none() | st.floats(20, 400),
    key=TEXTS,
    musicbrainz=st.dictionaries(st.text(), st.text(), max_size=3),
)


def track(library: Library, track_id: int) -> tracks.Track:
    found = tracks.get(library, track_id)
    assert found is not None
    return found


def test_a_new_track_is_present_and_as_given(library: Library) -> None:
    tags = Tags(title="One", artist="Two", genres=("Techno", "House"), musicbrainz={"track": "x"})
    root = roots.add(library, MUSIC)
    stamp = FileStamp(7, 2**62, "hash")
    number = tracks.add(library, root.id, "in/a.mp3", stamp, tags, names_from="file name", duration_s=3.5)
    found = track(library, number)
    assert (found.path, found.relative, found.root_id) == (MUSIC / "in" / "a.mp3", "in/a.mp3", root.id)
    assert (found.stamp, found.tags, found.names_from, found.duration_s) == (stamp, tags, "file name", 3.5)
    assert (found.status, found.missing_since, found.duplicate_of, found.bpm) == ("present", None, None, None)
    assert found.added_at == found.seen_at


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tags=TAGS, raw=st.binary(min_size=1, max_size=50).filter(lambda raw: not {0, 47} & set(raw)))
def test_tags_of_any_text_and_names_of_any_bytes_come_back(library: Library, tags: Tags, raw: bytes) -> None:
    name = os.fsdecode(b"x" + raw)
    number = add_track(library, name, audio="x", tags=tags)
    try:
        assert track(library, number).tags == tags
        assert track(library, number).relative == name
        assert (1, name) in tracks.snapshot(library)
    finally:
        tracks.delete(library, [number])


def test_a_tag_that_has_no_encoding_is_stored_readably(library: Library) -> None:
    number = add_track(library, tags=Tags(title="caf\udce9", genres=("\ud800",)))
    assert track(library, number).tags == Tags(title=r"caf\xe9", genres=(r"\ud800",))


def test_two_tracks_cannot_have_one_path(library: Library) -> None:
    add_track(library, "a.mp3")
    with pytest.raises(LibraryError, match="UNIQUE"):
        add_track(library, "a.mp3")
    assert len(tracks.snapshot(library)) == 1


def test_an_id_is_never_given_twice(library: Library) -> None:
    first = add_track(library, "a.mp3")
    tracks.delete(library, [first])
    assert add_track(library, "b.mp3") > first


def test_a_retag_keeps_what_is_known_of_the_audio(library: Library) -> None:
    number = add_track(library, tags=Tags(title="Old", genres=("Pop",)))
    do(library, number, identity="a.mp3")
    tracks.update(library, number, FileStamp(9, 9, "a.mp3"), Tags(title="New", genres=("Dub", "Acid")))
    found = track(library, number)
    assert (found.tags.title, found.tags.genres) == ("New", ("Dub", "Acid"))
    assert (found.audio_hash, found.bpm, found.duration_s) == ("decoded", 128.0, 240.0)
    assert stages.counts(library, "sonic", "1")["done"] == 1


def test_replaced_audio_makes_results_stale(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    tracks.update(library, number, FileStamp(9, 9, "other"), Tags())
    assert track(library, number).audio_hash is None
    assert stages.count_by_reason(library, "sonic", "1") == {"changed": 1}
    assert list(results.iter_sonic_rows(library)) == []


def test_audio_that_comes_back_makes_results_valid_again(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    tracks.update(library, number, FileStamp(9, 9, "other"), Tags())
    tracks.update(library, number, FileStamp(9, 9, "a.mp3"), Tags())
    assert stages.count_by_reason(library, "sonic", "1") == {}


def test_a_moved_track_keeps_its_id_and_results(library: Library) -> None:
    number = add_track(library)
    do(library, number, identity="a.mp3")
    tracks.mark_missing(library, [number])
    other = roots.add(library, Path("/more"))
    tracks.move(library, number, other.id, "b.mp3", FileStamp(1, 2, "a.mp3"))
    found = track(library, number)
    assert (found.path, found.status, found.missing_since) == (Path("/more/b.mp3"), "present", None)
    assert found.stamp == FileStamp(1, 2, "a.mp3")
    assert stages.counts(library, "sonic", "1")["done"] == 1


def test_a_track_cannot_move_onto_another(library: Library) -> None:
    first, _ = add_track(library, "a.mp3"), add_track(library, "b.mp3")
    with pytest.raises(LibraryError, match="UNIQUE"):
        tracks.move(library, first, 1, "b.mp3")
    assert track(library, first).relative == "a.mp3"


def test_two_tracks_change_places(library: Library) -> None:
    first, second = add_track(library, "a.mp3", audio="x"), add_track(library, "b.mp3", audio="x")
    do(library, first, identity="x")
    tracks.mark_missing(library, [first])
    tracks.swap_places(library, first, second)
    assert (track(library, first).relative, track(library, first).status) == ("b.mp3", "present")
    assert (track(library, second).relative, track(library, second).status) == ("a.mp3", "missing")
    assert [row.track_id for row in results.iter_sonic_rows(library)] == [first]


def test_a_place_cannot_be_exchanged_with_nobody(library: Library) -> None:
    number = add_track(library)
    with pytest.raises(LibraryError, match="no track 99"):
        tracks.swap_places(library, number, 99)


def test_a_missing_track_is_missing_since_it_was_first_missed(library: Library) -> None:
    number = add_track(library)
    tracks.mark_missing(library, [number])
    assert track(library, number).missing_since is not None
    library.run("UPDATE tracks SET missing_since = 'long ago'")
    tracks.mark_missing(library, [number])
    assert track(library, number).missing_since == "long ago"
    tracks.mark_present(library, [number])
    assert (track(library, number).status, track(library, number).missing_since) == ("present", None)


def test_deleting_a_track_deletes_all_that_belongs_to_it(library: Library) -> None:
    number = add_track(library, tags=Tags(genres=("Techno",)))
    copy = add_track(library, "b.mp3", audio="a.mp3")
    tracks.set_duplicate(library, copy, number)
    do(library, number, identity="a.mp3")
    failures.store(library, number, "genres", 1, "a.mp3", error_type="E", message="m")
    tracks.delete(library, [number])
    for table in ("track_genres", "analyses", "sonic_segments", "stage_done", "failures"):
        assert library.rows(f"SELECT * FROM {table}") == []
    assert track(library, copy).duplicate_of is None


def test_a_track_is_found_by_its_path(library: Library) -> None:
    number = add_track(library, "in/a.mp3")
    found = tracks.by_path(library, MUSIC / "in" / "a.mp3")
    assert found is not None
    assert found.id == number
    assert tracks.by_path(library, MUSIC / "in") is None
    assert tracks.by_path(library, Path("/elsewhere/in/a.mp3")) is None


def test_of_nested_roots_the_inner_one_is_asked_first(library: Library) -> None:
    outer = add_track(library, "in/a.mp3")
    inner_root = roots.add(library, MUSIC / "in")
    inner = tracks.add(library, inner_root.id, "a.mp3", FileStamp(1, 1, "x"), Tags())
    assert tracks.by_path(library, MUSIC / "in" / "a.mp3") == tracks.get(library, inner)
    tracks.delete(library, [inner])
    assert tracks.by_path(library, MUSIC / "in" / "a.mp3") == tracks.get(library, outer)


def test_all_tracks_with_one_audio_are_found(library: Library) -> None:
    first, _, third = (add_track(library, name, audio=audio) for name, audio in (("a", "x"), ("b", "y"), ("c", "x")))
    tracks.mark_missing(library, [first])
    assert [one.id for one in tracks.find_by_sample_hash(library, "x")] == [first, third]
    assert tracks.find_by_sample_hash(library, "z") == ()


def test_the_snapshot_knows_every_file(library: Library) -> None:
    number = add_track(library, "caf\udce9.mp3", audio="x")
    copy = add_track(library, "b.mp3", audio="x")
    tracks.set_duplicate(library, copy, number)
    tracks.mark_missing(library, [number])
    assert tracks.snapshot(library) == {
        (1, "caf\udce9.mp3"): KnownFile(number, 1000, 5, "x", "missing", None),
        (1, "b.mp3"): KnownFile(copy, 1000, 5, "x", "present", number),
    }


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_all_tracks_are_given_once_by_id(library: Library, count: int) -> None:
    with library.transaction():
        ids = [add_track(library, f"{number}.mp3") for number in range(count)]
    assert [one.id for one in tracks.iterate(library)] == ids


def test_the_library_may_change_while_tracks_are_given(library: Library) -> None:
    with library.transaction():
        ids = [add_track(library, f"{number}.mp3") for number in range(PAGE + 2)]
    seen = []
    for one in tracks.iterate(library):
        seen.append(one.id)
        tracks.mark_missing(library, [one.id])
    assert seen == ids


def test_tracks_are_chosen_by_status_and_folder(library: Library) -> None:
    names = ["a/x.mp3", "a/y/z.mp3", "a0/x.mp3", "a-b/x.mp3", "a", "b.mp3"]
    by_name = {name: add_track(library, name) for name in names}
    tracks.mark_missing(library, [by_name["a/x.mp3"]])

    def chosen(*folders: str, **options: str) -> set[str]:
        places = [MUSIC / folder for folder in folders]
        return {one.relative for one in tracks.iterate(library, within=places, **options)}  # type: ignore[arg-type]

    assert chosen("a") == {"a/x.mp3", "a/y/z.mp3", "a"}
    assert chosen("a/y", "b.mp3") == {"a/y/z.mp3", "b.mp3"}
    assert chosen("a", status="missing") == {"a/x.mp3"}
    assert chosen("") == set(names) == chosen()
    assert chosen("gone") == chosen("/other") == set()


def test_genres_of_other_sources_stay_beside_those_of_the_file(library: Library) -> None:
    number = add_track(library, tags=Tags(genres=("Techno",)))
    tracks.set_genres(library, number, "musicbrainz", ["Acid", "Techno"])
    tracks.update(library, number, FileStamp(1, 1, "a.mp3"), Tags(genres=("House",)))
    do(library, number, identity="a.mp3")
    assert track(library, number).tags.genres == ("House",)
    (row,) = results.iter_sonic_rows(library)
    assert row.genres == ("Acid", "Techno", "House")


def test_genres_are_found_for_tracks_that_lie_far_apart(library: Library) -> None:
    first = add_track(library, "a.mp3", audio="x", tags=Tags(genres=("Techno",)))
    library.run("UPDATE sqlite_sequence SET seq = 1000000 WHERE name = 'tracks'")
    add_track(library, "b.mp3", audio="x", tags=Tags(genres=("House",)))
    found = tracks.find_by_sample_hash(library, "x")
    assert found[0].id == first
    assert [one.tags.genres for one in found] == [("Techno",), ("House",)]
