"""Exact tempo and beat grids of real music.

::

    from edm import analyze, analyze_many

    track = analyze("track.flac")
    print(track.tempo.bpm, track.grid.first_beat_s)

    for result in analyze_many(paths, workers=4):
        ...

`import edm` is cheap: the names below bring numpy and the rest when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edm.errors import EdmError
    from edm.model import AnalysisOptions, Failure, Result, Success, TrackAnalysis
    from edm.pipeline.analyze import analyze, analyze_many

__all__ = [
    "AnalysisOptions",
    "EdmError",
    "Failure",
    "Result",
    "Success",
    "TrackAnalysis",
    "__version__",
    "analyze",
    "analyze_many",
]

_HOMES = {
    "AnalysisOptions": "edm.model",
    "EdmError": "edm.errors",
    "Failure": "edm.model",
    "Result": "edm.model",
    "Success": "edm.model",
    "TrackAnalysis": "edm.model",
    "analyze": "edm.pipeline.analyze",
    "analyze_many": "edm.pipeline.analyze",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("edm")
    elif name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
