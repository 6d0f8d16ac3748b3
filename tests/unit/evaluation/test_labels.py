"""Names of sections from many hands, brought to ours; what a list of them can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.labels import LABELS, ReferenceKind, is_drop, known_label, playing_share, reference_kind


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Chorus 2", "drop"),
        ("chorus_b", "drop"),
        ("CLIMAX", "drop"),
        ("gogo", "drop"),
        ("drop1a", "drop"),
        ("Pre-Chorus", "buildup"),
        ("pre chorus 2", "buildup"),
        ("riser", "buildup"),
        ("Build-Up", "buildup"),
        ("bridge", "breakdown"),
        ("Break", "breakdown"),
        ("verse'", "verse"),
        ("Fade Out", "outro"),
        ("inst", "other"),
        ("???", None),
        ("A", None),
        ("a1", None),
        ("breakbeat", None),
        ("playing-0.5", None),
        ("", None),
        (None, None),
    ],
)
def test_a_name_is_brought_to_ours_or_left(name: str | None, label: str | None) -> None:
    assert known_label(name) == label
    assert is_drop(name) == (label == "drop")


@pytest.mark.parametrize("label", LABELS)
def test_our_own_labels_are_themselves(label: str) -> None:
    assert known_label(label) == known_label(f" {label.upper()} 3") == label


@given(st.text())
def test_no_text_is_too_much(name: str) -> None:
    assert known_label(name) in (*LABELS, None)
    assert reference_kind([name]) in ("labels", "boundaries", "energy", "drops", None)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ([], None),
        (["gogo"], "drops"),
        (["other", "GoGo", "other"], "drops"),
        (["other", "other"], None),
        (["gogo", "intro"], "labels"),
        (["playing-0.52", "playing-1"], "energy"),
        (["playing-0.52", "drop"], "labels"),
        (["A", "B", "A"], "boundaries"),
        ([None, None], "boundaries"),
        ([None, "Verse 1"], "labels"),
    ],
)
def test_a_list_of_names_tells_what_it_can_be_held_against(names: list[str | None], kind: ReferenceKind | None) -> None:
    assert reference_kind(names) == kind


def test_how_much_plays_is_read() -> None:
    assert playing_share("playing-0.52") == 0.52
    assert playing_share("Playing-1") == 1.0
    assert playing_share("playing") is playing_share("drop") is playing_share(None) is None
