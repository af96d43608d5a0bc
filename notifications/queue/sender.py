"""The sender: sends what is due, at least once, under one id (design decision 9).

It claims under a lease, reads the record again right before the send, sends outside any transaction, and says what
came of it in a fact. If it dies in between, the lease runs out and whoever comes next sends again, with the same id.
"""

from __future__ import annotations

import random
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import structlog

from notifications.channels.channel import SendFailed
from notifications.queue.delivery import FAILED, REMINDER, SENT, WITHDRAWN
from notifications.queue.origins import IncidentPages, Reminders
from notifications.queue.queue import Queue
from notifications.queue.retry import TryAgain, after_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from incidents.incidents import Incidents
    from incidents.ledger.facts import Record
    from notifications.channels.channel import Channel
    from notifications.message.message import Composer
    from notifications.queue.delivery import Delivery
    from notifications.queue.origins import Origin

_log = structlog.get_logger(__name__)


class Sender:
    """Sends deliveries, several lanes at once. Any number of senders may run, in one process or many."""

    def __init__(
        self,
        incidents: Incidents,
        composer: Composer,
        channels: Mapping[str, Channel],
        *,
        at_once: int = 16,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Take the channels by name (others' deliveries are left alone), and how many lanes may be busy at once.

        `chance` gives a number from 0 to 1.
        """
        self._incident_pages = IncidentPages(incidents, composer)
        self._reminders = Reminders(incidents.ledger, composer)
        self._clock = incidents.ledger.clock
        self._queue = Queue(incidents.ledger.engine)
        self._channels = channels
        self._at_once = at_once
        self._chance = chance
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="sender")
        self._in_flight: set[Future[None]] = set()

    def run_once(self) -> int:
        """Claim what is due and start sending it; give how many. It does not wait for them: a slow one delays none."""
        self._in_flight = {future for future in self._in_flight if not future.done()}
        free = self._at_once - len(self._in_flight)
        claimed = self._queue.claim(list(self._channels), self._clock.now(), most=free) if free else []
        self._in_flight |= {self._pool.submit(self._deliver, delivery) for delivery in claimed}
        return len(claimed)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, for what is being sent; True once nothing is."""
        return not wait(self._in_flight, timeout).not_done

    def close(self) -> None:
        """Finish what is being sent, and stop."""
        self._pool.shutdown()

    def _deliver(self, delivery: Delivery) -> None:
        """Deliver, and never let a failure pass unseen; whatever it was, the lease runs out and it is tried again."""
        try:
            self._deliver_if_needed(delivery)
        except Exception:  # noqa: BLE001 - a thread of the pool would swallow it unseen
            _log.exception("delivery_interrupted", delivery=delivery.id, stream=delivery.stream)

    def _deliver_if_needed(self, delivery: Delivery) -> None:
        origin = self._origin(delivery)
        record = origin.get(delivery.stream)
        if (why := origin.unneeded(delivery, record)) is not None:
            self._withdraw(origin, delivery, why)
            return
        now = self._clock.now()
        if now >= delivery.leased_until:  # this process stood still, and the delivery may be somebody else's by now
            return
        failure = self._send(origin, delivery, record, now)
        if failure is None:
            self._queue.attempted(delivery, self._clock.now(), SENT, None)
            origin.say(delivery, SENT, _as_it_is, tries=delivery.tries)
        else:
            self._failed(origin, delivery, failure)

    def _origin(self, delivery: Delivery) -> Origin[Any]:
        return self._reminders if delivery.kind == REMINDER else self._incident_pages

    def _send(self, origin: Origin[Any], delivery: Delivery, record: Record, now: datetime) -> SendFailed | None:
        """Make one attempt. A defect of ours counts as a failure too, so that it is counted, and given up, like one."""
        try:
            message = origin.compose(delivery, record, now)
            address = origin.address(delivery, record, now)
            self._channels[delivery.channel].send(message, delivery, address)
        except SendFailed as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - a channel may raise anything
            _log.exception("send_broke", delivery=delivery.id, channel=delivery.channel)
            return SendFailed(f"internal error: {type(error).__name__}")
        return None

    def _failed(self, origin: Origin[Any], delivery: Delivery, failure: SendFailed) -> None:
        now = self._clock.now()
        match after_failure(failure, delivery.tries, now, self._chance()):
            case TryAgain() as again:
                self._queue.postpone(delivery, now, again, failure.detail)
            case _:
                self._queue.attempted(delivery, now, FAILED, failure.detail)
                origin.say(delivery, FAILED, _as_it_is, tries=delivery.tries, detail=failure.detail)
        _log.warning("send_failed", delivery=delivery.id, channel=delivery.channel, detail=failure.detail)

    def _withdraw(self, origin: Origin[Any], delivery: Delivery, why: str) -> None:
        """Withdraw, unless it has come to be needed again since we looked."""

        def still(record: Record) -> bool:
            return origin.unneeded(delivery, record) is not None

        origin.say(delivery, WITHDRAWN, still, tries=delivery.tries - 1, why=why)


def _as_it_is(_: Record) -> bool:
    """What was done is so, whatever has become of the record since."""
    return True
