"""Two documents are checked, and their tracks find each other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.pairing import number, pair_tracks


def run(*rows: dict[str, Any], **changes: object) -> dict[str, Any]:
    settings = {"tolerance": 0.04, "trim_s": 0.0}
    return {"schema_version": 1, "task": "bpm", "tracks": list(rows), "settings": settings, **changes}


def row(path: str, reference_bpm: float | None = 128.0, **more: object) -> dict[str, Any]:
    return {"path": path, "reference": "truth.csv", "reference_bpm": reference_bpm, **more}


def test_tracks_are_paired_by_path_in_the_order_of_paths() -> None:
    pairing = pair_tracks(run(row("c"), row("a", x=1), row("b")), run(row("d"), row("b"), row("a", x=2)))
    assert [pair.path for pair in pairing.pairs] == ["a", "b"]
    assert (pairing.pairs[0].a["x"], pairing.pairs[0].b["x"]) == (1, 2)
    assert (pairing.only_a, pairing.only_b) == (("c",), ("d",))
    assert pairing.warnings == (
        "1 track is in run a only and left out: c",
        "1 track is in run b only and left out: d",
    )


def test_the_name_of_the_reference_counts_only_where_paths_repeat() -> None:
    moved = pair_tracks(run(row("a")), run(row("a", reference="elsewhere.csv")))
    assert len(moved.pairs) == 1
    two = run(row("a", 100.0, reference="x"), row("a", 90.0, reference="y"))
    other = run(row("a", 90.0, reference="y"), row("a", 100.0, reference="x"))
    pairing = pair_tracks(two, other)
    assert [(pair.a["reference"], pair.b["reference"]) for pair in pairing.pairs] == [("x", "x"), ("y", "y")]
    assert pairing.warnings == ()


def test_even_rows_that_cannot_be_told_apart_are_all_kept() -> None:
    assert len(pair_tracks(run(row("a"), row("a")), run(row("a"), row("a"))).pairs) == 2


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_no_track_is_lost(paths_a: list[str], paths_b: list[str]) -> None:
    a, b = run(*map(row, [*paths_a, "z"])), run(*map(row, ["z", *paths_b]))
    pairing, mirror = pair_tracks(a, b), pair_tracks(b, a)
    assert len(pairing.pairs) + len(pairing.only_a) == len(paths_a) + 1
    assert len(pairing.pairs) + len(pairing.only_b) == len(paths_b) + 1
    assert (pairing.only_a, pairing.only_b) == (mirror.only_b, mirror.only_a)
    assert [(pair.a, pair.b) for pair in pairing.pairs] == [(pair.b, pair.a) for pair in mirror.pairs]


def test_other_references_for_one_track_are_a_warning_that_names_it() -> None:
    a = run(*(row(f"{i}.mp3", 128.0) for i in range(6)))
    b = run(
        row("0.mp3", 128.0000001), row("1.mp3", 64.0), row("2.mp3", None), *(row(f"{i}.mp3", 99) for i in (3, 4, 5))
    )
    assert pair_tracks(a, b).warnings == (
        "5 tracks are scored against another reference in each run: 1.mp3 (reference_bpm 128 and 64), "
        "2.mp3 (reference_bpm 128 and none), 3.mp3 (reference_bpm 128 and 99) and 2 more",
    )


def test_beats_of_other_references_are_a_warning_too() -> None:
    a = run(row("x", None, reference_beats=100), task="beats")
    b = run(row("x", None, reference_beats=50), task="beats")
    assert pair_tracks(a, b).warnings == (
        "1 track is scored against another reference in each run: x (reference_beats 100 and 50)",
    )


def test_other_tolerances_and_trims_are_warnings() -> None:
    a, b = run(row("x")), run(row("x"), settings={"tolerance": 0.08, "trim_s": 5.0})
    assert pair_tracks(a, b).warnings == (
        "the runs were scored with another tolerance: 0.04 in a, 0.08 in b",
        "the runs were scored with another start, in seconds: 0.0 in a, 5.0 in b",
    )
    assert pair_tracks(a, run(row("x"), settings=None)).warnings == ("a run does not say its settings",)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (run(row("x"), task="beats"), "run a is about bpm, run b about beats"),
        (run(row("x"), task="genre"), "run b has no results"),
        ({}, "run b has no results"),
        ([], "run b has no results"),
        (run(row("x"), task=["bpm"]), "run b has no results"),
        (run(row("x"), schema_version=2), "run a has schema version 1, run b 2"),
        (run(row("x"), tracks=None), "run b has no list of tracks"),
        (run(row("x"), tracks={"x": {}}), "run b has no list of tracks"),
        (run(row("x"), {"bpm": 3}), "run b, track 2 of 2 has no path"),
        (run(row("x"), row(3)), "run b, track 2 of 2 has no path"),  # type: ignore[arg-type]
        (run(row("y")), r"no track in common \(a has 1, b has 1\)"),
        (run(), r"no track in common \(a has 1, b has 0\)"),
    ],
)
def test_a_document_that_does_not_fit_is_refused(document: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pair_tracks(run(row("x")), document)


@pytest.mark.parametrize("bad", ["0.5", True, float("nan"), float("inf"), [1]])
def test_a_value_that_is_no_number_is_refused_with_its_track(bad: object) -> None:
    with pytest.raises(InputError, match=r"a\.mp3: oe1 should be a number or null"):
        number(row("a.mp3", oe1=bad), "oe1")


def test_what_a_row_lacks_is_no_value() -> None:
    assert number(row("x", oe1=None), "oe1") is number(row("x"), "oe1") is None
    assert number(row("x", oe1=1), "oe1") == 1.0
