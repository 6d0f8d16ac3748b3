"""What a stage of the library pipeline is, what it is asked, and what it tells.

A stage turns what the library has into what it lacks. `preview` says what that would be and writes nothing; `run` does
it, storing each result as it comes, so that a run may end at any instant. The parent alone writes; workers see no
database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from edm.model import AnalysisOptions
from edm.pipeline.genre_request import GenreSources

if TYPE_CHECKING:
    from edm.library import Library
    from edm.processing.progress import Listener

__all__ = ["Preview", "RunRequest", "SonicMode", "Stage", "StageReport", "Telling"]

SonicMode: TypeAlias = Literal["auto", "beat", "windowed"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is asked to do.

    Attributes
    ----------
    folders
        Where the music is; none: every folder that the library knows.
    analysis
        What to ask of each track, and of which detector.
    mode
        Of the sonic features.
    artifacts_dir
        Folder of the matrices.
    variant
        Scaling of the matrices.
    where, include, exclude
        Which tracks and families go into the matrices.
    force
        Do again what is done.
    retry_failed
        Try again what failed before.
    limit
        Tracks a stage does at most; None is no limit.
    workers, max_workers, timeout_s
        As for `edm.pipeline.analyze.analyze_many`.
    genres
        Services that are asked for genres.
    genre_artists, genre_albums, genre_tracks
        Of what they are asked for.
    offline
        Ask no service.
    prune, confirmed
        Forget tracks whose files are gone; and do so although many are.
    """

    folders: tuple[Path, ...] = ()
    analysis: AnalysisOptions = field(default_factory=AnalysisOptions)
    mode: SonicMode = "auto"
    artifacts_dir: Path = Path("artifacts")
    variant: str = "tower"
    where: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    force: bool = False
    retry_failed: bool = False
    limit: int | None = None
    workers: int | Literal["auto"] = "auto"
    max_workers: int | None = None
    timeout_s: float | None = None
    genres: GenreSources = field(default_factory=GenreSources)
    genre_artists: bool = True
    genre_albums: bool = True
    genre_tracks: bool = False
    offline: bool = False
    prune: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """Who hears of a run: of stages that begin and end, of its events, and of what a person should know.

    A stage returns its report; one that is cut short tells `on_report` of what it has done, before the error.
    """

    listener: Listener | None = None
    on_stage: Callable[[str], None] = lambda name: None
    on_prepare: Callable[[str], None] = lambda step: None
    on_warning: Callable[[str], None] = lambda text: None
    on_report: Callable[[StageReport], None] = lambda report: None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a stage would do.

    Attributes
    ----------
    reasons
        Number of tracks by reason ("new", "changed" …).
    seconds
        How long it would take with one worker, by earlier runs; None where there were none.
    note
        What counts cannot say, or None.
    """

    stage: str
    reasons: Mapping[str, int]
    seconds: float | None = None
    note: str | None = None

    @property
    def tracks(self) -> int:
        """How many there are."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a stage did.

    Attributes
    ----------
    done, failed, skipped
        Tracks; ``skipped`` were done before, or had failed before.
    fell_back
        Tracks by reason why not the best method was used.
    seconds
        Wall time.
    track_seconds
        Time that the tracks took in their workers together.
    workers
        How many there were.
    details
        Further counts by name.
    warnings
        What a person should know, one sentence each.
    may_fail
        Whether a run goes well enough without all of it: it depends on others' services.
    """

    stage: str
    done: int = 0
    failed: int = 0
    skipped: int = 0
    fell_back: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    track_seconds: float = 0.0
    workers: int = 1
    details: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    may_fail: bool = False

    @property
    def speed_up(self) -> float:
        """Seconds of tracks per second: what the workers in parallel gained; 0 where no time passed."""
        return self.track_seconds / self.seconds if self.seconds > 0 else 0.0

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "stage": self.stage,
            "done": self.done,
            "failed": self.failed,
            "skipped": self.skipped,
            "fell_back": dict(self.fell_back),
            "seconds": round(self.seconds, 3),
            "tracks_per_s": round(self.done / self.seconds, 3) if self.seconds > 0 else 0.0,
            "workers": self.workers,
            "speed_up": round(self.speed_up, 3),
            **self.details,
            "warnings": list(self.warnings),
        }


class Stage(Protocol):
    """One stage."""

    name: str

    def preview(self, library: Library, request: RunRequest) -> Preview:
        """What `run` would do; writes nothing."""

    def run(self, library: Library, request: RunRequest, telling: Telling) -> StageReport:
        """Do it, and store each result as it comes."""
