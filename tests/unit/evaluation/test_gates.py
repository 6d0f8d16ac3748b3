"""Gates: which names they know, which side of a limit they pass, what has no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.gates import Gate, check_gates, parse_gates
from edm.evaluation.metrics import METRICS, Task

TASKS: tuple[Task, ...] = ("bpm", "beats", "structure", "key")


def passes(gate: str, value: float | None, task: Task = "bpm") -> bool:
    gates = parse_gates([gate], task)
    (checked,) = check_gates(gates, {gates[0].metric: value}, task)
    assert checked["value"] == value
    assert isinstance(checked["passed"], bool)
    return checked["passed"]


def test_one_text_may_hold_several_gates() -> None:
    asked = parse_gates(["acc1=0.95,mae=0.1", "drift=20 within_0p05=0.5", " "], "bpm")
    assert asked == (
        Gate("accuracy1", 0.95),
        Gate("mae_bpm", 0.1),
        Gate("drift_ms", 20.0),
        Gate("within_0p05", 0.5),
    )


@pytest.mark.parametrize("task", TASKS)
def test_every_metric_is_known_by_its_key_and_by_its_short_name(task: Task) -> None:
    for key, metric in METRICS[task].items():
        for name in (key, key.upper(), metric.short or key):
            assert parse_gates([f"{name}=0.5"], task) == (Gate(key, 0.5),)


@pytest.mark.parametrize("task", TASKS)
def test_no_two_metrics_share_a_name(task: Task) -> None:
    names = [*METRICS[task], *(metric.short for metric in METRICS[task].values() if metric.short)]
    assert len(names) == len(set(names))


def test_a_score_passes_at_its_limit_and_above() -> None:
    assert [passes("acc1=0.95", value) for value in (0.949999, 0.95, 1.0)] == [False, True, True]


def test_an_error_passes_at_its_limit_and_below() -> None:
    assert [passes("drift=20", value) for value in (0.0, 20.0, 20.001)] == [True, True, False]


def test_a_signed_value_counts_without_its_sign() -> None:
    assert [passes("bias=5", value, "beats") for value in (-5.1, -5.0, 0.0, 5.0, 5.1)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("task", TASKS)
def test_no_value_misses_every_gate(task: Task) -> None:
    gates = parse_gates([f"{name}=0" for name in METRICS[task]], task)
    checked = check_gates(gates, dict.fromkeys(METRICS[task]), task)
    assert len(checked) == len(METRICS[task])
    assert not any(gate["passed"] for gate in checked)


def test_checked_gates_keep_their_order_and_their_limits() -> None:
    gates = parse_gates(["mae=0.1", "acc1=0.5"], "bpm")
    assert check_gates(gates, {"accuracy1": 0.75, "mae_bpm": 0.2}, "bpm") == [
        {"metric": "mae_bpm", "limit": 0.1, "value": 0.2, "passed": False},
        {"metric": "accuracy1", "limit": 0.5, "value": 0.75, "passed": True},
    ]


@pytest.mark.parametrize(
    ("text", "task", "said"),
    [
        ("acc1", "bpm", "is no gate"),
        ("=0.5", "bpm", "no metric of bpm is called ''"),
        ("f70=0.5", "bpm", "no metric of bpm is called 'f70'"),
        ("acc1=0.5", "beats", "no metric of beats is called 'acc1'"),
        ("acc1=", "bpm", "should be a number from 0, not ''"),
        ("acc1=much", "bpm", "not 'much'"),
        ("acc1=nan", "bpm", "not 'nan'"),
        ("drift=inf", "bpm", "not 'inf'"),
        ("bias=-5", "beats", "not '-5'"),
        ("acc1=95", "bpm", "95 cannot be reached"),
        ("acc1=0.5=0.6", "bpm", "not '0.5=0.6'"),
    ],
)
def test_what_is_no_gate_is_refused_with_its_value(text: str, task: Task, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_gates([text], task)
    assert said in caught.value.message


def test_a_misspelt_metric_is_guessed() -> None:
    with pytest.raises(InputError) as caught:
        parse_gates(["acuracy1=0.9"], "bpm")
    assert (caught.value.hint or "").startswith("did you mean accuracy1?")


@given(limit=st.floats(0, 1), value=st.floats(0, 1))
def test_a_share_passes_exactly_if_it_is_no_less_than_its_limit(limit: float, value: float) -> None:
    assert passes(f"acc2={limit!r}", value) is (value >= limit)


@given(texts=st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_taken_or_refused_in_one_line(texts: list[str]) -> None:
    said = []
    try:
        parse_gates(texts, "beats")
    except InputError as error:
        said = error.message.splitlines()
    assert len(said) <= 1
