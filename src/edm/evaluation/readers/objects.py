"""JSON and JSON lines: objects with the keys of `edm.evaluation.readers.rows.NAMES`, those of `edm analyze` among them.

A JSON file is a list of objects, one object, or one object whose keys are paths and whose values are
tempos (or keys, or lists of sections) or objects.
A file of JSON lines is one object a line. A record of a track that failed becomes an annotation with its error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers.rows import columns_of, no_two_alike, read_row
from edm.evaluation.readers.text import read_text
from edm.evaluation.readers.values import shown

__all__ = ["of_json", "parse_json", "read_json_lines"]

# What a path leads to in an object of paths, where that is no object itself.
_PLAIN: dict[Task, str] = {"bpm": "bpm", "beats": "bpm", "structure": "sections", "key": "key"}


def of_json(content: object, path: Path, *, task: Task = "beats") -> tuple[Annotation, ...]:
    """Annotations of what stands in a JSON file.

    Parameters
    ----------
    content
        As `parse_json` gives it.
    path
        Of the file.
    task
        What is evaluated.

    Raises
    ------
    InputError
        If it is no list of tracks, or an item makes no sense; the message names file, item and value.
    """
    return no_two_alike(_annotations(content, path, task=task))


def read_json_lines(path: Path, *, task: Task = "beats") -> tuple[Annotation, ...]:
    """Annotations of a file with one JSON object a line; empty lines are passed over.

    Raises
    ------
    InputError
        If a line is no object, or makes no sense; the message names file, line and value.
    """

    def annotations() -> Iterator[Annotation]:
        # Not `splitlines`, which also splits at signs that may stand within a JSON text.
        for number, line in enumerate(read_text(path).split("\n"), 1):
            if line.strip():
                origin = f"{path.name}, line {number}"
                yield _of_object(parse_json(line, origin), origin, path.parent, task=task)

    return no_two_alike(annotations())


def parse_json(text: str, origin: str) -> object:
    """Value of a JSON text.

    Raises
    ------
    InputError
        If it is none, nests too deep, or an object has a key twice, of which the last would be kept in silence.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_unique)
    except RecursionError as exc:
        raise InputError(f"{origin}: nests too deep to be read") from exc
    except json.JSONDecodeError as exc:
        hint = "for one object a line, call the file .jsonl" if exc.msg == "Extra data" else None
        raise InputError(
            f"{origin}: no valid JSON: {exc.msg.lower()} at line {exc.lineno}, column {exc.colno}", hint=hint
        ) from exc
    except ValueError as exc:
        raise InputError(f"{origin}: no valid JSON: {' '.join(str(exc).split())}") from exc
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"key {shown(twice)} stands twice in one object")
    return found


def _annotations(content: object, path: Path, *, task: Task) -> Iterator[Annotation]:
    folder = path.parent
    if isinstance(content, list):
        for number, item in enumerate(content, 1):
            yield _of_object(item, f"{path.name}, item {number}", folder, task=task)
        return
    if not isinstance(content, dict):
        raise InputError(f"{path.name}: {shown(content)} is no list of tracks")
    if isinstance(content.get("tracks"), list) and "schema_version" in content:
        raise InputError(
            f"{path.name}: is a report of edm evaluate, not annotations",
            hint="estimates are what `edm analyze --format json` writes",
        )
    named = columns_of(content, flat=False).get("path")
    if named is not None and isinstance(content[named], str):
        yield _of_object(content, path.name, folder, task=task)
        return
    for name, item in content.items():
        origin = f"{path.name}, {shown(name)}"
        values = item if isinstance(item, dict) else {_PLAIN[task]: item}
        yield read_row(values, origin=origin, folder=folder, path=name, task=task)


def _of_object(item: object, origin: str, folder: Path, *, task: Task) -> Annotation:
    if not isinstance(item, dict):
        raise InputError(f"{origin}: {shown(item)} is no object", hint='write {"path": "a.mp3", "bpm": 128.0}')
    return read_row(item, origin=origin, folder=folder, task=task)
