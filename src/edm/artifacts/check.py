"""Whether matrices are sound, and whether their space says anything about music.

Sound: shapes, finite numbers, unique ids, no constant columns, a scaling that gives what is there, segments that
differ, lengths of vectors, genres. Says anything: tracks of one album, one artist or one genre lie nearer than chance,
for each way of scaling (see `edm.artifacts.retrieval`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from edm.artifacts.finding import Finding
from edm.artifacts.genre_check import genre_findings, strongest_genres
from edm.artifacts.matrices import Matrices
from edm.artifacts.retrieval import Retrieval, retrieval
from edm.artifacts.rows import NUMBERS
from edm.artifacts.scaling import VARIANTS, fit, transform
from edm.model import FloatArray

__all__ = ["CheckReport", "Finding", "check", "check_record"]

_BLOCK_ROWS = 8192
_COLUMNS = ("track_paths", "track_artists", "track_titles", "artist_keys", "album_keys", "key", *NUMBERS)
_SCALED = ("X_sonic", "X_sonic_start", "X_sonic_mid", "X_sonic_end")
# Shorter tracks may be their own beginning, middle and end.
_LONG_S = 90.0
# Of long tracks: loops and silence may repeat exactly, but not in many tracks.
_MOST_ALIKE = 0.05
_SHORTEST = 1e-6
_NAMED = 5
# Of float32, between machines that add in another order.
_SAME = 1e-4
# The artist's tracks that are not of the same album.
_ELSEWHERE = "artist, other albums"
# Tracks whose strongest genre is the same and whose artist is not.
_GENRE = "genre, other artists"
# A genre may have a third of the library, all of which is ranked for each track that asks.
_GENRE_QUERIES = 200
# Smallest and largest that a number may be where it is known.
_RANGES = {
    "bpm": (0.0, np.inf),
    "bpm_confidence": (0.0, 1.0),
    "key_confidence": (0.0, 1.0),
    "energy": (1.0, 10.0),
    "energy_start": (0.0, 1.0),
    "energy_end": (0.0, 1.0),
    "loudness_lufs": (-np.inf, np.inf),
    "duration_s": (0.0, np.inf),
}


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes
    ----------
    tracks, features, width
        Rows, columns of the raw matrix, columns of the scaled ones.
    variant
        Scaling of the matrices.
    findings
        In the order of the check.
    retrieval
        By variant and label; empty where no two tracks share a label.
    dropped
        Tracks that are not in the matrices for want of vectors.
    """

    tracks: int
    features: int
    width: int
    variant: str
    findings: tuple[Finding, ...]
    retrieval: tuple[Retrieval, ...]
    dropped: int

    @property
    def ok(self) -> bool:
        """Whether every finding is as it should be; retrieval is for people to judge."""
        return all(finding.ok for finding in self.findings)


def check(matrices: Matrices, *, variants: Sequence[str] | None = None, seed: int = 0) -> CheckReport:
    """Look at everything.

    Parameters
    ----------
    variants
        Ways of scaling whose spaces are compared; None for all. Those that the matrices do not have are fitted to their
        raw matrix.
    seed
        Of the shuffled labels, and of the tracks that ask in a large library.
    """
    findings = tuple(_findings(matrices))
    found: list[Retrieval] = []
    usable = all(finding.ok for finding in findings if finding.name in ("shapes", "finite"))
    if usable:
        albums, artists = matrices.album_keys.tolist(), matrices.artist_keys.tolist()
        labels = {"album": albums, "artist": artists, _ELSEWHERE: artists}
        genres = {_GENRE: strongest_genres(matrices), "artist": artists}
        for variant in VARIANTS if variants is None else variants:
            space = _space(matrices, variant)
            found += retrieval(space, labels, variant=variant, apart={_ELSEWHERE: "album"}, seed=seed)
            by_genre = retrieval(
                space, genres, variant=variant, apart={_GENRE: "artist"}, seed=seed, most_queries=_GENRE_QUERIES
            )
            found += [row for row in by_genre if row.label == _GENRE]
    return CheckReport(
        tracks=len(matrices),
        features=len(matrices.feature_names),
        width=matrices.X_sonic.shape[1],
        variant=matrices.scaling.variant,
        findings=findings,
        retrieval=tuple(row for row in found if row.queries),
        dropped=len(matrices.dropped),
    )


def check_record(report: CheckReport) -> dict[str, Any]:
    """The report as plain values, for JSON."""
    return {**asdict(report), "ok": report.ok}


def _space(matrices: Matrices, variant: str) -> FloatArray:
    raw = matrices.X_sonic_raw
    if variant == matrices.scaling.variant:
        return matrices.X_sonic
    return transform(fit(raw, matrices.families, variant=variant, names=matrices.feature_names), raw)


def _findings(matrices: Matrices) -> Iterator[Finding]:
    n, arrays = len(matrices), _arrays(matrices)
    shapes = _shapes(matrices, arrays)
    yield shapes
    broken = [name for name, X in arrays.items() if not _is_finite(X)]
    yield Finding("finite", not broken, f"not finite: {', '.join(broken)}" if broken else "all numbers are")
    twice = n - len(np.unique(matrices.track_ids))
    yield Finding("unique ids", not twice, f"{twice} ids are there twice" if twice else f"{n} ids, all different")
    yield _constant(matrices)
    if shapes.ok:
        yield _numbers(matrices)
    if shapes.ok and not broken:
        yield _scaled_as_said(matrices)
        yield _segments(matrices)
        yield _lengths({name: arrays[name] for name in _SCALED})
        yield from genre_findings(matrices)


