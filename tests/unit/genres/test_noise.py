"""What names no genre is told apart by kind."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from edm.errors import InputError
from edm.genres.noise import WHY, NoiseKind, build_noise, load_noise, noise_kind
from edm.genres.spelling import tidy, words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("60s", "decade"),
        ("'60s", "decade"),
        ("mid 90s", "decade"),
        ("2010s", "decade"),
        ("80s music", "decade"),
        ("eighties", "decade"),
        ("1977", "decade"),
        ("1492", "filler"),
        ("21st century", "decade"),
        ("anni 80", "decade"),
        ("japanese", "place"),
        ("guitars", "instrument"),
        ("trumpets", "instrument"),
        ("top 100 tracks", "listener"),
        ("5 stars", "listener"),
        ("love at first listen", "listener"),
        ("hospital records", "label"),
        ("12 inch", "format"),
        ('12"', "filler"),
        ("174.5 bpm", "tempo"),
        ("f sharp minor", "key"),
        ("12b", "key"),
        ("13b", None),
        ("", "no words"),
        ("...", "no words"),
        ("techno", None),
        ("mythology", None),
        ("seenless", None),
        ("recordings", None),
    ],
)
def test_a_phrase_is_of_one_kind_or_none(text: str, kind: str | None) -> None:
    assert noise_kind(words(tidy(text))) == kind


def test_every_kind_says_why() -> None:
    assert set(WHY) == set(get_args(NoiseKind))


def test_the_file_is_read_once_and_cannot_be_changed() -> None:
    assert load_noise() is load_noise()
    with pytest.raises(TypeError):
        load_noise()["x"] = "mood"  # type: ignore[index]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"weather": ["rain"]}, "kind 'weather' is unknown"),
        ({"mood": ["cold"], "place": ["Cold"]}, "is both 'mood' and 'place'"),
        ({"mood": ["!"]}, "holds no letter"),
    ],
)
def test_noise_that_contradicts_itself_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_noise(data)
