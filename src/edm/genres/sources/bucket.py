"""How fast a service may be asked: one token bucket for each.

Ours and not a library's: the usual ones fix their rate when they are made and sleep by themselves, while here a
service may ask for a lower rate or for a pause in the middle of a run, and tests hand in clock and sleep.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

__all__ = ["LASTFM_PER_S", "MUSICBRAINZ_PER_S", "TokenBucket"]

LASTFM_PER_S = 5.0
MUSICBRAINZ_PER_S = 1.0
# A service that keeps complaining is asked at an eighth of the rate at last: slow, and still done some day.
_FLOOR = 1 / 8


class TokenBucket:
    """Lets calls through at a rate, on average; safe to share between threads.

    Parameters
    ----------
    rate_per_s
        Calls a second, > 0; infinite means no limit.
    burst
        Calls that may follow one another at once after a rest, >= 1.
    clock
        Seconds, monotonic.
    sleep
        Waits for a number of seconds.
    """

    def __init__(
        self,
        rate_per_s: float,
        *,
        burst: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not rate_per_s > 0 or not burst >= 1:
            raise ValueError(f"rate {rate_per_s} must be above 0 and burst {burst} at least 1")
        self._rate = self._first_rate = rate_per_s
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = burst
        self._seen_s = clock()

    @property
    def rate_per_s(self) -> float:
        """Calls a second at present."""
        return self._rate

    def acquire(self) -> None:
        """Take one token, waiting for it if need be; callers are served in the order they come."""
        with self._lock:
            self._refill()
            # Below zero, tokens are promised to those who wait already.
            self._tokens -= 1
            wait_s = -self._tokens / self._rate
        if wait_s > 0:
            self._sleep(wait_s)

    def slow_down(self) -> None:
        """Halve the rate, down to an eighth of the first one, for good."""
        if math.isinf(self._rate):
            return
        with self._lock:
            self._refill()
            self._rate = max(self._rate / 2, self._first_rate * _FLOOR)

    def _refill(self) -> None:
        now_s = self._clock()
        gained = (now_s - self._seen_s) * self._rate if now_s > self._seen_s else 0.0
        self._tokens = min(self._burst, self._tokens + gained)
        self._seen_s = max(now_s, self._seen_s)