def _arrays(matrices: Matrices) -> dict[str, FloatArray]:
    names = ("X_sonic_raw", *_SCALED, "X_genre_raw", "X_genre_smoothed", "genre_similarity")
    return {name: getattr(matrices, name) for name in names}


def _shapes(matrices: Matrices, arrays: Mapping[str, FloatArray]) -> Finding:
    n, d = len(matrices), len(matrices.feature_names)
    g = len(matrices.genre_vocab)
    expected = dict.fromkeys(_SCALED, (n, matrices.scaling.width)) | {"X_sonic_raw": (n, d)}
    expected |= {"X_genre_raw": (n, g), "X_genre_smoothed": (n, g), "genre_similarity": (g, g)}
    wrong = [f"{name} {X.shape}" for name, X in arrays.items() if X.shape != expected[name]]
    wrong += [name for name in _COLUMNS if len(getattr(matrices, name)) != n]
    wrong += ["genre_idf"] * (len(matrices.genre_idf) != g)
    said = f"{n} tracks, {d} features, {matrices.scaling.width} columns"
    return Finding("shapes", not wrong, f"{', '.join(wrong)} beside {said}" if wrong else said)


def _is_finite(X: FloatArray) -> bool:
    return all(np.isfinite(X[start : start + _BLOCK_ROWS]).all() for start in range(0, len(X), _BLOCK_ROWS))


def _constant(matrices: Matrices) -> Finding:
    if len(matrices) < 2:
        return Finding("no constant columns", True, "too few tracks to tell")
    names = [matrices.feature_names[column] for column in matrices.scaling.constant]
    if not names:
        return Finding("no constant columns", True, "every feature varies")
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return Finding("no constant columns", False, f"constant: {', '.join(names[:_NAMED])}{more}")


def _numbers(matrices: Matrices) -> Finding:
    """Whether every number is NaN or in its range; nothing is sure of a key that there is not."""
    wrong, known = [], []
    for name, (low, high) in _RANGES.items():
        values = getattr(matrices, name)
        there = values[~np.isnan(values)]
        odd = int(np.sum(~((there >= low) & (there <= high) & np.isfinite(there))))
        wrong += [f"{odd} of {name}"] * bool(odd)
        known += [f"{name} of {len(there)}"] * bool(len(there))
    keyless = int(np.sum(~np.isnan(matrices.key_confidence) & (matrices.key.values == "")))
    wrong += [f"{keyless} of key_confidence without a key"] * bool(keyless)
    if wrong:
        return Finding("known numbers", False, f"out of range: {', '.join(wrong)}")
    return Finding("known numbers", True, ", ".join(known) or "none")


def _scaled_as_said(matrices: Matrices) -> Finding:
    """Whether the parameters in the file make, of the first rows, what is beside them."""
    again = transform(matrices.scaling, matrices.X_sonic_raw[:_BLOCK_ROWS])
    found = matrices.X_sonic[:_BLOCK_ROWS]
    furthest = float(np.max(np.abs(again - found), initial=0.0))
    size = float(np.max(np.abs(found), initial=1.0))
    return Finding("scaling", furthest <= _SAME * size, f"scaled again, {furthest:.1g} away at most")


def _segments(matrices: Matrices) -> Finding:
    """Of the tracks that are long enough, how many have a segment that is exactly another."""
    long = np.flatnonzero(matrices.duration_s > _LONG_S)
    parts = {"full": matrices.X_sonic, "start": matrices.X_sonic_start}
    parts |= {"mid": matrices.X_sonic_mid, "end": matrices.X_sonic_end}
    if len(matrices) < 2 or not len(long):
        return Finding("segments differ", True, "too few tracks are long enough to tell")
    names = list(parts)
    worst, most = "", 0
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            alike = sum(
                int(np.sum((parts[first][rows] == parts[second][rows]).all(axis=1)))
                for rows in np.split(long, range(_BLOCK_ROWS, len(long), _BLOCK_ROWS))
            )
            if alike > most:
                worst, most = f"{first} is {second}", alike
    if not most:
        return Finding("segments differ", True, f"in all {len(long)} tracks over {_LONG_S:.0f} s")
    said = f"{worst} in {most} of {len(long)} tracks over {_LONG_S:.0f} s"
    return Finding("segments differ", most <= _MOST_ALIKE * len(long), said)


def _lengths(scaled: Mapping[str, FloatArray]) -> Finding:
    """Lengths of the scaled vectors; one without length is near nothing."""
    lengths = np.concatenate([np.sqrt(np.einsum("ij,ij->i", X, X, dtype=np.float64)) for X in scaled.values()])
    if len(lengths) <= len(scaled):
        return Finding("lengths", True, "too few tracks to tell")
    none = int(np.sum(~(lengths > _SHORTEST)))
    low, middle, high = np.quantile(lengths, (0, 0.5, 1)).tolist()
    said = f"{low:.3g} to {high:.3g}, median {middle:.3g}"
    return Finding("lengths", not none, f"{none} vectors have no length; {said}" if none else said)
