"""The webhook channel: pages are posted as CloudEvents, signed where their party made a secret for that webhook."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from incidents.ledger.leaf import instant, plain
from notifications.message.reminder import Reminder
from notifications.posting.envelope import HEADERS, Envelope, enveloped
from notifications.posting.poster import LONGEST
from notifications.posting.signing import signed
from notifications.posting.verdict import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from incidents.ledger.clock import Clock
    from notifications.message.message import Message
    from notifications.posting.poster import Poster
    from notifications.queue.delivery import Delivery

ACK_LINK = "ack_link"
"""Whoever holds it can take the incident in its reader's name, and a webhook's answers are logged by others."""


class Signers(Protocol):
    """Where the secrets of the agreements' webhooks are."""

    def secrets_of(self, partnership: str, url: str, now: datetime) -> Sequence[str]:
        """Give the secrets by which pages to an address are signed; none: they are not."""


class NoSigners:
    """Signs nothing."""

    def secrets_of(self, partnership: str, url: str, now: datetime) -> Sequence[str]:  # noqa: ARG002 - the port's
        """Give none."""
        return ()


class Webhook:
    """POSTs messages. Whoever takes one answers 2xx; the answer's body is never read, and a redirect not followed."""

    name = "webhook"

    def __init__(
        self,
        clock: Clock,
        poster: Poster,
        signers: Signers | None = None,
        *,
        base_url: str = "",
        longest_send: float = LONGEST,
    ) -> None:
        """Take a clock, the way out, where secrets are, how every address of ours begins, and seconds for a send."""
        self._clock = clock
        self._poster = poster
        self._signers = signers or NoSigners()
        self._base_url = base_url
        self._longest_send = longest_send

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """POST a message to a URL, with the delivery's id as its `webhook-id` (Standard Webhooks).

        SendFailed: worth another try for 408, 425, 429, 5xx and whatever the network does; for good otherwise.
        """
        now = self._clock.now()
        content = enveloped(_envelope(message, delivery), body(message, delivery), self._base_url)
        secrets = self._signers.secrets_of(delivery.partnership, address, now)
        headers = HEADERS | signed(delivery.id, now, content, secrets)
        answer = self._poster.post(address, content, headers, seconds=self._longest_send)
        failure = refusal(answer, self._clock.now())
        if failure is not None:
            raise failure


def body(message: Message, delivery: Delivery) -> dict[str, Any]:
    """Give the data: the message, its delivery and recipient; instants in RFC 3339."""
    content = {name: plain(value) for name, value in asdict(message).items() if name != ACK_LINK}
    return {"delivery": delivery.id, "recipient": delivery.recipient, **content}


def _envelope(message: Message, delivery: Delivery) -> Envelope:
    """Say what kind of message it is (`tocsin.page.v1`), what it is about, and when that was."""
    about = message.record if isinstance(message, Reminder) else message.incident
    return Envelope(delivery.id, f"tocsin.{message.kind}.v1", delivery.partnership, about, instant(message.at))
