"""One deadline for all of a request: looking the name up, connecting, TLS, writing and reading.

A timeout for each step would let a peer that drips one byte at a time hold its thread as long as it likes.
"""

from __future__ import annotations

import time


class Deadline:
    """Counts down from when it is made, by the monotonic clock: it bounds how long threads wait, no more."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Give the seconds that are left, or `most` where that is less. TimeoutError once none are."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if most is None else min(left, most)
