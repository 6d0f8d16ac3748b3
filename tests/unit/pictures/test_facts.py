"""Names, words and rows: what was asked for is told, what was not is absent, what is unknown is a dash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edm.model import Loudness, Tempo
from edm.pictures.facts import headline, track_facts, verdict_of
from edm.pictures.picture import NONE, SECTION_COLOURS, display_name, shown_bpm, shown_key, shown_time
from edm.pictures.row import row_of
from tests.unit.pictures import samples


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (247.0, "4:07"), (3600.0, "1:00:00"), (3723.0, "1:02:03")],
)
def test_times_are_written_as_players_do(seconds: float, shown: str) -> None:
    assert shown_time(seconds) == shown


@pytest.mark.parametrize(("notation", "shown"), [("standard", "A minor"), ("camelot", "8A"), ("openkey", "1m")])
def test_keys_are_written_in_the_notation_asked_for(notation: str, shown: str) -> None:
    assert shown_key("A minor", notation) == shown  # type: ignore[arg-type]
    assert headline(samples.analysis(), key_notation=notation)[1] == shown  # type: ignore[arg-type]
    assert row_of(samples.done(), key_notation=notation).key == shown  # type: ignore[arg-type]


def test_what_is_unknown_is_a_dash() -> None:
    assert shown_bpm(None) == shown_key(None) == NONE


def test_a_track_is_called_by_its_tags_or_by_its_file() -> None:
    path = Path("/music/a b.wav")
    assert display_name(path, "Title", "Artist") == "Artist – Title"
    assert display_name(path, "Title") == "Title"
    assert display_name(path, None, "Artist") == "a b.wav"
    assert display_name(Path("/music/\udcff.wav")) == "\\xff.wav"


def test_the_headline_says_what_a_dj_asks_first() -> None:
    assert headline(samples.analysis()) == ["120.000 BPM", "A minor", "-8.2 LUFS", "energy 7", "locked", "2:08"]


def test_the_headline_of_nothing_is_its_length() -> None:
    assert headline(samples.bare().analysis) == ["0:12"]


def test_music_without_a_beat_says_so() -> None:
    made = samples.analysis(tempo=Tempo(None, 0.0, "network", (), "none"), grid=None, beats=None)
    assert headline(made)[0] == "no beat"
    assert verdict_of(made) == "unsure"
    assert ("tempo", "no beat") in track_facts(made)


def test_silence_has_no_loudness() -> None:
    made = samples.analysis(loudness=Loudness(None, None, None, None))
    assert "silent" in headline(made)
    assert ("loudness", "silent") in track_facts(made)


def test_the_facts_tell_the_runner_up_and_every_fallback() -> None:
    made = samples.analysis(
        fallback="networks not installed", warnings=("0.3 s are missing",), tag_bpm=120.0, tag_key="A minor"
    )
    facts = dict(track_facts(made))
    assert "then C major (10\N{NO-BREAK SPACE}%)" in facts["key"]
    assert facts["fell back"] == "networks not installed"
    assert facts["mended"] == "0.3 s are missing"
    assert facts["tag"] == "120 BPM"
    assert facts["or"].startswith("60.00")


def test_facts_are_told_only_of_what_was_asked() -> None:
    assert track_facts(samples.bare().analysis) == [("file", "0:12, 44100 Hz")]


def test_every_label_has_a_colour_that_black_text_is_read_on() -> None:
    from typing import get_args

    from edm.model.layout import SectionLabel

    assert set(SECTION_COLOURS) == set(get_args(SectionLabel))
    assert min(contrast(colour, "#000000") for colour in SECTION_COLOURS.values()) > 6


def test_a_row_has_what_is_sorted_by() -> None:
    row = row_of(samples.done(3, title="Night", artist="Day"))
    assert (row.index, row.name, row.verdict, row.bpm, row.camelot, row.energy) == (
        3,
        "Day – Night",
        "locked",
        120.0,
        "8A",
        7,
    )
    assert (row.drops, row.first_drop, row.length, row.key_order) == ("17 41", 32.0, "2:08", 16)
    assert "night" in row.text
    assert "/music/track.flac" in row.text
    assert not row.failed


def test_drops_without_bars_are_counted() -> None:
    made = samples.structure()
    drops = tuple(replace(drop, bar=None) for drop in made.drops)
    assert row_of(samples.done(structure=replace(made, drops=drops))).drops == "2×"


def test_a_failure_is_a_row_with_its_reason() -> None:
    row = row_of(samples.failed(5, "/music/x.wav", "is cut off"))
    assert (row.index, row.name, row.verdict, row.reason, row.hint) == (
        5,
        "x.wav",
        "failed",
        "is cut off",
        "copy it again",
    )
    assert row.failed
    assert row.length == row.drops == NONE


def contrast(one: str, other: str) -> float:
    """By WCAG 2, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
