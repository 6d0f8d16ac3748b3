"""Rekordbox collections, as *Export Collection in xml format* writes them: tempos, and beats laid from the grid.

A TRACK of the COLLECTION has TEMPO nodes: from ``Inizio`` (seconds) on there is a beat every 60 / ``Bpm`` seconds, the
first of them at place ``Battito`` of a bar of ``Metro``. What we lay from them:

- A node rules until the next, the last until ``TotalTime``. A beat less than half a beat before the next node is that
  node's own, as in Rekordbox; each node has at least its first.
- The first node's grid is followed backwards to the start of the track, as Rekordbox draws it.
- Without a ``TotalTime`` nobody knows where the grid ends: the track has no beats then, and says so in a warning.

For ``edm evaluate structure`` named cues are the beginnings of sections: POSITION_MARK nodes of ``Type`` 0 with a
``Name``. A memory cue and a hot cue at one place are one, what lies before the first cue has no name, and the last
section ends with the track. For ``edm evaluate key`` the ``Tonality`` is the key.

The file is parsed piece by piece, so that a collection of any size needs the memory of its annotations. We drive expat
ourselves: its handler for a DOCTYPE raises before any entity is declared, which is all that defusedxml would do for us,
through a parser in pure Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edm.errors import InputError
from edm.evaluation.annotation import AnnotatedSection, Annotation
from edm.evaluation.metrics import Task
from edm.evaluation.readers.rows import checked_path, no_two_alike, reads_beats
from edm.evaluation.readers.text import open_error
from edm.evaluation.readers.values import parse_bpm, parse_duration, parse_key_name, parse_number, shown
from edm.model import IntArray, TimeArray

__all__ = ["GridNode", "lay_beats", "location_to_path", "longest_bpm", "read_rekordbox"]

_PIECE_BYTES = 1 << 16
_COLLECTION = ["DJ_PLAYLISTS", "COLLECTION"]
# Attributes that are not fields: read as something else.
_READ = {"Location", "AverageBpm", "TotalTime"}
_TONALITY = "Tonality"
_CUE = "0"
# Cues that lie closer are one, set twice.
_SAME_CUE_S = 0.05
# A first cue so early is where the track begins: on its first beat.
_FIRST_BEAT_S = 1.0
_URL = re.compile(r"file://(?:localhost)?", re.IGNORECASE)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_METRE = re.compile(r"([0-9]{1,2})/[0-9]{1,2}")
_MAX_BEATS_PER_BAR = 32
# A beat every 60 ms for a day is all that we lay; more is a typing error, and would fill the memory.
_MAX_DURATION_S = 86400.0
# Inizio has three digits: a beat this little before the start of the track is at its start.
_ROUNDING_S = 5e-4


@dataclass(frozen=True, slots=True)
class GridNode:
    """One TEMPO: its first beat in seconds, beats per minute, beats in a bar, and the first beat's place in the bar."""

    start_s: float
    bpm: float
    beats_per_bar: int = 4
    position: int = 1


def read_rekordbox(
    path: Path, *, task: Task = "beats", on_warning: Callable[[str], None] | None = None
) -> tuple[Annotation, ...]:
    """Annotations of a collection; the tempo is the one that lasts longest, or ``AverageBpm`` where that is not known.

    Raises
    ------
    InputError
        If it is no XML, no collection, has a DOCTYPE, or a value makes no sense; the message names file and line.
    """
    warn = on_warning or (lambda _: None)
    return no_two_alike(_annotation(track, path, warn, task) for track in _tracks(path))


def location_to_path(location: str) -> str:
    """Path of a ``Location``, percent signs decoded as UTF-8.

    ``file://localhost/C:/Music/a%20b.mp3`` is ``C:/Music/a b.mp3``, ``file://localhost/Users/x/a.mp3`` is
    ``/Users/x/a.mp3``, ``file://server/share/a.mp3`` is ``//server/share/a.mp3``.
    """
    match = _URL.match(location)
    if match is None:
        return location
    rest = location[match.end() :]
    raw = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), rest.encode("utf-8", "surrogateescape"))
    decoded = raw.decode("utf-8", "surrogateescape")
    if re.match(r"/[A-Za-z]:(/|$)", decoded):
        return decoded[1:]
    return decoded if decoded.startswith("/") else f"//{decoded}"


