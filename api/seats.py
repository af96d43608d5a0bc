"""Seats for those who wait: each takes up one of the threads that answer requests, so only so many may."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Mapping


class AllSeatsTaken(TocsinError):
    """Too many streams, exports and waiting requests are under way. Come again after `Retry-After` seconds."""

    code = "all_seats_taken"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class Seats:
    """The seats of one process. Nobody has more than half of them, so that there are some for others."""

    def __init__(self, most: int) -> None:
        """Take how many there are."""
        self._most = most
        self._share = (most + 1) // 2
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, who: str) -> ExitStack:
        """Take a seat for somebody; closing what is given, once or more often, leaves it. AllSeatsTaken."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[who] >= self._share:
                raise AllSeatsTaken
            self._taken[who] += 1
        seat = ExitStack()
        seat.callback(self._leave, who)
        return seat

    def _leave(self, who: str) -> None:
        with self._lock:
            self._taken[who] -= 1
            self._taken += Counter()  # forgets those who have none
