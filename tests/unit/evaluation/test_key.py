"""Scores of a key: all 576 pairs as mir_eval scores them, and what the relations are called."""

from __future__ import annotations

import itertools

import pytest
from mir_eval import key as peer

from edm.errors import InputError
from edm.evaluation.key import KEY_RELATIONS, key_confusions, relation_name, score_key
from edm.evaluation.metrics import KEY_METRICS
from edm.model.keys import KEYS, KeyName, parse_key

PAIRS = list(itertools.product(KEYS, KEYS))


def named(text: str) -> KeyName:
    key = parse_key(text)
    assert key is not None
    return key


def test_the_weighted_score_is_mir_evals_for_every_pair_of_keys() -> None:
    ours = [score_key(*pair)["key_weighted"] for pair in PAIRS]
    assert ours == [peer.weighted_score(one.name, other.name) for one, other in PAIRS]


@pytest.mark.parametrize(
    ("estimate", "relation", "weighted", "compatible", "tonic", "mode"),
    [
        ("Am", "same", 1.0, 1.0, 1.0, 1.0),
        ("Em", "fifth_up", 0.5, 1.0, 0.0, 1.0),
        ("Dm", "fifth_down", 0.0, 1.0, 0.0, 1.0),
        ("C", "relative", 0.3, 1.0, 0.0, 0.0),
        ("A", "parallel", 0.2, 0.0, 1.0, 0.0),
        ("Bbm", "semitone_up", 0.0, 0.0, 0.0, 1.0),
    ],
)
def test_relations_by_hand(
    estimate: str, relation: str, weighted: float, compatible: float, tonic: float, mode: float
) -> None:
    reference = named("8A")
    score = score_key(reference, named(estimate))
    assert relation_name(reference, named(estimate)) == relation
    assert score == {
        "key_weighted": weighted,
        "key_accuracy": float(relation == "same"),
        "key_compatible": compatible,
        "key_in_top2": None,
        "key_tonic_accuracy": tonic,
        "key_mode_accuracy": mode,
    }


def test_no_key_at_all_is_wrong_everywhere() -> None:
    assert score_key(KEYS[0], None) == dict.fromkeys(KEY_METRICS, 0.0)
    assert relation_name(KEYS[0], None) == "none"


def test_the_runner_up_counts_where_it_is_named() -> None:
    reference, other, third = named("Am"), named("C"), named("F")
    assert score_key(reference, other, runner_up=reference)["key_in_top2"] == 1.0
    assert score_key(reference, reference, runner_up=other)["key_in_top2"] == 1.0
    assert score_key(reference, other, runner_up=third)["key_in_top2"] == 0.0


def test_confusions_count_by_mode() -> None:
    matrix = key_confusions(["minor", "major", "minor"], ["same", "none", "relative"])
    assert matrix["relations"] == list(KEY_RELATIONS)
    assert {name: sum(row) for name, row in matrix["rows"].items()} == {"major": 1, "minor": 2, "all": 3}
    assert matrix["rows"]["minor"][KEY_RELATIONS.index("relative")] == 1
    assert matrix["rows"]["all"][KEY_RELATIONS.index("none")] == 1


def test_confusions_of_other_names_are_refused() -> None:
    with pytest.raises(InputError, match="1 modes do not go with 0"):
        key_confusions(["major"], [])
    with pytest.raises(InputError, match="'dorian'"):
        key_confusions(["dorian"], ["same"])
