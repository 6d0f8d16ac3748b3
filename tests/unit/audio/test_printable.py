"""Names become text that UTF-8 takes, and nothing else of them changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.audio.printable import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain.mp3", "plain.mp3"),
        ("日本 🎛.mp3", "日本 🎛.mp3"),
        ("two\nlines.mp3", "two\nlines.mp3"),
        ("caf\udce9.mp3", "caf\\xe9.mp3"),
        ("\ud83c.mp3", "\\ud83c.mp3"),
        ("caf\udce9\ud83c.mp3", "caf\\udce9\\ud83c.mp3"),
    ],
)
def test_only_what_no_encoding_takes_is_written_out(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_a_path_is_taken_as_its_text() -> None:
    assert printable(Path("a") / "caf\udce9.mp3") == os.path.join("a", "caf\\xe9.mp3")  # noqa: PTH118


@given(text=st.text(st.characters(exclude_categories=[])))
def test_any_text_can_be_encoded_afterwards(text: str) -> None:
    printable(text).encode("utf-8")


@given(text=st.text())
def test_whole_characters_stay_as_they_are(text: str) -> None:
    assert printable(text) == text
