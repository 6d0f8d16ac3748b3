"""Names of any bytes survive the database."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.library.paths import from_text, join, storable, to_text

# What a POSIX file name may be: any bytes but NUL.
RAW = st.binary(min_size=1).filter(lambda raw: b"\0" not in raw)
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Artist/01 Títle.mp3", "Artist/01 Títle.mp3"),
        ("100%.mp3", "100%.mp3"),
        ("caf\udce9.mp3", r"caf\xe9.mp3"),
        (r"back\slash.mp3", r"back\\slash.mp3"),
        (r"no \xe9 byte.mp3", r"no \\xe9 byte.mp3"),
        ("half \ud83d.mp3", r"half \ud83d.mp3"),
        ("two\nlines.mp3", "two\nlines.mp3"),
    ],
)
def test_names_are_written_readably(name: str, text: str) -> None:
    assert to_text(name) == text
    assert from_text(text) == name


@given(RAW)
def test_a_name_of_any_bytes_comes_back(raw: bytes) -> None:
    name = raw.decode("utf-8", "surrogateescape")
    assert from_text(to_text(name)).encode("utf-8", "surrogateescape") == raw


@given(ANY_TEXT)
def test_a_name_of_any_text_comes_back_through_sqlite(name: str) -> None:
    text = to_text(name)
    assert from_text(text) == name
    assert sqlite3.connect(":memory:").execute("SELECT ?", (text,)).fetchone() == (text,)


@given(ANY_TEXT, ANY_TEXT)
def test_two_names_are_never_one_text(one: str, other: str) -> None:
    assert (to_text(one) == to_text(other)) == (one == other)


@given(st.text())
def test_texts_that_have_an_encoding_are_stored_as_they_are(text: str) -> None:
    assert storable(text) == text


@given(ANY_TEXT)
def test_any_text_can_be_stored(text: str) -> None:
    storable(text).encode()


def test_composed_and_decomposed_names_stay_two() -> None:
    assert to_text("\u00e9") != to_text("e\u0301")


def test_a_path_is_written_with_slashes() -> None:
    assert to_text(PurePosixPath("a") / "b.mp3") == "a/b.mp3"
    assert join(Path("/music"), "a/b.mp3") == Path("/music/a/b.mp3")
    assert os.fsencode(join(Path("/music"), from_text(r"caf\xe9"))).endswith(b"caf\xe9")
