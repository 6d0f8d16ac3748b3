"""How much of the library is covered by genres, by whom; and which tags nobody could read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from edm.genres.entities import ENTITIES, Catalogue, Subject
from edm.genres.evidence import Entity
from edm.genres.resolving import ANSWERING, TagReader, subjects_by_question
from edm.library.genre_records import GenreTrack
from edm.library.genres import genre_weights, iter_genre_tracks, overrides, replies
from edm.library.runs import recent
from edm.pipeline.genre_standing import Standing, read_standing
from edm.pipeline.genre_weighing import read_catalogue, tag_reader

if TYPE_CHECKING:
    from edm.library import Library

__all__ = ["coverage_record", "unknown_records"]

_GENRES_LISTED = 10
_EXAMPLES = 3


def coverage_record(library: Library) -> dict[str, Any]:
    """Tracks with genres, by who speaks for them; artists and albums by what came of asking; unknown tags.

    A track counts for every source that speaks for one of its genres; ``inherited`` are those for which a member of a
    collaboration speaks. An answer that has expired counts as pending. Errors are not stored: those of the last run
    are from its report.
    """
    catalogue = read_catalogue(library)
    standing = read_standing(library, catalogue)
    present = {track.id for track in iter_genre_tracks(library)}
    sources: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    covered = inherited = 0
    for number, rows in genre_weights(library):
        if number not in present:
            continue
        voices = [voice for row in rows for voice in row.sources]
        covered += bool(rows)
        inherited += any(voice.inherited for voice in voices)
        sources.update({voice.source for voice in voices})
        listed.update(row.genre for row in rows)
    ordered = sorted(listed.items(), key=lambda one: (-one[1], one[0]))
    return {
        "tracks": len(present),
        "tracks_with_genres": covered,
        "by_source": {name: sources[name] for name in ("tags", *ANSWERING, "person")},
        "inherited": inherited,
        "entities": dict(_entities(catalogue, standing)),
        "errors_of_last_run": _errors(library),
        "genres": dict(ordered[:_GENRES_LISTED]),
        "different_genres": len(listed),
        "unknown_tags": len(_unknown(library, catalogue, tag_reader(library))),
        "overrides": len(overrides(library)),
    }


def unknown_records(library: Library, count: int) -> list[dict[str, Any]]:
    """Tags that nobody could read, the most frequent first, at most `count`.

    A tag counts once for each artist, album or track of an answer that bears it, and once for each album (or artist,
    where there is none) whose files bear it; ``examples`` are some of those.
    """
    found = _unknown(library, read_catalogue(library), tag_reader(library))
    ordered = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    return [
        {"tag": tag, "count": len(bearers), "examples": sorted(bearers)[:_EXAMPLES]} for tag, bearers in ordered[:count]
    ]


def _unknown(library: Library, catalogue: Catalogue, reader: TagReader) -> dict[str, set[str]]:
    """Entry of a tag to who bears it."""
    found: dict[str, set[str]] = {}
    asked = subjects_by_question(catalogue)
    for reply in replies(library):
        subject = asked.get((reply.source, reply.entity, reply.question))
        if subject is not None:
            names = subject.own_names
            _add(found, (entry for tag, _ in reply.tags for entry in reader.unknown(tag, names)), _called(subject))
    for track in iter_genre_tracks(library):
        if track.genres:
            _add(found, (entry for tag in track.genres for entry in reader.unknown(tag)), _bearer(catalogue, track))
    return found


def _add(found: dict[str, set[str]], entries: Iterable[str], bearer: str) -> None:
    for entry in entries:
        found.setdefault(entry, set()).add(bearer)


def _bearer(catalogue: Catalogue, track: GenreTrack) -> str:
    from edm.audio.printable import printable

    belongs = catalogue.of(track)
    closest = belongs.album or belongs.artist
    return printable(track.path.name) if closest is None else _called(closest)


def _called(subject: Subject) -> str:
    return f"{subject.artist}: {subject.name}" if subject.artist else subject.name


def _entities(catalogue: Catalogue, standing: Standing) -> Iterator[tuple[Entity, dict[str, int]]]:
    for entity in ENTITIES:
        subjects = catalogue.subjects(entity)
        outcomes = Counter(standing.outcome(subject) for subject in subjects)
        # Tracks are asked about only where somebody wants it.
        if entity == "track" and len(subjects) == outcomes[None]:
            continue
        yield (
            entity,
            {
                "all": len(subjects),
                "found": outcomes["found"],
                "none": outcomes["none"],
                "pending": outcomes[None],
            },
        )


def _errors(library: Library) -> int:
    for run in recent(library):
        for stage in run.report.get("stages", []):
            if stage.get("stage") == "genres":
                return int(stage.get("errors", 0))
    return 0
