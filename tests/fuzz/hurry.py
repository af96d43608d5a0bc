"""Time that passes for those who wait, and for nobody else: streams and long polls live their whole lives at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from api.http import event_stream
from api.http.resources import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Hurry:
    """Stands for the module `time` and for the bell at once."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._now = 0.0

    def monotonic(self) -> float:
        """Give the seconds that somebody has waited."""
        return self._now

    @contextmanager
    def heard(self) -> Iterator[Callable[[float], None]]:
        """Give what lets time pass, in which nothing is committed."""
        yield self._pass

    def _pass(self, seconds: float) -> None:
        self._now += seconds


@contextmanager
def hurried() -> Iterator[Hurry]:
    """Let time pass so for whoever waits for events; give the bell to wait with."""
    hurry = Hurry()
    with patch.object(events, "time", hurry), patch.object(event_stream, "time", hurry):
        yield hurry
