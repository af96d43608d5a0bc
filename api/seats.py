"""Seats for those who wait: each takes up one of the threads that answer requests, so only so many may."""

from __future__ import annotations

import threading
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
    """The seats of one process."""

    def __init__(self, most: int) -> None:
        """Take how many there are."""
        self._free = threading.Semaphore(most)

    def take(self) -> ExitStack:
        """Take a seat; closing what is given, once or more often, leaves it. AllSeatsTaken."""
        if not self._free.acquire(blocking=False):
            raise AllSeatsTaken
        seat = ExitStack()
        seat.callback(self._free.release)
        return seat
