"""A scan knows every track again, whatever happened to its file."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutagen.id3 import TCON, TIT2, TPE1
from mutagen.wave import WAVE

from edm.errors import InputError, LibraryError
from edm.library import Library, failures, open_library, roots, stages, tracks
from edm.pipeline import scan as scan_module
from edm.pipeline import scan_look
from edm.pipeline.scan_reading import looks
from edm.processing.progress import Event, ItemFinished, RunFinished, RunStarted, RunWarning
from tests.unit.pipeline.scanning import counts, library_at, named, rescan, song, table

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with library_at(tmp_path / "library.db") as opened:
        yield opened


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Three tracks: a.wav, b.wav, in/c.wav."""
    folder = tmp_path / "music"
    for seed, name in enumerate(["a.wav", "b.wav", "in/c.wav"]):
        song(folder / name, seed)
    return folder


def retag(path: Path, title: str = "Title", *, artist: str = "Somebody", genre: str = "House") -> None:
    file = WAVE(path)
    if file.tags is None:
        file.add_tags()
    file.tags.add(TIT2(3, [title]))
    file.tags.add(TPE1(3, [artist]))
    file.tags.add(TCON(3, [genre]))
    file.save()


def mark_done(library: Library) -> None:
    for pending in list(stages.pending(library, "sonic", 1)):
        assert pending.track.stamp.sample_hash is not None
        stages.store_done(library, pending.track.id, "sonic", 1, pending.track.stamp.sample_hash)


def pending(library: Library) -> dict[str, str]:
    return {item.track.relative: item.reason for item in stages.pending(library, "sonic", 1)}


def test_a_first_scan_finds_new_tracks_and_a_second_one_nothing(library: Library, music: Path) -> None:
    assert counts(rescan(library, music)) == {"new": 3}
    assert table(library) == {
        "a.wav": (1, "present", None),
        "b.wav": (2, "present", None),
        "in/c.wav": (3, "present", None),
    }
    assert counts(rescan(library, music)) == {"unchanged": 3}
    assert counts(rescan(library)) == {"unchanged": 3}


