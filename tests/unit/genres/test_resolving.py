"""From answers, file tags and words of a person to the genres of a track."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.genres.entities import Catalogue, make_catalogue, person_key, question
from edm.genres.normalize import normalize_tag
from edm.genres.resolving import Resolver, TagReader, may_hold, tag_key, vocabulary_mark
from unit.genres.test_entities import File, by

JEFF = by("Jeff Mills", "Waveform", "The Bells")


def resolver_of(
    *files: File, words: dict[tuple[str, str], tuple[str, ...]] | None = None
) -> tuple[Catalogue, Resolver]:
    catalogue = make_catalogue(files)
    return catalogue, Resolver(catalogue, TagReader({}), words or {})


def hear(catalogue: Catalogue, resolver: Resolver, source: str, entity: str, *tags: tuple[str, float]) -> None:
    """Of the first of that kind."""
    asked = question(catalogue.subjects(entity)[0], source)  # type: ignore[arg-type]
    assert asked is not None
    resolver.hear(source, entity, asked, tags)


def genres_of(catalogue: Catalogue, resolver: Resolver, file: File, *own: str) -> dict[str, float]:
    found = resolver.resolve(catalogue.of(file), own)
    return {one.genre: round(one.weight, 6) for one in found.genres}


def test_without_a_word_there_are_no_genres() -> None:
    catalogue, resolver = resolver_of(JEFF)
    assert genres_of(catalogue, resolver, JEFF) == {}


def test_closer_evidence_weighs_more() -> None:
    catalogue, resolver = resolver_of(JEFF)
    for entity, genre in (("artist", "house"), ("album", "dub"), ("track", "techno")):
        hear(catalogue, resolver, "lastfm", entity, (genre, 1.0))
    weights = genres_of(catalogue, resolver, JEFF, "Ambient")
    assert weights == {"techno": 0.9, "ambient": 0.8, "dub": 0.675, "house": 0.45}


def test_two_services_count_as_two_voices() -> None:
    catalogue, resolver = resolver_of(JEFF)
    hear(catalogue, resolver, "lastfm", "artist", ("techno", 1.0))
    alone = genres_of(catalogue, resolver, JEFF)["techno"]
    catalogue, resolver = resolver_of(JEFF)
    hear(catalogue, resolver, "lastfm", "artist", ("techno", 1.0))
    hear(catalogue, resolver, "musicbrainz", "artist", ("techno", 1.0))
    assert genres_of(catalogue, resolver, JEFF)["techno"] == pytest.approx(1 - (1 - alone) * (1 - 0.35))


def test_an_answer_about_nothing_in_the_library_is_passed_over() -> None:
    catalogue, resolver = resolver_of(JEFF)
    resolver.hear("lastfm", "artist", "somebodyelse", [("techno", 1.0)])
    assert genres_of(catalogue, resolver, JEFF) == {}


def test_the_members_speak_only_where_nothing_was_said_of_the_whole() -> None:
    duo = by("Jeff Mills & Mad Mike")
    catalogue, resolver = resolver_of(duo)
    resolver.hear("lastfm", "artist", "jeffmills", [("techno", 1.0)])
    inherited = resolver.resolve(catalogue.of(duo), ())
    assert [(one.genre, one.sources[0].inherited) for one in inherited.genres] == [("techno", True)]
    assert inherited.inherited
    catalogue, resolver = resolver_of(duo)
    resolver.hear("lastfm", "artist", "jeffmills", [("techno", 1.0)])
    hear(catalogue, resolver, "lastfm", "artist", ("electro", 1.0))
    assert set(genres_of(catalogue, resolver, duo)) == {"electro"}


def test_the_closest_word_of_a_person_is_the_whole_answer() -> None:
    words = {
        ("artist", person_key("artist", "jeff mills")): ("techno",),
        ("album", person_key("album", "Jeff Mills", "Waveform")): ("ambient", "dub"),
        ("track", person_key("track", "Jeff Mills", "Nothing")): (),
    }
    others = [by("Jeff Mills"), by("Jeff Mills", "Waveform", "Nothing")]
    catalogue, resolver = resolver_of(JEFF, *others, words=words)
    hear(catalogue, resolver, "lastfm", "artist", ("pop", 1.0))
    assert genres_of(catalogue, resolver, JEFF, "Rock") == {"ambient": 1.0, "dub": 1.0}
    assert genres_of(catalogue, resolver, others[0], "Rock") == {"techno": 1.0}
    assert genres_of(catalogue, resolver, others[1], "Rock") == {}


def test_own_names_are_no_genres_of_an_answer_and_are_of_a_file() -> None:
    jungle = by("Jungle", "House")
    catalogue, resolver = resolver_of(jungle)
    hear(catalogue, resolver, "lastfm", "artist", ("jungle", 1.0), ("house", 0.5))
    hear(catalogue, resolver, "lastfm", "album", ("house", 1.0), ("jungle", 1.0))
    assert set(genres_of(catalogue, resolver, jungle)) == {"house"}
    assert set(genres_of(catalogue, resolver, jungle, "Jungle")) == {"house", "jungle"}


def test_a_correction_wins_over_the_vocabulary_whole_and_in_a_list() -> None:
    reader = TagReader({tag_key("Pop"): (), tag_key("zoom-core"): ("gabber", "techno")})
    assert reader.genres("POP") == ()
    assert reader.unknown("POP") == ()
    assert reader.genres("Zoom Core") == ("gabber", "techno")
    assert reader.genres("House / ZOOM-CORE") == ("house", "gabber", "techno")
    assert TagReader({}).unknown("House / ZOOM-CORE") == ("zoom-core",)


def test_the_strongest_tag_of_a_genre_counts() -> None:
    tags = [("dnb", 0.2), ("drum and bass", 0.9), ("Drum & Bass", 0.5), ("seen live", 1.0)]
    assert TagReader({}).weighted(tags) == (("drum and bass", 0.9),)


@given(st.lists(st.tuples(st.text(max_size=15), st.floats(-1, 2)), max_size=8), st.text(max_size=8))
def test_weights_lie_in_0_to_1_whatever_is_said(tags: list[tuple[str, float]], name: str) -> None:
    weighted = TagReader({}).weighted(tags, (name,))
    assert all(0 <= weight <= 1 for _, weight in weighted)
    assert len({genre for genre, _ in weighted}) == len(weighted)


@given(st.sampled_from(["jungle", "house", "!!!", "the house", "a", "techno/house", "Acid"]), st.text(max_size=10))
def test_names_that_are_left_out_for_speed_make_no_difference(name: str, more: str) -> None:
    reader = TagReader({})
    for text in (name, f"{name} / {more}", f"{more};{name}", f"The {name}", name.upper(), more, f"{name}, techno"):
        found = normalize_tag(text, own_names=(name, more))
        assert reader.genres(text, (name, more)) == found.genres
        assert reader.unknown(text, (name, more)) == found.unknown


def test_the_mark_of_the_vocabulary_is_short_and_stable() -> None:
    assert vocabulary_mark() == vocabulary_mark()
    assert len(vocabulary_mark()) == 16


@pytest.mark.parametrize("text", ["Blorp", "house / BLORP", "(18)Blorp", "(18) Blorp", "[blorp], x"])
def test_a_correction_may_change_a_tag_that_holds_it(text: str) -> None:
    assert may_hold(text, tag_key("blorp"))


def test_a_correction_of_a_word_changes_no_longer_phrase() -> None:
    assert not may_hold("blorpcore", "blorp")
    assert not may_hold("dark blorp", "blorp")
    assert may_hold("(18)Foo / Bar", tag_key("foo/bar"))


@given(st.text(alphabet="ab /;()18!", max_size=12), st.text(alphabet="ab18!/", min_size=1, max_size=3))
def test_a_correction_never_changes_a_tag_that_may_not_hold_it(text: str, tag: str) -> None:
    plain, mended = TagReader({}), TagReader({tag_key(tag): ("acid",)})
    names = ("a", "b a")
    if not may_hold(text, tag_key(tag)):
        assert mended.genres(text, names) == plain.genres(text, names)
