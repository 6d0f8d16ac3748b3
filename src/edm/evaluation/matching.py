"""Annotations and tracks brought together: a reference with its audio file, a reference with its estimate.

By place first, the same file; then by name, as `edm.evaluation.names` has it. A match is never made because nothing
else is left: where two are as good, neither is taken, and the reason says so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.names import Finder, TrackName, index_names, track_name

__all__ = ["Found", "Pair", "Unmatched", "find_audio", "pair_estimates"]

_SHOWN = 3
_FROM_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\|//")

_Listing = Callable[[str], tuple[Sequence[str], Finder]]
_KeysOf = Callable[[Annotation], Iterable[Hashable]]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An annotation that nothing was found for: its path and origin, and why, in a few words."""

    path: str
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """An annotation and the audio file that it is of."""

    annotation: Annotation
    audio: Path


@dataclass(frozen=True, slots=True)
class Pair:
    """A reference, and what was estimated of its track; None where nothing was."""

    reference: Annotation
    estimate: Annotation | None


def find_audio(annotations: Iterable[Annotation], source: Path | None) -> tuple[list[Found], list[Unmatched]]:
    """Audio files of annotations.

    A path is tried as it is, from the folder of the annotation's file, from ``source``, and then by name among all
    tracks below ``source``. Without a source no folder is searched, only the one that the path itself names, for the
    same name in another Unicode form or case, or for a stem.

    Parameters
    ----------
    annotations
        References.
    source
        Folder of the tracks, or None.

    Returns
    -------
    found, unmatched
        Both in the order of the annotations. No file is found twice: where several annotations lead to one file, the
        one that names its place has it; where none or several do, all are unmatched, for nobody knows which is right.

    Raises
    ------
    InputError
        If ``source`` is not there.
    """
    annotations = list(annotations)
    if source is not None and not source.exists():
        raise InputError(f"{source}: no such folder", hint="check the spelling, or whether a drive is missing")
    # Of this call alone: folders change.
    listing = lru_cache(maxsize=None)(_listing)
    places = [_at_its_place(annotation, source, listing) for annotation in annotations]
    placed = {index: place for index, place in enumerate(places) if place is not None}
    missing = [index for index, place in enumerate(places) if place is None]
    by_name: dict[int, Path] = {}
    reasons: dict[int, str] = {}
    if source is None:
        reasons = {index: _not_there(annotations[index]) for index in missing}
    elif missing:
        tracks, find = _tracks_below(source)
        for index in missing:
            candidates = find(_name(annotations[index]))
            if len(candidates) == 1:
                by_name[index] = tracks[candidates[0]]
            elif candidates:
                reasons[index] = f"{len(candidates)} files of this name below {source}: " + _some(candidates, tracks)
            else:
                reasons[index] = f"no file of this name below {source}"
    audio = _each_once(placed, by_name, annotations, reasons)
    found = [Found(annotations[index], audio[index]) for index in sorted(audio)]
    unmatched = [
        Unmatched(annotation.path, annotation.origin, reasons[index])
        for index, annotation in enumerate(annotations)
        if index not in audio
    ]
    return found, unmatched


def pair_estimates(
    references: Iterable[Annotation], estimates: Iterable[Annotation], source: Path | None
) -> tuple[list[Pair], list[Unmatched]]:
    """References with the estimates of their tracks; no audio need be there, and no file is looked at.

    Two belong together where they name one place, each from the folder of its file; where they name one place from
    ``source``; where their relative paths are the same; or by name. Each time either must be the other's only
    candidate, those that are paired already included: an estimate is used once, and none because it is left over.

    Parameters
    ----------
    references, estimates
        Their order decides nothing.
    source
        Folder where relative paths may start too, or None.

    Returns
    -------
    pairs, unused
        One pair for each reference, in their order; estimates that no reference uses, in theirs.
    """
    references, estimates = list(references), list(estimates)
    estimate_of: dict[int, int] = {}
    used: set[int] = set()

    def pair_up(of_references: Sequence[Sequence[int]], of_estimates: Sequence[Sequence[int]]) -> None:
        for index, candidates in enumerate(of_references):
            if index in estimate_of or len(candidates) != 1 or candidates[0] in used:
                continue
            back = of_estimates[candidates[0]]
            if len(back) == 1 and back[0] == index:
                estimate_of[index] = candidates[0]
                used.add(candidates[0])

    base = None if source is None else _absolute(source)
    keys: tuple[_KeysOf, ...] = (
        lambda annotation: _places(annotation, None),
        lambda annotation: _places(annotation, base),
        _relative_path,
    )
    for keys_of in keys:
        pair_up(_sharing(references, estimates, keys_of), _sharing(estimates, references, keys_of))
    names_of_references, names_of_estimates = [[_name(one) for one in side] for side in (references, estimates)]
    find_reference, find_estimate = index_names(names_of_references), index_names(names_of_estimates)
    candidates_of_estimates = [find_reference(name) for name in names_of_estimates]
    pair_up([find_estimate(name) for name in names_of_references], candidates_of_estimates)

    pairs = [
        Pair(reference, estimates[estimate_of[index]] if index in estimate_of else None)
        for index, reference in enumerate(references)
    ]
    unused = [
        Unmatched(estimate.path, estimate.origin, _why_unused(candidates_of_estimates[index], references))
        for index, estimate in enumerate(estimates)
        if index not in used
    ]
    return pairs, unused


