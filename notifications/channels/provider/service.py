"""What a provider takes: an address to send requests to, what stands in them, and what its answers mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Statuses = tuple[range, ...]
"""HTTP statuses, as spans."""

TAKEN: Statuses = (range(200, 300),)
AGAIN: Statuses = (range(408, 409), range(425, 426), range(429, 430), range(500, 600))
"""Request Timeout, Too Early, Too Many Requests, and whatever is the provider's own fault."""
SEGMENTS = 2
"""Parts of a text message: enough for a link and what it is about."""


@dataclass(frozen=True)
class Service:
    """How one kind of message is sent: `sms` or `voice`.

    Attributes:
        url: Where requests go.
        fields: What stands in them: JSON values, texts with placeholders (filling.py).
        headers: Secrets that are shown to the provider, by the names of their headers.
        get: Whether fields stand in the address and not in a body.
        form: Whether the body is a form; else it is JSON.
        taken: Statuses by which a message was taken.
        again: Statuses that are worth another try; all others are the end.
        idempotency_header: The header that takes the delivery's id, which is the same at each try.
        id_path: Where the provider's own id stands in its answer: keys of mappings, places in lists.
        per_second: Messages a second; None: the channel's usual pace.
        seconds_per_number: Seconds between two messages to one number; None: the channel's usual pace.
        segments: Parts that a text message may have at most.
    """

    url: str
    fields: Mapping[str, object]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    get: bool = False
    form: bool = False
    taken: Statuses = TAKEN
    again: Statuses = AGAIN
    idempotency_header: str | None = None
    id_path: tuple[str, ...] = ()
    per_second: float | None = None
    seconds_per_number: float | None = None
    segments: int = SEGMENTS


@dataclass(frozen=True)
class Services:
    """What this installation can do by phone; None: not set up."""

    sms: Service | None = None
    voice: Service | None = None


NOBODY = Services()


def among(status: int, statuses: Statuses) -> bool:
    """Whether a status lies in one of some spans."""
    return any(status in span for span in statuses)
