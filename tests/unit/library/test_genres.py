"""Answers, words of a person and weights in the library, and libraries from before there were any."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edm.errors import LibraryError
from edm.library import Library, check, genres, open_library, roots, tracks
from edm.library.genre_records import GenreRow, GenreVoice, Override, StoredReply
from edm.library.migrations import APPLICATION_ID, NEWEST, version_of
from edm.library.schema import VERSION_1
from edm.model import Tags
from unit.library.made import MUSIC, add_track

AT = "2026-01-01T00:00:00.000+00:00"


def reply_to(question: str = "jeffmills", **changes: object) -> StoredReply:
    fields: dict[str, object] = {
        "source": "lastfm",
        "entity": "artist",
        "question": question,
        "name": "Jeff Mills",
        "outcome": "found",
        "tags": (("techno", 1.0), ("détroit", 0.5)),
        "at": AT,
        "expires_at": None,
    }
    return StoredReply(**{**fields, **changes})  # type: ignore[arg-type]


def row(genre: str, weight: float = 0.5) -> GenreRow:
    return GenreRow(genre, weight, (GenreVoice("lastfm", "artist", weight, True), GenreVoice("tags", "track", 0.25)))


def word(key: str = "jeffmills", *meant: str, kind: str = "set", entity: str = "artist") -> Override:
    return Override(kind, entity, key, "Jeff Mills", meant, AT, "a person")  # type: ignore[arg-type]


def test_an_answer_comes_back_as_it_was(library: Library) -> None:
    genres.store_reply(library, reply_to(), '{"toptags": "ü"}')
    assert genres.reply(library, "lastfm", "artist", "jeffmills") == reply_to()
    assert genres.raw_body(library, "lastfm", "artist", "jeffmills") == '{"toptags": "ü"}'
    assert genres.reply(library, "musicbrainz", "artist", "jeffmills") is None
    assert genres.raw_body(library, "lastfm", "album", "jeffmills") is None


def test_an_answer_without_a_body_has_none(library: Library) -> None:
    genres.store_reply(library, reply_to(outcome="none", tags=(), expires_at=AT), None)
    assert genres.raw_body(library, "lastfm", "artist", "jeffmills") is None
    assert genres.reply(library, "lastfm", "artist", "jeffmills") == reply_to(outcome="none", tags=(), expires_at=AT)


@given(question=st.text(max_size=40), name=st.text(max_size=40), body=st.text(max_size=200))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_asked_and_answered(library: Library, question: str, name: str, body: str) -> None:
    genres.store_reply(library, reply_to(question, name=name), body)
    found = genres.reply(library, "lastfm", "artist", question)
    assert found is not None
    assert found.name == name
    assert genres.raw_body(library, "lastfm", "artist", question) == body


def test_half_a_character_is_stored_all_the_same(library: Library) -> None:
    genres.store_reply(library, reply_to("a\udce9", name="a\udce9", tags=(("\ud800", 1.0),)), "\udce9")
    assert genres.reply(library, "lastfm", "artist", "a\udce9") is not None


def test_a_new_answer_takes_the_place_of_the_old_one(library: Library) -> None:
    genres.store_reply(library, reply_to(outcome="none", tags=()), "old")
    before = genres.fingerprint(library)
    genres.store_reply(library, reply_to(), "new")
    assert list(genres.replies(library)) == [reply_to()]
    assert genres.raw_body(library, "lastfm", "artist", "jeffmills") == "new"
    assert genres.fingerprint(library) != before


def test_all_answers_come_in_their_order_over_many_pages(library: Library) -> None:
    with library.transaction():
        for number in range(2500):
            genres.store_reply(library, reply_to(str(number)), None)
    assert [one.question for one in genres.replies(library)] == [str(number) for number in range(2500)]


def test_a_body_takes_little_room(library: Library) -> None:
    body = '{"count":100,"name":"techno","url":"https://www.last.fm/tag/techno"},' * 300
    genres.store_reply(library, reply_to(), body)
    stored = library.row("SELECT LENGTH(raw) FROM genre_replies")
    assert stored is not None
    assert stored[0] < len(body) / 20


def test_a_persons_word_is_kept_replaced_and_taken_back(library: Library) -> None:
    genres.store_override(library, word("jeffmills", "techno"))
    genres.store_override(library, word("jeffmills", "techno", "ambient"))
    genres.store_override(library, word("jungle", kind="fix", entity="tag"))
    assert genres.overrides(library) == (
        word("jungle", kind="fix", entity="tag"),
        word("jeffmills", "techno", "ambient"),
    )
    assert genres.delete_override(library, "set", "artist", "jeffmills")
    assert not genres.delete_override(library, "set", "artist", "jeffmills")
    assert len(genres.overrides(library)) == 1


def test_weights_are_written_only_where_they_differ(library: Library) -> None:
    first, second = add_track(library, "a.mp3"), add_track(library, "b.mp3")
    assert genres.store_weights(library, [(first, [row("techno"), row("house", 0.75)]), (second, [])]) == 1
    assert dict(genres.genre_weights(library)) == {first: (row("house", 0.75), row("techno"))}
    assert genres.store_weights(library, [(first, [row("house", 0.75), row("techno")]), (second, [])]) == 0
    assert genres.store_weights(library, [(first, [row("techno")]), (second, [row("dub")])]) == 2
    assert genres.store_weights(library, [(first, [])]) == 1
    assert dict(genres.genre_weights(library)) == {second: (row("dub"),)}


def test_weights_of_some_tracks_come_in_the_order_asked(library: Library) -> None:
    ids = [add_track(library, f"{number}.mp3") for number in range(5)]
    genres.store_weights(library, [(number, [row("techno")]) for number in ids])
    wanted = [ids[3], ids[0], 999]
    assert [number for number, _ in genres.genre_weights(library, wanted)] == [ids[3], ids[0]]
    far_apart = [ids[0], 1_000_000]
    assert [number for number, _ in genres.genre_weights(library, far_apart)] == [ids[0]]


def test_weights_of_a_track_that_is_gone_are_passed_over(library: Library) -> None:
    number = add_track(library)
    assert genres.store_weights(library, [(number, [row("techno")]), (999, [row("techno")])]) == 1
    tracks.delete(library, [number])
    assert list(genres.genre_weights(library)) == []
    assert check(library) == ()


def test_tracks_come_with_names_identifiers_and_the_files_own_genres(library: Library) -> None:
    ids = {"artist": "x", "release_group": "y"}
    first = add_track(library, "a.mp3", tags=Tags("T", "A", "B", "C", None, ("House", "Dub"), musicbrainz=ids))
    second, gone = add_track(library, "b.mp3"), add_track(library, "c.mp3")
    tracks.mark_missing(library, [gone])
    tracks.set_genres(library, first, "net", ["Pop"])
    found = list(genres.iter_genre_tracks(library))
    assert [one.id for one in found] == [first, second]
    one = found[0]
    assert (one.artist, one.album, one.album_artist, one.title) == ("A", "B", "C", "T")
    assert (one.musicbrainz, one.genres, one.path) == (ids, ("House", "Dub"), MUSIC / "a.mp3")
    assert list(genres.iter_genre_tracks(library, within=[MUSIC / "elsewhere"])) == []


@pytest.mark.parametrize("change", ["tags", "genre", "track", "missing", "reply", "override"])
def test_the_fingerprint_follows_what_weights_are_made_of(library: Library, change: str) -> None:
    number = add_track(library, tags=Tags(artist="A"))
    track = tracks.get(library, number)
    assert track is not None
    before = genres.fingerprint(library)
    assert genres.fingerprint(library) == before
    {
        "tags": lambda: tracks.update(library, number, track.stamp, Tags(artist="B")),
        "genre": lambda: tracks.set_genres(library, number, "tag", ["House"]),
        "track": lambda: add_track(library, "b.mp3"),
        "missing": lambda: tracks.mark_missing(library, [number]),
        "reply": lambda: genres.store_reply(library, reply_to(), None),
        "override": lambda: genres.store_override(library, word()),
    }[change]()
    assert genres.fingerprint(library) != before


def test_the_fingerprint_is_unmoved_by_weights_and_moves(library: Library) -> None:
    number = add_track(library)
    before = genres.fingerprint(library)
    genres.store_weights(library, [(number, [row("techno")])])
    tracks.move(library, number, roots.add(library, MUSIC).id, "elsewhere.mp3")
    assert genres.fingerprint(library) == before


def test_notes_are_kept(library: Library) -> None:
    assert genres.noted(library, "genres") is None
    genres.note(library, "genres", "a")
    genres.note(library, "genres", "b")
    assert genres.noted(library, "genres") == "b"


def test_a_library_of_version_1_keeps_its_tracks_and_gets_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    old = sqlite3.connect(path, isolation_level=None)
    for statement in VERSION_1:
        old.execute(statement)
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    old.execute("PRAGMA user_version = 1")
    old.execute("INSERT INTO roots (id, path) VALUES (1, '/music')")
    old.execute(
        "INSERT INTO tracks (id, root_id, path, size, mtime_ns, sample_hash, added_at, seen_at, artist) "
        "VALUES (7, 1, 'a.mp3', 1, 1, 'x', ?, ?, 'Jeff Mills')",
        (AT, AT),
    )
    old.execute("INSERT INTO track_genres VALUES (7, 'tag', 0, 'Techno')")
    old.close()
    with open_library(path, mode="write") as library:
        (track,) = genres.iter_genre_tracks(library)
        assert (track.id, track.artist, track.genres) == (7, "Jeff Mills", ("Techno",))
        genres.store_weights(library, [(7, [row("techno")])])
        assert check(library) == ()
    assert list(tmp_path.glob("*.backup")) == []
    with sqlite3.connect(path) as new:
        assert version_of(new) == NEWEST


def test_a_library_that_is_read_takes_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    open_library(path, mode="write").close()
    with open_library(path, mode="read") as library:
        with pytest.raises(LibraryError):
            genres.store_reply(library, reply_to(), None)
        assert list(genres.replies(library)) == []
