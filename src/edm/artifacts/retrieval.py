"""How well a space of vectors finds what belongs together: other tracks of an album, or of an artist, by cosine.

Every track that has a companion asks for it; all other tracks are ranked by cosine, exactly, in blocks. Of large
libraries a drawn part of the tracks asks, still ranking all. Equal cosines count against: a track is ranked behind all
that are as near, so that vectors which are all alike find nothing.

Tracks of an album share its mastering, which finds artists by itself. A kind of label can therefore leave out the
companions of another kind, from what is looked for and from what is ranked: the artist's tracks on other albums.

The same is done with labels shuffled among the tracks that have one, which is what chance finds in groups of these
sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edm.model import FloatArray, IntArray

__all__ = ["RECALL_AT", "Retrieval", "retrieval"]

RECALL_AT = 10
# With more, the mean over tracks that ask no longer moves by a hundredth.
_MOST_QUERIES = 2000
_SHUFFLES = 3
_BLOCK_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What one space finds by one kind of label.

    Attributes
    ----------
    variant, label
        Names of the space and of the kind of label.
    queries
        Tracks that asked: those with a companion, or a part of them.
    map
        Mean average precision, 0..1.
    recall
        Mean share of companions among the nearest `RECALL_AT`, 0..1; of ten, where there are more than ten.
    shuffled_map, shuffled_recall
        The same by chance.
    """

    variant: str
    label: str
    queries: int
    map: float
    recall: float
    shuffled_map: float
    shuffled_recall: float


@dataclass(slots=True)
class _Score:
    queries: int = 0
    precision: float = 0.0
    recall: float = 0.0

    def means(self) -> tuple[float, float]:
        return (self.precision / self.queries, self.recall / self.queries) if self.queries else (0.0, 0.0)


def retrieval(
    X: FloatArray,
    labels: Mapping[str, Sequence[str]],
    *,
    variant: str,
    apart: Mapping[str, str] | None = None,
    seed: int = 0,
    most_queries: int = _MOST_QUERIES,
) -> list[Retrieval]:
    """What `X` finds, one record a kind of label.

    Parameters
    ----------
    X
        Shape (n, d), finite. A row of zeros is as far from everything as a row at a right angle.
    labels
        n of each kind; empty where a track has none.
    variant
        Name of the space, for the record.
    apart
        Kinds that leave the companions of another kind out, and which.
    seed
        Of who asks, and of the shuffles.
    most_queries
        Tracks that ask at most, over all kinds.
    """
    unit = _unit_rows(X)
    groups = {name: _numbers(values) for name, values in labels.items()}
    rng = np.random.default_rng(seed)
    in_company = np.any([_with_company(group) for group in groups.values()], axis=0)
    asking = np.sort(rng.permutation(np.flatnonzero(in_company))[:most_queries])
    kinds = {name: [group, *(_shuffled(group, rng) for _ in range(_SHUFFLES))] for name, group in groups.items()}
    scores = {name: [_Score() for _ in variants] for name, variants in kinds.items()}
    members = {name: [_members(group) for group in variants] for name, variants in kinds.items()}
    others = apart or {}
    block = max(_BLOCK_BYTES // (4 * max(len(X), 1)), 1)
    for start in range(0, len(asking), block):
        rows = asking[start : start + block]
        near = unit[rows] @ unit.T
        near[np.arange(len(rows)), rows] = -np.inf
        ordered = np.sort(near, axis=1)
        for place, row in enumerate(rows.tolist()):
            for name, variants in kinds.items():
                other = others.get(name)
                left_out = members[other][0][groups[other][row]] if other else asking[:0]
                for group, parts, score in zip(variants, members[name], scores[name], strict=True):
                    companions = parts[group[row]]
                    _count(score, near[place], ordered[place], companions[companions != row], left_out)
    found: list[Retrieval] = []
    for name, (true, *chance) in scores.items():
        by_chance = np.mean([score.means() for score in chance], axis=0).tolist()
        found.append(Retrieval(variant, name, true.queries, *true.means(), *by_chance))
    return found


def _count(score: _Score, near: FloatArray, ordered: FloatArray, companions: IntArray, left_out: IntArray) -> None:
    """Add what one track finds; nothing where it has no companion."""
    if len(left_out):
        companions = companions[~np.isin(companions, left_out)]
    if not len(companions):
        return
    # The track's own -inf is the first of `ordered`, and behind all others in rank.
    ranks = len(ordered) - np.searchsorted(ordered, near[companions], side="left")
    if len(left_out):
        ranks = ranks - (near[left_out] >= near[companions][:, None]).sum(axis=1)
    ranks = np.sort(ranks)
    score.queries += 1
    score.precision += float(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    score.recall += int(np.sum(ranks <= RECALL_AT)) / min(len(ranks), RECALL_AT)


def _unit_rows(X: FloatArray) -> FloatArray:
    lengths = np.sqrt(np.einsum("ij,ij->i", X, X, dtype=np.float64))[:, None]
    unit = np.array(X, dtype=np.float32)
    unit /= np.where(lengths > 0, lengths, 1.0).astype(np.float32)
    return unit


def _numbers(labels: Sequence[str]) -> IntArray:
    """A number for each label, from 0; -1 for none."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(label, len(known)) if label else -1 for label in labels], dtype=np.int64)


def _with_company(group: IntArray) -> NDArray[np.bool_]:
    labelled = group >= 0
    sizes = np.bincount(group[labelled], minlength=1)
    return np.asarray(labelled & (sizes[np.maximum(group, 0)] > 1), dtype=np.bool_)


def _members(group: IntArray) -> list[IntArray]:
    """Rows of each number; the last, which is also that of -1, is empty."""
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group[group >= 0])) + int(np.sum(group < 0))
    parts = np.split(order, np.concatenate([[int(np.sum(group < 0))], ends]))
    return [*parts[1:-1], order[:0]]


def _shuffled(group: IntArray, rng: np.random.Generator) -> IntArray:
    shuffled: IntArray = group.copy()
    shuffled[group >= 0] = rng.permutation(group[group >= 0])
    return shuffled
