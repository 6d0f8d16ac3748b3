"""Keys, their chords and their notes."""

from __future__ import annotations

import pytest

from edm.demo.harmony import Tonality, tonality_named
from edm.errors import InputError
from edm.model.keys import KEYS


@pytest.mark.parametrize("key", [key.name for key in KEYS])
def test_a_key_is_found_again_by_its_name(key: str) -> None:
    assert tonality_named(key).name == key


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(InputError):
        tonality_named("H minor")


def test_middle_c_and_the_a_above_are_where_they_belong() -> None:
    c_major = Tonality(0, "major")
    assert c_major.midi(0, 4) == 60
    assert c_major.hz(c_major.midi(5, 4)) == pytest.approx(440.0)
    assert c_major.midi(7, 4) == 72
    assert c_major.midi(-1, 4) == 59


def test_a_hundred_cents_are_a_semitone() -> None:
    assert Tonality(9, "minor", 100.0).hz(69) == pytest.approx(Tonality(9, "minor").hz(70))


def test_chords_are_those_of_the_scale_and_the_dominant_is_major() -> None:
    a_minor, c_major = Tonality(9, "minor"), Tonality(0, "major")
    assert a_minor.chord(0, 3) == (57, 60, 64)
    assert a_minor.chord(4, 3) == (64, 68, 71)
    assert c_major.chord(0, 4) == (60, 64, 67)
    assert c_major.chord(3, 4) == (65, 69, 72)


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_progressions_open_with_the_tonic_and_name_the_key(mode: str) -> None:
    for progression in Tonality(0, mode).progressions:  # type: ignore[arg-type]
        assert progression[0] == 0
        assert len(progression) == 4
        assert progression.count(0) >= 2 or progression[-1] == 4
