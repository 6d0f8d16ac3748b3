"""The table of formats, and `read_annotations`, which finds the right one.

A folder is known by its files, a file by its suffix or, where that says nothing, by its first sign: ``[`` and ``{``
begin JSON, ``<`` begins XML, anything else is a table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from edm.errors import InputError
from edm.evaluation.annotation import Annotation, AnnotationSet
from edm.evaluation.readers.folders import kind_of_folder, read_folder
from edm.evaluation.readers.jams import is_jams, read_jams
from edm.evaluation.readers.objects import of_json, parse_json, read_json_lines
from edm.evaluation.readers.rekordbox import read_rekordbox
from edm.evaluation.readers.tables import looks_like_table, read_table
from edm.evaluation.readers.tags import read_tag_annotations
from edm.evaluation.readers.text import open_error, read_text

__all__ = ["FORMATS", "TAGS", "Carried", "Format", "read_annotations"]

Carried: TypeAlias = Literal["bpm", "beats", "downbeats", "confidence"]

TAGS = "tags"
"""The word that stands for the BPM tags of the audio files themselves."""


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table.

    Attributes
    ----------
    summary
        One line for people.
    suffixes
        In lower case; empty where the suffix does not decide.
    carries
        What it can say of a track.
    example
        A short one, as it stands in a file.
    """

    summary: str
    suffixes: tuple[str, ...]
    carries: tuple[Carried, ...]
    example: str


_ALL: tuple[Carried, ...] = ("bpm", "beats", "downbeats", "confidence")

FORMATS: dict[str, Format] = {
    "csv": Format(
        "table with a header; commas, semicolons or tabs; every other column is kept to group by",
        (".csv", ".tsv"),
        _ALL,
        "path,bpm,beats_file,downbeats_file,genre\n"
        "audio/a.mp3,128.0,ann/a.beats.txt,ann/a.downbeats.txt,house\n"
        "audio/b.mp3,174.02,,,dnb\n",
    ),
    "json": Format(
        "list of objects, or one object: path to tempo, or path to object",
        (".json",),
        _ALL,
        '[{"path": "audio/a.mp3", "bpm": 128.0, "beats_s": [0.5, 0.96875], "beat_positions": [1, 2]}]\n',
    ),
    "jsonl": Format(
        "one object a line, as edm analyze writes them",
        (".jsonl", ".ndjson"),
        _ALL,
        '{"path": "audio/a.mp3", "status": "ok", "bpm": 128.0, "bpm_confidence": 0.97}\n',
    ),
    "rekordbox": Format(
        "collection that Rekordbox exports; the beats are laid from its grid",
        (".xml",),
        ("bpm", "beats", "downbeats"),
        '<DJ_PLAYLISTS Version="1.0.0"><COLLECTION Entries="1">\n'
        '  <TRACK Location="file://localhost/C:/Music/a%20b.mp3" TotalTime="420" AverageBpm="128.00" Genre="House">\n'
        '    <TEMPO Inizio="0.025" Bpm="128.00" Metro="4/4" Battito="1"/>\n'
        "  </TRACK>\n"
        "</COLLECTION></DJ_PLAYLISTS>\n",
    ),
    "jams": Format(
        "JAMS file, or a folder of them: namespaces tempo, beat and beat_position",
        (".jams",),
        _ALL,
        '{"file_metadata": {"duration": 120.0, "identifiers": {"filename": "a.mp3"}},\n'
        ' "annotations": [{"namespace": "tempo", "data": [{"time": 0.0, "duration": 120.0, "value": 127.0, '
        '"confidence": 0.9}]}]}\n',
    ),
    "bpm": Format(
        "folder of a.bpm (or a.mirex) for a.mp3: one tempo, or two and the weight of the first",
        (),
        ("bpm", "confidence"),
        "87.0\t174.0\t0.22\n",
    ),
    "beats": Format(
        "folder of a.beats.txt, a.beats or a.txt for a.mp3: one time a line, its position in the bar behind it",
        (),
        ("beats", "downbeats"),
        "0.500 1\n0.969 2\n1.438 3\n",
    ),
    TAGS: Format(
        "the BPM tags of the audio files themselves: --reference tags --source FOLDER",
        (),
        ("bpm",),
        "TBPM=128\n",
    ),
}
"""What can be read as references and as estimates."""


def read_annotations(
    source: str | Path,
    *,
    folder: Path | None = None,
    with_beats: bool = True,
    on_warning: Callable[[str], None] | None = None,
) -> AnnotationSet:
    """All that a file or a folder says.

    Parameters
    ----------
    source
        File or folder, or the word ``tags``.
    folder
        Where the audio is; only ``tags`` needs it.
    with_beats
        Whether beats are read. Without them, files that other files name are not opened, and a big collection needs
        little memory.
    on_warning
        Called with one sentence for what is passed over.

    Raises
    ------
    InputError
        If it is of no known kind, or a value makes no sense; the message names file, row and value.
    """
    if source == TAGS:
        if folder is None:
            raise InputError("tags are read from audio files, and there is no folder of them", hint="give --source")
        return AnnotationSet(TAGS, TAGS, read_tag_annotations(folder, on_warning=on_warning))
    path = Path(source)
    try:
        path.stat()
    except (OSError, ValueError) as exc:
        raise open_error(path, exc) from exc
    if path.is_dir():
        kind = kind_of_folder(path)
        if kind is None:
            raise _unknown(path)
        annotations = read_folder(path, kind, with_beats=with_beats, on_warning=on_warning)
        return AnnotationSet(str(source), kind, annotations)
    return _read_file(path, str(source), with_beats=with_beats, on_warning=on_warning)


def _format_of_file(path: Path) -> str:
    suffix = path.suffix.lower()
    named = next((name for name, known in FORMATS.items() if suffix in known.suffixes), None)
    if named is not None:
        return named
    text = read_text(path).lstrip()
    if text.startswith("<"):
        return "rekordbox"
    if text.startswith("["):
        return "json"
    if text.startswith("{"):
        lines = [line for line in text.split("\n", 2)[:2] if line.strip()]
        return "jsonl" if all(line.rstrip().endswith("}") for line in lines) else "json"
    if looks_like_table(text):
        return "csv"
    raise _unknown(path)


def _read_file(path: Path, source: str, *, with_beats: bool, on_warning: Callable[[str], None] | None) -> AnnotationSet:
    name = _format_of_file(path)
    annotations: tuple[Annotation, ...]
    if name == "csv":
        annotations = read_table(path, with_beats=with_beats)
    elif name == "jsonl":
        annotations = read_json_lines(path, with_beats=with_beats)
    elif name == "rekordbox":
        annotations = read_rekordbox(path, with_beats=with_beats, on_warning=on_warning)
    elif name == "json" and not is_jams(content := parse_json(read_text(path), path.name)):
        annotations = of_json(content, path, with_beats=with_beats)
    else:
        # JAMS is JSON, and some call its files so.
        name, annotations = "jams", (read_jams(path, with_beats=with_beats, on_warning=on_warning),)
    return AnnotationSet(source, name, annotations)


def _unknown(path: Path) -> InputError:
    kinds = ", ".join(name for name in FORMATS if name != TAGS)
    return InputError(f"{path}: is of no kind that we read", hint=f"known are {kinds}, and the word {TAGS}")
