"""Scores of one track's structure: boundaries, labels, drops, energy.

What a reference does not say is not scored: its metrics are None. Where it says something and there is no estimate,
they are 0. The first and the last boundary never count (the track begins and ends, and nobody is praised for saying
so), and labels and drops count inside the annotated range only. Times are seconds.

The parts: `edm.evaluation.boundaries`, `edm.evaluation.labels`, `edm.evaluation.layout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edm.evaluation.boundaries import hit_rates, inner_boundaries, median_offset_s
from edm.evaluation.labels import ReferenceKind, is_drop, known_label, playing_share
from edm.evaluation.layout import Layout, Span
from edm.evaluation.metrics import STRUCTURE_METRICS
from edm.evaluation.pairwise import pairwise
from edm.model import TimeArray

__all__ = ["NO_LABEL", "StructureScore", "label_seconds", "rank_correlation", "score_structure"]

# The windows of the field (MIREX, structural segmentation).
_NARROW_S, _WIDE_S = 0.5, 3.0
# A boundary a bar off is within a bar, though two grids never agree to the last digit: the usual window of a beat.
_SAME_BEAT_S = 0.07
# Ranks of fewer sections say nothing.
_LEAST_RANKED = 3

NO_LABEL = "unknown"
"""Label of what the estimate calls by a name that we do not know, or does not mention."""

_SCORED: dict[ReferenceKind, tuple[str, ...]] = {
    "labels": ("boundary", "pairwise", "label", "boundaries_on"),
    "boundaries": ("boundary", "pairwise", "boundaries_on"),
    "energy": ("boundary", "boundaries_on", "energy"),
    "drops": (),
}


@dataclass(frozen=True, slots=True)
class StructureScore:
    """What one track's structure is worth.

    Attributes
    ----------
    scores
        A value for each key of `edm.evaluation.metrics.STRUCTURE_METRICS`; None where there is none.
    label_seconds
        By label of the reference and label of the estimate, in seconds; empty where labels are not scored.
    reference_boundaries, estimated_boundaries
        How many count.
    reference_drops, estimated_drops
        How many count; None where the reference tells nothing of drops.
    """

    scores: dict[str, float | None]
    label_seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    reference_boundaries: int = 0
    estimated_boundaries: int = 0
    reference_drops: int | None = None
    estimated_drops: int | None = None


def score_structure(
    reference: Layout,
    estimate: Layout | None,
    *,
    kind: ReferenceKind | None,
    tells_drops: bool,
    bar_s: float | None = None,
) -> StructureScore:
    """All scores of one track.

    Parameters
    ----------
    reference
        The truth.
    estimate
        None, where there is none, scores 0 in all that the reference tells.
    kind
        What the reference's sections can be held against; None where it has none.
    tells_drops
        Whether the reference's ``drops_s`` are all the drops there are, so that none is an answer too.
    bar_s
        Length of a bar; None leaves the scores by the bar without a value.

    Returns
    -------
    StructureScore
        ``boundaries_on_bars`` is None where no downbeats are known or nothing inside the track is a boundary.
    """
    scores: dict[str, float | None] = dict.fromkeys(STRUCTURE_METRICS)
    begins = _SCORED[kind] if kind is not None else ()
    if estimate is None:
        told = [key for key in scores if key.startswith((*begins, "drop") if tells_drops else begins)]
        told = [key for key in told if STRUCTURE_METRICS[key].unit != "ms" and (bar_s or not key.endswith("_bar"))]
        if reference.spans and all(span.label is None for span in reference.spans):
            told = [key for key in told if not key.startswith("pairwise")]
        return StructureScore(
            scores | dict.fromkeys(told, 0.0),
            reference_boundaries=len(_boundaries(reference)) if begins else 0,
            reference_drops=len(_drops(reference)) if tells_drops else None,
            estimated_drops=0 if tells_drops else None,
        )
    ours, theirs = (_boundaries(estimate), _boundaries(reference)) if begins else (np.zeros(0), np.zeros(0))
    if begins:
        scores |= _boundary_scores(theirs, ours, bar_s)
        scores["boundaries_on_bars"] = _share_on_bars(ours, estimate, reference)
    if "pairwise" in begins:
        rates = pairwise(reference.spans, estimate.spans)
        if rates is not None:
            scores |= {"pairwise_precision": rates.precision, "pairwise_recall": rates.recall, "pairwise_f": rates.f}
    seconds: dict[str, dict[str, float]] = {}
    if kind == "labels":
        seconds = label_seconds(reference.spans, estimate.spans)
        total = sum(sum(row.values()) for row in seconds.values())
        scores["label_accuracy"] = sum(row.get(name, 0.0) for name, row in seconds.items()) / total if total else None
    if kind == "energy":
        scores["energy_correlation"] = _energy_correlation(reference.spans, estimate)
    found, true = _inside(_drops(estimate), reference), _drops(reference)
    if tells_drops:
        scores |= _drop_scores(true, found, bar_s)
    return StructureScore(
        scores,
        seconds,
        reference_boundaries=len(theirs),
        estimated_boundaries=len(ours),
        reference_drops=len(true) if tells_drops else None,
        estimated_drops=len(found) if tells_drops else None,
    )


def label_seconds(reference: Sequence[Span], estimate: Sequence[Span]) -> dict[str, dict[str, float]]:
    """For how long the estimate has which label while the reference has which.

    Parameters
    ----------
    reference, estimate
        In order of time; time whose name in the reference we do not know is left out.

    Returns
    -------
    dict
        By label of the reference, then by label of the estimate or `NO_LABEL`; seconds, more than 0.
    """
    seconds: dict[str, dict[str, float]] = {}
    for true in reference:
        label = known_label(true.label)
        if label is None:
            continue
        row = seconds.setdefault(label, {})
        told = 0.0
        for span in estimate:
            shared = min(true.end_s, span.end_s) - max(true.start_s, span.start_s)
            if shared > 0:
                name = known_label(span.label) or NO_LABEL
                row[name] = row.get(name, 0.0) + shared
                told += shared
        # A billionth of a second is what adding up leaves over.
        if (untold := true.end_s - true.start_s - told) > 1e-9:
            row[NO_LABEL] = row.get(NO_LABEL, 0.0) + untold
    return seconds


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's correlation, equal values sharing their ranks; -1..1.

    None where there are fewer than three values or all of ``one`` are equal; 0 where all of ``other`` are.
    """
    from scipy.stats import rankdata

    if len(one) < _LEAST_RANKED or min(one) == max(one):
        return None
    if min(other) == max(other):
        return 0.0
    correlation = np.corrcoef(rankdata(one), rankdata(other))[0, 1]
    return float(np.clip(correlation, -1.0, 1.0))


