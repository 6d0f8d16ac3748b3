"""Genres in the library: answers of services, words of a person, and the weights that come of them.

Answers are kept with their bodies, so that they can be read again without a request. Writing functions are a
transaction each.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from edm.library.genre_records import GenreRow, GenreTrack, GenreVoice, Override, StoredReply
from edm.library.paths import from_text, join, storable
from edm.library.roots import all_roots, inside
from edm.library.rows import PAGE, TAG, genres_of, pages
from edm.library.store import Library, Row

__all__ = [
    "delete_override",
    "fingerprint",
    "genre_weights",
    "iter_genre_tracks",
    "note",
    "noted",
    "overrides",
    "raw_body",
    "replies",
    "reply",
    "store_override",
    "store_reply",
    "store_weights",
]

_REPLY = "source, entity, question, name, outcome, tags, at, expires_at"
# Bodies of 1 to 30 kB of JSON: this level takes a tenth of a millisecond.
_ZLIB_LEVEL = 6


def store_reply(library: Library, reply: StoredReply, raw: str | None) -> None:
    """Keep an answer in the place of an older one to the same question.

    Parameters
    ----------
    raw
        The body, kept compressed; None where there was none.
    """
    body = None if raw is None else zlib.compress(raw.encode("utf-8", "replace"), _ZLIB_LEVEL)
    with library.transaction():
        library.run(
            f"INSERT OR REPLACE INTO genre_replies ({_REPLY}, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                reply.source,
                reply.entity,
                storable(reply.question),
                storable(reply.name),
                reply.outcome,
                storable(json.dumps(reply.tags, ensure_ascii=False)),
                reply.at,
                reply.expires_at,
                body,
            ),
        )


def reply(library: Library, source: str, entity: str, question: str) -> StoredReply | None:
    """The answer to one question, expired or not; None where there is none."""
    row = library.row(
        f"SELECT {_REPLY} FROM genre_replies WHERE source = ? AND entity = ? AND question = ?",
        (source, entity, storable(question)),
    )
    return None if row is None else _reply(row)


def replies(library: Library) -> Iterator[StoredReply]:
    """All answers without their bodies, a page at a time, in the order in which they came."""
    last = 0
    while True:
        found = library.rows(f"SELECT id, {_REPLY} FROM genre_replies WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE))
        yield from (_reply(row[1:]) for row in found)
        if len(found) < PAGE:
            return
        last = found[-1][0]


def raw_body(library: Library, source: str, entity: str, question: str) -> str | None:
    """Body of an answer as the service sent it, our key aside; None where there is none."""
    row = library.row(
        "SELECT raw FROM genre_replies WHERE source = ? AND entity = ? AND question = ?",
        (source, entity, storable(question)),
    )
    return None if row is None or row[0] is None else zlib.decompress(row[0]).decode("utf-8")


def store_override(library: Library, override: Override) -> None:
    """Keep a person's word in the place of an earlier one about the same."""
    with library.transaction():
        library.run(
            "INSERT OR REPLACE INTO genre_overrides (kind, entity, key, subject, genres, at, said_by) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                override.kind,
                override.entity,
                storable(override.key),
                storable(override.subject),
                storable(json.dumps(override.genres, ensure_ascii=False)),
                override.at,
                storable(override.said_by),
            ),
        )


def overrides(library: Library) -> tuple[Override, ...]:
    """All words of a person, by kind, entity and key."""
    rows = library.rows(
        "SELECT kind, entity, key, subject, genres, at, said_by FROM genre_overrides ORDER BY kind, entity, key"
    )
    return tuple(Override(*(*row[:4], tuple(json.loads(row[4])), *row[5:])) for row in rows)


def delete_override(library: Library, kind: str, entity: str, key: str) -> bool:
    """Take a person's word back; whether there was one."""
    with library.transaction():
        done = library.run(
            "DELETE FROM genre_overrides WHERE kind = ? AND entity = ? AND key = ?", (kind, entity, storable(key))
        )
    return done.rowcount > 0


def genre_weights(
    library: Library, track_ids: Iterable[int] | None = None
) -> Iterator[tuple[int, tuple[GenreRow, ...]]]:
    """Genres of tracks with their weights, the surest first; tracks without any are left out.

    Parameters
    ----------
    track_ids
        Of these tracks, in their order; None: of all, by id, a page at a time.
    """
    if track_ids is not None:
        wanted = iter(track_ids)
        while batch := list(islice(wanted, PAGE)):
            found = _weights(library, batch)
            yield from ((number, _rows(found[number])) for number in batch if number in found)
        return
    for page in pages(library, "SELECT t.id FROM tracks AS t WHERE 1", ()):
        found = _weights(library, [row[0] for row in page])
        yield from ((number, _rows(held)) for number, held in found.items())


