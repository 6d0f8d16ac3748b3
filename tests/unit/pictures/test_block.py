"""What the page's script reads: all of it comes back, and none of it is markup."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.model import Beats, Energy
from edm.pictures.block import even_steps, safe_json, track_block
from edm.pictures.picture import TrackPicture
from edm.pictures.waveform import MOST_COLUMNS, Waveform
from tests.unit.pictures import samples

NASTY = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "<img src=x onerror=alert(1)>",
    "]]>&lt;&amp;",
    "\u2028\u2029\x00\x1b[31m",
    "日本語 🎛 é",
    "\udcff\ud800",
]


def read(**given: object) -> dict[str, object]:
    block: dict[str, object] = json.loads(track_block(samples.picture(**given)))  # type: ignore[arg-type]
    return block


@pytest.mark.parametrize("text", NASTY)
def test_no_text_can_leave_its_element(text: str) -> None:
    block = track_block(samples.picture(f"/music/{text}.wav", title=text, artist=text))
    assert block.isascii()
    assert not set(block) & set("<>&\n")
    assert json.loads(block)["name"]


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_written_safely_is_read_as_it_was(value: object) -> None:
    written = safe_json(value)
    assert json.loads(written) == value
    assert not set(written) & set("<>&")


def test_beats_come_back_to_a_tenth_of_a_millisecond() -> None:
    times_s = np.array([0.12345, 0.5, 1.00004, 7.25])
    block = read(beats=Beats(times_s, np.array([4, 1, 2, 0])))
    assert np.cumsum(np.cumsum(block["beats"])) / 10_000 == pytest.approx(times_s, abs=5.1e-5)  # type: ignore[arg-type]
    assert block["positions"] == "4120"


def test_a_place_in_the_bar_is_always_one_digit() -> None:
    block = read(beats=Beats(np.arange(12.0), np.arange(1, 13)))
    assert block["positions"] == "123456789999"


def test_the_waveform_comes_back_band_by_band() -> None:
    made = samples.picture()
    assert made.waveform is not None
    block = json.loads(track_block(made))
    levels = np.frombuffer(base64.b64decode(block["waveform"]), np.uint8).reshape(3, block["columns"])
    assert (levels == made.waveform.levels).all()


def test_sections_and_drops_stand_where_they_do() -> None:
    block = read()
    assert block["sections"][2] == [32_000, 64_000, 17, 32, "drop", 80, 100]  # type: ignore[index]
    assert block["drops"] == [[32_000, 17, 90], [80_000, 41, 90]]
    assert block["energy"][1][:9] == [30] * 8 + [60]  # type: ignore[index]


def test_what_is_not_known_of_a_beat_is_null() -> None:
    made = samples.picture()
    assert made.residuals_ms is not None
    made.residuals_ms[3] = np.nan
    values = json.loads(track_block(made))["curve"]["values"]
    assert values[2:5] == [15, None, 15]


def test_a_track_of_which_nothing_is_known_is_a_block_all_the_same() -> None:
    block = json.loads(track_block(samples.bare()))
    assert block["waveform"] is block["curve"] is block["energy"] is None
    assert block["beats"] == block["sections"] == block["drops"] == []


def test_a_set_of_two_hours_stays_below_two_hundred_kilobytes() -> None:
    seconds, rng = 7200.0, np.random.default_rng(1)
    times_s = np.arange(0.3, seconds, 60 / 140.03)
    bars_s = times_s[::4]
    structure = samples.structure()
    energy = Energy(7, bars_s, rng.random(len(bars_s)).astype(np.float32))
    made = samples.analysis(
        duration_s=seconds,
        beats=Beats(times_s, np.arange(len(times_s)) % 4 + 1),
        structure=replace(structure, energy=energy),
    )
    late = rng.normal(0, 5, len(times_s))
    levels = rng.integers(0, 256, (3, MOST_COLUMNS), dtype=np.uint8)
    assert len(track_block(TrackPicture(made, Waveform(seconds, levels), residuals_ms=late))) < 200_000


@given(st.lists(st.integers(0, 10**9)))
def test_evenly_spaced_times_come_back(times: list[int]) -> None:
    steps = even_steps(np.array(times, dtype=np.int64))
    assert np.cumsum(np.cumsum(steps)).tolist() == times


def test_even_times_are_mostly_zeros() -> None:
    assert even_steps(np.arange(5, 50, 5)) == [5] + [0] * 8


def test_a_four_minute_track_stays_below_sixty_kilobytes() -> None:
    made = samples.picture(duration_s=240.0)
    made = type(made)(made.analysis, samples.waveform(9600, 240.0), None, None, made.residuals_ms)
    assert len(track_block(made)) < 60_000
