"""The rules that a transition alone can break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edm.model import FloatArray
from edm.playlist.request import Rule, Rules
from edm.playlist.scores import KEY_SCORES, Tempo

if TYPE_CHECKING:
    from edm.playlist.pool import Levels

__all__ = ["broken_edges"]

# Float32 sums of scores differ by this much, and pitches in percent.
_SLACK, _SLACK_PCT = 1e-6, 1e-3


def broken_edges(
    scores: FloatArray, tempo: Tempo, relations: NDArray[np.int8], *, rules: Rules, levels: Levels
) -> dict[Rule, NDArray[np.bool_]]:
    """Which transitions break which rules; arrays of the shape that comes in.

    What is not known cannot keep a rule.
    """
    broken: dict[Rule, NDArray[np.bool_]] = {"floor": scores < levels.floor - _SLACK}
    if rules.allowed_relations is not None:
        allowed = [place for place, name in enumerate(KEY_SCORES) if name in rules.allowed_relations]
        broken["key_rule"] = ~np.isin(relations, allowed)
    if rules.max_stretch_pct is not None:
        broken["max_stretch"] = ~(np.abs(tempo.stretch_pct) <= rules.max_stretch_pct + _SLACK_PCT)
    return broken
