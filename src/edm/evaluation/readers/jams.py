"""JAMS files: the annotations of one track, of the namespaces ``tempo``, ``beat`` and ``beat_position``.

For ``edm evaluate structure`` also of ``segment_open`` and ``segment_salami_function``, for ``edm evaluate key`` of
``key_mode``: of several keys the one that lasts longest is the track's, and modes other than major and minor are none,
but ``ionian`` and ``aeolian``, which are the same by another name.

Of several annotations of one namespace the first counts. Of several tempos the one of the highest confidence is the
tempo, the earlier one where they are equal, and the others are alternatives. An observation list may be a list of
objects or, in files of the first version, one object of lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeGuard

from edm.errors import InputError
from edm.evaluation.annotation import AnnotatedSection, Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers.objects import parse_json
from edm.evaluation.readers.rows import checked_path, reads_beats
from edm.evaluation.readers.sections import checked_sections, section_of
from edm.evaluation.readers.text import read_text
from edm.evaluation.readers.times import downbeats_of, times_of
from edm.evaluation.readers.values import (
    as_text,
    parse_bpm,
    parse_duration,
    parse_key_name,
    parse_number,
    parse_share,
    shown,
)
from edm.model import TempoAlternative, TimeArray
from edm.model.keys import KeyName

__all__ = ["is_jams", "read_jams"]

_IDENTIFIERS = ("filename", "file", "path")
# One of them is the genre of a track, where it is given.
_GENRES = ("tag_gtzan", "tag_msd_tagtraum_cd1", "tag_msd_tagtraum_cd2", "tag_open", "genre")

_SEGMENTS = ("segment_open", "segment_salami_function")
_KEY = "key_mode"
_NAMESPACES: dict[Task, tuple[str, ...]] = {"structure": _SEGMENTS, "key": (_KEY,)}
_SAME_MODES = {"ionian": "major", "aeolian": "minor"}
_OTHER_MODES = {"dorian", "phrygian", "lydian", "mixolydian", "locrian"}

_Object = Mapping[str, object]


def read_jams(
    path: Path,
    *,
    name: str | None = None,
    folder: Path | None = None,
    task: Task = "beats",
    on_warning: Callable[[str], None] | None = None,
) -> Annotation:
    """What a JAMS file says of its track.

    Parameters
    ----------
    path
        The file.
    name
        Of the track, where the file does not give one; None takes the stem of `path`.
    folder
        Where a relative path of the track starts; None takes that of the file.
    task
        What is evaluated.
    on_warning
        Called with one sentence for each annotation that is passed over.

    Raises
    ------
    InputError
        If it is no JAMS file, or a value makes no sense; the message names file, namespace and value.
    """
    origin = path.name
    content = parse_json(read_text(path), origin)
    if not is_jams(content):
        raise InputError(f"{origin}: no JAMS file: an object with file_metadata and annotations is expected")
    metadata = _object(content.get("file_metadata") or {}, "file_metadata", origin)
    identifiers = _object(metadata.get("identifiers") or {}, "identifiers", origin)
    given = next((identifiers[key] for key in _IDENTIFIERS if identifiers.get(key)), None)
    by_namespace = _first_of_each(content["annotations"], origin, on_warning or (lambda _: None), task)
    tempos = _tempos(by_namespace.get("tempo", []), f"{origin}, tempo")
    beats_s, downbeats_s = _beats(by_namespace, origin) if reads_beats(task) else (None, None)
    duration_s = parse_duration(metadata.get("duration"), "duration", origin)
    key, key_confidence = _key(by_namespace.get(_KEY, []), f"{origin}, {_KEY}")
    fields = {key: text for key in ("title", "artist") if (text := as_text(metadata.get(key))) is not None}
    genres = (as_text(values[0].get("value")) for key in _GENRES if (values := by_namespace.get(key)))
    genre = next((text for text in genres if text is not None), None)
    return Annotation(
        path=checked_path(given, "identifier", origin) if given else (name or path.stem),
        origin=origin,
        folder=folder or path.parent,
        named_by_stem=not given,
        bpm=tempos[0][0] if tempos else None,
        beats_s=beats_s,
        downbeats_s=downbeats_s,
        confidence=tempos[0][1] if tempos else None,
        alternatives=tuple(TempoAlternative(bpm, share or 0.0) for bpm, share in tempos[1:]),
        duration_s=duration_s,
        sections=_sections(by_namespace, origin, duration_s),
        key=key,
        key_confidence=key_confidence,
        fields=fields if genre is None else fields | {"genre": genre},
    )


def is_jams(content: object) -> TypeGuard[dict[str, object]]:
    """Whether a value out of a JSON file looks like JAMS."""
    return isinstance(content, dict) and isinstance(content.get("annotations"), list)


def _first_of_each(
    annotations: object, origin: str, warn: Callable[[str], None], task: Task
) -> dict[str, list[_Object]]:
    """Observations by namespace, of the first annotation of each that we read."""
    found: dict[str, list[_Object]] = {}
    passed_over: dict[str, int] = {}
    read = {"tempo", "beat", "beat_position", *_GENRES, *_NAMESPACES.get(task, ())}
    assert isinstance(annotations, list)
    for number, item in enumerate(annotations, 1):
        annotation = _object(item, f"annotation {number}", origin)
        namespace = as_text(annotation.get("namespace")) or ""
        if namespace not in read:
            continue
        if namespace in found:
            passed_over[namespace] = passed_over.get(namespace, 0) + 1
        else:
            found[namespace] = _observations(annotation.get("data"), f"{origin}, {namespace}")
    for namespace, count in passed_over.items():
        warn(f"{origin}: {count + 1} annotations of {namespace}; the first is taken")
    return found


def _observations(data: object, origin: str) -> list[_Object]:
    if data is None:
        return []
    if isinstance(data, dict):
        columns = {key: values for key, values in data.items() if isinstance(values, list)}
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise InputError(f"{origin}: the lists of its data differ in length")
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if not isinstance(data, list):
        raise InputError(f"{origin}: data {shown(data)} is no list")
    return [_object(item, f"observation {number}", origin) for number, item in enumerate(data, 1)]


def _tempos(observations: list[_Object], origin: str) -> list[tuple[float, float | None]]:
    """Tempos and confidences, the most confident first."""
    tempos = [
        (bpm, parse_share(observation.get("confidence"), "confidence", origin))
        for observation in observations
        if (bpm := parse_bpm(observation.get("value"), "value", origin)) is not None
    ]
    return sorted(tempos, key=lambda tempo: -1.0 if tempo[1] is None else tempo[1], reverse=True)


def _beats(by_namespace: Mapping[str, list[_Object]], origin: str) -> tuple[TimeArray | None, TimeArray | None]:
    # It always knows the bar, which `beat` need not.
    namespace = "beat_position" if "beat_position" in by_namespace else "beat"
    observations = by_namespace.get(namespace)
    if observations is None:
        return None, None
    origin = f"{origin}, {namespace}"
    positions = [_position(observation.get("value"), origin) for observation in observations]
    beats_s = times_of([observation.get("time") for observation in observations], "time", origin)
    assert beats_s is not None
    return beats_s, downbeats_of(beats_s, positions, "value", origin)


def _sections(
    by_namespace: Mapping[str, list[_Object]], origin: str, duration_s: float | None
) -> tuple[AnnotatedSection, ...] | None:
    namespace = next((name for name in _SEGMENTS if name in by_namespace), None)
    if namespace is None:
        return None
    sections = []
    for number, one in enumerate(by_namespace[namespace], 1):
        place = f"{origin}, {namespace}, observation {number}"
        start_s = parse_number(one.get("time"), "time", place)
        length_s = parse_duration(one.get("duration"), "duration", place)
        end_s = None if start_s is None or length_s is None else start_s + length_s
        said = {"start_s": (start_s, "time"), "end_s": (end_s, "duration"), "label": (one.get("value"), "value")}
        sections.append((section_of(said, place), place))
    return checked_sections(sections, duration_s=duration_s)


def _key(observations: list[_Object], origin: str) -> tuple[KeyName | None, float | None]:
    """The key that lasts longest in all, and the confidence of its first mention."""
    seconds: dict[KeyName, float] = {}
    shares: dict[KeyName, float | None] = {}
    for one in observations:
        key = parse_key_name(_mode_of_ours(one.get("value")), "value", origin)
        if key is not None:
            seconds[key] = seconds.get(key, 0.0) + (parse_duration(one.get("duration"), "duration", origin) or 0.0)
            shares.setdefault(key, parse_share(one.get("confidence"), "confidence", origin))
    best = max(seconds, key=lambda key: seconds[key], default=None)
    return best, None if best is None else shares[best]


def _mode_of_ours(value: object) -> object:
    if not isinstance(value, str):
        return value
    tonic, colon, mode = value.strip().partition(":")
    mode = mode.strip().lower()
    if mode in _OTHER_MODES:
        return None
    return f"{tonic}{colon}{_SAME_MODES.get(mode, mode)}" if mode else value


def _position(value: object, origin: str) -> object:
    return _object(value, "value", origin).get("position") if isinstance(value, dict) else value


def _object(value: object, what: str, origin: str) -> _Object:
    if not isinstance(value, dict):
        raise InputError(f"{origin}: {what} {shown(value)} is no object")
    return value