def lay_beats(nodes: list[GridNode], duration_s: float) -> tuple[TimeArray, TimeArray]:
    """Beats and downbeats from 0 to ``duration_s``; times increase.

    Parameters
    ----------
    nodes
        At least one, in order of time.
    duration_s
        Of the track, at most a day.
    """
    times: list[TimeArray] = []
    places: list[IntArray] = []
    for index, node in enumerate(nodes):
        period_s = 60.0 / node.bpm
        first = -int((node.start_s + _ROUNDING_S) / period_s) if index == 0 else 0
        if index + 1 < len(nodes):
            last = max(int((nodes[index + 1].start_s - node.start_s) / period_s + 0.5), 1)
        else:
            last = int(max(duration_s - node.start_s, -period_s) / period_s) + 1
        steps = np.arange(first, max(last, first))
        times.append(np.maximum(node.start_s + steps * period_s, 0.0))
        places.append((node.position - 1 + steps) % node.beats_per_bar)
    beats_s, place = np.concatenate(times), np.concatenate(places)
    # Nodes may lie behind the end.
    inside = beats_s <= duration_s
    return beats_s[inside], beats_s[inside & (place == 0)]


def longest_bpm(nodes: list[GridNode], duration_s: float) -> float:
    """Tempo that rules for the longest time in all, of at least one node; the earlier one where two are equal."""
    seconds: dict[float, float] = {}
    starts = [0.0, *(node.start_s for node in nodes[1:]), duration_s]
    for node, start_s, end_s in zip(nodes, starts[:-1], starts[1:], strict=True):
        lasts_s = max(min(end_s, duration_s) - start_s, 0.0)
        seconds[node.bpm] = seconds.get(node.bpm, 0.0) + lasts_s
    return max(seconds, key=lambda bpm: seconds[bpm])


@dataclass(slots=True)
class _Track:
    """One TRACK element, as it stands."""

    line: int
    attributes: Mapping[str, str]
    nodes: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    cues: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)


def _annotation(track: _Track, path: Path, warn: Callable[[str], None], task: Task) -> Annotation:
    origin = f"{path.name}, line {track.line}"
    values = track.attributes
    name = checked_path(location_to_path(values.get("Location", "")), "Location", origin)
    duration_s = parse_duration(values.get("TotalTime"), "TotalTime", origin)
    bpm = parse_bpm(values.get("AverageBpm"), "AverageBpm", origin)
    nodes = _nodes(track, path)
    beats_s = downbeats_s = None
    if nodes and duration_s is not None:
        if duration_s > _MAX_DURATION_S:
            raise InputError(f"{origin}: TotalTime {shown(values['TotalTime'])} is more than a day")
        bpm = longest_bpm(nodes, duration_s)
        if reads_beats(task):
            beats_s, downbeats_s = lay_beats(nodes, duration_s)
    elif nodes:
        bpm = bpm or nodes[0].bpm
        if reads_beats(task):
            warn(f"{origin}: has no TotalTime, so its beats are not known")
    unread = _READ | ({_TONALITY} if task == "key" else set())
    fields = {key: text for key, value in values.items() if key not in unread and (text := value.strip())}
    return Annotation(
        path=name,
        origin=origin,
        folder=path.parent,
        bpm=bpm,
        beats_s=beats_s,
        downbeats_s=downbeats_s,
        duration_s=duration_s,
        sections=_sections(track, path, duration_s, warn) if task == "structure" else None,
        key=parse_key_name(values.get(_TONALITY), _TONALITY, origin) if task == "key" else None,
        fields=fields,
    )


