"""What a file says of a track: the record that all readers make, of references and of estimates alike.

Times are seconds from the start of the track, tempo is beats per minute. What is not said is None: a tempo of None is
"no tempo given", an empty array of beats is "there are no beats".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edm.model import FloatArray, TempoAlternative, TimeArray
from edm.model.keys import KeyName

__all__ = ["AnnotatedSection", "Annotation", "AnnotationSet", "EnergyCurve"]


@dataclass(frozen=True, slots=True)
class AnnotatedSection:
    """A stretch of a track, as somebody described it: in seconds, or in bars alone.

    Attributes
    ----------
    start_s, end_s
        Seconds, ``end_s`` the later; None where only bars are given.
    start_bar, end_bar
        First and last bar, counted from 1, both included; None where not given.
    label
        As written; None where not given.
    energy
        0..1, or None.
    """

    start_s: float | None
    end_s: float | None
    label: str | None = None
    start_bar: int | None = None
    end_bar: int | None = None
    energy: float | None = None


@dataclass(frozen=True, slots=True)
class EnergyCurve:
    """Energy over time: each value holds from its time to the next. Both of shape (n,), times increasing."""

    times_s: TimeArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Annotation:
    """One track, as somebody described it.

    Attributes
    ----------
    path
        The track, as written: absolute, relative to `folder` or to a source folder, or a bare name.
    origin
        Where it is written, for error messages ("manifest.csv, row 3").
    folder
        Folder of the file that it is written in; relative paths start there first.
    named_by_stem
        Whether `path` is the track's name without its suffix, because its annotation is a file of that name.
    bpm
        Beats per minute, more than 0; None where none is given, or where the file says 0: no tempo.
    beats_s, downbeats_s
        Shape (n,), increasing, at least 0, finite; None where not given.
    confidence
        0..1, or None.
    alternatives
        Other tempos, best first.
    duration_s
        Of the track, where the file tells; more than 0.
    sections
        In order of time, not overlapping; None where not given.
    drops_s
        Where drops begin, shape (n,), increasing; None where not given: sections may tell, then.
    energy
        Over time, or None.
    key, key_runner_up
        The key and the second best, or None.
    key_confidence
        0..1, or None.
    fields
        All other columns, as text: genre, title …
    error
        Of an estimate: why there is none ("DecodeError: …"); None otherwise.
    """

    path: str
    origin: str
    folder: Path
    named_by_stem: bool = False
    bpm: float | None = None
    beats_s: TimeArray | None = None
    downbeats_s: TimeArray | None = None
    confidence: float | None = None
    alternatives: tuple[TempoAlternative, ...] = ()
    duration_s: float | None = None
    sections: tuple[AnnotatedSection, ...] | None = None
    drops_s: TimeArray | None = None
    energy: EnergyCurve | None = None
    key: KeyName | None = None
    key_runner_up: KeyName | None = None
    key_confidence: float | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class AnnotationSet:
    """All that one file or folder says.

    Attributes
    ----------
    source
        As it was named.
    format
        Name from the table `edm.evaluation.readers.FORMATS`.
    annotations
        In the order of the file, or of the names in a folder; no two with the same `path`.
    """

    source: str
    format: str
    annotations: tuple[Annotation, ...]
