"""From the matrices and the words of a person to what `edm.playlist` takes: a space, seeds, rules.

A track is named by its id, its path (whole, or as much of its end as only one track has), its title, or its artist and
title ("A - B"); artists and genres by name. Who names none is told what is near.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np

from edm.artifacts.matrices import Matrices
from edm.artifacts.rows import artist_key
from edm.errors import InputError
from edm.playlist.names import artist_keys
from edm.playlist.request import Rules
from edm.playlist.scores import Weights, nearness_to, side
from edm.playlist.space import Space, space_of

if TYPE_CHECKING:
    from edm.library import Library
    from edm.settings import PlaylistSettings

__all__ = [
    "Collection",
    "artist_rows",
    "central_row",
    "genre_rows",
    "is_stale",
    "open_collection",
    "rules_of",
    "spoken",
    "track_row",
    "weights_of",
]

_NEAR = 5
_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Collection:
    """Matrices, and the space that is searched; row i of both is one track."""

    matrices: Matrices
    space: Space


def open_collection(path: Path) -> Collection:
    """The collection in a file of matrices, which stays on disk until it is looked at.

    Raises
    ------
    ArtifactError
        If there is no such file, or it is damaged or of another version; the hint says how to build it.
    """
    from edm.artifacts.npz import read_matrices

    matrices = read_matrices(path, mmap=True)
    return Collection(matrices, space_of(matrices))


def is_stale(matrices: Matrices, library: Library, folder: Path) -> bool:
    """Whether the library, or the overrides of genres in the folder of the matrices, have changed since the build."""
    from edm.pipeline.artifacts import matrices_mark

    return matrices.fingerprint != matrices_mark(library, folder)


def track_row(matrices: Matrices, text: str) -> int:
    """The row of the track that a text names: an id, a path, a title, or an artist and a title ("A - B").

    Raises
    ------
    InputError
        If none is named, with what is near, or several, with the first of them.
    """
    if text.strip().isdecimal():
        found = np.flatnonzero(matrices.track_ids == int(text)).tolist()
        if found:
            return int(found[0])
    paths = matrices.track_paths.tolist()
    whole = {text, *_spellings(text)}
    end = "/" + text.lstrip("/")
    rows = [row for row, path in enumerate(paths) if path in whole]
    rows = rows or [row for row, path in enumerate(paths) if path.endswith(end)]
    if rows:
        return _only(rows, matrices, text)
    titles, artists = matrices.track_titles.tolist(), matrices.track_artists.tolist()
    asked_name = spoken(text)
    rows = [row for row, title in enumerate(titles) if spoken(title) == asked_name]
    rows = rows or [row for row, title in enumerate(titles) if spoken(f"{artists[row]} - {title}") == asked_name]
    if rows and asked_name:
        return _only(rows, matrices, text)
    full = [f"{artist} - {title}" for artist, title in zip(artists, titles, strict=True) if artist and title]
    names = [*full, *titles, *(PurePath(path).name for path in paths)]
    hint = _hint(text, names, "edm run FOLDER adds tracks")
    raise InputError(f"no track in the matrices is {text!r}", hint=hint)


def artist_rows(matrices: Matrices, name: str, *, aliases: Mapping[str, str] | None = None) -> list[int]:
    """Rows of the tracks with an artist in their credits, increasing.

    A name that joins several ("A & B") is found where all of them are, however they are joined.

    Raises
    ------
    InputError
        If there are none; the hint has the nearest names.
    """
    known = aliases or {}
    asked = artist_key(name)
    asked = known.get(asked, asked)
    together = artist_keys(name, aliases=known) - {asked}
    # One part alone is no pair: "Prodigy, The".
    together = together if len(together) > 1 else frozenset()
    wanted = {asked, *together}
    wanted |= {other for other, stands_for in known.items() if stands_for in wanted}

    def is_by(credits: frozenset[str]) -> bool:
        return asked in credits or bool(together and together <= credits)

    names = matrices.track_artists.tolist()
    by_name: dict[str, bool] = {}
    for artist in set(names):
        # Taking names apart is slow: most do not have the one asked for in them.
        folded = " ".join(normalize("NFKC", artist).casefold().split())
        may_be = any(key and key in folded for key in wanted)
        # "Various Artists" is nobody, but a name all the same.
        by_name[artist] = may_be and (artist_key(artist) == asked or is_by(artist_keys(artist, aliases=known)))
    rows = [row for row, artist in enumerate(names) if by_name[artist]]
    # Guests may stand in the title alone.
    titles = matrices.track_titles.tolist()
    for row, title in enumerate(titles):
        may_be = not by_name[names[row]] and any(key and key in title.casefold() for key in wanted)
        if may_be and is_by(artist_keys(names[row], title, aliases=known)):
            rows.append(row)
    if not rows:
        hint = _hint(name, names, "edm run FOLDER adds tracks")
        raise InputError(f"no track in the matrices is by {name!r}", hint=hint)
    return sorted(rows)


def genre_rows(matrices: Matrices, genre: str) -> list[int]:
    """Rows of the tracks of a genre, those that are most of it first; of equals the first row.

    Raises
    ------
    InputError
        If there is no such genre; the hint has the nearest names.
    """
    asked = " ".join(genre.casefold().split())
    vocab = list(matrices.genre_vocab)
    if asked not in vocab:
        hint = _hint(asked, vocab, "edm genres finds genres; edm artifacts takes them up")
        raise InputError(f"no track in the matrices has the genre {genre!r}", hint=hint)
    weights = np.asarray(matrices.X_genre_raw[:, vocab.index(asked)])
    rows = np.flatnonzero(weights > 0)
    found: list[int] = rows[np.lexsort((rows, -weights[rows]))].tolist()
    return found


def central_row(space: Space, rows: Sequence[int], *, weights: Weights | None = None) -> int:
    """Of some tracks, the one that is nearest to all of them together, by sound and genres.

    Raises
    ------
    InputError
        Without a track.
    """
    if not rows:
        raise InputError("there is no track to begin with")
    places = np.array(sorted(rows), dtype=np.intp)
    few = space.take(places)
    asked = (weights or Weights()).of(few)
    total = np.zeros(len(places))
    for start in range(0, len(places), 256):
        part = np.arange(start, min(start + 256, len(places)))
        total += nearness_to(few, asked, side(few, part, "full")).sum(axis=0, dtype=np.float64)
    return int(places[int(np.argmax(np.round(total, 4)))])


def spoken(text: str) -> str:
    """What two spellings of a name have in common: no case, one kind of dash, single blanks."""
    return " ".join(normalize("NFKC", text).casefold().replace("–", "-").replace("—", "-").split())


def rules_of(settings: PlaylistSettings) -> Rules:
    """The rules that are set; arcs and a range of tempo are asked for each time."""
    aliases = [alias.split("=") for alias in settings.aliases]
    return Rules(
        mode=settings.mode,
        max_stretch_pct=settings.max_stretch_pct,
        key_rule=settings.key_rule,
        max_per_artist=settings.max_per_artist,
        min_gap=settings.min_gap,
        duration_range_s=(settings.min_duration_s, settings.max_duration_s),
        aliases={artist_key(other): artist_key(name) for other, name in aliases},
    )


def weights_of(settings: PlaylistSettings) -> Weights:
    """The weights that are set."""
    return Weights(
        genre=settings.genre_weight,
        sonic=settings.sonic_weight,
        tempo=settings.tempo_weight,
        key=settings.key_weight,
        energy=settings.energy_weight,
    )


def _spellings(path: str) -> set[str]:
    """Of an absolute path: with ``~``, links and ``..`` as they are, and without."""
    try:
        asked = Path(path).expanduser()
        return {str(asked), str(asked.absolute()), str(asked.resolve())}
    except (OSError, RuntimeError, ValueError):  # links in a circle, nobody's home, NUL
        return set()


def _only(rows: Sequence[int], matrices: Matrices, text: str) -> int:
    if len(rows) == 1:
        return rows[0]
    named = [f"{matrices.track_ids[row]} {matrices.track_paths[row]}" for row in rows[:_NEAR]]
    raise InputError(f"{text!r} is {len(rows)} tracks", hint=f"name one by its id: {'; '.join(named)}")


def _hint(asked: str, names: Iterable[str], otherwise: str) -> str:
    """What may have been meant: names that look like it, or have it or a word that looks like it within."""
    text = asked.casefold()
    if not text.strip():
        return otherwise
    folded = {name.casefold(): name for name in names if name}
    if len(folded) > _MANY:
        # Comparing letter by letter takes seconds: only what has half of the pairs of letters is looked at.
        parts = {text[place : place + 2] for place in range(max(len(text) - 1, 1))}
        folded = {key: name for key, name in folded.items() if 2 * sum(part in key for part in parts) >= len(parts)}
    near = difflib.get_close_matches(text, folded, n=_NEAR, cutoff=0.6)
    near += [name for name in folded if text in name and name not in near][: _NEAR - len(near)]
    if not near:
        words = {word for name in folded for word in name.split()}
        close = set(difflib.get_close_matches(text, words, n=_NEAR, cutoff=0.75))
        near = [name for name in folded if close & set(name.split())][:_NEAR]
    return f"did you mean {', '.join(folded[name] for name in near)}?" if near else otherwise
