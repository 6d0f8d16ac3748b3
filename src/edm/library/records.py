"""What the library takes and gives: frozen records.

Paths are absolute where they are `pathlib.Path`; ``relative`` is the path inside a root, text with ``/`` between its
parts. Instants are texts in ISO 8601, UTC. An *identity* is the text that says which audio a result belongs to: the
track's sample hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from edm.model import BeatGrid, Beats, FloatArray, Key, Loudness, Structure, Tags, Tempo, TrackAnalysis

__all__ = [
    "FULL",
    "Analysis",
    "FailedTrack",
    "FileStamp",
    "KnownFile",
    "NamesFrom",
    "Pending",
    "Reason",
    "Root",
    "Run",
    "SonicResult",
    "SonicRow",
    "Status",
    "Track",
    "Version",
]

Status: TypeAlias = Literal["present", "missing"]
NamesFrom: TypeAlias = Literal["tags", "file name"]
Reason: TypeAlias = Literal["new", "changed", "failed before", "stale version", "forced"]
Version: TypeAlias = str | int
"""Of a stage or a spec; compared as text."""

FULL = "full"
"""The segment that is the whole track."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder whose tracks are in the library."""

    id: int
    path: Path


@dataclass(frozen=True, slots=True)
class FileStamp:
    """How a file is known again: size in bytes, time of change, and the hash of samples of its audio.

    ``sample_hash`` is None for a file that could not be read; no stage takes it.
    """

    size: int
    mtime_ns: int
    sample_hash: str | None


class KnownFile(NamedTuple):
    """What a rescan compares with; a plain tuple, since there is one for every track."""

    id: int
    size: int
    mtime_ns: int
    sample_hash: str | None
    status: Status
    duplicate_of: int | None


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the library.

    Attributes
    ----------
    id
        Stable for ever, through moves and retags; never given to another track.
    path, relative
        Where it is, absolute and inside its root; neither need exist now.
    stamp
        Of the file when it was last scanned; ``stamp.sample_hash`` is the track's identity.
    audio_hash, duration_s
        Of the whole decoded audio, once a stage decoded it; ``duration_s`` may come from the header before.
    missing_since
        None for a file that is there.
    duplicate_of
        Id of the track with the same audio that stages work on instead of this one.
    tags, names_from
        What the file says of itself; artist and title may have been read from the file name.
    bpm, bpm_confidence, tempo_stability
        Of the analysis; None before it, ``bpm`` also where there is no beat.
    sonic_version, sonic_mode
        Of the stored sonic features; None before.
    """

    id: int
    root_id: int
    path: Path
    relative: str
    stamp: FileStamp
    status: Status
    missing_since: str | None
    duplicate_of: int | None
    added_at: str
    seen_at: str
    audio_hash: str | None
    duration_s: float | None
    tags: Tags
    names_from: NamesFrom
    bpm: float | None
    bpm_confidence: float | None
    tempo_stability: str | None
    sonic_version: str | None
    sonic_mode: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A track that a stage has to do, and why."""

    track: Track
    reason: Reason


@dataclass(frozen=True, slots=True)
class FailedTrack:
    """A track that a stage could not do.

    Attributes
    ----------
    version, identity
        Of the stage, and of the audio that it worked on.
    attempts
        How often, with this audio and this version of the stage.
    retry
        Whether it is to be tried again in the next run.
    """

    track_id: int
    path: Path
    stage: str
    version: str
    identity: str
    error_type: str
    message: str
    hint: str | None
    attempts: int
    at: str
    retry: bool


@dataclass(frozen=True, slots=True)
class SonicResult:
    """What the sonic stage found out about one track.

    Attributes
    ----------
    analysis
        Tempo, beats and grid; ``analysis.duration_s`` is that of the decoded audio.
    vectors
        Segment to vector, shape (d,), finite, all of one length; ``full`` must be among them.
    spans
        Segment to its start and end in seconds, for every segment but ``full``.
    spec_version, mode
        Of the vectors.
    audio_hash
        Of the decoded audio, or None.
    detector_version
        Of the beat detector, or None.
    segment_energy
        Segment to the mean of the energy curve within it, 0..1; empty where there is no curve.
    """

    analysis: TrackAnalysis
    vectors: Mapping[str, FloatArray]
    spans: Mapping[str, tuple[float, float]]
    spec_version: Version
    mode: str
    audio_hash: str | None = None
    detector_version: str | None = None
    segment_energy: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The stored analysis of a track; ``identity`` says of which audio."""

    track_id: int
    identity: str
    detector: str | None
    detector_version: str | None
    fallback: str | None
    tempo: Tempo | None
    beats: Beats | None
    grid: BeatGrid | None
    tag_bpm: float | None
    structure: Structure | None = None
    key: Key | None = None
    loudness: Loudness | None = None


@dataclass(frozen=True, slots=True)
class SonicRow:
    """A track with its vectors, as the artifacts need it; the arrays are read-only.

    Attributes
    ----------
    key, key_confidence
        As heard, canonical.
    tag_key
        As the file says, in any notation.
    energy
        1 to 10.
    energies
        Segment to its energy, 0..1.
    """

    track_id: int
    path: Path
    title: str | None
    artist: str | None
    album: str | None
    album_artist: str | None
    bpm: float | None
    bpm_confidence: float | None
    key: str | None
    key_confidence: float | None
    tag_key: str | None
    energy: int | None
    loudness_lufs: float | None
    duration_s: float | None
    mode: str
    genres: tuple[str, ...]
    vectors: Mapping[str, FloatArray]
    energies: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command that wrote.

    Attributes
    ----------
    finished_at, outcome
        None while it goes on; ``outcome`` is ``died`` for one that was killed.
    report
        As given to `edm.library.runs.finish`; empty before.
    """

    id: int
    started_at: str
    finished_at: str | None
    command: str
    pid: int
    host: str
    outcome: str | None
    report: Mapping[str, Any] = field(default_factory=dict)
