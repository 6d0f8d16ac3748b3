"""Rules of playlists, over random libraries: none is broken unless the playlist says so."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.playlist.arcs import BPM_TOLERANCE, ENERGY_TOLERANCE, Arc, arc_targets, parse_arc
from edm.playlist.make import Playlist, make_playlist
from edm.playlist.names import artist_keys, base_title
from edm.playlist.pool import Levels, find_pool
from edm.playlist.request import GIVES_WAY, RULES, Request, Rules
from edm.playlist.scores import Weights
from edm.playlist.space import Space
from unit.playlist.made import make_space, random_space

ARCS = ("up", "down", "wave", "flat", "110:130")
LEVELS = ("up", "down", "wave", "flat", "3:8")


@st.composite
def asked(draw: st.DrawFn) -> tuple[Space, list[int], Request]:
    n = draw(st.integers(1, 60))
    space = random_space(
        n,
        seed=draw(st.integers(0, 10_000)),
        artists=draw(st.sampled_from([1, 3, 20, 100])),
        genres=draw(st.sampled_from([0, 4])),
        unknown=draw(st.sampled_from([0.0, 0.3, 1.0])),
    )
    count = draw(st.integers(1, 20))
    seeds = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=min(3, count)))
    bpm_arc, energy_arc = draw(st.sampled_from((None, *ARCS))), draw(st.sampled_from((None, *LEVELS)))
    rules = Rules(
        mode=draw(st.sampled_from(["narrow", "dynamic", "discover"])),
        max_stretch_pct=draw(st.sampled_from([None, 2.0, 6.0])),
        key_rule=draw(st.sampled_from(["off", "compatible", "strict"])),
        key_rule_asked=draw(st.booleans()),
        max_per_artist=draw(st.sampled_from([None, 1, 2])),
        min_gap=draw(st.integers(0, 4)),
        bpm_range=draw(st.sampled_from([None, (100.0, 130.0)])),
        bpm_arc=None if bpm_arc is None else parse_arc(bpm_arc, "bpm"),
        energy_arc=None if energy_arc is None else parse_arc(energy_arc, "energy"),
    )
    return space, seeds, Request(count=count, rules=rules, reorder=draw(st.booleans()))


def said(made: Playlist, rule: str) -> set[int]:
    return {place for entry in made.relaxed if entry.rule == rule for place in entry.places}


def artists_of(space: Space, row: int) -> frozenset[str]:
    return artist_keys(space.artists[row], space.titles[row])


@settings(max_examples=60, deadline=None)
@given(asked())
def test_no_rule_is_broken_unless_it_is_said(question: tuple[Space, list[int], Request]) -> None:
    space, seeds, request = question
    made, rules = make_playlist(space, seeds, request), request.rules
    order = made.order
    assert len(set(order)) == len(order)
    assert set(seeds) == {order[place] for place in made.seeds}
    assert len(order) <= made.summary.eligible <= len(space)
    assert order[0] in seeds
    for place, edge in enumerate(made.edges, start=1):
        assert (edge.first, edge.second) == (order[place - 1], order[place])
        if rules.max_stretch_pct is not None and place not in said(made, "max_stretch"):
            assert edge.stretch_pct is not None
            assert abs(edge.stretch_pct) <= rules.max_stretch_pct + 0.01
        if rules.key_rule == "compatible" and place not in said(made, "key_rule"):
            assert edge.key_relation in ("same", "relative", "fifth_up", "fifth_down")
        if rules.key_rule == "strict" and place not in said(made, "key_rule"):
            assert edge.key_relation in ("same", "relative")
        if place not in said(made, "floor"):
            assert edge.score >= made.summary.levels.floor - 1e-4
    for first, second in combinations(range(len(order)), 2):
        if artists_of(space, order[first]) & artists_of(space, order[second]):
            assert second - first > rules.min_gap or second in said(made, "min_gap")
    if rules.max_per_artist is not None:
        for artist in {key for row in order for key in artists_of(space, row)}:
            places = [place for place, row in enumerate(order) if artist in artists_of(space, row)]
            assert set(places[rules.max_per_artist :]) <= said(made, "max_per_artist")
    for place, row in enumerate(order):
        if rules.bpm_range is not None and place not in said(made, "limits"):
            assert rules.bpm_range[0] <= space.bpm[row] <= rules.bpm_range[1]
    assert len(order) == request.count or any(entry.rule == "count" for entry in made.relaxed)


@settings(max_examples=40, deadline=None)
@given(asked())
def test_what_is_said_is_told_once_a_rule_and_in_their_order(question: tuple[Space, list[int], Request]) -> None:
    made = make_playlist(*question)
    rules = [entry.rule for entry in made.relaxed]
    assert len(set(rules)) == len(rules)
    order = question[2].rules.gives_way
    assert [rule for rule in rules if rule in order] == [rule for rule in order if rule in rules]
    assert all(entry.why for entry in made.relaxed)


@settings(max_examples=25, deadline=None)
@given(asked())
def test_the_same_question_has_the_same_answer(question: tuple[Space, list[int], Request]) -> None:
    assert make_playlist(*question) == make_playlist(*question)


@pytest.mark.parametrize("shape", ARCS)
def test_tempos_follow_their_arc(shape: str) -> None:
    rng = np.random.default_rng(3)
    space = make_space(600, bpm=rng.uniform(90, 180, 600))
    arc = parse_arc(shape, "bpm")
    made = make_playlist(space, [5], Request(count=12, rules=Rules(bpm_arc=arc, max_stretch_pct=None, key_rule="off")))
    target = arc_targets(arc, 12, "bpm", first=float(space.bpm[5]))
    off = np.log2(space.bpm[list(made.order)] / target)
    off = np.abs(off - np.clip(np.rint(off), -1, 1))
    missed = said(made, "bpm_arc")
    assert all(off[place] <= np.log2(1 + BPM_TOLERANCE) + 1e-9 for place in range(12) if place not in missed)
    # A range of numbers may be far from the seed's own tempo, which is played all the same.
    assert missed <= {0}
    assert made.summary.bpm_arc == 1.0 - len(missed) / 12


@pytest.mark.parametrize("shape", LEVELS)
def test_energy_follows_its_arc(shape: str) -> None:
    rng = np.random.default_rng(3)
    space = make_space(600, energy=rng.integers(1, 11, 600).astype(float))
    arc = parse_arc(shape, "energy")
    made = make_playlist(space, [5], Request(count=12, rules=Rules(energy_arc=arc)))
    target = arc_targets(arc, 12, "energy", first=float(space.energy[5]))
    off = np.abs(space.energy[list(made.order)] - target)
    assert all(off[place] <= ENERGY_TOLERANCE for place in range(1, 12))


def test_an_arc_goes_where_its_name_says() -> None:
    assert arc_targets(Arc("up"), 3, "bpm", first=100.0).tolist() == pytest.approx([100, 104, 108])
    assert arc_targets(Arc("down"), 3, "energy", first=8.0).tolist() == [8, 6.5, 5]
    assert arc_targets(Arc("wave"), 3, "energy", first=5.0).tolist() == pytest.approx([5, 8, 5])
    assert arc_targets(Arc("flat"), 2, "bpm", first=128.0).tolist() == [128, 128]
    assert arc_targets(parse_arc("128:136", "bpm"), 3, "bpm", first=90.0).tolist() == [128, 132, 136]
    assert arc_targets(Arc("up"), 3, "bpm", first=100.0, last=120.0).tolist() == [100, 110, 120]
    assert arc_targets(Arc("up"), 2, "energy", first=9.0).tolist() == [9, 10]


@pytest.mark.parametrize("text", ["", "upwards", "128", "128:", "5:500", "nan:1"])
def test_an_arc_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_arc(text, "bpm")


def test_why_is_told_of_a_track_that_was_chosen_before_a_seed() -> None:
    made = make_playlist(make_space(6), [0], Request(count=4, rules=Rules(bpm_arc=parse_arc("140:150", "bpm"))))
    (entry,) = [entry for entry in made.relaxed if entry.rule == "bpm_arc"]
    assert entry.places == (0, 1, 2, 3)
    assert entry.why == "track 2 has 128 BPM (and 3 more); no other of the 6 tracks at hand would keep it there"


def test_all_tracks_by_one_artist_make_a_list_that_says_so() -> None:
    made = make_playlist(random_space(20, artists=1, genres=0), [0], Request(count=8))
    assert len(made.order) == 8
    assert said(made, "max_per_artist") == set(range(2, 8))
    assert said(made, "min_gap") == set(range(1, 8))


@pytest.mark.parametrize(("gap", "broken"), [(0, set()), (2, set()), (3, {3})])
def test_a_gap_counts_the_tracks_between(gap: int, broken: set[int]) -> None:
    space = make_space(4, artists=["A", "B", "C", "A"])
    made = make_playlist(space, [0, 1, 2, 3], Request(count=4, rules=Rules(min_gap=gap)))
    assert said(made, "min_gap") == broken


def test_an_arc_leads_to_tracks_that_are_far_from_the_seed() -> None:
    n = 6000
    rng = np.random.default_rng(0)
    bpm = np.where(np.arange(n) < 5950, 120.0, rng.uniform(120, 170, n))
    full = make_space(n).full.copy()
    full[5950:] = -full[5950:]
    space = make_space(n, bpm=bpm, full=full)
    rules = Rules(bpm_arc=parse_arc("120:165", "bpm"), max_stretch_pct=None, key_rule="off")
    made = make_playlist(space, [0], Request(count=6, rules=rules))
    assert not said(made, "bpm_arc")


@pytest.mark.parametrize("arc", ["bpm", "energy"])
def test_an_arc_stands_above_a_rule_of_keys_that_nobody_asked_for(arc: str) -> None:
    # Tracks on the arc are in keys whole tones apart, which clash; those in the key of the seed are off the arc.
    on_arc = np.arange(12) % 2 == 0
    bpm, energy = np.full(12, 128.0), np.full(12, 5.0)
    rules = Rules(max_stretch_pct=None)
    if arc == "bpm":
        bpm[~on_arc], rules = 131.5, replace(rules, bpm_arc=Arc("flat"))
    else:
        energy[~on_arc], rules = 9.0, replace(rules, energy_arc=Arc("flat"))
    key = np.where(on_arc, np.arange(12), 0).astype(np.int8)
    space = make_space(12, bpm=bpm, energy=energy, key=key)
    by_default = make_playlist(space, [0], Request(count=6, rules=rules))
    assert not said(by_default, f"{arc}_arc")
    assert said(by_default, "key_rule") == set(range(1, 6))
    asked = make_playlist(space, [0], Request(count=6, rules=replace(rules, key_rule_asked=True)))
    assert said(asked, f"{arc}_arc") == set(range(1, 6))
    assert not said(asked, "key_rule")


def test_only_the_rule_of_keys_changes_its_place_in_the_order() -> None:
    without = [[rule for rule in order if rule != "key_rule"] for order in GIVES_WAY.values()]
    assert without[0] == without[1]
    assert all(set(order) == set(RULES) for order in GIVES_WAY.values())
    for asked, arcs_first in ((True, True), (False, False)):
        order = Rules(key_rule_asked=asked).gives_way
        assert (order.index("bpm_arc") < order.index("key_rule")) == arcs_first
        assert (order.index("energy_arc") < order.index("key_rule")) == arcs_first


def test_collaborations_count_for_each_artist() -> None:
    names = ["A & B", "B feat. C", "The C", "D", "E vs A", "F"]
    space = make_space(6, artists=names)
    made = make_playlist(space, [0], Request(count=3, rules=Rules(max_per_artist=1)))
    assert not said(made, "max_per_artist")
    assert {names[row] for row in made.order} <= {"A & B", "The C", "D", "F"}


@pytest.mark.parametrize("name", ["Unknown Artist", "various artists"])
def test_tracks_by_nobody_known_are_not_by_one_artist(name: str) -> None:
    made = make_playlist(make_space(200, artists=[name] * 200), [0], Request(count=8))
    assert not {"max_per_artist", "min_gap"} & {entry.rule for entry in made.relaxed}
    assert made.summary.artists == 0


def test_a_library_by_nobody_known_leaves_as_much_choice_as_one_without_names() -> None:
    space = random_space(1500, genres=0)
    pools = [
        find_pool(
            replace(space, artists=[name] * 1500),
            [0],
            10,
            rules=Rules(),
            weights=Weights().of(space),
            levels=Levels(0.9, 1.0, 0.0),
            targets={},
        )
        for name in ("", "Unknown Artist")
    ]
    assert pools[0].rows.tolist() == pools[1].rows.tolist()
    assert pools[0].outside.tolist() == pools[1].outside.tolist()


def test_an_alias_is_the_artist_it_stands_for() -> None:
    space = make_space(4, artists=["AFX", "Aphex Twin", "Other", "Third"])
    rules = Rules(max_per_artist=1, aliases={"afx": "aphex twin"})
    made = make_playlist(space, [0], Request(count=3, rules=rules))
    assert sorted(made.order) == [0, 2, 3]


def test_versions_of_one_title_are_played_once_and_a_short_list_says_so() -> None:
    titles = ["Song (Original Mix)", "Song [X Remix]", "Song - Radio Edit", "Other"]
    space = make_space(4, titles=titles, artists=["A", "A feat. B", "A", "C"])
    made = make_playlist(space, [0], Request(count=4))
    assert sorted(made.order) == [0, 3]
    (entry,) = [entry for entry in made.relaxed if entry.rule == "count"]
    assert "2 tracks instead of 4" in entry.why


def test_one_recording_under_two_names_is_played_once() -> None:
    space = random_space(12, genres=0)
    full = space.full.copy()
    full[7] = full[2]
    made = make_playlist(replace(space, full=full), [2], Request(count=12))
    assert 7 not in made.order


def test_seeds_are_played_whatever_the_rules_say() -> None:
    space = make_space(5, artists=["A"] * 5, bpm=np.array([128.0, 90, 128, 128, 128]))
    rules = Rules(bpm_range=(120, 130), max_per_artist=1, min_gap=3)
    made = make_playlist(space, [1, 2], Request(count=2, rules=rules))
    assert made.order == (1, 2)
    assert {entry.rule for entry in made.relaxed} >= {"max_per_artist", "min_gap", "max_stretch", "limits"}


@pytest.mark.parametrize(
    ("artist", "title", "keys"),
    [
        ("The Prodigy", "", {"prodigy"}),
        ("A feat. B", "", {"a", "b"}),
        ("A, B & C", "", {"a, b & c", "a", "b", "c"}),
        ("A vs. B", "", {"a vs. b", "a", "b"}),
        ("A x B", "", {"a x b", "a", "b"}),
        ("A", "Title (feat. Guest)", {"a", "guest"}),
        ("Bj\u006f\u0308rk", "", {"bj\u00f6rk"}),
        ("", "Title (feat. Guest)", set()),
        ("Maxx", "Xtra", {"maxx"}),
        ("Unknown Artist", "", set()),
        ("Various Artists", "", set()),
        ("VA", "", set()),
        ("[unknown]", "", set()),
        ("Various Artists feat. B", "", {"b"}),
        ("Vader", "", {"vader"}),
    ],
)
def test_artists_are_known_by_their_names(artist: str, title: str, keys: set[str]) -> None:
    assert artist_keys(artist, title) == keys


@pytest.mark.parametrize(
    ("title", "base"),
    [
        ("Song (Original Mix)", "song"),
        ("Song [Extended Mix] (Remastered 2011)", "song"),
        ("Song - Radio Edit", "song"),
        ("Song (feat. B) (X Remix)", "song"),
        ("Song feat. B", "song"),
        ("Song (Part 2)", "song (part 2)"),
        ("Song - Part 2", "song - part 2"),
        ("(Live)", "(live)"),
        ("Remix", "remix"),
        ("", ""),
    ],
)
def test_versions_share_what_is_left_of_their_titles(title: str, base: str) -> None:
    assert base_title(title) == base
    assert base_title(base) == base


@given(st.text(max_size=30))
def test_the_base_of_a_base_is_itself(title: str) -> None:
    assert base_title(base_title(title)) == base_title(title)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "wide"},
        {"key_rule": "loose"},
        {"max_stretch_pct": -1.0},
        {"max_per_artist": 0},
        {"min_gap": -1},
        {"bpm_range": (130.0, 120.0)},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Rules(**wrong)  # type: ignore[arg-type]
