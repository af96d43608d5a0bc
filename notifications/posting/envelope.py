"""The envelope of what is posted: CloudEvents 1.0 in structured mode, which says what it is and where it is from. Pure.

Times are when it happened, not when it is sent: `webhook-timestamp` says that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cloudevents.conversion import to_json
from cloudevents.http import CloudEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/cloudevents+json"
HEADERS = {"Content-Type": f"{MEDIA_TYPE}; charset=utf-8"}


class Envelope(NamedTuple):
    """What is told of a message beside its data; `id` is constant over all its attempts, `time` is in RFC 3339."""

    id: str
    type: str
    partnership: str
    subject: str | None
    time: str


def enveloped(envelope: Envelope, data: Mapping[str, object], base_url: str) -> bytes:
    """Give the body: JSON in ASCII. Its `source` is the partnership, at the address of this installation."""
    attributes = {
        "id": envelope.id,
        "type": envelope.type,
        "source": f"{base_url.rstrip('/')}/v1/partnerships/{envelope.partnership}",
        "time": envelope.time,
        "datacontenttype": "application/json",
    }
    if envelope.subject is not None:
        attributes["subject"] = envelope.subject
    return to_json(CloudEvent(attributes, dict(data)))
