"""The stage ``genres`` and names of all kinds: who is one, who is several, and what a person says of them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.genres.entities import person_key
from edm.genres.resolving import tag_key
from edm.library import genres, roots, tracks
from edm.library.genre_records import Override
from edm.library.store import now
from edm.pipeline.genres import GenresStage
from edm.pipeline.stage import RunRequest
from genre_server import GenreServer, genre_server, mbid_of
from unit.library.made import MUSIC
from unit.pipeline.asking import Asker, asker_at, sources_at, tags

TECHNO = [("techno", 100)]
HOUSE = [("house", 100)]
ODD_NAMES = [
    "AC/DC",
    "!!!",
    "+/-",
    "Sunn O)))",
    'The "Quoted" Band',
    "O'Jays",
    "M|O|O|N",
    "Björk",
    "坂本龍一",
    "Пётр",
    "€$",
    "a" * 300,
    "x",
]


@pytest.fixture(scope="module")
def shared() -> Iterator[GenreServer]:
    with genre_server() as running:
        yield running


@pytest.fixture
def asker(tmp_path: Path, shared: GenreServer) -> Iterator[Asker]:
    for held in (shared.requests, shared.lastfm, shared.lastfm_mbids, shared.artists, shared.release_groups):
        held.clear()
    shared.faults.clear()
    with asker_at(tmp_path / "library.db", shared) as made:
        yield made


def said(kind: str, entity: str, key: str, *meant: str) -> Override:
    return Override(kind, entity, key, key, meant, now(), "a person")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("service", ["lastfm", "musicbrainz"])
def test_an_odd_name_is_asked_for_as_it_is_and_found(asker: Asker, service: str, name: str) -> None:
    server = asker.server
    if service == "lastfm":
        server.add_lastfm(name, tags=TECHNO)
    else:
        server.add_artist(name, tags=TECHNO)
    (number,) = asker.add(tags(name))
    report = asker.run(sources=sources_at(server, lastfm_api_key=server.key if service == "lastfm" else ""))
    assert set(asker.genres(number)) == {"techno"}
    assert (len(server.requests), report.failed) == (1, 0)


@pytest.mark.parametrize(
    "name", ["", "   ", "Various Artists", "VA", "V.A.", "[unknown]", "Unknown Artist", "b" * 1001]
)
def test_who_is_nobody_is_not_asked_about(asker: Asker, name: str) -> None:
    (number,) = asker.add(tags(name, "Some Album", "Some Title", genres=("Acid House",)))
    report = asker.run(genre_tracks=True)
    assert (len(asker.server.requests), report.failed) == (0, 0)
    assert asker.voices(number, "acid house") == {("tags", "track", False)}


def test_spellings_of_one_name_are_one_artist(asker: Asker) -> None:
    asker.server.add_lastfm("Björk", tags=HOUSE)
    spelt = ["Björk", unicodedata.normalize("NFD", "Björk"), "BJÖRK", "Björk", " bjork "]
    ids = asker.add(*map(tags, spelt))
    asker.run()
    assert [one.query["artist"] for one in asker.server.requests] == ["Björk"]
    assert all(set(asker.genres(number)) == {"house"} for number in ids)


def test_an_identifier_is_asked_by(asker: Asker) -> None:
    server = asker.server
    mbid = server.add_artist("Jeff Mills", tags=TECHNO)
    asker.add(tags("Jeff Mills", mbid=mbid), tags("Jeff  Mills"))
    asker.run(sources=sources_at(server, lastfm_api_key=""))
    assert [one.path for one in server.requests] == [f"/ws/2/artist/{mbid}"]


def test_two_artists_that_share_a_name_are_two(asker: Asker) -> None:
    server = asker.server
    first = server.add_artist("Nirvana", tags=[("grunge", 5)])
    second = server.add_artist("Nirvana", tags=[("psychedelic rock", 5)])
    server.add_lastfm("Nirvana", tags=[("grunge", 100)])
    one, other, whichever = asker.add(tags("Nirvana", mbid=first), tags("Nirvana", mbid=second), tags("Nirvana"))
    asker.run()
    assert set(asker.genres(one)) == {"grunge"}
    assert set(asker.genres(other)) == {"psychedelic rock"}
    assert asker.genres(whichever) == {}
    assert Counter(request.service for request in server.requests) == {"musicbrainz": 3}
    assert asker.requests()[0] == 0


def test_an_album_belongs_to_its_album_artist_and_is_known_by_its_release_group(asker: Asker) -> None:
    server = asker.server
    group = server.add_album("Mix", ("Kevin Saunderson", ""), tags=[("detroit techno", 3)])
    by_name, by_id = asker.add(
        tags("A", "Waveform", album_artist="Jeff Mills"),
        tags("B", "Mix", album_artist="Various Artists", group=group),
    )
    server.add_lastfm("Jeff Mills", "Waveform", tags=TECHNO)
    asker.run(genre_artists=False)
    assert [(one.service, one.query.get("artist")) for one in server.requests] in (
        [("lastfm", "Jeff Mills"), ("musicbrainz", None)],
        [("musicbrainz", None), ("lastfm", "Jeff Mills")],
    )
    assert set(asker.genres(by_name)) == {"techno"}
    assert set(asker.genres(by_id)) == {"detroit techno"}


def test_a_compilation_without_an_album_artist_is_one_album(asker: Asker) -> None:
    group = mbid_of("a compilation")
    asker.add(*(tags(f"Artist {n}", "Best of House", group=group) for n in range(9)))
    asker.run(genre_artists=False)
    assert [one.path for one in asker.server.requests] == [f"/ws/2/release-group/{group}"]


def test_a_collaboration_that_nobody_knows_inherits_from_its_members(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    server.add_artist("Mad Mike", tags=[("electro", 2)])
    together, alone = asker.add(tags("Jeff Mills & Mad Mike feat. Nobody"), tags("Jeff Mills"))
    report = asker.run()
    assert asker.voices(together, "techno") == {("lastfm", "artist", True)}
    assert asker.voices(together, "electro") == {("musicbrainz", "artist", True)}
    assert asker.voices(alone, "techno") == {("lastfm", "artist", False)}
    assert asker.genres(alone)["techno"] == pytest.approx(2 * asker.genres(together)["techno"])
    assert Counter(one.query.get("artist") for one in server.asked("lastfm")).most_common(1)[0][1] == 1
    assert report.details["asked"]["artists"] == 4
    assert report.details["inherited"] == 1
    assert asker.requests()[0] == 0


def test_a_band_whose_name_joins_names_is_itself_where_it_is_known(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Simon & Garfunkel", tags=[("folk", 100)])
    (number,) = asker.add(tags("Simon & Garfunkel", mbid=mbid_of("of Simon alone")))
    asker.run()
    assert [one.query.get("artist") for one in server.requests] == ["Simon & Garfunkel"]
    assert asker.voices(number, "folk") == {("lastfm", "artist", False)}


def test_the_members_of_a_collaboration_that_failed_are_not_asked_yet(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", tags=TECHNO)
    server.faults["lastfm"].extend(["status:500"] * asker.patience.attempts)
    (number,) = asker.add(tags("Jeff Mills x Nobody"))
    assert asker.run().failed == 1
    assert {one.query["artist"] for one in server.requests} == {"Jeff Mills x Nobody"}
    assert asker.run().failed == 0
    assert asker.voices(number, "techno") == {("lastfm", "artist", True)}


def test_file_tags_always_count_and_own_names_do_not(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Jungle", tags=[("jungle", 100), ("funk", 80)])
    server.add_lastfm("Jungle", "House", tags=[("house", 100), ("soul", 60)])
    (number,) = asker.add(tags("Jungle", "House", "Track", genres=("Nu-Disco", "seen live", "Jungle")))
    asker.run()
    assert set(asker.genres(number)) == {"nu disco", "jungle", "funk", "soul"}
    assert asker.voices(number, "jungle") == {("tags", "track", False)}


def test_a_persons_word_stands_alone_and_survives_every_run(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=[("pop", 100)])
    asker.server.add_lastfm("Jeff Mills", "Film", tags=[("soundtrack", 100)])
    plain, of_album = asker.add(tags("Jeff Mills", genres=("Rock",)), tags("Jeff Mills", "Film"))
    asker.run()
    genres.store_override(asker.library, said("set", "artist", person_key("artist", "JEFF MILLS"), "techno"))
    album_word = said("set", "album", person_key("album", "Jeff Mills", "Film"))
    genres.store_override(asker.library, album_word)
    for request in ({}, {"force": True}, {"offline": True}):
        asker.run(**request)
        assert asker.genres(plain) == {"techno": 1.0}
        assert asker.genres(of_album) == {}
        assert len(genres.overrides(asker.library)) == 2
    assert genres.delete_override(asker.library, "set", "album", album_word.key)
    asker.run(offline=True)
    assert asker.genres(of_album) == {"techno": 1.0}


def test_a_correction_of_a_tag_changes_every_reading_without_a_request(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=[("zoomcore", 100), ("Pop", 50)])
    (number,) = asker.add(tags("Jeff Mills", genres=("Zoomcore / Techno",)))
    asker.run()
    assert set(asker.genres(number)) == {"pop", "techno"}
    genres.store_override(asker.library, said("fix", "tag", tag_key("ZoomCore"), "gabber"))
    genres.store_override(asker.library, said("fix", "tag", tag_key("pop")))
    assert asker.requests()[0] == 0
    assert set(asker.genres(number)) == {"gabber", "techno"}
    assert asker.voices(number, "gabber") == {("tags", "track", False), ("lastfm", "artist", False)}


def test_tracks_are_asked_about_only_where_that_is_wanted(asker: Asker) -> None:
    server = asker.server
    server.add_lastfm("Jeff Mills", "The Bells", tags=TECHNO, entity="track")
    (number, other) = asker.add(tags("Jeff Mills", None, "The Bells"), tags("Jeff Mills", None, "Other"))
    asker.run()
    assert len(server.asked("lastfm")) == 1
    report = asker.run(genre_tracks=True)
    assert report.details["asked"] == {"artists": 0, "albums": 0, "tracks": 2}
    assert asker.voices(number, "techno") == {("lastfm", "track", False)}
    assert asker.genres(other) == {}
    assert asker.requests(genre_tracks=True)[0] == 0


def test_a_limit_is_of_entities_and_the_next_run_goes_on(asker: Asker) -> None:
    for number in range(5):
        asker.server.add_lastfm(f"Artist {number}", tags=TECHNO)
    asker.add(*(tags(f"Artist {number}") for number in range(5)))
    count, report = asker.requests(limit=2)
    assert (count, report.done, report.details["left"]) == (2, 2, 3)
    count, report = asker.requests()
    assert (count, report.done, report.skipped) == (3, 3, 2)
    assert asker.requests(limit=2)[0] == 0


def test_force_asks_everything_again(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    (number,) = asker.add(tags("Jeff Mills"))
    asker.run()
    asker.server.add_lastfm("Jeff Mills", tags=HOUSE)
    assert asker.requests()[0] == 0
    assert asker.requests(force=True)[0] == 1
    assert set(asker.genres(number)) == {"house"}


def test_offline_nobody_is_asked_and_a_later_run_asks(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    (number,) = asker.add(tags("Jeff Mills", genres=("House",)))
    assert asker.requests(offline=True)[0] == 0
    assert set(asker.genres(number)) == {"house"}
    assert asker.requests()[0] == 1
    assert set(asker.genres(number)) == {"house", "techno"}


def test_a_new_track_asks_for_what_is_new_alone(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    asker.add(tags("Jeff Mills"))
    asker.run()
    (number,) = asker.add(tags("Jeff Mills", None, "Another"))
    assert asker.requests()[0] == 0
    assert set(asker.genres(number)) == {"techno"}
    asker.add(tags("Unheard Of"))
    assert asker.requests()[0] == 2


def test_a_retagged_track_loses_what_its_old_artist_gave(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    (number,) = asker.add(tags("Jeff Mills"))
    asker.run()
    track = tracks.get(asker.library, number)
    assert track is not None
    tracks.update(asker.library, number, track.stamp, tags("Nobody Else"))
    asker.run()
    assert asker.genres(number) == {}


def test_folders_limit_who_is_asked_about_and_not_who_gets_genres(asker: Asker) -> None:
    server = asker.server
    inside, outside = asker.add(tags("Jeff Mills"), tags("Basic Channel", genres=("Dub Techno",)))
    root = roots.add(asker.library, MUSIC)
    tracks.move(asker.library, inside, root.id, "new/1.mp3")
    asker.run(folders=(MUSIC / "new",), sources=sources_at(server, musicbrainz=False))
    assert [one.query["artist"] for one in server.requests] == ["Jeff Mills"]
    assert set(asker.genres(outside)) == {"dub techno"}
    assert asker.requests(sources=sources_at(server, musicbrainz=False))[0] == 1


def test_a_preview_counts_questions_and_asks_nobody(asker: Asker) -> None:
    asker.add(*(tags(f"Artist {n}", f"Album {n}", f"Title {n}") for n in range(10)))
    stage = GenresStage()
    request = RunRequest(genres=sources_at(asker.server))
    preview = stage.preview(asker.library, request)
    assert preview.reasons == {"artists": 10, "albums": 10}
    assert preview.seconds == pytest.approx(20 / 5)
    assert preview.note == "lastfm: 20 questions"
    slow = RunRequest(genres=sources_at(asker.server, lastfm_api_key=""), limit=5)
    assert stage.preview(asker.library, slow).seconds == pytest.approx(5.0)
    assert stage.preview(asker.library, RunRequest(genres=sources_at(asker.server), offline=True)).reasons == {}
    assert asker.server.requests == []
    asker.run()
    assert stage.preview(asker.library, request).reasons == {}


def test_missing_tracks_keep_their_genres_and_nobody_is_asked_about_them(asker: Asker) -> None:
    asker.server.add_lastfm("Jeff Mills", tags=TECHNO)
    (number,) = asker.add(tags("Jeff Mills"))
    asker.run()
    tracks.mark_missing(asker.library, [number])
    assert asker.requests(force=True)[0] == 0
    assert set(asker.genres(number)) == {"techno"}
