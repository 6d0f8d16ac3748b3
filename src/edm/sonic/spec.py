"""What each number of a sonic vector means: one table, with a version.

Nothing outside of this module counts positions. A vector is put together by name (`assemble`), read by name
(`values_by_name`), and cut into families by the slices in `FAMILIES`. Whoever changes how any dimension is computed, or
which there are, raises `SPEC_VERSION`; vectors of two versions must not be compared (`require_version`).

Every dimension but ``loudness.lufs`` stays the same when the track is made louder or softer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edm.errors import InputError
from edm.model import FloatArray

__all__ = [
    "CEPSTRA",
    "CONTRAST_BANDS_HZ",
    "DIMENSIONS",
    "FAMILIES",
    "LAGS_BEATS",
    "PITCH_CLASSES",
    "SPEC_VERSION",
    "Dimension",
    "assemble",
    "names",
    "require_version",
    "values_by_name",
]

SPEC_VERSION = 1

CEPSTRA = tuple(range(1, 14))
"""Mel cepstra that are kept; the 0th is the level."""

CONTRAST_BANDS_HZ = (40.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 11000.0)
"""Edges of the bands of the spectral contrast."""

LAGS_BEATS = {"1_4": 1 / 4, "1_3": 1 / 3, "1_2": 1 / 2, "3_4": 3 / 4, "1": 1.0, "2": 2.0, "4": 4.0}
"""Lags of the tempogram, in beats, by the name that stands in the dimension."""

PITCH_CLASSES = ("c", "c_sharp", "d", "d_sharp", "e", "f", "f_sharp", "g", "g_sharp", "a", "a_sharp", "b")

_INTERVALS = (
    "unison",
    "minor_second",
    "major_second",
    "minor_third",
    "major_third",
    "fourth",
    "tritone",
    "fifth",
    "minor_sixth",
    "major_sixth",
    "minor_seventh",
    "major_seventh",
)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One number of a vector.

    Attributes
    ----------
    name
        ``family.what``; unique.
    unit
        ``1`` for a ratio or a share.
    family
        ``rhythm``, ``timbre``, ``harmony`` or ``loudness``.
    meaning
        One line.
    """

    name: str
    unit: str
    family: str
    meaning: str


def _rhythm() -> list[tuple[str, str, str]]:
    rows = [
        ("tempo", "octaves", "tempo against 120 BPM; 0 where there is none"),
        ("onset_rate", "1/s", "onsets a second"),
        ("onset_contrast", "1", "standard deviation of the onset strength, by its mean"),
        ("onset_floor", "1", "median of the onset strength, by its mean: high where sound is busy throughout"),
        ("onset_share_low", "1", "share of the onset strength that lies below 150 Hz"),
        ("onset_share_high", "1", "share of the onset strength that lies above 2 kHz"),
        ("beat_strength", "1", "logarithm of the onset strength on the beats, by its mean"),
    ]
    rows += [
        (f"lag_{name}", "1", f"self-similarity of the onsets, lag in beats: {name.replace('_', '/')}")
        for name in LAGS_BEATS
    ]
    rows += [
        ("at_1_4", "1", "onset strength a quarter past the beat, by that on all four quarters"),
        ("at_1_2", "1", "onset strength half-way between beats, by that on all four quarters"),
        ("at_3_4", "1", "onset strength a quarter before the beat, by that on all four quarters"),
        ("low_on_beat", "1", "share of the low onsets (kick) that fall on the beat"),
        ("low_off_beat", "1", "share of the low onsets that fall half-way between beats"),
        ("high_on_beat", "1", "share of the high onsets (hats) that fall on the beat"),
        ("high_off_beat", "1", "share of the high onsets that fall half-way between beats"),
        ("swing_8", "1", "onsets two thirds into the beat against those half-way, -1 to 1"),
        ("swing_16", "1", "onsets a twelfth late for the quarters of the beat against those on time, -1 to 1"),
        ("regularity", "1", "share of the onsets' variance that the mean bar of four beats explains"),
    ]
    return rows


def _timbre() -> list[tuple[str, str, str]]:
    rows = []
    for k in CEPSTRA:
        rows.append((f"mfcc_{k}_median", "dB", f"mel cepstrum {k}, median"))
    for k in CEPSTRA:
        rows.append((f"mfcc_{k}_iqr", "dB", f"mel cepstrum {k}, spread between the quartiles"))
    for k in CEPSTRA:
        rows.append((f"mfcc_{k}_delta", "dB", f"mel cepstrum {k}, change from frame to frame"))
    for low, high in pairwise(CONTRAST_BANDS_HZ):
        rows.append((f"contrast_{low:.0f}", "dB", f"peaks over valleys of the spectrum, {low:.0f} to {high:.0f} Hz"))
    for name, unit, meaning in (
        ("centroid", "octaves", "centre of the spectrum, over 1 kHz"),
        ("bandwidth", "octaves", "width of the spectrum about its centre, over 1 kHz"),
        ("rolloff", "octaves", "frequency below which 85 % of the energy lies, over 1 kHz"),
        ("flatness", "dB", "geometric by arithmetic mean of the spectrum: noise 0, tones far below"),
        ("flux", "1", "how much of the spectrum's shape changes from frame to frame, 0 to 1"),
        ("zero_crossings", "octaves", "zero crossings a second, over 1000"),
    ):
        rows.append((f"{name}_median", unit, f"{meaning}; median"))
        rows.append((f"{name}_iqr", unit, f"{meaning}; spread between the quartiles"))
    for name, meaning in (("low", "below 150 Hz"), ("mid", "150 Hz to 2 kHz"), ("high", "2 to 11 kHz")):
        rows.append((f"energy_{name}", "dB", f"share of the energy {meaning}"))
    return rows


