"""The sender: sends what is due, at least once, under one id (design decision 9).

It claims under a lease, reads the incident again right before the send, sends outside any transaction, and says what
came of it in a fact. If it dies in between, the lease runs out and whoever comes next sends again, with the same id.
"""

from __future__ import annotations

import random
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from incidents import happenings as h
from notifications.channels import SendFailed
from notifications.delivery import FAILED, SENT
from notifications.message import seen_by
from notifications.queue import Queue
from notifications.relevance import already_settled, no_longer_needed
from notifications.retry import TryAgain, after_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.incidents import Incidents
    from notifications.channels import Channel
    from notifications.delivery import Delivery
    from notifications.message import Composer

SENDER = "sender"
"""The actor of what the sender says."""

NOT_THEIRS = "not_theirs"
"""Why a delivery is withdrawn: for its recipient's party there is no such incident."""

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
        self._incidents = incidents
        self._clock = incidents.ledger.clock
        self._queue = Queue(incidents.ledger.engine)
        self._composer = composer
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
        incident = self._incidents.get(delivery.stream)
        if (why := self._settled(delivery, incident)) is not None:
            self._withdraw(delivery, why)
            return
        now = self._clock.now()
        if now >= delivery.leased_until:  # this process stood still, and the delivery may be somebody else's by now
            return
        failure = self._send(delivery, incident, now)
        if failure is None:
            self._queue.attempted(delivery, self._clock.now(), SENT, None)
            self._say(delivery, h.PageSent, tries=delivery.tries)
        else:
            self._failed(delivery, failure)

    def _settled(self, delivery: Delivery, incident: Incident) -> str | None:
        agreement = self._composer.agreement_of(incident)
        if seen_by(delivery, incident, agreement) is None:
            return NOT_THEIRS
        return no_longer_needed(delivery, incident, agreement)

    def _send(self, delivery: Delivery, incident: Incident, now: datetime) -> SendFailed | None:
        """Make one attempt. A defect of ours counts as a failure too, so that it is counted, and given up, like one."""
        try:
            message = self._composer.compose(delivery, incident, now)
            self._channels[delivery.channel].send(message, delivery)
        except SendFailed as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - a channel may raise anything
            _log.exception("send_broke", delivery=delivery.id, channel=delivery.channel)
            return SendFailed(f"internal error: {type(error).__name__}")
        return None

    def _failed(self, delivery: Delivery, failure: SendFailed) -> None:
        now = self._clock.now()
        match after_failure(failure, delivery.tries, now, self._chance()):
            case TryAgain() as again:
                self._queue.postpone(delivery, now, again, failure.detail)
            case _:
                self._queue.attempted(delivery, now, FAILED, failure.detail)
                self._say(delivery, h.PageFailed, tries=delivery.tries, detail=failure.detail)
        _log.warning("send_failed", delivery=delivery.id, channel=delivery.channel, detail=failure.detail)

    def _withdraw(self, delivery: Delivery, why: str) -> None:
        """Withdraw, unless it has come to be needed again since we looked."""

        def tell(incident: Incident, at: datetime) -> None:
            if self._settled(delivery, incident) is not None:
                _tell(delivery, h.PageWithdrawn, {"tries": delivery.tries - 1, "why": why}, incident, at)

        self._incidents.witness(delivery.stream, tell)

    def _say(self, delivery: Delivery, outcome: type[h.SystemEvent], **values: object) -> None:
        self._incidents.witness(delivery.stream, partial(_tell, delivery, outcome, values))


def _tell(
    delivery: Delivery, outcome: type[h.SystemEvent], values: dict[str, Any], incident: Incident, at: datetime
) -> None:
    """Record an outcome, once: a delivery that was sent again after a crash has one already."""
    if not already_settled(delivery, incident):
        whom = {name: getattr(delivery, name) for name in ("kind", "recipient", "channel")} | {"delivery": delivery.id}
        incident.tell(outcome, at, by=SENDER, **whom, **values)