def _at_its_place(annotation: Annotation, source: Path | None, listing: _Listing) -> Path | None:
    path = annotation.path
    if _is_elsewhere(path):
        return None
    folders = [annotation.folder] if source is None or Path(path).is_absolute() else [annotation.folder, source]
    # On POSIX a backslash may be part of a name, or come from a table that was written on Windows.
    spellings = [path] if "\\" not in path or os.sep == "\\" else [path, path.replace("\\", "/")]
    tried = [folder / spelling for folder in folders for spelling in spellings]
    if not annotation.named_by_stem:
        # Unlike the method of Path it takes names that no file can have.
        found = next((place for place in tried if os.path.isfile(place)), None)  # noqa: PTH113
        if found is not None:
            return found
    for place in tried:
        names, find = listing(str(place.parent))
        candidates = find(track_name(place.name, by_stem=annotation.named_by_stem))
        if len(candidates) == 1:
            return place.parent / names[candidates[0]]
    return None


def _listing(folder: str) -> tuple[Sequence[str], Finder]:
    """Files of a folder, none where it is not there, and what finds one by name."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_file())
    except (OSError, ValueError):
        names = []
    return names, index_names(track_name(name) for name in names)


def _tracks_below(source: Path) -> tuple[list[Path], Finder]:
    # Reads folders; whoever scores stored estimates needs nothing of it.
    from edm.audio.files import find_tracks

    tracks = find_tracks([source])
    return tracks, index_names(track_name(str(track)) for track in tracks)


def _name(annotation: Annotation) -> TrackName:
    return track_name(annotation.path, by_stem=annotation.named_by_stem)


def _not_there(annotation: Annotation) -> str:
    if _is_elsewhere(annotation.path):
        return "is a path of another system, and no source folder is given"
    where = (annotation.folder / annotation.path).parent
    if annotation.named_by_stem:
        return f"no audio file of this name, or several, in {where}, and no source folder is given"
    if Path(annotation.path).is_absolute():
        return "no such file"
    return f"no such file in {where}, and no source folder is given"


def _why_unused(candidates: Sequence[int], references: Sequence[Annotation]) -> str:
    if not candidates:
        return "no reference has this name"
    if len(candidates) == 1:
        return f"another estimate fits {references[candidates[0]].origin} as well or better"
    origins = [references[index].origin for index in candidates[: _SHOWN + 1]]
    return f"{len(candidates)} references have this name: " + _some(range(len(origins)), origins)


def _some(indices: Sequence[int], things: Sequence[object]) -> str:
    shown = ", ".join(str(things[index]) for index in indices[:_SHOWN])
    return shown + (", …" if len(indices) > _SHOWN else "")


def _each_once(
    placed: dict[int, Path], by_name: dict[int, Path], annotations: Sequence[Annotation], reasons: dict[int, str]
) -> dict[int, Path]:
    """Files that one annotation alone leads to; fills `reasons` for the others."""
    kept: dict[int, Path] = {}
    owners: dict[str, int] = {}
    for found in (placed, by_name):
        claims: dict[str, list[int]] = {}
        for index, audio in found.items():
            claims.setdefault(os.path.realpath(audio), []).append(index)
        for real, indices in claims.items():
            owner = owners.setdefault(real, indices[0])
            if owner == indices[0] and len(indices) == 1:
                kept[owner] = found[owner]
                continue
            for index in indices:
                other = owner if index != owner else indices[1]
                reasons[index] = f"leads to the same file as {annotations[other].origin}: {found[index]}"
    return kept


def _sharing(ones: Sequence[Annotation], others: Sequence[Annotation], keys_of: _KeysOf) -> list[list[int]]:
    """For each of `ones`, the indices of `others` that have a key in common with it."""
    index: dict[Hashable, list[int]] = {}
    for number, other in enumerate(others):
        for key in set(keys_of(other)):
            index.setdefault(key, []).append(number)
    return [sorted({number for key in keys_of(one) for number in index.get(key, ())}) for one in ones]


def _places(annotation: Annotation, base: str | None) -> list[Hashable]:
    """Where the track may be: absolute paths in NFC, from the annotation's folder and from `base`."""
    path = normalize("NFC", annotation.path)
    if _is_elsewhere(path):
        # Windows tells no case.
        return [(annotation.named_by_stem, path.replace("\\", "/").casefold())]
    if os.path.isabs(path):  # noqa: PTH117 - a hundred thousand of them
        return [(annotation.named_by_stem, os.path.normpath(path))]
    folders = [_absolute(annotation.folder)] + ([] if base is None else [base])
    return [(annotation.named_by_stem, os.path.normpath(f"{folder}/{path}")) for folder in folders]


def _relative_path(annotation: Annotation) -> list[Hashable]:
    path = normalize("NFC", annotation.path).replace("\\", "/")
    if path.startswith("/") or _is_elsewhere(path):
        return []
    return [(annotation.named_by_stem, os.path.normpath(path))]


def _absolute(folder: Path) -> str:
    # Links stay what they are, so that equal names stay equal.
    return normalize("NFC", os.path.abspath(folder))  # noqa: PTH100


def _is_elsewhere(path: str) -> bool:
    """Whether a path is absolute on another system: a drive or a share, read on POSIX."""
    return os.sep == "/" and _FROM_WINDOWS.match(path) is not None
