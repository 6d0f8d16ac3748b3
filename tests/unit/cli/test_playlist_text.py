"""Playlists as text: every line fits, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from edm.cli.playlist_text import explain_lines, neighbour_lines, playlist_lines, relaxed_lines

STEP = {"score": 0.8349, "reason": "+0.8 % pitch, 8A→9A, groove .93, genre .80, energy +1"}


def track(place: int, **changes: Any) -> dict[str, Any]:
    known = {
        "place": place,
        "is_seed": place == 1,
        "artist": "Someone",
        "title": f"Title {place}",
        "bpm": 128.04,
        "key": "8A",
        "energy": 6.0,
        "duration_s": 245.6,
        "genre": "techno",
        "path": "/music/a.mp3",
        "transition": None if place == 1 else STEP,
    }
    return known | changes


def record(*tracks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    scores = [one["transition"]["score"] for one in tracks[1:]]
    return {
        "summary": {
            "tracks": len(tracks),
            "minutes": 12.4,
            "mean": 0.91 if scores else None,
            "weakest": min(scores, default=None),
            "percentile_10": 0.85 if scores else None,
            "artists": 2,
            "bpm_arc_reached": None,
            "energy_arc_reached": 0.875,
        },
        "asked": {"mode": "dynamic", "bpm_arc": None, "energy_arc": "wave"},
        "relaxed": [],
        "tracks": list(tracks),
    } | changes


def test_a_playlist_is_tracks_with_their_steps_between() -> None:
    second = track(2, artist=None, bpm=None, key=None, energy=None, duration_s=None)
    assert playlist_lines(record(track(1), second), 80) == [
        "#   track                BPM  key   E  min",
        "1*  Someone – Title 1  128.0   8A   6  4:05",
        "    .83  +0.8 % pitch, 8A→9A, groove .93, genre .80, energy +1",
        "2   Title 2                –    –   –  –",
        "",
        "2 tracks, 12 minutes, 2 artists, mode dynamic; * is a seed",
        "transitions: mean .91, weakest .83 (1 to 2), 10th percentile .85",
        "energy wave: 88 % of the tracks are on it",
        "all rules are kept",
    ]


def test_rules_that_are_not_kept_come_last() -> None:
    relaxed = [
        {"rule": "key_rule", "places": [2, 3, 4, 9], "why": "track 2 follows 8A→1B\n(and 3 more)"},
        {"rule": "count", "places": [], "why": "2 tracks instead of 9"},
    ]
    assert relaxed_lines(record(relaxed=relaxed), 120) == [
        "not kept: keys at 2–4, 9: track 2 follows 8A→1B\\n(and 3 more)",
        "not kept: length: 2 tracks instead of 9",
    ]
    assert playlist_lines(record(track(1), relaxed=relaxed), 80)[-1] == "not kept: length: 2 tracks instead of 9"


def test_every_rule_has_a_name() -> None:
    from typing import get_args

    from edm.playlist.relaxed import Broken
    from edm.playlist.request import RULES

    literal = get_args(Broken)[1]
    for rule in (*RULES, *get_args(literal)):
        assert relaxed_lines({"relaxed": [{"rule": rule, "places": [1], "why": "x"}]}, 80)


def test_neighbours_have_their_families_below() -> None:
    near = track(
        1, score=0.958, pitch_pct=-2.61, octave=None, key_relation="fifth_up", parts={"rhythm": 0.8, "sonic": 0.9}
    )
    assert neighbour_lines({"track": track(9), "neighbours": [near]}, 80) == [
        "Someone – Title 9, 128.0 BPM, 8A",
        "",
        "#  near  track                BPM  pitch   key  relation",
        "1  .96   Someone – Title 1  128.0  −2.6 %   8A  fifth up",
        "    groove .80",
    ]
    assert neighbour_lines({"track": track(9), "neighbours": []}, 80)[-1] == "no other track in the library"


def test_half_and_double_time_are_said_of_neighbours() -> None:
    some = [
        track(place, score=0.5, pitch_pct=pitch, octave=octave, key_relation="same", parts={"rhythm": 0.8})
        for place, (pitch, octave) in enumerate(((0.4, "half"), (-3.0, "double"), (1.0, None), (None, None)), 1)
    ]
    lines = neighbour_lines({"track": track(9), "neighbours": some}, 80)
    assert [line for line in lines[2:] if not line.startswith("    ")] == [
        "#  near  track                BPM  pitch          key  relation",
        "1  .50   Someone – Title 1  128.0  +0.4 % half     8A  same",
        "2  .50   Someone – Title 2  128.0  −3.0 % double   8A  same",
        "3  .50   Someone – Title 3  128.0  +1.0 %          8A  same",
        "4  .50   Someone – Title 4  128.0  –               8A  same",
    ]


def test_an_explanation_shows_what_each_part_gives() -> None:
    part = {"name": "sonic", "value": 0.58, "share": 0.2857, "gives": 0.1657, "of": None, "note": "end and start"}
    inner = {"name": "rhythm", "value": 0.7, "share": 0.1, "gives": 0.07, "of": "sonic", "note": ""}
    rules = [{"rule": "max_stretch", "kept": False, "why": "at most 6 %"}]
    given_record = {"first": track(1), "second": track(2, genre=None), "transition": STEP}
    assert explain_lines({**given_record, "parts": [part, inner], "rules": rules}, 80) == [
        "first   Someone – Title 1: 128.0 BPM, 8A, energy 6, techno",
        "second  Someone – Title 2: 128.0 BPM, 8A, energy 6",
        "score   .83: +0.8 % pitch, 8A→9A, groove .93, genre .80, energy +1",
        "",
        "part      value  counts  gives",
        "sonic     .58    29 %    0.166    end and start",
        "  groove  .70      10 %    0.070",
        "",
        "BROKEN pitch: at most 6 %",
    ]


NAMES = st.text(max_size=120)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4), st.integers(60, 140))
def test_no_line_is_wider_than_the_screen(names: list[tuple[str, str]], width: int) -> None:
    tracks = [track(place, artist=a, title=b) for place, (a, b) in enumerate(names, 1)]
    lines = playlist_lines(record(*tracks), width)
    near = [
        {**one, "score": 0.5, "pitch_pct": None, "octave": None, "key_relation": None, "parts": {}} for one in tracks
    ]
    lines += neighbour_lines({"track": tracks[0], "neighbours": near}, width)
    explained = {"first": tracks[0], "second": tracks[-1], "transition": STEP, "parts": [], "rules": []}
    lines += explain_lines(explained, width)
    for line in lines:
        assert cell_len(line) <= width
        assert line.isprintable()


@pytest.mark.parametrize("width", [20, 40])
def test_a_narrow_screen_does_no_harm(width: int) -> None:
    assert playlist_lines(record(track(1), track(2)), width)
