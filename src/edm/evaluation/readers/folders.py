"""Folders with one small file a track, named like the tracks: tempos, keys, lists of beats, ``.jams``.

``1030011.LOFI.bpm`` describes ``1030011.LOFI.mp3``. Folders below are read too; hidden names are passed over.

A tempo file holds one number; or as in MIREX two tempos and the weight of the first (``87 174 0.22``), with that of the
second behind it or not; or a tempo and its weight. The heavier tempo counts, the first where they are equal. 0 is no
tempo.

A file of a key holds its name on the first line; what stands behind a tab is passed over.

A file of beats is described in `edm.evaluation.readers.times`; ``a.downbeats.txt`` or ``a.downbeats`` beside
``a.beats.txt``, ``a.beats`` or ``a.txt`` holds the downbeats. Where any file ends in ``.beats.txt`` or ``.beats``,
other ``.txt`` files are not beats.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers.jams import read_jams
from edm.evaluation.readers.rows import checked_path, no_two_alike, reads_beats
from edm.evaluation.readers.text import read_text
from edm.evaluation.readers.times import read_beat_times
from edm.evaluation.readers.values import parse_bpm, parse_key_name, parse_share
from edm.model import TempoAlternative

__all__ = ["FolderKind", "kind_of_folder", "read_folder"]

FolderKind: TypeAlias = Literal["bpm", "key", "jams", "beats"]

_ENDINGS: dict[FolderKind, tuple[str, ...]] = {
    "bpm": (".bpm", ".mirex"),
    "key": (".key",),
    "jams": (".jams",),
    "beats": (".beats.txt", ".beats"),
}
_PLAIN_BEATS = ".txt"
_DOWNBEATS = (".downbeats.txt", ".downbeats")


def kind_of_folder(folder: Path) -> FolderKind | None:
    """What the files of a folder are; None where none of them is known to us.

    Raises
    ------
    InputError
        If it holds several kinds, or cannot be read.
    """
    names = [path.name.lower() for path in _files(folder)]
    kinds = [kind for kind, endings in _ENDINGS.items() if any(name.endswith(endings) for name in names)]
    if len(kinds) > 1:
        found = " and ".join(ending for kind in kinds for ending in _ENDINGS[kind][:1])
        raise InputError(f"{folder}: holds {found} files", hint="give a folder that holds one kind")
    if kinds:
        return kinds[0]
    return "beats" if any(name.endswith(_PLAIN_BEATS) for name in names) else None


def read_folder(
    folder: Path,
    kind: FolderKind,
    *,
    task: Task = "beats",
    on_warning: Callable[[str], None] | None = None,
) -> tuple[Annotation, ...]:
    """Annotations of the files below a folder that are of one kind, in the order of their names.

    Raises
    ------
    InputError
        If a file makes no sense, or two describe one track.
    """
    files = [(path, path.relative_to(folder).as_posix()) for path in _files(folder)]
    endings = _ENDINGS[kind]
    if kind == "beats" and not any(name.lower().endswith(endings) for _, name in files):
        endings = (_PLAIN_BEATS,)
    downbeats = {stem: path for path, name in files if (stem := _stem(name, _DOWNBEATS)) is not None}
    annotations = []
    for path, name in files:
        stem = _stem(name, endings)
        if stem is None or (kind == "beats" and name.lower().endswith(_DOWNBEATS)):
            continue
        checked_path(stem, "name", path.name)
        if kind == "jams":
            annotations.append(read_jams(path, name=stem, folder=folder, task=task, on_warning=on_warning))
        elif kind == "bpm":
            annotations.append(_of_tempo_file(path, stem, folder))
        elif kind == "key":
            annotations.append(_of_key_file(path, stem, folder))
        else:
            annotations.append(_of_beats(path, downbeats.get(stem), stem, folder, with_beats=reads_beats(task)))
    return no_two_alike(annotations)


def _of_tempo_file(path: Path, stem: str, folder: Path) -> Annotation:
    words = read_text(path).split()
    origin = path.name
    if len(words) not in (1, 2, 3, 4):
        raise InputError(
            f"{origin}: {len(words)} values; a tempo, or two tempos and the weight of the first, are expected"
        )
    count = 1 if len(words) <= 2 else 2
    bpms = [parse_bpm(word, "bpm", origin) for word in words[:count]]
    weights = [parse_share(word, "weight", origin) for word in words[count:]]
    if len(weights) < count:
        weights.append(None if weights == [] else 1.0 - (weights[0] or 0.0))
    # Sorting is stable: of equal weights the first stays first.
    tempos = sorted(zip(bpms, weights, strict=True), key=lambda tempo: -(tempo[1] or 0.0))
    said = [(bpm, weight) for bpm, weight in tempos if bpm is not None]
    return Annotation(
        path=stem,
        origin=origin,
        folder=folder,
        named_by_stem=True,
        bpm=said[0][0] if said else None,
        confidence=said[0][1] if said else None,
        alternatives=tuple(TempoAlternative(bpm, weight or 0.0) for bpm, weight in said[1:]),
    )


def _of_key_file(path: Path, stem: str, folder: Path) -> Annotation:
    first = next((line for line in read_text(path).splitlines() if line.strip()), "")
    key = parse_key_name(first.split("\t")[0], "key", path.name)
    return Annotation(path=stem, origin=path.name, folder=folder, named_by_stem=True, key=key)


def _of_beats(path: Path, downbeats: Path | None, stem: str, folder: Path, *, with_beats: bool) -> Annotation:
    beats = read_beat_times(path) if with_beats else None
    downbeats_s = beats.downbeats_s if beats else None
    if with_beats and downbeats is not None:
        read = read_beat_times(downbeats)
        downbeats_s = read.beats_s if read.downbeats_s is None else read.downbeats_s
    return Annotation(
        path=stem,
        origin=path.name,
        folder=folder,
        named_by_stem=True,
        beats_s=beats.beats_s if beats else None,
        downbeats_s=downbeats_s,
    )


def _stem(name: str, endings: tuple[str, ...]) -> str | None:
    """A name without the first of `endings` that it has, in whatever case; None without any."""
    lower = name.lower()
    return next((name[: -len(ending)] for ending in endings if lower.endswith(ending)), None)


def _files(folder: Path) -> list[Path]:
    def refuse(exc: OSError) -> None:
        raise InputError(f"{exc.filename}: cannot be read: {(exc.strerror or str(exc)).lower()}") from exc

    found: list[Path] = []
    for where, below, names in os.walk(folder, onerror=refuse):
        below[:] = [name for name in below if not name.startswith(".")]
        found += [Path(where, name) for name in names if not name.startswith(".")]
    return sorted(found, key=lambda path: path.parts)
