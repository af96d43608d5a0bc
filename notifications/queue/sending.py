"""Sending one parcel: each of its deliveries is looked at again, the message sent, the outcome told (decision 9)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from notifications.channels.channel import Bundling, SendFailed
from notifications.message.bundle import Bundle, Part
from notifications.queue.delivery import FAILED, REMINDER, SENT, WITHDRAWN
from notifications.queue.expiry import EXPIRED, expired, expires_at
from notifications.queue.origins import IncidentPages, Reminders
from notifications.queue.retry import TryAgain, after_failure
from notifications.queue.tried import Tried

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from incidents.incidents import Incidents
    from incidents.ledger.facts import Record
    from notifications.channels.channel import Channel
    from notifications.message.message import Composer, Message
    from notifications.queue.bundling import Parcel
    from notifications.queue.delivery import Delivery
    from notifications.queue.origins import Origin
    from notifications.queue.queue import Queue

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Ready:
    """What can be sent."""

    delivery: Delivery
    message: Message
    address: str


class Sending:
    """Sends parcels, and says of each delivery what came of it."""

    def __init__(self, incidents: Incidents, composer: Composer, queue: Queue, chance: Callable[[], float]) -> None:
        """Take what knows the records, what finds the words, where attempts are kept, and a number from 0 to 1."""
        self._incident_pages = IncidentPages(incidents, composer)
        self._reminders = Reminders(incidents.ledger, composer)
        self._clock = incidents.ledger.clock
        self._queue = queue
        self._chance = chance

    def send(self, parcel: Parcel, channel: Channel) -> None:
        """Send what is still needed of a parcel, as one message."""
        found = [self._ready(delivery) for delivery in parcel.deliveries]
        ready = [each for each in found if each is not None and not self._lost(each.delivery)]
        if not ready:
            return
        began = time.perf_counter()
        failure = self._hand_over(ready, channel)
        took_ms = int((time.perf_counter() - began) * 1000)
        for each in ready:
            self._came_of(each.delivery, failure, took_ms)

    def review(self, delivery: Delivery) -> None:
        """Withdraw a delivery that nobody has in hand, if it is not needed any more; fail it, if it is too old."""
        origin = self._origin(delivery)
        why = origin.unneeded(delivery, origin.get(delivery.stream))
        if why is not None:
            self._withdraw(origin, delivery, why, delivery.tries - delivery.refused)
        elif expired(delivery, self._clock.now()):
            origin.say(delivery, FAILED, _as_it_is, tries=delivery.tries, detail=EXPIRED)

    def _ready(self, delivery: Delivery) -> _Ready | None:
        """Find what to send and where to; None: it was withdrawn, or has failed, and its record says so."""
        origin, before = self._origin(delivery), delivery.tries - 1
        record = origin.get(delivery.stream)
        if (why := origin.unneeded(delivery, record)) is not None:
            self._withdraw(origin, delivery, why, before - delivery.refused)
            return None
        now = self._clock.now()
        if expired(delivery, now):
            origin.say(delivery, FAILED, _as_it_is, tries=before, detail=EXPIRED)
            return None
        try:
            return _Ready(delivery, origin.compose(delivery, record, now), origin.address(delivery, record, now))
        except SendFailed as failure:
            self._came_of(delivery, failure, None)
        except Exception as error:  # noqa: BLE001 - a defect of ours is counted, and given up, like any failure
            self._came_of(delivery, _broke(delivery, error), None)
        return None

    def _lost(self, delivery: Delivery) -> bool:
        """Whether this process stood still, so that the delivery may be somebody else's by now."""
        return self._clock.now() >= delivery.leased_until

    def _hand_over(self, ready: Sequence[_Ready], channel: Channel) -> SendFailed | None:
        """Make one attempt."""
        first = ready[0]
        try:
            if len(ready) > 1 and isinstance(channel, Bundling):
                channel.send_bundle(Bundle(tuple(Part(each.delivery, each.message) for each in ready)), first.address)
            else:
                channel.send(first.message, first.delivery, first.address)
        except SendFailed as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - a channel may raise anything
            return _broke(first.delivery, error)
        return None

    def _came_of(self, delivery: Delivery, failure: SendFailed | None, took_ms: int | None) -> None:
        """Keep an attempt; say its outcome if it is final, else wait for the next."""
        origin, now = self._origin(delivery), self._clock.now()
        if failure is None:
            self._queue.attempted(delivery, SENT, Tried(now, took_ms))
            origin.say(delivery, SENT, _as_it_is, tries=delivery.tries)
            return
        tried = Tried(now, took_ms, failure.detail, failure.unclear)
        match after_failure(failure, delivery.tries_now, now, self._chance()):
            case TryAgain(due_at, rest):
                self._queue.postpone(delivery, TryAgain(min(due_at, expires_at(delivery)), rest), tried)
            case _:
                self._queue.attempted(delivery, FAILED, tried)
                origin.say(delivery, FAILED, _as_it_is, tries=delivery.tries, detail=failure.detail)
        _log.warning("send_failed", delivery=delivery.id, channel=delivery.channel, detail=failure.detail)

    def _withdraw(self, origin: Origin[Any], delivery: Delivery, why: str, tries: int) -> None:
        """Withdraw, unless it has come to be needed again since we looked; `tries` may have reached somebody."""

        def still(record: Record) -> bool:
            return origin.unneeded(delivery, record) is not None

        origin.say(delivery, WITHDRAWN, still, tries=tries, why=why)

    def _origin(self, delivery: Delivery) -> Origin[Any]:
        return self._reminders if delivery.kind == REMINDER else self._incident_pages


def _as_it_is(_: Record) -> bool:
    """What was done is so, whatever has become of the record since."""
    return True


def _broke(delivery: Delivery, error: Exception) -> SendFailed:
    _log.exception("send_broke", delivery=delivery.id, channel=delivery.channel)
    return SendFailed(f"internal error: {type(error).__name__}", unclear=True)
