"""How likely one section ends and another begins between two bars.

A linear model of the cues; its weights were fitted by ``benchmarks/fit_structure.py``.
"""

from __future__ import annotations

import numpy as np

from edm.analysis.structure.cues import CUES
from edm.analysis.structure.weights import EDGE, EDGE_BIAS
from edm.model import FloatArray, TimeArray

__all__ = ["edge_log_odds"]


def edge_log_odds(cues: FloatArray) -> TimeArray:
    """Log-odds of each edge between two bars, shape (n - 1,), of cues of shape (n - 1, len(CUES))."""
    odds: TimeArray = cues.astype(np.float64) @ np.array([EDGE[name] for name in CUES]) + EDGE_BIAS
    return odds
