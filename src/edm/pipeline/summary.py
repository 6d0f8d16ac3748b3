"""What a run came to: counts, hours, speed."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from edm.model import Failure, Result, TrackAnalysis

__all__ = ["RunSummary", "Tally"]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Figures of one run.

    Attributes
    ----------
    analysed, failed
        Tracks.
    fell_back
        Tracks that were not analysed by the best method in every part.
    fallbacks
        Why not, and for how many tracks; one track may have several reasons.
    failures
        In the order of finishing.
    audio_s
        Duration of the analysed tracks together, seconds.
    track_s
        Time that the tracks took in their workers together, failures included, seconds.
    wall_s
        Time that the whole run took, seconds.
    """

    analysed: int
    failed: int
    fell_back: int
    fallbacks: dict[str, int]
    failures: tuple[Failure, ...]
    audio_s: float
    track_s: float
    wall_s: float

    @property
    def speed(self) -> float:
        """Seconds of music per second; 0 where no time passed."""
        return self.audio_s / self.wall_s if self.wall_s > 0 else 0.0

    @property
    def speed_up(self) -> float:
        """Seconds of tracks per second of the run: what the workers in parallel gained; 0 where no time passed."""
        return self.track_s / self.wall_s if self.wall_s > 0 else 0.0

    @property
    def exit_code(self) -> int:
        """0: all done; 3: some failed; 1: all failed."""
        if not self.failed:
            return 0
        return 3 if self.analysed else 1


class Tally:
    """Counts results as they come; the clock starts with it."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._analysed = 0
        self._audio_s = 0.0
        self._track_s = 0.0
        self._fell_back = 0
        self._fallbacks: Counter[str] = Counter()
        self._failures: list[Failure] = []

    def add(self, result: Result[TrackAnalysis]) -> None:
        """Count one result."""
        self._track_s += result.elapsed_s
        if isinstance(result, Failure):
            self._failures.append(result)
            return
        self._analysed += 1
        self._audio_s += result.value.duration_s
        self._fell_back += bool(result.value.fallbacks)
        self._fallbacks.update(result.value.fallbacks)

    def summary(self) -> RunSummary:
        """The figures up to now."""
        return RunSummary(
            analysed=self._analysed,
            failed=len(self._failures),
            fell_back=self._fell_back,
            fallbacks=dict(self._fallbacks.most_common()),
            failures=tuple(self._failures),
            audio_s=self._audio_s,
            track_s=self._track_s,
            wall_s=time.perf_counter() - self._start,
        )
