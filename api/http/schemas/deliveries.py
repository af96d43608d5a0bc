"""Deliveries, as answers show them (see notifications/letters), and what is asked of lists of them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import Body, Instant, QueryNumber, cursor, name
from api.http.schemas.incidents import MAX_PAGE, PAGE
from notifications.queue.delivery import FAILED, NOTICE, REMINDER, SENT, TAKEN, WAITING, WITHDRAWN
from notifications.queue.delivery import PAGE as PAGED

DELIVERY = "^[0-9a-f]{32}$"
"""The id of a delivery."""


class AttemptView(Schema):
    """One try. A number that is missing was in the hand of a sender that died: nobody knows whether it arrived."""

    nth = fields.Integer(required=True, metadata={"description": "From 1; it goes on when a delivery is sent again."})
    at = Instant(required=True, metadata={"description": "When it was over."})
    outcome = fields.String(
        required=True, metadata={"description": "`sent`, `retry`: to be tried again, or `failed`: for good."}
    )
    detail = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What the other side answered; null, too, where that is another party's to know."},
    )
    took_ms = fields.Integer(required=True, allow_none=True, metadata={"description": "How long it took."})


class DeliveryView(Schema):
    """One message that is owed to one recipient over one channel, and what became of it."""

    id = fields.String(required=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf((PAGED, NOTICE, TAKEN, REMINDER)),
        metadata={"description": "`taken`: somebody else has come; `reminder`: of another record than an incident."},
    )
    recipient = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A contact, a webhook or person:ID; of another party's person how they were called."},
    )
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "What a person of your party is called."}
    )
    called = fields.String(
        required=True, allow_none=True, metadata={"description": "The name that led to a person: a contact, a team."}
    )
    party = fields.String(required=True, allow_none=True, metadata={"description": "The party of a person."})
    channel = fields.String(required=True)
    way = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The way to them by its name, such as sms:mobile; never an address."},
    )
    urgency = fields.String(
        required=True,
        validate=validate.OneOf((PAGED, NOTICE)),
        metadata={"description": "`page`: somebody must answer; `notice`: somebody is informed."},
    )
    status = fields.String(required=True, validate=validate.OneOf((WAITING, SENT, FAILED, WITHDRAWN)))
    owed_at = Instant(
        required=True, metadata={"description": "Since when it is owed; of one sent again, since it was asked for."}
    )
    due_at = Instant(required=True, metadata={"description": "When it is, or was last, to be tried."})
    waits = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it waits: queued until 12:03 UTC: 429 from hooks.acme.example."},
    )
    detail = fields.String(required=True, allow_none=True, metadata={"description": "Why it failed or was withdrawn."})
    finished_at = Instant(required=True, allow_none=True)
    tries = fields.Integer(required=True)
    attempts = fields.List(fields.Nested(AttemptView), required=True)
    links = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "`record`: what it is about; `requeue`: where you have it sent again, if you may."},
    )


class DeliveryList(Schema):
    """Everything that was owed to anybody about an incident, in the order in which it was owed."""

    items = fields.List(fields.Nested(DeliveryView), required=True)


class LetterQuery(Body):
    """Which deliveries, and which page of them."""

    status = fields.String(
        validate=validate.OneOf((WAITING, FAILED), error="Use one of: {choices}."),
        metadata={"description": "`waiting` or `failed`; left out: both."},
    )
    channel = name(metadata={"description": "On this channel alone: terminal, webhook, email, sms, voice."})
    limit = QueryNumber(1, MAX_PAGE, load_default=PAGE, metadata={"description": "How many on a page, at most."})
    cursor = cursor()


class LaneView(Schema):
    """What waits for one lane: a channel, and the host or recipient at its end."""

    channel = fields.String(required=True)
    to = fields.String(required=True, metadata={"description": "A host, or a recipient."})
    waiting = fields.Integer(required=True)
    oldest_owed_at = Instant(required=True)
    oldest_age = fields.Integer(required=True, metadata={"description": "For how many seconds the oldest is owed."})


class LetterPage(Schema):
    """Deliveries of your party that wait or have failed, the newest first."""

    items = fields.List(fields.Nested(DeliveryView), required=True)
    lanes = fields.List(
        fields.Nested(LaneView),
        required=True,
        metadata={"description": "All that waits, by lane; the lane with the oldest first."},
    )
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page."})


class RequeuedView(Schema):
    """A reminder that waits to be sent again."""

    id = fields.String(required=True)
    recipient = fields.String(required=True)
    channel = fields.String(required=True)
    tries = fields.Integer(required=True, metadata={"description": "How many there were before."})
    requeued_by = fields.String(required=True)
    requeued_at = Instant(required=True)
