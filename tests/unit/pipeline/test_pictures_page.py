"""A page written from results as they come: whole or not at all, also when the run is cut short."""

from __future__ import annotations

import signal
from collections.abc import Generator
from pathlib import Path

import pytest

from edm.errors import InputError, Interrupted
from edm.model import Result
from edm.pictures.picture import TrackPicture
from edm.pipeline.pictures_page import check_target, write_report
from edm.pipeline.summary import RunSummary
from tests.unit.pictures import samples


def results(count: int, *, then: BaseException | None = None) -> Generator[Result[TrackPicture], None, None]:
    for index in range(count):
        yield samples.failed(index) if index == 1 else samples.done(index)
    if then is not None:
        raise then


def test_all_results_are_counted_and_on_the_page(tmp_path: Path) -> None:
    told: list[Result[TrackPicture]] = []
    summary = write_report(results(3), tmp_path / "p.html", title="T", total=3, on_result=told.append)
    assert (summary.analysed, summary.failed, summary.exit_code) == (2, 1, 3)
    assert len(told) == 3
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert html.count('type="application/json"') == 2
    assert html.endswith("</html>\n")
    assert [path.name for path in tmp_path.iterdir()] == ["p.html"]


def test_a_run_cut_short_leaves_its_page_and_goes_on_its_way(tmp_path: Path) -> None:
    summaries: list[RunSummary] = []
    with pytest.raises(Interrupted):
        write_report(
            results(2, then=Interrupted(signal.SIGINT)),
            tmp_path / "p.html",
            title="T",
            total=9,
            on_summary=summaries.append,
        )
    assert "7 more tracks were asked for" in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert summaries[0].analysed == 1


def test_a_run_that_did_nothing_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("before", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_report(results(0, then=KeyboardInterrupt()), tmp_path / "p.html", title="T", total=9)
    assert (tmp_path / "p.html").read_text(encoding="utf-8") == "before"


def test_the_results_are_closed_whatever_happens(tmp_path: Path) -> None:
    closed: list[bool] = []

    def careful() -> Generator[Result[TrackPicture], None, None]:
        try:
            yield samples.done(0)
            yield samples.done(1)
        finally:
            closed.append(True)

    def refuse(result: Result[TrackPicture]) -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        write_report(careful(), tmp_path / "p.html", title="T", total=2, on_result=refuse)
    assert closed == [True]


@pytest.mark.parametrize("name", ["track.mp3", "page", "nowhere/page.html"])
def test_a_slip_does_not_replace_a_track(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        check_target(tmp_path / name, (".html",))


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "site.html").mkdir()
    with pytest.raises(InputError, match="folder"):
        check_target(tmp_path / "site.html", (".html",))
