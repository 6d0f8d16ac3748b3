"""Arrays by what they hold: float32 for samples and spectra, float64 for times."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FloatArray",
    "IntArray",
    "TimeArray",
]

FloatArray: TypeAlias = NDArray[np.float32]
TimeArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
