"""Tags as people write them become genres, nothing, or a question."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.genres.normalize import explain, normalize_tag
from edm.genres.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()

ONE = [
    ("Techno", "techno"),
    ("TECHNO", "techno"),
    ("  techno \t", "techno"),
    ("Ｔｅｃｈｎｏ", "techno"),
    ("techno.", "techno"),
    ("'techno'", "techno"),
    ("#techno", "techno"),
    ("techno music", "techno"),
    ("Drum n Bass", "drum and bass"),
    ("Drum & Bass", "drum and bass"),
    ("drum&bass", "drum and bass"),
    ("Drum And Bass", "drum and bass"),
    ("Drum-and-Bass", "drum and bass"),
    ("drum'n'bass", "drum and bass"),
    ("Drum ’n’ Bass", "drum and bass"),
    ("Drum 'n Bass", "drum and bass"),
    ("drum n' bass", "drum and bass"),
    ("drum_n_bass", "drum and bass"),
    ("Drum + Bass", "drum and bass"),
    ("drumnbass", "drum and bass"),
    ("drum/bass", "drum and bass"),
    ("Drum Bass", "drum and bass"),
    ("d'n'b", "drum and bass"),
    ("DnB", "drum and bass"),
    ("D&B", "drum and bass"),
    ("d n b", "drum and bass"),
    ("R&B", "r&b"),
    ("RnB", "r&b"),
    ("R'n'B", "r&b"),
    ("r & b", "r&b"),
    ("Rhythm and Blues", "r&b"),
    ("Rhythm & Blues", "r&b"),
    ("Rock'n'Roll", "rock and roll"),
    ("Rock & Roll", "rock and roll"),
    ("rock ’n’ roll", "rock and roll"),
    ("Hip-Hop", "hip hop"),
    ("hiphop", "hip hop"),
    ("Hip Hop", "hip hop"),
    ("Hip-Hop/Rap", "hip hop"),
    ("Rap", "rap"),
    ("Trip-Hop", "trip hop"),
    ("Electro", "electro"),
    ("Electronic", "electronic"),
    ("Electronica", "electronica"),
    ("EDM", "edm"),
    ("Electronic Dance Music", "edm"),
    ("Elektronische Musik", "electronic"),
    ("elektronisch", "electronic"),
    ("musique électronique", "electronic"),
    ("Électronique", "electronic"),
    ("Música Electrónica", "electronic"),
    ("musica elettronica", "electronic"),
    ("электронная музыка", "electronic"),
    ("техно", "techno"),
    ("хаус", "house"),
    ("テクノ", "techno"),
    ("ﾃｸﾉ", "techno"),
    ("ハウス", "house"),
    ("电子音乐", "electronic"),
    ("힙합", "hip hop"),
    ("Klassik", "classical"),
    ("House", "house"),
    ("House Music", "house"),
    ("Deep-House", "deep house"),
    ("deephouse", "deep house"),
    ("Progressive House", "progressive house"),
    ("prog house", "progressive house"),
    ("Tech-House", "tech house"),
    ("French Touch", "french house"),
    ("French House", "french house"),
    ("Nu-Disco", "nu disco"),
    ("Italo Disco", "italo disco"),
    ("italo-disco", "italo disco"),
    ("Euro-House", "euro house"),
    ("Big Room", "big room house"),
    ("Afro House", "afro house"),
    ("Trance", "trance"),
    ("Psytrance", "psytrance"),
    ("Psy-Trance", "psytrance"),
    ("Psychedelic Trance", "psytrance"),
    ("Goa", "goa trance"),
    ("goa-trance", "goa trance"),
    ("dark psy", "dark psytrance"),
    ("full-on", "full-on"),
    ("Uplifting Trance", "uplifting trance"),
    ("Vocal Trance", "vocal trance"),
    ("Detroit Techno", "detroit techno"),
    ("minimal techno", "minimal techno"),
    ("Minimal", "minimal"),
    ("Liquid DnB", "liquid funk"),
    ("Liquid Drum & Bass", "liquid funk"),
    ("liquid drum n bass", "liquid funk"),
    ("Neurofunk", "neurofunk"),
    ("jump-up", "jump up"),
    ("Dub-Step", "dubstep"),
    ("Dub", "dub"),
    ("Dub Techno", "dub techno"),
    ("Bass", "bass music"),
    ("UK Bass", "uk bass"),
    ("UKG", "uk garage"),
    ("UK Garage", "uk garage"),
    ("2 Step", "2-step"),
    ("Two-Step", "2-step"),
    ("2-step garage", "2-step"),
    ("Garage", "garage"),
    ("Garage Rock", "garage rock"),
    ("Gabba", "gabber"),
    ("Hardcore", "hardcore"),
    ("Happy Hardcore", "happy hardcore"),
    ("UK Hardcore", "uk hardcore"),
    ("Hardcore Punk", "hardcore punk"),
    ("Hard Style", "hardstyle"),
    ("break beat", "breakbeat"),
    ("Breakbeats", "breakbeat"),
    ("Nu Skool Breaks", "nu skool breaks"),
    ("Chill Out", "chillout"),
    ("chill-out", "chillout"),
    ("Down-tempo", "downtempo"),
    ("downbeat", "downtempo"),
    ("IDM", "idm"),
    ("Intelligent Dance Music", "idm"),
    ("8-bit", "chiptune"),
    ("Synthpop", "synth-pop"),
    ("Synth Pop", "synth-pop"),
    ("New-Wave", "new wave"),
    ("shoegazing", "shoegaze"),
    ("K-Pop", "k-pop"),
    ("kpop", "k-pop"),
    ("Alternative", "alternative rock"),
    ("Singer/Songwriter", "singer-songwriter"),
    ("OST", "soundtrack"),
    ("Reggaetón", "reggaeton"),
    ("Ballads", "ballad"),
    ("Bossa Nova", "bossa nova"),
    ("Jazz-Funk", "jazz-funk"),
    ("Blues", "blues"),
    ("lo-fi hip hop", "chillhop"),
    ("(18)Techno", "techno"),
    ("(18)", "techno"),
    ("18", "techno"),
    ("(4)Eurodisco", "euro disco"),
    ("(127)", "drum and bass"),
    ("German Techno", "techno"),
    ("90s House", "house"),
    ("1990s trance", "trance"),
    ("old school techno", "techno"),
    ("female vocal trance", "vocal trance"),
    ("beautiful trance", "trance"),
    ("174 BPM Drum & Bass", "drum and bass"),
    ("Techno (Peak Time / Driving)", "peak time techno"),
    ("Trance (Main Floor)", "trance"),
    ("House [Deep]", "deep house"),
    ("Hip-Hop & Rap", "hip hop"),
    ("Stage & Screen", "soundtrack"),
]

MANY = [
    ("Drum n Bass / Jungle", ["drum and bass", "jungle"]),
    ("House, Techno; Trance", ["house", "techno", "trance"]),
    ("House|Techno", ["house", "techno"]),
    ("House\0Techno", ["house", "techno"]),
    ("House\nTechno", ["house", "techno"]),
    ("Techno - House", ["techno", "house"]),
    ("Techno – House", ["techno", "house"]),
    ("Electronic---Deep House", ["electronic", "deep house"]),
    ("Electronic > House > Deep House", ["electronic", "house", "deep house"]),
    ("#techno #house", ["techno", "house"]),
    ("Techno & House", ["techno", "house"]),
    ("House and Drum and Bass", ["house", "drum and bass"]),
    ("Drum & Bass & Jungle", ["drum and bass", "jungle"]),
    ("Funk / Soul", ["funk", "soul"]),
    ("Jazz+Funk", ["jazz", "funk"]),
    ("Acid / House", ["acid", "house"]),
    ("Folk, World, & Country", ["folk", "world", "country"]),
    ("R&B/Soul", ["r&b", "soul"]),
    ("Pop/Rock", ["pop", "rock"]),
    ("Techno/techno", ["techno"]),
    ("Melodic House & Techno", ["melodic house", "melodic techno"]),
    ("Minimal / Deep Tech", ["minimal", "deep tech"]),
    ("140 / Deep Dubstep / Grime", ["deep dubstep", "grime"]),
    ("Indie Dance / Nu Disco", ["indie dance", "nu disco"]),
    ("(51)(39)", ["industrial techno", "noise"]),
    ("テクノ、ハウス", ["techno", "house"]),
]

DROPPED = [
    ("seen live", "listener"),
    ("Seen Live!", "listener"),
    ("favourites", "listener"),
    ("My Favorites", "listener"),
    ("albums I own", "listener"),
    ("80s", "decade"),
    ("80's", "decade"),
    ("1980s", "decade"),
    ("the 90s", "decade"),
    ("00s", "decade"),
    ("nineties", "decade"),
    ("2019", "decade"),
    ("20th Century", "decade"),
    ("best of 2012", "decade"),
    ("80", "decade"),
    ("british", "place"),
    ("UK", "place"),
    ("Germany", "place"),
    ("deutsch", "place"),
    ("Россия", "place"),
    ("Berlin", "place"),
    ("vinyl", "format"),
    ("remix", "format"),
    ("Compilations", "format"),
    ("(RX)", "format"),
    ("male vocalists", "voice"),
    ("female vocalist", "voice"),
    ("instrumental", "voice"),
    ("guitar", "instrument"),
    ("piano", "instrument"),
    ("beautiful", "mood"),
    ("chill", "mood"),
    ("melancholic", "mood"),
    ("Ninja Tune", "label"),
    ("Some Tiny Records", "label"),
    ("Other", "filler"),
    ("Unknown", "filler"),
    ("misc.", "filler"),
    ("N/A", "filler"),
    ("174", "filler"),
    ("https://example.org/x", "filler"),
    ("128 BPM", "tempo"),
    ("8A", "key"),
    ("A minor", "key"),
    ("!!!", "no words"),
    ("🔥🔥", "no words"),
    ("", "no words"),
    (" \0\n", "no words"),
]

UNKNOWN = [
    ("Swedish House Mafia", "swedish house mafia"),
    ("Electroniclike", "electroniclike"),
    ("housey", "housey"),
    ("AC/DC", "ac/dc"),
    ("Trance Records Night Sale", "trance records night sale"),
    ("techno   viking", "techno viking"),
    ("café  müller", "café müller"),
    ("новый звук", "новый звук"),
    ("蘭亭集序", "蘭亭集序"),
    ("blue", "blue"),
    ("Warp Techno", "warp techno"),
    ("pots & pans", "pots & pans"),
]


@pytest.mark.parametrize(("tag", "genre"), ONE)
def test_a_tag_means_one_genre(tag: str, genre: str) -> None:
    found = normalize_tag(tag)
    assert (found.genres, found.dropped, found.unknown) == ((genre,), (), ())


@pytest.mark.parametrize(("tag", "genres"), MANY)
def test_a_list_means_each_of_its_genres(tag: str, genres: list[str]) -> None:
    found = normalize_tag(tag)
    assert list(found.genres) == genres
    assert (found.dropped, found.unknown) == ((), ())


@pytest.mark.parametrize(("tag", "kind"), DROPPED)
def test_what_is_no_genre_is_dropped_for_a_reason(tag: str, kind: str) -> None:
    found = normalize_tag(tag)
    assert (found.genres, found.unknown) == ((), ())
    assert [entry.kind for entry in found.dropped] == [kind]


@pytest.mark.parametrize(("tag", "text"), UNKNOWN)
def test_what_we_do_not_know_is_kept_whole(tag: str, text: str) -> None:
    found = normalize_tag(tag)
    assert (found.genres, found.dropped, found.unknown) == ((), (), (text,))


def test_the_number_counts_where_the_words_behind_it_are_unknown() -> None:
    found = normalize_tag("(18)Something Else Entirely")
    assert (found.genres, found.unknown) == (("techno",), ("something else entirely",))


def test_a_list_may_hold_all_three() -> None:
    found = normalize_tag("Techno / seen live / Foo Bar")
    assert found.genres == ("techno",)
    assert [(entry.text, entry.kind) for entry in found.dropped] == [("seen live", "listener")]
    assert found.unknown == ("foo bar",)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("jungle", "Jungle"),
        ("AC/DC", "AC/DC"),
        ("ac-dc/", "AC-DC"),
        ("!!!", "!!!"),
        ("+/-", "+/-"),
        ("prodigy", "The Prodigy"),
        ("The Prodigy", "Prodigy"),
        ("beyonce", "Beyonce\u0301"),
        ("東京", "東京"),
    ],
)
def test_own_names_are_dropped_whatever_they_are(tag: str, name: str) -> None:
    found = normalize_tag(tag, own_names=["Somebody", name, ""])
    assert (found.genres, found.unknown) == ((), ())
    assert [entry.kind for entry in found.dropped] == ["own name"]


def test_an_empty_own_name_drops_nothing() -> None:
    assert normalize_tag("???", own_names=[""]).dropped[0].kind == "no words"
    assert normalize_tag("techno", own_names=["", "Techno Animal"]).genres == ("techno",)


@pytest.mark.parametrize("text", ["x" * 300, "a & " * 75, "techno / " * 40, "'n'" * 100, "(" * 300, "(18)" * 75])
def test_three_hundred_signs_are_read(text: str) -> None:
    found = normalize_tag(text)
    assert found.genres or found.dropped or found.unknown


def test_every_canonical_name_means_itself_alone() -> None:
    wrong = [
        name
        for name in VOCABULARY.genres
        if (found := normalize_tag(name)).genres != (name,) or found.dropped or found.unknown
    ]
    assert wrong == []


def test_every_alias_means_its_genre_in_any_case_and_form() -> None:
    forms = [str, str.upper, str.title, lambda text: unicodedata.normalize("NFD", text)]
    wrong = [
        alias
        for alias, name in VOCABULARY.aliases.items()
        for form in forms
        if normalize_tag(form(alias)).genres != (name,)
    ]
    assert wrong == []


PIECES = st.sampled_from(
    [
        *VOCABULARY.genres[::40],
        *list(VOCABULARY.aliases)[::80],
        "seen live",
        "german",
        "80s",
        "music",
        "foo",
        "(18)",
        "18",
        " ",
        "/",
        " & ",
        " and ",
        " - ",
        "-",
        "'n'",
        " n ",
        ", ",
        "(",
        ")",
        "'",
        "\0",
        "é",
        "e\u0301",
        "ﬁ",
        "ß",
        "İ",
        "🔥",
        "テ",
    ]
)
ANY_TEXT = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=7).map("".join))


@given(ANY_TEXT)
def test_every_text_has_an_answer_and_the_answer_is_final(text: str) -> None:
    found = normalize_tag(text)
    assert found.genres or found.dropped or found.unknown
    assert found.steps
    for genre in found.genres:
        assert genre in VOCABULARY
        assert normalize_tag(genre).genres == (genre,)
    for unknown in found.unknown:
        again = normalize_tag(unknown)
        assert (again.genres, again.dropped, again.unknown) == ((), (), (unknown,))


@given(ANY_TEXT)
def test_the_form_of_composed_letters_makes_no_difference(text: str) -> None:
    composed = normalize_tag(unicodedata.normalize("NFC", text))
    decomposed = normalize_tag(unicodedata.normalize("NFD", text))
    assert (composed.genres, composed.dropped, composed.unknown) == (
        decomposed.genres,
        decomposed.dropped,
        decomposed.unknown,
    )


@given(st.lists(st.sampled_from(VOCABULARY.genres), min_size=1, max_size=4, unique=True), st.sampled_from([";", " | "]))
def test_a_list_of_genres_gives_them_all(genres: list[str], separator: str) -> None:
    assert normalize_tag(separator.join(genres)).genres == tuple(genres)


def test_the_table_of_id3_names_genres_save_the_odd_ones() -> None:
    named = [number for number in range(192) if normalize_tag(f"({number})").genres]
    assert len(named) >= 175


def test_an_explanation_is_plain_sentences() -> None:
    assert explain("Drum n Bass / Jungle") == [
        "Read as 'drum n bass / jungle'.",
        "It is a list: 'drum n bass', 'jungle'.",
        "'drum n bass' means 'drum and bass'.",
        "'jungle' is in the vocabulary.",
        "'drum and bass' belongs to electronic.",
        "'jungle' belongs to drum and bass, breakbeat, electronic.",
    ]


@pytest.mark.parametrize(
    ("tag", "sentences"),
    [
        ("seen live", ["'seen live' is no genre: it is a listener's note.", "No genre comes of it."]),
        ("foo", ["'foo' is not in the vocabulary.", "No genre comes of it."]),
        ("rock", ["'rock' is in the vocabulary.", "'rock' belongs to no other genre."]),
        (
            "german metal",
            [
                "In 'german metal', 'german' names no genre.",
                "'metal' is in the vocabulary.",
                "'metal' belongs to no other genre.",
            ],
        ),
        (
            "(9)",
            ["Number 9 of ID3v1 is 'Metal'.", "'metal' is in the vocabulary.", "'metal' belongs to no other genre."],
        ),
    ],
)
def test_an_explanation_says_why(tag: str, sentences: list[str]) -> None:
    assert explain(tag) == sentences


@pytest.mark.parametrize(
    ("tag", "genres"),
    [
        ("Deep D&B", ("deep drum and bass",)),
        ("RnB/Swing", ("r&b", "new jack swing")),
        ("Afro-Cuban", ("afro-cuban",)),
        ("Progressive", ("progressive",)),
        ("Melodic Progressive", ("progressive",)),
        ("Deep/Tech House", ("deep house", "tech house")),
        ("Trance - Uplifting", ("uplifting trance",)),
        ("Drum n Bass Jungle", ("drum and bass", "jungle")),
        ("Cut-up/DJ", ("turntablism",)),
        ("Bassline/Niche", ("bassline",)),
        ("Click & Cuts", ("clicks and cuts",)),
        ("Punk Funk", ("dance-punk",)),
        ("Hardtekk", ("hardtekk",)),
        ("Tech Funk", ("tech funk",)),
        ("DJ Tool", ()),
        ("DJ Tools", ()),
        ("Commercial House", ("house",)),
    ],
)
def test_tags_as_shops_and_listeners_write_them(tag: str, genres: tuple[str, ...]) -> None:
    found = normalize_tag(tag)
    assert (found.genres, found.unknown) == (genres, ())
