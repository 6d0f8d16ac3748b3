"""What will be scored: nothing is lost without a reason, and counts add up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.pipeline.evaluation_plan import EvaluationOptions, EvaluationPlan, plan_evaluation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four references, three tracks, estimates of two of them and of a stranger."""
    (tmp_path / "music" / "deep").mkdir(parents=True)
    for name in ("a.mp3", "b.mp3", "deep/c.mp3"):
        (tmp_path / "music" / name).touch()
    (tmp_path / "ref.csv").write_text(
        "path,bpm,genre\na.mp3,128,techno\nb.mp3,140,\nc.mp3,,house\nd.mp3,174,dnb\n", encoding="utf-8"
    )
    (tmp_path / "estimates.jsonl").write_text(
        json.dumps({"path": "b.mp3", "bpm": 70.0, "duration_s": 60.0})
        + "\n"
        + json.dumps({"path": "a.mp3", "status": "failed", "error": {"type": "DecodeError", "message": "no: sound"}})
        + "\n"
        + json.dumps({"path": "z.mp3", "bpm": 1.0})
        + "\n",
        encoding="utf-8",
    )
    return tmp_path


def options(folder: Path, **changes: Any) -> EvaluationOptions:
    asked = EvaluationOptions("bpm", (str(folder / "ref.csv"),), source=folder / "music")
    return replace(asked, **changes)


def stored(folder: Path, **changes: Any) -> EvaluationOptions:
    return options(folder, **{"source": None, "estimates": str(folder / "estimates.jsonl")} | changes)


def paths(plan: EvaluationPlan) -> list[str]:
    return [case.reference.path for case in plan.cases]


def reasons(entries: Iterable[dict[str, str]]) -> dict[str, str]:
    return {one["path"]: one["reason"] for one in entries}


def test_references_with_a_file_are_scored_and_the_others_have_a_reason(folder: Path) -> None:
    plan = plan_evaluation(options(folder))
    assert [case.audio for case in plan.cases] == [folder / "music" / name for name in ("a.mp3", "b.mp3")]
    assert all(case.estimate is None for case in plan.cases)
    assert reasons(plan.matching.pop("unmatched")) == {
        "c.mp3": "the reference gives no tempo",
        "d.mp3": f"no file of this name below {folder / 'music'}",
    }
    assert plan.matching == {
        "references": 4,
        "selected": 4,
        "with_reference": 3,
        "matched": 2,
        "scored": 2,
        "unused_estimates": [],
    }


def test_stored_estimates_need_no_audio_and_a_track_without_one_is_missing(folder: Path) -> None:
    plan = plan_evaluation(stored(folder))
    assert [(case.reference.path, case.status, case.audio) for case in plan.cases] == [
        ("a.mp3", "failed", None),
        ("b.mp3", "ok", None),
        ("d.mp3", "missing", None),
    ]
    assert plan.cases[0].error == {"type": "DecodeError", "message": "no: sound", "hint": None}
    assert plan.cases[1].duration_s == 60.0
    assert reasons(plan.matching["unmatched"])["d.mp3"] == "the estimates do not name it"
    assert list(reasons(plan.matching["unused_estimates"])) == ["z.mp3"]
    assert (plan.matching["matched"], plan.matching["scored"]) == (2, 3)


def test_a_source_gives_stored_estimates_their_audio(folder: Path) -> None:
    plan = plan_evaluation(stored(folder, source=folder / "music"))
    assert [case.audio and case.audio.name for case in plan.cases] == ["a.mp3", "b.mp3", None]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (("genre=techno",), ["a.mp3"]),
        (("genre!=techno",), ["b.mp3", "d.mp3"]),
        (("bpm>130",), ["b.mp3", "d.mp3"]),
        (("bpm>130", "genre=dnb"), ["d.mp3"]),
        (("path!=a.mp3", "bpm<150"), ["b.mp3"]),
    ],
)
def test_conditions_all_hold(folder: Path, where: tuple[str, ...], expected: list[str]) -> None:
    plan = plan_evaluation(stored(folder, where=where, estimates=str(folder / "ref.csv")))
    assert paths(plan) == expected
    assert plan.matching["references"] == 4
    assert plan.matching["selected"] <= 3


