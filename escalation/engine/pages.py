"""Pages: who is told of something under an agreement, each under an id of their own. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from escalation.crew.reaching import NOTICE, PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from escalation.agreement.model import Recipient
    from escalation.crew.reaching import Calling

Ways = tuple["Recipient", ...]
"""All ways in which one person, contact or webhook is reached."""


def pages_for(
    calling: Calling,
    stream: str,
    key_parts: Iterable[object],
    *,
    page: Iterable[str] = (),
    notify: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """Give one page a person and way of reaching them; who is paged is not also notified.

    Args:
        calling: The version whose contacts are meant, with those who hold them now.
        stream: The record that tells them.
        key_parts: What it is told of, in parts that never change and tell it from all else of the stream.
        page: Names of addressees (crew/staff.py) who must answer.
        notify: Names of those who are only informed.

    Returns:
        Pages as `incident.rung_fired` has them.
    """
    return pages_to(stream, key_parts, calling.reach(page, PAGE).people, calling.reach(notify, NOTICE).people)


def pages_to(
    stream: str, key_parts: Iterable[object], paged: Sequence[Ways], notified: Sequence[Ways] = ()
) -> list[dict[str, Any]]:
    """Give the pages of those whom names were found to reach."""
    key = [stream, *map(str, key_parts)]
    asked = {ways[0].contact for ways in paged}
    informed = [ways for ways in notified if ways[0].contact not in asked]
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for urgency, recipient in (*_each(PAGE, paged), *_each(NOTICE, informed)):
        way = _way(recipient)
        found.setdefault(way, _page(recipient, urgency, _delivery_id([*key, *way])))
    return list(found.values())


def _each(urgency: int, people: Sequence[Ways]) -> Iterator[tuple[int, Recipient]]:
    return ((urgency, recipient) for ways in people for recipient in ways)


def _way(recipient: Recipient) -> tuple[str, ...]:
    """Tell one way of reaching somebody from their others; the same one may come again later."""
    again = (str(recipient.after),) if recipient.after else ()
    return (recipient.contact, recipient.channel, recipient.via, *again)


def _page(recipient: Recipient, urgency: int, delivery: str) -> dict[str, Any]:
    page: dict[str, Any] = {
        "delivery": delivery,
        "recipient": recipient.contact,
        "channel": recipient.channel,
        "via": recipient.via,
        "urgency": urgency,
    }
    if recipient.called is not None:
        page |= {"party": recipient.party, "called": recipient.called}
    return page | ({"after": recipient.after} if recipient.after else {})


def _delivery_id(parts: Iterable[str]) -> str:
    """One key per record, matter, person and channel: nobody is told the same thing twice."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
