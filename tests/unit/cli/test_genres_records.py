"""What is known of genres, as records."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.cli.genres_lookup import Subject, find_album, find_artist, find_track
from edm.cli.genres_records import explain_record, override_record, show_record, tag_record
from edm.genres.noise import load_noise
from edm.genres.resolving import TagReader, tag_key
from edm.genres.vocabulary import load_vocabulary
from edm.library import Library, open_library, tracks
from edm.library.genre_records import GenreRow, GenreVoice, Override, StoredReply
from edm.library.genres import store_override, store_reply, store_weights
from edm.model import Tags
from tests.unit.library.made import add_track

AT = "2026-11-21T15:00:00.000000+00:00"
FIX = Override("fix", "tag", "blorp", "Blorp", ("idm",), AT, "ann")
DROP = Override("fix", "tag", "house", "house", (), AT, "ann")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_library(tmp_path_factory.mktemp("genres") / "library.db", mode="write") as opened:
        add_track(opened, "1.mp3", tags=Tags(artist="A", album="X", title="One", genres=("Techno", "blorp")))
        add_track(opened, "2.mp3", tags=Tags(artist="A", album="Y", title="Two"))
        add_track(opened, "3.mp3", tags=Tags(artist="A & B", album="Z", title="Three"))
        add_track(opened, "4.mp3")
        add_track(opened, "5.mp3", tags=Tags(artist="B", title="Gone"))
        tracks.mark_missing(opened, [5])
        voice = GenreVoice("tags", "track", 0.8)
        other = GenreVoice("lastfm", "artist", 0.4)
        rows = [GenreRow("techno", 0.88, (voice, other)), GenreRow("house", 0.1, (other,))]
        store_weights(opened, [(1, rows), (2, [GenreRow("techno", 0.4, (other,))])])
        tags = (("techno", 1.0), ("A", 0.5), ("blorp / seen live", 0.1))
        store_reply(opened, StoredReply("lastfm", "artist", "a", "A", "found", tags, AT), None)
        store_reply(opened, StoredReply("musicbrainz", "album", "a x", "X", "none", (), AT, AT), None)
        store_override(opened, FIX)
        store_override(opened, Override("set", "album", "a y", "A: Y", ("ambient",), AT, "ann"))
        yield opened


def show(library: Library, subject: Subject) -> dict[str, object]:
    record = show_record(library, subject)
    assert json.loads(json.dumps(record)) == record
    return record


def test_a_track_has_genres_voices_answers_and_fates(library: Library) -> None:
    shown = show_record(library, find_track(library, "1"))
    assert [(one["genre"], one["weight"]) for one in shown["genres"]] == [("techno", 0.88), ("house", 0.1)]
    assert [one["source"] for one in shown["genres"][0]["sources"]] == ["tags", "lastfm"]
    said = {(one["source"], one["entity"]): one for one in shown["said"]}
    assert set(said) == {("tags", "track"), ("lastfm", "artist"), ("musicbrainz", "album")}
    assert said[("musicbrainz", "album")]["outcome"] == "none"
    assert [(tag["genres"], tag["fixed"]) for tag in said[("tags", "track")]["tags"]] == [
        (["techno"], False),
        (["idm"], True),
    ]
    lastfm = said[("lastfm", "artist")]["tags"]
    assert lastfm[1]["dropped"] == [{"text": "a", "why": "the name of the artist, the album or the track itself"}]
    assert (lastfm[2]["genres"], lastfm[2]["fixed"]) == (["idm"], True)
    assert [drop["text"] for drop in lastfm[2]["dropped"]] == ["seen live"]


def test_an_artist_is_the_mean_of_its_tracks(library: Library) -> None:
    shown = show_record(library, find_artist(library, "A"))
    assert shown["tracks"] == 2
    assert [(one["genre"], one["weight"], one["tracks"]) for one in shown["genres"]] == [
        ("techno", 0.64, 2),
        ("house", 0.05, 1),
    ]
    assert [(one["source"], one["weight"]) for one in shown["genres"][0]["sources"]] == [
        ("lastfm", 0.4),
        ("tags", 0.4),
    ]


def test_a_collaboration_shows_what_its_members_are_called(library: Library) -> None:
    shown = show_record(library, find_artist(library, "A & B"))
    (answer,) = shown["said"]
    assert (answer["name"], answer["inherited"]) == ("A", True)
    assert shown["why_none"] == "what was said names none"


def test_a_persons_word_is_shown_where_it_holds(library: Library) -> None:
    artist = find_artist(library, "A")
    assert [one["subject"] for one in show_record(library, find_album(artist, "Y"))["overrides"]] == ["A: Y"]
    assert [one["subject"] for one in show_record(library, find_track(library, "2"))["overrides"]] == ["A: Y"]
    assert show_record(library, artist)["overrides"] == []


def test_what_has_no_names_or_no_file_is_shown_too(library: Library) -> None:
    for number in ("4", "5"):
        shown = show(library, find_track(library, number))
        assert (shown["genres"], shown["why_none"]) == ([], "nothing is known yet: edm genres asks")


def test_a_correction_comes_before_the_vocabulary() -> None:
    assert explain_record("House", [DROP])["steps"] == ["On 2026-11-21 you said that 'house' means no genre."]
    listed = explain_record("blorp / techno", [FIX])
    assert (listed["genres"], listed["unknown"], listed["fixed"]) == (["techno", "idm"], [], True)
    assert "On 2026-11-21 you said that 'Blorp' means 'idm'." in listed["steps"]
    assert explain_record("blorp", [])["unknown"] == ["blorp"]


def test_a_word_is_a_record_with_its_provenance() -> None:
    assert override_record(FIX) == {
        "kind": "fix",
        "entity": "tag",
        "subject": "Blorp",
        "genres": ["idm"],
        "at": AT,
        "said_by": "ann",
        "key": "blorp",
    }


TEXTS = st.sampled_from([*load_vocabulary().genres, *list(load_noise())[:200], "blorp", "zork"])


@given(st.lists(TEXTS, min_size=1, max_size=3).map(" / ".join) | st.text(max_size=20), st.sampled_from(["", "jungle"]))
def test_a_tag_is_shown_as_it_is_read(text: str, own: str) -> None:
    fixes = {FIX.key: FIX.genres, tag_key("techno"): ()}
    shown = tag_record(text, 1.0, (own,), fixes)
    reader = TagReader(fixes)
    assert tuple(shown["genres"]) == reader.genres(text, (own,))
    assert tuple(shown["unknown"]) == reader.unknown(text, (own,))