def test_a_condition_changes_no_match(folder: Path) -> None:
    (folder / "music" / "deep" / "a.mp3").touch()
    chosen = plan_evaluation(options(folder, where=("path=a.mp3",)))
    everything = plan_evaluation(options(folder))
    assert chosen.cases[0] == everything.cases[0]


def test_several_references_are_told_apart(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "ref.csv").write_text("path,bpm\ndeep/c.mp3,100\nnothing.mp3,99\n", encoding="utf-8")
    asked = options(folder, references=(str(folder / "ref.csv"), str(other / "ref.csv")))
    plan = plan_evaluation(asked)
    assert [(case.reference.path, case.reference_name) for case in plan.cases] == [
        ("a.mp3", str(folder / "ref.csv")),
        ("b.mp3", str(folder / "ref.csv")),
        ("deep/c.mp3", str(other / "ref.csv")),
    ]
    (lost,) = (one for one in plan.matching["unmatched"] if one["path"] == "nothing.mp3")
    assert str(other / "ref.csv") in lost["origin"]


def test_the_same_reference_given_twice_counts_once(folder: Path) -> None:
    once = plan_evaluation(options(folder))
    twice = plan_evaluation(options(folder, references=(str(folder / "ref.csv"),) * 2))
    assert paths(once) == paths(twice)
    assert once.matching == twice.matching


@pytest.mark.parametrize("with_estimates", [False, True])
def test_two_references_of_one_track_are_no_reference(folder: Path, with_estimates: bool) -> None:
    (folder / "more.csv").write_text("path,bpm\n./a.mp3,99\n", encoding="utf-8")
    references = (str(folder / "ref.csv"), str(folder / "more.csv"))
    asked = stored(folder, references=references) if with_estimates else options(folder, references=references)
    plan = plan_evaluation(asked)
    assert "a.mp3" not in paths(plan)
    lost = {one["path"]: one["reason"] for one in plan.matching["unmatched"]}
    assert "more.csv is a reference of the same track" in lost["a.mp3"]
    assert "ref.csv is a reference of the same track" in lost["./a.mp3"]


def test_the_sample_has_its_size_and_its_seed(folder: Path) -> None:
    rows = "".join(f"{number}.mp3,{100 + number}\n" for number in range(40))
    (folder / "ref.csv").write_text("path,bpm\n" + rows, encoding="utf-8")
    samples = [
        paths(plan_evaluation(stored(folder, estimates=str(folder / "ref.csv"), sample_size=7, seed=seed)))
        for seed in (1, 1, 2)
    ]
    assert [len(set(sample)) for sample in samples] == [7, 7, 7]
    assert samples[0] == samples[1] != samples[2]
    assert samples[0] == sorted(samples[0], key=lambda path: int(path.removesuffix(".mp3")))


def test_the_sample_is_drawn_from_tracks_that_have_a_reference(folder: Path) -> None:
    for seed in range(10):
        plan = plan_evaluation(options(folder, sample_size=2, seed=seed))
        assert paths(plan) == ["a.mp3", "b.mp3"]
        assert plan.matching["scored"] == 2


def test_a_sample_of_more_than_there_is_is_all_and_a_warning(folder: Path) -> None:
    plan = plan_evaluation(options(folder, sample_size=50))
    assert len(plan.cases) == 2
    assert "50" in plan.warnings[0]
    assert "2 tracks" in plan.warnings[0]


def test_beats_ask_for_beats(folder: Path) -> None:
    (folder / "beats.json").write_text(
        json.dumps([{"path": "a.mp3", "beats_s": [0.5, 1.0]}, {"path": "b.mp3", "bpm": 120}]), encoding="utf-8"
    )
    plan = plan_evaluation(options(folder, task="beats", references=(str(folder / "beats.json"),)))
    assert paths(plan) == ["a.mp3"]
    assert reasons(plan.matching["unmatched"]) == {"b.mp3": "the reference gives no beats"}


