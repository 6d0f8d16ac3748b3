"""The stage ``artifacts``: what the library knows of its sound and its genres, as matrices in one file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edm.artifacts.rows import ArtifactRow, FeatureSpec
from edm.conditions import parse_condition
from edm.errors import ArtifactError
from edm.pipeline.stage import Preview, RunRequest, StageReport, Telling

if TYPE_CHECKING:
    from edm.artifacts.selection import RowTest
    from edm.library import Library

__all__ = ["MATRICES", "ArtifactsStage", "matrices_mark", "matrices_path"]

MATRICES = "data_matrices.npz"


def matrices_path(request: RunRequest) -> Path:
    """Where the matrices are."""
    return request.artifacts_dir / MATRICES


class ArtifactsStage:
    """Dense matrices of all tracks with sonic features."""

    name = "artifacts"

    def check(self, request: RunRequest) -> None:
        """Check what the matrices are to be made of.

        Raises
        ------
        InputError
            For conditions, families or a variant that do not exist.
        """
        from edm.artifacts.matrices import choose_families
        from edm.artifacts.scaling import check_variant

        _tests(request)
        choose_families(_spec(), include=request.include or None, exclude=request.exclude or None)
        check_variant(request.variant)

    def preview(self, library: Library, request: RunRequest) -> Preview:
        """Whether the matrices are those of the library."""
        path = matrices_path(request)
        if not request.force and _is_current(request, matrices_mark(library, request.artifacts_dir)):
            return Preview(self.name, {}, note=f"{path} is up to date")
        reason = "forced" if request.force and path.exists() else "changed" if path.exists() else "new"
        return Preview(self.name, {reason: 1}, note=f"would build {path}")

    def run(self, library: Library, request: RunRequest, telling: Telling) -> StageReport:
        """Build the matrices, unless the library and the settings are those that they were built from.

        Without any track there are none: older ones stay, and the report says so.

        Raises
        ------
        InputError
            For conditions, families or a variant that do not exist, and for overrides of genres that make no sense.
        ArtifactError
            If no track meets the conditions, or they cannot be written.
        """
        from edm.artifacts.matrices import build_matrices
        from edm.artifacts.npz import write_matrices
        from edm.artifacts.selection import select_rows
        from edm.pipeline.artifact_genres import add_genres, read_genres
        from edm.sonic.spec import SPEC_VERSION

        began = time.perf_counter()
        self.check(request)
        tests = _tests(request)
        path, mark = matrices_path(request), matrices_mark(library, request.artifacts_dir)
        if not request.force and _is_current(request, mark):
            details = {"path": str(path), "up_to_date": True}
            return StageReport(self.name, skipped=1, seconds=time.perf_counter() - began, details=details)
        genres = read_genres(library, path.parent)
        rows = _rows(library, str(SPEC_VERSION), genres.weights)
        first = next(rows, None)
        if first is None:
            # A drive that is not mounted must not cost the matrices either.
            warnings = (f"no track has sonic features yet; {path} was not built",)
            return StageReport(self.name, seconds=time.perf_counter() - began, warnings=warnings)
        matrices = build_matrices(
            select_rows(chain([first], rows), tests),
            _spec(),
            fingerprint=mark,
            settings=_settings(request),
            variant=request.variant,
            include=request.include or None,
            exclude=request.exclude or None,
        )
        if tests and not len(matrices):
            raise ArtifactError(f"no track meets {', '.join(request.where)}", hint="ask for less with --where")
        path.parent.mkdir(parents=True, exist_ok=True)
        matrices = add_genres(matrices, genres, path.parent)
        write_matrices(matrices, path)
        seconds = time.perf_counter() - began
        return StageReport(
            self.name,
            done=len(matrices),
            failed=len(matrices.dropped),
            seconds=seconds,
            track_seconds=seconds,
            details={
                "path": str(path),
                "up_to_date": False,
                "dimensions": int(matrices.X_sonic.shape[1]),
                "genres": len(genres.vocab),
                "tracks_with_genres": sum(number in genres.weights for number in matrices.track_ids.tolist()),
            },
            warnings=tuple(f"{one.path}: left out: {one.reason}" for one in matrices.dropped),
        )


def matrices_mark(library: Library, folder: Path) -> str:
    """What changes when the matrices would: of the library, and of the file of overrides beside them."""
    from edm.library.stats import fingerprint
    from edm.pipeline.artifact_genres import genres_mark

    return f"{fingerprint(library)}-{genres_mark(folder)}"


def _is_current(request: RunRequest, mark: str) -> bool:
    from edm.artifacts.npz import is_current
    from edm.genres.similarity_file import SIMILARITY_NAME

    path = matrices_path(request)
    return path.with_name(SIMILARITY_NAME).exists() and is_current(path, mark, _settings(request))


def _settings(request: RunRequest) -> dict[str, Any]:
    return {
        "variant": request.variant,
        "where": list(request.where),
        "include": list(request.include),
        "exclude": list(request.exclude),
    }


def _tests(request: RunRequest) -> list[RowTest]:
    from edm.artifacts.selection import RowTest

    conditions = [parse_condition(text) for text in request.where]
    return [RowTest(condition.column, condition.met_by) for condition in conditions]


def _spec() -> FeatureSpec:
    from edm.sonic.spec import DIMENSIONS, FAMILIES, SPEC_VERSION

    return FeatureSpec(
        version=str(SPEC_VERSION),
        names=tuple(dimension.name for dimension in DIMENSIONS),
        units=tuple(dimension.unit for dimension in DIMENSIONS),
        families=FAMILIES,
    )


def _rows(library: Library, spec_version: str, weights: Mapping[int, Mapping[str, float]]) -> Iterator[ArtifactRow]:
    from edm.library.results import iter_sonic_rows

    for row in iter_sonic_rows(library, spec_version=spec_version):
        yield ArtifactRow(
            track_id=row.track_id,
            path=str(row.path),
            artist=row.artist or "",
            title=row.title or "",
            album=row.album or "",
            album_artist=row.album_artist or "",
            bpm=row.bpm,
            bpm_confidence=row.bpm_confidence,
            key=row.key or _canonical(row.tag_key),
            key_confidence=row.key_confidence,
            energy=row.energy,
            energy_start=row.energies.get("start"),
            energy_end=row.energies.get("end"),
            loudness_lufs=row.loudness_lufs,
            duration_s=row.duration_s,
            # What edm makes of the tags, and the tags: a condition may ask for either.
            genres=tuple(dict.fromkeys((*weights.get(row.track_id, ()), *row.genres))),
            vectors=row.vectors,
            spec_version=spec_version,
        )


def _canonical(tag_key: str | None) -> str | None:
    """A tag's key as ours are written; as it stands where it names none that we know."""
    from edm.model.keys import parse_key

    found = None if tag_key is None else parse_key(tag_key)
    return tag_key if found is None else found.name