def _sections(
    track: _Track, path: Path, duration_s: float | None, warn: Callable[[str], None]
) -> tuple[AnnotatedSection, ...] | None:
    """Sections from each named cue to the next; None where there is none."""
    cues: list[tuple[float, str]] = []
    for line, values in track.cues:
        name = values.get("Name", "").strip()
        if not name or values.get("Type", _CUE).strip() != _CUE:
            continue
        origin = f"{path.name}, line {line}"
        start_s = parse_number(values.get("Start"), "Start", origin)
        if start_s is None or start_s < 0:
            raise InputError(f"{origin}: Start {shown(values.get('Start'))} is no time")
        cues.append((start_s, name))
    if not cues:
        return None
    if duration_s is None:
        warn(f"{path.name}, line {track.line}: has no TotalTime, so its last section has no end")
        return None
    cues.sort(key=lambda cue: cue[0])
    kept: list[tuple[float, str | None]] = [] if cues[0][0] <= _FIRST_BEAT_S else [(0.0, None)]
    for start_s, name in cues:
        if start_s < duration_s and (not kept or start_s - kept[-1][0] > _SAME_CUE_S):
            kept.append((start_s, name))
    ends = [start_s for start_s, _ in kept[1:]] + [duration_s]
    return tuple(AnnotatedSection(start_s, end_s, name) for (start_s, name), end_s in zip(kept, ends, strict=True))


def _nodes(track: _Track, path: Path) -> list[GridNode]:
    nodes: list[GridNode] = []
    for line, values in track.nodes:
        origin = f"{path.name}, line {line}"
        start_s = parse_number(values.get("Inizio"), "Inizio", origin)
        bpm = parse_bpm(values.get("Bpm"), "Bpm", origin)
        if start_s is None or bpm is None:
            raise InputError(f"{origin}: a TEMPO needs Inizio and Bpm")
        if start_s < 0:
            raise InputError(f"{origin}: Inizio {shown(values['Inizio'])} is negative")
        if nodes and start_s <= nodes[-1].start_s:
            raise InputError(f"{origin}: TEMPO nodes must increase; {start_s:g} s comes after {nodes[-1].start_s:g} s")
        beats_per_bar, position = _bar(values, origin)
        nodes.append(GridNode(start_s, bpm, beats_per_bar, position))
    return nodes


def _bar(values: Mapping[str, str], origin: str) -> tuple[int, int]:
    metre = values.get("Metro", "").strip() or "4/4"
    match = _METRE.fullmatch(metre)
    beats_per_bar = int(match[1]) if match else 0
    if not 1 <= beats_per_bar <= _MAX_BEATS_PER_BAR:
        raise InputError(f"{origin}: Metro {shown(metre)} is no metre")
    position = parse_number(values.get("Battito"), "Battito", origin)
    if position is None:
        return beats_per_bar, 1
    if position not in range(1, beats_per_bar + 1):
        raise InputError(f"{origin}: Battito {shown(values['Battito'])} is no beat of a bar of {metre}")
    return beats_per_bar, int(position)


def _tracks(path: Path) -> Iterator[_Track]:
    """TRACK elements of the collection, each as soon as it is complete; those of the playlists only refer to them."""
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.buffer_text = True
    above: list[str] = []
    complete: list[_Track] = []
    track: _Track | None = None
    found_collection = False

    def refuse(*_: object) -> None:
        raise InputError(
            f"{path.name}, line {parser.CurrentLineNumber}: declares a DOCTYPE or an entity, which we do not read",
            hint="Rekordbox writes none: export the collection again",
        )

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal track, found_collection
        if above == _COLLECTION[:1] and name == _COLLECTION[1]:
            found_collection = True
        elif above == _COLLECTION and name == "TRACK":
            track = _Track(parser.CurrentLineNumber, attributes)
        elif track is not None and name == "TEMPO":
            track.nodes.append((parser.CurrentLineNumber, attributes))
        elif track is not None and name == "POSITION_MARK":
            track.cues.append((parser.CurrentLineNumber, attributes))
        above.append(name)

    def end(_: str) -> None:
        nonlocal track
        above.pop()
        if track is not None and above == _COLLECTION:
            complete.append(track)
            track = None

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        with path.open("rb") as file:
            while True:
                piece = file.read(_PIECE_BYTES)
                parser.Parse(piece, not piece)
                yield from complete
                complete.clear()
                if not piece:
                    break
    except (expat.ExpatError, LookupError, ValueError) as exc:
        # Encodings that Python does not know, or that take several bytes a sign, are no ExpatError.
        raise InputError(f"{path.name}: no valid XML: {' '.join(str(exc).split())}") from exc
    except OSError as exc:
        raise open_error(path, exc) from exc
    if not found_collection:
        raise InputError(
            f"{path.name}: no Rekordbox collection: DJ_PLAYLISTS with a COLLECTION is not in it",
            hint="in Rekordbox: File, Export Collection in xml format",
        )
