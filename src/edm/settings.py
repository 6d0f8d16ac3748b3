"""The settings there are: their names, types, limits, defaults, and what they mean.

Where their values come from is `edm.config`'s business.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

__all__ = [
    "AnalysisSettings",
    "ArtifactsSettings",
    "GenresSettings",
    "LibrarySettings",
    "ModelsSettings",
    "OutputSettings",
    "PlaylistSettings",
    "Settings",
    "SonicSettings",
]


def _none_if_zero(value: object) -> object:
    return None if not isinstance(value, bool) and value in (0, "", "0") else value


def _no_boolean(value: object) -> object:
    # Pydantic would take true for 1.
    if isinstance(value, bool):
        raise ValueError("should be a number")
    return value


def _split_list(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


_OptionalCount = Annotated[int | None, BeforeValidator(_none_if_zero), BeforeValidator(_no_boolean)]
_OptionalNumber = Annotated[float | None, BeforeValidator(_none_if_zero), BeforeValidator(_no_boolean)]
_Whole = Annotated[int, BeforeValidator(_no_boolean)]
_Names = Annotated[tuple[str, ...], BeforeValidator(_split_list)]
_OptionalPath = Annotated[Path | None, BeforeValidator(_none_if_zero)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AnalysisSettings(_Section):
    """What is asked of a track, and by how many workers."""

    types: _Names = Field(
        default=("bpm", "beats", "structure", "key", "loudness"),
        min_length=1,
        description="Estimates to make: bpm, beats, structure, key, loudness.",
    )
    detector: str = Field(
        default="auto",
        min_length=1,
        description="Beat detector: network (published networks, best), flux (needs no networks), "
        "librosa (for comparison), or auto: the best one that is installed.",
    )
    min_bpm: _OptionalNumber = Field(default=None, gt=0, description="Hard lower limit of the reported tempo; 0: none.")
    max_bpm: _OptionalNumber = Field(default=None, gt=0, description="Hard upper limit of the reported tempo; 0: none.")
    metadata: Literal["use", "ignore", "prefer"] = Field(
        default="use",
        description="BPM tags in the files. use: reported, and may break a tie; ignore: not read; prefer: a "
        "plausible tag stands in for the analysis of tempo.",
    )
    default_workers: _Whole = Field(
        default=-1,
        ge=-1,
        description="Worker processes when --workers is not given; -1: as many as cores and memory allow.",
    )
    max_workers: _OptionalCount = Field(
        default=None,
        gt=0,
        description="Cap on the number of workers, whoever asks; never raises it; 0: no cap. Also EDM_MAX_WORKERS.",
    )
    timeout_s: _OptionalNumber = Field(default=None, gt=0, description="Seconds that one track may take; 0: no limit.")

    @model_validator(mode="after")
    def _check(self) -> AnalysisSettings:
        if self.min_bpm is not None and self.max_bpm is not None and self.min_bpm >= self.max_bpm:
            raise ValueError(f"min_bpm ({self.min_bpm:g}) should be less than max_bpm ({self.max_bpm:g})")
        if self.default_workers == 0:
            raise ValueError("default_workers should be at least 1, or -1 for as many as fit")
        return self


class ModelsSettings(_Section):
    """Where the published networks are, and where they come from."""

    dir: _OptionalPath = Field(
        default=None, description="Folder of the networks; empty: our cache, then the installed madmom package."
    )
    url: str = Field(
        default="https://raw.githubusercontent.com/CPJKU/madmom_models/7e3dc1b0cad499792767074d03c38b194b9b0a79/",
        pattern=r"^https?://",
        description="Where `edm models fetch` gets them; every file is checked by SHA-256.",
    )


class LibrarySettings(_Section):
    """Where the library is."""

    database: _OptionalPath = Field(
        default=None, description="The library, one file; empty: in your data folder. Also EDM_DB."
    )
    artifacts_dir: _OptionalPath = Field(
        default=None, description="Folder of the matrices; empty: artifacts, beside the database."
    )


class SonicSettings(_Section):
    """How sonic features are taken."""

    mode: Literal["auto", "beat", "windowed"] = Field(
        default="auto",
        description="auto: from beat to beat, in windows of a second where beats fail. Also: beat, windowed.",
    )


class GenresSettings(_Section):
    """Which services are asked for genres."""

    lastfm_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key of Last.fm, whose listeners know most; empty: it is not asked. Free at "
        "https://www.last.fm/api/account/create. Better in EDM_GENRES__LASTFM_API_KEY than in a file that is shared.",
    )
    lastfm_url: str = Field(
        default="https://ws.audioscrobbler.com/2.0/", pattern=r"^https?://", description="Where Last.fm is."
    )
    musicbrainz: bool = Field(
        default=True, description="Whether MusicBrainz is asked, where Last.fm knows nothing or is not asked."
    )
    musicbrainz_url: str = Field(
        default="https://musicbrainz.org/ws/2/", pattern=r"^https?://", description="Where MusicBrainz is."
    )
    contact: str = Field(
        default="",
        description="Mail address or page that the services may write to; MusicBrainz asks for one. It goes to them "
        "and nowhere else; empty: they learn that a private music library asks.",
    )
    none_expires_days: _OptionalNumber = Field(
        default=30.0, gt=0, description="Days after which a service that knew nothing is asked again; 0: never."
    )
    found_expires_days: _OptionalNumber = Field(
        default=None, gt=0, description="Days after which a service that knew something is asked again; 0: never."
    )
    lastfm_per_s: _OptionalNumber = Field(
        default=None, gt=0, description="Requests a second; 0: what Last.fm allows, 5, which it never passes there."
    )
    musicbrainz_per_s: _OptionalNumber = Field(
        default=None, gt=0, description="Requests a second; 0: what MusicBrainz allows, 1, which it never passes there."
    )


class ArtifactsSettings(_Section):
    """How the matrices are made."""

    variant: str = Field(
        default="tower",
        min_length=1,
        description="Scaling: raw, zscore, robust, robust_whiten or tower (each family scaled and reduced for itself).",
    )


class PlaylistSettings(_Section):
    """What playlists keep to, and what counts in a transition."""

    mode: Literal["narrow", "dynamic", "discover"] = Field(
        default="dynamic",
        description="How far from the seeds: narrow (the nearest twentieth of the library), dynamic (the nearest "
        "quarter), discover (far, and without what is nearest).",
    )
    key_rule: Literal["off", "compatible", "strict"] = Field(
        default="compatible",
        description="Keys that may follow each other. compatible: a step on the Camelot wheel, or relative; "
        "strict: the same, or relative; off: all.",
    )
    max_stretch_pct: _OptionalNumber = Field(
        default=6.0, gt=0, description="Percent by which a track is sped up or slowed down to fit; 0: any."
    )
    max_per_artist: _OptionalCount = Field(default=2, gt=0, description="Tracks by one artist; 0: any number.")
    min_gap: _Whole = Field(default=4, ge=0, description="Other tracks between two by one artist.")
    min_duration_s: float = Field(default=30.0, ge=0, description="Shorter tracks are left out.")
    max_duration_s: float = Field(default=1200.0, gt=0, description="Longer tracks are left out.")
    genre_weight: float = Field(default=60.0, ge=0, description="What genres count for, beside the other weights.")
    sonic_weight: float = Field(default=40.0, ge=0, description="What sound counts for.")
    tempo_weight: float = Field(default=40.0, ge=0, description="What a small change of pitch counts for.")
    key_weight: float = Field(default=40.0, ge=0, description="What keys that go together count for.")
    energy_weight: float = Field(default=20.0, ge=0, description="What an even energy counts for.")
    aliases: _Names = Field(
        default=(), description='Other names of artists: ["AFX = Aphex Twin"]; they then count as one.'
    )

    @model_validator(mode="after")
    def _check(self) -> PlaylistSettings:
        if self.min_duration_s >= self.max_duration_s:
            raise ValueError(
                f"min_duration_s ({self.min_duration_s:g}) should be less than max_duration_s ({self.max_duration_s:g})"
            )
        if not self.genre_weight + self.sonic_weight:
            raise ValueError("genre_weight and sonic_weight should not both be 0")
        for alias in self.aliases:
            if [bool(name.strip()) for name in alias.split("=")] != [True, True]:
                raise ValueError(f"aliases should be written as 'other name = name', not {alias!r}")
        return self


class OutputSettings(_Section):
    """How results and progress are shown."""

    format: Literal["auto", "table", "json", "jsonl", "csv", "yaml"] = Field(
        default="auto", description="auto: a table on a terminal, else jsonl. Also: table, json, jsonl, csv, yaml."
    )
    key_notation: Literal["standard", "camelot", "openkey"] = Field(
        default="standard", description="How keys are written: standard (A minor), camelot (8A), openkey (1m)."
    )
    progress: Literal["auto", "plain", "json", "none"] = Field(
        default="auto",
        description="auto: a live board on a terminal, else plain. plain: a line now and then. Also: json, none.",
    )


class Settings(_Section):
    """Everything that can be set, checked."""

    analysis: AnalysisSettings = AnalysisSettings()
    models: ModelsSettings = ModelsSettings()
    library: LibrarySettings = LibrarySettings()
    sonic: SonicSettings = SonicSettings()
    genres: GenresSettings = GenresSettings()
    artifacts: ArtifactsSettings = ArtifactsSettings()
    playlist: PlaylistSettings = PlaylistSettings()
    output: OutputSettings = OutputSettings()
