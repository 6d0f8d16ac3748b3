"""What people write into tags is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.audio.tag_values import parse_bpm, parse_uuid, parse_year, split_genres


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("128", 128.0),
        ("128,00", 128.0),
        ("127.97", 127.97),
        (" 174,5 ", 174.5),
        ("14525", 145.25),
        ("12800", 128.0),
        ("1745", 174.5),
        ("9950", 99.5),
        ("128 BPM", 128.0),
        ("128bpm", 128.0),
        ("~128", 128.0),
        ("BPM: 140", 140.0),
        ("00128", 128.0),
        ("128.", 128.0),
        ("20", 20.0),
        ("400", 400.0),
    ],
)
def test_a_tempo_is_read_however_it_is_written(text: str, bpm: float) -> None:
    assert parse_bpm(text) == bpm


@pytest.mark.parametrize("text", ["", "0", "0.00", "fast", "-128", "19", "401", "999", "1e9", "nan", "inf", "1.280,00"])
def test_what_is_no_tempo_is_none(text: str) -> None:
    assert parse_bpm(text) is None


@given(st.text(max_size=30))
def test_no_text_upsets_the_parser(text: str) -> None:
    bpm = parse_bpm(text)
    assert bpm is None or 20 <= bpm <= 400


@given(st.integers(2000, 40000))
def test_a_tempo_in_hundredths_is_written_and_read_alike(hundredths: int) -> None:
    assert parse_bpm(f"{hundredths / 100:.2f}") == pytest.approx(hundredths / 100)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019-05-01", 2019),
        ("2019", 2019),
        ("01.05.2019", 2019),
        ("20190501", 2019),
        ("(C) 1997 X", 1997),
        ("19", None),
        ("", None),
    ],
)
def test_a_year_is_found_in_a_date(text: str, year: int | None) -> None:
    assert parse_year(text) == year


@pytest.mark.parametrize(
    ("texts", "genres"),
    [
        (["House"], ("House",)),
        (["House; Techno;Trance"], ("House", "Techno", "Trance")),
        (["House / Techno"], ("House", "Techno")),
        (["R&B/Soul"], ("R&B/Soul",)),
        (["Folk, World, & Country"], ("Folk, World, & Country",)),
        (["Drum\0Bass", "drum"], ("Drum", "Bass")),
        (["", " ; "], ()),
    ],
)
def test_genres_are_split_where_people_mean_it(texts: list[str], genres: tuple[str, ...]) -> None:
    assert split_genres(texts) == genres


def test_an_identifier_is_found_in_an_address() -> None:
    identifier = "0383dadf-2a4e-4d10-a46a-e9e041da8eb3"
    assert parse_uuid(f"https://musicbrainz.org/artist/{identifier.upper()}") == identifier
    assert parse_uuid("unknown") is None
