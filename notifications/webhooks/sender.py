"""The sender of subscriptions' messages: at least once, each under one id, in order within a stream.

What is sent is what the party may see at that moment. It claims under a lease and sends outside any transaction; if it
dies in between, the lease runs out and whoever comes next sends again, with the same id.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, NamedTuple

import structlog

from notifications.channels.channel import SendFailed
from notifications.posting.envelope import HEADERS
from notifications.posting.poster import LONGEST
from notifications.posting.signing import signed
from notifications.posting.verdict import refusal
from notifications.webhooks import secrets
from notifications.webhooks.log import MOST_BODY, host_of, request_kept, request_struck, response_kept, response_struck
from notifications.webhooks.outcomes import Attempt, Outcomes, Rest
from notifications.webhooks.queue import POOR, Queue, Room
from notifications.webhooks.record import GONE, SILENT
from notifications.webhooks.schedule import GIVEN_UP_AFTER, again_at, opens_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from incidents.ledger.clock import Clock
    from notifications.posting.poster import Poster
    from notifications.webhooks.body import Bodies
    from notifications.webhooks.queue import Claimed

AT_ONCE = 128
"""Threads: most of them wait for somebody's answer."""
FOR_PROVEN = 16
"""Threads that all others leave to proven receivers."""
MOST_POOR = 64
"""Threads that receivers may hold which are slow or fail."""
AT_WORK = 4
"""Threads that read and write at once: when a hundred receivers time out together, pages still find a connection."""
GONE_STATUS = 410
WAKE_SECONDS = 0.1
"""How long a turn that found nothing waits for a message in flight: what comes behind it in its stream is due then."""

_log = structlog.get_logger(__name__)


class Ports(NamedTuple):
    """What the sender works with: the way out, what makes bodies, and what gives a subscription up (stream, why)."""

    poster: Poster
    bodies: Bodies
    disable: Callable[[str, str], None]


class WebhookSender:
    """Sends messages, many at once. Any number of senders may run, in one process or many."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        ports: Ports,
        *,
        longest_send: float = LONGEST,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Take an engine whose connections have the worker's role; `chance` gives a number from 0 to 1."""
        self._engine = engine
        self._clock = clock
        self._ports = ports
        self._queue = Queue(engine)
        self._outcomes = Outcomes(engine)
        self._longest_send = longest_send
        self._chance = chance
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks")
        self._in_flight: dict[Future[None], int] = {}
        self._freed = Event()
        self._at_work = BoundedSemaphore(AT_WORK)

    def run_once(self) -> int:
        """Claim what is due and start sending it; give how many, or 1 where something in flight came to its end."""
        self._freed.clear()
        self._in_flight = {future: standing for future, standing in self._in_flight.items() if not future.done()}
        room = self._room()
        claimed = self._queue.claim(self._clock.now(), room) if room.most else []
        for message in claimed:
            future = self._pool.submit(self._deliver, message)
            self._in_flight[future] = message.standing
            future.add_done_callback(lambda _: self._freed.set())
        if claimed or not self._in_flight:
            return len(claimed)
        return int(self._freed.wait(WAKE_SECONDS))

    def drain(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, for what is being sent; True once nothing is."""
        return not wait(self._in_flight, timeout).not_done

    def close(self) -> None:
        """Finish what is being sent, and stop."""
        self._pool.shutdown()

    def _room(self) -> Room:
        held = list(self._in_flight.values())
        free = AT_ONCE - len(held)
        return Room(free, max(0, free - FOR_PROVEN), max(0, MOST_POOR - held.count(POOR)))

    def _deliver(self, message: Claimed) -> None:
        """Deliver, and never let a failure pass unseen; whatever it was, the lease runs out and it is tried again."""
        try:
            with self._at_work:
                request = self._prepared(message)
            if request is not None:
                attempt, failure = self._attempted(message, *request)
                with self._at_work:
                    self._settle(message, self._still_told(message, request[0], attempt), failure)
        except Exception:  # noqa: BLE001 - a thread of the pool would swallow it unseen
            _log.exception("webhook_interrupted", message=message.id, subscription=message.subscription)

    def _prepared(self, message: Claimed) -> tuple[bytes, dict[str, str]] | None:
        """Give body and headers; None where nothing is to be sent, or not by us."""
        try:
            content = self._ports.bodies.of(message)
        except Exception as error:  # noqa: BLE001 - a defect of ours is counted, and given up, like any failure
            failure = self._broke(message, error)
            self._failed(message, Attempt(self._clock.now(), 0, {}, error=failure.detail), failure)
            return None
        now = self._clock.now()
        if content is None:
            self._outcomes.withheld(message, now)
            return None
        if now >= message.leased_until:  # this process stood still, and the message may be somebody else's by now
            return None
        with self._engine.connect() as connection:
            keys = secrets.good(message.subscription, now, connection)
        if not keys:  # it was removed since we claimed, and its secrets with it
            return None
        return content, HEADERS | signed(message.id, now, content, keys)

    def _attempted(
        self, message: Claimed, content: bytes, headers: dict[str, str]
    ) -> tuple[Attempt, SendFailed | None]:
        """Make one attempt: give what is kept of it, and the failure, if it was one."""
        began, answer = time.monotonic(), None
        try:
            answer = self._ports.poster.post(message.url, content, headers, most=MOST_BODY, seconds=self._longest_send)
            failure = refusal(answer, self._clock.now())
        except SendFailed as no_answer:
            failure = no_answer
        except Exception as error:  # noqa: BLE001 - as above
            failure = self._broke(message, error)
        took_ms = round((time.monotonic() - began) * 1000)
        request = request_kept(message.url, headers.items(), content)
        attempt = Attempt(self._clock.now(), took_ms, request, error=None if failure is None else failure.detail)
        if answer is not None:
            response = response_kept(answer.headers, answer.body, cut=answer.cut)
            attempt = replace(attempt, response=response, status_code=answer.status)
        return attempt, failure

    def _broke(self, message: Claimed, error: Exception) -> SendFailed:
        _log.exception("webhook_broke", message=message.id, subscription=message.subscription)
        return SendFailed(f"internal error: {type(error).__name__}")

    def _still_told(self, message: Claimed, content: bytes, attempt: Attempt) -> Attempt:
        """Keep nothing of words that were erased, or withheld, while they were on their way: nobody else will."""
        if self._ports.bodies.of(message) == content:
            return attempt
        return replace(attempt, request=request_struck(attempt.request), response=response_struck(attempt.response))

    def _settle(self, message: Claimed, attempt: Attempt, failure: SendFailed | None) -> None:
        if failure is None:
            self._outcomes.delivered(message, attempt)
        else:
            self._failed(message, attempt, failure)

    def _failed(self, message: Claimed, attempt: Attempt, failure: SendFailed) -> None:
        now, chance = attempt.at, self._chance()
        failing_since = message.failing_since or now
        why = f"{failure.detail} from {host_of(message.url)}" if attempt.status_code else failure.detail
        rest = Rest(opens_at(failing_since, failure.retry_after, now, chance), why)
        again = again_at(message.tries, failure.retry_after, now, chance)
        gone = attempt.status_code == GONE_STATUS
        if again is None or gone:
            self._outcomes.failed(message, attempt, rest)
        else:
            self._outcomes.postponed(message, attempt, again, rest)
        _log.warning("webhook_failed", message=message.id, subscription=message.subscription, detail=failure.detail)
        if gone or now - max(failing_since, message.state_at) >= GIVEN_UP_AFTER:
            self._ports.disable(message.subscription, GONE if gone else SILENT)
