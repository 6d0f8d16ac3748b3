"""Which simple ratio an estimated tempo bears to the true one: the octave is not the only way to be wrong.

2/3, 3/4 and their inverses come from dotted and triplet rhythms; no score of the field tells them from chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypedDict

from edm.errors import InputError
from edm.evaluation.tempo import TEMPO_BANDS, is_near, validate_bpm

__all__ = ["CONFUSIONS", "ConfusionMatrix", "confusion", "confusion_matrix"]

_RATIOS = {
    "1/3": 1 / 3,
    "1/2": 1 / 2,
    "2/3": 2 / 3,
    "3/4": 3 / 4,
    "1": 1.0,
    "4/3": 4 / 3,
    "3/2": 3 / 2,
    "2": 2.0,
    "3": 3.0,
}

CONFUSIONS = (*_RATIOS, "other", "none")
"""Estimate over reference, ``1`` is right; ``none``: no estimate."""


class ConfusionMatrix(TypedDict):
    """Counts of tracks, a row for each tempo band and one for ``all``, in the order of ``ratios``."""

    ratios: list[str]
    rows: dict[str, list[int]]


def confusion(reference_bpm: float, estimate_bpm: float | None, *, tolerance: float = 0.04) -> str:
    """Name of the ratio that an estimate bears to its reference.

    Parameters
    ----------
    tolerance
        Relative to the reference times the ratio, as that of Accuracy2.

    Returns
    -------
    str
        One of `CONFUSIONS`: of the ratios within the tolerance the nearest in octaves, else ``other``; ``none``
        without an estimate.

    Raises
    ------
    InputError
        If a tempo is not finite or not more than 0.
    """
    validate_bpm("reference", reference_bpm)
    if estimate_bpm is None:
        return "none"
    validate_bpm("estimate", estimate_bpm)
    octaves = math.log2(estimate_bpm) - math.log2(reference_bpm)
    near = [name for name, k in _RATIOS.items() if is_near(estimate_bpm, k * reference_bpm, tolerance)]
    return min(near, key=lambda name: abs(octaves - math.log2(_RATIOS[name])), default="other")


def confusion_matrix(bands: Sequence[str], names: Sequence[str]) -> ConfusionMatrix:
    """How many tracks of each tempo band bear which ratio.

    Parameters
    ----------
    bands
        Of `edm.evaluation.tempo.TEMPO_BANDS`, one a track.
    names
        Of `CONFUSIONS`, one a track.

    Returns
    -------
    ConfusionMatrix
        All bands in their order, also those without tracks, then ``all``.

    Raises
    ------
    InputError
        If the two differ in length or hold another name.
    """
    if len(bands) != len(names):
        raise InputError(f"{len(bands)} tempo bands do not go with {len(names)} ratios")
    if strange := (set(bands) - set(TEMPO_BANDS)) | (set(names) - set(CONFUSIONS)):
        raise InputError(f"no tempo band or ratio is called {min(strange)!r}")
    rows = {band: [0] * len(CONFUSIONS) for band in (*TEMPO_BANDS, "all")}
    for band, name in zip(bands, names, strict=True):
        column = CONFUSIONS.index(name)
        rows[band][column] += 1
        rows["all"][column] += 1
    return {"ratios": list(CONFUSIONS), "rows": rows}
