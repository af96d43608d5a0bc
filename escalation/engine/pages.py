"""Pages: who is told of something under an agreement, each under an id of their own. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from escalation.agreement.model import Agreement, Recipient

PAGE, NOTICE = 0, 1
"""Urgencies: somebody must answer, or is informed."""


def pages_for(
    agreement: Agreement,
    stream: str,
    key_parts: Iterable[object],
    *,
    page: Iterable[str] = (),
    notify: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """Give one page a person and channel; who is paged is not also notified.

    Args:
        agreement: The version whose contacts are meant.
        stream: The record that tells them.
        key_parts: What it is told of, in parts that never change and tell it from all else of the stream.
        page: Names, as `Agreement.recipients` knows them, of those who must answer.
        notify: Names of those who are only informed.

    Returns:
        A page names its delivery, recipient, channel, via (an address by name) and urgency.
    """
    key = [stream, *map(str, key_parts)]
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for urgency, recipient in (*_reached(agreement, PAGE, page), *_reached(agreement, NOTICE, notify)):
        person = (recipient.contact, recipient.channel, recipient.via)
        found.setdefault(
            person,
            {
                "delivery": _delivery_id([*key, *person]),
                "recipient": recipient.contact,
                "channel": recipient.channel,
                "via": recipient.via,
                "urgency": urgency,
            },
        )
    return list(found.values())


def _reached(agreement: Agreement, urgency: int, names: Iterable[str]) -> Iterator[tuple[int, Recipient]]:
    return ((urgency, recipient) for name in names for recipient in agreement.recipients(name))


def _delivery_id(parts: Iterable[str]) -> str:
    """One key per record, matter, person and channel: nobody is told the same thing twice."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
