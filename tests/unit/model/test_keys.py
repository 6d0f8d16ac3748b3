"""Names of keys: what is read, what is written, what goes together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.model import Key
from edm.model.keys import (
    KEY_NOTATIONS,
    KEYS,
    TONICS,
    KeyName,
    are_compatible,
    format_key,
    key_relation,
    parse_key,
    transposed,
    wheel_distance,
)

A_MINOR = KeyName(9, "minor")
C_MAJOR = KeyName(0, "major")
some_key = st.sampled_from(KEYS)


def key(text: str) -> KeyName:
    found = parse_key(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize("notation", KEY_NOTATIONS)
@pytest.mark.parametrize("one", KEYS, ids=lambda one: one.name)
def test_what_is_written_is_read_as_the_same_key(one, notation):
    assert parse_key(format_key(one, notation)) == one


@pytest.mark.parametrize("notation", KEY_NOTATIONS)
def test_no_two_keys_are_written_alike(notation):
    assert len({format_key(one, notation) for one in KEYS}) == 24


@pytest.mark.parametrize(
    "text",
    [
        "Am",
        "am",
        "a",
        "A min",
        "A Min",
        "A minor",
        "a minor",
        "A:min",
        "A:minor",
        "Amin",
        "AMINOR",
        "A-moll",
        "A_minor",
        "8A",
        "8a",
        "08A",
        "8 A",
        "1m",
        "1M",
        " Am ",
        "Ａm",
    ],
)
def test_a_minor_has_many_spellings(text):
    assert parse_key(text) == A_MINOR


@pytest.mark.parametrize("text", ["C", "CM", "cM", "C maj", "Cmajor", "c major", "C Dur", "C:maj", "8B", "08b", "1d"])
def test_c_major_has_many_spellings(text):
    assert parse_key(text) == C_MAJOR


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("F#m", "F# minor"),
        ("Gbm", "F# minor"),
        ("G♭ minor", "F# minor"),
        ("11A", "F# minor"),
        ("4m", "F# minor"),
        ("Gb", "F# major"),
        ("F♯ Major", "F# major"),
        ("2B", "F# major"),
        ("bb", "Bb minor"),
        ("Bb", "Bb major"),
        ("b", "B minor"),
        ("B", "B major"),
        ("Cb", "B major"),
        ("B#", "C major"),
        ("E#m", "F minor"),
        ("Fb", "E major"),
        ("A-flat minor", "Ab minor"),
        ("A Flat Major", "Ab major"),
        ("G-Sharp min", "Ab minor"),
        ("1A", "Ab minor"),
        ("1B", "B major"),
        ("12B", "E major"),
        ("12A", "Db minor"),
        ("12d", "F major"),
        ("6d", "B major"),
        ("5m", "Db minor"),
    ],
)
def test_spellings_of_programs_name_the_key_they_mean(text, name):
    assert key(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "o",
        "All",
        "none",
        "13A",
        "0A",
        "00A",
        "8C",
        "8",
        "H",
        "Amaj7",
        "A dorian",
        "Am/C",
        "5A/6A",
        "A##",
        "A minor " * 4,
        "118A",
        "-1A",
        "Am 8A",
        "\x00",
        "maj",
        "A mın",
        "A\nm\n\n8A",
    ],
)
def test_what_names_no_key_is_none(text):
    assert parse_key(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text):
    found = parse_key(text)
    assert found is None or found in KEYS


def test_the_wheel_is_that_of_mixed_in_key():
    major = ["B", "F#", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E"]
    minor = ["Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "Db"]
    assert [key(f"{number}B").tonic for number in range(1, 13)] == major
    assert [key(f"{number}A").tonic for number in range(1, 13)] == minor


def test_open_key_begins_at_c_major_and_a_minor():
    assert format_key(C_MAJOR, "openkey") == "1d"
    assert format_key(A_MINOR, "openkey") == "1m"
    assert [key(f"{number}d").tonic for number in range(1, 5)] == ["C", "G", "D", "A"]


def test_the_record_of_an_analysis_has_the_same_name():
    record = Key("F#", "minor", 0.9, "A major", 0.05, "network")
    assert key(record.name).name == record.name


def test_an_unknown_notation_is_refused():
    with pytest.raises(InputError, match="camelott"):
        format_key(A_MINOR, "camelott")


@pytest.mark.parametrize(("pitch_class", "mode"), [(12, "minor"), (-1, "major"), (0, "dorian")])
def test_a_key_that_does_not_exist_is_refused(pitch_class, mode):
    with pytest.raises(InputError):
        KeyName(pitch_class, mode)


@given(some_key, st.integers(-100, 100))
def test_transposing_there_and_back_changes_nothing(one, semitones):
    assert transposed(transposed(one, semitones), -semitones) == one


@given(some_key)
def test_a_fifth_up_is_one_step_on_the_wheel(one):
    assert transposed(one, 7).number == one.number % 12 + 1


@given(some_key, some_key)
def test_distance_is_the_same_both_ways_and_at_most_seven(first, second):
    assert wheel_distance(first, second) == wheel_distance(second, first) <= 7
    assert (wheel_distance(first, second) == 0) == (first == second)


@given(some_key, some_key, st.integers(0, 11))
def test_relations_do_not_depend_on_the_pitch(first, second, semitones):
    moved = transposed(first, semitones), transposed(second, semitones)
    assert key_relation(*moved) == key_relation(first, second)
    assert wheel_distance(*moved) == wheel_distance(first, second)


@pytest.mark.parametrize("one", KEYS, ids=lambda one: one.name)
def test_four_keys_go_with_each_key(one):
    assert sum(are_compatible(one, other) for other in KEYS) == 4


@pytest.mark.parametrize(
    ("second", "relation", "distance"),
    [
        ("8A", "same", 0),
        ("9A", "fifth_up", 1),
        ("7A", "fifth_down", 1),
        ("8B", "relative", 1),
        ("11B", "parallel", 4),
        ("7B", "diagonal", 2),
        ("9B", "diagonal", 2),
        ("10A", "tone_up", 2),
        ("3A", "semitone_up", 5),
        ("6A", "other", 2),
        ("2B", "other", 7),
    ],
)
def test_relations_to_a_minor_are_those_of_the_wheel(second, relation, distance):
    assert key_relation(A_MINOR, key(second)) == relation
    assert wheel_distance(A_MINOR, key(second)) == distance


def test_tonics_are_spelt_as_in_the_record():
    assert TONICS == ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
