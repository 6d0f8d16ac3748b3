"""What goes on in each section."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from edm.analysis.structure.features import BarFeatures
from edm.model import FloatArray, IntArray, MusicKind, SectionLabel

__all__ = ["Labelled", "label_sections"]

_FULL = 0.8  # of the energy of the fullest sections: as full as a drop
_CONTRAST = 0.12  # of the energy: less is the same all the way
_LONGEST_BUILDUP = 16  # bars


@dataclass(frozen=True, slots=True)
class Labelled:
    """Label of each section with its probability, and which family they come from."""

    kind: MusicKind
    labels: tuple[SectionLabel, ...]
    probabilities: tuple[float, ...]


def label_sections(features: BarFeatures, curve: FloatArray, bars: IntArray) -> Labelled:
    """Label the sections that begin with bar 0 and with ``bars``."""
    edges = [0, *bars.tolist(), len(features)]
    spans = list(itertools.pairwise(edges))
    energy = np.array([curve[a:b].mean() for a, b in spans])
    bass = np.array([(features.bass[a:b] + 12.0 * features.kick[a:b]).mean() for a, b in spans])
    if len(spans) < 3 or float(energy.max() - energy.min()) < _CONTRAST:
        other: SectionLabel = "other"
        return Labelled("unclear", (other,) * len(spans), (0.3,) * len(spans))
    top = float(np.quantile(energy, 0.9))
    full = (energy >= _FULL * top) & (bass >= np.median(bass))
    labels: list[SectionLabel] = []
    for number, (a, b) in enumerate(spans):
        label: SectionLabel = "drop" if full[number] else "breakdown"
        rising = number + 1 < len(spans) and full[number + 1] and energy[number] < energy[number + 1]
        if label == "breakdown" and rising and b - a <= _LONGEST_BUILDUP:
            label = "buildup"
        labels.append(label)
    first_full, last_full = int(np.argmax(full)), len(full) - 1 - int(np.argmax(full[::-1]))
    for number in range(len(spans)):
        if number < first_full and labels[number] != "buildup":
            labels[number] = "intro"
        elif number > last_full:
            labels[number] = "outro"
    return Labelled("club", tuple(labels), (0.5,) * len(spans))
