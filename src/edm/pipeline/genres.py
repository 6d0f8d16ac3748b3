"""The stage ``genres``: services are asked about artists and albums, and every track gets its genres with weights.

Nothing is asked twice: answers stay in the library, and what follows from them is worked out again from there. Where
nothing changed since the last time, one look at the library is all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edm.errors import Interrupted
from edm.library import genres
from edm.library.store import now
from edm.pipeline.genre_request import GenreSources
from edm.pipeline.genre_standing import asked_entities, wanted_services
from edm.pipeline.stage import Preview, RunRequest, StageReport, Telling

if TYPE_CHECKING:
    from edm.genres.entities import Catalogue, Subject
    from edm.genres.sources.service import Patience
    from edm.library import Library
    from edm.pipeline.genre_asking import AskTally
    from edm.pipeline.genre_standing import Standing
    from edm.pipeline.genre_weighing import WeighTally
    from edm.processing.progress import Event, Listener
    from edm.processing.stopping import StopSignals

__all__ = ["GENRES_VERSION", "GenresStage"]

GENRES_VERSION = 1
"""Of what is made of answers; goes up when the same answers, tags and words give other weights."""

_NOTE = "genres"
_NO_KEY = (
    "Last.fm is not asked without a key: a free one from https://www.last.fm/api/account/create goes into "
    "[genres] lastfm_api_key or EDM_GENRES__LASTFM_API_KEY; MusicBrainz is asked instead"
)


@dataclass(slots=True)
class _Course:
    """How far a run has come, for its report."""

    began: float = field(default_factory=time.perf_counter)
    known: int = 0
    warnings: list[str] = field(default_factory=list)
    left: int = 0
    is_forced: bool = False
    asked: AskTally | None = None
    weighed: WeighTally | None = None


class GenresStage:
    """Genres of every track, from its tags, from services and from a person's words.

    Parameters
    ----------
    patience
        How much to take from a service; None: what is usual.
    """

    name = "genres"

    def __init__(self, *, patience: Patience | None = None) -> None:
        self._patience = patience

    def preview(self, library: Library, request: RunRequest) -> Preview:
        """About how many artists, albums and tracks `run` would ask, and how long it would take at the least.

        An artist that one service does not know is a question to the next one, so that it can be more.
        """
        from edm.genres.sources.bucket import LASTFM_PER_S, MUSICBRAINZ_PER_S
        from edm.pipeline.genre_standing import pending_subjects, read_standing
        from edm.pipeline.genre_weighing import read_catalogue

        weighed_for, settled = _state(library)
        if not _may_ask(request) or (_is_settled(settled, request) and weighed_for == _mark(library)):
            return Preview(self.name, {}, 0.0, note="no question to ask")
        catalogue = read_catalogue(library)
        standing = read_standing(library, catalogue, force=request.force)
        pending, questions = pending_subjects(library, catalogue, standing, request)
        chosen = pending if request.limit is None else pending[: request.limit]
        kinds = {f"{entity}s": sum(one.entity == entity for one in chosen) for entity in asked_entities(request)}
        share = len(chosen) / len(pending) if pending else 0.0
        sources = request.genres
        rates = {
            "lastfm": min(sources.lastfm_per_s or LASTFM_PER_S, LASTFM_PER_S),
            "musicbrainz": min(sources.musicbrainz_per_s or MUSICBRAINZ_PER_S, MUSICBRAINZ_PER_S),
        }
        seconds = max((share * number / rates[name] for name, number in questions.items()), default=0.0)
        told = ", ".join(f"{name}: {round(share * number)} questions" for name, number in sorted(questions.items()))
        note = told or "no question to ask"
        return Preview(self.name, {kind: number for kind, number in kinds.items() if number}, seconds, note=note)

    def run(self, library: Library, request: RunRequest, telling: Telling) -> StageReport:
        """Ask what is to be asked, then weigh the genres of all tracks.

        Services that fail cost nothing but their answers: what they left open is asked for in the next run.

        Raises
        ------
        LibraryError
            If something cannot be stored; what was stored stays.
        Interrupted
            If a signal ended the run, after all answers that came were stored and `telling.on_report` was told.
        """
        from edm.processing.stopping import StopSignals

        course = _Course(is_forced=request.force)
        try:
            with StopSignals() as stop:
                self._go(library, request, telling, course, stop)
            if stop.signum is not None:
                raise Interrupted(stop.signum)
        except BaseException:
            telling.on_report(self._report(library, course))
            raise
        return self._report(library, course)

    def _go(self, library: Library, request: RunRequest, telling: Telling, course: _Course, stop: StopSignals) -> None:
        weighed_for, settled = _state(library)
        mark = _mark(library)
        may_ask = _may_ask(request)
        if weighed_for == mark and not request.force and (not may_ask or _is_settled(settled, request)):
            return
        from edm.pipeline.genre_weighing import read_catalogue, weigh_library

        catalogue = read_catalogue(library)
        if may_ask:
            settled = self._ask(library, catalogue, request, telling, course, stop)
        if stop.asked:
            return
        mark = _mark(library)
        if mark != weighed_for or request.force:
            course.weighed = weigh_library(library, catalogue, is_stopped=lambda: stop.asked)
        if not stop.asked:
            _note_state(library, mark, settled if may_ask or mark == weighed_for else None)

    def _ask(
        self,
        library: Library,
        catalogue: Catalogue,
        request: RunRequest,
        telling: Telling,
        course: _Course,
        stop: StopSignals,
    ) -> dict[str, str] | None:
        """Put the open questions; what to remember where none is left, else None."""
        from edm.genres.sources.service import PATIENCE
        from edm.pipeline.genre_asking import Conversation
        from edm.pipeline.genre_standing import pending_subjects, read_standing

        standing = read_standing(library, catalogue, force=request.force)
        pending, _ = pending_subjects(library, catalogue, standing, request)
        chosen = pending if request.limit is None else pending[: request.limit]
        course.left = len(pending) - len(chosen)
        course.known = _known(catalogue, request, standing, set(pending))
        if chosen:
            tell = telling.listener or _keep_warnings(course.warnings)
            _tell_of_missing_key(request.genres, tell)
            conversation = Conversation(
                library,
                catalogue,
                standing,
                request.genres,
                patience=self._patience or PATIENCE,
                stop=stop,
                listener=tell,
            )
            course.asked = conversation.tally
            conversation.hold(chosen)
            if not conversation.tally.is_complete:
                return None
        return None if course.left else {"wanted": _wanted(request), "until": standing.until or ""}

    def _report(self, library: Library, course: _Course) -> StageReport:
        asked, weighed = course.asked, course.weighed
        kinds = asked.asked if asked is not None else {}
        details: dict[str, Any] = {
            "up_to_date": asked is None and weighed is None,
            "asked": {f"{kind}s": kinds.get(kind, 0) for kind in ("artist", "album", "track")},
            "found": asked.found if asked else 0,
            "none": asked.none if asked else 0,
            "errors": asked.errors if asked else 0,
            "requests": asked.requests if asked else {},
            "left": course.left,
            "overrides": len(genres.overrides(library)),
        }
        if asked is not None and asked.stopped:
            details["stopped"] = dict(asked.stopped)
        if weighed is not None:
            details |= {
                "tracks": weighed.tracks,
                "tracks_with_genres": weighed.with_genres,
                "inherited": weighed.inherited,
                "changed": weighed.changed,
            }
        warnings = list(course.warnings)
        if asked is not None and asked.unanswered:
            warnings.append(_unanswered_words(asked, is_forced=course.is_forced))
        seconds = time.perf_counter() - course.began
        return StageReport(
            self.name,
            done=asked.answered if asked else 0,
            failed=asked.unanswered if asked else 0,
            skipped=course.known,
            seconds=seconds,
            track_seconds=seconds,
            details=details,
            warnings=tuple(warnings),
            may_fail=True,
        )


def _unanswered_words(asked: AskTally, *, is_forced: bool) -> str:
    one = asked.unanswered == 1
    who = "1 artist, album or track" if one else f"{asked.unanswered} artists, albums or tracks"
    # What was answered before is not asked again, unless that is forced again.
    then = "answers of earlier runs stay" if is_forced else "the next run asks again"
    return f"{who} {'lacks' if one else 'lack'} an answer, since services failed; {then} (--offline asks nobody)"


def _known(catalogue: Catalogue, request: RunRequest, standing: Standing, pending: Collection[Subject]) -> int:
    """How many were answered about before, and leave nothing to ask."""
    subjects = (one for entity in asked_entities(request) for one in catalogue.subjects(entity))
    return sum(one not in pending and standing.outcome(one) is not None for one in subjects)


def _tell_of_missing_key(sources: GenreSources, tell: Callable[[Event], None]) -> None:
    from edm.processing.progress import RunWarning

    if not sources.lastfm_api_key:
        tell(RunWarning(_NO_KEY))


def _may_ask(request: RunRequest) -> bool:
    return not request.offline and bool(wanted_services(request.genres)) and bool(asked_entities(request))


def _wanted(request: RunRequest) -> str:
    """What a run wants to know, as text."""
    folders = [str(folder) for folder in request.folders]
    return json.dumps([list(wanted_services(request.genres)), list(asked_entities(request)), folders])


def _mark(library: Library) -> str:
    """All that the weights are made of."""
    from edm.genres.resolving import vocabulary_mark

    return f"{GENRES_VERSION} {vocabulary_mark()} {genres.fingerprint(library)}"


def _is_settled(settled: dict[str, str] | None, request: RunRequest) -> bool:
    """Whether the last run left no question open and wanted to know the same, and all of its answers still count."""
    if request.force or settled is None or settled["wanted"] != _wanted(request):
        return False
    return not settled["until"] or settled["until"] > now()


def _state(library: Library) -> tuple[str | None, dict[str, str] | None]:
    """What the weights were made of, and what was wanted when no question was left; None where there is none."""
    text = genres.noted(library, _NOTE)
    if text is None:
        return None, None
    state = json.loads(text)
    return state["mark"], state["settled"]


def _note_state(library: Library, mark: str, settled: dict[str, str] | None) -> None:
    genres.note(library, _NOTE, json.dumps({"mark": mark, "settled": settled}))


def _keep_warnings(warnings: list[str]) -> Listener:
    """Where nobody listens, warnings go into the report."""
    from edm.processing.progress import RunWarning

    def listen(event: Event) -> None:
        if isinstance(event, RunWarning) and event.message not in warnings:
            warnings.append(event.message)

    return listen