def test_nothing_unchanged_is_read(library: Library, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rescan(library, music)
    monkeypatch.setattr(scan_look, "identify", lambda path: pytest.fail(f"{path} was opened"))
    assert counts(rescan(library)) == {"unchanged": 3}


def test_tags_are_stored_with_their_genres(library: Library, music: Path) -> None:
    retag(music / "a.wav")
    rescan(library, music)
    track = named(library, "a.wav")
    assert (track.tags.title, track.tags.artist, track.names_from) == ("Title", "Somebody", "tags")
    assert library.rows("SELECT genre, source FROM track_genres") == [("House", "tag")]


def test_names_come_from_the_path_where_tags_have_none(library: Library, tmp_path: Path) -> None:
    song(tmp_path / "music" / "Artist" / "Album" / "01 Title.wav", 1)
    rescan(library, tmp_path / "music")
    track = named(library, "Artist/Album/01 Title.wav")
    assert (track.tags.artist, track.tags.album, track.tags.title) == ("Artist", "Album", "Title")
    assert track.names_from == "file name"


def test_a_retag_keeps_results_and_brings_the_new_tags(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    retag(music / "a.wav", "New title")
    assert counts(rescan(library)) == {"retagged": 1, "unchanged": 2}
    assert named(library, "a.wav").tags.title == "New title"
    assert pending(library) == {}
    assert counts(rescan(library)) == {"unchanged": 3}


def test_replaced_audio_makes_results_stale(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    song(music / "a.wav", 99)
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 2}
    assert pending(library) == {"a.wav": "changed"}
    assert table(library)["a.wav"] == (1, "present", None)


def test_a_moved_and_renamed_track_keeps_its_id_and_results(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    (music / "new").mkdir()
    (music / "a.wav").rename(music / "new" / "other name.wav")
    assert counts(rescan(library)) == {"moved": 1, "unchanged": 2}
    assert table(library)["new/other name.wav"] == (1, "present", None)
    assert pending(library) == {}


def test_a_track_that_was_moved_and_retagged_at_once_is_still_itself(library: Library, music: Path) -> None:
    rescan(library, music)
    retag(music / "a.wav", "New title")
    (music / "a.wav").rename(music / "z.wav")
    assert counts(rescan(library)) == {"moved": 1, "unchanged": 2}
    assert named(library, "z.wav").id == 1
    assert named(library, "z.wav").tags.title == "New title"


def test_tracks_move_from_root_to_root(library: Library, music: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    rescan(library, music, tmp_path / "other")
    (music / "a.wav").rename(tmp_path / "other" / "a.wav")
    assert counts(rescan(library)) == {"moved": 1, "unchanged": 2}
    assert named(library, "a.wav").path == tmp_path / "other" / "a.wav"
    assert named(library, "a.wav").id == 1


def test_a_move_is_seen_when_only_its_end_is_scanned(library: Library, music: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    rescan(library, music, tmp_path / "other")
    (music / "a.wav").rename(tmp_path / "other" / "z.wav")
    assert counts(rescan(library, tmp_path / "other")) == {"moved": 1}
    assert named(library, "z.wav").id == 1


def test_a_track_that_went_missing_is_known_again_elsewhere(library: Library, music: Path, tmp_path: Path) -> None:
    rescan(library, music)
    (music / "a.wav").rename(tmp_path / "away.wav")
    assert counts(rescan(library)) == {"missing": 1, "unchanged": 2}
    (tmp_path / "away.wav").rename(music / "in" / "back.wav")
    assert counts(rescan(library)) == {"moved": 1, "unchanged": 2}
    assert table(library)["in/back.wav"] == (1, "present", None)


def test_a_track_that_comes_back_has_returned(library: Library, music: Path, tmp_path: Path) -> None:
    rescan(library, music)
    mark_done(library)
    (music / "a.wav").rename(tmp_path / "away.wav")
    rescan(library)
    assert table(library)["a.wav"] == (1, "missing", None)
    (tmp_path / "away.wav").rename(music / "a.wav")
    assert counts(rescan(library)) == {"returned": 1, "unchanged": 2}
    assert table(library)["a.wav"] == (1, "present", None)
    assert pending(library) == {}


def test_a_track_that_comes_back_retagged_has_returned(library: Library, music: Path, tmp_path: Path) -> None:
    rescan(library, music)
    (music / "a.wav").rename(tmp_path / "away.wav")
    rescan(library)
    retag(tmp_path / "away.wav", "New title")
    (tmp_path / "away.wav").rename(music / "a.wav")
    assert counts(rescan(library)) == {"returned": 1, "unchanged": 2}
    assert named(library, "a.wav").tags.title == "New title"


def test_exchanged_names_are_two_moves(library: Library, music: Path) -> None:
    song(music / "b.wav", 1, seconds=0.1)  # a file of its own size
    rescan(library, music)
    mark_done(library)
    (music / "a.wav").rename(music / "x")
    (music / "b.wav").rename(music / "a.wav")
    (music / "x").rename(music / "b.wav")
    assert counts(rescan(library)) == {"moved": 2, "unchanged": 1}
    assert (named(library, "a.wav").id, named(library, "b.wav").id) == (2, 1)
    assert pending(library) == {}
    assert counts(rescan(library)) == {"unchanged": 3}


def test_renumbered_tracks_are_moves(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    for number in range(6):
        song(folder / f"{number}.wav", number, seconds=0.05 + number / 100)
    rescan(library, folder)
    for number in reversed(range(6)):
        (folder / f"{number}.wav").rename(folder / f"{number + 1}.wav")
    song(folder / "0.wav", 77)
    assert counts(rescan(library)) == {"moved": 6, "new": 1}
    assert {path: row[0] for path, row in table(library).items()} == {
        "0.wav": 7,
        **{f"{number + 1}.wav": number + 1 for number in range(6)},
    }
    assert counts(rescan(library)) == {"unchanged": 7}


def test_a_track_moved_over_another_one_replaces_it(library: Library, music: Path) -> None:
    song(music / "b.wav", 1, seconds=0.1)
    rescan(library, music)
    mark_done(library)
    (music / "b.wav").replace(music / "a.wav")
    assert counts(rescan(library)) == {"moved": 1, "missing": 1, "unchanged": 1}
    assert table(library) == {
        "a.wav": (2, "present", None),
        "b.wav": (1, "missing", None),
        "in/c.wav": (3, "present", None),
    }
    assert pending(library) == {}
    assert counts(rescan(library)) == {"unchanged": 2}


def test_a_track_moved_away_from_a_new_one_is_not_the_new_one(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    (music / "a.wav").rename(music / "z.wav")
    song(music / "a.wav", 50, seconds=0.1)
    assert counts(rescan(library)) == {"moved": 1, "new": 1, "unchanged": 2}
    assert (named(library, "z.wav").id, named(library, "a.wav").id) == (1, 4)
    assert pending(library) == {"a.wav": "new"}


def test_a_copy_is_a_duplicate_and_not_to_be_done(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    shutil.copy(music / "a.wav", music / "copy.wav")
    assert counts(rescan(library)) == {"duplicates": 1, "unchanged": 3}
    assert table(library)["copy.wav"] == (4, "present", 1)
    assert pending(library) == {}
    assert counts(rescan(library)) == {"unchanged": 4}


def test_copies_found_together_are_one_track_and_its_duplicates(library: Library, music: Path) -> None:
    for name in ("c1.wav", "c2.wav"):
        shutil.copy(music / "a.wav", music / name)
        retag(music / name, name)
    assert counts(rescan(library, music)) == {"new": 3, "duplicates": 2}
    assert len(pending(library)) == 3


def test_when_the_original_goes_its_duplicate_stands_in_with_all_results(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    for name in ("copy 1.wav", "copy 2.wav"):
        shutil.copy(music / "a.wav", music / name)
        retag(music / name, name)
    rescan(library)
    (music / "a.wav").unlink()
    assert counts(rescan(library)) == {"missing": 1, "unchanged": 4}
    assert table(library) == {
        "copy 1.wav": (1, "present", None),
        "a.wav": (4, "missing", 1),
        "copy 2.wav": (5, "present", 1),
        "b.wav": (2, "present", None),
        "in/c.wav": (3, "present", None),
    }
    assert named(library, "copy 1.wav").tags.title == "copy 1.wav"
    assert pending(library) == {}
    assert counts(rescan(library)) == {"unchanged": 4}


def test_when_the_original_is_replaced_its_duplicate_keeps_the_results(library: Library, music: Path) -> None:
    rescan(library, music)
    mark_done(library)
    shutil.copy(music / "a.wav", music / "copy.wav")
    rescan(library)
    song(music / "a.wav", 60, seconds=0.1)
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 3}
    assert table(library)["copy.wav"] == (1, "present", None)
    assert table(library)["a.wav"] == (4, "present", None)
    assert pending(library) == {"a.wav": "new"}
    assert counts(rescan(library)) == {"unchanged": 4}


def test_a_duplicate_that_gets_audio_of_its_own_is_a_track(library: Library, music: Path) -> None:
    shutil.copy(music / "a.wav", music / "copy.wav")
    rescan(library, music)
    mark_done(library)
    song(music / "copy.wav", 60, seconds=0.1)
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 3}
    assert named(library, "copy.wav").duplicate_of is None
    assert pending(library) == {"copy.wav": "new"}


def test_a_track_that_is_overwritten_with_a_copy_of_another_is_its_duplicate(library: Library, music: Path) -> None:
    song(music / "b.wav", 1, seconds=0.1)
    rescan(library, music)
    mark_done(library)
    shutil.copy(music / "b.wav", music / "a.wav")
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 2}
    assert table(library)["a.wav"] == (1, "present", 2)
    assert pending(library) == {}


def test_a_scan_of_a_part_says_nothing_of_the_rest(library: Library, music: Path) -> None:
    rescan(library, music)
    (music / "a.wav").unlink()
    (music / "in" / "c.wav").unlink()
    song(music / "in" / "d.wav", 20)
    assert counts(rescan(library, music / "in")) == {"new": 1, "missing": 1}
    assert table(library)["a.wav"][1] == "present"
    assert table(library)["in/d.wav"] == (4, "present", None)
    assert [root.path for root in roots.all_roots(library)] == [music]


def test_a_part_with_a_name_that_begins_alike_is_another_part(library: Library, music: Path) -> None:
    song(music / "in 2" / "d.wav", 20)
    song(music / "in.wav", 21)
    rescan(library, music)
    shutil.rmtree(music / "in 2")
    (music / "in.wav").unlink()
    assert counts(rescan(library, music / "in")) == {"unchanged": 1}
    shutil.rmtree(music / "in")
    assert counts(rescan(library, music / "in")) == {"missing": 1}


def test_folders_named_twice_or_inside_each_other_count_once(library: Library, music: Path) -> None:
    assert counts(rescan(library, music, music / "in", music, music / "in" / "..")) == {"new": 3}
    assert [root.path for root in roots.all_roots(library)] == [music]


def test_tracks_of_an_inner_root_stay_there(library: Library, music: Path) -> None:
    rescan(library, music / "in")
    assert counts(rescan(library, music)) == {"new": 2, "unchanged": 1}
    assert table(library)["c.wav"] == (1, "present", None)
    assert counts(rescan(library)) == {"unchanged": 3}
    (music / "in" / "c.wav").rename(music / "c.wav")
    assert counts(rescan(library, music)) == {"moved": 1, "unchanged": 2}
    assert next((track.id, track.path) for track in tracks.iterate(library)) == (1, music / "c.wav")


@needs_links
def test_a_root_named_by_a_link_is_the_same_root(library: Library, music: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(music)
    rescan(library, tmp_path / "link")
    assert counts(rescan(library, music)) == {"unchanged": 3}
    assert counts(rescan(library, tmp_path / "link" / "in")) == {"unchanged": 1}
    assert [root.path for root in roots.all_roots(library)] == [tmp_path / "link"]


@needs_links
def test_links_inside_are_tracks_unless_their_files_are(library: Library, music: Path, tmp_path: Path) -> None:
    song(tmp_path / "elsewhere" / "far.wav", 30)
    (music / "far.wav").symlink_to(tmp_path / "elsewhere" / "far.wav")
    (music / "near.wav").symlink_to(music / "a.wav")
    (music / "loop").symlink_to(music)
    assert counts(rescan(library, music)) == {"new": 4}
    assert counts(rescan(library, music)) == {"unchanged": 4}


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are Unicode there")
def test_names_that_are_no_text_survive(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    names = [
        b"caf\xe9.wav",
        b"new\nline.wav",
        b"back\\slash.wav",
        "NFD e\u0301 \U0001f3b5.wav".encode(),
        b"a" * 250 + b".wav",
    ]
    for seed, name in enumerate(names):
        song(folder / "x.wav", seed).rename(os.fsdecode(os.fsencode(folder) + b"/" + name))
    assert counts(rescan(library, folder)) == {"new": 5}
    assert counts(rescan(library)) == {"unchanged": 5}
    assert {os.fsencode(track.path.name) for track in tracks.iterate(library)} == set(names)


def test_an_empty_file_is_a_failure_that_is_remembered(library: Library, music: Path) -> None:
    (music / "empty.mp3").touch()
    (music / "empty too.mp3").touch()
    assert counts(rescan(library, music)) == {"new": 3, "failed": 2}
    assert counts(rescan(library)) == {"unchanged": 3, "failed": 2, "remembered": 2}
    (failed, _) = failures.listed(library, stage="scan")
    assert (failed.error_type, failed.attempts) == ("EmptyAudioError", 1)
    assert set(pending(library)) == {"a.wav", "b.wav", "in/c.wav"}
    song(music / "empty.wav", 40).replace(music / "empty.mp3")
    assert counts(rescan(library)) == {"unchanged": 3, "changed": 1, "failed": 1, "remembered": 1}
    assert [item.path.name for item in failures.listed(library)] == ["empty too.mp3"]


def test_failures_are_tried_again_when_asked(library: Library, music: Path) -> None:
    (music / "empty.mp3").touch()
    rescan(library, music)
    failures.retry(library, stage="scan")
    rescan(library)
    assert failures.listed(library)[0].attempts == 2


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_file_without_permission_is_read_as_soon_as_it_may_be(library: Library, music: Path) -> None:
    (music / "a.wav").chmod(0)
    assert counts(rescan(library, music)) == {"new": 2, "failed": 1}
    (music / "a.wav").chmod(0o600)
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 2}


def test_a_file_that_cannot_be_read_keeps_its_results_for_later(
    library: Library, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retag(music / "a.wav")
    rescan(library, music)
    mark_done(library)
    real = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path.name == "a.wav":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **options)  # type: ignore[call-overload]

    os.utime(music / "a.wav", ns=(0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert counts(rescan(library)) == {"failed": 1, "unchanged": 2}
        assert named(library, "a.wav").tags.title == "Title"
        assert pending(library) == {}
        assert [item.error_type for item in failures.listed(library)] == ["PermissionError"]
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 2}
    assert pending(library) == {}
    assert failures.listed(library) == ()


def test_a_folder_that_cannot_be_read_loses_nothing(
    library: Library, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rescan(library, music)
    real = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "in":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    events: list[Event] = []
    assert counts(rescan(library, listener=events.append, prune=True, confirm_prune=True)) == {"unchanged": 2}
    assert table(library)["in/c.wav"][1] == "present"
    assert [type(event) for event in events] == [RunWarning]


def test_a_root_that_is_not_there_is_told_and_its_tracks_are_missing(library: Library, music: Path) -> None:
    rescan(library, music)
    music.rename(music.with_name("unmounted"))
    report = rescan(library)
    assert counts(report) == {"missing": 3}
    assert report.absent == (music,)
    music.with_name("unmounted").rename(music)
    assert counts(rescan(library)) == {"returned": 3}


def test_missing_tracks_are_pruned_when_asked(library: Library, music: Path) -> None:
    rescan(library, music)
    (music / "a.wav").unlink()
    assert counts(rescan(library)) == {"missing": 1, "unchanged": 2}
    assert counts(rescan(library, prune=True)) == {"pruned": 1, "unchanged": 2}
    assert set(table(library)) == {"b.wav", "in/c.wav"}
    assert counts(rescan(library)) == {"unchanged": 2}


def test_pruning_is_refused_where_a_drive_may_be_missing(library: Library, music: Path, tmp_path: Path) -> None:
    song(tmp_path / "other" / "x.wav", 70)
    song(tmp_path / "other" / "y.wav", 71)
    rescan(library, music, tmp_path / "other")
    music.rename(music.with_name("unmounted"))
    (tmp_path / "other" / "y.wav").unlink()
    report = rescan(library, prune=True)
    assert counts(report) == {"missing": 4, "unchanged": 1, "pruned": 1}
    assert report.prune_refused == f"{music} is not there"
    music.mkdir()
    report = rescan(library, prune=True)
    assert report.prune_refused == f"3 of 3 tracks of {music} are gone"
    assert counts(rescan(library, prune=True, confirm_prune=True)) == {"unchanged": 1, "pruned": 3}


def test_pruning_a_part_deletes_only_there(library: Library, music: Path) -> None:
    song(music / "in" / "d.wav", 20)
    rescan(library, music)
    (music / "in" / "c.wav").unlink()
    (music / "a.wav").unlink()
    rescan(library)
    assert counts(rescan(library, music / "in", prune=True)) == {"unchanged": 1, "pruned": 1}
    assert table(library)["a.wav"][1] == "missing"


def test_a_limit_leaves_the_rest_for_the_next_scan(library: Library, music: Path) -> None:
    assert counts(rescan(library, music, limit=2)) == {"new": 2, "left": 1}
    (music / "a.wav").rename(music / "z.wav")
    report = rescan(library, limit=0, prune=True)
    assert counts(report) == {"unchanged": 1, "missing": 1, "left": 2}
    assert report.prune_refused is not None
    assert counts(rescan(library)) == {"unchanged": 1, "moved": 1, "new": 1}
    assert named(library, "z.wav").id == 1


def test_a_dry_run_counts_and_writes_nothing(library: Library, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rescan(library, music)
    song(music / "new.wav", 80)
    song(music / "b.wav", 81, seconds=0.1)
    (music / "a.wav").unlink()
    before = table(library)
    library.close()
    with open_library(library.path, mode="read") as reading:
        monkeypatch.setattr(scan_look, "identify", lambda path: pytest.fail(f"{path} was opened"))
        report = rescan(reading, dry_run=True, prune=True)
        assert counts(report) == {"new": 1, "changed": 1, "missing": 1, "unchanged": 1}
        assert counts(rescan(reading, music.parent, dry_run=True))["new"] == 1
        assert table(reading) == before
        assert len(roots.all_roots(reading)) == 1


def test_force_reads_everything_again(library: Library, music: Path) -> None:
    rescan(library, music)
    library.run("UPDATE tracks SET title = 'wrong'")
    assert counts(rescan(library)) == {"unchanged": 3}
    assert named(library, "a.wav").tags.title == "wrong"
    assert counts(rescan(library, force=True)) == {"unchanged": 3}
    assert named(library, "a.wav").tags.title == "a"


def test_several_workers_find_the_same(library: Library, music: Path, tmp_path: Path) -> None:
    for seed in range(60):
        song(music / f"many {seed % 50}" / f"{seed}.wav", seed % 55 + 100)
    assert counts(rescan(library, music, workers=2)) == {"new": 58, "duplicates": 5}
    for seed in range(40):
        (music / f"many {seed}" / f"{seed}.wav").rename(music / f"{seed + 1}.wav")
    assert counts(rescan(library, workers=2)) == {"moved": 40, "unchanged": 23}


def test_a_listener_hears_of_every_file_that_is_read(library: Library, music: Path) -> None:
    (music / "empty.mp3").touch()
    events: list[Event] = []
    rescan(library, music, listener=events.append)
    assert isinstance(events[0], RunStarted)
    assert events[0].total == 4
    finished = [event.label for event in events if isinstance(event, ItemFinished) and event.result.ok]
    assert sorted(finished) == ["a.wav", "b.wav", "c.wav"]
    assert isinstance(events[-1], RunFinished)
    assert (events[-1].done, events[-1].failed) == (4, 1)


@pytest.mark.parametrize("name", ["gone", "file.wav"])
def test_a_folder_that_is_none_is_an_error_and_nothing_is_written(library: Library, tmp_path: Path, name: str) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "file.wav").touch()
    with pytest.raises(InputError, match=name):
        rescan(library, tmp_path / "music", tmp_path / name)
    assert roots.all_roots(library) == ()


def test_a_scan_without_any_folder_says_what_to_do(library: Library) -> None:
    with pytest.raises(InputError) as caught:
        rescan(library)
    assert caught.value.hint


def test_a_library_open_for_reading_cannot_be_scanned_into(library: Library, music: Path) -> None:
    library.close()
    with open_library(library.path, mode="read") as reading, pytest.raises(LibraryError, match="reading only"):
        rescan(reading, music)


def test_of_two_tracks_with_one_audio_each_keeps_its_name(library: Library, music: Path) -> None:
    rescan(library, music)
    shutil.copy(music / "b.wav", music / "a copy.wav")
    rescan(library)
    for name in ("a copy.wav", "b.wav"):
        (music / name).rename(music / "in" / name)
    assert counts(rescan(library)) == {"moved": 2, "unchanged": 2}
    assert table(library)["in/a copy.wav"] == (4, "present", 2)
    assert table(library)["in/b.wav"] == (2, "present", None)


def test_a_missing_duplicate_of_a_track_that_was_replaced_is_its_duplicate_no_more(
    library: Library, music: Path, tmp_path: Path
) -> None:
    shutil.copy(music / "a.wav", music / "copy.wav")
    rescan(library, music)
    mark_done(library)
    (music / "copy.wav").rename(tmp_path / "away.wav")
    rescan(library)
    song(music / "a.wav", 60, seconds=0.1)
    assert counts(rescan(library)) == {"changed": 1, "unchanged": 2}
    assert table(library)["copy.wav"] == (3, "missing", None)
    (tmp_path / "away.wav").rename(music / "copy.wav")
    assert counts(rescan(library)) == {"returned": 1, "unchanged": 3}
    assert pending(library) == {"a.wav": "changed", "copy.wav": "new"}


def test_in_whatever_order_files_are_read_the_same_is_found(
    library: Library, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rescan(library, music)
    mark_done(library)
    (music / "a.wav").rename(music / "z.wav")
    song(music / "a.wav", 50, seconds=0.1)
    monkeypatch.setattr(scan_module, "looks", lambda *args, **options: reversed(list(looks(*args, **options))))
    assert counts(rescan(library)) == {"moved": 1, "new": 1, "unchanged": 2}
    assert pending(library) == {"a.wav": "new"}
