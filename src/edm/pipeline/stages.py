"""The table of stages, in the order in which a run goes through them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, runtime_checkable

from edm.errors import InputError
from edm.pipeline.stage import RunRequest, Stage

__all__ = ["STAGES", "choose_stages", "load_stage", "stage_versions"]


@runtime_checkable
class Versioned(Protocol):
    """A stage whose results have a version."""

    def version(self, request: RunRequest) -> str:
        """Of its results."""


STAGES: dict[str, str] = {
    "scan": "edm.pipeline.scan_stage:ScanStage",
    "genres": "edm.pipeline.genres:GenresStage",
    "sonic": "edm.pipeline.sonic:SonicStage",
    "artifacts": "edm.pipeline.artifacts:ArtifactsStage",
}
"""Name to module and class; imported when used."""


def choose_stages(names: Iterable[str] = (), *, skip: Iterable[str] = ()) -> list[str]:
    """Names of the stages to run, in order.

    Parameters
    ----------
    names
        Those that are wanted; none: all.
    skip
        Those that are not.

    Raises
    ------
    InputError
        For a name that is no stage (it lists those that are), and if none is left.
    """
    wanted, unwanted = list(names), set(skip)
    for name in [*wanted, *unwanted]:
        if name not in STAGES:
            close = difflib.get_close_matches(name, STAGES, n=1)
            guess = f"did you mean {close[0]}? " if close else ""
            raise InputError(f"there is no stage {name!r}", hint=f"{guess}valid: {', '.join(STAGES)}")
    chosen = [name for name in STAGES if (not wanted or name in wanted) and name not in unwanted]
    if not chosen:
        raise InputError("no stage is left to run", hint=f"stages: {', '.join(STAGES)}")
    return chosen


def load_stage(name: str) -> Stage:
    """The stage of that name in `STAGES`."""
    module, _, kind = STAGES[name].partition(":")
    stage: Stage = getattr(import_module(module), kind)()
    return stage


def stage_versions(request: RunRequest, *, only: str | None = None) -> dict[str, str]:
    """Present version of each stage that works on tracks one by one.

    Parameters
    ----------
    only
        A stage; None for all.

    Raises
    ------
    InputError
        If `only` is no stage.
    """
    names = choose_stages() if only is None else choose_stages([only])
    stages = {name: load_stage(name) for name in names}
    return {name: stage.version(request) for name, stage in stages.items() if isinstance(stage, Versioned)}
