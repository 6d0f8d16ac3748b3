"""The one loop over the stages of a run: each in turn, each reported, the run remembered whatever happens to it.

A run is a row in the library and a JSON report beside its log. It is `done`, `interrupted` by a signal, `failed` by an
error, or, if the process was killed, `died`; what its stages stored stays in any case.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from edm.errors import EdmError, Interrupted
from edm.library import runs
from edm.pipeline.memory import peak_memory_mb
from edm.pipeline.stage import Preview, RunRequest, Stage, StageReport, Telling

if TYPE_CHECKING:
    from edm.library import Library

__all__ = ["RunReport", "check_stages", "preview_stages", "run_stages"]


@runtime_checkable
class Checking(Protocol):
    """A stage that can tell what it is not able to do before it begins."""

    def check(self, request: RunRequest) -> None:
        """Raise an `EdmError` if `run` would, whatever the library holds."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did.

    Attributes
    ----------
    run_id
        Of its row.
    stages
        In the order of running; the last one may have been cut short.
    outcome
        ``done``, ``interrupted`` or ``failed``.
    seconds
        Wall time of all stages.
    """

    run_id: int
    command: str
    outcome: str
    stages: tuple[StageReport, ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """0: all done; 3: some tracks failed; 1: all of a stage failed, unless it is one that may."""
        if not any(stage.failed for stage in self.stages):
            return 0
        hopeless = any(
            stage.failed and not stage.done and not stage.skipped and not stage.may_fail for stage in self.stages
        )
        return 1 if hopeless else 3

    def record(self) -> dict[str, Any]:
        """Ready for JSON; peak memory in MB, of this process (the workers are in the reports of the stages)."""
        return {
            "run": self.run_id,
            "command": self.command,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 3),
            "peak_memory_mb": peak_memory_mb(),
            "stages": [stage.record() for stage in self.stages],
        }


def check_stages(stages: Sequence[Stage], request: RunRequest) -> None:
    """Check that each stage can do what is asked: a slip is told at once, not when the last stage begins.

    Raises
    ------
    EdmError
        What the first one that cannot do it says.
    """
    for stage in stages:
        if isinstance(stage, Checking):
            stage.check(request)


def preview_stages(library: Library, stages: Sequence[Stage], request: RunRequest) -> list[Preview]:
    """What a run would do, stage by stage, by what the library knows now; writes nothing.

    Raises
    ------
    EdmError
        If a stage cannot do what is asked.
    """
    check_stages(stages, request)
    return [stage.preview(library, request) for stage in stages]


def run_stages(
    library: Library,
    stages: Sequence[Stage],
    request: RunRequest,
    telling: Telling,
    *,
    command: str,
    reports: Path | None = None,
) -> RunReport:
    """Run stages one after the other.

    Parameters
    ----------
    command
        What the person typed.
    reports
        Folder for a JSON report; None writes none. Its name has the time, since libraries count their runs alike.
    telling
        ``on_report`` hears of each stage when it ends, or is cut short.

    Raises
    ------
    EdmError, Interrupted
        What ended the run; it is remembered with all that was done. What `check_stages` refuses is no run.
    """
    check_stages(stages, request)
    run_id = runs.begin(library, command)
    began = time.perf_counter()
    done: list[StageReport] = []
    outcome = "failed"

    def take(report: StageReport) -> None:
        done.append(report)
        telling.on_report(report)

    heard = dataclasses.replace(telling, on_report=take)
    try:
        for stage in stages:
            telling.on_stage(stage.name)
            take(stage.run(library, request, heard))
        outcome = "done"
    except (Interrupted, KeyboardInterrupt):
        outcome = "interrupted"
        raise
    finally:
        report = RunReport(run_id, command, outcome, tuple(done), time.perf_counter() - began)
        _keep(library, report, reports, telling)
    return report


def _keep(library: Library, report: RunReport, folder: Path | None, telling: Telling) -> None:
    record = report.record()
    try:
        runs.finish(library, report.run_id, report.outcome, record)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
            name = f"{datetime.now():%Y-%m-%dT%H-%M-%S}-run-{report.run_id}.json"
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
    except (EdmError, OSError) as exc:
        # The error that ended the run is the one to be told; a full disk takes no report either.
        telling.on_warning(f"the report of the run could not be kept: {exc}")