def _harmony() -> list[tuple[str, str, str]]:
    rows = [(f"chroma_{name}", "1", f"share of pitch class {name.replace('_', ' ')}") for name in PITCH_CLASSES]
    rows += [
        (f"above_tonic_{name}", "1", f"share of the {name.replace('_', ' ')} over the major (or relative major) tonic")
        for name in _INTERVALS
    ]
    rows += [
        (f"circle_{k}", "1", f"strength of the {k}-fold symmetry of the pitch classes; the same in every key")
        for k in range(1, 7)
    ]
    for name in ("fifths", "minor_thirds", "major_thirds"):
        for axis in ("x", "y"):
            rows.append(
                (f"tonnetz_{name}_{axis}", "1", f"centre of the harmony on the circle of {name.replace('_', ' ')}")
            )
    rows += [
        ("mode", "1", "best major key's fit less best minor key's, -2 to 2"),
        ("key_clarity", "1", "fit of the likeliest key, -1 to 1"),
        ("entropy", "1", "evenness of the twelve pitch classes: 0 one alone, 1 all alike; median"),
        ("entropy_iqr", "1", "the same; spread between the quartiles"),
        ("change", "1", "distance that the harmony moves in the tonnetz from one span to the next; median"),
    ]
    return rows


def _loudness() -> list[tuple[str, str, str]]:
    return [
        ("lufs", "LUFS", "integrated loudness (ITU-R BS.1770-4, mono), at least -70"),
        ("range", "LU", "loudness range (EBU Tech 3342)"),
        ("crest", "dB", "largest sample over the root mean square"),
        ("punch", "dB", "the same within each tenth of a second; median"),
        ("level_spread", "dB", "level of each span, spread between the quartiles"),
    ]


DIMENSIONS: tuple[Dimension, ...] = tuple(
    Dimension(f"{family}.{name}", unit, family, meaning)
    for family, rows in (
        ("rhythm", _rhythm()),
        ("timbre", _timbre()),
        ("harmony", _harmony()),
        ("loudness", _loudness()),
    )
    for name, unit, meaning in rows
)
"""Every dimension, in the order of the vector; families lie together."""


def _slices() -> dict[str, slice]:
    families = [dimension.family for dimension in DIMENSIONS]
    firsts = {family: families.index(family) for family in families}
    return {family: slice(first, first + families.count(family)) for family, first in firsts.items()}


FAMILIES: dict[str, slice] = _slices()
"""Where each family lies in a vector."""


def names() -> tuple[str, ...]:
    """Names of all dimensions, in the order of the vector."""
    return tuple(dimension.name for dimension in DIMENSIONS)


def assemble(values: Mapping[str, float]) -> FloatArray:
    """A vector of shape (dimensions,) from its values by name.

    Raises
    ------
    InputError
        If a name is missing or unknown, or a value is not finite.
    """
    expected = names()
    missing = [name for name in expected if name not in values]
    unknown = sorted(set(values) - set(expected))
    if missing or unknown:
        raise InputError(f"these are not the dimensions of spec {SPEC_VERSION}: missing {missing}, unknown {unknown}")
    vector = np.array([values[name] for name in expected], dtype=np.float32)
    if not np.isfinite(vector).all():
        raise InputError(
            f"not finite: {[name for name, x in zip(expected, vector, strict=True) if not np.isfinite(x)]}"
        )
    return vector


def values_by_name(vector: FloatArray) -> dict[str, float]:
    """The values of a vector of this spec, by name.

    Raises
    ------
    InputError
        If the length is another one.
    """
    if vector.shape != (len(DIMENSIONS),):
        raise InputError(f"a vector of spec {SPEC_VERSION} has {len(DIMENSIONS)} dimensions, not {vector.shape}")
    return dict(zip(names(), vector.tolist(), strict=True))


def require_version(spec_version: int) -> None:
    """Check that vectors of `spec_version` can be read by this table.

    Raises
    ------
    InputError
        If it is another version.
    """
    if spec_version != SPEC_VERSION:
        raise InputError(
            f"sonic vectors of spec {spec_version} cannot be compared with those of spec {SPEC_VERSION}",
            hint="run the sonic stage again",
        )