def _boundaries(layout: Layout) -> TimeArray:
    return inner_boundaries([(span.start_s, span.end_s) for span in layout.spans])


def _drops(layout: Layout) -> TimeArray:
    return np.zeros(0) if layout.drops_s is None else layout.drops_s


def _boundary_scores(reference_s: TimeArray, estimate_s: TimeArray, bar_s: float | None) -> dict[str, float | None]:
    narrow = hit_rates(reference_s, estimate_s, window_s=_NARROW_S)
    wide = hit_rates(reference_s, estimate_s, window_s=_WIDE_S)
    offset_s = median_offset_s(reference_s, estimate_s, window_s=_WIDE_S)
    scores: dict[str, float | None] = {
        "boundary_f_0p5s": narrow.f,
        "boundary_precision_0p5s": narrow.precision,
        "boundary_recall_0p5s": narrow.recall,
        "boundary_f_3s": wide.f,
        "boundary_precision_3s": wide.precision,
        "boundary_recall_3s": wide.recall,
        "boundary_offset_ms": None if offset_s is None else 1000 * offset_s,
    }
    if bar_s is not None:
        scores["boundary_f_half_bar"] = hit_rates(reference_s, estimate_s, window_s=bar_s / 2).f
        scores["boundary_f_1_bar"] = hit_rates(reference_s, estimate_s, window_s=bar_s + _SAME_BEAT_S).f
    return scores


def _drop_scores(reference_s: TimeArray, estimate_s: TimeArray, bar_s: float | None) -> dict[str, float | None]:
    windows = {"3s": _WIDE_S} if bar_s is None else {"3s": _WIDE_S, "1_bar": bar_s + _SAME_BEAT_S}
    scores: dict[str, float | None] = {}
    for name, window_s in windows.items():
        rates = hit_rates(reference_s, estimate_s, window_s=window_s)
        scores |= {
            f"drop_f_{name}": rates.f,
            f"drop_precision_{name}": rates.precision,
            f"drop_recall_{name}": rates.recall,
        }
    return scores


def _inside(drops_s: TimeArray, reference: Layout) -> TimeArray:
    """Drops where the reference tells of the track at all, and a window to either side."""
    if not reference.spans or all(is_drop(span.label) for span in reference.spans):
        return drops_s
    low_s, high_s = reference.spans[0].start_s - _WIDE_S, reference.spans[-1].end_s + _WIDE_S
    return drops_s[(drops_s >= low_s) & (drops_s <= high_s)]


def _share_on_bars(boundaries_s: TimeArray, *grids: Layout) -> float | None:
    downbeats_s = next((grid.downbeats_s for grid in grids if grid.downbeats_s is not None), None)
    if downbeats_s is None or not len(downbeats_s) or not len(boundaries_s):
        return None
    after = np.clip(np.searchsorted(downbeats_s, boundaries_s), 1, max(len(downbeats_s) - 1, 1))
    near = downbeats_s[np.minimum(np.stack([after - 1, after]), len(downbeats_s) - 1)]
    return float(np.mean(np.abs(near - boundaries_s).min(axis=0) <= _SAME_BEAT_S))


def _energy_correlation(reference: Sequence[Span], estimate: Layout) -> float | None:
    shares, energies = [], []
    for span in reference:
        share, energy = playing_share(span.label), _mean_energy(span, estimate)
        if share is not None and energy is not None:
            shares.append(share)
            energies.append(energy)
    return rank_correlation(shares, energies)


def _mean_energy(span: Span, estimate: Layout) -> float | None:
    """Mean of the estimated energy over a stretch of time; None where nothing is said of it."""
    curve = estimate.energy
    if curve is not None and len(curve.times_s):
        starts = curve.times_s
        # The last value holds for as long as there is something to score.
        ends = np.append(starts[1:], max(float(starts[-1]), span.end_s))
        values = np.asarray(curve.values, dtype=np.float64)
    else:
        told = [(other.start_s, other.end_s, other.energy) for other in estimate.spans if other.energy is not None]
        if not told:
            return None
        starts, ends, values = np.array(told, dtype=np.float64).T
    weights = np.maximum(np.minimum(ends, span.end_s) - np.maximum(starts, span.start_s), 0.0)
    total = float(weights.sum())
    return float(weights @ values / total) if total > 0 else None
