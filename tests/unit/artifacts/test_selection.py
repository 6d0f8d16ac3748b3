"""Conditions on rows."""

from __future__ import annotations

import pytest

from edm.artifacts.selection import COLUMNS, RowTest, select_rows
from edm.conditions import parse_condition
from edm.errors import InputError
from unit.artifacts.made import make_row

ROWS = [
    make_row(1, artist="Orbital", genres=("Techno", "Ambient"), bpm=128.0, key="8A", duration_s=300.0),
    make_row(2, artist="Enya", genres=("New Age",), bpm=90.5, album="Shepherd Moons", energy=2, loudness_lufs=-19.5),
    make_row(3, title="Untitled"),
]


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        ([], [1, 2, 3]),
        (["genre=techno"], [1]),
        (["genre=ambient"], [1]),
        (["genre!=techno"], [2, 3]),
        (["genre="], [3]),
        (["artist=ENYA"], [2]),
        (["artist!="], [1, 2]),
        (["album=shepherd moons"], [2]),
        (["bpm>=90.5"], [1, 2]),
        (["bpm=128"], [1]),
        (["bpm>=90", "bpm<120"], [2]),
        (["bpm<1000"], [1, 2]),
        (["duration_s>299"], [1]),
        (["key=8a"], [1]),
        (["key=A minor"], [1]),
        (["key=1m"], [1]),
        (["key!=8A"], [2, 3]),
        (["key="], [2, 3]),
        (["energy<=2"], [2]),
        (["energy="], [1, 3]),
        (["loudness_lufs<-14"], [2]),
        (["id!=2"], [1, 3]),
        (["path=/m/3.mp3"], [3]),
        (["title=untitled"], [3]),
    ],
)
def test_rows_that_meet_all_conditions_are_kept(texts: list[str], ids: list[int]) -> None:
    conditions = [parse_condition(text) for text in texts]
    tests = [RowTest(condition.column, condition.met_by) for condition in conditions]
    assert [row.track_id for row in select_rows(ROWS, tests)] == ids


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_has_a_text_for_every_row(name: str) -> None:
    for row in ROWS:
        texts = COLUMNS[name](row)
        assert texts
        assert all(isinstance(text, str) for text in texts)


def test_a_column_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(InputError, match="'gerne'") as caught:
        RowTest("gerne", lambda _: True)
    assert "did you mean genre?" in str(caught.value.hint)
