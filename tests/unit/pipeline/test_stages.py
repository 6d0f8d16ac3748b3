"""The table of stages, and what every stage in it has to keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from edm.errors import InputError
from edm.library import open_library
from edm.model import AnalysisOptions
from edm.pipeline.stage import RunRequest, Telling
from edm.pipeline.stages import STAGES, choose_stages, load_stage, stage_versions
from tests.unit.pipeline.scanning import song

ALL = ["scan", "genres", "sonic", "artifacts"]


def request(tmp_path: Path) -> RunRequest:
    return RunRequest(
        folders=(tmp_path / "music",),
        analysis=AnalysisOptions(detector="flux"),
        artifacts_dir=tmp_path / "artifacts",
        workers=1,
    )


def test_without_names_all_stages_run_in_their_order() -> None:
    assert choose_stages() == ALL == list(STAGES)


def test_the_order_is_that_of_the_table() -> None:
    assert choose_stages(["artifacts", "scan", "scan"]) == ["scan", "artifacts"]


def test_a_stage_can_be_left_out() -> None:
    assert choose_stages(skip=["sonic", "genres"]) == ["scan", "artifacts"]
    assert choose_stages(["scan", "sonic"], skip=["sonic"]) == ["scan"]


@pytest.mark.parametrize("arguments", [{"names": ["scna"]}, {"skip": ["scna"]}])
def test_a_misspelt_stage_is_told_with_those_that_there_are(arguments: dict[str, list[str]]) -> None:
    with pytest.raises(InputError, match="'scna'") as caught:
        choose_stages(**arguments)
    assert caught.value.hint == "did you mean scan? valid: scan, genres, sonic, artifacts"


def test_no_stage_left_is_an_error() -> None:
    with pytest.raises(InputError, match="no stage is left"):
        choose_stages(["scan"], skip=["scan"])


def test_versions_are_of_the_stages_that_work_on_tracks(tmp_path: Path) -> None:
    versions = stage_versions(request(tmp_path))
    assert list(versions) == ["sonic"]
    assert "flux" in versions["sonic"]
    assert stage_versions(request(tmp_path), only="scan") == {}
    with pytest.raises(InputError):
        stage_versions(request(tmp_path), only="sonics")


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_has_its_own_name(name: str) -> None:
    assert load_stage(name).name == name


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_previews_an_empty_library_and_writes_nothing(name: str, tmp_path: Path) -> None:
    song(tmp_path / "music" / "a.wav", 1)
    with open_library(tmp_path / "library.db", mode="write"):
        pass
    before = sorted(tmp_path.rglob("*"))
    with open_library(tmp_path / "library.db", mode="read") as library:
        preview = load_stage(name).preview(library, request(tmp_path))
    assert preview.stage == name
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_runs_on_an_empty_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    with open_library(tmp_path / "library.db", mode="write") as library:
        report = load_stage(name).run(library, request(tmp_path), Telling())
    assert (report.stage, report.done, report.failed) == (name, 0, 0)
