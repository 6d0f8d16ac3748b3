"""The page of the map: whole, safe, and of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.playlist.map_page import MapTrack, map_page

SQUARE = np.array([[-1, -1], [1, 1], [0, 0]], dtype=np.float32)
TRACKS = [MapTrack("A – One", 128.04, "8A", 6.0, "techno"), MapTrack("B – Two", genre="ambient"), MapTrack("C")]


def data_of(page: str) -> Any:
    found = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def test_the_data_are_the_tracks() -> None:
    data = data_of(map_page(TRACKS, SQUARE, title="Mine", marked=2, near=[1, 0]))
    assert data == {
        "title": "Mine",
        "steps": 4095,
        "genres": ["ambient", "techno"],
        "x": [0, 4095, 2048],
        "y": [0, 4095, 2048],
        "name": ["A – One", "B – Two", "C"],
        "bpm": [128.0, None, None],
        "key": ["8A", None, None],
        "energy": [6, None, None],
        "genre": [1, 0, None],
        "marked": 2,
        "near": [1, 0],
    }


def test_nothing_is_loaded_from_anywhere() -> None:
    page = map_page(TRACKS, SQUARE, title="Mine")
    assert not re.search(r"https?:|src=|href=|@import|url\(|fetch\(|XMLHttp", page)
    assert "prefers-color-scheme: dark" in page


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_name_gets_out_of_the_data(name: str) -> None:
    name = f"{name}</script><script>alert(1)</script><!--{name}"
    page = map_page([MapTrack(name, genre=name)], SQUARE[:1], title=name)
    assert data_of(page)["name"] == [name]
    assert page.count("<script") == 2
    assert "<script>alert" not in page
    assert "<!--" not in page.split("</head>")[1]


def test_as_many_places_as_tracks_are_needed() -> None:
    with pytest.raises(InputError, match="3 tracks have 2 places"):
        map_page(TRACKS, SQUARE[:2], title="Mine")


def test_ten_thousand_tracks_make_a_small_page() -> None:
    track = MapTrack("An Artist of Usual Length – A Title of Usual Length (Original Mix)", 128.0, "10A", 6.0, "techno")
    page = map_page([track] * 10_000, np.zeros((10_000, 2), dtype=np.float32), title="Mine")
    assert len(page.encode()) < 2_000_000


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node to read the program of the page")
def test_the_program_of_the_page_is_one(tmp_path: Path) -> None:
    page = map_page(TRACKS, SQUARE, title="Mine")
    (tmp_path / "page.js").write_text(page.split("<script>")[1].split("</script>")[0], encoding="utf-8")
    subprocess.run(["node", "--check", "page.js"], cwd=tmp_path, check=True, timeout=60)
