"""How many workers, term by term."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.processing.limits import MachineLimits
from edm.processing.workers import ONE_THREAD, one_thread_environment, plan_workers

GB = 1_000_000_000
BIG = MachineLimits(cores=8, affinity=8, cpu_quota=None, memory_available=64 * GB, memory_quota=None)


def machine(**changes: float | None) -> MachineLimits:
    values = {name: getattr(BIG, name) for name in MachineLimits.__slots__} | changes
    return MachineLimits(**values)  # type: ignore[arg-type]


def test_auto_leaves_one_core_to_the_person() -> None:
    assert plan_workers("auto", limits=BIG).chosen == 7


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [
        ({"cores": 1, "affinity": 1}, 1),
        ({"affinity": 3}, 2),
        ({"affinity": None}, 7),
        ({"cpu_quota": 4.9}, 3),
        ({"cpu_quota": 0.5}, 1),
        ({"memory_available": 2 * GB}, 2),
        ({"memory_quota": 1.9 * GB}, 1),
        ({"memory_quota": 0}, 1),
    ],
)
def test_auto_obeys_the_tightest_limit(changes: dict[str, float | None], chosen: int) -> None:
    assert plan_workers("auto", need=GB, limits=machine(**changes)).chosen == chosen


def test_a_number_is_taken_as_it_is() -> None:
    plan = plan_workers(5, limits=BIG)
    assert (plan.chosen, plan.warnings) == (5, ())


def test_more_workers_than_cores_is_a_warning() -> None:
    plan = plan_workers(9, limits=BIG)
    assert plan.chosen == 9
    assert plan.warnings == ("9 workers share 8 cores: more only costs memory",)


def test_more_workers_than_memory_is_a_warning() -> None:
    plan = plan_workers(4, need=GB, limits=machine(memory_available=2 * GB))
    assert plan.warnings == ("4 workers may need 4.0 GB of memory, 2.0 GB may be used",)


@pytest.mark.parametrize(("cap", "chosen"), [(2, 2), (5, 5), (50, 5)])
def test_a_cap_lowers_and_never_raises(cap: int, chosen: int) -> None:
    assert plan_workers(5, cap=cap, limits=BIG).chosen == chosen


def test_a_cap_lowers_auto_too() -> None:
    assert plan_workers("auto", cap=3, limits=BIG).chosen == 3
    assert plan_workers("auto", cap=30, limits=BIG).chosen == 7


@pytest.mark.parametrize("requested", [0, -1, -5])
def test_no_workers_are_refused_with_a_hint(requested: int) -> None:
    with pytest.raises(InputError) as caught:
        plan_workers(requested, limits=BIG)
    assert caught.value.hint == "use 1 or more, or auto"


def test_a_cap_of_nothing_is_refused() -> None:
    with pytest.raises(InputError):
        plan_workers(2, cap=0, limits=BIG)


@given(
    requested=st.one_of(st.just("auto"), st.integers(1, 100)),
    cap=st.one_of(st.none(), st.integers(1, 100)),
    cores=st.integers(1, 64),
    memory=st.integers(0, 10**12),
)
def test_a_plan_is_at_least_one_and_never_more_than_its_cap(
    requested: int, cap: int | None, cores: int, memory: int
) -> None:
    plan = plan_workers(requested, cap=cap, limits=machine(cores=cores, affinity=cores, memory_available=memory))
    assert plan.chosen >= 1
    assert cap is None or plan.chosen <= cap
    assert plan_workers(requested, cap=None, limits=plan.limits).chosen >= plan.chosen


def test_one_thread_is_set_for_a_while_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with one_thread_environment():
        assert {os.environ[name] for name in ONE_THREAD} == {"1"}
    assert os.environ["OMP_NUM_THREADS"] == "6"
    assert "OPENBLAS_NUM_THREADS" not in os.environ