def test_a_trim_beyond_the_beats_leaves_nothing(folder: Path) -> None:
    (folder / "beats.json").write_text('[{"path": "a.mp3", "beats_s": [0.5, 1.0]}]', encoding="utf-8")
    asked = options(folder, task="beats", references=(str(folder / "beats.json"),), trim_s=5.0)
    with pytest.raises(InputError, match="no beats after the first 5 s"):
        plan_evaluation(asked)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"references": ()}, "no reference named"),
        ({"tolerance": 1.5}, "not 1.5"),
        ({"tolerance": float("nan")}, "not nan"),
        ({"trim_s": -1.0}, "-1 seconds"),
        ({"trim_s": float("inf")}, "inf seconds"),
        ({"sample_size": 0}, "0 tracks"),
        ({"seed": -1}, "not -1"),
        ({"where": ("genre",)}, "'genre' is no condition"),
        ({"where": ("style=x",)}, "no reference has a column 'style'"),
        ({"group_by": ("bpm",)}, "no reference has a column 'bpm'"),
        ({"where": ("genre=polka",)}, "no reference meets genre=polka"),
    ],
)
def test_options_that_make_no_sense_are_refused(folder: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        plan_evaluation(options(folder, **changes))
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_nothing_matched_is_an_error_with_reasons(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan_evaluation(options(folder, source=None))
    assert caught.value.message.startswith("none of 4 references can be scored with an audio file: a.mp3: no such file")
    assert "and 1 more" in caught.value.message
    assert "--source" in (caught.value.hint or "")


def test_estimates_of_other_tracks_are_an_error(folder: Path) -> None:
    (folder / "estimates.jsonl").write_text('{"path": "z.mp3", "bpm": 120}\n', encoding="utf-8")
    with pytest.raises(InputError, match="can be scored with an estimate") as caught:
        plan_evaluation(stored(folder))
    assert caught.value.hint is None


def test_an_empty_reference_is_an_error(folder: Path) -> None:
    (folder / "ref.csv").write_text("path,bpm\n", encoding="utf-8")
    with pytest.raises(InputError, match="there is no track in it"):
        plan_evaluation(options(folder))


def test_halves_of_characters_are_written_out(folder: Path) -> None:
    (folder / "odd.json").write_text('[{"path": "\\ud83c.mp3", "bpm": 120}, {"path": "a.mp3", "bpm": 1}]')
    plan = plan_evaluation(options(folder, references=(str(folder / "odd.json"),)))
    assert [one["path"] for one in plan.matching["unmatched"]] == ["\\ud83c.mp3"]


@given(
    references=st.sets(st.integers(0, 9), min_size=1),
    estimates=st.sets(st.integers(0, 9), min_size=1),
    sample=st.none() | st.integers(1, 12),
)
def test_counts_add_up_whatever_is_there(
    tmp_path_factory: pytest.TempPathFactory, references: set[int], estimates: set[int], sample: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp() / "counts"
    folder.mkdir(exist_ok=True)
    for name, numbers in (("ref", references), ("est", estimates)):
        tempi = {f"track {number}.mp3": 100 + number for number in numbers}
        (folder / f"{name}.json").write_text(json.dumps(tempi))
    asked = EvaluationOptions(
        "bpm", (os.fspath(folder / "ref.json"),), estimates=os.fspath(folder / "est.json"), sample_size=sample
    )
    common = references & estimates
    if not common:
        with pytest.raises(InputError):
            plan_evaluation(asked)
        return
    plan = plan_evaluation(asked)
    assert plan.matching["matched"] == len(common)
    assert len(plan.matching["unmatched"]) == len(references - estimates)
    assert len(plan.matching["unused_estimates"]) == len(estimates - references)
    assert len(plan.cases) == plan.matching["scored"] == min(len(references), sample or 10)
    assert all(
        case.estimate is None or case.estimate.bpm == case.reference.bpm == 100 + int(case.reference.path[6:-4])
        for case in plan.cases
    )
