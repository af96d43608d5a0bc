"""Counts what goes out by HTTP, around the poster: messages of webhook subscriptions, and calls of the watchdog."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from api.metrics import counted
from notifications.posting.poster import LONGEST, Poster
from notifications.posting.verdict import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.ledger.clock import Clock
    from notifications.posting.poster import Answer
    from notifications.posting.reachable import Network


class WebhookPoster(Poster):
    """Counts each attempt to send a subscription's message, how long it took, and whether it was taken."""

    def __init__(self, allowed: Sequence[Network], clock: Clock) -> None:
        """Take where it may send to."""
        super().__init__(allowed)
        self._clock = clock

    def post(
        self, url: str, content: bytes, headers: Mapping[str, str], *, most: int = 0, seconds: float = LONGEST
    ) -> Answer:
        """POST. SendFailed."""
        outcome = counted.FAILED
        began = time.monotonic()
        try:
            answer = super().post(url, content, headers, most=most, seconds=seconds)
            if refusal(answer, self._clock.now()) is None:
                outcome = counted.SENT
        finally:
            counted.WEBHOOK_ATTEMPT_DURATION.observe(time.monotonic() - began)
            counted.WEBHOOK_ATTEMPTS.labels(outcome).inc()
        return answer


class WatchdogPoster(Poster):
    """Counts each call of the watchdog, and whether it was taken."""

    def __init__(self, allowed: Sequence[Network], clock: Clock) -> None:
        """Take where it may call; from now on the calls that did not happen can be seen."""
        super().__init__(allowed)
        self._clock = clock
        for outcome in (counted.SENT, counted.FAILED):
            counted.WATCHDOG_CALLS.labels(outcome)

    def get(self, url: str, headers: Mapping[str, str], *, most: int = 0, seconds: float = LONGEST) -> Answer:
        """GET. SendFailed."""
        outcome = counted.FAILED
        try:
            answer = super().get(url, headers, most=most, seconds=seconds)
            if refusal(answer, self._clock.now()) is None:
                outcome = counted.SENT
        finally:
            counted.WATCHDOG_CALLS.labels(outcome).inc()
        return answer