def store_weights(library: Library, rows: Iterable[tuple[int, Sequence[GenreRow]]]) -> int:
    """Put these genres in the place of those that the tracks had; only tracks that differ are written.

    A few hundred tracks are a transaction; a process that is killed leaves each track as it was or as it is to be.

    Parameters
    ----------
    rows
        Track id and all of its genres, each once; none: it has none any more. Unknown tracks are passed over.

    Returns
    -------
    int
        How many tracks were written.
    """
    written = 0
    wanted = iter(rows)
    while batch := list(islice(wanted, PAGE)):
        before = _weights(library, [number for number, _ in batch])
        # Tracks that have the very same are many.
        held_once = {id(held): held for _, held in batch}
        texts = {
            place: {row.genre: (row.weight, _voices_text(row.sources)) for row in held}
            for place, held in held_once.items()
        }
        after = {number: texts[id(held)] for number, held in batch}
        changed = [number for number, held in after.items() if held != before.get(number, {})]
        written += _write_weights(library, changed, after) if changed else 0
    return written


def iter_genre_tracks(library: Library, *, within: Iterable[Path] = ()) -> Iterator[GenreTrack]:
    """All present tracks by id, duplicates too, a page at a time.

    Parameters
    ----------
    within
        Only tracks at or below these absolute paths; none: all.
    """
    condition, places = inside(library, within)
    sql = (
        "SELECT t.id, t.root_id, t.path, t.artist, t.album, t.album_artist, t.title, t.musicbrainz "
        f"FROM tracks AS t WHERE t.status = 'present' AND {condition}"
    )
    roots = {root.id: root.path for root in all_roots(library)}
    for page in pages(library, sql, places):
        genres = genres_of(library, [row[0] for row in page], source=TAG)
        for row in page:
            path = join(roots[row[1]], from_text(row[2]))
            ids = json.loads(row[7]) if row[7] != "{}" else {}
            yield GenreTrack(*(row[0], path, *row[3:7], ids, genres.get(row[0], ())))


def fingerprint(library: Library) -> str:
    """A short text that changes when anything changes that weights are made of: names, tags, answers, words."""
    digest = hashlib.blake2b(digest_size=16)
    select = (
        "SELECT t.id, t.artist, t.album, t.album_artist, t.title, t.musicbrainz FROM tracks AS t "
        "WHERE t.status = 'present'"
    )
    genres = (
        "SELECT track_id, position, genre FROM track_genres WHERE track_id BETWEEN ? AND ? AND source = ? "
        "ORDER BY track_id, position"
    )
    for page in pages(library, select, ()):
        digest.update(repr(page).encode("utf-8", "replace"))
        digest.update(repr(library.rows(genres, (page[0][0], page[-1][0], TAG))).encode("utf-8", "replace"))
    # An answer that replaces another one has a new id.
    digest.update(repr(library.row("SELECT COUNT(*), MAX(id) FROM genre_replies")).encode())
    digest.update(repr(overrides(library)).encode("utf-8", "replace"))
    return digest.hexdigest()


def note(library: Library, key: str, value: str) -> None:
    """Remember a text about the whole library."""
    library.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def noted(library: Library, key: str) -> str | None:
    """The text that `note` remembered."""
    row = library.row("SELECT value FROM meta WHERE key = ?", (key,))
    return None if row is None else str(row[0])


def _reply(row: Row) -> StoredReply:
    tags = tuple((name, weight) for name, weight in json.loads(row[5]))
    return StoredReply(*(*row[:5], tags, *row[6:]))


def _weights(library: Library, ids: Sequence[int]) -> dict[int, dict[str, tuple[float, str]]]:
    """Track to genre to weight and the text of its voices."""
    select = "SELECT track_id, genre, weight, sources FROM track_genre_weights WHERE track_id"
    first, last = min(ids), max(ids)
    if last - first <= 4 * PAGE:
        found = library.rows(f"{select} BETWEEN ? AND ?", (first, last))
    else:
        found = [row for number in ids for row in library.rows(f"{select} = ?", (number,))]
    wanted = set(ids)
    held: dict[int, dict[str, tuple[float, str]]] = {}
    for number, genre, weight, voices in found:
        if number in wanted:
            held.setdefault(number, {})[genre] = (weight, voices)
    return held


def _rows(held: Mapping[str, tuple[float, str]]) -> tuple[GenreRow, ...]:
    rows = [
        GenreRow(genre, weight, tuple(GenreVoice(*voice) for voice in json.loads(voices)))
        for genre, (weight, voices) in held.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.weight, row.genre)))


def _voices_text(voices: Iterable[GenreVoice]) -> str:
    return json.dumps([[voice.source, voice.entity, voice.weight, voice.inherited] for voice in voices])


def _write_weights(library: Library, ids: Sequence[int], after: Mapping[int, Mapping[str, tuple[float, str]]]) -> int:
    with library.transaction():
        known = {number for number in ids if library.row("SELECT 1 FROM tracks WHERE id = ?", (number,))}
        library.run_many("DELETE FROM track_genre_weights WHERE track_id = ?", [(number,) for number in known])
        library.run_many(
            "INSERT INTO track_genre_weights (track_id, genre, weight, sources) VALUES (?, ?, ?, ?)",
            [(number, genre, *held) for number in known for genre, held in after[number].items()],
        )
    return len(known)
