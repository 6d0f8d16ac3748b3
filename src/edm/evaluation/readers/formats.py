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
from edm.evaluation.metrics import Task
from edm.evaluation.readers.folders import kind_of_folder, read_folder
from edm.evaluation.readers.jams import is_jams, read_jams
from edm.evaluation.readers.objects import of_json, parse_json, read_json_lines
from edm.evaluation.readers.rekordbox import read_rekordbox
from edm.evaluation.readers.tables import looks_like_table, read_table
from edm.evaluation.readers.tags import read_tag_annotations
from edm.evaluation.readers.text import open_error, read_text

__all__ = ["FORMATS", "TAGS", "Carried", "Format", "read_annotations"]

Carried: TypeAlias = Literal["bpm", "beats", "downbeats", "confidence", "sections", "drops", "key"]

TAGS = "tags"
"""The word that stands for the tags of the audio files themselves."""


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


_ALL: tuple[Carried, ...] = ("bpm", "beats", "downbeats", "confidence", "sections", "drops", "key")

FORMATS: dict[str, Format] = {
    "csv": Format(
        "table with a header; commas, semicolons or tabs; every other column is kept to group by; for structure also "
        "a row a section: path,start,end,label or path,start_bar,end_bar,label",
        (".csv", ".tsv"),
        _ALL,
        "path,bpm,key,beats_file,downbeats_file,sections_file,genre\n"
        "audio/a.mp3,128.0,8A,ann/a.beats.txt,ann/a.downbeats.txt,ann/a.sections.txt,house\n"
        "audio/b.mp3,174.02,F# minor,,,,dnb\n",
    ),
    "json": Format(
        "list of objects, or one object: path to tempo (or key, or sections), or path to object",
        (".json",),
        _ALL,
        '[{"path": "audio/a.mp3", "bpm": 128.0, "key": "Am", "beats_s": [0.5, 0.96875], "beat_positions": [1, 2],\n'
        '  "sections": [{"start_s": 0, "end_s": 30.5, "label": "intro"}], "drops": [30.5]}]\n',
    ),
    "jsonl": Format(
        "one object a line, as edm analyze writes them",
        (".jsonl", ".ndjson"),
        _ALL,
        '{"path": "audio/a.mp3", "status": "ok", "bpm": 128.0, "bpm_confidence": 0.97}\n',
    ),
    "rekordbox": Format(
        "collection that Rekordbox exports: beats are laid from its grid, named cues begin sections",
        (".xml",),
        ("bpm", "beats", "downbeats", "sections", "key"),
        '<DJ_PLAYLISTS Version="1.0.0"><COLLECTION Entries="1">\n'
        '  <TRACK Location="file://localhost/C:/Music/a%20b.mp3" TotalTime="420" AverageBpm="128.00" Tonality="Am">\n'
        '    <TEMPO Inizio="0.025" Bpm="128.00" Metro="4/4" Battito="1"/>\n'
        '    <POSITION_MARK Name="Drop" Type="0" Start="60.025" Num="0"/>\n'
        "  </TRACK>\n"
        "</COLLECTION></DJ_PLAYLISTS>\n",
    ),
    "jams": Format(
        "JAMS file, or a folder of them: namespaces tempo, beat, beat_position, segment_open, key_mode",
        (".jams",),
        ("bpm", "beats", "downbeats", "confidence", "sections", "key"),
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
    "key": Format(
        "folder of a.key for a.mp3: the name of the key",
        (),
        ("key",),
        "D minor\n",
    ),
    "beats": Format(
        "folder of a.beats.txt, a.beats or a.txt for a.mp3: one time a line, its position in the bar behind it",
        (),
        ("beats", "downbeats"),
        "0.500 1\n0.969 2\n1.438 3\n",
    ),
    TAGS: Format(
        "the BPM or key tags of the audio files themselves: --reference tags --source FOLDER",
        (),
        ("bpm", "key"),
        "TBPM=128\nTKEY=8A\n",
    ),
}
"""What can be read as references and as estimates."""


def read_annotations(
    source: str | Path,
    *,
    folder: Path | None = None,
    task: Task = "beats",
    on_warning: Callable[[str], None] | None = None,
) -> AnnotationSet:
    """All that a file or a folder says.

    Parameters
    ----------
    source
        File or folder, or the word ``tags``.
    folder
        Where the audio is; only ``tags`` needs it.
    task
        What is evaluated: what it has no use for is not read. Files that other files name are not opened then, and a
        big collection needs little memory.
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
        return AnnotationSet(TAGS, TAGS, read_tag_annotations(folder, task=task, on_warning=on_warning))
    path = Path(source)
    try:
        path.stat()
    except (OSError, ValueError) as exc:
        raise open_error(path, exc) from exc
    if path.is_dir():
        kind = kind_of_folder(path)
        if kind is None:
            raise _unknown(path)
        annotations = read_folder(path, kind, task=task, on_warning=on_warning)
        return AnnotationSet(str(source), kind, annotations)
    return _read_file(path, str(source), task=task, on_warning=on_warning)


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


def _read_file(path: Path, source: str, *, task: Task, on_warning: Callable[[str], None] | None) -> AnnotationSet:
    name = _format_of_file(path)
    annotations: tuple[Annotation, ...]
    if name == "csv":
        annotations = read_table(path, task=task)
    elif name == "jsonl":
        annotations = read_json_lines(path, task=task)
    elif name == "rekordbox":
        annotations = read_rekordbox(path, task=task, on_warning=on_warning)
    elif name == "json" and not is_jams(content := parse_json(read_text(path), path.name)):
        annotations = of_json(content, path, task=task)
    else:
        # JAMS is JSON, and some call its files so.
        name, annotations = "jams", (read_jams(path, task=task, on_warning=on_warning),)
    return AnnotationSet(source, name, annotations)


def _unknown(path: Path) -> InputError:
    kinds = ", ".join(name for name in FORMATS if name != TAGS)
    return InputError(f"{path}: is of no kind that we read", hint=f"known are {kinds}, and the word {TAGS}")
