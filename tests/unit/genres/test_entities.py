"""Who and what is asked about: one question for each artist, album and track, whatever the spelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.genres.entities import ENTITIES, Catalogue, Subject, is_nobody, make_catalogue, person_key, question

M1, M2, M3 = (f"{n}1111111-1111-1111-1111-111111111111" for n in "123")


@dataclass
class File:
    artist: str | None = None
    album: str | None = None
    title: str | None = None
    album_artist: str | None = None
    musicbrainz: Mapping[str, str] = field(default_factory=dict)


def by(
    artist: str | None,
    album: str | None = None,
    title: str | None = None,
    *,
    album_artist: str | None = None,
    mbid: str | None = None,
    group: str | None = None,
) -> File:
    ids = {"artist": mbid, "release_group": group}
    return File(artist, album, title, album_artist, {kind: found for kind, found in ids.items() if found is not None})


def names(catalogue: Catalogue, entity: str) -> list[str]:
    return [one.name for one in catalogue.subjects(entity)]  # type: ignore[arg-type]


def test_an_empty_library_has_nobody() -> None:
    assert [make_catalogue([]).subjects(entity) for entity in ENTITIES] == [[], [], []]


def test_spellings_are_one_and_the_most_frequent_is_asked_for() -> None:
    files = [by("bjork"), by("Björk"), by(unicodedata.normalize("NFD", "Björk")), by("The Björk")]
    (artist,) = make_catalogue(files).subjects("artist")
    assert artist == Subject("artist", "bjork", "Björk")
    assert {make_catalogue(files).of(file).artist for file in files} == {artist}


def test_who_has_most_tracks_comes_first() -> None:
    assert names(make_catalogue([by("Rare"), by("Often"), by("Often"), by("Also Rare")]), "artist") == [
        "Often",
        "Also Rare",
        "Rare",
    ]


def test_one_identifier_beside_a_name_is_everybodys_of_that_name() -> None:
    files = [by("Jeff Mills"), by("jeff mills", mbid=M1.upper())]
    (artist,) = make_catalogue(files).subjects("artist")
    assert (artist.mbid, artist.shared) == (M1, False)
    assert question(artist, "lastfm") == question(artist, "musicbrainz") == f"jeffmills {M1}"


def test_an_identifier_beside_the_album_artist_serves_too() -> None:
    files = [by("Jeff Mills"), File("Someone", album_artist="Jeff Mills", musicbrainz={"album_artist": M1})]
    found = {one.name: one.mbid for one in make_catalogue(files).subjects("artist")}
    assert found == {"Jeff Mills": M1, "Someone": None}


def test_several_identifiers_are_several_artists_whom_lastfm_cannot_tell_apart() -> None:
    files = [by("Nirvana", mbid=M1), by("Nirvana", mbid=M2), by("Nirvana")]
    catalogue = make_catalogue(files)
    found = catalogue.subjects("artist")
    assert {one.mbid for one in found} == {M1, M2, None}
    assert all(one.shared for one in found)
    assert len({one.key for one in found}) == 3
    assert {question(one, "lastfm") for one in found} == {None}
    assert {one.person_key for one in found} == {"nirvana"}


def test_an_identifier_beside_several_names_is_not_trusted() -> None:
    (artist,) = make_catalogue([by("Jeff Mills & Mad Mike", mbid=M1)]).subjects("artist")
    assert artist.mbid is None


@pytest.mark.parametrize("broken", ["", "no identifier", M1[:-1]])
def test_what_is_no_identifier_is_passed_over(broken: str) -> None:
    (artist,) = make_catalogue([by("Jeff Mills", mbid=broken)]).subjects("artist")
    assert artist.mbid is None


@pytest.mark.parametrize(
    "name", [None, "", " ", "Various Artists", "various", "VA", "V/A", "[Unknown]", "Unknown Artist"]
)
def test_nobody_is_no_artist(name: str | None) -> None:
    assert is_nobody(name)
    catalogue = make_catalogue([by(name, "Album", "Title")])
    assert [catalogue.subjects(entity) for entity in ENTITIES] == [[], [], []]
    assert list(catalogue.of(by(name, "Album", "Title"))) == []


@pytest.mark.parametrize("name", ["!!!", "+/-", "A", "Vari", "Various Production", "Vast", "The The"])
def test_somebody_is_somebody(name: str) -> None:
    assert not is_nobody(name)


def test_an_album_belongs_to_the_album_artist_else_to_the_artist() -> None:
    files = [by("A", "One", album_artist="C"), by("B", "One", album_artist="C"), by("A", "Two")]
    found = {one.name: one.artist for one in make_catalogue(files).subjects("album")}
    assert found == {"One": "C", "Two": "A"}


def test_albums_of_one_title_by_two_artists_are_two() -> None:
    found = make_catalogue([by("A", "Greatest Hits"), by("B", "Greatest Hits")]).subjects("album")
    assert {question(one, "lastfm") for one in found} == {"a greatesthits", "b greatesthits"}


def test_an_album_of_nobody_is_known_by_its_release_group_alone() -> None:
    nameless = by("A", "Mix", album_artist="Various Artists")
    assert make_catalogue([nameless]).subjects("album") == []
    tagged = by("A", "Mix", album_artist="Various Artists", group=M1)
    (album,) = make_catalogue([tagged]).subjects("album")
    assert (album.artist, album.mbid, question(album, "lastfm"), question(album, "musicbrainz")) == ("", M1, None, M1)


def test_a_release_group_makes_one_album_of_a_compilation_and_of_two_spellings() -> None:
    files = [by(name, "Best Of", group=M1) for name in "ABC"] + [by("A", "Best of (2CD)", group=M1)]
    catalogue = make_catalogue(files)
    (album,) = catalogue.subjects("album")
    assert (album.name, album.artist) == ("Best Of", "")
    assert {catalogue.of(file).album for file in files} == {album}


def test_an_album_with_its_identifier_is_asked_by_name_at_lastfm() -> None:
    (album,) = make_catalogue([by("Orbital", "Snivilisation", group=M2), by("Orbital", "Snivilisation")]).subjects(
        "album"
    )
    assert (question(album, "lastfm"), question(album, "musicbrainz")) == ("orbital snivilisation", M2)
    assert album.person_key == person_key("album", "ORBITAL", "Snivilisation")


def test_tracks_are_asked_about_at_lastfm_alone() -> None:
    (track,) = make_catalogue([by("Jeff Mills", None, "The Bells"), by("Jeff Mills", None, "the bells")]).subjects(
        "track"
    )
    assert (question(track, "lastfm"), question(track, "musicbrainz")) == ("jeffmills bells", None)
    assert track.label == "track Jeff Mills: The Bells"


def test_the_files_own_tags_are_no_service() -> None:
    (artist,) = make_catalogue([by("Jeff Mills")]).subjects("artist")
    assert question(artist, "tags") is None


def test_a_name_too_long_to_be_one_is_not_asked_for() -> None:
    (artist,) = make_catalogue([by("a" * 1001)]).subjects("artist")
    assert question(artist, "lastfm") is question(artist, "musicbrainz") is None


def test_members_are_those_of_the_library_where_it_has_them() -> None:
    catalogue = make_catalogue([by("Jeff Mills & Mad Mike vs. Various Artists"), by("JEFF MILLS", mbid=M1)])
    together = catalogue.of(by("Jeff Mills & Mad Mike vs. Various Artists")).artist
    assert together is not None
    known, unknown = catalogue.members(together)
    assert known == catalogue.of(by("Jeff Mills")).artist
    assert unknown == Subject("artist", "madmike", "Mad Mike")


def test_albums_have_no_members() -> None:
    catalogue = make_catalogue([by("A & B", "C & D")])
    assert catalogue.members(catalogue.subjects("album")[0]) == ()


words = st.text(max_size=12)
files = st.lists(
    st.builds(
        File,
        artist=st.none() | words,
        album=st.none() | words,
        title=st.none() | words,
        album_artist=st.none() | words,
        musicbrainz=st.dictionaries(
            st.sampled_from(["artist", "album_artist", "release_group"]), st.sampled_from([M1, M2, M3, "x"])
        ),
    ),
    max_size=8,
)


@given(files)
def test_every_file_belongs_to_what_the_catalogue_lists_and_no_key_comes_twice(found: list[File]) -> None:
    catalogue = make_catalogue(found)
    listed = {entity: catalogue.subjects(entity) for entity in ENTITIES}
    for entity, subjects in listed.items():
        assert len({one.key for one in subjects}) == len(subjects)
        assert {subject for file in found for subject in catalogue.of(file) if subject.entity == entity} == set(
            subjects
        )
    # The order of the files makes no difference.
    assert {entity: make_catalogue(found[::-1]).subjects(entity) for entity in ENTITIES} == listed
