"""Names are asked for whole, compared without their dress, and taken apart where they join others."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.genres.sources.names import askable, members, name_key

ODD_NAMES = [
    "AC/DC",
    "!!!",
    "+/-",
    "Sunn O)))",
    'The "Quoted" One',
    "C:\\>",
    "椎名林檎",
    "ДДТ",
    "x" * 300,
    "🜁",
    "(+44)",
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Björk", "bjork"),
        (unicodedata.normalize("NFD", "Röyksopp"), unicodedata.normalize("NFC", "Röyksopp")),
        ("The Chemical Brothers", "Chemical Brothers"),
        ("Above & Beyond", "above and beyond"),
        ("AC/DC", "AC-DC"),
        ("M.A.N.D.Y.", "MANDY"),
        ("MØ", "mo"),
        ("ＡＢＣ", "ABC"),
        ("D’Angelo", "D'Angelo"),
        ("Boys  Noize ", "Boys Noize"),
        ("Straße", "STRASSE"),
        ("The The", "The"),
    ],
)
def test_two_spellings_of_one_name_agree(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("!!!", "???"),
        ("+/-", "-"),
        ("が", "か"),
        ("Иван", "Йван"),
        ("Orbital", "Orbit"),
        ("A", "A+"),
        ("Simon", "Simon & Garfunkel"),
        ("椎名林檎", "東京事変"),
    ],
)
def test_two_names_do_not_agree(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_has_a_key_and_is_asked_for_as_it_is(name: str) -> None:
    assert name_key(name)
    assert askable(name) == name


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(st.text())
def test_composition_and_case_do_not_change_a_key(name: str) -> None:
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name))


@given(st.text())
def test_what_is_asked_for_can_be_sent_and_stays_so(name: str) -> None:
    asked = askable(name)
    assert askable(asked.encode("utf-8").decode("utf-8")) == asked


@pytest.mark.parametrize(
    ("name", "asked"),
    [("", ""), (" \t\n", ""), ("\x00", ""), ("x" * 1001, ""), ("a\nb", "a b"), ("e\u0301", "é"), ("a\udc80", "a?")],
)
def test_what_no_service_understands_is_cleaned_or_not_asked(name: str, asked: str) -> None:
    assert askable(name) == asked


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A & B feat. C", ("A", "B", "C")),
        ("A x B", ("A", "B")),
        ("A × B", ("A", "B")),
        ("A vs. B", ("A", "B")),
        ("A VS B", ("A", "B")),
        ("A, B and C", ("A", "B", "C")),
        ("A, B, and C", ("A", "B", "C")),
        ("A (feat. B & C)", ("A", "B", "C")),
        ("A [ft. B]", ("A", "B")),
        ("A (UK) & B (2)", ("A (UK)", "B (2)")),
        ("A (feat. B (UK))", ("A", "B (UK)")),
        ("A featuring B", ("A", "B")),
        ("A b2b B", ("A", "B")),
        ("A pres. B", ("A", "B")),
        ("A; B", ("A", "B")),
        ("A + B", ("A", "B")),
        ("A / B", ("A", "B")),
        ("椎名林檎、宇多田ヒカル", ("椎名林檎", "宇多田ヒカル")),
        ("Simon & Garfunkel", ("Simon", "Garfunkel")),
        ("Earth, Wind & Fire", ("Earth", "Wind", "Fire")),
        ("A & a & B", ("A", "B")),
    ],
)
def test_a_name_that_joins_others_is_taken_apart(name: str, expected: tuple[str, ...]) -> None:
    assert members(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        *ODD_NAMES,
        "",
        "&",
        " & ",
        "feat. A",
        "Harry Connick, Jr.",
        "Prodigy, The",
        "10,000 Maniacs",
        "Sandstorm",
        "Malcolm X",
        "xx",
        "DJ Feature",
        "A & A",
    ],
)
def test_a_name_that_joins_nothing_has_no_members(name: str) -> None:
    assert members(name) == ()


@given(st.lists(st.sampled_from(["Orbital", "AC/DC", "!!!", "Röyksopp", "椎名林檎"]), unique=True, min_size=2))
def test_whoever_is_joined_comes_back(names: list[str]) -> None:
    assert members(" & ".join(names)) == tuple(names)
    assert members(f"{names[0]} feat. " + ", ".join(names[1:])) == tuple(names)


@given(st.text(alphabet="ab &,;x()[]feat./vs", max_size=60))
def test_members_are_different_names_and_never_the_whole(name: str) -> None:
    found = members(name)
    assert len(found) != 1
    assert len({name_key(one) for one in found}) == len(found)
    assert all(one == askable(one) != "" for one in found)
