"""Iterating over sequenced events, waiting for more at the end."""

from __future__ import annotations

from collections import deque
from threading import Event
from typing import TYPE_CHECKING

from eventsourcing.persistence import ApplicationRecorder, Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventsourcing.persistence import Notification

POLL_SECONDS = 0.25
BATCH = 200


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Sequenced events one by one, polled for: a LISTEN can be missed or die, a poll can't."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        """Begin after position `gt`, or at the first event; `topics` are type names, and none means all."""
        super().__init__(recorder, gt, topics)
        self._read_ahead: deque[Notification] = deque()
        self._stopped = Event()

    def stop(self) -> None:
        """Stop, and wake whoever waits for the next event."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        """Give the next event, waiting for it if need be; StopIteration once stopped."""
        while not self._stopped.is_set():
            if self._read_ahead:
                return self._read_ahead.popleft()
            self._read_ahead.extend(
                self._recorder.select_notifications(
                    self._last_notification_id, BATCH, topics=self._topics, inclusive_of_start=False
                )
            )
            if self._read_ahead:
                self._last_notification_id = self._read_ahead[-1].id
            else:
                self._stopped.wait(POLL_SECONDS)
        raise StopIteration
