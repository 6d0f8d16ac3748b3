"""Whether two runs differ by more than chance would have it: tests on pairs, one pair a track.

Both tests ask one thing: if it were the toss of a coin, track by track, which run gets the better of two values, how
often would the runs be at least as different as they are? Both are exact for up to 50 tracks that differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edm.errors import InputError
from edm.model import TimeArray

__all__ = ["PairedTest", "holm", "paired_test"]

# scipy's own limit for the exact distribution. Beyond, the normal one is off by less than 3e-4 around p = 0.05.
_EXACT_UP_TO = 50

# Values are stored with six digits; without this, 0.3 - 0.2 and 0.2 - 0.1 would have different ranks.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class PairedTest:
    """What a test says of pairs.

    Attributes
    ----------
    name
        ``mcnemar`` for hits and misses, ``wilcoxon`` for all else.
    p
        Two-sided, 0 to 1; 1 where no pair differs.
    direction
        1 where the test finds b larger, -1 where it finds a larger, 0 for neither.
    """

    name: Literal["mcnemar", "wilcoxon"]
    p: float
    direction: int


def paired_test(a: TimeArray, b: TimeArray) -> PairedTest:
    """Test of pairs for a difference: McNemar's where all values are 0 or 1, Wilcoxon's signed ranks else.

    McNemar's test is the exact one, a binomial test of the pairs that differ. Pairs without a difference are left out
    of the signed ranks [1]_; ranks that tie are averaged, in the exact distribution too.

    Parameters
    ----------
    a, b
        Shape (n,), finite.

    Raises
    ------
    InputError
        If the arrays differ in length.

    References
    ----------
    .. [1] Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945.
    """
    if a.shape != b.shape:
        raise InputError(f"{len(a)} values do not go with {len(b)}")
    difference = np.round(b - a, _DIGITS)
    difference = difference[difference != 0]
    if np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all():
        gained, lost = int(np.sum(difference > 0)), int(np.sum(difference < 0))
        return PairedTest("mcnemar", _mcnemar(gained, lost), int(np.sign(gained - lost)))
    return _wilcoxon(difference)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """P values that hold for all tests together: the smallest times their number, the next times one less, … [1]_.

    Parameters
    ----------
    p_values
        By the name of the test.

    Returns
    -------
    dict
        In the order given; never less than the value itself, never more than 1.

    References
    ----------
    .. [1] Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2),
       1979.
    """
    adjusted: dict[str, float] = {}
    largest = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p_values}


def _mcnemar(gained: int, lost: int) -> float:
    from scipy.stats import binomtest

    if not gained + lost:
        return 1.0
    return float(binomtest(gained, gained + lost, 0.5).pvalue)


def _wilcoxon(difference: TimeArray) -> PairedTest:
    from scipy.stats import rankdata, wilcoxon

    if not len(difference):
        return PairedTest("wilcoxon", 1.0, 0)
    # Ranks that tie are halves at worst: doubled, all are whole.
    ranks = np.rint(2 * rankdata(np.abs(difference))).astype(np.int64)
    total, positive = int(ranks.sum()), int(ranks[difference > 0].sum())
    if len(difference) <= _EXACT_UP_TO:
        p = _exact_p(ranks.tolist(), min(positive, total - positive))
    else:
        p = float(wilcoxon(difference).pvalue)
    return PairedTest("wilcoxon", p, int(np.sign(2 * positive - total)))


def _exact_p(ranks: list[int], smaller: int) -> float:
    """Chance of a sum of ranks at most ``smaller``, or as far on the other side, if each sign is a coin's.

    scipy's exact distribution knows no ties, and its normal one calls five equal gains significant, at 0.025; a coin
    falls five times on one side in 2 of 32 throws.
    """
    chances = np.zeros(sum(ranks) + 1)
    chances[0] = 1.0
    for rank in ranks:
        chances *= 0.5
        chances[rank:] += chances[:-rank].copy()
    return min(1.0, 2 * float(chances[: smaller + 1].sum()))
